"""Tickets out of a source's table, as its mapping says, with an account of every fault met on the way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from servanda.engine.events import Ticket
from servanda.files.event_rows import tickets_of_event_rows
from servanda.files.input_faults import Reject, Tally
from servanda.files.mapping_form import RowsAre, TicketMapping
from servanda.files.row_cells import RowCells
from servanda.files.ticket_rows import tickets_of_rows
from servanda.files.ticket_tables import Progress, read_rows


@dataclass(frozen=True, slots=True)
class ReadingNotes:
    """What was met in a file: rows read, rows left out, faults accepted and counted, and how fine its times are.

    `flags` counts the tickets with each fault; `examples` shows the first places; `precision` says for each
    column of times the finest unit that occurs in it.
    """

    rows: int
    rejects: tuple[Reject, ...]
    flags: Mapping[str, int]
    examples: Mapping[str, tuple[str, ...]]
    precision: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReadOutcome:
    """All tickets of a file, and the notes on its reading."""

    tickets: tuple[Ticket, ...]
    notes: ReadingNotes


class TicketStream:
    """The tickets of a file one by one; `notes` are complete once the last has been taken.

    Rows that are whole tickets, and rows of events that the mapping calls grouped, are read in bounded
    memory. A refusal may come after tickets were given out: use none of them before the end.
    """

    def __init__(
        self, mapping: TicketMapping, path: Path, *, now: datetime | None = None, progress: Progress | None = None
    ) -> None:
        self._mapping = mapping
        self._path = path
        self._progress = progress
        self._tally = Tally(path, mapping.grades)
        self._cells = RowCells(mapping, self._tally, now)
        self._precision: Mapping[str, str] = {}

    def __iter__(self) -> Iterator[Ticket]:
        mapping = self._mapping
        rows = read_rows(self._path, mapping.table, mapping.columns, self._tally, self._progress)
        tickets = tickets_of_rows if mapping.rows.are is RowsAre.TICKETS else tickets_of_event_rows
        yield from tickets(rows, self._cells)
        self._precision = self._cells.finish()

    @property
    def notes(self) -> ReadingNotes:
        """What has been met so far."""
        tally = self._tally
        examples = {fault: tuple(places) for fault, places in tally.examples.items()}
        return ReadingNotes(tally.rows, tuple(tally.rejects), dict(tally.flags), examples, self._precision)


def read_tickets(
    mapping: TicketMapping, path: Path, *, now: datetime | None = None, progress: Progress | None = None
) -> ReadOutcome:
    """Return all tickets of a table file; raise `RefusedFile` if it cannot be judged.

    With `now`, an event later than that instant is a fault. `progress` is told the bytes read and the bytes in all.
    """
    stream = TicketStream(mapping, path, now=now, progress=progress)
    return ReadOutcome(tuple(stream), stream.notes)
