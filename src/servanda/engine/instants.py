"""Instants at the edges, microseconds inside.

An instant outside the kernel is an aware `datetime` in UTC; inside it is a whole number of microseconds
since 1970-01-01T00:00Z, so that sums and comparisons are exact and cheap.
"""

from datetime import UTC, date, datetime, timedelta

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)


class NaiveInstant(ValueError):
    """A time without a zone was given where an instant is needed."""


def to_microseconds(at: datetime) -> int:
    """Return the microseconds from 1970-01-01T00:00Z to `at`; raise `NaiveInstant` without a zone."""
    try:
        return (at - _EPOCH) // _MICROSECOND
    except TypeError:
        raise NaiveInstant(
            f"{at.isoformat()} has no zone. Give an offset such as +00:00, or say which zone it is in."
        ) from None


def from_microseconds(at: int) -> datetime:
    """Return the instant in UTC, the inverse of `to_microseconds`."""
    return _EPOCH + _MICROSECOND * at


def duration(microseconds: int) -> timedelta:
    """Return an amount of time of that many microseconds."""
    return _MICROSECOND * microseconds  # in half the time of timedelta(microseconds=...)


def amount(length: timedelta) -> int:
    """Return the whole microseconds of a duration."""
    return length // _MICROSECOND


def day_number(on: date) -> int:
    """Return the days from 1970-01-01 to `on`."""
    return on.toordinal() - _EPOCH_ORDINAL


def date_of(day: int) -> date:
    """Return the date that many days after 1970-01-01, the inverse of `day_number`."""
    return date.fromordinal(day + _EPOCH_ORDINAL)
