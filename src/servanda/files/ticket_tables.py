"""Tables of tickets as CSV files and workbooks: a header that is checked by name, rows with their place, damage named.

A row is numbered as a spreadsheet numbers it: the header is row 1, and a cell that holds a line break is
still one row. The line is where the row begins in the file.
"""

import csv
import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, NoReturn

from servanda.files.input_faults import NOWHERE, Place, Tally
from servanda.files.table_bytes import lines_of
from servanda.files.workbooks import DateText, Record, is_workbook, records_of_workbook

Progress = Callable[[int, int], None]

_DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_FORMULA = re.compile(r"\s*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*\Z")
_VALUE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{6,}")
_TOTALS = re.compile(
    r"(?:\(?\d+ rows?|(?:grand[ -]?|sub[ -]?)?(?:total\w*|totaal|sum|summe|gesamt\w*|somme|suma|count|average))\b",
    re.IGNORECASE,
)
_ROWS_BETWEEN_REPORTS = 2_000
_UNLIKE = 0.6
_LONGEST_CELL = 16 * 1024 * 1024  # characters; a spreadsheet's cell holds 32,767, a quote never closed all the rest


@dataclass(frozen=True, slots=True)
class TableForm:
    """How the text of a table is cut into cells, and which cells mean that there is no value.

    `sheet` names the sheet of a workbook, which needs no more of this; empty where it has only one.
    """

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    nothing: frozenset[str] = frozenset()
    sheet: str = ""


class Row(NamedTuple):
    """One row: its number as in a spreadsheet, its first line, its ticket, the wanted cells, a hash of all cells.

    `batch` is the number of the import it was kept with, 0 for a row of the file that is being read.
    """

    number: int
    line: int
    ticket: str
    cells: tuple[str, ...]
    whole: int
    batch: int = 0

    def same_as(self, other: "Row") -> bool:
        """Whether both rows have the same text in every cell, wanted or not."""
        return self.whole == other.whole and self.cells == other.cells


def iso_text(column: str, at: date) -> str:
    """Return a date, or a date and time, as ISO 8601 has it."""
    return at.isoformat()


def neutralise(text: str) -> str:
    """Return `text` so that a spreadsheet shows it and does not run it as a formula.

    A text that begins like a formula gets an apostrophe before it; a plain number is left alone.
    """
    if _FORMULA.match(text) and not _NUMBER.match(text):
        return "'" + text
    return text


def read_rows(
    path: Path,
    form: TableForm,
    columns: Sequence[str],
    tally: Tally,
    progress: Progress | None = None,
    date_text: DateText = iso_text,
) -> Iterator[Row]:
    """Yield each row's cells of the named columns, of which the first is that of the ticket number.

    Raise `RefusedFile` for damage to the file; list rows that are ragged or name no ticket in the tally. A date in
    a workbook is put in words by `date_text`.
    """
    records = records_of(path, form, tally, columns, progress, date_text)
    header = _checked_header(records, form, columns, tally)
    yield from _rows(records, _Layout(header, columns, form.nothing | {""}), tally)


def records_of(
    path: Path,
    form: TableForm,
    tally: Tally,
    columns: Sequence[str] = (),
    progress: Progress | None = None,
    date_text: DateText = iso_text,
) -> Iterator[Record]:
    """Yield every row of a table as it stands, the header first; `columns` are those in which a merged cell matters."""
    size = path.stat().st_size
    with path.open("rb") as raw:
        if is_workbook(raw.read(4)):
            yield from records_of_workbook(path, form.sheet, columns, date_text, tally, progress)
        else:
            raw.seek(0)
            for record in _records(lines_of(path, form.encoding, tally, raw), form, tally):
                if progress is not None and record.number % _ROWS_BETWEEN_REPORTS == 0:
                    progress(raw.tell(), size)
                yield record
    if progress is not None:
        progress(size, size)


def _records(lines: Iterator[str], form: TableForm, tally: Tally) -> Iterator[Record]:
    """Yield the records of the CSV text; an unclosed quote or a cell without an end refuses the file."""
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(lines, delimiter=form.delimiter, quotechar=form.quote, strict=True)
    number, line = 0, 1
    try:
        for number, cells in enumerate(reader, 1):
            yield Record(number, line, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        place = Place(number + 1, line)
        if str(error).startswith("field larger than field limit"):
            _refuse_overlong_cell(place, tally)
        _refuse_unclosed_quote(place, error, tally)


def _refuse_overlong_cell(place: Place, tally: Tally) -> NoReturn:
    tally.stop(
        "overlong cell",
        place,
        f"a cell of more than {_LONGEST_CELL:,} characters",
        "cells of a length that a ticket can have",
        "Look at the row that begins here: most likely a closing quote is missing. If not, export without that column.",
    )


def _refuse_unclosed_quote(place: Place, error: csv.Error, tally: Tally) -> NoReturn:
    tally.stop(
        "unclosed quote",
        place,
        f"a quote that does not end where its cell ends ({error})",
        "a closing quote before the next delimiter",
        "Look at the row that begins here: a quote is missing or not doubled, or the file was cut.",
    )


def _checked_header(records: Iterator[Record], form: TableForm, columns: Sequence[str], tally: Tally) -> list[str]:
    """Return the header's names, trimmed; meet what is wrong with it."""
    header = [cell.strip() for cell in next(records, Record(1, 1, [])).cells]
    if not any(header):
        tally.stop(
            "empty file",
            Place(1, 1),
            "no header in the first row",
            "a row of column names",
            "Export the tickets again.",
        )
    missing = [each for each in columns if each not in header]
    if missing:
        _refuse_missing(header, missing, form, columns, tally)
    for each in columns:
        if header.count(each) > 1:
            _refuse_repeated(header, each, tally)
    return header


def _refuse_repeated(header: list[str], name: str, tally: Tally) -> NoReturn:
    places = ", ".join(str(place) for place, each in enumerate(header, 1) if each == name)
    mend = "Rename or drop one of them in the export: nothing says which is meant."
    tally.stop("column repeated", Place(1, 1, name), f"the column stands at places {places}", "each column once", mend)


def _refuse_missing(
    header: list[str], missing: list[str], form: TableForm, columns: Sequence[str], tally: Tally
) -> NoReturn:
    """Meet the likeliest reason for which mapped columns are not in the header."""
    for other, name in _DELIMITERS.items():
        if (
            other != form.delimiter
            and sum(other in cell for cell in header)
            and len(header) * 2 <= _parts(header, other)
        ):
            _refuse_delimiter(other, name, form, tally)
    if len(missing) == len(set(columns)) and any(_VALUE.search(cell) for cell in header):
        mend = "Put the row of column names back on top: columns are found by name, never by place."
        found = f"the first row begins with {', '.join(repr(cell) for cell in header[:3])}"
        tally.stop("no header", Place(1, 1), found, f"column names such as '{missing[0]}'", mend)
    tally.stop("column missing", Place(1, 1, missing[0]), *_missing_words(header, missing))


def _parts(header: list[str], delimiter: str) -> int:
    return sum(cell.count(delimiter) + 1 for cell in header)


def _refuse_delimiter(found: str, name: str, form: TableForm, tally: Tally) -> NoReturn:
    expected = f"{_DELIMITERS.get(form.delimiter, repr(form.delimiter))} between cells"
    written = "\\t" if found == "\t" else found
    mend = f"Write 'delimiter: \"{written}\"' under 'table' in the mapping."
    tally.stop("wrong delimiter", Place(1, 1), f"{name} between the column names", expected, mend)


def _missing_words(header: list[str], missing: list[str]) -> tuple[str, str, str]:
    """Return what was found, expected and to do about missing columns, with the closest name of each."""
    near = {each: _closest(each, header) for each in missing}
    hints = [f"'{each}' may now be '{name}'" for each, name in near.items() if name]
    found = f"no column {' or '.join(repr(each) for each in missing)}"
    shown = ", ".join(repr(each) for each in header[:40]) + (" ..." if len(header) > 40 else "")
    mend = (
        f"{'; '.join(hints)}. If so, change the name in the mapping."
        if hints
        else "Export the column, or change the mapping."
    )
    return found, f"one of the names in the header: {shown}", mend


def _closest(name: str, header: list[str]) -> str:
    """Return the header's name most like `name`, or nothing where none is."""
    folded = {_folded(each): each for each in header if each}
    near = difflib.get_close_matches(_folded(name), folded, n=1, cutoff=_UNLIKE)
    return folded[near[0]] if near else ""


def _folded(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _rows(records: Iterator[Record], layout: "_Layout", tally: Tally) -> Iterator[Row]:
    """Yield the wanted cells of whole rows; the last record is looked at more closely than the others."""
    held: Record | None = None
    row_of = layout.row
    for record in records:
        if not record.cells:
            continue  # a blank line is no row
        if held is not None:
            tally.rows += 1
            row = row_of(held) or _odd_row(held, layout, tally)
            if row is not None:
                yield row
        held = record
    if held is None:
        mend = "Check the export's filter. If a period may be empty, grade this fault 'flag'."
        tally.meet("no rows", NOWHERE, "a header and no row", "at least one row", mend)
    else:
        yield from _last_row(held, layout, tally)


def _odd_row(record: Record, layout: "_Layout", tally: Tally) -> Row | None:
    """Meet what is wrong with a row: empty, ragged, without a ticket, or with faulty cells; return it if accepted."""
    place = Place(record.number, record.line)
    ticket = layout.ticket(record.cells)
    tally.begin(ticket)
    with tally.listing():
        if not any(cell.strip() for cell in record.cells) and not record.faults:
            tally.meet("empty row", place, "a row without a value", "a ticket", "Nothing to do: it is skipped.")
        elif len(record.cells) != layout.width:
            found = _cells(len(record.cells))
            mend = "A delimiter inside a text must be quoted. Mend the row, or the export's quoting."
            tally.stop("ragged row", place, found, f"{_cells(layout.width)}, as in the header", mend)
        elif not ticket:
            mend = "Fill in the ticket number of every row; merged cells leave all but the first one empty."
            place = Place(record.number, record.line, layout.ticket_column)
            tally.stop("ticket number missing", place, "nothing", "a ticket number", mend)
        else:
            _meet_faults(record, layout, tally)
            return layout.row(record._replace(faults=()))
    return None


def _meet_faults(record: Record, layout: "_Layout", tally: Tally) -> None:
    """Meet the faults of a row and of its wanted cells; those accepted are noted for the ticket."""
    for column, fault, found, expected, mend in record.faults:
        name = layout.wanted_name(column)
        if column < 0 or name:
            tally.meet(fault, Place(record.number, record.line, name), found, expected, mend)
    tally.note()


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else f"{number} cells"


def _last_row(record: Record, layout: "_Layout", tally: Tally) -> Iterator[Row]:
    """Yield the last row, unless it is a total or was cut."""
    place = Place(record.number, record.line)
    first = next((cell.strip() for cell in record.cells if cell.strip()), "")
    tally.begin("")
    if _TOTALS.match(first):
        tally.rows += 1
        with tally.listing():
            mend = "Export without a totals line, or leave it: it is never judged."
            tally.meet("totals line", place, f"a last row that begins with '{first}'", "a ticket", mend)
        return
    if tally.unended and len(record.cells) < layout.width:
        _turn_away_cut(record, layout, place, tally)
        return
    if tally.unended:
        _meet_unended(place, tally)
    tally.rows += 1
    row = layout.row(record) or _odd_row(record, layout, tally)
    if row is not None:
        yield row


def _turn_away_cut(record: Record, layout: "_Layout", place: Place, tally: Tally) -> None:
    """Refuse the file for its cut, or list the row."""
    tally.rows += 1
    tally.begin(layout.ticket(record.cells))
    found = f"{_cells(len(record.cells))} and no line end"
    mend = "The file ends too early: fetch or export it again, and compare its size with the source."
    with tally.listing():
        tally.stop("cut in mid row", place, found, f"{_cells(layout.width)} and a line end", mend)


def _meet_unended(place: Place, tally: Tally) -> None:
    mend = "Compare the last row with its source; export again if it is cut."
    tally.meet("no final newline", place, "no line end after the last row", "a line end after every row", mend)


class _Layout:
    """Where the wanted columns stand in each row, the first of them holding the ticket's number."""

    def __init__(self, header: Sequence[str], columns: Sequence[str], nothing: frozenset[str]) -> None:
        self.width = len(header)
        self._names = {place: name for place, name in enumerate(header) if name in columns}
        self.ticket_column = columns[0]
        self._ticket = header.index(columns[0])
        self._wanted = itemgetter(*(header.index(each) for each in (columns[0], *columns)))
        self._nothing = nothing

    def row(self, record: Record) -> Row | None:
        """Return the row of a record, or nothing if it is ragged, names no ticket or has faulty cells."""
        number, line, cells, faults = record
        if len(cells) != self.width or faults or not (ticket := self.ticket(cells)):
            return None
        return Row(number, line, ticket, self._wanted(cells)[1:], hash(tuple(cells)))

    def wanted_name(self, column: int) -> str:
        """Return the name of a column by its place, or nothing where it is not wanted."""
        return self._names.get(column, "")

    def ticket(self, cells: list[str]) -> str:
        """Return the ticket number in a record of any length, or nothing."""
        number = cells[self._ticket].strip() if self._ticket < len(cells) else ""
        return "" if number in self._nothing else number
