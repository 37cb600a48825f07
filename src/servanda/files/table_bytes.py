"""The bytes of a table file, opened as text: plain or gzip, in the encoding the mapping names, damage named."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, NoReturn, cast

from servanda.files.input_faults import NOWHERE, Place, Tally

_GZIP = b"\x1f\x8b"
_WORKBOOKS = {b"PK\x03\x04": "a zip archive, as XLSX workbooks are", b"\xd0\xcf\x11\xe0": "an old Excel workbook"}
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHUNK = 1 << 20
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)


def lines_of(path: Path, encoding: str, tally: Tally, raw: BinaryIO) -> Iterator[str]:
    """Yield the lines of an opened file with their line ends; meet each fault of its bytes by its grade.

    Afterwards `tally.unended` says whether the last line has no line end.

    Only one chunk is held at a time. A fault that stops the reading is looked into by a second pass, so that
    the refusal can name the line.
    """
    line, other = "", _OtherEncoding(encoding)
    try:
        for number, line in enumerate(_text(raw, encoding, tally), 1):
            if "\0" in line:
                _refuse_nul(number, tally)
            if other.looks:
                other.note(line, number)
            yield line
    except UnicodeDecodeError:
        _refuse_undecodable(path, encoding, tally)
    except _DAMAGED as damage:
        _refuse_damaged_gzip(damage, tally)
    if line and not line.endswith(("\n", "\r")):
        tally.unended = True
    other.meet(tally)


def _text(raw: BinaryIO, encoding: str, tally: Tally) -> io.TextIOWrapper:
    """Return the text of a file, having looked at its first bytes."""
    plain = _unpacked(raw)
    start = plain.read(4)
    _refuse_foreign(start, encoding, tally)
    return io.TextIOWrapper(_Rest(start, plain), encoding=_skipping_mark(encoding), newline="")


def _unpacked(raw: BinaryIO) -> BinaryIO:
    packed = raw.read(2) == _GZIP
    raw.seek(0)
    return cast(BinaryIO, gzip.open(raw)) if packed else raw


class _Rest(io.BufferedReader):
    """The bytes already looked at, then the rest of the stream."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        super().__init__(_Joined(start, rest), _CHUNK)


class _Joined(io.RawIOBase):
    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._start = start
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int]") -> int:  # type: ignore[override]  # typeshed: WriteableBuffer
        taken = self._start[: len(buffer)] or self._rest.read(len(buffer))
        self._start = self._start[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


class _OtherEncoding:
    """Whether a file read in a one-byte encoding, in which nearly all bytes mean something, is UTF-8 after all."""

    def __init__(self, encoding: str) -> None:
        self._encoding = encoding
        self.looks = codecs.lookup(encoding).name.startswith(("cp12", "iso8859", "latin"))
        self._utf_8 = 0
        self._other = 0

    def note(self, line: str, number: int) -> None:
        """Look at one line's letters beyond ASCII."""
        if line.isascii():
            return
        try:
            line.encode(self._encoding).decode("utf-8")
        except UnicodeDecodeError:
            self._other = self._other or number
        else:
            self._utf_8 = self._utf_8 or number

    def meet(self, tally: Tally) -> None:
        """Meet what the whole file has shown."""
        if self._utf_8 and self._other:
            _refuse_mixed(self._utf_8, self._other, f"line {self._utf_8} in UTF-8", tally)
        elif self._utf_8:
            mend = "Take 'encoding' out of the mapping: UTF-8 is what is expected."
            found = f"letters in UTF-8, read as {self._encoding}"
            tally.meet("utf-8 text", Place(line=self._utf_8), found, f"{self._encoding} text", mend)


def _refuse_mixed(utf_8: int, other: int, found: str, tally: Tally) -> NoReturn:
    mend = f"Line {utf_8} is UTF-8 and line {other} is not: two exports were joined. Convert each by itself first."
    tally.stop("mixed encodings", Place(line=other), found, "one encoding throughout", mend)


def _skipping_mark(encoding: str) -> str:
    return "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding


def _refuse_foreign(start: bytes, encoding: str, tally: Tally) -> None:
    """Meet what the first bytes tell: a workbook, UTF-16, a byte order mark, nothing at all."""
    if not start:
        tally.stop("empty file", NOWHERE, "the file holds no byte", "a header and rows", "Export the tickets again.")
    for magic, what in _WORKBOOKS.items():
        if start.startswith(magic):
            _refuse_workbook(what, tally)
    if start.startswith(_UTF_16) and "16" not in encoding:
        _refuse_utf_16("starts with a UTF-16 byte order mark", tally)
    if b"\0" in start[:4] and "16" not in encoding and "32" not in encoding:
        _refuse_utf_16("has a zero byte beside each letter, as UTF-16 text has", tally)
    if start.startswith(codecs.BOM_UTF8) and _skipping_mark(encoding) == "utf-8-sig":
        tally.meet("byte order mark", NOWHERE, "a UTF-8 byte order mark", "UTF-8 text", "Nothing to do: it is skipped.")


def _refuse_workbook(what: str, tally: Tally) -> NoReturn:
    tally.stop(
        "spreadsheet workbook",
        NOWHERE,
        f"the file is {what}",
        "a CSV file, plain or gzip",
        "Save the one sheet that holds the tickets as CSV; look for hidden rows, merged cells and other sheets first.",
    )


def _refuse_utf_16(found: str, tally: Tally) -> NoReturn:
    mend = "Write 'encoding: utf-16' under 'table' in the mapping, or save the file as UTF-8."
    tally.stop("utf-16 text", NOWHERE, f"the file {found}", "UTF-8 text", mend)


def _refuse_nul(number: int, tally: Tally) -> NoReturn:
    mend = "The file was damaged or is not text. Export it again; do not strip the bytes, for others may be lost too."
    tally.stop("nul bytes", Place(line=number), "a NUL byte", "text", mend)


def _refuse_damaged_gzip(damage: Exception, tally: Tally) -> NoReturn:
    mend = "Fetch the file again and compare its size or checksum with its source."
    tally.stop("damaged compression", NOWHERE, f"the gzip data are damaged ({damage})", "a whole gzip file", mend)


def _refuse_undecodable(path: Path, encoding: str, tally: Tally) -> NoReturn:
    """Look again at each line's bytes, and name the damage and its first line."""
    if _skipping_mark(encoding) != "utf-8-sig":
        mend = "Write the file's true encoding under 'table' in the mapping."
        tally.stop("undecodable bytes", NOWHERE, f"the bytes are no {encoding} text", f"{encoding} text", mend)
    utf_8, other, offender = _first_lines(path)
    found = f"byte 0x{offender:02X}, which is not UTF-8"
    if utf_8:
        _refuse_mixed(utf_8, other, found, tally)
    mend = "If accents then look right, write 'encoding: windows-1252' under 'table' in the mapping."
    tally.stop("windows-1252 text", Place(line=other or None), found, "UTF-8 text", mend)


def _first_lines(path: Path) -> tuple[int, int, int]:
    """Return the first line with letters beyond ASCII in UTF-8 (0: none), the first not in UTF-8, its wrong byte."""
    utf_8 = other = offender = 0
    with path.open("rb") as raw, suppress(*_DAMAGED):
        for number, line in enumerate(_unpacked(raw), 1):
            try:
                text = line.decode("utf-8")
                utf_8 = utf_8 or (0 if text.isascii() else number)
            except UnicodeDecodeError as error:
                if not other:
                    other, offender = number, line[error.start]
            if utf_8 and other:
                break
    return utf_8, other, offender
