"""How limits, hours, shares and money are written, and what is said of those that are not understood."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from servanda.engine.agreements import Money
from servanda.engine.instants import HOUR, MINUTE, SECOND
from servanda.engine.shifts import InvalidCalendar, Shift
from servanda.engine.targets import Limit, Unit
from servanda.files import notation
from servanda.files.notation import BareDay, UnknownNotation


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("9 hours", Limit(9 * HOUR, Unit.OPEN_TIME)),
        ("9 open hours", Limit(9 * HOUR, Unit.OPEN_TIME)),
        ("9 h", Limit(9 * HOUR, Unit.OPEN_TIME)),
        ("1 hour", Limit(HOUR, Unit.OPEN_TIME)),
        ("1.5 hours", Limit(90 * MINUTE, Unit.OPEN_TIME)),
        ("15 minutes", Limit(15 * MINUTE, Unit.OPEN_TIME)),
        ("15 min", Limit(15 * MINUTE, Unit.OPEN_TIME)),
        ("45 seconds", Limit(45 * SECOND, Unit.OPEN_TIME)),
        ("1 hour 30 minutes", Limit(90 * MINUTE, Unit.OPEN_TIME)),
        ("0 hours", Limit(0, Unit.OPEN_TIME)),
        ("72 elapsed hours", Limit(72 * HOUR, Unit.ELAPSED)),
        ("1 elapsed hour 30 minutes", Limit(90 * MINUTE, Unit.ELAPSED)),
        ("1 working day", Limit(1, Unit.WORKING_DAYS)),
        ("2 working days", Limit(2, Unit.WORKING_DAYS)),
        ("2 working days, end of day", Limit(2, Unit.WORKING_DAYS, end_of_day=True)),
        ("3 calendar days", Limit(3, Unit.CALENDAR_DAYS)),
    ],
)
def test_a_limit_is_read_as_it_is_spoken(text: str, limit: Limit) -> None:
    assert notation.limit(text) == limit
    assert notation.limit(str(limit)) == limit


@pytest.mark.parametrize("text", ["1 day", "2 days", "2 days, end of day", "1 elapsed day"])
def test_a_bare_day_is_refused_and_asked_which(text: str) -> None:
    with pytest.raises(BareDay, match="working days or calendar days"):
        notation.limit(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9",
        "soon",
        "as soon as possible",
        "nine hours",
        "-9 hours",
        "9,5 hours",
        "9 apples",
        "1 week",
        "2 months",
        "1.5 working days",
        "1 working day 2 hours",
        "9 hours, end of day",
        "3 calendar hours",
        "72 hours elapsed",
        "1 elapsed hour 30 open minutes",
        "0.1 microseconds",
        "1 Hour",
    ],
)
def test_a_limit_that_is_not_understood_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(UnknownNotation, match=r"\w+"):
        notation.limit(text)


def test_shifts_may_run_past_midnight_and_hold_seconds() -> None:
    assert notation.shift("08:30-17:00") == Shift(30_600, 61_200)
    assert notation.shift("22:00-30:00") == Shift(79_200, 108_000)
    assert notation.shift("08:00:30-09:00:00") == Shift(28_830, 32_400)


def test_a_shift_of_no_length_or_of_impossible_minutes_is_refused() -> None:
    with pytest.raises(InvalidCalendar):
        notation.shift("09:00-09:00")
    with pytest.raises(UnknownNotation, match="more than 59 minutes"):
        notation.shift("08:60-09:00")


def test_days_of_the_week_are_written_alone_or_as_a_range() -> None:
    assert notation.weekdays("wed") == [2]
    assert notation.weekdays("mon-fri") == [0, 1, 2, 3, 4]
    with pytest.raises(UnknownNotation, match="runs backwards"):
        notation.weekdays("fri-mon")


def test_dates_have_to_exist() -> None:
    assert notation.day("2024-02-29") == date(2024, 2, 29)
    assert notation.month_and_day("02-29") == (2, 29)
    for missing in ("2026-02-29", "2026-13-01"):
        with pytest.raises(UnknownNotation, match="There is no day"):
            notation.day(missing)


@pytest.mark.parametrize(
    ("text", "share"),
    [("90 %", Fraction(9, 10)), ("99.5 %", Fraction(199, 200)), ("100 %", Fraction(1)), ("0.125 %", Fraction(1, 800))],
)
def test_a_share_is_exact_and_read_back(text: str, share: Fraction) -> None:
    assert notation.share(text) == share
    assert notation.share_text(share) == text


def test_a_share_that_decimals_cannot_say_is_not_written_rounded() -> None:
    with pytest.raises(UnknownNotation, match="1/3"):
        notation.share_text(Fraction(1, 3))


def test_money_keeps_its_digits() -> None:
    assert notation.money("1250.00 EUR") == Money(Decimal("1250.00"), "EUR")
    assert notation.money_text(Money(Decimal("1250.00"), "EUR")) == "1250.00 EUR"
