"""From the rows of one ticket to its events, for the rows of one file and for all rows ever kept of it.

`Derivation(mapping, path)` derives: `.ticket(number, rows)` gives the ticket, `.derive(number, rows)` gives it with
the row behind each event, and both give `None` for a ticket that is left out. `.merged(groups)` puts rows of several
files together first, `row_from_kept` makes a row of cells that were kept earlier.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from operator import attrgetter
from pathlib import Path

from servanda.engine.events import Ticket
from servanda.files import event_rows, ticket_rows
from servanda.files.derived import Derived
from servanda.files.input_faults import NOT_SEEN, ReadingNotes, Tally
from servanda.files.mapping_form import ORDER_OF_FILE, RowsAre, TicketMapping
from servanda.files.row_cells import RowCells
from servanda.files.ticket_tables import Row

_NEVER = datetime.max.replace(tzinfo=UTC)
_ABSENT = -1


class Derivation:
    """Derives tickets from their rows, and meets the faults of cells and stories.

    Faults go to the tally given, such as that of the `RowGroups` of the same file, else to one of its own. With
    `now`, an event later than that instant is a fault.
    """

    def __init__(
        self, mapping: TicketMapping, path: Path, *, now: datetime | None = None, tally: Tally | None = None
    ) -> None:
        self.tally = tally if tally is not None else Tally(path, mapping.grades)
        self._mapping = mapping
        self._cells = RowCells(mapping, self.tally, now)
        self._of_events = mapping.rows.are is RowsAre.EVENTS
        self._precision = NOT_SEEN

    def ticket(self, number: str, rows: Sequence[Row]) -> Ticket | None:
        """Return the ticket of one number, or nothing where a fault leaves it out."""
        derived = self.derive(number, rows)
        return derived.ticket if derived is not None else None

    def derive(self, number: str, rows: Sequence[Row]) -> Derived | None:
        """Return the ticket of one number with the row behind each event, or nothing where it is left out.

        A ticket of events is left out for any of its rows, also for one that could not be cut into cells.
        """
        derive = event_rows.derive if self._of_events else ticket_rows.derive
        derived = None
        self.tally.begin(number)
        with self.tally.listing():
            self._cells.check_number(rows[0])
            derived = derive(number, rows, self._cells)
        return None if self._of_events and number in self.tally.left_out else derived

    def merged(self, groups: Iterable[tuple[int, Sequence[Row]]]) -> list[Row]:
        """Return the rows of one ticket out of several files, each with the number of its batch, ready to derive from.

        Rows of events: a row that an earlier batch holds too counts once, and no fault is met for it. They are put
        in order by the mapping's order column or by time; rows of several batches that the mapping leaves in the
        order of the file are put in order by time. Ties stay in the order of batch and row: only an order
        column makes them independent of how a log was sliced. Rows that are tickets: the latest batch's stands.
        """
        batches = [[row._replace(batch=batch) for row in rows] for batch, rows in sorted(groups, key=_batch) if rows]
        if not self._of_events:
            return batches[-1][-1:] if batches else []
        rows = list(_each_once(batches))
        if self._mapping.rows.order == ORDER_OF_FILE and len({row.batch for row in rows}) > 1:
            rows.sort(key=self._at)
        return rows

    def finish(self) -> ReadingNotes:
        """Meet what only the whole file shows, and return the notes; raise `RefusedFile` if it is refused for that."""
        self._precision = self._cells.finish()
        return self.notes

    @property
    def notes(self) -> ReadingNotes:
        """What has been met so far."""
        return self.tally.notes(self._precision)

    def _at(self, row: Row) -> datetime:
        at = self._cells.time_or_nothing(row, self._mapping.rows.happened_at)
        return _NEVER if at is None else at


def _batch(group: tuple[int, Sequence[Row]]) -> int:
    return group[0]


def _each_once(batches: Iterable[Sequence[Row]]) -> Iterator[Row]:
    """Yield the rows of each batch in their order, without those of which earlier batches hold as many."""
    known: Counter[tuple[str, ...]] = Counter()
    for rows in batches:
        here: Counter[tuple[str, ...]] = Counter()
        for row in sorted(rows, key=attrgetter("number")):
            here[row.cells] += 1
            if here[row.cells] > known[row.cells]:
                yield row
        known |= here


def row_from_kept(
    mapping: TicketMapping, number: int, ticket: str, cells: Sequence[str], columns_then: Sequence[str], batch: int = 0
) -> Row:
    """Return a row of kept cells, cut to the columns that the mapping reads now; a column not kept then is empty.

    `number` is that of the row in its file. It is taken for no repetition of another row: those were left out
    when it was kept.
    """
    places = _places(tuple(columns_then), mapping.columns)
    now = tuple("" if place == _ABSENT else cells[place] for place in places)
    return Row(number, number, ticket, now, hash((batch, number)), batch)


@cache
def _places(then: tuple[str, ...], now: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(then.index(column) if column in then else _ABSENT for column in now)
