"""Availability by examples worked out by hand; 2026-01-05 is a Monday, Paris is at UTC+1."""

from datetime import timedelta
from fractions import Fraction

import pytest

from servanda.engine.availability import (
    Change,
    Condition,
    allowed_downtime,
    for_users,
    in_parallel,
    in_series,
    mean_time_between_failures,
    mean_time_between_incidents,
    mean_time_to_restore,
    measure,
    ratio,
    stretches,
)
from servanda.engine.intervals import Interval
from tests.builders import HOUR, calendar, instant

OFFICE = calendar("09:00-17:00")
ALWAYS = calendar("00:00-24:00", sat="00:00-24:00", sun="00:00-24:00")
OK, DOWN, UNKNOWN = Condition.OK, Condition.DOWN, Condition.UNKNOWN


def stretch(start: str, end: str) -> Interval:
    """Return the interval between two times in January, such as '05 09:00'."""
    return Interval(instant(f"2026-01-{start}"), instant(f"2026-01-{end}"))


WEEK = (stretch("05 00:00", "12 00:00"),)
DAY = stretch("05 00:00", "06 00:00")


def test_two_hours_down_of_a_hundred_leave_98_percent() -> None:
    found = measure(ALWAYS, (stretch("05 00:00", "09 04:00"),), [stretch("06 10:00", "06 12:00")])
    assert found.service_time == 100 * HOUR
    assert found.ratio == Fraction(98, 100)


def test_an_outage_counts_only_within_service_hours() -> None:
    found = measure(OFFICE, WEEK, [stretch("05 16:00", "06 10:00")])
    assert found.service_time == 40 * HOUR
    assert found.downtime == 2 * HOUR
    assert found.ratio == Fraction(38, 40)


def test_an_outage_overnight_is_one_failure_and_one_in_closed_time_is_none() -> None:
    found = measure(OFFICE, WEEK, [stretch("05 16:00", "06 10:00"), stretch("07 20:00", "07 23:00")])
    assert found.failures == 1
    assert found.outages == (stretch("05 16:00", "06 10:00"),)


def test_outages_that_overlap_or_touch_are_one_failure() -> None:
    outages = [stretch("05 10:00", "05 11:00"), stretch("05 10:30", "05 12:00"), stretch("05 12:00", "05 12:30")]
    found = measure(OFFICE, WEEK, outages)
    assert (found.downtime, found.failures) == (2 * HOUR + HOUR // 2, 1)


def test_maintenance_is_neither_up_nor_down() -> None:
    found = measure(OFFICE, WEEK, [stretch("05 10:00", "05 14:00")], maintenance=[stretch("05 09:00", "05 12:00")])
    assert found.service_time == 37 * HOUR
    assert found.downtime == 2 * HOUR


def test_what_is_not_known_is_left_out_and_its_share_is_told() -> None:
    found = measure(
        OFFICE, WEEK, [], unknown=[stretch("05 09:00", "05 13:00")], maintenance=[stretch("05 12:00", "05 13:00")]
    )
    assert found.service_time == 36 * HOUR
    assert found.unknown_share == Fraction(3, 39)


def test_a_period_without_service_hours_has_no_ratio() -> None:
    found = measure(OFFICE, (stretch("10 00:00", "12 00:00"),), [stretch("10 10:00", "10 11:00")])
    assert (found.service_time, found.ratio, found.unknown_share) == (timedelta(), None, None)


def test_a_period_that_is_empty_has_no_ratio() -> None:
    assert measure(OFFICE, (), [stretch("05 10:00", "05 11:00")]).ratio is None


def test_a_third_stays_a_third() -> None:
    found = measure(OFFICE, (stretch("05 09:00", "05 12:00"),), [stretch("05 09:00", "05 10:00")])
    assert found.ratio == Fraction(2, 3)


def test_the_worked_example_of_the_method_page() -> None:
    found = measure(
        OFFICE,
        WEEK,
        [stretch("05 10:00", "05 14:00"), stretch("06 16:00", "07 10:00")],
        maintenance=[stretch("05 09:00", "05 12:00")],
    )
    assert (found.service_time, found.downtime, found.failures) == (37 * HOUR, 4 * HOUR, 2)
    assert found.ratio == Fraction(33, 37)
    assert mean_time_to_restore(found.downtime, found.failures) == 2 * 3600
    assert mean_time_between_failures(found.service_time, found.downtime, found.failures) == Fraction("16.5") * 3600
    assert mean_time_between_incidents(found.service_time, found.failures) == Fraction("18.5") * 3600
    assert allowed_downtime(found.service_time, Fraction("0.9")) == 3 * 3600 + 42 * 60


# --- Histories ------------------------------------------------------------------------------------------


def test_the_last_change_before_the_period_holds_at_its_start() -> None:
    changes = [Change(instant("2026-01-04 20:00"), DOWN), Change(instant("2026-01-05 06:00"), OK, DOWN)]
    assert stretches(changes, DAY) == (
        (stretch("05 00:00", "05 06:00"), DOWN),
        (stretch("05 06:00", "06 00:00"), OK),
    )


def test_a_change_at_the_start_of_the_period_holds_from_it() -> None:
    assert stretches([Change(instant("2026-01-05 00:00"), DOWN, OK)], DAY) == ((DAY, DOWN),)


def test_without_an_earlier_change_the_next_one_tells_what_had_been() -> None:
    assert stretches([Change(instant("2026-01-05 06:00"), OK, DOWN)], DAY)[0] == (stretch("05 00:00", "05 06:00"), DOWN)
    assert stretches([Change(instant("2026-01-08 06:00"), OK, DOWN)], DAY) == ((DAY, DOWN),)


def test_without_any_change_the_current_condition_holds_and_silence_is_no_proof_of_up() -> None:
    assert stretches([], DAY, DOWN) == ((DAY, DOWN),)
    assert stretches([], DAY) == ((DAY, UNKNOWN),)


def test_time_before_a_change_from_the_unknown_is_unknown_whatever_was_said_earlier() -> None:
    changes = [Change(instant("2026-01-05 06:00"), DOWN, OK), Change(instant("2026-01-05 18:00"), OK, UNKNOWN)]
    assert stretches(changes, DAY) == (
        (stretch("05 00:00", "05 06:00"), OK),
        (stretch("05 06:00", "05 18:00"), UNKNOWN),
        (stretch("05 18:00", "06 00:00"), OK),
    )


def test_changes_may_come_in_any_order_and_two_at_one_instant_leave_the_last() -> None:
    noon = instant("2026-01-05 12:00")
    changes = [Change(noon, DOWN, OK), Change(noon, OK, DOWN), Change(instant("2026-01-05 06:00"), OK, DOWN)]
    assert stretches(changes, DAY) == (
        (stretch("05 00:00", "05 06:00"), DOWN),
        (stretch("05 06:00", "05 12:00"), OK),
        (stretch("05 12:00", "06 00:00"), OK),
    )


# --- Golden figures of the field ------------------------------------------------------------------------


def test_twenty_hours_of_two_failures_take_ten_hours_each_to_restore() -> None:
    assert mean_time_to_restore(20 * HOUR, 2) == 10 * 3600


def test_the_mean_times_of_5020_hours_with_two_failures() -> None:
    service, down = 5020 * HOUR, 20 * HOUR
    assert mean_time_between_failures(service, down, 2) == 2500 * 3600
    assert mean_time_between_incidents(service, 2) == 2510 * 3600
    percent = 100 * (ratio(service - down, service) or 0)
    assert Fraction("99.60") < percent < Fraction("99.61")


def test_from_failure_to_failure_is_the_time_up_and_the_time_to_restore() -> None:
    service, down, failures = 100 * HOUR, 7 * HOUR, 3
    between, restore = mean_time_between_failures(service, down, failures), mean_time_to_restore(down, failures)
    assert between is not None
    assert restore is not None
    assert mean_time_between_incidents(service, failures) == between + restore == 120_000


def test_without_a_failure_there_is_no_mean_time() -> None:
    assert mean_time_to_restore(timedelta(), 0) is None
    assert mean_time_between_failures(HOUR, timedelta(), 0) is None
    assert mean_time_between_incidents(HOUR, 0) is None


def test_two_parts_of_98_percent_in_series_and_in_parallel() -> None:
    parts = [Fraction("0.98"), Fraction("0.98")]
    assert in_series(parts) == Fraction("0.9604")
    assert in_parallel(parts) == Fraction("0.9996")


def test_ten_of_a_hundred_users_hit_for_two_hours_of_a_hundred_leave_99_8_percent() -> None:
    assert for_users(100 * HOUR, [(2 * HOUR, 10)], 100) == Fraction("0.998")
    assert for_users(timedelta(), [], 100) is None


def test_a_promise_of_99_9_percent_over_thirty_days_allows_43_minutes_and_12_seconds() -> None:
    assert allowed_downtime(30 * 24 * HOUR, Fraction("0.999")) == 43 * 60 + 12


def test_a_promise_of_99_percent_of_a_week_of_50_hours_allows_half_an_hour() -> None:
    assert allowed_downtime(50 * HOUR, Fraction("0.99")) == 1800


def test_a_target_written_in_percent_is_refused() -> None:
    with pytest.raises(ValueError, match=r"99\.9 % is 999/1000"):
        allowed_downtime(HOUR, Fraction("99.9"))
