"""Cases: a ticket beside our reading of the promise that its source's claims are about."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from servanda.engine.clocks import Cycle, State, Terms, replay
from servanda.engine.coverage import NOT_COVERED
from servanda.engine.events import Claims, Event, EventKind, Ticket
from servanda.engine.judging import Reading, terms_of
from servanda.engine.targets import TargetKind

VERDICTS = {State.MET: True, State.MISSED: False}


@dataclass(frozen=True)
class Case:
    """A ticket with its claims and our reading, `None` where no clock could be given to it."""

    ticket: Ticket
    reading: Reading | None
    as_of: datetime

    @property
    def claims(self) -> Claims:
        """What the source says."""
        return self.ticket.claims

    @property
    def covered(self) -> Reading | None:
        """The reading of a clock that promises something; `None` without one."""
        reading = self.reading
        if reading is None or reading.cycle is None or reading.cover.state == NOT_COVERED:
            return None
        return reading

    @property
    def due_at(self) -> datetime | None:
        """The instant we say was promised."""
        reading = self.covered
        return reading.cycle.due_at if reading and reading.cycle else None

    @property
    def stopped_at(self) -> datetime | None:
        """The instant at which our clock stopped."""
        reading = self.covered
        return reading.cycle.stopped_at if reading and reading.cycle else None

    @property
    def met(self) -> bool | None:
        """Our verdict; `None` where there is none."""
        return VERDICTS.get(self.reading.state) if self.reading else None

    @property
    def due_compared(self) -> bool:
        """Whether both sides name a due instant."""
        return self.claims.due_at is not None and self.due_at is not None

    @property
    def verdict_compared(self) -> bool:
        """Whether both sides have a verdict."""
        return self.claims.met is not None and self.met is not None

    @property
    def verdict_differs(self) -> bool:
        """Whether both sides have a verdict, and not the same."""
        return self.verdict_compared and self.claims.met is not self.met

    @cached_property
    def terms(self) -> Terms:
        """The terms of our clock; only a covered case has them."""
        assert self.covered is not None
        return terms_of(self.covered.cover)

    @cached_property
    def events(self) -> list[Event]:
        """The events known as of the instant of judging, in judging order."""
        return [event for event in self.ticket.ordered() if event.happened_at <= self.as_of]

    def under(self, terms: Terms, events: Sequence[Event] | None = None) -> Cycle | None:
        """Return what the clock would show under other terms, or after another history."""
        return replay(terms, self.events if events is None else events, self.as_of).worst

    def due_within(self, due_at: datetime | None, tolerance: timedelta) -> bool:
        """Whether an instant is the claimed due, give or take `tolerance`."""
        claimed = self.claims.due_at
        return claimed is not None and due_at is not None and abs(due_at - claimed) <= tolerance

    def reproduced_by(self, cycle: Cycle | None, tolerance: timedelta) -> bool:
        """Whether a clock says what the source claims: its due instant or, where it claims none, its verdict."""
        if cycle is None:
            return False
        if self.claims.due_at is not None:
            return self.due_within(cycle.due_at, tolerance)
        return self.claims.met is not None and VERDICTS.get(cycle.state) is self.claims.met

    @cached_property
    def stops(self) -> dict[EventKind, datetime]:
        """The last instant of each kind of stop: as the source claims it, else from its events."""
        found = {event.kind: event.happened_at for event in self.events if event.kind in STOPS}
        claimed = {
            EventKind.FIRST_RESPONDED: self.claims.first_responded_at,
            EventKind.RESOLVED: self.claims.resolved_at,
            EventKind.CLOSED: self.claims.closed_at,
        }
        return found | {kind: at for kind, at in claimed.items() if at is not None}


STOPS = (EventKind.CLOSED, EventKind.RESOLVED, EventKind.FIRST_RESPONDED)


def cases_of(
    tickets: Iterable[Ticket], readings: Iterable[Reading], as_of: datetime, kind: TargetKind = TargetKind.RESOLUTION
) -> Iterator[Case]:
    """Yield each ticket with its reading of a kind of target, the covered one where there are several."""
    best: dict[tuple[str, str], Reading] = {}
    for reading in readings:
        if reading.cover.kind is kind:
            key = (reading.source, reading.ticket)
            if key not in best or best[key].cycle is None:
                best[key] = reading
    for ticket in tickets:
        yield Case(ticket, best.get((ticket.source, ticket.number)), as_of)
