"""How limits, hours, shares and money are written in agreement files, read and written back."""

import re
from datetime import date
from decimal import Decimal
from fractions import Fraction

from servanda.engine.agreements import Money
from servanda.engine.instants import HOUR, MINUTE, SECOND
from servanda.engine.shifts import WEEKDAYS, Shift
from servanda.engine.targets import Limit, Unit

EXAMPLES = (
    "'9 hours', '15 minutes', '2 working days', '2 working days, end of day', '3 calendar days' or '72 elapsed hours'"
)
END_OF_DAY = ", end of day"

_SIZES = {"second": SECOND, "minute": MINUTE, "hour": HOUR, "microsecond": 1}
_SHORT = {"s": "second", "sec": "second", "min": "minute", "h": "hour", "hr": "hour"}
_AMOUNT = re.compile(r"([0-9]+(?:[.][0-9]+)?) *((?:elapsed|open|calendar|working) +)?([a-z]+)(?: +|$)")
_DAY_UNITS = {"working": Unit.WORKING_DAYS, "calendar": Unit.CALENDAR_DAYS}


class UnknownNotation(ValueError):
    """A limit, share or amount written in a way that is not understood; says what to write."""


class BareDay(UnknownNotation):
    """A number of days that does not say whether they are working days or calendar days."""


def limit(text: str) -> Limit:
    """Return the limit written as `text`; raise `BareDay` or `UnknownNotation` with what to write instead."""
    body, end_of_day = (text.removesuffix(END_OF_DAY), True) if text.endswith(END_OF_DAY) else (text, False)
    parts = _parts(body, text)
    amount, kind, unit = parts[0]
    if unit in ("day", "week", "month", "quarter", "year"):
        return _limit_in_days(text, amount, kind, unit, end_of_day, alone=len(parts) == 1)
    if end_of_day:
        raise UnknownNotation(f"Only a limit in working days runs to the end of the day, not '{body}'.")
    return _limit_in_time(text, parts)


def _parts(body: str, text: str) -> list[tuple[str, str, str]]:
    """Return the amounts of a text such as '1 hour 30 minutes', each with its qualifier and unit."""
    parts = []
    place = 0
    while place < len(body):
        found = _AMOUNT.match(body, place)
        if found is None:
            raise UnknownNotation(f"Write an amount with its unit, such as {EXAMPLES}.")
        amount, kind, unit = found[1], (found[2] or "").strip(), found[3]
        parts.append((amount, kind, _SHORT.get(unit, unit.removesuffix("s") if len(unit) > 1 else unit)))
        place = found.end()
    if not parts:
        raise UnknownNotation(f"Write an amount with its unit, such as {EXAMPLES}, not '{text}'.")
    return parts


def _limit_in_days(text: str, amount: str, kind: str, unit: str, end_of_day: bool, *, alone: bool) -> Limit:
    if unit != "day":
        raise UnknownNotation("Weeks, months and longer differ in length. Write working days or calendar days.")
    if kind not in _DAY_UNITS:
        raise BareDay("Say which days are meant: working days or calendar days; or write hours.")
    if "." in amount or not alone:
        raise UnknownNotation(f"Days are counted whole and alone, such as '2 {kind} days'. Write hours for less.")
    return Limit(int(amount), _DAY_UNITS[kind], end_of_day)


def _limit_in_time(text: str, parts: list[tuple[str, str, str]]) -> Limit:
    kinds = {kind for _, kind, _ in parts if kind}
    if kinds - {"elapsed", "open"} or len(kinds) > 1 or any(unit not in _SIZES for _, _, unit in parts):
        raise UnknownNotation(f"Write an amount with its unit, such as {EXAMPLES}.")
    total = sum((Fraction(amount) * _SIZES[unit] for amount, _, unit in parts), Fraction())
    if total.denominator != 1:
        raise UnknownNotation("The limit is no whole number of microseconds. Write it in smaller units.")
    return Limit(int(total), Unit.ELAPSED if kinds == {"elapsed"} else Unit.OPEN_TIME)


def seconds(clock: str) -> int:
    """Return the seconds after midnight of a time such as '08:30' or '30:00'."""
    hours, minutes, *rest = map(int, clock.split(":"))
    if minutes > 59 or any(each > 59 for each in rest):
        raise UnknownNotation(f"'{clock}' has more than 59 minutes or seconds. Write a time such as 08:30.")
    return hours * 3600 + minutes * 60 + sum(rest)


def shift(text: str) -> Shift:
    """Return the shift written as '08:30-17:00'; raise `UnknownNotation` or `InvalidCalendar`."""
    start, _, end = text.partition("-")
    return Shift(seconds(start), seconds(end))


def weekdays(text: str) -> list[int]:
    """Return the days of 'mon' or 'mon-fri', Monday being 0."""
    first, _, last = text.partition("-")
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    if end < start:
        raise UnknownNotation(f"'{text}' runs backwards. A week runs from mon to sun: write two entries.")
    return list(range(start, end + 1))


def share(text: str) -> Fraction:
    """Return the exact share of a text such as '99.5 %'."""
    return Fraction(text.removesuffix("%").strip()) / 100


def change(text: str) -> Fraction:
    """Return the exact change of a text such as '-20 %'."""
    return share(text.lstrip("+"))


def change_text(value: Fraction) -> str:
    """Return a change as it is written in files, with its sign; raise `UnknownNotation` as `share_text` does."""
    return f"{'+' if value > 0 else '-'}{share_text(abs(value))}"


def money(text: str) -> Money:
    """Return the amount of a text such as '1250.00 EUR'."""
    amount, _, currency = text.partition(" ")
    return Money(Decimal(amount), currency)


def day(text: str) -> date:
    """Return the date of a text such as '2026-09-01'; raise `UnknownNotation` where there is no such day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnknownNotation(f"There is no day {text}. Write year, month and day, such as 2026-09-01.") from None


def month_and_day(text: str) -> tuple[int, int]:
    """Return the month and day of a text such as '12-25'; 02-29 comes in leap years only."""
    found = day(f"2024-{text}")
    return found.month, found.day


def share_text(value: Fraction) -> str:
    """Return a share as an exact percentage; raise `UnknownNotation` where decimals cannot say it."""
    for digits in range(13):
        scaled = value * 100 * 10**digits
        if scaled.denominator == 1:
            return f"{Decimal(scaled.numerator).scaleb(-digits):f} %"
    raise UnknownNotation(f"The share {value} cannot be written as a percentage. Choose another.")


def money_text(value: Money) -> str:
    """Return an amount of money as it is written in files."""
    return f"{value.amount:f} {value.currency}"
