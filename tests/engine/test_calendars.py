"""Calendars: when time counts, in local hours, holidays, seasons and every kind of clock change."""

from datetime import datetime, timedelta
from itertools import islice

import pytest

from servanda.engine.calendars import Calendar, InvalidCalendar, NoOpeningHours
from servanda.engine.instants import NaiveInstant
from servanda.engine.shifts import Season
from servanda.engine.zones import UnknownZone
from tests.builders import (
    HOUR,
    MICROSECOND,
    MINUTE,
    NOTHING,
    SECOND,
    calendar,
    dated,
    hours,
    instant,
    instants,
    named,
    office,
    on,
    time_of_day,
    week,
)

ROUND_THE_CLOCK = Calendar.always_open("Europe/Paris")


# --- What is due, and what has elapsed -----------------------------------------------------------------------


def test_a_limit_left_on_friday_continues_on_monday() -> None:
    assert office().due(instant("2026-01-09 16:00"), 4 * HOUR) == instant("2026-01-12 12:00")


def test_a_limit_used_up_exactly_at_closing_is_due_at_that_closing() -> None:
    assert office().due(instant("2026-01-09 16:00"), HOUR) == instant("2026-01-09 17:00")


def test_one_microsecond_more_than_what_is_left_today_is_due_tomorrow() -> None:
    due = office().due(instant("2026-01-08 16:00"), HOUR + MICROSECOND)
    assert due == instant("2026-01-09 09:00:00.000001")


def test_a_start_in_closed_time_counts_from_the_next_opening() -> None:
    assert office().due(instant("2026-01-10 12:00"), HOUR) == instant("2026-01-12 10:00")


def test_a_start_at_the_closing_counts_from_the_next_opening() -> None:
    assert office().due(instant("2026-01-09 17:00"), MICROSECOND) == instant("2026-01-12 09:00:00.000001")


def test_a_limit_of_zero_is_due_at_once_in_open_time_and_at_the_next_opening_in_closed_time() -> None:
    assert office().due(instant("2026-01-09 16:00"), NOTHING) == instant("2026-01-09 16:00")
    assert office().due(instant("2026-01-09 17:00"), NOTHING) == instant("2026-01-12 09:00")


def test_a_negative_limit_counts_backwards() -> None:
    # Monday 10:00 less 1 h is the opening; the second hour is Friday 16:00 to 17:00.
    assert office().due(instant("2026-01-12 10:00"), -2 * HOUR) == instant("2026-01-09 16:00")


def test_counting_backwards_stays_on_the_opening_it_lands_on() -> None:
    assert office().due_back(instant("2026-01-12 10:00"), HOUR) == instant("2026-01-12 09:00")


def test_counting_backwards_from_closed_time_starts_at_the_last_closing() -> None:
    assert office().due_back(instant("2026-01-11 12:00"), HOUR) == instant("2026-01-09 16:00")


def test_a_zero_limit_backwards_snaps_to_the_last_closing() -> None:
    assert office().due_back(instant("2026-01-11 12:00"), NOTHING) == instant("2026-01-09 17:00")


def test_a_limit_of_years_is_found_by_looking_up() -> None:
    # Round the clock 3,653 days are 3,653 days: 2026-01-09 to 2036-01-10, over three leap days.
    due = ROUND_THE_CLOCK.due(instant("2026-01-09 16:00"), timedelta(days=3653))
    assert due == instant("2036-01-10 16:00")


def test_time_elapsed_leaves_out_nights_and_weekends() -> None:
    # Thursday 16:00 to 17:00, Friday 8 h, Monday 09:00 to 09:30.
    assert office().elapsed(*instants("2026-01-08 16:00", "2026-01-12 09:30")) == 9 * HOUR + 30 * MINUTE


def test_time_elapsed_is_exact_to_the_microsecond() -> None:
    span = instants("2026-01-09 16:59:59.999999", "2026-01-12 09:00:00.000002")
    assert office().elapsed(*span) == 3 * MICROSECOND


def test_nothing_elapses_in_closed_time_or_backwards() -> None:
    assert office().elapsed(*instants("2026-01-09 17:00", "2026-01-12 09:00")) == NOTHING
    assert office().elapsed(*instants("2026-01-12 12:00", "2026-01-12 10:00")) == NOTHING
    assert office().elapsed(*instants("2026-01-12 12:00", "2026-01-12 12:00")) == NOTHING


def test_time_left_is_negative_once_the_promise_is_past() -> None:
    assert office().signed_elapsed(*instants("2026-01-09 16:00", "2026-01-12 10:00")) == 2 * HOUR
    assert office().signed_elapsed(*instants("2026-01-12 10:00", "2026-01-09 16:00")) == -2 * HOUR


def test_a_question_without_a_zone_is_refused() -> None:
    with pytest.raises(NaiveInstant):
        office().is_open(datetime(2026, 1, 9, 16, 0))  # noqa: DTZ001  # the mistake itself


# --- Open or closed -------------------------------------------------------------------------------------------


def test_the_opening_instant_is_open_and_the_closing_instant_is_closed() -> None:
    assert office().is_open(instant("2026-01-09 09:00"))
    assert office().is_open(instant("2026-01-09 16:59:59.999999"))
    assert not office().is_open(instant("2026-01-09 17:00"))
    assert not office().is_open(instant("2026-01-09 08:59:59.999999"))


def test_the_next_opening_is_now_when_it_is_open() -> None:
    assert office().next_open(instant("2026-01-09 12:00")) == instant("2026-01-09 12:00")
    assert office().next_open(instant("2026-01-09 17:00")) == instant("2026-01-12 09:00")


def test_rolling_back_keeps_an_open_instant_and_a_closing_and_else_takes_the_last_closing() -> None:
    assert office().roll_back(instant("2026-01-09 12:00")) == instant("2026-01-09 12:00")
    assert office().roll_back(instant("2026-01-09 17:00")) == instant("2026-01-09 17:00")
    assert office().roll_back(instant("2026-01-12 08:00")) == instant("2026-01-09 17:00")


def test_next_and_previous_edges_lie_strictly_after_and_before() -> None:
    opening, closing = instants("2026-01-09 09:00", "2026-01-09 17:00")
    assert office().next_start(opening) == instant("2026-01-12 09:00")
    assert office().next_close(closing) == instant("2026-01-12 17:00")
    assert office().prev_start(opening) == instant("2026-01-08 09:00")
    assert office().prev_close(closing) == instant("2026-01-08 17:00")


def test_edges_around_noon_are_those_of_the_day() -> None:
    noon = instant("2026-01-09 12:00")
    assert office().next_close(noon) == instant("2026-01-09 17:00")
    assert office().prev_start(noon) == instant("2026-01-09 09:00")
    assert office().next_start(noon) == instant("2026-01-12 09:00")
    assert office().prev_close(noon) == instant("2026-01-08 17:00")


def test_touching_shifts_are_one_opening_without_an_edge_between() -> None:
    split = calendar("09:00-12:00 12:00-17:00")
    assert split.next_close(instant("2026-01-09 10:00")) == instant("2026-01-09 17:00")
    assert split.due(instant("2026-01-09 11:00"), HOUR) == instant("2026-01-09 12:00")


def test_shifts_may_be_written_in_any_order() -> None:
    unsorted = calendar("13:00-17:00 09:00-12:00")
    assert unsorted.due(instant("2026-01-09 11:00"), 2 * HOUR) == instant("2026-01-09 14:00")


def test_an_opening_of_many_months_has_a_closing() -> None:
    whole = calendar("00:00-24:00", sat="00:00-24:00", sun="00:00-24:00", holidays=named("2026-08-01"))
    assert whole.next_close(instant("2026-01-09 12:00")) == instant("2026-08-01 00:00")
    assert whole.prev_start(instant("2027-03-01 12:00")) == instant("2026-08-02 00:00")


def test_openings_between_two_instants_are_clipped_to_them() -> None:
    found = list(office().openings(*instants("2026-01-09 16:00", "2026-01-12 10:00")))
    assert found == [
        (instant("2026-01-09 16:00"), instant("2026-01-09 17:00")),
        (instant("2026-01-12 09:00"), instant("2026-01-12 10:00")),
    ]


def test_openings_between_reversed_or_closed_instants_are_none() -> None:
    assert list(office().openings(*instants("2026-01-12 10:00", "2026-01-09 16:00"))) == []
    assert list(office().openings(*instants("2026-01-10 10:00", "2026-01-11 10:00"))) == []


def test_openings_without_an_end_go_on_for_as_long_as_asked() -> None:
    found = list(islice(office().openings(instant("2026-01-09 18:00")), 2))
    assert found == [
        (instant("2026-01-12 09:00"), instant("2026-01-12 17:00")),
        (instant("2026-01-13 09:00"), instant("2026-01-13 17:00")),
    ]


def test_openings_backwards_come_nearest_first() -> None:
    found = list(islice(office().openings_back(instant("2026-01-12 10:00")), 3))
    assert found == [
        (instant("2026-01-12 09:00"), instant("2026-01-12 10:00")),
        (instant("2026-01-09 09:00"), instant("2026-01-09 17:00")),
        (instant("2026-01-08 09:00"), instant("2026-01-08 17:00")),
    ]


def test_openings_backwards_from_an_opening_do_not_hold_it() -> None:
    found = next(office().openings_back(instant("2026-01-12 09:00")))
    assert found == (instant("2026-01-09 09:00"), instant("2026-01-09 17:00"))


def test_openings_backwards_as_far_as_a_start_are_clipped_there() -> None:
    found = list(office().openings_back(*instants("2026-01-12 10:00", "2026-01-09 16:00")))
    assert found == [
        (instant("2026-01-12 09:00"), instant("2026-01-12 10:00")),
        (instant("2026-01-09 16:00"), instant("2026-01-09 17:00")),
    ]


# --- Breaks, holidays, special openings -----------------------------------------------------------------------


def test_a_weekly_break_is_not_counted() -> None:
    with_lunch = office(weekly_breaks=week("12:00-13:00"))
    assert with_lunch.elapsed(*instants("2026-01-09 09:00", "2026-01-09 17:00")) == 7 * HOUR
    assert with_lunch.due(instant("2026-01-09 11:30"), HOUR) == instant("2026-01-09 13:30")


def test_the_break_of_a_date_and_that_of_its_weekday_both_cut() -> None:
    both = office(weekly_breaks=week("12:00-13:00"), breaks=dated({"2026-01-09": "12:30-14:00 16:00-16:15"}))
    # 12:00 to 14:00 and a quarter of an hour are gone: 8 h - 2 h 15 min.
    assert both.elapsed(*instants("2026-01-09 09:00", "2026-01-09 17:00")) == 5 * HOUR + 45 * MINUTE


def test_a_break_cuts_whatever_is_open_at_that_instant_whichever_shift_that_is() -> None:
    # The break of Saturday from 02:00 cuts the night shift that began on Friday.
    night = calendar(fri="22:00-30:00", weekly_breaks=week(sat="02:00-03:00"))
    assert night.elapsed(*instants("2026-01-09 22:00", "2026-01-10 06:00")) == 7 * HOUR


def test_a_break_past_midnight_cuts_the_next_date_too() -> None:
    late = calendar(fri="22:00-30:00", weekly_breaks=week(fri="23:30-25:00"))
    assert late.elapsed(*instants("2026-01-09 22:00", "2026-01-10 06:00")) == 6 * HOUR + 30 * MINUTE


def test_a_break_also_cuts_a_special_opening() -> None:
    special = office(weekly_breaks=week("", sat="12:00-13:00"), special=dated({"2026-01-10": "10:00-14:00"}))
    assert special.elapsed(*instants("2026-01-10 00:00", "2026-01-11 00:00")) == 3 * HOUR


def test_a_break_as_long_as_the_shift_leaves_a_closed_date() -> None:
    closed = office(breaks=dated({"2026-01-09": "08:00-18:00"}))
    assert not closed.is_open_date(on("2026-01-09"))
    assert closed.due(instant("2026-01-08 17:00"), HOUR) == instant("2026-01-12 10:00")


def test_a_holiday_does_not_count() -> None:
    closed = office(holidays=named("2026-01-12"))
    assert closed.due(instant("2026-01-09 16:00"), 4 * HOUR) == instant("2026-01-13 12:00")
    assert closed.holiday_on(on("2026-01-12")) == "a holiday"
    assert closed.holiday_on(on("2026-01-13")) is None


def test_a_recurring_holiday_closes_its_date_every_year() -> None:
    closed = office(recurring={(5, 1): "Labour Day"})
    for year in (2019, 2020, 2026):
        assert not closed.is_open_date(on(f"{year}-05-01"))
        assert closed.holiday_on(on(f"{year}-05-01")) == "Labour Day"


def test_a_holiday_on_the_29th_of_february_comes_in_leap_years_only() -> None:
    closed = office(recurring={(2, 29): "Leap day"})
    assert not closed.is_open_date(on("2024-02-29"))
    # 2025 has no such date, and neither the 28th nor 1 March is closed in its place (a Friday, a Saturday with hours).
    weekend_too = calendar("09:00-17:00", sat="09:00-17:00", recurring={(2, 29): "Leap day"})
    assert weekend_too.is_open_date(on("2025-02-28"))
    assert weekend_too.is_open_date(on("2025-03-01"))


def test_the_holidays_of_a_time_are_those_of_its_dates_in_order() -> None:
    closed = office(
        holidays=named("2023-12-31", "2024-05-01", "2025-03-01"),
        recurring={(2, 29): "Leap day", (5, 1): "Labour Day", (1, 2): "Day after"},
        special=dated({"2024-01-02": "10:00-12:00"}),
    )
    first, last = on("2023-12-31"), on("2025-02-28")
    dates = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    assert closed.holidays_between(first, last) == [each for each in dates if closed.holiday_on(each) is not None]
    assert on("2024-02-29") in closed.holidays_between(first, last)
    assert on("2024-01-02") not in closed.holidays_between(first, last)
    assert closed.holidays_between(last, first) == []
    assert office().holidays_between(first, last) == []


def test_a_holiday_cuts_the_tail_of_the_night_before_at_midnight() -> None:
    night = calendar(thu="22:00-30:00", holidays=named("2026-12-25"))  # a Friday
    assert night.next_close(instant("2026-12-24 22:00")) == instant("2026-12-25 00:00")
    assert night.elapsed(*instants("2026-12-24 22:00", "2026-12-25 12:00")) == 2 * HOUR


def test_a_night_shift_that_starts_on_a_holiday_keeps_what_lies_after_midnight() -> None:
    night = calendar(fri="22:00-30:00", holidays=named("2026-12-25"))
    assert night.next_open(instant("2026-12-25 22:00")) == instant("2026-12-26 00:00")
    assert night.elapsed(*instants("2026-12-25 00:00", "2026-12-27 00:00")) == 6 * HOUR


def test_a_special_opening_replaces_the_hours_of_its_date() -> None:
    half_day = office(special=dated({"2026-12-24": "09:00-12:00"}))
    assert half_day.elapsed(*instants("2026-12-24 00:00", "2026-12-25 00:00")) == 3 * HOUR


def test_a_special_opening_wins_over_a_holiday_on_its_date() -> None:
    open_anyway = office(holidays=named("2026-12-25"), special=dated({"2026-12-25": "10:00-12:00"}))
    assert open_anyway.elapsed(*instants("2026-12-25 00:00", "2026-12-26 00:00")) == 2 * HOUR
    assert open_anyway.holiday_on(on("2026-12-25")) is None


def test_a_special_opening_on_a_holiday_leaves_the_tail_of_the_night_before() -> None:
    night = calendar(thu="22:00-30:00", holidays=named("2026-12-25"), special=dated({"2026-12-25": "10:00-12:00"}))
    # Thursday 22:00 to Friday 06:00, then 10:00 to 12:00.
    assert night.elapsed(*instants("2026-12-24 22:00", "2026-12-25 23:00")) == 10 * HOUR


def test_a_special_date_without_hours_is_closed_but_for_the_tail_of_the_night_before() -> None:
    night = calendar(thu="22:00-30:00", fri="22:00-30:00", special=dated({"2026-01-09": ""}))
    assert night.elapsed(*instants("2026-01-09 00:00", "2026-01-10 12:00")) == 6 * HOUR
    assert not night.is_open_date(on("2026-01-09"))


# --- Night shifts, whole days, seasons, validity ---------------------------------------------------------------


def test_a_night_shift_belongs_to_the_date_it_starts_on() -> None:
    night = calendar(fri="22:00-30:00")
    assert night.is_open(instant("2026-01-10 05:59"))
    assert night.is_open_date(on("2026-01-09"))
    assert not night.is_open_date(on("2026-01-10"))


def test_shifts_of_two_dates_that_overlap_count_once() -> None:
    # Monday 20:00 to Tuesday 08:00 and Tuesday 06:00 to 14:00 make one opening of 18 hours.
    long = calendar(mon="20:00-32:00", tue="06:00-14:00")
    assert long.elapsed(*instants("2026-01-05 00:00", "2026-01-07 00:00")) == 18 * HOUR
    assert long.next_close(instant("2026-01-05 20:00")) == instant("2026-01-06 14:00")


def test_midnight_to_midnight_joins_with_the_next_date() -> None:
    whole = calendar("00:00-24:00")
    assert whole.next_close(instant("2026-01-05 12:00")) == instant("2026-01-10 00:00")
    assert whole.elapsed(*instants("2026-01-05 00:00", "2026-01-12 00:00")) == 120 * HOUR


def test_dates_are_open_each_by_itself_also_where_openings_join() -> None:
    whole = calendar("00:00-24:00")
    assert [whole.is_open_date(on(f"2026-01-{day:02}")) for day in range(5, 12)] == [True] * 5 + [False] * 2


def test_a_season_replaces_the_week_from_its_first_to_its_last_date() -> None:
    summer = Season(on("2026-07-06"), on("2026-07-10"), week("10:00-12:00"))
    school = office(seasons=(summer,))
    assert school.elapsed(*instants("2026-07-03 00:00", "2026-07-04 00:00")) == 8 * HOUR
    assert school.elapsed(*instants("2026-07-06 00:00", "2026-07-11 00:00")) == 10 * HOUR
    assert school.elapsed(*instants("2026-07-13 00:00", "2026-07-14 00:00")) == 8 * HOUR


def test_a_special_opening_wins_over_a_season() -> None:
    summer = Season(on("2026-07-06"), on("2026-07-10"), week("10:00-12:00"))
    school = office(seasons=(summer,), special=dated({"2026-07-08": "09:00-12:00"}))
    assert school.elapsed(*instants("2026-07-08 00:00", "2026-07-09 00:00")) == 3 * HOUR


def test_a_calendar_counts_nothing_before_its_first_and_after_its_last_date() -> None:
    pilot = office(valid_from=on("2026-01-07"), valid_until=on("2026-01-08"))
    assert pilot.elapsed(*instants("2026-01-01 00:00", "2026-02-01 00:00")) == 16 * HOUR
    assert pilot.next_open(instant("2026-01-05 12:00")) == instant("2026-01-07 09:00")


def test_a_limit_that_outlasts_the_calendar_has_no_due_instant() -> None:
    pilot = office(valid_from=on("2026-01-07"), valid_until=on("2026-01-08"))
    assert pilot.due(instant("2026-01-07 09:00"), 16 * HOUR) == instant("2026-01-08 17:00")
    with pytest.raises(NoOpeningHours) as refused:
        pilot.due(instant("2026-01-07 09:00"), 16 * HOUR + MICROSECOND)
    assert "no opening for 10 years after 2026-01-08" in str(refused.value)


# --- Changes of the clocks -------------------------------------------------------------------------------------


def test_a_night_in_which_the_clocks_go_forward_is_an_hour_shorter() -> None:
    night = calendar(sat="22:00-30:00")
    assert night.elapsed(*instants("2026-03-28 12:00", "2026-03-29 12:00")) == 7 * HOUR


def test_a_night_in_which_the_clocks_go_back_is_an_hour_longer() -> None:
    night = calendar(sat="22:00-30:00")
    assert night.elapsed(*instants("2026-10-24 12:00", "2026-10-25 12:00")) == 9 * HOUR


def test_the_sundays_of_the_clock_changes_have_23_and_25_hours() -> None:
    assert ROUND_THE_CLOCK.elapsed(*instants("2026-03-29 00:00", "2026-03-30 00:00")) == 23 * HOUR
    assert ROUND_THE_CLOCK.elapsed(*instants("2026-10-25 00:00", "2026-10-26 00:00")) == 25 * HOUR


def test_a_wall_time_in_the_gap_is_read_with_the_offset_before_it() -> None:
    # 02:30 does not exist on that Sunday; at UTC+1 it is 01:30 UTC, which clocks show as 03:30.
    assert office().wall(on("2026-03-29"), time_of_day("02:30")) == instant("2026-03-29 01:30 UTC")


def test_a_wall_time_that_comes_twice_is_the_first_of_the_two() -> None:
    assert office().wall(on("2026-10-25"), time_of_day("02:30")) == instant("2026-10-25 00:30 UTC")


def test_wall_times_past_midnight_are_on_the_next_date() -> None:
    assert office().wall(on("2026-01-09"), time_of_day("24:00")) == instant("2026-01-10 00:00")
    assert office().wall(on("2026-01-09"), time_of_day("30:30")) == instant("2026-01-10 06:30")


def test_a_shift_wholly_in_the_gap_does_not_exist() -> None:
    early = calendar(sun="02:10-02:50")
    assert early.elapsed(*instants("2026-03-29 00:00", "2026-03-30 00:00")) == NOTHING
    assert not early.is_open_date(on("2026-03-29"))
    assert early.elapsed(*instants("2026-04-05 00:00", "2026-04-06 00:00")) == 40 * MINUTE


def test_a_shift_that_fills_the_gap_exactly_does_not_exist() -> None:
    early = calendar(sun="02:00-03:00")
    assert early.elapsed(*instants("2026-03-29 00:00", "2026-03-30 00:00")) == NOTHING


def test_a_shift_that_begins_in_the_gap_begins_by_the_offset_before_it() -> None:
    # 02:30 is 03:30 on the new clock, so half an hour is left until 04:00.
    early = calendar(sun="02:30-04:00")
    assert early.elapsed(*instants("2026-03-29 00:00", "2026-03-30 00:00")) == 30 * MINUTE


def test_a_shift_that_ends_in_the_gap_ends_by_the_offset_before_it() -> None:
    # From 01:30 (00:30 UTC) to what would be 02:30 (01:30 UTC).
    early = calendar(sun="01:30-02:30")
    assert early.elapsed(*instants("2026-03-29 00:00", "2026-03-30 00:00")) == HOUR


def test_a_shift_that_begins_in_the_gap_and_ends_before_it_is_over_is_turned_round_and_empty() -> None:
    # 02:30 becomes 03:30 on the new clock, after the 03:15 at which the shift ends.
    early = calendar(sun="02:30-03:15")
    assert early.elapsed(*instants("2026-03-29 00:00", "2026-03-30 00:00")) == NOTHING


def test_a_shift_in_the_hour_that_comes_twice_counts_it_from_the_first_time_on() -> None:
    # 02:00 (first, 00:00 UTC) to 03:00 (02:00 UTC) are two hours.
    twice = calendar(sun="02:00-03:00")
    assert twice.elapsed(*instants("2026-10-25 00:00", "2026-10-26 00:00")) == 2 * HOUR


def test_a_shift_that_ends_in_the_hour_that_comes_twice_ends_the_first_time() -> None:
    # 01:00 (23:00 UTC) to the first 02:30 (00:30 UTC).
    twice = calendar(sun="01:00-02:30")
    assert twice.elapsed(*instants("2026-10-25 00:00", "2026-10-26 00:00")) == 90 * MINUTE


def test_a_break_wholly_in_the_gap_takes_nothing() -> None:
    night = calendar(sat="22:00-30:00", weekly_breaks=week("", sun="02:10-02:50"))
    assert night.elapsed(*instants("2026-03-28 12:00", "2026-03-29 12:00")) == 7 * HOUR


def test_a_change_of_half_an_hour_counts_as_half_an_hour() -> None:
    island = Calendar.always_open("Australia/Lord_Howe")
    sunday = instants("2026-10-04 00:00", "2026-10-05 00:00", zone="Australia/Lord_Howe")
    assert island.elapsed(*sunday) == 23 * HOUR + 30 * MINUTE


def test_a_zone_whose_clocks_change_at_midnight_opens_its_date_an_hour_later() -> None:
    # In Havana 2026-03-08 begins at 01:00; a whole day there has 23 hours.
    havana = Calendar.always_open("America/Havana")
    assert havana.wall(on("2026-03-08"), 0) == instant("2026-03-08 05:00 UTC")
    assert havana.elapsed(havana.wall(on("2026-03-08"), 0), havana.wall(on("2026-03-09"), 0)) == 23 * HOUR


def test_the_day_that_apia_skipped_has_no_hours() -> None:
    # Thursday 29 December 2011 was followed by Saturday the 31st.
    apia = calendar("09:00-17:00", zone="Pacific/Apia", sat="09:00-12:00")
    assert not apia.is_open_date(on("2011-12-30"))
    assert apia.due(instant("2011-12-29 16:00 Pacific/Apia"), 2 * HOUR) == instant("2011-12-31 10:00 Pacific/Apia")


def test_a_working_day_in_apia_goes_over_the_skipped_day() -> None:
    apia = calendar("09:00-17:00", zone="Pacific/Apia")
    assert apia.add_days(instant("2011-12-29 10:00 Pacific/Apia"), 1) == instant("2012-01-02 10:00 Pacific/Apia")


# --- Days ------------------------------------------------------------------------------------------------------


def test_a_working_day_later_is_the_same_wall_clock_time_on_the_next_open_date() -> None:
    assert office().add_days(instant("2026-01-09 16:30:00.000001"), 1) == instant("2026-01-12 16:30:00.000001")
    assert office().add_days(instant("2026-01-09 16:30"), 2) == instant("2026-01-13 16:30")


def test_from_a_saturday_one_working_day_is_monday() -> None:
    assert office().add_days(instant("2026-01-10 11:00"), 1) == instant("2026-01-12 11:00")


def test_working_days_over_a_holiday_leave_it_out() -> None:
    assert office(holidays=named("2026-01-12")).add_days(instant("2026-01-09 11:00"), 1) == instant("2026-01-13 11:00")


def test_a_working_day_from_closed_time_rolls_to_the_next_opening() -> None:
    assert office().add_days(instant("2026-01-08 20:00"), 1) == instant("2026-01-12 09:00")
    assert office().add_days(instant("2026-01-08 07:00"), 1) == instant("2026-01-09 09:00")


def test_a_working_day_from_a_closing_instant_ends_at_the_closing() -> None:
    assert office().add_days(instant("2026-01-08 17:00"), 1) == instant("2026-01-09 17:00")


def test_working_days_backwards_are_open_dates_before() -> None:
    assert office().add_days(instant("2026-01-12 11:00"), -1) == instant("2026-01-09 11:00")
    assert office().add_days(instant("2026-01-11 11:00"), -1) == instant("2026-01-09 11:00")


def test_no_days_later_is_the_start_itself_even_in_closed_time() -> None:
    assert office().add_days(instant("2026-01-10 11:00"), 0) == instant("2026-01-10 11:00")


def test_a_working_day_over_the_clock_change_keeps_the_wall_clock_time() -> None:
    # Friday 16:00 at UTC+1 to Monday 16:00 at UTC+2 are 71 hours.
    start, due = instant("2026-03-27 16:00"), instant("2026-03-30 16:00")
    assert office().add_days(start, 1) == due
    assert due - start == 71 * HOUR


def test_a_working_day_that_lands_in_the_gap_takes_the_offset_before_it() -> None:
    whole = Calendar.always_open("Europe/Paris")
    assert whole.add_days(instant("2026-03-28 02:30"), 1) == instant("2026-03-29 01:30 UTC")


def test_the_end_of_a_working_day_is_the_last_closing_of_its_own_shifts() -> None:
    two = calendar("08:00-12:00 14:00-18:00", fri="08:00-12:00 22:00-30:00")
    assert two.end_of_day_after(instant("2026-01-07 09:00"), 1) == instant("2026-01-08 18:00")
    assert two.end_of_day_after(instant("2026-01-07 09:00"), 2) == instant("2026-01-10 06:00")


def test_the_end_of_a_whole_day_is_the_next_midnight() -> None:
    whole = calendar("00:00-24:00")
    assert whole.end_of_day_after(instant("2026-01-05 12:00"), 1) == instant("2026-01-07 00:00")


def test_the_end_of_today_is_the_closing_of_today() -> None:
    assert office().end_of_day_after(instant("2026-01-05 12:00"), 0) == instant("2026-01-05 17:00")


def test_a_holiday_is_no_open_date_even_where_its_night_shift_goes_on_after_midnight() -> None:
    night = calendar("09:00-17:00", fri="22:00-30:00", holidays=named("2026-01-09"))
    assert night.is_open(instant("2026-01-10 03:00"))
    assert not night.is_open_date(on("2026-01-09"))
    assert not night.is_open_date(on("2026-01-10"))
    # From Thursday one working day is Monday.
    assert night.add_days(instant("2026-01-08 10:00"), 1) == instant("2026-01-12 10:00")


# --- Calendars that make no sense, and searches without an end ------------------------------------------------


def test_a_calendar_that_never_opens_is_refused() -> None:
    with pytest.raises(InvalidCalendar) as refused:
        calendar()
    assert "Calendar 'hours' has no opening hours" in str(refused.value)
    assert "round-the-clock" in str(refused.value)


def test_a_calendar_with_special_openings_alone_opens() -> None:
    weekend = calendar(special=dated({"2026-01-10": "10:00-12:00"}))
    assert weekend.due(instant("2026-01-05 00:00"), 2 * HOUR) == instant("2026-01-10 12:00")


def test_a_calendar_with_a_season_alone_opens() -> None:
    camp = calendar(seasons=(Season(on("2026-07-06"), on("2026-07-10"), week("10:00-12:00")),))
    assert camp.next_open(instant("2026-01-05 00:00")) == instant("2026-07-06 10:00")


def test_a_calendar_in_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UnknownZone):
        office(zone="Europe/Atlantis")


@pytest.mark.parametrize(
    "rest",
    [
        {"sat": "09:00-13:00 12:00-15:00"},
        {"special": dated({"2026-01-09": "09:00-13:00 12:00-15:00"})},
        {"seasons": (Season(on("2026-07-06"), on("2026-07-10"), week("09:00-13:00 12:00-15:00")),)},
    ],
)
def test_overlapping_shifts_of_one_date_are_refused(rest: dict[str, object]) -> None:
    with pytest.raises(InvalidCalendar) as refused:
        office(**rest)
    assert "the shifts 09:00-13:00 and 12:00-15:00 overlap" in str(refused.value)


def test_two_seasons_on_one_date_are_refused() -> None:
    first = Season(on("2026-07-01"), on("2026-07-10"), week())
    second = Season(on("2026-07-10"), on("2026-07-20"), week())
    with pytest.raises(InvalidCalendar) as refused:
        office(seasons=(second, first))
    assert "both hold on 2026-07-10" in str(refused.value)


def test_seasons_that_follow_each_other_are_fine() -> None:
    first = Season(on("2026-07-01"), on("2026-07-10"), week())
    second = Season(on("2026-07-11"), on("2026-07-20"), week())
    assert office(seasons=(first, second)).next_open(instant("2026-07-01 00:00")) == instant("2026-07-21 09:00")


def test_a_calendar_valid_until_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidCalendar) as refused:
        office(valid_from=on("2026-01-09"), valid_until=on("2026-01-08"))
    assert "valid until 2026-01-08, before it begins on 2026-01-09" in str(refused.value)


def test_a_search_ends_when_ten_years_hold_no_opening() -> None:
    over = office(valid_until=on("2026-01-09"))
    with pytest.raises(NoOpeningHours) as refused:
        over.next_open(instant("2026-01-09 17:00"))
    assert "no opening for 10 years after 2026-01-09" in str(refused.value)


def test_a_search_backwards_ends_when_ten_years_hold_no_opening() -> None:
    new = office(valid_from=on("2026-01-09"))
    with pytest.raises(NoOpeningHours) as refused:
        new.due_back(instant("2026-01-09 10:00"), 2 * HOUR)
    assert "no opening for 10 years before 2026-01-09" in str(refused.value)


def test_a_due_instant_may_lie_beyond_years_without_opening() -> None:
    rare = calendar(special=dated({"2026-01-09": "10:00-11:00", "2034-01-09": "10:00-11:00"}))
    assert rare.due(instant("2026-01-09 10:00"), 90 * MINUTE) == instant("2034-01-09 10:30")
    assert rare.due_back(instant("2034-01-09 10:30"), HOUR) == instant("2026-01-09 10:30")


def test_a_calendar_that_never_closes_has_no_next_closing() -> None:
    with pytest.raises(NoOpeningHours) as refused:
        ROUND_THE_CLOCK.next_close(instant("2026-01-09 17:00"))
    assert "neither opens nor closes for 10 years" in str(refused.value)
    with pytest.raises(NoOpeningHours):
        ROUND_THE_CLOCK.prev_start(instant("2026-01-09 17:00"))


def test_a_working_day_backwards_that_would_have_to_snap_forward_into_nothing_is_refused() -> None:
    once = calendar(special=dated({"2020-01-01": "10:00-11:00"}))
    assert once.add_days(instant("2021-06-01 10:30"), -1) == instant("2020-01-01 10:30")
    with pytest.raises(NoOpeningHours):
        once.add_days(instant("2021-06-01 12:00"), -1)


def test_a_limit_past_the_last_year_of_the_calendar_is_refused() -> None:
    with pytest.raises(NoOpeningHours):
        Calendar.always_open().due(instant("9990-01-01 00:00"), timedelta(days=4000))


@pytest.mark.parametrize("at", ["9999-12-31 00:00", "0001-06-01 00:00"])
def test_a_date_that_only_a_typing_error_makes_is_refused_not_looked_up(at: str) -> None:
    with pytest.raises(NoOpeningHours) as refused:
        office().is_open(instant(at))
    assert "reaches from 1900 to 2199" in str(refused.value)


def test_no_opening_that_lasts_for_ever_is_searched_to_the_end_of_all_dates() -> None:
    with pytest.raises(NoOpeningHours):
        Calendar.always_open().next_close(instant("9995-01-01 00:00"))
    with pytest.raises(NoOpeningHours):
        Calendar.always_open().prev_start(instant("0004-01-01 00:00"))
    with pytest.raises(NoOpeningHours):
        Calendar.always_open().due_back(instant("0004-01-01 00:00"), timedelta(days=1000))


# --- Values ----------------------------------------------------------------------------------------------------


def test_an_answer_does_not_depend_on_the_questions_before_it() -> None:
    # The compiled tables lengthen both ways as questions come; a fresh calendar must say the same.
    asked = office(holidays=named("2026-01-12"))
    for text in ("2026-06-01 12:00", "2031-06-01 12:00", "2020-06-02 12:00", "2026-01-12 12:00"):
        fresh = office(holidays=named("2026-01-12"))
        assert asked.due(instant(text), 100 * HOUR) == fresh.due(instant(text), 100 * HOUR)
        assert asked.due_back(instant(text), 100 * HOUR) == fresh.due_back(instant(text), 100 * HOUR)


def test_a_second_has_the_length_of_a_second_at_every_edge() -> None:
    # One second on either side of the spring change, when the wall clock jumps from 01:59:59 to 03:00:00.
    span = instants("2026-03-29 01:59:59", "2026-03-29 03:00:01")
    assert ROUND_THE_CLOCK.elapsed(*span) == 2 * SECOND


def test_what_is_written_for_a_date_can_be_read_back() -> None:
    whole = office(breaks=dated({"2026-01-09": "10:00-10:15"}), weekly_breaks=week("12:00-13:00"))
    assert whole.shifts_on(on("2026-01-09")) == hours("09:00-17:00")
    assert whole.breaks_on(on("2026-01-09")) == hours("10:00-10:15 12:00-13:00")
    assert whole.breaks_on(on("2026-01-10")) == ()


def test_days_counted_back_keep_a_closing_at_midnight() -> None:
    # From Saturday 00:00 two open dates back is Thursday 00:00: closed, but the closing of Wednesday, which is kept.
    around = calendar(wed="00:00-24:00", thu="01:30-07:30", fri="10:00-17:00", zone="UTC")
    assert around.add_days(instant("2016-10-15 00:00 UTC"), -2) == instant("2016-10-13 00:00 UTC")
