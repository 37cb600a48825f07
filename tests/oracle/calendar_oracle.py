"""Answers about calendars, worked out by edges: the independent oracle for open time.

How it works. For each local date every shift, break and holiday is turned into a span of UTC microseconds
by `wall` alone; the open time of a date is its shifts less every cut, and open time as such is the union
over dates. Every question is then a walk along those spans. Nothing is compiled, nothing is clever, and
nothing is shared with the product.

Rules taken from the published semantics, and those settled here (marked *):

- wall: the local time of a date; an hour past 24:00 belongs to the next date. In a gap the offset before
  the gap holds, in an overlap the first of the two instants.
- * A shift or break whose wall-clock hours all fall in one gap does not exist that date (02:10-02:50 on the
  night the clocks go from 02:00 to 03:00, and every shift of a date the zone skipped). One with an end
  outside the gap keeps the ends `wall` gives; reversed or empty after that, it is empty.
- A holiday cuts the local 00:00-24:00 of its date from everything, night shifts of the day before included,
  unless the date has a special entry: then it cuts nothing. * A special entry that is empty closes the
  date: no shift of its own; the tail of the night shift before it stays.
- Breaks and weekly breaks both cut, by instant, whatever shift they meet. * They may run past 24:00.
- * A recurring 02-29 falls in leap years only.
- * Shifts of one date may touch, in any order, and may not overlap, be empty or be reversed; they start
  before 48:00 and end by it. Breaks may overlap one another, and may be neither empty nor reversed. Faults
  are errors, as is an unknown zone and (except for `wall`) a calendar without a single shift.
- * Shifts of different dates may overlap (a night shift to 32:00 and an early one): the hours count once.
- Due forward is the earliest instant by which the seconds are used up, backward the latest from which they
  fit; zero is `next_open` forward and `roll_back` backward. A negative amount turns the direction round.
  `due_rolls: next_opening` moves an answer that falls exactly on a closing to the next opening (forward),
  or one that falls on an opening to the closing before (backward).
- A search ends with an error after ten years without an opening.
- next_open: the instant itself if open. roll_back: the instant itself if open or a closing, else the
  closing before.
- * next_start and next_close: the first opening, closing strictly after the instant; prev_start and
  prev_close: the last strictly before it (`next_open` and `roll_back` are the two that may stay). Where
  touching spans merge there is no closing and no opening.
- * An open date is one whose own shifts leave open time on any date: the Saturday that only sees the end of
  Friday's night shift is not one; Friday is. A holiday (no special entry) is never one, whatever its shifts
  leave after midnight.
- add_days: step over open dates from the local date of the start, keep the wall clock, then, if closed, go
  on to the next opening (a closing is kept). * From a closed date the first step forward reaches the first
  open date after it, a step back the first before it. Days 0 gives the start itself.
- end_of_day_after_days: the last closing of the date reached, of the shifts that date owns (so Friday's
  22:00-30:00 ends on Saturday at 06:00), before touching spans merge. * Days 0: of the start's own date, or
  of the next open one if that is closed.
- * open_dates: the open dates from `from` to `to`, both included, and their `count`.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

MICRO = 1_000_000
DAY = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DATES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TEN_YEARS = 3_653
FIRST, LAST = date(2, 1, 1), date(9990, 1, 1)

Span = tuple[int, int]


class OracleError(ValueError):
    """The question has no answer, or the calendar is none."""


class NoMore(OracleError):
    """The search went ten years without an opening."""


def instant(text: str) -> int:
    """Return the UTC microseconds of an ISO 8601 time with an offset."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise OracleError(f"a time needs its offset: {text!r}")
    return (at - EPOCH) // timedelta(microseconds=1)


def iso(at: int) -> str:
    """Return an instant as ISO 8601 in UTC."""
    return (EPOCH + timedelta(microseconds=at)).isoformat()


def microseconds(seconds: int | float | str) -> int:
    """Return an amount of seconds as whole microseconds."""
    return round(Fraction(str(seconds)) * MICRO)


def seconds(amount: int) -> int | float:
    """Return microseconds as seconds, whole where they are whole."""
    return amount // MICRO if amount % MICRO == 0 else amount / MICRO


@functools.cache
def zone(name: str) -> ZoneInfo:
    """Return the zone as the `tzdata` package has it; the system's zones are never read."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", name):
        raise OracleError(f"no zone {name!r}")
    file = importlib.resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    if not file.is_file():
        raise OracleError(f"no zone {name!r}")
    with file.open("rb") as content:
        return ZoneInfo.from_file(content, key=name)


def wall(where: tzinfo, on: date, second: int) -> int:
    """Return the instant of a wall-clock second of a date, by the offset before a gap and the first of an overlap."""
    local = datetime(on.year, on.month, on.day) + timedelta(seconds=second)
    early, late = (local.replace(tzinfo=where, fold=fold).astimezone(UTC) for fold in (0, 1))
    # Nuuk, October 2023: zoneinfo takes the hour before its closing rule begins for one that comes twice. What does not
    # read back as it was written, though the other does, is no reading of it.
    reads_back = [at.astimezone(where).replace(tzinfo=None) == local for at in (early, late)]
    at = late if reads_back == [False, True] else early
    return (at - EPOCH) // timedelta(microseconds=1)


def wall_clock(where: tzinfo, at: int) -> datetime:
    """Return the local date and time of an instant, without zone."""
    return (EPOCH + timedelta(microseconds=at)).astimezone(where).replace(tzinfo=None)


def clock_seconds(text: str) -> int:
    """Return `HH:MM[:SS]` as seconds from midnight; hours may pass 24."""
    found = re.fullmatch(r"(\d{1,2}):(\d\d)(?::(\d\d))?", text)
    if not found or int(found[2]) > 59 or int(found[3] or 0) > 59:
        raise OracleError(f"not a time of day: {text!r}")
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)


def union(spans: list[Span]) -> list[Span]:
    """Return the spans in order, those that overlap or touch made one, the empty ones gone."""
    joined: list[Span] = []
    for start, end in sorted(each for each in spans if each[0] < each[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def minus(spans: list[Span], cuts: list[Span]) -> list[Span]:
    """Return what the cuts leave of the spans."""
    for cut_start, cut_end in cuts:
        if cut_start < cut_end:
            pieces = [(a, min(b, cut_start)) for a, b in spans] + [(max(a, cut_end), b) for a, b in spans]
            spans = [each for each in pieces if each[0] < each[1]]
    return sorted(spans)


def both(spans: list[Span], others: list[Span]) -> list[Span]:
    """Return the time in both sets of spans, each of them free of overlap."""
    shared = [(max(a, c), min(b, d)) for a, b in spans for c, d in others]
    return sorted(each for each in shared if each[0] < each[1])


def total(spans: list[Span]) -> int:
    """Return the microseconds the spans hold."""
    return sum(end - start for start, end in spans)


class OracleCalendar:
    """One calendar of the case format, or open time round the clock in UTC where there is none."""

    def __init__(self, entry: dict[str, Any] | None) -> None:
        entry = {"tz": "UTC", "always_open": True} if entry is None else entry
        self.where = zone(entry.get("tz", "UTC"))
        self.always_open = bool(entry.get("always_open"))
        self.weekly = {DATES.index(day): shifts(rows) for day, rows in entry.get("weekly", {}).items()}
        self.special = {date.fromisoformat(on): shifts(rows) for on, rows in entry.get("special", {}).items()}
        self.weekly_breaks = {DATES.index(day): breaks(rows) for day, rows in entry.get("weekly_breaks", {}).items()}
        self.breaks = {date.fromisoformat(on): breaks(rows) for on, rows in entry.get("breaks", {}).items()}
        self.holidays = {date.fromisoformat(on) for on in entry.get("holidays", ())}
        self.recurring = {month_and_day(each) for each in entry.get("holidays_recurring", ())}
        self._open: dict[date, list[Span]] = {}
        self._cuts: dict[date, list[Span]] = {}

    def never_opens(self) -> bool:
        """Tell whether the calendar has not a single shift."""
        return not self.always_open and not any(self.weekly.values()) and not any(self.special.values())

    def is_holiday(self, on: date) -> bool:
        """Tell whether the date is a holiday that counts: one without a special entry."""
        listed = on in self.holidays or (on.month, on.day) in self.recurring
        return listed and on not in self.special

    def spans_of(self, on: date, rows: list[Span]) -> list[Span]:
        """Return wall-clock rows of a date as instants; a row wholly in a gap is left out."""
        spans = []
        for start, end in rows:
            if not self.in_one_gap(on, start, end):
                spans.append((wall(self.where, on, start), wall(self.where, on, end)))
        return [each for each in spans if each[0] < each[1]]

    def in_one_gap(self, on: date, start: int, end: int) -> bool:
        """Tell whether no second from start to end ever shows on a clock: the first and the last lie in one gap."""
        gap = self.gap(on, start)
        return gap is not None and gap == self.gap(on, end - 1)

    def gap(self, on: date, second: int) -> tuple[timedelta, timedelta] | None:
        """Return the offsets before and after the gap a wall-clock second lies in; None outside one."""
        local = datetime(on.year, on.month, on.day) + timedelta(seconds=second)
        before = local.replace(tzinfo=self.where, fold=0).utcoffset()
        after = local.replace(tzinfo=self.where, fold=1).utcoffset()
        assert before is not None
        assert after is not None
        return (before, after) if after > before else None

    def shifts_on(self, on: date) -> list[Span]:
        """Return the wall-clock shifts a date owns, before any cut."""
        if on in self.special:
            return self.special[on]
        return [(0, DAY)] if self.always_open else self.weekly.get(on.weekday(), [])

    def cuts_on(self, on: date) -> list[Span]:
        """Return the instants a date's breaks and holiday cut out."""
        if on not in self._cuts:
            rows = self.breaks.get(on, []) + self.weekly_breaks.get(on.weekday(), [])
            day = [(wall(self.where, on, 0), wall(self.where, on, DAY))] if self.is_holiday(on) else []
            self._cuts[on] = self.spans_of(on, rows) + day
        return self._cuts[on]

    def open_on(self, on: date) -> list[Span]:
        """Return the open spans of the shifts a date owns, less every cut."""
        if on not in self._open:
            cuts = [cut for step in range(-3, 4) for cut in self.cuts_on(on + timedelta(step))]
            self._open[on] = minus(self.spans_of(on, self.shifts_on(on)), cuts)
        return self._open[on]

    def is_open_date(self, on: date) -> bool:
        """Tell whether the date's own shifts leave open time, and it is no holiday."""
        return bool(self.open_on(on)) and not self.is_holiday(on)

    def local_date(self, at: int) -> date:
        """Return the date the clocks of the zone show."""
        return wall_clock(self.where, at).date()

    def open_between(self, start: int, end: int) -> list[Span]:
        """Return the open spans from start to end, merged and clipped."""
        if end <= start:
            return []
        on, last, spans = self.local_date(start) - timedelta(4), self.local_date(end) + timedelta(2), []
        while on <= last:
            spans += self.open_on(on)
            on += timedelta(1)
        return both(union(spans), [(start, end)])

    def elapsed(self, start: int, end: int) -> int:
        """Return the open microseconds from start to end; 0 where the end comes first."""
        return total(self.open_between(start, end))

    def is_open(self, at: int) -> bool:
        """Tell whether the microsecond that begins at the instant is open."""
        return bool(self.open_between(at, at + 1))

    def is_closing(self, at: int) -> bool:
        """Tell whether open time ends exactly here."""
        return bool(self.open_between(at - 1, at)) and not self.is_open(at)

    def is_opening(self, at: int) -> bool:
        """Tell whether open time begins exactly here."""
        return self.is_open(at) and not self.open_between(at - 1, at)

    def windows(self, at: int, step: int) -> Iterator[Span]:
        """Yield month after month away from the instant, until ten years have passed without an opening."""
        quiet = 0
        while quiet <= TEN_YEARS:
            far = at + step * 28 * DAY * MICRO
            window = (at, far) if step > 0 else (far, at)
            if not FIRST < self.local_date_or_bound(far) < LAST:
                break
            spans = self.open_between(*window)
            quiet = 0 if spans else quiet + 28
            yield from spans if step > 0 else reversed(spans)
            at = far
        raise NoMore("ten years without an opening")

    def local_date_or_bound(self, at: int) -> date:
        """Return the local date, or the last one there is when the calendar of dates ends first."""
        try:
            return self.local_date(at)
        except OverflowError:
            return LAST

    def pieces_after(self, at: int) -> Iterator[Span]:
        """Yield the open spans after the instant, in order; one may be cut in two where a search window ends."""
        return self.windows(at, +1)

    def pieces_before(self, at: int) -> Iterator[Span]:
        """Yield the open spans before the instant, nearest first; one may be cut in two as above."""
        return self.windows(at, -1)

    def due(self, start: int, amount: int) -> int:
        """Return the earliest instant by which the amount of open time is used up; the next opening for none."""
        if amount == 0:
            return self.next_open(start)
        for a, b in self.pieces_after(start):
            if amount <= b - a:
                return int(a + amount)
            amount -= b - a
        raise AssertionError("the walk ends by itself")

    def due_back(self, start: int, amount: int) -> int:
        """Return the latest instant from which the amount of open time fits before the start."""
        if amount == 0:
            return self.roll_back(start)
        for a, b in self.pieces_before(start):
            if amount <= b - a:
                return int(b - amount)
            amount -= b - a
        raise AssertionError("the walk ends by itself")

    def next_open(self, at: int) -> int:
        """Return the instant itself if open, else the next opening."""
        return int(next(iter(self.pieces_after(at)))[0])

    def roll_back(self, at: int) -> int:
        """Return the instant itself if open or a closing, else the closing before it."""
        return at if self.is_open(at) else int(next(iter(self.pieces_before(at)))[1])

    def rolled(self, at: int, step: int) -> int:
        """Return a due instant under the rule `next_opening`."""
        if step > 0:
            return self.next_open(at) if self.is_closing(at) else at
        return int(next(iter(self.pieces_before(at)))[1]) if self.is_opening(at) else at

    def next_close(self, at: int) -> int:
        """Return the first closing after the instant."""
        return next(b for _, b in self.nearby(at, +1) if self.is_closing(b))

    def next_start(self, at: int) -> int:
        """Return the first opening after the instant."""
        return next(a for a, _ in self.nearby(at, +1) if a > at and self.is_opening(a))

    def prev_start(self, at: int) -> int:
        """Return the last opening before the instant."""
        return next(a for a, _ in self.nearby(at, -1) if self.is_opening(a))

    def prev_close(self, at: int) -> int:
        """Return the last closing before the instant."""
        return next(b for _, b in self.nearby(at, -1) if b < at and self.is_closing(b))

    def nearby(self, at: int, step: int) -> Iterator[Span]:
        """Yield the open spans away from the instant for ten years; an edge beyond is none."""
        for span in self.windows(at, step):
            if abs(span[0] - at) > TEN_YEARS * DAY * MICRO:
                raise NoMore("ten years open without an edge")
            yield span

    def next_date(self, on: date, step: int) -> date:
        """Return the nearest open date after (or before) this one."""
        for distance in range(1, TEN_YEARS):
            if self.is_open_date(on + timedelta(step * distance)):
                return on + timedelta(step * distance)
        raise OracleError("ten years without an open date")

    def date_after(self, start: int, days: int) -> date:
        """Return the date so many open dates away from the start's own."""
        on = self.local_date(start)
        for _ in range(abs(days)):
            on = self.next_date(on, 1 if days > 0 else -1)
        return on

    def same_wall_clock(self, start: int, on: date) -> int:
        """Return the instant of the date that shows the start's time of day, to the microsecond."""
        local = wall_clock(self.where, start)
        second = local.hour * 3600 + local.minute * 60 + local.second
        return wall(self.where, on, second) + local.microsecond

    def add_days(self, start: int, days: int) -> int:
        """Return the start moved by open dates, its wall clock kept, on to open time or a closing."""
        if days == 0:
            return start
        at = self.same_wall_clock(start, self.date_after(start, days))
        return at if self.is_closing(at) else self.next_open(at)

    def end_of_day_after_days(self, start: int, days: int) -> int:
        """Return the last closing of the date so many open dates away."""
        on = self.date_after(start, days)
        if days == 0 and not self.is_open_date(on):
            on = self.next_date(on, +1)
        return max(end for _, end in self.open_on(on))

    def segments(self, start: int, end: int | None, count: int | None) -> list[Span]:
        """Return the openings from the start, up to an end or a number of them."""
        if end is not None:
            return self.open_between(start, end)[: count if count is not None else None]
        return self.whole(self.pieces_after(start), count or 0, lambda old, new: old[1] == new[0])

    def segments_back(self, start: int, end: int | None, count: int | None) -> list[Span]:
        """Return the openings before the start, nearest first."""
        if end is not None:
            return self.open_between(end, start)[::-1][: count if count is not None else None]
        return self.whole(self.pieces_before(start), count or 0, lambda old, new: old[0] == new[1])

    def whole(self, pieces: Iterator[Span], count: int, touch: Callable[[Span, Span], bool]) -> list[Span]:
        """Return the first `count` openings, pieces that touch across a search window put together.

        An opening without an end (always open) is an error, found after ten years of it.
        """
        found: list[Span] = []
        for piece in listed(pieces):
            if found and touch(found[-1], piece):
                found[-1] = (min(found[-1][0], piece[0]), max(found[-1][1], piece[1]))
            elif len(found) == count:
                break
            else:
                found.append(piece)
            if found[-1][1] - found[-1][0] > TEN_YEARS * DAY * MICRO:
                raise OracleError("an opening that never ends")
        return found


def listed(pieces: Iterator[Span]) -> Iterator[Span]:
    """Yield the pieces and end quietly where the search does."""
    try:
        yield from pieces
    except NoMore:
        return


def shifts(rows: list[list[str]]) -> list[Span]:
    """Return a date's shifts in seconds from midnight, or refuse them."""
    spans = sorted(breaks(rows))
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise OracleError(f"shifts overlap: {rows}")
    return spans


def breaks(rows: list[list[str]]) -> list[Span]:
    """Return a date's breaks in seconds from midnight, or refuse them."""
    spans = [(clock_seconds(start), clock_seconds(end)) for start, end in rows]
    for start, end in spans:
        if not 0 <= start < end <= 2 * DAY:
            raise OracleError(f"empty, reversed or past 48:00: {rows}")
    return spans


def month_and_day(text: str) -> tuple[int, int]:
    """Return `MM-DD` as numbers; 02-29 is one."""
    on = date.fromisoformat(f"2000-{text}")
    return on.month, on.day
