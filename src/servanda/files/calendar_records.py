"""Calendars as they are written in agreement files."""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

from servanda.engine.calendars import Calendar
from servanda.engine.shifts import NO_WEEK, WEEKDAYS, WHOLE_DAY, InvalidCalendar, Season, Shift, Shifts, Week
from servanda.engine.zones import UnknownZone, zone
from servanda.files import notation
from servanda.files.records import Record

HOURS_KEYS = ("hours", "breaks", "breaks_on", "holidays", "special", "seasons", "valid_from", "valid_until")


def calendar(record: Record, default_zone: str) -> Calendar:
    """Return the calendar of a record, and add a finding for whatever in it makes no sense.

    A calendar with errors comes back as one that is always open, so that what refers to it can be checked.
    """
    errors = record.findings.error_count
    read = _always_open if "always_open" in record else _by_hours
    try:
        made = read(record, known_zone(record, default_zone))
    except InvalidCalendar as invalid:
        if record.findings.error_count == errors:
            record.refuse("SV204", str(invalid))
    else:
        if record.findings.error_count == errors:
            return made
    return Calendar.always_open("UTC", record.text("id"))


def known_zone(record: Record, default: str) -> str:
    """Return the zone of a record; an unknown one becomes a finding, and the default stands in."""
    name = record.text("zone", default)
    try:
        zone(name)
    except UnknownZone as unknown:
        record.refuse("SV201", str(unknown), "zone")
        return default
    return name


def _always_open(record: Record, in_zone: str) -> Calendar:
    for key in HOURS_KEYS:
        if key in record:
            record.refuse("SV105", f"'always_open' leaves no room for '{key}'. Take one of the two out.", key)
    week: Week = (WHOLE_DAY,) * 7
    return Calendar(record.text("id"), in_zone, week, name=record.text("name"))


def _by_hours(record: Record, in_zone: str) -> Calendar:
    weekly = _week(record.record("hours"))
    seasons = tuple(_seasons(record))
    special = _dated(record, "special", _apart)
    if not any((*weekly, *(shifts for season in seasons for shifts in season.weekly), *special.values())):
        record.refuse("SV202", "the calendar never opens. Add hours, or write 'always_open: true'.")
    return Calendar(
        record.text("id"),
        in_zone,
        weekly,
        weekly_breaks=_week(record.record("breaks"), _any),
        breaks=_dated(record, "breaks_on", _any),
        holidays=_holidays(record),
        recurring=_recurring(record),
        special=special,
        seasons=seasons,
        valid_from=record.day("valid_from"),
        valid_until=record.day("valid_until"),
        name=record.text("name"),
    )


Check = Callable[[Record, str, Shifts], Shifts]


def _any(record: Record, key: str, shifts: Shifts) -> Shifts:
    """Return breaks as they are: they may overlap, for what is cut twice is cut."""
    return shifts


def _apart(record: Record, key: str, shifts: Shifts) -> Shifts:
    """Return shifts, with a finding for each two that overlap."""
    for one, two in pairwise(sorted(shifts)):
        if two.start < one.end:
            record.refuse("SV203", f"the shifts {one} and {two} overlap. Join them or part them.", key)
    return shifts


def _week(record: Record | None, check: Check = _apart) -> Week:
    """Return the shifts of each weekday, Monday first."""
    days: list[Shifts] = list(NO_WEEK)
    written: set[int] = set()
    for key in record if record else ():
        assert record is not None
        shifts = check(record, key, _shifts(record, key))
        for day in record.attempt(key, notation.weekdays, "SV105", record.line(key), "the key") or ():
            if day in written:
                record.refuse("SV102", f"'{WEEKDAYS[day]}' is given twice. Keep one of the two.", key)
            written.add(day)
            days[day] = shifts
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = days
    return monday, tuesday, wednesday, thursday, friday, saturday, sunday


def _shifts(record: Record, key: str) -> Shifts:
    read = (_shift(record, text, line) for text, line in record.lined_texts(key))
    return tuple(shift for shift in read if shift is not None)


def _shift(record: Record, text: str, line: int) -> Shift | None:
    try:
        return record.attempt(text, notation.shift, "SV105", line, "a shift")
    except InvalidCalendar:
        mend = "Let it end after it starts, by 48:00; past midnight count on, such as 22:00-30:00."
        record.findings.add("SV203", line, f"the shift {text} has no length, or is too long", mend)
        return None


def _dated(record: Record, key: str, check: Check) -> dict[date, Shifts]:
    """Return the hours of single dates."""
    hours: dict[date, Shifts] = {}
    for each in record.records(key):
        on = each.day("date")
        if on in hours:
            each.refuse("SV107", f"the date {on} is given twice. Keep one of the two.", "date")
        if on is not None:
            hours[on] = check(each, "hours", _shifts(each, "hours"))
    return hours


def _holidays(record: Record) -> dict[date, str]:
    named: dict[date, str] = {}
    for each in record.records("holidays"):
        on = each.day("date")
        if on in named:
            each.refuse("SV107", f"the holiday {on} is given twice. Keep one of the two.", "date")
        if on is not None:
            named[on] = each.text("name")
    return named


def _recurring(record: Record) -> dict[tuple[int, int], str]:
    named: dict[tuple[int, int], str] = {}
    for each in record.records("holidays"):
        every = each.read("every", notation.month_and_day)
        if every in named:
            each.refuse("SV107", f"the holiday {each.text('every')} is given twice. Keep one of the two.", "every")
        if every is not None:
            named[every] = each.text("name")
    return named


def _seasons(record: Record) -> Iterator[Season]:
    for each in record.records("seasons"):
        first, last = each.day("from"), each.day("until")
        weekly = _week(each.record("hours"))
        if first is None or last is None:
            continue
        if last < first:
            each.refuse("SV204", f"the season ends on {last}, before it begins on {first}. Correct one date.", "until")
        else:
            yield Season(first, last, weekly)
