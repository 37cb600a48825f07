"""Instants: whole microseconds inside, aware datetimes outside."""

from datetime import UTC, datetime, timedelta

import pytest

from servanda.engine.instants import (
    NaiveInstant,
    amount,
    date_of,
    day_number,
    duration,
    from_microseconds,
    to_microseconds,
)
from tests.builders import instant, on


def test_an_instant_is_the_microseconds_since_1970_in_utc() -> None:
    # 1970-01-01 to 2026-01-09 are 56 x 365 + 14 leap days + 8 days = 20,462 days; 16:00 in Paris is 15:00 UTC.
    at = instant("2026-01-09 16:00 Europe/Paris")
    assert to_microseconds(at) == (20_462 * 86_400 + 15 * 3_600) * 1_000_000


def test_one_instant_written_in_two_zones_is_one_number() -> None:
    paris, tokyo = instant("2026-01-09 16:00 Europe/Paris"), instant("2026-01-10 00:00 Asia/Tokyo")
    assert to_microseconds(paris) == to_microseconds(tokyo)


def test_a_microsecond_is_kept() -> None:
    assert to_microseconds(instant("1970-01-01 00:00:00.000001 UTC")) == 1
    assert from_microseconds(1) == datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC)


def test_instants_before_1970_are_negative_and_come_back_whole() -> None:
    at = instant("1969-12-31 23:59:59.999999 UTC")
    assert to_microseconds(at) == -1
    assert from_microseconds(-1) == at


def test_a_time_without_a_zone_is_no_instant() -> None:
    with pytest.raises(NaiveInstant) as refused:
        to_microseconds(datetime(2026, 1, 9, 16, 0))  # noqa: DTZ001  # the mistake itself
    assert "2026-01-09T16:00:00 has no zone" in str(refused.value)


def test_amounts_are_whole_microseconds() -> None:
    assert amount(timedelta(days=1, microseconds=1)) == 86_400_000_001
    assert duration(86_400_000_001) == timedelta(days=1, microseconds=1)
    assert amount(timedelta(microseconds=-1)) == -1


def test_dates_are_counted_from_1970() -> None:
    assert day_number(on("1970-01-01")) == 0
    assert day_number(on("2026-01-09")) == 20_462
    assert day_number(on("1969-12-31")) == -1
    assert date_of(20_462) == on("2026-01-09")
