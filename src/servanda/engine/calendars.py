"""When time counts: opening hours in a zone, compiled once into tables in which every question is a look-up.

A shift belongs to the date it starts on and may end past midnight. A holiday closes its local date from 00:00 to
24:00, the tail of a night shift included; an opening written for that very date is the more specific entry and
wins. Breaks cut whatever is open at that instant. Touching openings are one.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from itertools import pairwise, product
from types import MappingProxyType

from servanda.engine import kernel, zones
from servanda.engine.instant_tables import (
    NO_TIME,
    NOTHING_COVERED,
    InstantTables,
    instant_tables,
    open_time,
    used_up,
)
from servanda.engine.instants import (
    DAY,
    SECOND,
    amount,
    date_of,
    day_number,
    duration,
    from_microseconds,
    to_microseconds,
)
from servanda.engine.kernel import BEYOND, NONE, Tables
from servanda.engine.shifts import WEEKDAYS, InvalidCalendar, Season, Shift, Shifts, Week, clock_time
from servanda.engine.tables import compile_tables

__all__ = [
    "Calendar",
    "EndlessOpening",
    "InvalidCalendar",
    "NoOpeningHours",
    "Season",
    "Shift",
    "Shifts",
    "Week",
    "clock_time",
]

SEARCH_YEARS = 10
MICROSECOND = timedelta(microseconds=1)
FIRST_DATE, LAST_DATE = date(1900, 1, 1), date(2200, 1, 1)
FIRST_INSTANT = (day_number(FIRST_DATE) + 2) * DAY
LAST_INSTANT = (day_number(LAST_DATE) - 2) * DAY
ROOM = 92 * DAY
WHOLE_DAY: Shifts = (Shift(0, 86_400),)
NO_WEEK: Week = ((), (), (), (), (), (), ())
Look = Callable[[Tables], int]


class NoOpeningHours(ValueError):
    """A search met no opening hours for ten years, or ran past the last year of the calendar."""


class EndlessOpening(NoOpeningHours):
    """A search for the end or the beginning of an opening met none for ten years."""


@dataclass(frozen=True)
class Calendar:
    """Opening hours in a time zone; equal content is the same calendar, whatever it is called."""

    id: str
    zone: str
    weekly: Week = NO_WEEK
    weekly_breaks: Week = NO_WEEK
    breaks: Mapping[date, Shifts] = field(default_factory=lambda: MappingProxyType({}))
    holidays: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))
    recurring: Mapping[tuple[int, int], str] = field(default_factory=lambda: MappingProxyType({}))
    special: Mapping[date, Shifts] = field(default_factory=lambda: MappingProxyType({}))
    seasons: tuple[Season, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    name: str = ""

    @classmethod
    def always_open(cls, zone: str = "UTC", id: str = "always-open") -> "Calendar":
        """Return the calendar on which every second counts."""
        return cls(id=id, zone=zone, weekly=(WHOLE_DAY,) * 7, name="Round the clock")

    def __post_init__(self) -> None:
        zones.zone(self.zone)
        self._refuse_overlaps()
        if not self._ever_opens():
            raise InvalidCalendar(
                f"Calendar '{self.name or self.id}' has no opening hours. "
                "Add at least one day, or give the agreement a round-the-clock calendar."
            )
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise InvalidCalendar(
                f"Calendar '{self.name or self.id}' is valid until {self.valid_until}, "
                f"before it begins on {self.valid_from}. Swap or correct the dates."
            )

    def _refuse_overlaps(self) -> None:
        weeks = [self.weekly, *(season.weekly for season in self.seasons)]
        for place, shifts in [(name, week[i]) for week in weeks for i, name in enumerate(WEEKDAYS)]:
            self._refuse_overlap(place, shifts)
        for on, shifts in self.special.items():
            self._refuse_overlap(on.isoformat(), shifts)
        seasons = sorted(self.seasons, key=lambda season: season.first)
        for one, two in pairwise(seasons):
            if two.first <= one.last:
                raise InvalidCalendar(f"two seasons of calendar '{self.id}' both hold on {two.first}: end one earlier")

    def _refuse_overlap(self, place: str, shifts: Shifts) -> None:
        ordered = sorted(shifts)
        for one, two in pairwise(ordered):
            if two.start < one.end:
                raise InvalidCalendar(
                    f"calendar '{self.id}', {place}: the shifts {one} and {two} overlap. Join them or part them."
                )

    def _ever_opens(self) -> bool:
        weeks = [self.weekly, *(season.weekly for season in self.seasons)]
        return any(any(week) for week in weeks) or any(self.special.values())

    # --- Questions, in instants ---------------------------------------------------------------------------

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time in [start, end); nothing when `end` does not come after `start`."""
        try:
            return open_time(self._in_instants, start, end)
        except (LookupError, TypeError):  # not covered yet, or no instants, which the longer way refuses in words
            return self._elapsed(start, end)

    def signed_elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time from `start` to `end`, negative when `end` comes first: what is left of a promise."""
        return self.elapsed(start, end) - self.elapsed(end, start)

    def due(self, start: datetime, limit: timedelta) -> datetime:
        """Return the earliest instant at which `limit` of open time has elapsed since `start`.

        The inverse of `elapsed`: `elapsed(start, due(start, d)) == d`. A negative limit counts backwards, to the
        latest such instant. Raises `NoOpeningHours` when ten years hold no opening.
        """
        if limit > NO_TIME:
            try:
                return used_up(self._in_instants, start, limit)
            except (LookupError, TypeError):  # as in `elapsed`
                pass
        return self._due(start, limit)

    def due_back(self, end: datetime, limit: timedelta) -> datetime:
        """Return the latest instant from which `limit` of open time elapses until `end`."""
        at = to_microseconds(end)
        return from_microseconds(self.search_back(at, lambda t: kernel.due_back(t, at, amount(limit))))

    def is_open(self, at: datetime) -> bool:
        """Say whether time counts at `at`; an opening instant counts, a closing one does not."""
        instant = to_microseconds(at)
        return kernel.is_open(self.tables(instant, instant), instant)

    def next_open(self, at: datetime) -> datetime:
        """Return `at` if it is open, else the next opening."""
        instant = to_microseconds(at)
        return from_microseconds(self.search(instant, lambda t: kernel.next_opening(t, instant)))

    def roll_back(self, at: datetime) -> datetime:
        """Return `at` if it is open or a closing, else the latest closing before it."""
        return self.due_back(at, timedelta())

    def next_start(self, at: datetime) -> datetime:
        """Return the first opening instant after `at`."""
        return self.next_open(self.next_close(at) if self.is_open(at) else at)

    def next_close(self, at: datetime) -> datetime:
        """Return the first closing instant after `at`."""
        return next(end for _, end in self.openings(at))

    def prev_start(self, at: datetime) -> datetime:
        """Return the last opening instant before `at`."""
        return next(start for start, _ in self.openings_back(at))

    def prev_close(self, at: datetime) -> datetime:
        """Return the last closing instant before `at`."""
        before = at - MICROSECOND
        return self.roll_back(self.prev_start(at) - MICROSECOND if self.is_open(before) else before)

    def add_days(self, start: datetime, days: int) -> datetime:
        """Return the same wall-clock time `days` open dates later (earlier, when negative), snapped to open time.

        Zero days give `start`; a closing instant is kept; from a Saturday one day is Monday.
        """
        return self._add_days(start, days, end_of_day=False)

    def end_of_day_after(self, start: datetime, days: int) -> datetime:
        """Return the last closing of the date `days` open dates after that of `start`."""
        return self._add_days(start, days, end_of_day=True)

    def wall(self, on: date, seconds: int) -> datetime:
        """Return the instant of a wall-clock time, in seconds after the midnight of `on`.

        In a gap the offset before it holds, in an overlap the first of the two instants.
        """
        local = day_number(on) * DAY + seconds * SECOND
        return from_microseconds(kernel.wall(self.tables(local - DAY, local + DAY), local))

    def is_open_date(self, on: date) -> bool:
        """Say whether any time counts on the local date `on`."""
        at = day_number(on)
        t = self.tables(at * DAY - DAY, at * DAY + 2 * DAY)
        ranks, first = t[kernel.T_RANKS], t[kernel.T_BOUNDS][kernel.B_DAY]
        return ranks[at - first + 1] > ranks[at - first]

    def openings(self, start: datetime, end: datetime | None = None) -> Iterator[tuple[datetime, datetime]]:
        """Yield the openings after `start`, clipped to [start, end); without an end, for as long as any comes.

        Raises `NoOpeningHours` when ten years hold no opening or no closing.
        """
        at = to_microseconds(start)
        if end is not None:
            yield from self._openings_between(at, to_microseconds(end))
            return
        while True:
            opens = self.search(at, partial(_next_opening, at))
            at = self._closing_after(opens)
            yield from_microseconds(opens), from_microseconds(at)

    def _openings_between(self, at: int, until: int) -> Iterator[tuple[datetime, datetime]]:
        edges = self.tables(min(at, until), until)[kernel.T_EDGES]
        first_closing = (bisect_right(edges, at) + 1) & ~1  # odd edges open, even edges close
        for place in range(first_closing, len(edges), 2):
            opens = max(edges[place - 1], at)
            if opens >= until:
                return
            yield from_microseconds(opens), from_microseconds(min(edges[place], until))

    def openings_back(self, end: datetime, start: datetime | None = None) -> Iterator[tuple[datetime, datetime]]:
        """Yield the openings before `end`, the nearest first, clipped to [start, end)."""
        if start is not None:
            yield from reversed(list(self.openings(start, end)))
            return
        at = to_microseconds(end)
        while True:
            closes = self.search_back(at, partial(_closing_before, at))
            at = self._opening_before(closes)
            yield from_microseconds(at), from_microseconds(closes)

    # --- Tables --------------------------------------------------------------------------------------------

    def tables(self, first: int, last: int) -> Tables:
        """Return compiled tables that cover every instant from `first` to `last`, lengthening them if need be."""
        if first < FIRST_INSTANT or last > LAST_INSTANT:
            raise NoOpeningHours(
                f"Calendar '{self.name or self.id}' reaches from {FIRST_DATE.year} to {LAST_DATE.year - 1}, but is "
                f"asked about a time {'before' if first < FIRST_INSTANT else 'after'} that. Correct the date."
            )
        held: list[Tables] = self._held
        if not held:
            held.append(self._compile(first - 2 * DAY, last + ROOM))
        bounds = held[0][kernel.T_BOUNDS]
        begin, end = bounds[kernel.B_FIRST], bounds[kernel.B_END]
        if first < begin or last >= end:
            # By at least half of what is held each time, so that a log read in any order compiles seldom.
            more = max(end - begin, ROOM) // 2
            begin = min(first, begin) - 2 * DAY - (more if first < begin else 0)
            end = max(last, end) + 2 * DAY + (more if last >= end else 0)
            held[0] = self._compile(begin, end)
            self.__dict__["_in_instants"] = NOTHING_COVERED
        return held[0]

    def lengthen(self, years: int) -> Tables:
        """Return tables that reach `years` further than those held."""
        bounds = self._held[0][kernel.T_BOUNDS]
        first = max(bounds[kernel.B_FIRST], FIRST_INSTANT)
        return self.tables(first, min(bounds[kernel.B_END] + years * 366 * DAY, LAST_INSTANT))

    def lengthen_for(self, t: Tables, start: int, years: int) -> Tables:
        """Return longer tables for a search that `t` could not answer; raise `NoOpeningHours` when it is endless."""
        self._refuse_endless(t, start)
        return self.lengthen(years)

    def compile(self, first: date, end: date) -> Tables:
        """Return tables that cover the local dates from `first` up to, but not including, `end`."""
        return compile_tables(self.zone, self, first, end)

    def _compile(self, begin: int, end: int) -> Tables:
        """Compile whole dates around two instants, as far as dates reach."""
        first, last = max(begin // DAY, day_number(FIRST_DATE)), min(end // DAY, day_number(LAST_DATE))
        return self.compile(date_of(first), date_of(last))

    @cached_property
    def _held(self) -> list[Tables]:
        return []

    @cached_property
    def _in_instants(self) -> InstantTables:
        """The tables held, in instants: made by the first question that needs them, forgotten when they lengthen."""
        return NOTHING_COVERED

    def _elapsed(self, start: datetime, end: datetime) -> timedelta:
        first, last = to_microseconds(start), to_microseconds(end)
        counted = kernel.elapsed(self.tables(first, last), first, last)
        self._keep_in_instants()
        return duration(counted)

    def _due(self, start: datetime, limit: timedelta) -> datetime:
        at, length = to_microseconds(start), amount(limit)
        if length < 0:
            return self.due_back(start, -limit)
        found = from_microseconds(self.search(at, lambda t: kernel.due(t, at, length)))
        self._keep_in_instants()
        return found

    def _keep_in_instants(self) -> None:
        """Keep the tables in instants too, for the next question."""
        if self._in_instants is NOTHING_COVERED:
            self.__dict__["_in_instants"] = instant_tables(self._held[0])

    def _add_days(self, start: datetime, days: int, *, end_of_day: bool) -> datetime:
        at = to_microseconds(start)
        look = self.search if days >= 0 else self.search_back
        return from_microseconds(look(at, lambda t: kernel.add_working_days(t, at, days, int(end_of_day))))

    def _closing_after(self, opens: int) -> int:
        t = self.tables(opens, opens)
        while (closes := kernel.closing_after(t, opens)) >= (end := t[kernel.T_BOUNDS][kernel.B_END]):
            self._refuse_endless_opening(end - opens, opens, at_the_last=end >= LAST_INSTANT)
            t = self.lengthen(1)
        return closes

    def _opening_before(self, closes: int) -> int:
        t = self.tables(closes - DAY, closes)
        while (opens := kernel.opening_of(t, closes - 1)) <= (begin := t[kernel.T_BOUNDS][kernel.B_FIRST]):
            self._refuse_endless_opening(closes - begin, closes, at_the_last=begin <= FIRST_INSTANT)
            t = self.tables(max(begin - 366 * DAY, FIRST_INSTANT), closes)
        return opens

    def _refuse_endless_opening(self, length: int, at: int, *, at_the_last: bool) -> None:
        if at_the_last or length > SEARCH_YEARS * 366 * DAY:
            raise EndlessOpening(
                f"Calendar '{self.name or self.id}' neither opens nor closes for {SEARCH_YEARS} years around "
                f"{from_microseconds(at):%Y-%m-%d}. Ask for the openings between two instants."
            )

    def search(self, start: int, look: "Look") -> int:
        """Return what `look` finds, lengthening the tables until it does.

        Raises `NoOpeningHours` when ten years after the last opening hold no other.
        """
        t = self.tables(start, start)
        years = 1
        while True:
            found = look(t)
            if found != BEYOND:
                return found
            t = self.lengthen_for(t, start, years)
            years *= 2

    def search_back(self, end: int, look: "Look") -> int:
        """Return what `look` finds, reaching further back until it does; raises `NoOpeningHours` likewise."""
        t = self.tables(end, end)
        years = 1
        while True:
            found = look(t)
            if found == BEYOND:
                t = self.lengthen_for(t, end, years)
                years *= 2
                continue
            if found != NONE:
                return found
            self._refuse_endless_back(t, end)
            t = self.tables(max(t[kernel.T_BOUNDS][kernel.B_FIRST] - years * 366 * DAY, FIRST_INSTANT), end)
            years *= 2

    def _refuse_endless(self, t: Tables, start: int) -> None:
        last = t[kernel.T_EDGES][-2] if len(t[kernel.T_EDGES]) > 2 else start
        end = t[kernel.T_BOUNDS][kernel.B_END]
        if end - max(last, start) > SEARCH_YEARS * 366 * DAY or end >= LAST_INSTANT:
            raise NoOpeningHours(
                f"Calendar '{self.name or self.id}' has no opening for {SEARCH_YEARS} years after "
                f"{from_microseconds(max(last, start)):%Y-%m-%d}, so the limit is never used up. "
                "Add opening hours, or lengthen the calendar's dates."
            )

    def _refuse_endless_back(self, t: Tables, end: int) -> None:
        edges = t[kernel.T_EDGES]
        first = edges[1] if len(edges) > 2 else end
        begin = t[kernel.T_BOUNDS][kernel.B_FIRST]
        if min(first, end) - begin > SEARCH_YEARS * 366 * DAY or begin <= FIRST_INSTANT:
            raise NoOpeningHours(
                f"Calendar '{self.name or self.id}' has no opening for {SEARCH_YEARS} years before "
                f"{from_microseconds(min(first, end)):%Y-%m-%d}. Add opening hours, or an earlier first date."
            )

    # --- What is open on a date ----------------------------------------------------------------------------

    def shifts_on(self, on: date) -> Shifts:
        """Return the shifts that start on a date, before holidays and breaks are taken out."""
        if (self.valid_from and on < self.valid_from) or (self.valid_until and on > self.valid_until):
            return ()
        if on in self.special:
            return self.special[on]
        for season in self.seasons:
            if season.first <= on <= season.last:
                return season.weekly[on.weekday()]
        return self.weekly[on.weekday()]

    def breaks_on(self, on: date) -> Shifts:
        """Return the breaks that start on a date."""
        return self.breaks.get(on, ()) + self.weekly_breaks[on.weekday()]

    @property
    def has_holidays(self) -> bool:
        """Whether there is any holiday at all."""
        return bool(self.holidays or self.recurring)

    def holiday_on(self, on: date) -> str | None:
        """Return the name of the holiday that closes a date, if one does."""
        if on in self.special:
            return None
        return self.holidays.get(on, self.recurring.get((on.month, on.day)))

    def holidays_between(self, first: date, last: date) -> list[date]:
        """Return the dates that holidays close, from one to another, both included, in order."""
        found = {*self.holidays, *self._yearly(range(first.year, last.year + 1))}
        return sorted(on for on in found if first <= on <= last and self.holiday_on(on) is not None)

    def _yearly(self, years: range) -> Iterator[date]:
        for (month, day), year in product(self.recurring, years):
            if day <= monthrange(year, month)[1]:  # the 29th of February is there every fourth year
                yield date(year, month, day)


def _next_opening(at: int, t: Tables) -> int:
    return kernel.next_opening(t, at)


def _closing_before(at: int, t: Tables) -> int:
    return kernel.closing_before(t, at)
