"""The rows of a table by ticket: `RowGroups(mapping, path)` yields `(number, rows)`, one group per ticket.

What is made of a group is not decided here: see `derivation`. The two together are the reading of a table, and
`tickets.TicketStream` is nothing else.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from servanda.files.gathering import gathered
from servanda.files.input_faults import Place, ReadingNotes, Tally
from servanda.files.mapping_form import RowsAre, TicketMapping
from servanda.files.ticket_tables import Progress, Row, read_rows

Group = tuple[str, list[Row]]


class RowGroups:
    """The rows of a file, one group per ticket; a row that is a ticket is a group of its own.

    Memory is bounded, whatever the size of the file: rows of events that the mapping does not call grouped are
    put aside in temporary files. A refusal may come after groups were given out: use none of them before the end.
    """

    def __init__(self, mapping: TicketMapping, path: Path, *, progress: Progress | None = None) -> None:
        self.tally = Tally(path, mapping.grades)
        self._mapping = mapping
        self._path = path
        self._progress = progress

    def __iter__(self) -> Iterator[Group]:
        mapping = self._mapping
        rows = read_rows(self._path, mapping.table, mapping.columns, self.tally, self._progress, mapping.date_text)
        if mapping.rows.are is RowsAre.TICKETS:
            return _singly(rows, mapping.rows.ticket, self.tally)
        if mapping.rows.grouped:
            return _neighbours(rows, mapping.rows.ticket, self.tally)
        return gathered(rows)

    @property
    def notes(self) -> ReadingNotes:
        """What has been met so far in cutting the file into rows, and in all that shares its tally."""
        return self.tally.notes()


def _singly(rows: Iterable[Row], column: str, tally: Tally) -> Iterator[Group]:
    """Yield each row that is a ticket; meet a second one of its number. Only the numbers seen are held."""
    seen: dict[str, tuple[int, int]] = {}
    for row in rows:
        earlier, whole = seen.setdefault(row.ticket, (row.number, row.whole))
        if earlier == row.number:
            yield row.ticket, [row]
            continue
        tally.begin(row.ticket)
        with tally.listing():
            _meet_again(row, earlier, whole == row.whole, column, tally)


def _meet_again(row: Row, earlier: int, same: bool, column: str, tally: Tally) -> None:
    place = Place(row.number, row.line, column)
    if same:
        found = f"the same cells as row {earlier}"
        tally.meet("row repeated", place, found, "each ticket once", "Nothing to do: it is counted once.")
    else:
        mend = "Export each ticket once. If rows are events of a ticket, say 'are: events' in the mapping."
        found = f"'{row.ticket}', as in row {earlier}, with other content"
        tally.meet("number repeated", place, found, "one row for each ticket", mend)


def _neighbours(rows: Iterable[Row], column: str, tally: Tally) -> Iterator[Group]:
    """Yield the rows of each number as soon as the next number begins."""
    seen: set[str] = set()
    for number, group in groupby(rows, key=attrgetter("ticket")):
        together = list(group)
        if number in seen:
            place = Place(together[0].number, together[0].line, column)
            mend = "Take 'grouped: true' out of the mapping, or sort the file by ticket."
            found = f"more rows of '{number}' further down"
            tally.meet("rows not grouped", place, found, "all rows of a ticket together", mend)
        seen.add(number)
        yield number, together
