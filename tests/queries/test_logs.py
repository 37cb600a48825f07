"""What is kept, judged: the same as from files, for whoever may see it, and in few statements."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servanda.bad_input import BadInput
from servanda.engine.events import Event, EventKind
from servanda.engine.logs import Account, judged_in_passing
from servanda.engine.rights import Action, Assignment, Role, Scope, Viewer
from servanda.queries import logs as queries
from servanda.reports import evaluation
from servanda.store import models
from servanda.store.access import NotFound
from tests.queries.kept import TODAY, keep, keep_tickets, small, viewer
from tests.store.rows import MONDAY_NINE

EVERYTHING = viewer()


def rows(log: queries.KeptLog) -> list[tuple[object, ...]]:
    """Return the rows of the readings."""
    return list(evaluation.rows(judged_in_passing(log), Account()))


def numbers(log: queries.KeptLog) -> list[str]:
    """Return the numbers of the tickets, in their order."""
    return [ticket.number for ticket in log.tickets]


def test_what_is_kept_is_judged_as_its_files_are(store: str, tmp_path: Path) -> None:
    files = small(tmp_path)
    keep(files)
    log = queries.kept(EVERYTHING, Action.SEE_TICKET)
    assert log.as_of == files.as_of
    assert rows(log) == list(evaluation.rows(judged_in_passing(files), Account()))
    assert len(rows(log)) == 5


def test_numbers_are_in_the_order_of_their_characters_on_every_database(store: str, tmp_path: Path) -> None:
    files = small(tmp_path)
    organisation = keep(files)
    strange = ("t1", "Ä1", "A-1", "a1", "B 1", "T10", "T2x", "😀", "\uffee")
    keep_tickets(organisation, [replace(files.tickets[0], number=each) for each in strange])
    found = numbers(queries.kept(EVERYTHING, Action.SEE_TICKET))
    assert found == sorted([*strange, "T1", "T2", "T3", "T4", "T5"])


def test_one_source_can_be_chosen(store: str, tmp_path: Path) -> None:
    files = small(tmp_path)
    organisation = keep(files)
    keep_tickets(organisation, [replace(files.tickets[0], source="desk", number="D1")])
    assert numbers(queries.kept(EVERYTHING, Action.SEE_TICKET, source="desk")) == ["D1"]
    assert numbers(queries.kept(EVERYTHING, Action.SEE_TICKET)) == ["D1", "T1", "T2", "T3", "T4", "T5"]
    with pytest.raises(BadInput, match="no ticket of source 'none' is kept"):
        queries.kept(EVERYTHING, Action.SEE_TICKET, source="none")


def test_a_scope_shows_its_own_tickets_alone(store: str, tmp_path: Path) -> None:
    keep(small(tmp_path))
    technician = viewer(Role.TECHNICIAN, services=["heating"])
    log = queries.kept(technician, Action.SEE_TICKET)
    assert numbers(log) == ["T5"]
    assert [row[0] for row in rows(log)] == ["T5"]


def test_a_supplier_sees_what_was_ever_assigned_to_it(store: str, tmp_path: Path) -> None:
    files = small(tmp_path)
    organisation = keep(files)
    assigned = Event(EventKind.ASSIGNED, MONDAY_NINE + timedelta(days=30), id="a", changes={"supplier": "acme"})
    mine = replace(files.tickets[0], number="S1", events=(*files.tickets[0].events, assigned))
    keep_tickets(organisation, [mine])
    contact = viewer(Role.SUPPLIER_CONTACT, suppliers=["acme"])
    assert numbers(queries.kept(contact, Action.SEE_TICKET)) == ["S1"]
    other = viewer(Role.SUPPLIER_CONTACT, suppliers=["other"])
    with pytest.raises(BadInput, match="no ticket is kept"):
        queries.kept(other, Action.SEE_TICKET)


def test_a_part_is_judged_as_of_its_own_last_event(store: str, tmp_path: Path) -> None:
    files = small(tmp_path)
    organisation = keep(files)
    first = files.tickets[0]
    ends = {}
    for days, customer, supplier in ((300, "staff", "acme"), (400, "pupils", "other"), (500, "", "")):
        changes = {"customer": customer, "supplier": supplier}
        opened = replace(first.events[0], changes={**first.events[0].changes, "customer": customer})
        ends[customer] = MONDAY_NINE + timedelta(days=days)
        given = Event(EventKind.ASSIGNED, ends[customer], id="a", changes=changes)
        keep_tickets(organisation, [replace(first, number=f"N{days}", events=(opened, given))])
    staff, of_acme = viewer(Role.TECHNICIAN, customers=["staff"]), viewer(Role.SUPPLIER_CONTACT, suppliers=["acme"])
    assert (
        queries.kept(staff, Action.SEE_TICKET).as_of == queries.kept(of_acme, Action.SEE_TICKET).as_of == ends["staff"]
    )
    assert queries.kept(EVERYTHING, Action.SEE_TICKET).as_of == ends[""]
    everybody = Assignment(Role.TECHNICIAN, Scope(customers=frozenset({"pupils", "staff"})))
    assert queries.kept(Viewer("school", "kim", TODAY, (everybody,)), Action.SEE_TICKET).as_of == ends["pupils"]
    with CaptureQueriesContext(connection) as captured:
        queries.kept(staff, Action.SEE_TICKET)
    assert len(captured) == 3  # the organisation, the newest ticket, its events


@pytest.mark.parametrize(
    "nobody",
    [
        Viewer("school", "kim", TODAY),
        Viewer("college", "kim", TODAY, (Assignment(Role.ADMINISTRATOR),)),
        Viewer("school", "kim", TODAY, (Assignment(Role.EXECUTIVE),)),
        Viewer("school", "kim", TODAY, (Assignment(Role.ADMINISTRATOR, until_on=date(2026, 3, 1)),)),
        Viewer("school", "kim", TODAY, (Assignment(Role.ADMINISTRATOR, from_on=date(2026, 3, 3)),)),
    ],
)
def test_without_a_role_that_allows_it_there_is_nothing(store: str, tmp_path: Path, nobody: Viewer) -> None:
    keep(small(tmp_path))
    with pytest.raises(NotFound, match=f"There is no organisation '{nobody.organisation}' here"):
        queries.kept(nobody, Action.SEE_TICKET)


def test_figures_may_be_seen_by_who_may_not_see_tickets(store: str, tmp_path: Path) -> None:
    keep(small(tmp_path))
    assert len(numbers(queries.kept(viewer(Role.EXECUTIVE), Action.SEE_RESULTS))) == 5


def test_an_exempted_target_is_exempt_with_its_reason(store: str, tmp_path: Path) -> None:
    keep(small(tmp_path))
    models.Ticket.objects.filter(number="T2").update(exempted={"fix": "power cut"})
    judged = {
        each.ticket.number: each for each in judged_in_passing(queries.kept(EVERYTHING, Action.SEE_TICKET)).tickets
    }
    (reading,) = judged["T2"].readings
    assert (reading.state.value, reading.cover.reason) == ("exempt", "exempted: power cut")


def test_a_ticket_that_is_not_there_and_one_out_of_reach_get_the_same_answer(store: str, tmp_path: Path) -> None:
    keep(small(tmp_path))
    log = queries.kept(viewer(Role.TECHNICIAN, services=["heating"]), Action.SEE_TICKET)
    assert log.history("T5").ticket.number == "T5"
    refusals = []
    for number in ("T1", "T9"):
        with pytest.raises(NotFound) as refused:
            log.history(number)
        refusals.append(str(refused.value).replace(number, "N"))
    assert refusals[0] == refusals[1]


def test_a_number_of_two_sources_needs_its_source(store: str, tmp_path: Path) -> None:
    files = small(tmp_path)
    keep_tickets(keep(files), [replace(files.tickets[0], source="desk")])
    with pytest.raises(BadInput, match="2 sources have a ticket 'T1': desk, sheet"):
        queries.kept(EVERYTHING, Action.SEE_TICKET).history("T1")
    assert queries.kept(EVERYTHING, Action.SEE_TICKET, source="desk").history("T1").ticket.source == "desk"


def statements(tickets: int) -> int:
    """Return the statements it takes to judge everything, which must be so many tickets."""
    with CaptureQueriesContext(connection) as captured:
        assert len(rows(queries.kept(EVERYTHING, Action.SEE_TICKET))) == tickets
    return len(captured)


def test_ten_tickets_take_as_many_statements_as_a_thousand_and_each_further_thousand_two(
    store: str, tmp_path: Path
) -> None:
    files = small(tmp_path)
    organisation = keep(files)
    counts = []
    for more, tickets in (("a", 10), ("b", 1000), ("c", 2000)):
        start = models.Ticket.objects.count()
        copies = [replace(files.tickets[2], number=f"{more}{place}") for place in range(tickets - start)]
        keep_tickets(organisation, copies)
        counts.append(statements(tickets))
    # The organisation, its last event, how many tickets, the tickets, their events and claims; and for the book the
    # versions with signatures and endings, customers and services.
    assert counts == [counts[0], counts[0], counts[0] + 2]
    assert counts[0] <= 12


def test_the_story_of_a_ticket_takes_as_many_statements_however_many_events_it_has(store: str, tmp_path: Path) -> None:
    files = small(tmp_path)
    organisation = keep(files)
    notes = tuple(
        Event(EventKind.NOTED, MONDAY_NINE + timedelta(hours=each), id=f"n{each}", actor="p1") for each in range(300)
    )
    keep_tickets(organisation, [replace(files.tickets[0], number="L1", events=(*files.tickets[0].events, *notes))])
    log = queries.kept(EVERYTHING, Action.SEE_TICKET)
    counts = []
    for number in ("T1", "L1"):
        with CaptureQueriesContext(connection) as captured:
            log.history(number)
        counts.append(len(captured))
    assert counts[0] <= counts[1] <= counts[0] + 1 <= 7  # one more for the names of people, where any are named


def test_an_event_tells_its_row_and_its_file_or_who_recorded_it(store: str, tmp_path: Path) -> None:
    organisation = keep(small(tmp_path))
    batch = models.Batch.objects.create(
        organisation=organisation,
        number=3,
        source="sheet",
        file_name="log.csv",
        file_hash="",
        mapping_hash="",
        mapping="",
        actor="kim",
        committed_at=MONDAY_NINE,
    )
    record = models.Ticket.objects.get(number="T5")
    common = {"organisation": organisation, "ticket": record, "kind": EventKind.NOTED.value}
    models.Event.objects.create(**common, key="n1", happened_at=MONDAY_NINE, batch=batch, row=12, actor="p1")
    models.Event.objects.create(**common, key="n2", happened_at=MONDAY_NINE, recorded_at=MONDAY_NINE)
    models.Entry.objects.create(
        organisation=organisation,
        sequence=1,
        recorded_at=MONDAY_NINE,
        actor="lee",
        action="record_event",
        subject="sheet/T5",
        content={"events": ["n2"]},
        entry_hash="",
    )
    models.Person.objects.create(organisation=organisation, slug="p1", name="Pat Doe")
    history = queries.kept(EVERYTHING, Action.SEE_TICKET).history("T5")
    first, second = history.origins["n1"], history.origins["n2"]
    assert (first.batch, first.file, first.row, first.recorded_by) == (3, "log.csv", 12, "")
    assert (second.batch, second.recorded_by, second.recorded_at) == (None, "lee", MONDAY_NINE)
    assert {event.actor for event in history.ticket.events} == {"", "Pat Doe"}


def test_a_viewer_of_two_scopes_sees_both(store: str, tmp_path: Path) -> None:
    keep(small(tmp_path))
    both = tuple(Assignment(Role.TECHNICIAN, Scope(services=frozenset({each}))) for each in ("heating", "printing"))
    assert len(numbers(queries.kept(Viewer("school", "kim", TODAY, both), Action.SEE_TICKET))) == 5
