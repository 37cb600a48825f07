"""Workbooks (.xlsx) as tables: one sheet, read row by row; nothing is computed, and nothing unsafe is unpacked.

The look at the archive comes first, and costs the same for every size: how many parts, how large unpacked, how tightly
packed, encrypted, with macros, with links or names that lead out of it. Only then is a part unpacked, in pieces.
"""

import posixpath
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple, NoReturn

from servanda.files import sheet_xml
from servanda.files.input_faults import NOWHERE, Place, Tally
from servanda.files.sheet_values import PLAIN, Look, Meant, look_of, moment, number_text, unescaped
from servanda.files.sheet_xml import (
    MOST_COLUMNS,
    MOST_ROWS,
    Area,
    OverlongCell,
    OversizedSheet,
    SheetCell,
    SheetReader,
    SheetRow,
    UnsafeXml,
    letters_of,
)

ARCHIVE = b"PK"
COMPOUND = b"\xd0\xcf\x11\xe0"
MOST_PARTS = 2_000
MOST_UNPACKED = 1 << 30
MOST_TIMES = 200
_SMALL = 16 << 20  # bytes; what unpacks to less may be packed as tightly as it likes
_MOST_TEXTS = 128 << 20
_MOST_SMALL_PART = 16 << 20
_LONGEST_DIRECTORY = 1 << 20
_CHUNK = 1 << 20
_DAMAGED = (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError)
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

_AFTER_CELL_STYLES = ("cellStyles", "dxfs", "tableStyles", "colors", "extLst")

DateText = Callable[[str, date], str]
"""From the name of a column and a date, or a date and time, to the text that stands for it there."""

Progress = Callable[[int, int], None]


class CellFault(NamedTuple):
    """A fault of one cell, or of a row where `column` is negative, that is met once the row's ticket is known."""

    column: int
    fault: str
    found: str
    expected: str
    mend: str


class Record(NamedTuple):
    """The cells of one row of any table: its number as in a spreadsheet, its first line, and what is wrong with it."""

    number: int
    line: int
    cells: list[str]
    faults: tuple[CellFault, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str
    hidden: bool


def is_workbook(start: bytes) -> bool:
    """Whether a file that starts so is a workbook, or something that is taken for one."""
    return start.startswith((ARCHIVE, COMPOUND))


def records_of_workbook(
    path: Path, sheet: str, columns: Sequence[str], date_text: DateText, tally: Tally, progress: Progress | None = None
) -> Iterator[Record]:
    """Yield the rows of a workbook's one sheet, or of the sheet named; the header is row 1.

    Raise `RefusedFile` for a workbook that cannot be read, or must not be. Faults of cells come with their row.
    """
    with path.open("rb") as raw, _in_words(tally):
        _look_at_start(raw, tally)
        with _unsound("its directory is damaged"):
            archive = zipfile.ZipFile(raw)
        with archive:
            _look_at_parts(archive, tally)
            yield from _Workbook(archive, date_text, tally).records(sheet, columns, progress)


@contextmanager
def _in_words(tally: Tally) -> Iterator[None]:
    """Turn what the libraries raise into refusals."""
    try:
        yield
    except UnsafeXml as unsafe:
        _refuse_unsafe(str(unsafe), tally)
    except OversizedSheet as oversized:
        _refuse_oversized(str(oversized), tally, oversized.row)
    except OverlongCell as overlong:
        found = f"a cell of more than {sheet_xml.LONGEST_CELL:,} characters"
        mend = "Shorten it, or export without its column."
        tally.stop("overlong cell", Place(overlong.row), found, "cells of a length that a ticket can have", mend)
    except _DAMAGED as damage:
        _refuse_damaged(str(damage), tally)


@contextmanager
def _unsound(found: str) -> Iterator[None]:
    """Call damage whatever the library for archives stumbles over in one that is not whole."""
    try:
        yield
    except (OSError, ValueError, LookupError, OverflowError, struct.error):
        raise zipfile.BadZipFile(found) from None


# --- The archive


def _look_at_start(raw: BinaryIO, tally: Tally) -> None:
    start = raw.read(_CHUNK)
    raw.seek(0)
    if start.startswith(COMPOUND):
        _refuse_compound("EncryptedPackage".encode("utf-16-le") in start, tally)
    parts, directory = _directory(raw)
    if parts > MOST_PARTS or directory > _LONGEST_DIRECTORY:
        _refuse_oversized(f"{parts:,} parts in a directory of {directory:,} bytes", tally)
    raw.seek(0)


def _directory(raw: BinaryIO) -> tuple[int, int]:
    """Return the number of parts and the bytes of their directory, before the directory is read."""
    size = raw.seek(0, 2)
    raw.seek(max(0, size - 65_600))
    end = raw.read()
    place = end.rfind(b"PK\x05\x06")
    record = end[place : place + 22]
    if place < 0 or len(record) < 22:
        raise zipfile.BadZipFile("it has no directory at its end")
    parts, directory = int.from_bytes(record[10:12], "little"), int.from_bytes(record[12:16], "little")
    larger = end[max(0, place - 20) : place]
    if larger.startswith(b"PK\x06\x07"):
        raw.seek(min(int.from_bytes(larger[8:16], "little"), size))
        record = raw.read(56)
        parts, directory = int.from_bytes(record[32:40], "little"), int.from_bytes(record[40:48], "little")
    return parts, directory


def _look_at_parts(archive: zipfile.ZipFile, tally: Tally) -> None:
    parts = archive.infolist()
    if len({part.filename for part in parts}) < len(parts):
        _refuse_unsafe("two parts of one name", tally)
    for part in parts:
        _look_at_part(part, tally)
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED:
        _refuse_oversized(f"{unpacked:,} bytes once unpacked", tally)


def _look_at_part(part: zipfile.ZipInfo, tally: Tally) -> None:
    shown = f"the part '{part.filename[:80]}'"
    if part.flag_bits & 1:
        _refuse_encrypted(tally)
    if stat.S_ISLNK(part.external_attr >> 16):
        _refuse_unsafe(f"{shown}, which is a link to another file", tally)
    if part.filename.startswith("/") or "\\" in part.filename or ".." in part.filename.split("/"):
        _refuse_unsafe(f"{shown}, whose name leads out of the workbook", tally)
    if part.compress_type not in _PACKINGS:
        _refuse_unsafe(f"{shown}, packed in a way that workbooks do not use", tally)
    if part.file_size > _SMALL and part.file_size > MOST_TIMES * part.compress_size:
        _refuse_oversized(f"{shown}, {part.file_size:,} bytes out of {part.compress_size:,}", tally)
    if part.filename.lower().endswith("vbaproject.bin"):
        _refuse_macros(tally)


# --- The workbook


class _Workbook:
    """An archive that was looked at, as sheets with rows."""

    def __init__(self, archive: zipfile.ZipFile, date_text: DateText, tally: Tally) -> None:
        self._archive = archive
        self._date_text = date_text
        self._tally = tally
        self._names = set(archive.namelist())
        if "[Content_Types].xml" not in self._names or not any(each.startswith("xl/") for each in self._names):
            _refuse_foreign("a zip archive, but no workbook", tally)
        with self._opened("[Content_Types].xml") as types:
            if b"macroEnabled" in types.read(_MOST_SMALL_PART):
                _refuse_macros(tally)
        self._part = self._main_part()
        elements = self._elements(self._part)
        self._epoch_1904 = any(
            name == "workbookPr" and each.get("date1904") in ("1", "true") for name, each in elements
        )
        self._links = self._targets(self._part)
        self._sheets = [
            _Sheet(
                each.get("name", ""),
                self._links.get(each.get("id", ""), ("", ""))[1],
                each.get("state", "visible") != "visible",
            )
            for name, each in elements
            if name == "sheet" and self._links.get(each.get("id", ""), ("", ""))[0] == "worksheet"
        ]
        self._looks = self._read_looks()
        self._texts: list[str] = []

    def records(self, sheet: str, columns: Sequence[str], progress: Progress | None) -> Iterator[Record]:
        """Yield the header, filled up to its last name, and each row that holds something."""
        part = self._chosen(sheet).part
        if part not in self._names:
            _refuse_damaged(f"no part '{part}'", self._tally)
        size = self._archive.getinfo(part).file_size
        self._look_at_size(part)
        self._texts = self._read_texts()
        header: list[str] = []
        reader = SheetReader()
        with self._opened(part) as file:
            for row in reader.rows(file):
                if not header:
                    header = self._header(row)
                    yield Record(1, 1, header)
                elif record := self._record(row, header):
                    yield record
                if progress is not None and row.number % 2_000 == 0:
                    progress(file.tell(), size)
        if not header:
            yield Record(1, 1, [])
        self._tally.begin("")
        for area in reader.merged:
            self._look_at_merged(area, header, columns)

    def _chosen(self, name: str) -> _Sheet:
        found = [each for each in self._sheets if each.name == name] if name else self._sheets
        if not self._sheets:
            _refuse_damaged("it has no sheet", self._tally)
        if name and not found:
            _refuse_missing_sheet(name, self._names_of_sheets(), self._tally)
        if len(found) > 1:
            _refuse_sheets(self._names_of_sheets(), self._tally)
        return found[0]

    def _names_of_sheets(self) -> str:
        return ", ".join(f"'{each.name}'{' (hidden)' if each.hidden else ''}" for each in self._sheets)

    def _main_part(self) -> str:
        parts = [target for kind, target in self._targets("").values() if kind == "officeDocument"]
        return parts[0] if parts else "xl/workbook.xml"

    def _targets(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the parts that a part names, by the id it gives them: what each is, and where it stands."""
        folder, name = posixpath.split(part)
        links = posixpath.join(folder, "_rels", f"{name}.rels")
        if links not in self._names:
            return {}
        return {
            each.get("Id", ""): (
                each.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join(folder, each.get("Target", "").replace("\\", "/"))).lstrip("/"),
            )
            for name, each in self._elements(links)
            if name == "Relationship" and each.get("TargetMode") != "External"
        }

    def _elements(self, part: str) -> list[tuple[str, dict[str, str]]]:
        with self._small(part) as file:
            return sheet_xml.elements(file)

    @contextmanager
    def _small(self, part: str) -> Iterator[IO[bytes]]:
        if part not in self._names:
            _refuse_damaged(f"no part '{part}'", self._tally)
        if self._archive.getinfo(part).file_size > _MOST_SMALL_PART:
            _refuse_oversized(f"a part '{part}' of more than {_MOST_SMALL_PART:,} bytes", self._tally)
        with self._opened(part) as file:
            yield file

    def _opened(self, part: str) -> IO[bytes]:
        with _unsound(f"no part stands where '{part}' should"):
            return self._archive.open(part)

    def _of_kind(self, kind: str) -> str:
        return next((part for each, part in self._links.values() if each == kind), "")

    def _read_texts(self) -> list[str]:
        part = self._of_kind("sharedStrings")
        if part not in self._names:
            return []
        with self._opened(part) as file:
            return sheet_xml.texts(file, _MOST_TEXTS)

    def _read_looks(self) -> list[Look]:
        """Return what each style makes of a number."""
        part = self._of_kind("styles")
        if part not in self._names:
            return []
        elements = self._elements(part)
        codes = {each.get("numFmtId", ""): each.get("formatCode", "") for name, each in elements if name == "numFmt"}
        names = [name for name, _ in elements]
        if "cellXfs" not in names:
            return []
        of_cells = elements[names.index("cellXfs") + 1 :]
        of_cells = list(takewhile(lambda each: each[0] not in _AFTER_CELL_STYLES, of_cells))
        return [_look(each.get("numFmtId", "0"), codes) for name, each in of_cells if name == "xf"]

    def _look_at_size(self, part: str) -> None:
        """Count the rows of a sheet, before any of them is read: a sheet too long is refused at once."""
        rows, rest = 0, b""
        with self._opened(part) as file:
            while piece := file.read(_CHUNK):
                piece = rest + piece
                rows += piece.count(b"<row") + piece.count(b":row")
                rest = piece[-3:]
                if rows > MOST_ROWS:
                    raise OversizedSheet(f"more than {MOST_ROWS:,} rows")

    # --- Rows

    def _header(self, row: SheetRow) -> list[str]:
        if row.number > 1:
            return []
        header = self._cells(row, [])[0]
        while header and not header[-1].strip():
            header.pop()
        return header

    def _record(self, row: SheetRow, header: list[str]) -> Record | None:
        """Return the cells of a row up to the header's width, nothing for a row that holds nothing."""
        cells, faults = self._cells(row, header)
        if not faults and not any(map(str.strip, cells)):
            return None
        if row.hidden:
            mend = "Show all rows and remove filters in the spreadsheet, or delete the hidden rows; 'flag' reads them."
            faults.append(CellFault(-1, "hidden rows", "a row that is hidden", "rows that can be seen", mend))
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        cells += [""] * (len(header) - len(cells))
        return Record(row.number, row.number, cells, tuple(faults))

    def _cells(self, row: SheetRow, header: list[str]) -> tuple[list[str], list[CellFault]]:
        texts: list[str] = []
        faults: list[CellFault] = []
        for cell in row.cells:
            texts += [""] * (cell.column - len(texts))
            fault = _fault_of(cell)
            if fault is not None:
                faults.append(fault)
            texts.append(self._text(cell, row.number, header))
        return texts, faults

    def _text(self, cell: SheetCell, row: int, header: list[str]) -> str:
        """Return what a cell shows, as a table of text has it."""
        text = cell.text
        if text is None or cell.kind == "e":
            return ""
        if cell.kind == "n":
            return self._number(text, cell, header) if text else ""
        if cell.kind == "b":
            return "TRUE" if text == "1" else "FALSE"
        if cell.kind == "d":
            return self._iso(text, cell, header)
        if cell.kind == "s":
            text = self._shared(text)
        text = unescaped(text)
        if "\0" in text:
            place = Place(row, row, header[cell.column] if cell.column < len(header) else "")
            mend = "The workbook was not written by a spreadsheet. Export it again."
            self._tally.stop("nul bytes", place, "a NUL sign", "text", mend)
        return text

    def _shared(self, text: str) -> str:
        if not text.isdecimal() or int(text) >= len(self._texts):
            _refuse_damaged(f"no shared text of number '{text[:40]}'", self._tally)
        return self._texts[int(text)]

    def _number(self, text: str, cell: SheetCell, header: list[str]) -> str:
        look = self._looks[cell.style] if cell.style < len(self._looks) else PLAIN
        if look.meant is Meant.NUMBER:
            return number_text(text, look)
        return self._dated(moment(text, look, self._epoch_1904), cell, header)

    def _iso(self, text: str, cell: SheetCell, header: list[str]) -> str:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return text
        return text if at.tzinfo else self._dated(at.date() if len(text) <= len("2026-01-29") else at, cell, header)

    def _dated(self, at: date | str, cell: SheetCell, header: list[str]) -> str:
        if isinstance(at, str):
            return at
        return self._date_text(header[cell.column], at) if cell.column < len(header) else at.isoformat()

    def _look_at_merged(self, area: Area, header: list[str], columns: Sequence[str]) -> None:
        """Meet merged cells that leave a cell of a wanted column without its value."""
        for column in range(area.first_column, min(area.last_column + 1, len(header))):
            row = area.first_row + (column == area.first_column)
            if header[column] and header[column].strip() in columns and row <= area.last_row and area.last_row > 1:
                first, last = letters_of(area.first_column), letters_of(area.last_column)
                found = f"the merged cells {first}{area.first_row}:{last}{area.last_row}"
                mend = "Unmerge the cells and fill the value into each row; 'flag' reads all but the first as empty."
                place = Place(row, row, header[column].strip())
                self._tally.meet("merged cells", place, found, "a value in each cell", mend)
                return


def _look(id: str, codes: Mapping[str, str]) -> Look:
    return look_of(int(id) if id.isascii() and id.isdigit() and len(id) < 10 else 0, codes.get(id))


def _fault_of(cell: SheetCell) -> CellFault | None:
    """Return what is wrong with a cell that holds no value though it should."""
    if cell.kind == "e":
        mend = "Mend the formula in the spreadsheet, or fill in the value."
        return CellFault(cell.column, "error in a cell", f"'{(cell.text or '')[:40]}'", "a value", mend)
    if cell.formula and (cell.text is None or (not cell.text and cell.kind == "n")):
        mend = "Open the workbook in a spreadsheet and save it, so that it holds values; no formula is computed here."
        return CellFault(cell.column, "formula without a value", "a formula without its value", "a value", mend)
    return None


# --- Refusals


def _refuse_compound(encrypted: bool, tally: Tally) -> NoReturn:
    if encrypted:
        _refuse_encrypted(tally)
    _refuse_foreign("an old Excel workbook", tally)


def _refuse_foreign(found: str, tally: Tally) -> NoReturn:
    mend = "Save it as .xlsx, or the one sheet that holds the tickets as CSV."
    tally.stop("spreadsheet workbook", NOWHERE, f"the file is {found}", "a CSV file, plain or gzip, or .xlsx", mend)


def _refuse_encrypted(tally: Tally) -> NoReturn:
    mend = "Save it without a password."
    tally.stop("encrypted workbook", NOWHERE, "the workbook is encrypted", "a workbook without a password", mend)


def _refuse_macros(tally: Tally) -> NoReturn:
    mend = "Save it as .xlsx, which holds no macros."
    tally.stop("workbook with macros", NOWHERE, "the workbook holds macros", "a workbook without macros", mend)


def _refuse_unsafe(found: str, tally: Tally) -> NoReturn:
    mend = "Spreadsheets do not write this. Open it in one that you trust and save it anew, or ask where it comes from."
    tally.stop("unsafe workbook", NOWHERE, f"the workbook holds {found}", "a workbook as spreadsheets write it", mend)


def _refuse_oversized(found: str, tally: Tally, row: int | None = None) -> NoReturn:
    expected = f"at most {MOST_ROWS:,} rows, {MOST_COLUMNS:,} columns and {MOST_UNPACKED:,} bytes once unpacked"
    mend = "Export fewer tickets at a time, or as CSV."
    tally.stop("oversized workbook", Place(row, row), f"the workbook holds {found}", expected, mend)


def _refuse_damaged(found: str, tally: Tally) -> NoReturn:
    mend = "Fetch the file again and compare its size or checksum with its source."
    tally.stop("damaged workbook", NOWHERE, f"the workbook is damaged ({found})", "a whole workbook", mend)


def _refuse_sheets(names: str, tally: Tally) -> NoReturn:
    mend = "Write 'sheet: NAME' under 'table' in the mapping: nothing says which of them holds the tickets."
    tally.stop("several sheets", NOWHERE, f"the sheets {names}", "one sheet, or a mapping that names it", mend)


def _refuse_missing_sheet(name: str, names: str, tally: Tally) -> NoReturn:
    mend = "Change 'sheet' under 'table' in the mapping."
    tally.stop("sheet missing", NOWHERE, f"no sheet '{name}'", f"one of: {names}", mend)
