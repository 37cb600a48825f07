"""Tickets out of a source's table, as its mapping says, with an account of every fault met on the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from servanda.engine.events import Ticket
from servanda.files.derivation import Derivation
from servanda.files.input_faults import ReadingNotes
from servanda.files.mapping_form import TicketMapping
from servanda.files.row_groups import RowGroups
from servanda.files.ticket_tables import Progress

__all__ = ["ReadOutcome", "ReadingNotes", "TicketStream", "read_tickets"]


@dataclass(frozen=True, slots=True)
class ReadOutcome:
    """All tickets of a file, and the notes on its reading."""

    tickets: tuple[Ticket, ...]
    notes: ReadingNotes


class TicketStream:
    """The tickets of a file one by one; `notes` are complete once the last has been taken.

    The memory needed does not grow with the file. A refusal may come after tickets were given out: use none of
    them before the end.
    """

    def __init__(
        self, mapping: TicketMapping, path: Path, *, now: datetime | None = None, progress: Progress | None = None
    ) -> None:
        self._groups = RowGroups(mapping, path, progress=progress)
        self._derivation = Derivation(mapping, path, now=now, tally=self._groups.tally)

    def __iter__(self) -> Iterator[Ticket]:
        for number, rows in self._groups:
            ticket = self._derivation.ticket(number, rows)
            if ticket is not None:
                yield ticket
        self._derivation.finish()

    @property
    def notes(self) -> ReadingNotes:
        """What has been met so far."""
        return self._derivation.notes


def read_tickets(
    mapping: TicketMapping, path: Path, *, now: datetime | None = None, progress: Progress | None = None
) -> ReadOutcome:
    """Return all tickets of a table file; raise `RefusedFile` if it cannot be judged.

    With `now`, an event later than that instant is a fault. `progress` is told the bytes read and the bytes in all.
    """
    stream = TicketStream(mapping, path, now=now, progress=progress)
    return ReadOutcome(tuple(stream), stream.notes)
