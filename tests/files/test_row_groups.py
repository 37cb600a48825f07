"""Tests of the rows of a table by ticket, before anything is made of them."""

import pytest

from servanda.files.derivation import Derivation
from servanda.files.mapping_form import TicketMapping
from servanda.files.row_groups import RowGroups
from tests.files.mapping_examples import EVENTS, TICKETS, events, mapping_of, table_of, tickets


def numbers(table: str, mapping: TicketMapping) -> list[tuple[str, list[int]]]:
    with table_of(table) as path:
        return [(number, [row.number for row in rows]) for number, rows in RowGroups(mapping, path)]


def event(number: str, time: str) -> str:
    return f"{number},13/01/2026 {time},13/01/2026 09:00,New,P2,Desk"


@pytest.mark.parametrize("grouped", ["", "\n      grouped: true"])
def test_the_rows_of_a_ticket_come_together(grouped: str) -> None:
    mapping = mapping_of(EVENTS.replace("order: file", f"order: file{grouped}"))
    table = events(event("A1", "09:05"), event("A1", "09:30"), event("B2", "09:10"))
    assert numbers(table, mapping) == [("A1", [2, 3]), ("B2", [4])]


def test_a_row_that_is_a_ticket_comes_by_itself_and_its_repetition_does_not_come() -> None:
    table = tickets("A1,29/01/2026 09:00,,P1", "A2,29/01/2026 09:00,,P1", "A1,29/01/2026 09:00,,P1")
    assert numbers(table, mapping_of(TICKETS)) == [("A1", [2]), ("A2", [3])]


def test_groups_and_what_is_derived_from_them_may_share_one_tally() -> None:
    mapping = mapping_of(EVENTS)
    with table_of(events(event("A1", "09:05"), "A1,x", event("B2", "later"), event("C3", "09:10"))) as path:
        groups = RowGroups(mapping, path)
        derivation = Derivation(mapping, path, tally=groups.tally)
        left = [number for number, rows in groups if derivation.ticket(number, rows) is None]
    assert left == ["A1", "B2"]
    assert [each.fault for each in groups.notes.rejects] == ["ragged row", "time unreadable"]
    assert derivation.finish().precision == {"Updated": "minute", "Opened": "minute"}
    assert (groups.notes.rows, groups.notes.precision) == (4, {})
