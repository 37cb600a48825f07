"""A calendar as the case format writes it."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from servanda.conformance.fields import Fields, UnreadableQuestion
from servanda.engine.calendars import WHOLE_DAY, Calendar, InvalidCalendar, Shift, Shifts, Week
from servanda.engine.shifts import WEEKDAYS

ALWAYS_OPEN = Calendar.always_open()
PAIRS = 'a list of pairs such as ["09:00", "17:00"]'


def calendar_of(written: object) -> Calendar:
    """Return the calendar; nothing written means always open in UTC. Raises `InvalidCalendar`."""
    if written is None:
        return ALWAYS_OPEN
    fields = Fields.of(written, "calendar")
    weekly = week(fields, "weekly")
    if fields.true("always_open"):
        weekly = (WHOLE_DAY,) * 7
    return Calendar(
        id="case",
        zone=zone_of(fields),
        weekly=weekly,
        weekly_breaks=week(fields, "weekly_breaks"),
        breaks=by_date(fields, "breaks"),
        holidays=MappingProxyType({day(on, "calendar.holidays"): "" for on in fields.list("holidays")}),
        recurring=MappingProxyType({month_day(text): "" for text in fields.list("holidays_recurring")}),
        special=by_date(fields, "special"),
    )


def zone_only(written: object) -> Calendar:
    """Return a round-the-clock calendar in the zone written, for questions that ask of the wall clock alone."""
    return ALWAYS_OPEN if written is None else Calendar.always_open(zone_of(Fields.of(written, "calendar")))


def zone_of(fields: Fields) -> str:
    """Return the name of the zone."""
    return str(fields.need("tz", str, "the name of an IANA time zone"))


def week(fields: Fields, key: str) -> Week:
    """Return the shifts of the seven weekdays; raise `InvalidCalendar` for a day that is none."""
    days = fields.inner(key) if fields.has(key) else Fields({})
    unknown = set(days.written) - set(WEEKDAYS)
    if unknown:
        raise InvalidCalendar(f"no weekday: {', '.join(sorted(unknown))}. Write {', '.join(WEEKDAYS)}.")
    mon, tue, wed, thu, fri, sat, sun = (shifts(days, name) for name in WEEKDAYS)
    return mon, tue, wed, thu, fri, sat, sun


def by_date(fields: Fields, key: str) -> Mapping[date, Shifts]:
    """Return the shifts written for single dates."""
    dates = fields.inner(key) if fields.has(key) else Fields({})
    return MappingProxyType({day(on, dates.place): shifts(dates, on) for on in dates.written})


def shifts(days: Fields, key: str) -> Shifts:
    """Return the shifts of a day from pairs of wall-clock times."""
    pairs, place = days.list(key), f"{days.place}.{key}"
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2):
            raise UnreadableQuestion(place, pair, PAIRS)
    return tuple(Shift(seconds(start, place), seconds(end, place)) for start, end in pairs)


def seconds(clock_time: Any, place: str) -> int:
    """Return HH:MM or HH:MM:SS, which may pass 24:00, in seconds after midnight."""
    parts = clock_time.split(":") if isinstance(clock_time, str) else []
    if len(parts) not in (2, 3) or not all(part.isascii() and part.isdigit() for part in parts):
        raise UnreadableQuestion(place, clock_time, "a wall-clock time as HH:MM or HH:MM:SS")
    hours, minutes, *rest = (int(part) for part in parts)
    if minutes > 59 or any(part > 59 for part in rest):
        raise UnreadableQuestion(place, clock_time, "minutes and seconds up to 59")
    return hours * 3600 + minutes * 60 + sum(rest)


def day(text: Any, place: str) -> date:
    """Return a date that the calendar names."""
    return Fields({"date": text}, place).date("date")


def month_day(text: Any) -> tuple[int, int]:
    """Return the month and day of a recurring holiday; raise `InvalidCalendar` for a day no year has."""
    leap = Fields({"month and day": f"2000-{text}"}, "calendar.holidays_recurring")
    try:
        on = leap.date("month and day")
    except UnreadableQuestion:
        raise InvalidCalendar(f"{text!r} is no day of any year. Write MM-DD.") from None
    return on.month, on.day
