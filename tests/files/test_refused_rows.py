"""Tests of the table of refused rows: whole, with the reason, and ready to be mended and read again."""

from datetime import UTC, datetime
from pathlib import Path

from servanda.files.refused_rows import write_refused_rows
from servanda.files.tickets import read_tickets
from tests.files.mapping_examples import EVENTS, TICKETS, events, mapping_of, table_of, tickets
from tests.files.workbook_examples import save, sheet_of

OPENED = datetime(2026, 1, 29, 9, 0, tzinfo=UTC).replace(tzinfo=None)


def refused(table: Path, folder: Path, mapping_text: str) -> list[str]:
    mapping = mapping_of(mapping_text)
    rejects = read_tickets(mapping, table).notes.rejects
    count = write_refused_rows(folder / "refused.csv", table, mapping, rejects)
    lines = (folder / "refused.csv").read_text("utf-8").splitlines()
    assert count == len(lines) - 1
    return lines


def test_a_refused_row_stands_whole_with_its_reason(tmp_path: Path) -> None:
    with table_of(tickets("A1,later,,P1", "A2,29/01/2026 09:00,,P2")) as table:
        header, line = refused(table, tmp_path, TICKETS)
    assert header == "Number,Opened,Resolved,Priority,servanda: why it was refused"
    assert line.startswith("A1,later,,P1,\"row 2, column 'Opened': ticket A1: time unreadable")


def test_the_other_rows_of_its_ticket_stand_there_too(tmp_path: Path) -> None:
    rows = [f"A1,{day}/01/2026 09:00,29/01/2026 09:00,{state},P1,Desk" for day, state in ((29, "New"), (30, "Odd"))]
    with table_of(events(*rows)) as table:
        lines = refused(table, tmp_path, EVENTS)
    assert [line.partition(",servanda")[0].count("its ticket is left out") for line in lines] == [0, 1, 0]


def test_the_rows_of_a_workbook_come_as_a_table_of_text_that_the_same_mapping_reads(tmp_path: Path) -> None:
    names = ("Number", "Opened", "Resolved", "Priority")
    book = save(sheet_of([names, ("A1", OPENED, "later", 17), ("A2", OPENED, None, "P2")]), tmp_path / "t.xlsx")
    _, line = refused(book, tmp_path, TICKETS)
    assert line.startswith("A1,29/01/2026 09:00,later,17,")
