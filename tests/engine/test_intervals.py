"""Stretches of time, by examples worked out by hand."""

from datetime import timedelta

import pytest

from servanda.engine.intervals import Interval, Intervals, between, common, meeting, total, union, without
from tests.builders import instant


def stretch(text: str) -> Interval:
    """Return the interval of '09:00-12:00' on a day in January."""
    start, end = text.split("-")
    return Interval(instant(f"2026-01-05 {start}"), instant(f"2026-01-05 {end}"))


def stretches(*texts: str) -> Intervals:
    return tuple(stretch(text) for text in texts)


def test_an_interval_ends_after_it_starts() -> None:
    with pytest.raises(ValueError, match="an interval ends after it starts"):
        stretch("12:00-12:00")


def test_between_an_instant_and_an_earlier_one_there_is_nothing() -> None:
    assert between(instant("2026-01-05 12:00"), instant("2026-01-05 09:00")) == ()


def test_intervals_that_touch_or_overlap_are_joined_in_order() -> None:
    assert union(stretches("13:00-14:00", "09:00-11:00", "10:00-12:00", "12:00-12:30")) == stretches(
        "09:00-12:30", "13:00-14:00"
    )


def test_one_inside_another_does_not_shorten_it() -> None:
    assert union(stretches("09:00-17:00", "10:00-11:00")) == stretches("09:00-17:00")


def test_what_two_have_in_common_ends_where_either_ends() -> None:
    assert common(stretches("09:00-12:00", "13:00-17:00"), stretches("11:00-14:00", "17:00-18:00")) == stretches(
        "11:00-12:00", "13:00-14:00"
    )


def test_what_is_taken_out_may_lie_inside_across_and_beyond() -> None:
    left = without(stretches("09:00-12:00", "13:00-17:00"), stretches("10:00-10:30", "11:30-13:15", "16:00-20:00"))
    assert left == stretches("09:00-10:00", "10:30-11:30", "13:15-16:00")


def test_taking_out_nothing_or_everything() -> None:
    assert without(stretches("09:00-12:00"), ()) == stretches("09:00-12:00")
    assert without(stretches("09:00-12:00", "13:00-14:00"), stretches("08:00-18:00")) == ()


def test_one_that_only_touches_another_does_not_meet_it() -> None:
    ours = stretches("09:00-10:00", "10:00-11:00", "12:00-18:00")
    assert meeting(ours, stretches("10:00-10:30", "13:00-13:01")) == stretches("10:00-11:00", "12:00-18:00")


def test_lengths_add_up_to_the_microsecond() -> None:
    short = Interval(instant("2026-01-05 09:00:00.000001"), instant("2026-01-05 09:00:00.000003"))
    assert total([*stretches("10:00-12:00"), short]) == timedelta(hours=2, microseconds=2)
