"""Judge a log of tickets from files alone: agreements, a mapping and a table, read once and judged as of an instant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from servanda.bad_input import BadInput
from servanda.engine.agreements import Book, UnknownPriority
from servanda.engine.calendars import NoOpeningHours
from servanda.engine.coverage import Coverage, TiedCoverage
from servanda.engine.events import NeverOpened, Ticket
from servanda.engine.judging import Reading, judge
from servanda.files import agreements
from servanda.files.mapping_form import TicketMapping
from servanda.files.mappings import read_mapping
from servanda.files.tickets import ReadingNotes, read_tickets

Progress = Callable[[str, int, int], None]
CANNOT_BE_JUDGED = (UnknownPriority, TiedCoverage, NeverOpened, NoOpeningHours)


@dataclass(frozen=True)
class Log:
    """The tickets of a table, with the agreements they are judged by and the notes on how they were read."""

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

    def ticket(self, number: str) -> Ticket:
        """Return the ticket of that number; raise `BadInput` when the table has none, or none that could be read."""
        for ticket in self.tickets:
            if ticket.number == number:
                return ticket
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

    def readings(self, ticket: Ticket) -> tuple[Reading, ...]:
        """Return the readings of one ticket; raise `BadInput` when it cannot be judged."""
        try:
            return judge(ticket, self.coverage, self.as_of)
        except CANNOT_BE_JUDGED as refusal:
            raise BadInput(
                f"ticket '{ticket.number}' cannot be judged: {refusal}",
                expected="a ticket that the agreements and their calendars can judge",
                mend="mend the agreement, the ticket or the instant asked about",
                file=self.table,
            ) from None


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A ticket that no clock could be given, and why."""

    ticket: str
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """Every reading of a log, in the order of its tickets, and the tickets that could not be judged."""

    log: Log
    readings: tuple[Reading, ...]
    unjudged: tuple[Unjudged, ...]

    @property
    def complete(self) -> bool:
        """Whether every row was read and every ticket judged."""
        return not self.log.notes.rejects and not self.unjudged


def quiet(stage: str, done: int, total: int) -> None:
    """Tell nobody how far a long piece of work has come."""


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
    return Log(book, mapping, table, outcome.tickets, outcome.notes, as_of or last)


def judge_all(log: Log, progress: Progress = quiet) -> Judged:
    """Return the readings of every ticket, and the tickets whose priority or coverage leaves them unjudged."""
    readings: list[Reading] = []
    unjudged: list[Unjudged] = []
    total = len(log.tickets)
    for number, ticket in enumerate(log.tickets):
        if number % 1000 == 0:
            progress("judging", number, total)
        try:
            readings.extend(judge(ticket, log.coverage, log.as_of))
        except CANNOT_BE_JUDGED as refusal:
            unjudged.append(Unjudged(ticket.number, str(refusal)))
    progress("judging", total, total)
    return Judged(log, tuple(readings), tuple(unjudged))
