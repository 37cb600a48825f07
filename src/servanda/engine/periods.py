"""Periods: the stretch of dates that a report is about, between midnights of a zone.

A period is a pair of dates. It becomes two instants only together with a zone, because June begins in Auckland
before it begins in New York. Neighbouring periods share their boundary, so each instant lies in exactly one of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from servanda.engine import zones

FIRST_YEAR, LAST_YEAR = 1900, 2199
EXAMPLES = "2018-06, 2018-Q2, 2018, or two dates such as 2018-06-01..2018-06-15"
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_ONE_DAY = timedelta(days=1)
_WRITTEN = re.compile(r"([0-9]{4})(?:-(?:Q([1-4])|(0[1-9]|1[0-2])))?", re.ASCII | re.IGNORECASE)


class InvalidPeriod(ValueError):
    """Text or dates that name no period."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The dates from `first` to `last`, both inclusive."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidPeriod(f"The period ends on {self.last}, before it begins on {self.first}. Swap the dates.")
        if self.first.year < FIRST_YEAR or self.last.year > LAST_YEAR:
            raise InvalidPeriod(f"{self.first}..{self.last} lies outside the years {FIRST_YEAR} to {LAST_YEAR}.")

    @classmethod
    def of_months(cls, year: int, month: int, count: int = 1) -> "Period":
        """Return the period of whole months that begins with the given one and does not leave the year."""
        after = date(year + (month + count > 12), (month + count - 1) % 12 + 1, 1)
        return cls(date(year, month, 1), after - _ONE_DAY)

    @classmethod
    def read(cls, text: str) -> "Period":
        """Return the period written as a month, quarter, year, day or two dates; raise `InvalidPeriod` otherwise."""
        written = _WRITTEN.fullmatch(text)
        if written:
            return _of_year(int(written[1]), written[2], written[3])
        first, between, last = text.partition("..")
        return cls(_date(first, text), _date(last if between else first, text))

    def starts_at(self, zone: str) -> datetime:
        """Return the first instant of the period in a zone, in UTC."""
        return zones.midnight(self.first, zone)

    def ends_at(self, zone: str) -> datetime:
        """Return the first instant after the period in a zone, in UTC."""
        return zones.midnight(self.last + _ONE_DAY, zone)

    def holds(self, at: datetime, zone: str) -> bool:
        """Whether an instant lies in the period, by the clocks of a zone."""
        return self.starts_at(zone) <= at < self.ends_at(zone)

    def months(self) -> Iterator["Period"]:
        """Yield the period month by month, the first and last cut where the period is."""
        first = self.first
        while first <= self.last:
            last = min(Period.of_months(first.year, first.month).last, self.last)
            yield Period(first, last)
            first = last + _ONE_DAY

    @property
    def label(self) -> str:
        """The period as it is written, in its shortest form: '2018-06', '2018-Q2', '2018', two dates or one."""
        year, month = self.first.year, self.first.month
        for count, written in ((12, f"{year}"), (3, f"{year}-Q{(month + 2) // 3}"), (1, f"{year}-{month:02}")):
            if (month - 1) % count == 0 and self == Period.of_months(year, month, count):
                return written
        return f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"

    def __str__(self) -> str:
        """Return the period in words: 'June 2018', '2nd quarter of 2018', '2018', '1 June 2018 to 15 June 2018'."""
        label, year, month = self.label, self.first.year, MONTHS[self.first.month - 1]
        if "Q" in label:
            return f"{('1st', '2nd', '3rd', '4th')[int(label[-1]) - 1]} quarter of {year}"
        if len(label) <= len("2018-06"):
            return f"{month} {year}" if "-" in label else label
        return in_words(self.first) if self.first == self.last else f"{in_words(self.first)} to {in_words(self.last)}"


def in_words(day: date) -> str:
    """Return a date as it is spoken: '1 June 2018'."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _of_year(year: int, quarter: str | None, month: str | None) -> Period:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidPeriod(f"{year} lies outside the years {FIRST_YEAR} to {LAST_YEAR}.")
    if quarter:
        return Period.of_months(year, 3 * int(quarter) - 2, 3)
    return Period.of_months(year, int(month)) if month else Period.of_months(year, 1, 12)


def _date(written: str, whole: str) -> date:
    try:
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", written, re.ASCII):
            raise ValueError(written)
        return date.fromisoformat(written)
    except ValueError:
        raise InvalidPeriod(f"'{whole}' is no period. Write {EXAMPLES}.") from None
