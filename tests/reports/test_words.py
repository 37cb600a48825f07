from datetime import timedelta

import pytest

from servanda.reports import words
from tests.builders import instant


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (timedelta(), "0 min"),
        (timedelta(seconds=58), "58 s"),
        (timedelta(minutes=5), "5 min"),
        (timedelta(hours=62, minutes=4), "62 h 04 min"),
        (timedelta(hours=9), "9 h"),
        (timedelta(hours=1, seconds=1), "1 h 00 min 01 s"),
        (timedelta(hours=5110), "5,110 h"),
        (timedelta(minutes=-90), "-1 h 30 min"),
    ],
)
def test_an_amount_is_said_in_hours_and_minutes(amount: timedelta, said: str) -> None:
    assert words.length(amount) == said


def test_an_instant_is_said_on_the_wall_clock_of_its_zone() -> None:
    at = instant("2026-01-12 16:00 Europe/London")
    assert words.instant(at, "America/New_York") == "Mon 12 Jan 2026 11:00"
    assert words.iso(at, "America/New_York") == "2026-01-12T11:00:00-05:00"


def test_no_instant_is_a_dash() -> None:
    assert words.instant(None, "UTC") == "-"
    assert words.iso(None, "UTC") is None


def test_one_of_a_thing_is_singular() -> None:
    assert words.count(1, "ticket") == "1 ticket"
    assert words.count(1418, "ticket") == "1,418 tickets"
    assert words.count(2, "entry", "entries") == "2 entries"
