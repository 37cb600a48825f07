"""Damaged tables, made by kind and seed, each with what must be found: `damaged(kind, seed, folder)`.

The kinds are the 32 kinds of import damage, by their numbers. Kind 31, a ticket that is already kept with other
content, needs a store and is not among them. Where a kind has variants, the seed chooses one.
"""

import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from servanda.files.input_faults import FAULTS, Grade
from tests.files.workbook_examples import save, sheet_of

NOW = datetime(2026, 12, 31, tzinfo=UTC)
COLUMNS = ("Number", "Opened", "Resolved", "Priority", "Category", "Solver", "Note")
NUMBER, OPENED, RESOLVED, PRIORITY, CATEGORY, SOLVER, NOTE = range(7)
FORMAT = "%d/%m/%Y %H:%M"
MAPPING = r"""
format: servanda-mapping/1
id: damaged
times:
  formats: ["%d/%m/%Y %H:%M"]
  zone: Europe/Paris
rows: {are: tickets, ticket: Number, pattern: 'INC\d{7}'}
events: {opened: Opened, resolved: Resolved}
classes:
  priority: {column: Priority, values: {P1: critical, P2: high, P3: normal}}
  service: {column: Category, values: {Mail: mail, Wi-Fi: network}}
assignment:
  person: {column: Solver, values: {Ann: ann, Ben: ben}}
claims: {extra: {note: Note}}
"""
WITH_OFFSETS = MAPPING.replace('["%d/%m/%Y %H:%M"]', "[iso]").replace("zone: Europe/Paris", "offsets: trusted")
ISO = MAPPING.replace('["%d/%m/%Y %H:%M"]', "[iso]")
PAYLOADS = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "-2+3",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '=HYPERLINK("http://x","y")',
    "{{7*7}}",
)


@dataclass(frozen=True, slots=True)
class Damaged:
    """A damaged table and what must come of it, under the grades that hold by default.

    `fault` is empty for damage that must be read as it stands. `row`, `line` and `column` are where it is found.
    `rows` counts the rows of the table; `good` are the numbers of the tickets that must be read, with their notes;
    of a refused file there are none.
    """

    kind: int
    path: Path
    mapping: Path
    fault: str
    row: int | None
    line: int | None
    column: str
    rows: int
    good: Mapping[str, str]

    @property
    def grade(self) -> Grade | None:
        """What is done about the fault, nothing where there is none."""
        return FAULTS[self.fault].default if self.fault else None


@dataclass(frozen=True, slots=True)
class _Table:
    """A table before it is written, and what is expected of it so far."""

    chance: Random
    folder: Path
    rows: Sequence[list[str]]
    header: Sequence[str] = COLUMNS
    mapping: str = MAPPING

    def at_random(self) -> int:
        """Return the place of some row."""
        return self.chance.randrange(len(self.rows))

    def with_cell(self, place: int, column: int, text: str) -> "_Table":
        """Return the table with another text in one cell."""
        rows = [list(row) for row in self.rows]
        rows[place][column] = text
        return replace(self, rows=rows)

    def text(self) -> str:
        """Return the table as CSV text."""
        return "".join(",".join(map(_quoted, row)) + "\n" for row in (self.header, *self.rows))

    def written(
        self,
        content: bytes | str | None,
        fault: str = "",
        row: int | None = None,
        column: str = "",
        *,
        line: int | None = None,
        left_out: Sequence[int] = (),
        rows: int | None = None,
        name: str = "tickets.csv",
    ) -> Damaged:
        """Write the file and its mapping, and return them with what is expected; the line is the row's unless told."""
        path, mapping = self.folder / name, self.folder / "mapping.yaml"
        mapping.write_text(self.mapping, "utf-8")
        if content is not None:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        refused = fault and FAULTS[fault].default is Grade.REFUSE
        good = {} if refused else {row[NUMBER]: row[NOTE] for n, row in enumerate(self.rows) if n not in left_out}
        count = len(self.rows) if rows is None else rows
        return Damaged(0, path, mapping, fault, row, line if line is not None else row, column, count, good)


def damaged(kind: int, seed: int, folder: Path) -> Damaged:
    """Write a table with damage of a kind into a folder, and return it with what must be found."""
    chance = Random(1_000 * kind + seed)
    return replace(_KINDS[kind](_Table(chance, folder, _rows(chance))), kind=kind)


def _rows(chance: Random) -> list[list[str]]:
    """Return rows of sound tickets; the first has a day above 12, and none is near a change of the clocks."""
    numbers = chance.sample(range(100, 1_000_000), chance.randrange(4, 40))
    return [_row(number, chance, day=20 if place == 0 else 0) for place, number in enumerate(numbers)]


def _row(number: int, chance: Random, day: int) -> list[str]:
    opened = datetime(2026, chance.randrange(4, 10), day or chance.randrange(1, 28), tzinfo=UTC)
    opened += timedelta(minutes=chance.randrange(1_440))
    resolved = opened + timedelta(minutes=chance.randrange(20_000))
    return [
        f"INC{number:07}",
        opened.strftime(FORMAT),
        resolved.strftime(FORMAT) if chance.random() < 0.7 else "",
        chance.choice(("P1", "P2", "P3")),
        chance.choice(("Mail", "Wi-Fi")),
        chance.choice(("Ann", "Ben", "")),
        chance.choice(("", "asked twice", "by phone")),
    ]


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in ',"\n\r') else cell


# --- Encoding


def _byte_order_mark(table: _Table) -> Damaged:
    return table.written(b"\xef\xbb\xbf" + table.text().encode(), "byte order mark")


def _utf_16(table: _Table) -> Damaged:
    return table.written(table.text().encode(table.chance.choice(("utf-16", "utf-16-le", "utf-16-be"))), "utf-16 text")


def _windows_1252(table: _Table) -> Damaged:
    place = table.at_random()
    accented = table.with_cell(place, NOTE, f"caf{table.chance.choice('éèüñß')}").text()
    return table.written(accented.encode("windows-1252"), "windows-1252 text", line=place + 2)


def _mixed_encodings(table: _Table) -> Damaged:
    one, other = table.chance.sample(range(len(table.rows)), 2)
    lines = table.with_cell(one, NOTE, "naïve").with_cell(other, NOTE, "café").text().splitlines(keepends=True)
    packed = [line.encode("cp1252" if place == other + 1 else "utf-8") for place, line in enumerate(lines)]
    return table.written(b"".join(packed), "mixed encodings", line=other + 2)


def _nul(table: _Table) -> Damaged:
    place = table.at_random()
    return table.written(table.with_cell(place, NOTE, "a\0b").text(), "nul bytes", line=place + 2)


# --- Structure


def _empty(table: _Table) -> Damaged:
    content = table.chance.choice((b"", b"\n", b"\r\n", gzip.compress(b"", mtime=0)))
    return table.written(content, "empty file", 1 if content in (b"\n", b"\r\n") else None)


def _header_only(table: _Table) -> Damaged:
    return table.written(replace(table, rows=()).text(), "no rows")


def _no_header(table: _Table) -> Damaged:
    return table.written(table.text().partition("\n")[2], "no header", 1)


def _repeated_header(table: _Table) -> Damaged:
    name = table.chance.choice(COLUMNS)
    wider = [[*row, "x"] for row in table.rows]
    return replace(table, header=(*COLUMNS, name), rows=wider).written(
        replace(table, header=(*COLUMNS, name), rows=wider).text(), "column repeated", 1, name
    )


def _renamed_header(table: _Table) -> Damaged:
    place = table.at_random() % len(COLUMNS)
    name = COLUMNS[place]
    other = table.chance.choice((name.lower(), f"{name}_x", f"Ticket {name}", name[:-1]))
    header = [*COLUMNS[:place], other, *COLUMNS[place + 1 :]]
    return table.written(replace(table, header=header).text(), "column missing", 1, name)


def _delimiter(table: _Table) -> Damaged:
    return table.written(table.text().replace(",", table.chance.choice(";\t|")), "wrong delimiter", 1)


def _ragged(table: _Table) -> Damaged:
    place = table.at_random()
    lines = table.text().splitlines()
    row = lines[place + 1]
    lines[place + 1] = f"{row},x" if table.chance.random() < 0.5 else row.rpartition(",")[0]
    return table.written("\n".join(lines) + "\n", "ragged row", place + 2, left_out=[place])


def _unclosed_quote(table: _Table) -> Damaged:
    place = table.at_random()
    lines = table.text().splitlines()
    before, _, last = lines[place + 1].rpartition(",")
    lines[place + 1] = f'{before},"{last}'
    return table.written("\n".join(lines) + "\n", "unclosed quote", place + 2)


def _line_break(table: _Table) -> Damaged:
    note = table.chance.choice(("first\nsecond", "first\r\nsecond", '"quoted",\n\nand on', "\nlast"))
    broken = table.with_cell(table.at_random(), NOTE, note)
    read = replace(broken, rows=[[*row[:NOTE], row[NOTE].strip()] for row in broken.rows])
    return read.written(broken.text())


def _cut(table: _Table) -> Damaged:
    text, last = table.text(), len(table.rows) + 1
    if table.chance.random() < 0.5:
        packed = gzip.compress(text.encode(), mtime=0)
        return table.written(packed[: -table.chance.randrange(1, 16)], "damaged compression")
    row = text.splitlines()[-1]
    commas = [place for place, sign in enumerate(row) if sign == ","]
    kept = table.chance.randrange(1, commas[-1])
    return table.written(text[: len(text) - 1 - len(row) + kept], "cut in mid row", last)


def _totals(table: _Table) -> Damaged:
    word = table.chance.choice(("Total", "Grand total", "Sum", "Gesamt", "Count"))
    text = table.text() + f"{word},{len(table.rows)},,,,,\n"
    return table.written(text, "totals line", len(table.rows) + 2, rows=len(table.rows) + 1)


def _merged(table: _Table) -> Damaged:
    place = table.chance.randrange(1, len(table.rows))
    if table.chance.random() < 0.5:
        text = table.with_cell(place, NUMBER, "").text()
        return table.written(text, "ticket number missing", place + 2, "Number", left_out=[place])
    sheet = sheet_of([COLUMNS, *table.rows])
    column = table.chance.choice("ABCDEFG")
    sheet.merge_cells(f"{column}{place + 1}:{column}{place + 2}")
    save(sheet, table.folder / "tickets.xlsx")
    return table.written(None, "merged cells", place + 2, COLUMNS["ABCDEFG".index(column)], name="tickets.xlsx")


def _sheets(table: _Table) -> Damaged:
    sheet = sheet_of([COLUMNS, *table.rows])
    book = sheet.parent
    assert book is not None
    for number in range(table.chance.randrange(1, 4)):
        book.create_sheet(f"More {number}").sheet_state = table.chance.choice(("visible", "hidden", "veryHidden"))
    save(sheet, table.folder / "tickets.xlsx")
    return table.written(None, "several sheets", name="tickets.xlsx")


def _hidden(table: _Table) -> Damaged:
    place = table.at_random()
    sheet = sheet_of([COLUMNS, *table.rows])
    sheet.row_dimensions[place + 2].hidden = True
    save(sheet, table.folder / "tickets.xlsx")
    return table.written(None, "hidden rows", place + 2, name="tickets.xlsx")


# --- Values


def _in_cell(column: int, fault: str, texts: Sequence[str], mapping: str = MAPPING) -> Callable[[_Table], Damaged]:
    """Return what puts one of some texts into a cell of a column."""

    def make(table: _Table) -> Damaged:
        place = table.at_random() if fault != "mixed date styles" else table.chance.randrange(1, len(table.rows))
        changed = replace(table.with_cell(place, column, table.chance.choice(texts)), mapping=mapping)
        return changed.written(changed.text(), fault, place + 2, COLUMNS[column], left_out=[place])

    return make


def _one_of(*kinds: Callable[[_Table], Damaged]) -> Callable[[_Table], Damaged]:
    return lambda table: table.chance.choice(kinds)(table)


def _unproven(table: _Table) -> Damaged:
    rows = [[row[NUMBER], f"0{n % 9 + 1}/05/2026 09:00", "", *row[PRIORITY:]] for n, row in enumerate(table.rows)]
    low = replace(table, rows=rows)
    return low.written(low.text(), "day and month unproven", column="Opened")


def _zone(table: _Table) -> Damaged:
    missing = table.chance.random() < 0.5
    rows = [
        [row[NUMBER], _iso(row[OPENED], missing), _iso(row[RESOLVED], missing), *row[PRIORITY:]] for row in table.rows
    ]
    place = table.at_random()
    rows[place][OPENED] = _iso(table.rows[place][OPENED], not missing)
    odd = replace(table, rows=rows, mapping=WITH_OFFSETS if missing else ISO)
    return odd.written(odd.text(), "zone missing" if missing else "zone mixed", place + 2, "Opened")


def _iso(text: str, offset: bool) -> str:
    if not text:
        return ""
    at = datetime.strptime(text, FORMAT).replace(tzinfo=UTC)
    return at.isoformat() if offset else at.replace(tzinfo=None).isoformat()


def _gap_or_overlap(table: _Table) -> Damaged:
    place, gap = table.at_random(), table.chance.random() < 0.5
    time = f"02:{table.chance.randrange(60):02}"
    changed = table.with_cell(place, OPENED, f"29/03/2026 {time}" if gap else f"25/10/2026 {time}")
    changed = changed.with_cell(place, RESOLVED, "")
    fault = f"time in a daylight-saving {'gap' if gap else 'overlap'}"
    return changed.written(changed.text(), fault, place + 2, "Opened", left_out=[place] if gap else [])


def _resolved_first(table: _Table) -> Damaged:
    place = table.at_random()
    opened = datetime.strptime(table.rows[place][OPENED], FORMAT).replace(tzinfo=UTC)
    earlier = opened - timedelta(minutes=table.chance.randrange(1, 3_000))
    changed = table.with_cell(place, RESOLVED, earlier.strftime(FORMAT))
    return changed.written(changed.text(), "event before opening", place + 2, "Resolved", left_out=[place])


def _future(table: _Table) -> Damaged:
    place = table.at_random()
    changed = table.with_cell(
        place, RESOLVED, f"{table.chance.randrange(1, 29):02}/02/{table.chance.randrange(2027, 2190)} 10:00"
    )
    return changed.written(changed.text(), "event in the future", place + 2, left_out=[place])


def _lost_zeros(table: _Table) -> Damaged:
    place = table.at_random()
    number = table.rows[place][NUMBER]
    lost = table.chance.choice((f"INC{int(number[3:])}", f"{int(number[3:])}", "1.01E+11"))
    changed = table.with_cell(place, NUMBER, lost)
    return changed.written(changed.text(), "ticket number malformed", place + 2, "Number", left_out=[place])


def _unknown_person(table: _Table) -> Damaged:
    changed = table.with_cell(table.at_random(), SOLVER, "Somebody New")
    return changed.written(changed.text())


def _repeated(table: _Table) -> Damaged:
    place, last = table.at_random(), len(table.rows) + 2
    again = list(table.rows[place])
    same = table.chance.random() < 0.5
    if not same:
        again[NOTE] += " and more"
    text = replace(table, rows=[*table.rows, again]).text()
    fault = "row repeated" if same else "number repeated"
    return table.written(text, fault, last, "Number", rows=len(table.rows) + 1)


def _payload(table: _Table) -> Damaged:
    changed = table.with_cell(table.at_random(), NOTE, table.chance.choice(PAYLOADS))
    return changed.written(changed.text())


_TIMES = (OPENED, RESOLVED)
_KINDS: Mapping[int, Callable[[_Table], Damaged]] = {
    1: _byte_order_mark,
    2: _utf_16,
    3: _windows_1252,
    4: _mixed_encodings,
    5: _nul,
    6: _empty,
    7: _header_only,
    8: _no_header,
    9: _repeated_header,
    10: _renamed_header,
    11: _delimiter,
    12: _ragged,
    13: _unclosed_quote,
    14: _line_break,
    15: _cut,
    16: _totals,
    17: _merged,
    18: _sheets,
    19: _hidden,
    20: _one_of(
        _unproven, *(_in_cell(c, "mixed date styles", ("05/29/2026 09:00", "12/31/2025 23:59")) for c in _TIMES)
    ),
    21: _one_of(*(_in_cell(c, "spreadsheet serial date", ("46051.375", "46051")) for c in _TIMES)),
    22: _zone,
    23: _gap_or_overlap,
    24: _resolved_first,
    25: _one_of(_future, *(_in_cell(c, "implausible year", ("31/12/9999 23:59", "01/01/1753 00:00")) for c in _TIMES)),
    26: _one_of(*(_in_cell(c, "duration for a time", ("1d 4h", "26:30", "3 hours", "90 min")) for c in _TIMES)),
    27: _one_of(*(_in_cell(c, "decimal comma", ("46051,375", "46051,5")) for c in _TIMES)),
    28: _lost_zeros,
    29: _one_of(
        _in_cell(PRIORITY, "unknown value", ("P9", "urgent", "1")),
        _in_cell(CATEGORY, "unknown value", ("Printer", "mail")),
        _unknown_person,
    ),
    30: _repeated,
    32: _payload,
}
KINDS = tuple(_KINDS)
