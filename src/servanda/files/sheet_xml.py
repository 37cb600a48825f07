"""The XML inside a workbook: its parts, and the rows of a sheet one by one, read without trusting a byte of it.

A document type is refused at its first letter, and with it every entity that could grow or fetch. No tag may be
longer than `_LONGEST_TAG`, and no cell longer than a cell of any table may be.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import IO, NamedTuple
from xml.parsers import expat

_CHUNK = 1 << 16
_LONGEST_TAG = 1 << 20
_REMEMBERED = 20_000
LONGEST_CELL = 16 * 1024 * 1024  # characters
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384

Start = Callable[[str, Mapping[str, str]], None]


class UnsafeXml(Exception):
    """XML that could harm whoever reads it, or is none; says what was found."""


class OversizedSheet(Exception):
    """A sheet of more rows or columns than a spreadsheet has; says what was found, and in which row."""

    def __init__(self, found: str, row: int | None = None) -> None:
        super().__init__(found)
        self.row = row


class OverlongCell(Exception):
    """A cell with more text than any table's cell may have, in the row named."""

    def __init__(self, row: int) -> None:
        super().__init__(f"row {row}")
        self.row = row


class SheetCell(NamedTuple):
    """A cell as it stands: column from 0, type, number of its style, text (`None`: no value), whether a formula."""

    column: int
    kind: str
    style: int
    text: str | None
    formula: bool


class SheetRow(NamedTuple):
    """A row as it stands: number from 1, whether it is hidden, its cells."""

    number: int
    hidden: bool
    cells: list[SheetCell]


class Area(NamedTuple):
    """A rectangle of merged cells; rows from 1, columns from 0, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


class XmlReader:
    """Feeds XML piece by piece to handlers that are given names without their prefix."""

    def __init__(self, start: Start, end: Callable[[str], None], text: Callable[[str], None] | None = None) -> None:
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = _refuse_doctype
        self._parser.StartElementHandler = self._start_first
        self._start, self._end = start, end
        if text is not None:
            self._parser.CharacterDataHandler = text

    def _start_first(self, name: str, attributes: Mapping[str, str]) -> None:
        """Choose the handlers by the first name: most writers give no prefix, and none need be looked for."""
        start, end = self._start, self._end
        if ":" in name:
            self._parser.StartElementHandler = lambda name, attributes: start(_local(name), attributes)
            self._parser.EndElementHandler = lambda name: end(_local(name))
        else:
            self._parser.StartElementHandler, self._parser.EndElementHandler = start, end
        start(_local(name), attributes)

    def pieces(self, file: IO[bytes]) -> Iterator[None]:
        """Read a file; yield after each piece. Raise `UnsafeXml` for what is no XML, or not safe."""
        fed = 0
        while piece := file.read(_CHUNK):
            self._feed(piece, last=False)
            fed += len(piece)
            if fed - self._parser.CurrentByteIndex > _LONGEST_TAG:
                raise UnsafeXml(f"a tag of more than {_LONGEST_TAG:,} bytes")
            yield
        self._feed(b"", last=True)
        yield

    def read(self, file: IO[bytes]) -> None:
        """Read a file to its end."""
        for _ in self.pieces(file):
            pass

    def _feed(self, piece: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(piece, last)
        except expat.ExpatError as error:
            raise UnsafeXml(f"what is no XML ({error})") from None


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _refuse_doctype(*_: object) -> None:
    raise UnsafeXml("a document type, with which XML can grow without end or fetch other files")


def elements(file: IO[bytes]) -> list[tuple[str, dict[str, str]]]:
    """Return every element of a small part, each with its attributes, names without their prefixes."""
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        found.append((name, {_local(key): value for key, value in attributes.items()}))

    XmlReader(start, lambda _: None).read(file)
    return found


def texts(file: IO[bytes], most: int) -> list[str]:
    """Return the shared texts of a workbook, phonetic readings left out; raise `OversizedSheet` above `most` bytes."""
    found: list[str] = []
    pieces: list[str] = []
    inside = _Inside()
    weight = 0

    def end(name: str) -> None:
        nonlocal weight
        inside.end(name)
        if name == "si":
            found.append("".join(pieces))
            weight += 60 + len(found[-1])
            pieces.clear()

    def text(piece: str) -> None:
        if inside.text:
            pieces.append(piece)

    reader = XmlReader(inside.start, end, text)
    for _ in reader.pieces(file):
        if weight + sum(map(len, pieces)) > most:
            raise OversizedSheet(f"more than {most:,} bytes of shared texts")
    return found


class _Inside:
    """Whether the reader is inside a text that belongs to a cell."""

    def __init__(self) -> None:
        self.text = False
        self._phonetic = False

    def start(self, name: str, _: Mapping[str, str]) -> None:
        if name == "rPh":
            self._phonetic = True
        elif name == "t":
            self.text = not self._phonetic

    def end(self, name: str) -> None:
        if name == "rPh":
            self._phonetic = False
        elif name == "t":
            self.text = False


class SheetReader:
    """Yields the rows of a sheet; `merged` holds the areas of merged cells once all rows have been taken."""

    def __init__(self) -> None:
        self.merged: list[Area] = []
        self._rows: list[SheetRow] = []
        self._row = SheetRow(0, False, [])
        self._inside = _Inside()
        self._column = -1
        self._kind = self._style = ""
        self._formula = self._valued = self._in_value = False
        self._text: list[str] = []
        self._length = 0

    def rows(self, file: IO[bytes]) -> Iterator[SheetRow]:
        """Yield the rows that stand in the sheet; rows and cells that hold nothing may be missing."""
        for _ in XmlReader(self._start, self._end, self._add).pieces(file):
            yield from self._rows
            self._rows.clear()

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "v":
            self._in_value = self._valued = True
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._formula = True
        elif name == "is":
            self._valued = True
        elif name == "mergeCell":
            self.merged.append(area(attributes.get("ref", "")))
        else:
            self._inside.start(name, attributes)

    def _start_row(self, attributes: Mapping[str, str]) -> None:
        number = _whole(attributes.get("r"), self._row.number + 1)
        if number <= self._row.number:
            raise UnsafeXml(f"row {number} after row {self._row.number}")
        if number > MOST_ROWS:
            raise OversizedSheet(f"row {number:,} of a sheet", number)
        self._row = SheetRow(number, attributes.get("hidden") in ("1", "true"), [])
        self._column = -1

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        reference = attributes.get("r")
        column = column_of(reference.rstrip("0123456789")) if reference else self._column + 1
        if column >= MOST_COLUMNS:
            raise OversizedSheet(f"more than {MOST_COLUMNS:,} columns", self._row.number)
        if column <= self._column:
            raise UnsafeXml(f"cells of row {self._row.number} that are not in the order of their columns")
        self._column = column
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        self._formula = self._valued = False
        self._text.clear()
        self._length = 0

    def _add(self, text: str) -> None:
        if self._in_value or self._inside.text:
            self._text.append(text)
            self._length += len(text)
            if self._length > LONGEST_CELL:
                raise OverlongCell(self._row.number)

    def _end(self, name: str) -> None:
        if name == "c":
            text = "".join(self._text) if self._valued else None
            self._row.cells.append(SheetCell(self._column, self._kind, _style(self._style), text, self._formula))
        elif name == "v":
            self._in_value = False
        elif name == "row":
            self._rows.append(self._row)
        else:
            self._inside.end(name)


def _whole(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UnsafeXml(f"'{text[:40]}' where a whole number stands in a sheet")
    return int(text)


@lru_cache(maxsize=_REMEMBERED)
def _style(text: str) -> int:
    return _whole(text, 0)


@lru_cache(maxsize=_REMEMBERED)
def column_of(letters: str) -> int:
    """Return the place of a column from 0: A is 0, XFD is 16,383."""
    if not (letters.isascii() and letters.isalpha()):
        raise UnsafeXml(f"'{letters[:40]}' where a sheet names a column")
    place = 0
    for letter in letters[:4].upper():  # four letters are beyond every sheet
        place = place * 26 + ord(letter) - 64
    return place - 1


def letters_of(column: int) -> str:
    """Return the letters of a column counted from 0."""
    letters, rest = "", column + 1
    while rest:
        rest, place = divmod(rest - 1, 26)
        letters = chr(65 + place) + letters
    return letters


def area(reference: str) -> Area:
    """Return the rectangle of a reference such as `A2:A4`."""
    first, _, last = reference.partition(":")
    ends = [(_whole(each.lstrip(_LETTERS), 0), column_of(each.rstrip("0123456789"))) for each in (first, last or first)]
    return Area(*ends[0], *ends[1])


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
