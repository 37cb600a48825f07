"""Logs: many tickets judged one after the other, wherever they are kept, and the count of what came of them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from servanda.engine.agreements import Book, UnknownPriority
from servanda.engine.calendars import NoOpeningHours
from servanda.engine.clocks import State
from servanda.engine.coverage import Coverage, TiedCoverage
from servanda.engine.events import NeverOpened, Ticket
from servanda.engine.judging import Reading, judge

Progress = Callable[[str, int, int], None]
CANNOT_BE_JUDGED = (UnknownPriority, TiedCoverage, NeverOpened, NoOpeningHours)
TOLD_EVERY = 1000


def quiet(stage: str, done: int, total: int) -> None:
    """Tell nobody how far a long piece of work has come."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an event that is kept came from: a row of a file that was taken in, else who recorded it and when."""

    batch: int | None = None
    file: str = ""
    row: int | None = None
    recorded_by: str = ""
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """One ticket, with the origins of its events by their id where they are kept."""

    ticket: Ticket
    origins: Mapping[str, Origin] = field(default_factory=dict)


class Log(Protocol):
    """Tickets with what they are judged by; every pass over `tickets` has them in the same order, by their number."""

    @property
    def name(self) -> str:
        """What people call the log."""

    @property
    def book(self) -> Book:
        """The agreements."""

    @property
    def coverage(self) -> Coverage:
        """The clauses of the book, arranged for look-up."""

    @property
    def as_of(self) -> datetime:
        """The instant as of which every ticket is judged."""

    @property
    def tickets(self) -> Iterable[Ticket]:
        """The tickets."""

    @property
    def size(self) -> int:
        """How many tickets to expect, to tell how far the work has come."""

    @property
    def rows(self) -> int | None:
        """How many rows of a table were read; `None` where the tickets come from no table."""

    @property
    def left_out(self) -> Sequence[str]:
        """A sentence for each row that could not be read."""

    @property
    def accepted(self) -> Mapping[str, int]:
        """How often each fault was accepted in reading the table."""

    def history(self, number: str) -> History:
        """Return the ticket of that number; refuse a number that stands for none."""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A ticket that no clock could be given, and why."""

    ticket: str
    reason: str


@dataclass(frozen=True, slots=True)
class JudgedTicket:
    """A ticket with its readings; `refusal` says why it has none, where it could not be judged."""

    ticket: Ticket
    readings: tuple[Reading, ...] = ()
    refusal: str = ""


def judged_ticket(ticket: Ticket, log: Log) -> JudgedTicket:
    """Return a ticket with its readings under the agreements of a log."""
    try:
        return JudgedTicket(ticket, judge(ticket, log.coverage, log.as_of))
    except CANNOT_BE_JUDGED as refusal:
        return JudgedTicket(ticket, refusal=str(refusal))


@dataclass(frozen=True, slots=True)
class Judged:
    """A log with its judged tickets: in memory, or read and judged anew in every pass over them."""

    log: Log
    tickets: Iterable[JudgedTicket]

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Every reading, in the order of the tickets."""
        return tuple(reading for each in self.tickets for reading in each.readings)


@dataclass(frozen=True, slots=True)
class _Passes:
    """The tickets of a log, judged anew in every pass."""

    log: Log
    progress: Progress

    def __iter__(self) -> Iterator[JudgedTicket]:
        total = self.log.size
        for done, ticket in enumerate(self.log.tickets):
            if done % TOLD_EVERY == 0:
                self.progress("judging", min(done, total), total)
            yield judged_ticket(ticket, self.log)
        self.progress("judging", total, total)


def judged_in_passing(log: Log, progress: Progress = quiet) -> Judged:
    """Return a log whose tickets are judged as they are asked for, so that a large one never stands in memory."""
    return Judged(log, _Passes(log, progress))


def judged_in_memory(log: Log, progress: Progress = quiet) -> Judged:
    """Return a log whose tickets are all judged now, for whoever passes over them more than once."""
    return Judged(log, tuple(_Passes(log, progress)))


@dataclass(slots=True)
class Account:
    """What came of a log, complete once its last ticket has passed: counts, and the tickets that were not judged."""

    tickets: int = 0
    readings: int = 0
    states: Counter[State] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    unjudged: list[Unjudged] = field(default_factory=list)
    first_opened_at: datetime | None = None

    def of(self, judged: Iterable[JudgedTicket]) -> Iterator[JudgedTicket]:
        """Yield judged tickets as they come, counted."""
        for each in judged:
            self._count(each)
            yield each

    def _count(self, each: JudgedTicket) -> None:
        self.tickets += 1
        self.readings += len(each.readings)
        self.states.update(reading.state for reading in each.readings)
        self.flags.update(each.ticket.flags)
        if each.refusal:
            self.unjudged.append(Unjudged(each.ticket.number, each.refusal))
        for reading in each.readings[:1]:
            self.first_opened_at = min(reading.opened_at, self.first_opened_at or reading.opened_at)

    def complete(self, log: Log) -> bool:
        """Whether every row of a log was read and every ticket judged."""
        return not log.left_out and not self.unjudged

    def faults_accepted(self, log: Log) -> dict[str, int]:
        """Return how many tickets of a log carry each accepted fault, and how often one was met beside any ticket."""
        return dict(Counter(log.accepted) | self.flags)
