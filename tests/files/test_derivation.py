"""Tests of deriving a ticket again from all rows ever kept of it, whatever files they came in."""

import gzip
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servanda.engine.coverage import Coverage
from servanda.engine.events import Event, EventKind, Ticket
from servanda.engine.judging import Reading, judge
from servanda.files import agreements
from servanda.files.derivation import Derivation, row_from_kept
from servanda.files.derived import normalised
from servanda.files.mapping_form import TicketMapping
from servanda.files.row_groups import RowGroups
from servanda.files.ticket_tables import Row
from tests.files.mapping_examples import EVENTS, TICKETS, events, mapping_of, story, table_of, tickets

SAMPLE = Path(__file__).parents[2] / "sample"
BY_TIME = EVENTS.replace("order: file", "order: time")
STEPS_HEADER = "Number,Updated,Opened,State,Priority,Team,Step\n"
BY_STEP = EVENTS.replace("order: file", "order: Step")
STATES = ("New", "In Progress", "Awaiting User", "Awaiting Vendor", "Resolved", "Closed", "Cancelled")
FLAGGING = """
    faults:
      event before opening: flag
      times run backwards: flag
    """


def row(day_and_time: str, state: str = "New", team: str = "Desk") -> str:
    day, _, time = day_and_time.partition(" ")
    return f"A1,{day}/01/2026 {time},13/01/2026 09:00,{state},P2,{team}"


def rows_of(table: str, mapping: TicketMapping) -> list[Row]:
    """Return the rows of the one ticket in a table."""
    with table_of(table) as path:
        ((_, rows),) = RowGroups(mapping, path)
    return rows


def derived(table: str, mapping: TicketMapping) -> Ticket:
    return from_groups([(1, rows_of(table, mapping))], mapping)


def from_groups(groups: Sequence[tuple[int, Sequence[Row]]], mapping: TicketMapping) -> Ticket:
    derivation = Derivation(mapping, Path("kept"))
    ticket = derivation.ticket("A1", derivation.merged(groups))
    assert ticket is not None
    return normalised(ticket)


def kept(rows: Sequence[Row], mapping: TicketMapping, batch: int) -> list[Row]:
    return [row_from_kept(mapping, each.number, each.ticket, each.cells, mapping.columns, batch) for each in rows]


# --- Rows of several files


def test_each_row_counts_once_though_two_files_hold_it_and_no_fault_is_met() -> None:
    mapping = mapping_of(EVENTS)
    first = rows_of(events(row("13 09:05"), row("13 10:00", "Awaiting User")), mapping)
    grown = rows_of(events(row("13 09:05"), row("13 10:00", "Awaiting User"), row("14 09:00", "Closed")), mapping)
    derivation = Derivation(mapping, Path("kept"))
    merged = derivation.merged([(7, grown), (3, first)])
    assert [(each.batch, each.number) for each in merged] == [(3, 2), (3, 3), (7, 4)]
    ticket = derivation.ticket("A1", merged)
    assert ticket is not None
    assert story(ticket)[2:] == ["13 10:00 paused user", "14 09:00 resumed user", "14 09:00 closed"]
    assert derivation.notes.flags == {}


def test_a_row_that_one_file_holds_twice_is_not_made_one_by_a_second_file() -> None:
    # Desk, Network, Desk within one minute: the third row says where the ticket stayed.
    mapping = mapping_of(EVENTS)
    noted = [f"{row('13 10:00', team=team)}" for team in ("Desk", "Network", "Desk")]
    header = "Number,Updated,Opened,State,Priority,Team,Note\n"
    table = header + "".join(f"{each},{note}\n" for each, note in zip(noted, "abc", strict=True))
    rows = rows_of(table, mapping)
    derivation = Derivation(mapping, Path("kept"))
    assert [each.number for each in derivation.merged([(1, rows), (2, rows)])] == [2, 3, 4]
    again = derivation.derive("A1", derivation.merged([(1, kept(rows, mapping, 1))]))
    assert again is not None
    assert [dict(event.changes) for event in again.ticket.events[1:]] == [
        {"team": each} for each in ("Desk", "Network", "Desk")
    ]


def test_rows_left_in_the_order_of_one_file_stay_in_it_and_rows_of_two_come_in_order_of_time() -> None:
    mapping = mapping_of(EVENTS, FLAGGING)
    backwards = rows_of(events(row("13 12:00"), row("13 11:00", "Resolved")), mapping)
    more = rows_of(events(row("13 11:30", "Closed")), mapping)
    derivation = Derivation(mapping, Path("kept"))
    assert [each.number for each in derivation.merged([(1, backwards)])] == [2, 3]
    assert [(each.batch, each.number) for each in derivation.merged([(1, backwards), (2, more)])] == [
        (1, 3),
        (2, 2),
        (1, 2),
    ]


def test_a_kept_row_whose_time_is_no_longer_read_is_met_when_it_is_derived_from() -> None:
    mapping = mapping_of(EVENTS)
    odd = row_from_kept(mapping, 9, "A1", ("A1", "2026-01-13", "", "New", "P2", "Desk"), columns_then(), 1)
    good = rows_of(events(row("13 09:05")), mapping)
    derivation = Derivation(mapping, Path("kept"))
    merged = derivation.merged([(1, [odd]), (2, good)])
    assert [each.batch for each in merged] == [2, 1]
    assert derivation.ticket("A1", merged) is None
    assert [(each.fault, each.place.row) for each in derivation.notes.rejects] == [("date without a time", 9)]


def columns_then() -> tuple[str, ...]:
    return ("Number", "Updated", "Opened", "State", "Priority", "Team")


def test_a_column_that_was_not_kept_then_reads_as_empty() -> None:
    mapping = mapping_of(EVENTS.replace("priority: Priority", "priority: Urgency"))
    cells = ("A1", "13/01/2026 09:05", "13/01/2026 09:00", "New", "P2", "Desk")
    known = row_from_kept(mapping, 2, "A1", cells, columns_then(), batch=4)
    assert dict(zip(mapping.columns, known.cells, strict=True)) == {
        "Number": "A1",
        "Updated": "13/01/2026 09:05",
        "Opened": "13/01/2026 09:00",
        "State": "New",
        "Urgency": "",
        "Team": "Desk",
    }
    assert (known.number, known.batch) == (2, 4)


def test_of_rows_that_are_tickets_the_latest_batch_s_stands() -> None:
    mapping = mapping_of(TICKETS)
    first = rows_of(tickets("A1,29/01/2026 09:00,,P1"), mapping)
    second = rows_of(tickets("A1,29/01/2026 09:00,30/01/2026 09:00,P1"), mapping)
    derivation = Derivation(mapping, Path("kept"))
    assert derivation.merged([(5, second), (1, first), (6, first)]) == [first[0]._replace(batch=6)]
    assert derivation.merged([]) == []
    assert derivation.merged([(2, [])]) == []


def test_each_event_stands_beside_the_row_it_came_from() -> None:
    mapping = mapping_of(EVENTS)
    first = rows_of(events(row("13 09:05"), row("14 10:00", "Resolved")), mapping)
    later = rows_of(events(row("13 10:00", "Awaiting User")), mapping)
    derivation = Derivation(mapping, Path("kept"))
    found = derivation.derive("A1", derivation.merged([(1, first), (2, later)]))
    assert found is not None
    places = [
        (e.kind.word, o.batch, o.number)
        for e, o in zip(found.normalised().ticket.events, found.normalised().origins, strict=True)
    ]
    assert places == [
        ("opened", 1, 2),
        ("assigned", 1, 2),
        ("paused", 2, 2),
        ("resumed", 1, 3),
        ("resolved", 1, 3),
    ]
    assert found.normalised().ticket == normalised(found.ticket)
    assert [(each.batch, each.number) for each in found.rows] == [(1, 2), (2, 2), (1, 3)]


def test_a_repetition_within_a_file_is_no_part_of_what_is_kept() -> None:
    mapping = mapping_of(EVENTS)
    rows = rows_of(events(row("13 09:05"), row("13 09:05"), row("14 10:00", "Resolved")), mapping)
    derivation = Derivation(mapping, Path("kept"))
    found = derivation.derive("A1", rows)
    assert found is not None
    assert [each.number for each in found.rows] == [2, 4]
    assert derivation.notes.flags == {"row repeated": 1}


changes = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(STATES), st.sampled_from(("Desk", "Network"))),
    min_size=1,
    max_size=12,
)


@given(changes, st.integers(0, 2**16), st.sampled_from((1, 2, 3, 5)))
def test_any_slices_in_any_order_give_the_same_events_where_a_column_orders_rows(
    steps: list[tuple[int, str, str]], seed: int, slices: int
) -> None:
    mapping = mapping_of(BY_STEP, FLAGGING)
    rows = [f"{row_at(minutes, state, team)},{place}" for place, (minutes, state, team) in enumerate(steps)]
    whole = derived(STEPS_HEADER + "\n".join(rows) + "\n", mapping)
    assert from_groups(sliced(rows, STEPS_HEADER, mapping, Random(seed), slices), mapping) == whole


@given(changes, st.integers(0, 2**16), st.sampled_from((1, 2, 3, 5)))
def test_any_slices_in_any_order_give_the_same_events_where_times_differ(
    steps: list[tuple[int, str, str]], seed: int, slices: int
) -> None:
    mapping = mapping_of(BY_TIME)
    rows = [row_at(minutes, state, team) for minutes, state, team in {each[0]: each for each in steps}.values()]
    header = events()
    whole = derived(header + "\n".join(rows) + "\n", mapping)
    assert from_groups(sliced(rows, header, mapping, Random(seed), slices), mapping) == whole


def sliced(
    rows: list[str], header: str, mapping: TicketMapping, chance: Random, slices: int
) -> list[tuple[int, list[Row]]]:
    """Return overlapping slices of a log, each as a file of its own, kept in a random order."""
    chance.shuffle(rows)
    parts = [rows[start::slices] + chance.sample(rows, chance.randrange(len(rows) + 1)) for start in range(slices)]
    groups = []
    for batch, part in enumerate(chance.sample([each for each in parts if each], len([p for p in parts if p])), 1):
        whole = rows_of(header + "\n".join(part) + "\n", mapping)
        told = Derivation(mapping, Path("kept")).derive("A1", whole)
        assert told is not None
        groups.append((batch, kept(told.rows, mapping, batch)))
    return groups


def row_at(minutes: int, state: str, team: str) -> str:
    at = datetime.fromisoformat("2026-01-29T09:00") + timedelta(minutes=minutes)
    return f"A1,{at:%d/%m/%Y %H:%M},29/01/2026 09:00,{state},P1,{team}"


# --- Events that say nothing of where their rows stood


AT = datetime(2026, 1, 13, 9, 0, tzinfo=UTC)


def test_normalised_events_are_numbered_among_their_kind_at_their_instant() -> None:
    def assigned(team: str, sequence: int) -> Event:
        return Event(EventKind.ASSIGNED, AT, f"row-{sequence}-assigned", sequence, changes={"team": team})

    opened = Event(EventKind.OPENED, AT, "row-9-opened", 9)
    ticket = normalised(Ticket("A1", (assigned("B", 8), opened, assigned("A", 5))))
    assert [(e.kind.word, e.id, e.sequence, dict(e.changes)) for e in ticket.events] == [
        ("opened", "", 0, {}),
        ("assigned", "", 0, {"team": "A"}),
        ("assigned", "", 1, {"team": "B"}),
    ]
    assert normalised(ticket) == ticket


def test_a_ticket_with_a_retraction_cannot_be_normalised_for_it_names_an_id() -> None:
    retraction = Event(EventKind.RETRACTED, AT, "2", retracts="1")
    with pytest.raises(ValueError, match="ticket A1 retracts an event"):
        normalised(Ticket("A1", (Event(EventKind.OPENED, AT, "1"), retraction)))


@given(changes)
def test_a_normalised_ticket_tells_the_same_story(steps: list[tuple[int, str, str]]) -> None:
    mapping = mapping_of(BY_TIME)
    rows = rows_of(events(*(row_at(*each) for each in steps)), mapping)
    ticket = Derivation(mapping, Path("kept")).ticket("A1", rows)
    assert ticket is not None
    assert facts(normalised(ticket)) == facts(ticket)


def facts(ticket: Ticket) -> list[object]:
    return [(e.happened_at, e.kind, e.actor, e.reason, dict(e.changes)) for e in ticket.ordered()]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "table", "count"),
    [("servicenow", "incident_event_log.csv.gz", 20_768), ("boston311", "boston311_2013_2018.csv.gz", 39_331)],
)
def test_the_readings_of_a_real_log_are_the_same_for_normalised_tickets(name: str, table: str, count: int) -> None:
    book = Coverage(agreements.load(SAMPLE / name / "agreements.yaml"))
    as_of = datetime(2018, 12, 31, tzinfo=UTC)
    judged = 0
    for ticket in tickets_of(name, table):
        assert verdicts(judge(normalised(ticket), book, as_of)) == verdicts(judge(ticket, book, as_of))
        judged += 1
    assert judged == count


@pytest.mark.slow
def test_overlapping_slices_of_a_real_log_give_the_events_of_the_whole(tmp_path: Path) -> None:
    # The first 8,000 rows; the source numbers the changes of an incident, which decides ties within a minute.
    mapping = mapping_of((SAMPLE / "servicenow" / "mapping.yaml").read_text("utf-8"))
    with gzip.open(SAMPLE / "servicenow" / "incident_event_log.csv.gz", "rt", encoding="utf-8") as log:
        header, *rows = islice(log, 8_001)
    chance = Random(5)
    slices = [[row for row in rows if chance.random() < 0.6] for _ in range(4)]
    taken = set().union(*slices)
    slices.append([row for row in rows if row not in taken])
    chance.shuffle(slices)
    batches = [told_in(write(tmp_path / f"{n}.csv", header, part), mapping, n) for n, part in enumerate(slices)]
    whole = told_in(write(tmp_path / "whole.csv", header, rows), mapping, 1)
    derivation = Derivation(mapping, Path("kept"))
    for number, told in whole.items():
        ticket = derivation.ticket(number, derivation.merged([(1, told)]))
        merged = derivation.merged([(n, batch.get(number, [])) for n, batch in enumerate(batches)])
        again = derivation.ticket(number, merged)
        assert ticket is not None
        assert again is not None
        assert normalised(again) == normalised(ticket)
    assert len(whole) > 1_000


def write(path: Path, header: str, rows: Sequence[str]) -> Path:
    path.write_text("".join((header, *rows)), "utf-8")
    return path


def told_in(path: Path, mapping: TicketMapping, batch: int) -> dict[str, list[Row]]:
    """Return what is kept of each ticket in a file."""
    derivation = Derivation(mapping, path)
    found = (derivation.derive(number, rows) for number, rows in RowGroups(mapping, path))
    return {each.ticket.number: kept(each.rows, mapping, batch) for each in found if each is not None}


def tickets_of(name: str, table: str) -> Iterator[Ticket]:
    path = SAMPLE / name / table
    mapping = mapping_of((SAMPLE / name / "mapping.yaml").read_text("utf-8"))
    groups = RowGroups(mapping, path)
    derivation = Derivation(mapping, path, tally=groups.tally)
    for number, rows in groups:
        ticket = derivation.ticket(number, rows)
        if ticket is not None:
            yield ticket


def verdicts(readings: Sequence[Reading]) -> list[object]:
    return [(each.target, each.state, each.cycle, each.flags, each.claims) for each in readings]
