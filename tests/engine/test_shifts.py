"""Shifts and seasons: wall-clock hours that make sense, or a refusal."""

import pytest

from servanda.engine.shifts import InvalidCalendar, Season, Shift, clock_time
from tests.builders import hours, on, week


def test_a_shift_is_written_as_people_write_it() -> None:
    assert [str(shift) for shift in hours("09:00-17:30 22:00-30:00 08:00:30-08:01")] == [
        "09:00-17:30",
        "22:00-30:00",
        "08:00:30-08:01",
    ]


def test_a_shift_may_end_at_midnight_or_run_into_the_second_night() -> None:
    assert hours("00:00-24:00") == (Shift(0, 86_400),)
    assert hours("23:59:59-48:00") == (Shift(86_399, 172_800),)


def test_a_shift_may_start_in_the_night_after_its_date() -> None:
    assert hours("24:00-30:00 26:00-26:30") == (Shift(86_400, 108_000), Shift(93_600, 95_400))


def test_a_shift_starts_at_midnight_or_later() -> None:
    with pytest.raises(InvalidCalendar) as refused:
        Shift(-1, 90_000)
    assert "starts at 00:00 or later" in str(refused.value)


@pytest.mark.parametrize("end", [32_400, 28_800, 172_801])
def test_an_empty_a_reversed_and_an_endless_shift_are_refused(end: int) -> None:
    with pytest.raises(InvalidCalendar) as refused:
        Shift(32_400, end)
    assert "past midnight count on, such as 22:00-30:00" in str(refused.value)


def test_a_season_of_one_day_is_a_season() -> None:
    assert Season(on("2026-08-01"), on("2026-08-01"), week()).first == on("2026-08-01")


def test_a_season_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidCalendar) as refused:
        Season(on("2026-08-31"), on("2026-08-01"), week())
    assert "2026-08-31 ends before it begins, on 2026-08-01" in str(refused.value)


def test_seconds_are_written_only_where_they_matter() -> None:
    assert clock_time(0) == "00:00"
    assert clock_time(48 * 3600) == "48:00"
    assert clock_time(3 * 3600 + 25 * 60 + 45) == "03:25:45"
