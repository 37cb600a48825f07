"""Rows gathered by ticket in bounded memory: what does not fit is parted by ticket into temporary files.

A ticket's rows all come to one file, so that each file can be put in order by itself; then the files are read side
by side. Tickets come in the order of their first rows, whether or not anything had to be put aside.
"""

import errno
import heapq
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain, groupby
from operator import attrgetter
from typing import BinaryIO

from servanda.bad_input import BadInput
from servanda.files.ticket_tables import Row

HELD = 64 * 1024 * 1024  # bytes of rows that are held, as they are reckoned here
PARTS = 128
_A_CELL = 60  # bytes that a text takes besides its characters
_A_ROW = 300
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_BETWEEN = "\0"  # stands in no cell: the reading of tables refuses it

Group = tuple[str, list[Row]]


def gathered(rows: Iterable[Row], held: int = HELD) -> Iterator[Group]:
    """Yield the rows of each ticket together, in the order in which tickets first occur."""
    groups: dict[str, list[Row]] = {}
    remaining = iter(rows)
    weight = 0
    for row in remaining:
        groups.setdefault(row.ticket, []).append(row)
        weight += _weight(row)
        if weight > held:
            yield from _put_aside(chain(_taken(groups), remaining))
            return
    yield from groups.items()


def _weight(row: Row) -> int:
    return _A_ROW + _A_CELL * len(row.cells) + sum(map(len, row.cells))


def _taken(groups: dict[str, list[Row]]) -> Iterator[Row]:
    """Yield the rows of the groups, and forget each group."""
    while groups:
        yield from groups.pop(next(iter(groups)))


def _put_aside(rows: Iterable[Row]) -> Iterator[Group]:
    """Yield the rows of each ticket together, by way of temporary files that nobody else can read."""
    parts: list[_Part] = []
    try:
        parts += [_Part() for _ in range(PARTS)]
        for row in rows:
            parts[zlib.crc32(row.ticket.encode("utf-8", "surrogatepass")) % PARTS].add(row)
        for part in parts:
            part.put_in_order()
        yield from heapq.merge(*(part.groups() for part in parts), key=_first_number)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise BadInput(
            f"no room to put rows aside in the folder for temporary files ({error.strerror})",
            expected="free space of about the size of the unpacked table",
            mend="free some space, name another folder in TMPDIR, or sort the table by ticket and say 'grouped: true'",
        ) from None
    finally:
        for part in parts:
            part.close()


def _first_number(group: Group) -> int:
    return group[1][0].number


class _Part:
    """One temporary file, with all rows of some of the tickets. It has no name that anything could find it by."""

    def __init__(self) -> None:
        self._file: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  # closed by `close`

    def add(self, row: Row) -> None:
        """Write a row at the end."""
        number, line, ticket, cells, whole, _ = row
        text = _BETWEEN.join((str(number), str(line), str(whole), ticket, *cells)).encode("utf-8", "surrogatepass")
        self._file.write(b"%d\n" % len(text))
        self._file.write(text)

    def put_in_order(self) -> None:
        """Write the rows anew: each ticket's together and in their order, tickets by their first rows."""
        groups: dict[str, list[Row]] = {}
        for row in sorted(self._rows(), key=attrgetter("number")):
            groups.setdefault(row.ticket, []).append(row)
        self._file.seek(0)
        self._file.truncate()
        for rows in groups.values():
            for row in rows:
                self.add(row)

    def groups(self) -> Iterator[Group]:
        """Yield the rows of each ticket."""
        for number, rows in groupby(self._rows(), key=attrgetter("ticket")):
            yield number, list(rows)

    def close(self) -> None:
        """Give the file up, and what could not be written to it."""
        with suppress(OSError):
            self._file.close()

    def _rows(self) -> Iterator[Row]:
        self._file.seek(0)
        while length := self._file.readline():
            text = self._file.read(int(length)).decode("utf-8", "surrogatepass")
            number, line, whole, ticket, *cells = text.split(_BETWEEN)
            yield Row(int(number), int(line), ticket, tuple(cells), int(whole))
