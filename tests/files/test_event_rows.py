"""Tests of tables with one row per event: the story that the rows of a ticket tell."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from servanda.files.input_faults import RefusedFile
from servanda.files.mappings import read_mapping
from servanda.files.tickets import TicketStream
from tests.files.mapping_examples import EVENTS, events, read, story

FLAG_ALL = """
    faults:
      event before opening: flag
      times run backwards: flag
      unknown state: flag
      opening differs: flag
    """


def row(day_and_time: str, state: str = "New", *, number: str = "A1", priority: str = "P2", team: str = "Desk") -> str:
    day, _, time = day_and_time.partition(" ")
    return f"{number},{day}/01/2026 {time},13/01/2026 09:00,{state},{priority},{team}"


def test_a_ticket_opens_in_its_own_column_and_changes_state_in_its_rows(tmp_path: Path) -> None:
    rows = events(
        row("13 09:05"),
        row("13 09:30", "In Progress"),
        row("13 10:00", "Awaiting User"),
        row("13 11:00", "Awaiting User"),
        row("14 09:00", "In Progress"),
        row("14 10:00", "Resolved"),
        row("19 10:00", "Closed"),
    )
    (ticket,) = read(tmp_path, rows, EVENTS).tickets
    assert story(ticket) == [
        "13 09:00 opened",
        "13 09:05 assigned",
        "13 10:00 paused user",
        "14 09:00 resumed user",
        "14 10:00 resolved",
        "19 10:00 closed",
    ]


def test_a_ticket_first_seen_waiting_pauses_when_it_is_first_seen(tmp_path: Path) -> None:
    (ticket,) = read(tmp_path, events(row("13 09:05", "Awaiting User")), EVENTS).tickets
    assert story(ticket) == ["13 09:00 opened", "13 09:05 assigned", "13 09:05 paused user"]


def test_work_after_closing_reopens_the_ticket(tmp_path: Path) -> None:
    rows = events(row("13 10:00", "Closed"), row("14 10:00", "In Progress"), row("15 10:00", "Closed"))
    (ticket,) = read(tmp_path, rows, EVENTS).tickets
    assert story(ticket)[2:] == ["13 10:00 closed", "14 10:00 reopened", "15 10:00 closed"]


def test_a_pause_within_one_minute_is_left_out_and_flagged(tmp_path: Path) -> None:
    rows = events(row("13 09:05"), row("13 10:00", "Awaiting User"), row("13 10:00", "In Progress"))
    (ticket,) = read(tmp_path, rows, EVENTS).tickets
    assert story(ticket) == ["13 09:00 opened", "13 09:05 assigned"]
    assert ticket.flags == ("states within one instant",)


def test_the_opening_has_the_classes_of_the_first_row_and_changes_are_reclassifications(tmp_path: Path) -> None:
    rows = events(
        row("13 09:05", priority="P3"),
        row("13 09:30", priority="P3", team="Network"),
        row("13 10:00", priority="P1", team="Network"),
        row("13 11:00", priority="", team=""),
    )
    (ticket,) = read(tmp_path, rows, EVENTS).tickets
    changes = [(f"{e.happened_at:%H:%M}", e.kind.word, dict(e.changes)) for e in ticket.ordered()]
    assert changes == [
        ("09:00", "opened", {"priority": "P3"}),
        ("09:05", "assigned", {"team": "Desk"}),
        ("09:30", "assigned", {"team": "Network"}),
        ("10:00", "reclassified", {"priority": "P1"}),
    ]


def test_an_event_names_the_row_it_comes_from_and_its_place_among_the_ticket_s_rows(tmp_path: Path) -> None:
    (ticket,) = read(tmp_path, events(row("13 09:05"), row("14 10:00", "Resolved")), EVENTS).tickets
    assert [(e.id, e.sequence) for e in ticket.ordered()] == [
        ("row-2-opened", 0),
        ("row-2-assigned", 0),
        ("row-3-resolved", 1),
    ]


def test_rows_may_come_in_any_order_where_time_orders_them(tmp_path: Path) -> None:
    forwards = [
        row("13 09:05"),
        row("13 10:00", "Awaiting User"),
        row("14 10:00", "Resolved"),
        row("13 09:10", number="B"),
    ]
    mapping = EVENTS.replace("order: file", "order: time")
    first = read(tmp_path, events(*forwards), mapping).tickets
    second = read(tmp_path, events(*reversed(forwards)), mapping).tickets
    assert {t.number: story(t) for t in first} == {t.number: story(t) for t in second}


def test_a_column_with_a_number_may_order_the_rows(tmp_path: Path) -> None:
    rows = events(row("13 10:00", "Resolved", team="10"), row("13 10:00", "In Progress", team="9"))
    (ticket,) = read(tmp_path, rows, EVENTS.replace("order: file", "order: Team")).tickets
    assert story(ticket)[-1] == "13 10:00 resolved"


def test_two_changes_at_one_instant_are_judged_in_the_order_of_the_column_not_of_the_file(tmp_path: Path) -> None:
    mapping = EVENTS.replace("order: file", "order: Step").replace("priority: Priority", "impact: Priority")
    header = "Number,Updated,Opened,State,Priority,Team,Step\n"
    rows = [
        row("13 10:00", priority="low", team="Third") + ",3",
        row("13 10:00", team="Second") + ",2",
        row("13 09:30") + ",1",
    ]
    (ticket,) = read(tmp_path, header + "\n".join(rows) + "\n", mapping).tickets
    assigned = [event.changes["team"] for event in ticket.ordered() if event.kind.word == "assigned"]
    assert assigned == ["Desk", "Second", "Third"]


def test_times_that_run_backwards_reject_the_ticket_or_are_flagged(tmp_path: Path) -> None:
    rows = events(row("13 10:00"), row("13 09:10"), row("13 11:00", "Resolved"))
    rejected = read(tmp_path, rows, EVENTS).notes.rejects
    assert [(each.fault, each.place.row) for each in rejected] == [("times run backwards", 3)]
    (ticket,) = read(tmp_path, rows, EVENTS, FLAG_ALL).tickets
    assert ticket.flags == ("times run backwards",)
    assert story(ticket)[-1] == "13 11:00 resolved"


def test_a_fault_counts_once_for_each_ticket(tmp_path: Path) -> None:
    rows = events(row("13 08:00"), row("13 08:30"), row("13 08:00", number="B2"))
    notes = read(tmp_path, rows, EVENTS, FLAG_ALL).notes
    assert notes.flags == {"event before opening": 2}
    assert len(notes.examples["event before opening"]) == 2


def test_an_unknown_state_that_is_accepted_lets_the_state_before_go_on(tmp_path: Path) -> None:
    rows = events(row("13 10:00", "Awaiting User"), row("13 11:00", "On Hold"), row("13 12:00", "Resolved"))
    (ticket,) = read(tmp_path, rows, EVENTS, FLAG_ALL).tickets
    assert story(ticket)[2:] == ["13 10:00 paused user", "13 12:00 resumed user", "13 12:00 resolved"]


def test_a_row_without_its_time_rejects_its_ticket(tmp_path: Path) -> None:
    rows = events("A1,,13/01/2026 09:00,New,P1,Desk", row("13 10:00"), row("13 10:00", number="B2"))
    outcome = read(tmp_path, rows, EVENTS)
    assert [each.number for each in outcome.tickets] == ["B2"]
    assert [(each.fault, each.place.column) for each in outcome.notes.rejects] == [("time missing", "Updated")]


def test_without_a_column_for_the_opening_the_first_row_opens_the_ticket(tmp_path: Path) -> None:
    mapping = EVENTS.replace("    events:\n      opened: Opened\n", "")
    (ticket,) = read(tmp_path, events(row("13 09:05"), row("14 09:00", "Resolved")), mapping).tickets
    assert ticket.opened_at == datetime(2026, 1, 13, 9, 5, tzinfo=UTC)


def test_the_first_row_of_some_kind_may_be_the_first_response(tmp_path: Path) -> None:
    mapping = EVENTS.replace(
        "opened: Opened", "opened: Opened\n      first_responded: {first: {State: [In Progress, Resolved]}}"
    )
    rows = events(row("13 09:05"), row("13 09:30", "In Progress"), row("14 09:00", "Resolved"))
    (ticket,) = read(tmp_path, rows, mapping).tickets
    assert "13 09:30 first_responded" in story(ticket)
    (waiting,) = read(tmp_path, events(row("13 09:05")), mapping).tickets
    assert story(waiting) == ["13 09:00 opened", "13 09:05 assigned"]


def test_the_last_closing_may_have_its_instant_in_a_column(tmp_path: Path) -> None:
    mapping = EVENTS.replace("opened: Opened", "opened: Opened\n      closed: Closed at")
    rows = (
        "Number,Updated,Opened,State,Priority,Team,Closed at\n"
        "A1,13/01/2026 10:00,13/01/2026 09:00,Closed,P1,Desk,15/01/2026 09:58\n"
        "A1,14/01/2026 10:00,13/01/2026 09:00,New,P1,Desk,15/01/2026 09:58\n"
        "A1,15/01/2026 10:00,13/01/2026 09:00,Closed,P1,Desk,15/01/2026 09:58\n"
    )
    (ticket,) = read(tmp_path, rows, mapping).tickets
    assert [each for each in story(ticket) if "closed" in each] == ["13 10:00 closed", "15 09:58 closed"]


CLAIMS = """
    claims:
      verdict: {column: SLA, met: ["true"], missed: ["false"]}
      resolved: Solved
      extra: {team at the end: Team}
    """


def claiming(*last_cells: str) -> str:
    rows = [f"{row(f'13 1{place}:00', 'Resolved')},{cells}" for place, cells in enumerate(last_cells)]
    return "Number,Updated,Opened,State,Priority,Team,SLA,Solved\n" + "\n".join(rows) + "\n"


def test_claims_are_taken_from_the_last_row_and_never_become_events(tmp_path: Path) -> None:
    (ticket,) = read(tmp_path, claiming("true,", "false,13/01/2026 10:07"), EVENTS, CLAIMS).tickets
    assert ticket.claims.met is False
    assert ticket.claims.resolved_at == datetime(2026, 1, 13, 10, 7, tzinfo=UTC)
    assert ticket.claims.extra == {"team at the end": "Desk"}
    assert story(ticket)[-1] == "13 10:00 resolved"


def test_claims_may_be_taken_from_the_first_row(tmp_path: Path) -> None:
    claims = CLAIMS.replace("claims:", "claims:\n      row: first")
    (ticket,) = read(tmp_path, claiming("true,13/01/2026 10:07", "false,"), EVENTS, claims).tickets
    assert ticket.claims.met is True


def test_a_stopped_ticket_without_a_claimed_time_of_resolution_is_flagged(tmp_path: Path) -> None:
    outcome = read(tmp_path, claiming("true,"), EVENTS, CLAIMS)
    assert outcome.notes.flags["no claimed resolved time"] == 1


def test_a_verdict_in_other_words_is_flagged_and_not_guessed(tmp_path: Path) -> None:
    (ticket,) = read(tmp_path, claiming("maybe,13/01/2026 10:07"), EVENTS, CLAIMS).tickets
    assert (ticket.claims.met, ticket.flags) == (None, ("verdict unreadable",))


def test_grouped_rows_give_each_ticket_before_the_file_is_read_to_its_end(tmp_path: Path) -> None:
    mapping = EVENTS.replace("order: file", "order: file\n      grouped: true")
    table = events(*(row("13 10:00", number=f"A{each}") for each in range(50_000)))
    assert len(read(tmp_path, table, mapping).tickets) == 50_000
    stream = TicketStream(read_mapping(tmp_path / "mapping.yaml"), tmp_path / "tickets.csv")
    assert next(iter(stream)).number == "A0"
    assert stream.notes.rows < 10


def test_grouped_rows_that_are_apart_refuse_the_file(tmp_path: Path) -> None:
    mapping = EVENTS.replace("order: file", "order: file\n      grouped: true")
    with pytest.raises(RefusedFile) as refusal:
        read(tmp_path, events(row("13 10:00"), row("13 10:00", number="B2"), row("13 11:00")), mapping)
    assert (refusal.value.fault, refusal.value.row) == ("rows not grouped", 4)


def test_an_event_row_that_is_there_twice_is_counted_once(tmp_path: Path) -> None:
    outcome = read(tmp_path, events(row("13 10:00"), row("13 10:00"), row("14 10:00", "Resolved")), EVENTS)
    assert outcome.notes.flags == {"row repeated": 1}
