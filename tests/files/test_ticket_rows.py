"""Tests of tables with one row per ticket."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from servanda.files.input_faults import RefusedFile
from tests.files.mapping_examples import TICKETS, read, story, tickets

CONDITIONS = """
    format: servanda-mapping/1
    id: desk
    source: old-desk
    organisation: school
    times: {formats: ["%d/%m/%Y %H:%M"], zone: UTC}
    rows: {are: tickets, ticket: Number}
    events:
      opened: Opened
      assigned: Taken
      closed: {at: Ended, when: {State: [Closed, Done]}}
      cancelled: {at: Ended, when: {State: [Cancelled]}}
    classes:
      service: {always: printing}
      priority: {column: Priority, default: normal}
    assignment:
      team: Team
    claims:
      due: Due
    """
HEADER = "Number,Opened,Taken,Ended,State,Priority,Team,Due\n"


def test_each_column_of_times_is_an_event(tmp_path: Path) -> None:
    (ticket,) = read(tmp_path, tickets("A1,13/01/2026 09:00,14/01/2026 10:00,P1")).tickets
    assert story(ticket) == ["13 08:00 opened", "14 09:00 resolved"]
    assert ticket.opened.changes == {"priority": "P1"}


def test_a_column_that_holds_nothing_is_no_event(tmp_path: Path) -> None:
    (ticket,) = read(tmp_path, tickets("A1,13/01/2026 09:00,,P1")).tickets
    assert story(ticket) == ["13 08:00 opened"]


def test_words_for_nothing_are_no_values(tmp_path: Path) -> None:
    (ticket,) = read(tmp_path, tickets("A1,13/01/2026 09:00, n/a ,-"), TICKETS, "table: {nothing: [n/a, '-']}").tickets
    assert story(ticket) == ["13 08:00 opened"]
    assert ticket.opened.changes == {}


def test_one_column_is_a_closing_or_a_cancellation_as_the_state_says(tmp_path: Path) -> None:
    rows = HEADER + (
        "A1,13/01/2026 09:00,13/01/2026 09:30,14/01/2026 10:00,Closed,,Desk,\n"
        "A2,13/01/2026 09:00,13/01/2026 09:30,14/01/2026 10:00,Cancelled,,Desk,\n"
        "A3,13/01/2026 09:00,13/01/2026 09:30,14/01/2026 10:00,Open,,Desk,15/01/2026 09:00\n"
    )
    closed, cancelled, reopened = read(tmp_path, rows, CONDITIONS).tickets
    assert story(closed)[-1] == "14 10:00 closed"
    assert story(cancelled)[-1] == "14 10:00 cancelled"
    assert story(reopened) == ["13 09:00 opened", "13 09:30 assigned"]
    assert reopened.claims.due_at == datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


def test_a_closed_ticket_without_its_time_is_rejected(tmp_path: Path) -> None:
    rows = HEADER + "A1,13/01/2026 09:00,,,Closed,,Desk,\n"
    outcome = read(tmp_path, rows, CONDITIONS)
    assert [(each.fault, each.place.column) for each in outcome.notes.rejects] == [("state without its time", "Ended")]
    (kept,) = read(tmp_path, rows, CONDITIONS, "faults: {state without its time: flag}").tickets
    assert (story(kept), kept.flags) == (["13 09:00 opened"], ("state without its time",))


def test_the_team_comes_with_the_assignment_that_has_a_time(tmp_path: Path) -> None:
    rows = HEADER + "A1,13/01/2026 09:00,13/01/2026 09:30,,Open,high,Desk,\n"
    (ticket,) = read(tmp_path, rows, CONDITIONS).tickets
    opened, assigned = ticket.ordered()
    assert opened.changes == {"service": "printing", "priority": "high"}
    assert assigned.changes == {"team": "Desk"}


def test_without_a_time_of_assignment_the_team_is_known_from_the_opening(tmp_path: Path) -> None:
    rows = HEADER + "A1,13/01/2026 09:00,13/01/2026 09:30,,Open,high,Desk,\n"
    (ticket,) = read(tmp_path, rows, CONDITIONS.replace("      assigned: Taken\n", "")).tickets
    assert ticket.opened.changes["team"] == "Desk"


def test_a_default_stands_where_the_cell_holds_nothing(tmp_path: Path) -> None:
    (ticket,) = read(tmp_path, HEADER + "A1,13/01/2026 09:00,,,Open,,,\n", CONDITIONS).tickets
    assert ticket.opened.changes["priority"] == "normal"


def test_two_values_that_come_to_one_id_are_not_taken_for_one_unasked(tmp_path: Path) -> None:
    mapping = TICKETS.replace("priority: Priority", "service: {column: Priority, as: id}")
    rows = tickets("A1,13/01/2026 09:00,,Hardware", "A2,13/01/2026 09:00,,hardware", "A3,13/01/2026 09:00,,Hardware")
    with pytest.raises(RefusedFile) as refusal:
        read(tmp_path, rows, mapping)
    assert (refusal.value.fault, refusal.value.row) == ("values share an id", 3)
    accepted = read(tmp_path, rows, mapping, "faults: {values share an id: flag}")
    assert [each.opened.changes["service"] for each in accepted.tickets] == ["hardware"] * 3
    assert [len(each.flags) for each in accepted.tickets] == [0, 1, 0]


def test_a_ticket_resolved_after_its_closing_is_kept_as_it_is_and_flagged(tmp_path: Path) -> None:
    mapping = CONDITIONS.replace("cancelled: {at: Ended, when: {State: [Cancelled]}}", "resolved: Due")
    rows = HEADER + "A1,13/01/2026 09:00,,14/01/2026 10:00,Closed,,Desk,14/01/2026 11:00\n"
    (ticket,) = read(tmp_path, rows, mapping).tickets
    assert story(ticket) == ["13 09:00 opened", "14 10:00 closed", "14 11:00 resolved"]
    assert ticket.flags == ("resolved after closing",)


def test_a_ticket_says_where_it_comes_from(tmp_path: Path) -> None:
    (ticket,) = read(tmp_path, HEADER + "A1,13/01/2026 09:00,,,Open,,,\n", CONDITIONS).tickets
    assert (ticket.organisation, ticket.source, ticket.number) == ("school", "old-desk", "A1")


def test_a_ticket_without_a_time_of_opening_is_rejected(tmp_path: Path) -> None:
    outcome = read(tmp_path, tickets("A1,,14/01/2026 10:00,P1", "A2,13/01/2026 09:00,,P1"))
    assert [each.number for each in outcome.tickets] == ["A2"]
    assert [(each.fault, each.ticket) for each in outcome.notes.rejects] == [("time missing", "A1")]
