"""Imports: the plan, the commit as a whole, the same file again, a file that has grown, and the undo."""

import random
from pathlib import Path

import pytest

from servanda.engine.rights import Role
from servanda.services import corrections, events, exemptions, imports, verification
from servanda.services.imports import PlanOutdated, RowsRefused, UndoRefused
from servanda.store import models
from servanda.store.access import NotFound
from tests import june
from tests.services.hill import KIM, NOW, hill, take_in, viewer
from tests.services.test_events import RESOLVED

HEADER = "number,opened,resolved,cancelled,service\n"
EVENTS_MAPPING = """\
format: servanda-mapping/1
id: june
name: A log of states
source: desk
times: {formats: ["%Y-%m-%d %H:%M"], zone: Europe/London}
rows: {are: events, ticket: number, happened_at: at, order: step}
state: {column: state, working: [open], paused: {user: [waiting]}, resolved: [done]}
classes: {service: {always: mail}}
"""


def state() -> str:
    """Return the hash of all tickets, having seen that all that is kept is what it should be."""
    verified = verification.verify(KIM)
    assert verified.equal, verified.differences
    return verified.state_hash


def table(folder: Path, *rows: str, name: str = "more.csv", header: str = HEADER) -> Path:
    """Write a table and return its path."""
    path = folder / name
    path.write_text(header + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def counted(folder: Path, file: Path) -> dict[str, int]:
    """Return what the plan of a file counts."""
    with imports.plan(KIM, file, folder / "mapping.yaml", now=NOW) as planned:
        return dict(planned.counts)


def test_a_file_is_taken_in_with_clocks_tallies_rows_and_one_audit_entry(store: str, tmp_path: Path) -> None:
    own = hill(tmp_path)
    committed = take_in(tmp_path)
    assert (committed.batch, committed.counts["new"]) == (1, 8)
    assert models.Event.objects.count() == 14
    assert models.SourceRow.objects.count() == models.Clock.objects.count() == 8
    tallied = {(str(each.month), each.met, each.missed) for each in models.Tally.objects.all()}
    assert tallied == {("2018-05-01", 0, 1), ("2018-06-01", 3, 1)}
    assert [each.action for each in models.Entry.objects.filter(organisation=own)] == ["import_log"]
    state()


def test_the_same_file_again_changes_nothing_and_leaves_no_trace(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    before = state(), models.Event.objects.count(), models.Entry.objects.count()
    assert take_in(tmp_path).batch == 0
    assert counted(tmp_path, tmp_path / "tickets.csv")["same"] == 8
    assert (state(), models.Event.objects.count(), models.Entry.objects.count()) == before


def test_a_file_that_has_grown_adds_what_is_new_alone(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    with (tmp_path / "tickets.csv").open("a") as file:
        file.write("T9,2018-06-30 09:00,,,mail\n")
    committed = take_in(tmp_path)
    assert (committed.counts["new"], committed.counts["same"], committed.counts["events added"]) == (1, 8, 1)
    assert models.SourceRow.objects.count() == 9
    state()


def test_a_row_that_says_otherwise_takes_the_old_event_back_and_adds_the_right_one(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    later = table(tmp_path, "T4,2018-06-12 09:00,2018-06-12 16:00,,mail")
    committed = take_in(tmp_path, later)
    assert (committed.counts["changed"], committed.counts["events added"], committed.counts["events taken back"]) == (
        1,
        1,
        1,
    )
    assert models.Clock.objects.get(ticket__number="T4").state == "met"
    assert not models.Event.objects.filter(ticket__number="T4", kind=13).exclude(reason="no longer so in more.csv")
    state()


def test_what_was_said_first_may_be_said_again(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    first = state()
    for at in ("16:00", "18:00", "16:00", "18:00"):
        take_in(tmp_path, table(tmp_path, f"T4,2018-06-12 09:00,2018-06-12 {at},,mail"))
    assert state() == first


def test_nothing_is_written_where_a_row_is_refused(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    bad = table(tmp_path, "T1,2018-06-12 09:00,,,mail", "T2,yesterday,,,mail")
    with pytest.raises(RowsRefused, match="1 tickets or rows are refused"):
        take_in(tmp_path, bad)
    assert not models.Ticket.objects.exists()
    assert not models.Batch.objects.exists()


def test_the_good_rows_alone_are_a_choice_of_its_own(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    bad = table(tmp_path, "T1,2018-06-12 09:00,,,mail", "T2,yesterday,,,mail")
    committed = take_in(tmp_path, bad, good_rows_only=True)
    assert (committed.counts["new"], committed.counts["refused"]) == (1, 1)
    assert models.Ticket.objects.get().number == "T1"


def test_slices_of_a_log_in_any_order_come_to_one_state(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    (tmp_path / "mapping.yaml").write_text(EVENTS_MAPPING)
    chance = random.Random(7)
    rows = [
        f"T{ticket},2018-06-{5 + step:02} 0{1 + ticket % 8}:00,{step},{chance.choice(['open', 'waiting', 'done'])}"
        for ticket in range(20)
        for step in range(7)
    ]
    header = "number,at,step,state\n"
    chance.shuffle(rows)
    for place in range(7):
        take_in(tmp_path, table(tmp_path, *rows[place::7], header=header, name=f"slice{place}.csv"))
    sliced = state()
    assert take_in(tmp_path, table(tmp_path, *rows, header=header)).batch == 0
    for batch in range(7, 0, -1):
        imports.undo(KIM, batch, "to begin again", now=NOW)
        state()
    assert not models.Clock.objects.exists()
    take_in(tmp_path, table(tmp_path, *rows, header=header))
    assert state() == sliced


def test_an_undone_batch_counts_no_more_and_nothing_is_removed(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    first = state()
    take_in(tmp_path, table(tmp_path, "T4,2018-06-12 09:00,2018-06-12 16:00,,mail", "T9,2018-06-30 09:00,,,mail"))
    held = models.Event.objects.count()
    undone = imports.undo(KIM, 2, "the wrong export", now=NOW)
    assert (undone.tickets, undone.taken_back, undone.restored) == (2, 2, 1)
    assert models.Event.objects.count() == held + 3
    assert models.Clock.objects.get(ticket__number="T4").state == "missed"
    assert not models.Clock.objects.filter(ticket__number="T9")
    assert state() != first  # T9 is known now, though nothing stands of it


def test_a_batch_on_which_another_was_built_is_undone_after_it(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    take_in(tmp_path, table(tmp_path, "T4,2018-06-12 09:00,2018-06-12 16:00,,mail"))
    with pytest.raises(UndoRefused, match="batch 2 has brought more on tickets of batch 1, such as 'T4'"):
        imports.undo(KIM, 1, "the wrong export", now=NOW)
    imports.undo(KIM, 2, "the wrong export", now=NOW)
    with pytest.raises(UndoRefused, match="batch 2 was undone"):
        imports.undo(KIM, 2, "again", now=NOW)
    with pytest.raises(NotFound, match="batch 9"):
        imports.undo(KIM, 9, "a guess", now=NOW)


def test_a_live_event_outlives_imports_and_their_undo(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    events.record(KIM, "desk", "T6", [RESOLVED], now=NOW)
    take_in(tmp_path)
    imports.undo(KIM, 1, "the wrong export", now=NOW)
    standing = models.Event.objects.get(ticket__number="T6", key="e2")
    assert standing.batch is None
    state()


def test_a_plan_is_not_written_over_what_changed_meanwhile(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    later = table(tmp_path, "T4,2018-06-12 09:00,2018-06-12 16:00,,mail")
    with imports.plan(KIM, later, tmp_path / "mapping.yaml", now=NOW) as planned:
        events.record(KIM, "desk", "T4", [RESOLVED], now=NOW)
        with pytest.raises(PlanOutdated, match="ticket 'T4' changed"):
            imports.commit(KIM, planned, now=NOW)
    assert models.Batch.objects.count() == 1


def test_people_named_in_a_file_stand_under_pseudonyms(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    (tmp_path / "mapping.yaml").write_text(EVENTS_MAPPING.replace("order: step}", "order: step, actor: who}"))
    rows = ("T1,2018-06-05 09:00,1,open,Kim Müller", "T1,2018-06-05 10:00,2,done,Kim Müller")
    take_in(tmp_path, table(tmp_path, *rows, header="number,at,step,state,who\n"))
    person = models.Person.objects.get()
    assert person.name == "Kim Müller"
    assert {each.actor for each in models.Event.objects.all()} == {person.slug}
    assert all("Müller" not in str(each.cells) for each in models.SourceRow.objects.all())


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.AUDITOR, Role.REPRESENTATIVE])
def test_who_may_not_import_cannot_even_plan(store: str, tmp_path: Path, role: Role) -> None:
    hill(tmp_path)
    with pytest.raises(NotFound):
        imports.plan(viewer(role), tmp_path / "tickets.csv", tmp_path / "mapping.yaml", now=NOW)


def test_a_batch_keeps_the_file_the_mapping_and_the_columns_it_was_read_by(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    batch = models.Batch.objects.get()
    assert batch.mapping == june.MAPPING
    assert batch.file_name == "tickets.csv"
    assert batch.columns == ["number", "opened", "resolved", "cancelled", "service"]


def test_a_number_that_is_kept_with_another_opening_is_refused_as_another_ticket(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    other = table(tmp_path, "T4,2018-06-13 09:00,,,mail")
    with imports.plan(KIM, other, tmp_path / "mapping.yaml", now=NOW) as planned:
        (reject,) = planned.rejects
    assert (reject.fault, reject.place.row, reject.place.column) == ("kept with another opening", 2, "opened")
    with pytest.raises(RowsRefused):
        take_in(tmp_path, other)
    (tmp_path / "mapping.yaml").write_text(june.MAPPING + "faults: {kept with another opening: flag}\n")
    take_in(tmp_path, other)
    assert models.Ticket.objects.get(number="T4").opened_at == june.at("2018-06-13 09:00")


def test_what_somebody_took_back_by_hand_does_not_come_again_with_the_same_row(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    resolved = models.Event.objects.get(ticket__number="T4", kind=8)
    corrections.retract(KIM, "desk", "T4", resolved.key, "it was never resolved", now=NOW)
    assert take_in(tmp_path).batch == 0
    assert not models.Clock.objects.filter(ticket__number="T4", state="met")
    later = table(tmp_path, "T4,2018-06-12 09:00,2018-06-12 16:00,,mail")
    assert take_in(tmp_path, later).counts["events added"] == 1
    imports.undo(KIM, 2, "the wrong export", now=NOW)
    state()


def test_an_exemption_given_while_a_file_was_read_outdates_the_plan(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    later = table(tmp_path, "T4,2018-06-12 09:00,2018-06-12 16:00,,mail")
    with imports.plan(KIM, later, tmp_path / "mapping.yaml", now=NOW) as planned:
        exemptions.exempt(KIM, "desk", "T4", "fix", "the site was closed", now=NOW)
        with pytest.raises(PlanOutdated, match="desk/T4"):
            imports.commit(KIM, planned, now=NOW)
    take_in(tmp_path, later)
    assert models.Clock.objects.get(ticket__number="T4").state == "exempt"
    state()


def test_an_undo_while_a_file_was_read_outdates_the_plan(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    with (tmp_path / "tickets.csv").open("a") as file:
        file.write("T9,2018-06-30 09:00,,,mail\n")
    with imports.plan(KIM, tmp_path / "tickets.csv", tmp_path / "mapping.yaml", now=NOW) as planned:
        imports.undo(KIM, 1, "the wrong export", now=NOW)
        with pytest.raises(PlanOutdated, match="batch 1"):
            imports.commit(KIM, planned, now=NOW)


def test_an_undo_goes_back_to_how_the_batch_before_read_the_rows(store: str, tmp_path: Path) -> None:
    hill(tmp_path)
    take_in(tmp_path)
    (tmp_path / "mapping.yaml").write_text(june.MAPPING.replace("{column: service}", "{always: print}"))
    assert take_in(tmp_path).counts["changed"] == 8
    before = state()
    take_in(tmp_path, table(tmp_path, "T4,2018-06-12 09:00,2018-06-12 16:00,,mail"))
    imports.undo(KIM, 3, "the wrong export", now=NOW)
    assert state() == before
    with pytest.raises(UndoRefused, match="batch 2 has brought more"):
        imports.undo(KIM, 1, "the wrong export", now=NOW)
