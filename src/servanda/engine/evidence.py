"""Evidence: where the time between a clock's start and its end went, span by span, with each span's cause.

The spans come from the marks that the clock's own machine made, parted at opening hours. They lie side by side
without a gap: counted, paused and outside hours together are the time on the wall, and the counted and the
paused ones are the reading's `elapsed` and `paused` to the microsecond.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from itertools import chain, pairwise
from typing import NamedTuple

from servanda.engine import kernel, zones
from servanda.engine.calendars import Calendar
from servanda.engine.clocks import Cycle, Replay, stops_for
from servanda.engine.events import Event, EventKind
from servanda.engine.instants import from_microseconds

_A_DAY = timedelta(days=1)


class Use(Enum):
    """What a span of time was to a clock."""

    COUNTED = "counted"
    PAUSED = "paused"
    OUTSIDE_HOURS = "outside hours"

    __hash__ = object.__hash__  # each is there once, and a long story adds up by them thousands of times


class Span(NamedTuple):
    """A stretch of time between a clock's start and end, what it was used for, and why.

    `cause` is the event because of which the clock ran or stood still; `closed_for` names the holidays in a
    span outside hours.
    """

    start: datetime
    end: datetime
    use: Use
    cause: Event | None
    closed_for: tuple[str, ...] = ()

    @property
    def length(self) -> timedelta:
        """The time from start to end, on the wall."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Totals:
    """How much of a clock's time was counted, paused and outside hours; together the time on the wall."""

    counted: timedelta
    paused: timedelta
    outside_hours: timedelta

    @property
    def wall(self) -> timedelta:
        """The time on the wall."""
        return self.counted + self.paused + self.outside_hours


def spans(clock: Replay, cycle: int = 0) -> tuple[Span, ...]:
    """Return the spans of one cycle of a clock replayed with evidence, in order and without a gap."""
    ends_at = clock.cycles[cycle].stopped_at or clock.as_of
    phases = list(_phases(clock, cycle, ends_at))
    return tuple(chain.from_iterable(_parted(clock.terms.counting, *phase) for phase in phases))


def totals(parts: Iterable[Span]) -> Totals:
    """Return how much of the spans was counted, paused and outside hours."""
    sums = dict.fromkeys(Use, timedelta())
    for start, end, use, _, _ in parts:
        sums[use] += end - start
    return Totals(sums[Use.COUNTED], sums[Use.PAUSED], sums[Use.OUTSIDE_HOURS])


def unlisted_pauses(clock: Replay, cycle: Cycle) -> tuple[Event, ...]:
    """Return the pauses within a cycle that did not stop its clock, for reasons not agreed."""
    ends_at = cycle.stopped_at or clock.as_of
    return tuple(
        event
        for event in clock.events
        if event.kind is EventKind.PAUSED
        and cycle.started_at <= event.happened_at < ends_at
        and not stops_for(clock.terms, event.reason)
    )


def _phases(clock: Replay, cycle: int, ends_at: datetime) -> Iterator[tuple[datetime, datetime, Use, Event | None]]:
    """Yield the stretches in which the clock ran or stood still, each with the event that began it."""
    marks = sorted((mark for mark in clock.marks if mark[kernel.M_CYCLE] == cycle), key=lambda mark: mark[kernel.M_AT])
    ats = [from_microseconds(mark[kernel.M_AT]) for mark in marks]
    for mark, (start, end) in zip(marks, pairwise([*ats, ends_at]), strict=True):
        if start < end:
            use = Use.COUNTED if mark[kernel.M_PHASE] == kernel.RUNNING else Use.PAUSED
            yield start, end, use, _event(clock.events, mark[kernel.M_EVENT])


def _event(events: Sequence[Event], place: int) -> Event | None:
    return events[place] if 0 <= place < len(events) else None


def _parted(calendar: Calendar, start: datetime, end: datetime, use: Use, cause: Event | None) -> Iterator[Span]:
    """Yield a stretch parted at opening hours."""
    at, closed_for = start, _Holidays(calendar, start, end)
    for opens, closes in calendar.openings(start, end):
        if at < opens:
            yield Span(at, opens, Use.OUTSIDE_HOURS, cause, closed_for.between(at, opens))
        yield Span(opens, closes, use, cause)
        at = closes
    if at < end:
        yield Span(at, end, Use.OUTSIDE_HOURS, cause, closed_for.between(at, end))


class _Holidays:
    """The holidays of a calendar from one instant until another; a clock of years meets thousands of nights without."""

    def __init__(self, calendar: Calendar, start: datetime, end: datetime) -> None:
        self._calendar = calendar
        around = calendar.holidays_between(start.date() - _A_DAY, end.date() + _A_DAY)
        self._days = [each.toordinal() for each in around]

    def between(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """Return the names of the holidays on the local dates of a span; a local date is at most a day off UTC's."""
        place = bisect_left(self._days, start.toordinal() - 1)
        if place == len(self._days) or self._days[place] > end.toordinal() + 1:
            return ()
        return tuple(_holidays(self._calendar, start, end))


def _holidays(calendar: Calendar, start: datetime, end: datetime) -> Iterator[str]:
    """Yield the names of the holidays on the local dates of a span."""
    on = zones.to_local(calendar.zone, start).date()
    last = zones.to_local(calendar.zone, end - timedelta(microseconds=1)).date()
    while on <= last:
        name = calendar.holiday_on(on)
        if name is not None:
            yield name or f"holiday on {on}"
        on += _A_DAY
