"""Read a log of tickets from files alone: agreements, a mapping and a table, to be judged as of an instant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from servanda.bad_input import BadInput
from servanda.engine.agreements import Book
from servanda.engine.coverage import Coverage
from servanda.engine.events import Ticket
from servanda.engine.logs import History, Progress, quiet
from servanda.files import agreements
from servanda.files.mapping_form import TicketMapping
from servanda.files.mappings import read_mapping
from servanda.files.tickets import ReadingNotes, read_tickets


@dataclass(frozen=True)
class Log:
    """The tickets of a table by number, with the agreements they are judged by and the notes on how they were read."""

    book: Book
    mapping: TicketMapping
    table: Path
    tickets: Sequence[Ticket]
    notes: ReadingNotes
    as_of: datetime

    @cached_property
    def coverage(self) -> Coverage:
        """The clauses of the book, arranged for look-up."""
        return Coverage(self.book)

    @property
    def name(self) -> str:
        """The log as its mapping calls it."""
        return self.mapping.name or self.mapping.id

    @property
    def size(self) -> int:
        """How many tickets there are."""
        return len(self.tickets)

    @property
    def rows(self) -> int:
        """How many rows of the table were read."""
        return self.notes.rows

    @cached_property
    def left_out(self) -> tuple[str, ...]:
        """A sentence for each row that could not be read."""
        return tuple(map(str, self.notes.rejects))

    @property
    def accepted(self) -> Mapping[str, int]:
        """How often each fault was accepted in reading the table."""
        return self.notes.flags

    def history(self, number: str) -> History:
        """Return the ticket of that number; raise `BadInput` when the table has none, or none that could be read."""
        for ticket in self.tickets:
            if ticket.number == number:
                return History(ticket)
        for reject in self.notes.rejects:
            if reject.ticket == number:
                raise BadInput(
                    f"ticket '{number}' was left out: {reject}",
                    expected="a ticket all of whose rows can be read",
                    mend="mend the row, or choose another grade for its fault in the mapping",
                    file=self.table,
                )
        raise BadInput(
            f"no ticket '{number}'",
            expected=f"one of the {len(self.tickets):,} tickets of the table",
            mend="check the number, including leading zeros and letters",
            file=self.table,
        )


def read(
    agreement_file: Path,
    mapping_file: Path,
    table: Path,
    *,
    as_of: datetime | None = None,
    now: datetime | None = None,
    progress: Progress = quiet,
) -> Log:
    """Read a log and what it is judged by; without an instant it is judged as of its own last event.

    With `now`, an event later than that is a fault of the table.
    Raises `BadInput` when any of the three files cannot be used.
    """
    book = agreements.load(agreement_file)
    mapping = read_mapping(mapping_file)
    outcome = read_tickets(mapping, table, now=now, progress=lambda done, total: progress("reading", done, total))
    if not outcome.tickets:
        raise BadInput(
            f"no ticket in {outcome.notes.rows:,} rows",
            expected="at least one ticket that could be read",
            mend="look at the rows left out with 'servanda mapping check'",
            file=table,
        )
    last = max(event.happened_at for ticket in outcome.tickets for event in ticket.events)
    tickets = sorted(outcome.tickets, key=lambda ticket: ticket.number)
    return Log(book, mapping, table, tickets, outcome.notes, as_of or last)
