"""A calendar in words: when it is open, and which days to come are unlike the others."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, islice

from servanda.engine.calendars import Calendar, Shift, Shifts, Week, clock_time
from servanda.engine.periods import MONTHS
from servanda.engine.shifts import WHOLE_DAY
from servanda.reports.agreements.parts import Part, Statement, joined, listing, stated, told
from servanda.reports.words import WEEKDAYS_IN_FULL, day

A_DAY = 86_400
ALWAYS_OPEN: Week = (WHOLE_DAY,) * 7
LOOKED_AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class UnusualDay:
    """A date on which a calendar is not as in other weeks, or the dates `until` another: why, and what is open then."""

    on: date
    why: str
    hours: str
    until: date | None = None


def name_of(calendar: Calendar) -> str:
    """Return what a calendar is called."""
    return calendar.name or calendar.id


def part_of(calendar: Calendar, key: str, heading: str) -> Part:
    """Return all that a calendar says."""
    return Part(key, heading, told(*_statements(calendar)))


def _statements(calendar: Calendar) -> Iterator[Statement | None]:
    yield stated("name", "Calendar", name_of(calendar))
    yield listing("week", "Open", week(calendar.weekly))
    yield listing("breaks", "Breaks", week(calendar.weekly_breaks, closed=False))
    yield listing("breaks on", "Breaks on single days", (f"{day(on)}: {_span(s)}" for on, s in calendar.breaks.items()))
    yield listing("seasons", "Other hours for a while", _seasons(calendar))
    yield listing("special", "Other hours on single days", (f"{day(on)}: {shifts(s)}" for on, s in _special(calendar)))
    yield listing("holidays", "Holidays, closed", _holidays(calendar))
    yield stated("from", "Begins", f"{day(calendar.valid_from)}; closed before" if calendar.valid_from else "")
    yield stated("until", "Ends", f"{day(calendar.valid_until)}; closed after" if calendar.valid_until else "")
    yield stated("zone", "Time zone", calendar.zone)


def _special(calendar: Calendar) -> list[tuple[date, Shifts]]:
    return sorted(calendar.special.items())


def _seasons(calendar: Calendar) -> Iterator[str]:
    for each in sorted(calendar.seasons, key=lambda season: season.first):
        lines = list(week(each.weekly, closed=False)) or ["closed"]
        yield f"{day(each.first)} to {day(each.last)}: {'; '.join(lines)}"


def _holidays(calendar: Calendar) -> Iterator[str]:
    for (month, on), name in sorted(calendar.recurring.items()):
        yield f"{on} {MONTHS[month - 1]} each year: {name}"
    for dated, name in sorted(calendar.holidays.items()):
        yield f"{day(dated)}: {name}"


def week(weekly: Week, *, closed: bool = True) -> Iterator[str]:
    """Yield a line for each run of days with equal hours; days without any only where `closed` asks for them."""
    if weekly == ALWAYS_OPEN:
        yield "Round the clock, every day"
        return
    for each, days in groupby(range(7), key=lambda on: weekly[on]):
        if each or closed:
            yield f"{_days(list(days))}: {shifts(each)}"


def _days(days: list[int]) -> str:
    first, last = WEEKDAYS_IN_FULL[days[0]], WEEKDAYS_IN_FULL[days[-1]]
    return first if len(days) == 1 else f"{first} {'and' if len(days) == 2 else 'to'} {last}"


def shifts(of_day: Shifts) -> str:
    """Return the hours of a day, such as `08:00 to 12:00 and 13:00 to 17:00`."""
    return _span(of_day) if of_day else "closed"


def _span(of_day: Shifts) -> str:
    return joined(_shift(each) for each in sorted(of_day))


def _shift(shift: Shift) -> str:
    if shift == WHOLE_DAY[0]:
        return "the whole day"
    return f"{_clock(shift.start)} to {_clock(shift.end)}"


def _clock(seconds: int) -> str:
    if seconds <= A_DAY:
        return clock_time(seconds)
    return f"{clock_time(seconds - A_DAY)} the next day"


def unusual_days(calendar: Calendar, on: date, most: int) -> tuple[UnusualDay, ...]:
    """Return the next dates on which a calendar is closed or open by an entry of their own, or a season begins."""
    return tuple(islice(_unusual(calendar, on), most))


def _unusual(calendar: Calendar, first: date) -> Iterator[UnusualDay]:
    begins = {each.first: each for each in calendar.seasons}
    for ahead in range(LOOKED_AHEAD.days):
        on = first + timedelta(days=ahead)
        holiday, open_then = calendar.holiday_on(on), calendar.shifts_on(on)
        if on in begins:
            lines = list(week(begins[on].weekly, closed=False)) or ["closed"]
            yield UnusualDay(on, "", "; ".join(lines), begins[on].last)
        if on in calendar.special:
            yield UnusualDay(on, "", shifts(open_then))
        elif holiday is not None and open_then:
            yield UnusualDay(on, holiday, "closed")
