"""Time zones from the `tzdata` package alone, so that an answer never depends on the machine's own zone files."""

import importlib.resources
from bisect import bisect_left
from datetime import UTC, date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

import tzdata

from servanda.engine.instants import DAY, SECOND, day_number, from_microseconds, to_microseconds

VERSION: str = tzdata.IANA_VERSION


class UnknownZone(ValueError):
    """A name that is no IANA time zone."""


@cache
def zone(name: str) -> ZoneInfo:
    """Return the IANA zone of that name; raise `UnknownZone` for any other name."""
    parts = name.split("/")
    try:
        if not all(part and part[0].isalpha() for part in parts):
            raise FileNotFoundError(name)
        with importlib.resources.files("tzdata.zoneinfo").joinpath(*parts).open("rb") as file:
            return ZoneInfo.from_file(file, key=name)
    except (OSError, ValueError, ModuleNotFoundError):
        raise UnknownZone(
            f"'{name}' is no time zone of the IANA data {VERSION}. Write a name such as Europe/London or UTC."
        ) from None


def offset(name: str, at: int) -> int:
    """Return the zone's offset from UTC at an instant, in microseconds."""
    length = from_microseconds(at).astimezone(zone(name)).utcoffset()
    assert length is not None
    return (length.days * 86_400 + length.seconds) * SECOND


def offset_changes(name: str, first: date, last: date) -> tuple[list[int], list[int]]:
    """Return the instants between two dates at which the offset changes, and the offsets before and after them."""
    low, high = day_number(first) * DAY, day_number(last) * DAY
    years = range(first.year, last.year + 1)
    found = [each for year in years for each in _changes_in(name, year) if low < each[0] <= high]
    return [at for at, _ in found], [offset(name, low), *(after for _, after in found)]


@cache
def _changes_in(name: str, year: int) -> tuple[tuple[int, int], ...]:
    """Return the instants of a UTC year at which the offset changes, each with the offset after it.

    Each day's two ends are compared, so two changes within one day that cancel out would go unseen; the IANA
    data hold none since 1900.
    """
    day, end = day_number(date(year, 1, 1)), day_number(date(year, 12, 31)) + 1
    known = offset(name, day * DAY)
    changes = []
    for number in range(day + 1, end + 1):
        after = offset(name, number * DAY)
        if after != known:
            changes.append((_change(name, (number - 1) * DAY, number * DAY, known), after))
            known = after
    return tuple(changes)


def _change(name: str, low: int, high: int, before: int) -> int:
    seconds = range(low // SECOND, high // SECOND + 1)
    place = bisect_left(seconds, True, key=lambda second: offset(name, second * SECOND) != before)
    return seconds[place] * SECOND


def to_local(name: str, at: datetime) -> datetime:
    """Return an instant as a wall-clock time with its offset, for people to read."""
    return from_microseconds(to_microseconds(at)).astimezone(zone(name))


def midnight(on: date, name: str) -> datetime:
    """Return the instant, in UTC, at which a date begins in a zone; where clocks skip midnight, the end of the gap."""
    return datetime.combine(on, time.min, zone(name)).astimezone(UTC)
