"""A calendar as the case format writes it."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from servanda.engine.calendars import WHOLE_DAY, Calendar, InvalidCalendar, Shift, Shifts, Week
from servanda.engine.shifts import WEEKDAYS

ALWAYS_OPEN = Calendar.always_open()


def calendar_of(written: Mapping[str, Any] | None) -> Calendar:
    """Return the calendar; nothing written means always open in UTC. Raises `InvalidCalendar`."""
    if written is None:
        return ALWAYS_OPEN
    weekly = week(written.get("weekly", {}))
    if written.get("always_open"):
        weekly = (WHOLE_DAY,) * 7
    return Calendar(
        id=written.get("id", "case"),
        zone=written["tz"],
        weekly=weekly,
        weekly_breaks=week(written.get("weekly_breaks", {})),
        breaks=by_date(written.get("breaks", {})),
        holidays=MappingProxyType({date.fromisoformat(on): "" for on in written.get("holidays", [])}),
        recurring=MappingProxyType({month_day(text): "" for text in written.get("holidays_recurring", [])}),
        special=by_date(written.get("special", {})),
    )


def zone_only(written: Mapping[str, Any] | None) -> Calendar:
    """Return a round-the-clock calendar in the zone written, for questions that ask of the wall clock alone."""
    return ALWAYS_OPEN if written is None else Calendar.always_open(written["tz"])


def week(written: Mapping[str, Any]) -> Week:
    """Return the shifts of the seven weekdays; raise `InvalidCalendar` for a day that is none."""
    unknown = set(written) - set(WEEKDAYS)
    if unknown:
        raise InvalidCalendar(f"no weekday: {', '.join(sorted(unknown))}. Write {', '.join(WEEKDAYS)}.")
    mon, tue, wed, thu, fri, sat, sun = (shifts(written.get(day, [])) for day in WEEKDAYS)
    return mon, tue, wed, thu, fri, sat, sun


def by_date(written: Mapping[str, Any]) -> Mapping[date, Shifts]:
    """Return the shifts written for single dates."""
    return MappingProxyType({date.fromisoformat(on): shifts(pairs) for on, pairs in written.items()})


def shifts(pairs: list[list[str]]) -> Shifts:
    """Return shifts from pairs of wall-clock times."""
    return tuple(Shift(seconds(start), seconds(end)) for start, end in pairs)


def seconds(clock_time: str) -> int:
    """Return HH:MM or HH:MM:SS, which may pass 24:00, in seconds after midnight."""
    hours, minutes, *rest = (int(part) for part in clock_time.split(":"))
    if not (0 <= minutes < 60 and all(0 <= part < 60 for part in rest) and hours >= 0 and len(rest) < 2):
        raise InvalidCalendar(f"'{clock_time}' is no wall-clock time. Write HH:MM or HH:MM:SS.")
    return hours * 3600 + minutes * 60 + (rest[0] if rest else 0)


def month_day(text: str) -> tuple[int, int]:
    """Return the month and day of a recurring holiday; raise `InvalidCalendar` for a day no year has."""
    month, day = (int(part) for part in text.split("-"))
    try:
        date(2000, month, day)
    except ValueError:
        raise InvalidCalendar(f"'{text}' is no day of any year. Write MM-DD.") from None
    return month, day
