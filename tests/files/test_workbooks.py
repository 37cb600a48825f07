"""Tests of workbooks as tables: what each cell shows, and what is refused before anything is unpacked."""

import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from random import Random

import pytest

from servanda.bad_input import BadInput
from servanda.files.input_faults import RefusedFile
from servanda.files.tickets import ReadOutcome, read_tickets
from tests.files import workbook_examples as books
from tests.files.mapping_examples import EVENTS, TICKETS, mapping_of, story
from tests.files.workbook_examples import GOOD, HEADER, packed, parts, raw_sheet, save, sheet_of, text_row

NAMES = ("Number", "Opened", "Resolved", "Priority")
OPENED = datetime(2026, 1, 29, 9, 0, tzinfo=UTC).replace(tzinfo=None)


def read(folder: Path, content: bytes, *mapping: str) -> ReadOutcome:
    path = folder / "tickets.xlsx"
    path.write_bytes(content)
    return read_tickets(mapping_of(*(mapping or (TICKETS,))), path)


def read_sheet(folder: Path, rows: Sequence[Sequence[object]], *mapping: str) -> ReadOutcome:
    path = save(sheet_of(rows), folder / "tickets.xlsx")
    return read_tickets(mapping_of(*(mapping or (TICKETS,))), path)


def refused(folder: Path, content: bytes, *mapping: str) -> RefusedFile:
    with pytest.raises(RefusedFile) as refusal:
        read(folder, content, *mapping)
    return refusal.value


def rejected(outcome: ReadOutcome) -> list[tuple[str, str, int | None, str]]:
    return [(each.fault, each.ticket, each.place.row, each.place.column) for each in outcome.notes.rejects]


# --- What cells show


def test_a_workbook_gives_the_tickets_that_its_export_as_csv_gives(tmp_path: Path) -> None:
    rows = [NAMES, ("A1", OPENED, OPENED + timedelta(hours=27), "P1"), ("A2", OPENED, None, "P2")]
    table = tmp_path / "tickets.csv"
    table.write_text(
        "Number,Opened,Resolved,Priority\nA1,29/01/2026 09:00,30/01/2026 12:00,P1\nA2,29/01/2026 09:00,,P2\n"
    )
    assert read_sheet(tmp_path, rows).tickets == read_tickets(mapping_of(TICKETS), table).tickets


def test_a_workbook_of_events_gives_the_tickets_that_its_export_as_csv_gives(tmp_path: Path) -> None:
    names = ("Number", "Updated", "Opened", "State", "Priority", "Team")
    rows = [
        names,
        *(("A1", OPENED + timedelta(hours=h), OPENED, s, "P1", "Desk") for h, s in ((0, "New"), (2, "Closed"))),
    ]
    (ticket,) = read_sheet(tmp_path, rows, EVENTS).tickets
    assert story(ticket) == ["29 09:00 opened", "29 09:00 assigned", "29 11:00 closed"]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (101000729509, "101000729509"),
        (17.0, "17"),
        (-3, "-3"),
        (0.1, "0.1"),
        (2.5, "2.5"),
        (123456789012345, "123456789012345"),
        (True, "TRUE"),
        ("007", "007"),
        ("=1+1", None),
        ("  padded", "  padded"),
        ("two\nlines", "two\nlines"),
        ("P1 & <b>", "P1 & <b>"),
    ],
)
def test_a_cell_shows_what_the_sheet_shows(tmp_path: Path, cell: object, shown: str | None) -> None:
    outcome = read_sheet(tmp_path, [NAMES, ("A1", OPENED, None, cell)])
    if shown is None:
        assert rejected(outcome) == [("formula without a value", "A1", 2, "Priority")]
    else:
        assert outcome.tickets[0].opened.changes["priority"] == shown.strip()


def test_a_number_whose_digits_a_spreadsheet_has_lost_is_no_ticket_number(tmp_path: Path) -> None:
    outcome = read_sheet(tmp_path, [NAMES, (12345678901234567, OPENED, None, "P1")])
    assert [(fault, place) for fault, _, place, _ in rejected(outcome)] == [("ticket number malformed", 2)]


def test_zeros_that_the_format_of_a_cell_shows_are_kept(tmp_path: Path) -> None:
    sheet = sheet_of([NAMES, (17, OPENED, None, "P1")])
    sheet["A2"].number_format = "000000"
    assert read_tickets(mapping_of(TICKETS), save(sheet, tmp_path / "t.xlsx")).tickets[0].number == "000017"


@pytest.mark.parametrize(
    ("cell", "number_format", "formats", "opened"),
    [
        (OPENED, "yyyy-mm-dd hh:mm", '["%d/%m/%Y %H:%M"]', "2026-01-29T08:00:00"),
        (OPENED.replace(second=7), "d.m.yy h:mm:ss", '["%d/%m/%Y %H:%M:%S"]', "2026-01-29T08:00:07"),
        (OPENED.replace(second=7), "d.m.yy h:mm", '["%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M:%S"]', "2026-01-29T08:00:07"),
        (OPENED.replace(microsecond=250_000), "d.m.yy h:mm", '["%d/%m/%Y %H:%M", iso]', "2026-01-29T08:00:00.250000"),
        (OPENED.replace(hour=15), "[$-409]m/d/yy h:mm AM/PM;@", '["%b %d, %Y %I:%M %p"]', "2026-01-29T14:00:00"),
        (OPENED, "dd/mm/yyyy hh:mm", '["serial 1900"]', "2026-01-29T08:00:00"),
        (date(2026, 1, 29), "dd/mm/yyyy", '["%d/%m/%Y"]', "2026-01-28T23:00:00"),
        (
            datetime(2026, 1, 29, tzinfo=UTC).replace(tzinfo=None),
            "dd/mm/yyyy hh:mm",
            '["%d/%m/%Y %H:%M"]',
            "2026-01-28T23:00:00",
        ),
    ],
)
def test_a_date_in_a_cell_is_read_without_loss(
    tmp_path: Path, cell: object, number_format: str, formats: str, opened: str
) -> None:
    sheet = sheet_of([NAMES, ("A1", cell, None, "P1")])
    sheet["B2"].number_format = number_format
    mapping = mapping_of(TICKETS.replace('["%d/%m/%Y %H:%M"]', formats))
    (ticket,) = read_tickets(mapping, save(sheet, tmp_path / "t.xlsx")).tickets
    assert ticket.opened_at == datetime.fromisoformat(opened).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "number_format", "fault"),
    [
        (OPENED.replace(second=7), "d.m.yy h:mm", "time unreadable"),
        (date(2026, 1, 29), "dd/mm/yyyy", "date without a time"),
        (timedelta(hours=26, minutes=30), "[h]:mm", "duration for a time"),
        (time_of_day(9, 30), "hh:mm", "duration for a time"),
        (46051.375, "0.000", "spreadsheet serial date"),
        (1e300, "dd/mm/yyyy hh:mm", "time unreadable"),
    ],
)
def test_a_cell_that_is_no_instant_in_the_mapping_s_formats_is_rejected(
    tmp_path: Path, cell: object, number_format: str, fault: str
) -> None:
    sheet = sheet_of([NAMES, ("A1", OPENED, cell, "P1")])
    sheet["C2"].number_format = number_format
    outcome = read_tickets(mapping_of(TICKETS), save(sheet, tmp_path / "t.xlsx"))
    assert rejected(outcome) == [(fault, "A1", 2, "Resolved")]


def test_dates_may_be_counted_from_1904(tmp_path: Path) -> None:
    sheet = sheet_of([NAMES])
    book = sheet.parent
    assert book is not None
    book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001  # a sheet knows no zone
    sheet.append(("A1", OPENED, None, "P1"))
    (ticket,) = read_tickets(mapping_of(TICKETS), save(sheet, tmp_path / "t.xlsx")).tickets
    assert ticket.opened_at == datetime(2026, 1, 29, 8, 0, tzinfo=UTC)


def test_the_kept_value_of_a_formula_is_read_and_no_formula_is_computed(tmp_path: Path) -> None:
    row = '<row r="2"><c r="A2" t="str"><f>"A"&amp;1</f><v>A9</v></c>'
    row += '<c r="B2" t="inlineStr"><is><t>09/01/2026 16:00</t></is></c></row>'
    (ticket,) = read(tmp_path, packed(parts(raw_sheet(HEADER + row)))).tickets
    assert ticket.number == "A9"


def test_an_error_in_a_cell_rejects_its_ticket_only_where_the_mapping_reads_it(tmp_path: Path) -> None:
    def row(number: int, cell: str, note: str) -> str:
        texts = text_row(number, f"A{number}", "09/01/2026 16:00", "").removesuffix("</row>")
        return f"{texts}{cell}{note}</row>"

    error, text = '<c t="e"><v>#REF!</v></c>', '<c t="inlineStr"><is><t>P1</t></is></c>'
    header = HEADER.removesuffix("</row>") + '<c t="inlineStr"><is><t>Note</t></is></c></row>'
    outcome = read(tmp_path, packed(parts(raw_sheet(header + row(2, error, text) + row(3, text, error)))))
    assert rejected(outcome) == [("error in a cell", "A2", 2, "Priority")]
    assert [each.number for each in outcome.tickets] == ["A3"]


def test_rows_that_hold_nothing_are_no_rows_and_keep_their_numbers(tmp_path: Path) -> None:
    rows = HEADER + '<row r="2"><c r="A2" s="0"/></row>' + text_row(7, "A7", "later", "", "P1")
    outcome = read(tmp_path, packed(parts(raw_sheet(rows))))
    assert rejected(outcome) == [("time unreadable", "A7", 7, "Opened")]
    assert outcome.notes.rows == 1


def test_a_cell_beyond_the_header_is_a_ragged_row(tmp_path: Path) -> None:
    outcome = read_sheet(tmp_path, [NAMES, ("A1", OPENED, None, "P1", None, "note")])
    assert [fault for fault, *_ in rejected(outcome)] == ["ragged row"]


def test_a_totals_line_at_the_end_of_a_sheet_is_known(tmp_path: Path) -> None:
    outcome = read_sheet(tmp_path, [NAMES, ("A1", OPENED, None, "P1"), ("Total", 1)])
    assert rejected(outcome) == [("totals line", "", 3, "")]


def test_rich_texts_are_joined_and_phonetic_readings_left_out(tmp_path: Path) -> None:
    shared = (
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<si><r><t>P</t></r><r><t>1</t></r><rPh><t>pi</t></rPh></si><si><t>x_x000D_y</t></si></sst>"
    )
    links = books.BOOK_LINKS.replace(
        b"</Relationships>",
        b'<Relationship Id="rId2" Target="/xl/sharedStrings.xml" Type="http://x/relationships/sharedStrings"/></Relationships>',
    )
    row = text_row(2, "A1", "09/01/2026 16:00", "").removesuffix("</row>") + '<c t="s"><v>0</v></c></row>'
    more = text_row(3, "A2", "09/01/2026 16:00", "").removesuffix("</row>") + '<c t="s"><v>1</v></c></row>'
    content = parts(
        raw_sheet(HEADER + row + more), {"xl/sharedStrings.xml": shared, "xl/_rels/workbook.xml.rels": links}
    )
    assert [each.opened.changes["priority"] for each in read(tmp_path, packed(content)).tickets] == ["P1", "x\ry"]


def test_names_may_have_a_prefix_as_other_writers_give_them(tmp_path: Path) -> None:
    sheet = raw_sheet(HEADER + GOOD).replace(b"<", b"<x:").replace(b"<x:/", b"</x:").replace(b"<x:?", b"<?")
    sheet = sheet.replace(b"xmlns=", b"xmlns:x=")
    assert [each.number for each in read(tmp_path, packed(parts(sheet))).tickets] == ["A1"]


def test_progress_is_told_and_ends_with_the_file(tmp_path: Path) -> None:
    path = save(sheet_of([NAMES, *((f"A{n}", OPENED, None, "P1") for n in range(4_100))]), tmp_path / "t.xlsx")
    told: list[tuple[int, int]] = []
    read_tickets(mapping_of(TICKETS), path, progress=lambda done, total: told.append((done, total)))
    assert [done <= total for done, total in told] == [True] * 3
    assert told[-1][0] == told[-1][1]


# --- Sheets, hidden rows, merged cells


def two_sheets(folder: Path) -> Path:
    sheet = sheet_of([NAMES, ("A1", OPENED, None, "P1")])
    book = sheet.parent
    assert book is not None
    book.create_sheet("Notes").sheet_state = "hidden"
    return save(sheet, folder / "t.xlsx")


def test_18_of_several_sheets_none_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile) as refusal:
        read_tickets(mapping_of(TICKETS), two_sheets(tmp_path))
    assert refusal.value.fault == "several sheets"
    assert "'Tickets', 'Notes' (hidden)" in refusal.value.found


def test_18_the_sheet_that_the_mapping_names_is_read(tmp_path: Path) -> None:
    path = two_sheets(tmp_path)
    assert len(read_tickets(mapping_of(TICKETS, "table: {sheet: Tickets}"), path).tickets) == 1
    with pytest.raises(RefusedFile) as refusal:
        read_tickets(mapping_of(TICKETS, "table: {sheet: Incidents}"), path)
    assert refusal.value.fault == "sheet missing"


def hidden(folder: Path) -> Path:
    sheet = sheet_of([NAMES, ("A1", OPENED, None, "P1"), ("A2", OPENED, None, "P1"), ("A3", OPENED, None, "P1")])
    sheet.row_dimensions[3].hidden = True
    return save(sheet, folder / "t.xlsx")


def test_19_a_hidden_row_refuses_the_file_unless_the_mapping_says_what_to_do(tmp_path: Path) -> None:
    path = hidden(tmp_path)
    with pytest.raises(RefusedFile) as refusal:
        read_tickets(mapping_of(TICKETS), path)
    assert (refusal.value.fault, refusal.value.row) == ("hidden rows", 3)
    left_out = read_tickets(mapping_of(TICKETS, "faults: {hidden rows: reject}"), path)
    assert rejected(left_out) == [("hidden rows", "A2", 3, "")]
    read_all = read_tickets(mapping_of(TICKETS, "faults: {hidden rows: flag}"), path)
    assert [(each.number, each.flags) for each in read_all.tickets] == [
        ("A1", ()),
        ("A2", ("hidden rows",)),
        ("A3", ()),
    ]
    assert read_all.notes.flags == {"hidden rows": 1}


def merged(folder: Path, cells: str) -> Path:
    sheet = sheet_of([(*NAMES, "Note"), *((f"A{n}", OPENED, OPENED, "P1", "x") for n in range(3))])
    sheet.merge_cells(cells)
    return save(sheet, folder / "t.xlsx")


@pytest.mark.parametrize(
    ("cells", "row", "column"), [("B2:B4", 3, "Opened"), ("A3:B3", 3, "Opened"), ("D2:E3", 3, "Priority")]
)
def test_17_merged_cells_refuse_the_file_where_they_hide_a_value(
    tmp_path: Path, cells: str, row: int, column: str
) -> None:
    with pytest.raises(RefusedFile) as refusal:
        read_tickets(mapping_of(TICKETS, "faults: {}"), merged(tmp_path, cells))
    assert (refusal.value.fault, refusal.value.row, refusal.value.column) == ("merged cells", row, column)
    assert cells in refusal.value.found


def test_17_merged_cells_that_are_accepted_leave_empty_cells(tmp_path: Path) -> None:
    outcome = read_tickets(mapping_of(TICKETS, "faults: {merged cells: flag}"), merged(tmp_path, "A2:A3"))
    assert rejected(outcome) == [("ticket number missing", "", 3, "Number")]
    assert outcome.notes.flags == {"merged cells": 1}


def test_17_merged_cells_that_hide_nothing_the_mapping_reads_are_no_fault(tmp_path: Path) -> None:
    assert len(read_tickets(mapping_of(TICKETS), merged(tmp_path, "E2:E4")).tickets) == 3


def test_the_header_stands_in_the_first_row(tmp_path: Path) -> None:
    assert refused(tmp_path, packed(parts(raw_sheet(text_row(3, *NAMES))))).fault == "empty file"
    assert refused(tmp_path, packed(parts(raw_sheet("")))).fault == "empty file"


# --- Workbooks that must not be read


def bomb() -> bytes:
    return packed(parts(b"0" * (100 << 20)))


def claimed_size() -> bytes:
    content = bytearray(packed(parts()))
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = (0xF0000000).to_bytes(4, "little")
    return bytes(content)


def many_parts() -> bytes:
    return packed(parts(more={f"xl/media/{number}": b"" for number in range(60_000)}))


def more_parts_than_65535() -> bytes:
    return packed(parts(more={f"xl/media/{number}": b"" for number in range(70_000)}))


def many_rows() -> bytes:
    rows = "".join(f'<row r="{number}"><c r="A{number}"><v>1</v></c></row>' for number in range(2, 1_048_578))
    return packed(parts(raw_sheet(HEADER + rows)))


def a_late_row() -> bytes:
    return packed(parts(raw_sheet(HEADER + text_row(1_048_577, "A1", "09/01/2026 16:00", "", "P1"))))


def many_columns() -> bytes:
    return packed(parts(raw_sheet('<row r="1">' + '<c t="inlineStr"><is><t>x</t></is></c>' * 16_385 + "</row>")))


def a_far_column() -> bytes:
    return packed(parts(raw_sheet(f'{HEADER}<row r="2"><c r="ZZZZZZZZ2"><v>1</v></c></row>')))


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/hostname">]>'


def entities(part: str, start: bytes) -> Callable[[], bytes]:
    def content() -> bytes:
        known = parts()
        return packed(known | {part: known[part].replace(b'<?xml version="1.0"?>', start)})

    return content


def a_link() -> bytes:
    info = zipfile.ZipInfo("xl/worksheets/sheet2.xml")
    info.external_attr = 0o120777 << 16
    return packed([*parts().items(), (info, b"/etc/hostname")])


def named(name: str) -> Callable[[], bytes]:
    return lambda: packed(parts(more={name: b"x"}))


def twice() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate name"):
        return packed([*parts().items(), ("xl/workbook.xml", b"")])


def encrypted_part() -> bytes:
    content = bytearray(packed(parts()))
    for magic, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        content[content.index(magic) + offset] |= 1
    return bytes(content)


def encrypted() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000) + "EncryptedPackage".encode("utf-16-le") + bytes(1_000)


def macros_by_type() -> bytes:
    return packed(parts() | {"[Content_Types].xml": books.TYPES.replace(b"spreadsheetml.sheet", b"sheet.macroEnabled")})


def long_tag() -> bytes:
    tag = '<c r="A2" x="' + "".join(Random(1).choices("abcdefgh", k=3 << 20)) + '"/>'
    return packed(parts(raw_sheet(f'{HEADER}<row r="2">{tag}</row>')))


def long_cell() -> bytes:
    text = "".join(Random(1).choices("abcdefgh", k=17 << 20))
    return packed(parts(raw_sheet(HEADER + text_row(2, "A1", text, "", ""))))


def tight_packing() -> bytes:
    content = bytearray(packed(parts()))
    place = content.rindex(b"PK\x01\x02")
    content[place + 10] = 12
    return bytes(content)


UNFIT = {
    "a part of 100 MB out of 100 kB": (bomb, "oversized workbook"),
    "a part that claims 4 GB": (claimed_size, "oversized workbook"),
    "60,000 parts": (many_parts, "oversized workbook"),
    "70,000 parts": (more_parts_than_65535, "oversized workbook"),
    "1,048,577 rows": (many_rows, "oversized workbook"),
    "a row of number 1,048,577": (a_late_row, "oversized workbook"),
    "16,385 columns": (many_columns, "oversized workbook"),
    "a column of eight letters": (a_far_column, "oversized workbook"),
    "entities in the sheet": (entities("xl/worksheets/sheet1.xml", ENTITIES), "unsafe workbook"),
    "entities in the workbook": (entities("xl/workbook.xml", ENTITIES), "unsafe workbook"),
    "an entity from a file": (entities("xl/worksheets/sheet1.xml", OUTSIDE), "unsafe workbook"),
    "a symbolic link": (a_link, "unsafe workbook"),
    "a name that leads out": (named("../evil"), "unsafe workbook"),
    "an absolute name": (named("/etc/evil"), "unsafe workbook"),
    "a name with a backslash": (named("xl\\..\\evil"), "unsafe workbook"),
    "a part twice": (twice, "unsafe workbook"),
    "a tag of 3 MB": (long_tag, "unsafe workbook"),
    "a rare packing": (tight_packing, "unsafe workbook"),
    "a cell of 17 MB": (long_cell, "overlong cell"),
    "an encrypted workbook": (encrypted, "encrypted workbook"),
    "an encrypted part": (encrypted_part, "encrypted workbook"),
    "a program": (named("xl/vbaProject.bin"), "workbook with macros"),
    "a type with macros": (macros_by_type, "workbook with macros"),
    "another archive": (lambda: packed({"readme.txt": b"x"}), "spreadsheet workbook"),
    "an archive cut short": (lambda: packed(parts())[:-30], "damaged workbook"),
    "a start and nothing else": (lambda: b"PK\x03\x04" + bytes(40), "damaged workbook"),
    "no sheet": (lambda: packed({k: v for k, v in parts().items() if "sheet1" not in k}), "damaged workbook"),
    "no workbook": (lambda: packed({k: v for k, v in parts().items() if k != "xl/workbook.xml"}), "damaged workbook"),
    "a text that is not there": (
        lambda: packed(parts(raw_sheet(HEADER + '<row r="2"><c t="s"><v>5</v></c></row>'))),
        "damaged workbook",
    ),
    "rows out of order": (lambda: packed(parts(raw_sheet(HEADER + GOOD + GOOD))), "unsafe workbook"),
    "no XML": (lambda: packed(parts(b"<worksheet><sheetData>")), "unsafe workbook"),
    "a NUL sign": (lambda: packed(parts(raw_sheet(HEADER + text_row(2, "A_x0000_", "", "", "")))), "nul bytes"),
}

MEASURED = """
import sys, time
from pathlib import Path
from tests.peak_memory import peak_memory
from servanda.bad_input import BadInput
from servanda.files.mappings import read_mapping
from servanda.files.tickets import read_tickets
mapping = read_mapping(Path(sys.argv[1]))
started = time.perf_counter()
try:
    read_tickets(mapping, Path(sys.argv[2]))
except BadInput as refusal:
    print(refusal.fault)
print(time.perf_counter() - started)
print(peak_memory())
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", UNFIT)
def test_what_must_not_be_read_is_refused_at_once_and_in_little_memory(tmp_path: Path, name: str) -> None:
    make, fault = UNFIT[name]
    book, mapping = tmp_path / "t.xlsx", tmp_path / "mapping.yaml"
    book.write_bytes(make())
    mapping.write_text(TICKETS, "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, mapping, book], capture_output=True, text=True, check=True, timeout=60
    )
    found, seconds, peak = done.stdout.splitlines()
    assert found == fault
    assert float(seconds) < 2
    assert int(peak) < 300_000_000


@pytest.mark.slow
def test_a_workbook_changed_anywhere_is_read_or_refused_in_words(tmp_path: Path) -> None:
    path = save(sheet_of([NAMES, *((f"A{n}", OPENED, None, "P1") for n in range(30))]), tmp_path / "whole.xlsx")
    whole, chance = path.read_bytes(), Random(3)
    plain = packed([(each, zipfile.ZipFile(path).read(each)) for each in zipfile.ZipFile(path).namelist()])
    for _ in range(400):
        content = bytearray(chance.choice((whole, plain)))
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(content))
            content[place : place + chance.randrange(3)] = bytes([chance.randrange(256)]) * chance.randrange(3)
        with suppress(BadInput):
            read(tmp_path, bytes(content))


@pytest.mark.slow
def test_xml_changed_anywhere_is_read_or_refused_in_words(tmp_path: Path) -> None:
    path = save(sheet_of([NAMES, *((f"A{n}", OPENED, None, 7) for n in range(5))]), tmp_path / "whole.xlsx")
    with zipfile.ZipFile(path) as archive:
        known = {each: archive.read(each) for each in archive.namelist()}
    chance = Random(4)
    for _ in range(600):
        part = chance.choice([each for each in known if "docProps" not in each and "theme" not in each])
        content = bytearray(known[part])
        place = chance.randrange(len(content))
        content[place : place + chance.randrange(3)] = chance.choice(
            (b"", b"<", b'"', b"9", b"-", b"\xff", b"/", b"e9")
        )
        with suppress(BadInput):
            read(tmp_path, packed(known | {part: bytes(content)}))


@pytest.mark.full
def test_a_large_workbook_needs_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(TICKETS, "utf-8")
    book = tmp_path / "t.xlsx"
    rows = (text_row(number, f"A{number}", "09/01/2026 16:00") for number in range(2, 300_000))
    book.write_bytes(packed(parts(raw_sheet(HEADER + "".join(rows)))))
    done = subprocess.run([sys.executable, "-c", STREAMED, mapping, book], capture_output=True, text=True, check=True)
    count, peak = map(int, done.stdout.split())
    assert count == 299_998
    assert peak < 300_000_000


STREAMED = """
import sys
from pathlib import Path
from tests.peak_memory import peak_memory
from servanda.files.mappings import read_mapping
from servanda.files.tickets import TicketStream
count = sum(1 for _ in TicketStream(read_mapping(Path(sys.argv[1])), Path(sys.argv[2])))
print(count, peak_memory())
"""
