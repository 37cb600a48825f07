"""Files that appear whole or not at all: written beside their place, then put there by rename."""

import csv
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from servanda.bad_input import BadInput
from servanda.files.ticket_tables import neutralise

_EXPECTED = "a file in a folder that can be written to"


@contextmanager
def placed(path: Path) -> Iterator[Path]:
    """Give the path of an empty file beside `path`, and put it there, safe on the disk, when the block ends well.

    A file that was there before stays as it was until then; a block that fails leaves no trace. Raise `BadInput` where
    no file can be written.
    """
    place = path.resolve()
    _refuse_unless_file(path, place)
    beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
    _made(path, beside)
    try:
        yield beside
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, place)
        sync_folder(place.parent)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """Open a UTF-8 text file that appears at `path` when the block ends well, as `placed` says."""
    with placed(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        yield file


def check_not_there(path: Path, *, replace: bool) -> None:
    """Raise `BadInput` where a file is in the place of one that is to be written, unless it may be replaced."""
    if path.exists() and not replace:
        raise BadInput(
            "there is a file of this name already",
            expected="a name that is free",
            mend="Choose another name, or say --replace.",
            file=path,
        )


def sync_folder(folder: Path) -> None:
    """Make sure that a file's new name in a folder outlives a power cut, where the system lets a folder be synced."""
    if hasattr(os, "O_DIRECTORY"):
        opened = os.open(folder, os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as CSV that a spreadsheet shows and does not run; `None` becomes an empty cell."""
    with written(path) as file:
        table_to(file, header, rows)


def table_to(file: TextIO, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table as `write_rows` does, to a file that is open."""
    table = csv.writer(file, lineterminator="\n")
    table.writerow(header)
    table.writerows([_cell(value) for value in row] for row in rows)


def check_outputs(outputs: Sequence[Path], inputs: Sequence[Path] = ()) -> None:
    """Refuse, before long work is done for them, outputs that cannot be written or would overwrite what is read.

    Raises `BadInput`.
    """
    taken = [path.resolve() for path in inputs]
    for path in outputs:
        place = path.resolve()
        _refuse_unless_file(path, place)
        if not place.parent.is_dir():
            raise _no_folder(place)
        if place in taken:
            what = "this file is read here, or written twice"
            raise BadInput(what, expected="a file of its own for each output", mend="choose another name", file=path)
        taken.append(place)


def _cell(value: object) -> str:
    return "" if value is None else neutralise(f"{value}")


def _refuse_unless_file(path: Path, place: Path) -> None:
    """Refuse a folder, a device or a pipe, which a rename would do away with, and a file that is kept from writing."""
    if place.is_dir():
        raise BadInput("this is a folder", expected=_EXPECTED, mend="name a file inside it", file=path)
    if place.exists() and not place.is_file():
        raise BadInput("this is no ordinary file", expected=_EXPECTED, mend="name a file on a disk", file=path)
    if place.exists() and not os.access(place, os.W_OK):
        mend = "choose another name, or allow writing to this file"
        raise BadInput("this file is there and may not be changed", expected=_EXPECTED, mend=mend, file=path)


def _made(path: Path, beside: Path) -> None:
    try:
        beside.open("xb").close()
    except FileNotFoundError:
        raise _no_folder(beside) from None
    except OSError as failure:
        found = f"nothing can be written here ({failure.strerror})".lower()
        raise BadInput(found, expected=_EXPECTED, mend="choose a folder of your own", file=path) from None


def _no_folder(path: Path) -> BadInput:
    found = f"there is no folder '{path.parent}'"
    return BadInput(found, expected=_EXPECTED, mend="make the folder first, or name another", file=path)
