from datetime import UTC, date, datetime

import pytest

from servanda.engine.periods import InvalidPeriod, Period


@pytest.mark.parametrize(
    ("written", "first", "last", "words"),
    [
        ("2018-06", date(2018, 6, 1), date(2018, 6, 30), "June 2018"),
        ("2016-02", date(2016, 2, 1), date(2016, 2, 29), "February 2016"),
        ("2018-12", date(2018, 12, 1), date(2018, 12, 31), "December 2018"),
        ("2018-Q1", date(2018, 1, 1), date(2018, 3, 31), "1st quarter of 2018"),
        ("2018-Q4", date(2018, 10, 1), date(2018, 12, 31), "4th quarter of 2018"),
        ("2018", date(2018, 1, 1), date(2018, 12, 31), "2018"),
        ("2018-06-05", date(2018, 6, 5), date(2018, 6, 5), "5 June 2018"),
        ("2018-06-01..2018-06-15", date(2018, 6, 1), date(2018, 6, 15), "1 June 2018 to 15 June 2018"),
    ],
)
def test_a_period_is_read_and_written_back_the_same(written: str, first: date, last: date, words: str) -> None:
    period = Period.read(written)
    assert (period.first, period.last) == (first, last)
    assert (period.label, str(period)) == (written, words)


def test_two_dates_that_make_a_month_are_that_month() -> None:
    assert Period.read("2018-06-01..2018-06-30") == Period.read("2018-06")
    assert Period.read("2018-06-01..2018-06-30").label == "2018-06"


def test_three_months_that_make_no_quarter_are_two_dates() -> None:
    assert Period(date(2018, 2, 1), date(2018, 4, 30)).label == "2018-02-01..2018-04-30"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "June",
        "2018-13",
        "2018-6",
        "2018-Q5",
        "18-06",
        "2018-06-31",
        "2018-06-01..",
        "01/06/2018",
        "2018-06..2018-07",
    ],
)
def test_what_names_no_period_is_refused_with_what_to_write(written: str) -> None:
    with pytest.raises(InvalidPeriod, match=rf"'{written}' is no period\. Write 2018-06, 2018-Q2"):
        Period.read(written)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidPeriod, match=r"before it begins on 2018-06-15\. Swap"):
        Period.read("2018-06-15..2018-06-01")


@pytest.mark.parametrize("written", ["1899", "2200-01", "1899-12-31..1900-01-01"])
def test_a_period_far_outside_our_time_is_refused(written: str) -> None:
    with pytest.raises(InvalidPeriod, match="outside the years 1900 to 2199"):
        Period.read(written)


def test_june_begins_in_auckland_before_it_begins_in_boston() -> None:
    june = Period.read("2018-06")
    assert june.starts_at("Pacific/Auckland") == datetime(2018, 5, 31, 12, tzinfo=UTC)
    assert june.starts_at("America/New_York") == datetime(2018, 6, 1, 4, tzinfo=UTC)


def test_the_first_instant_is_in_and_the_first_after_it_is_not() -> None:
    june = Period.read("2018-06")
    assert june.holds(datetime(2018, 6, 1, tzinfo=UTC), "UTC")
    assert june.holds(datetime(2018, 6, 30, 23, 59, 59, 999_999, tzinfo=UTC), "UTC")
    assert not june.holds(datetime(2018, 7, 1, tzinfo=UTC), "UTC")
    assert not june.holds(datetime(2018, 5, 31, 23, 59, 59, 999_999, tzinfo=UTC), "UTC")


def test_the_month_in_which_clocks_go_forward_is_an_hour_short() -> None:
    march = Period.read("2018-03")
    length = march.ends_at("Europe/Paris") - march.starts_at("Europe/Paris")
    assert length.total_seconds() == (31 * 24 - 1) * 3600


def test_a_date_without_a_midnight_begins_where_the_gap_ends() -> None:
    # In Beirut clocks went from 24:00 on 25 March 2017 straight to 01:00.
    day = Period.read("2017-03-26")
    assert day.starts_at("Asia/Beirut") == datetime(2017, 3, 25, 22, tzinfo=UTC)
    assert day.ends_at("Asia/Beirut") == datetime(2017, 3, 26, 21, tzinfo=UTC)


def test_the_date_that_samoa_left_out_holds_nothing() -> None:
    day = Period.read("2011-12-30")
    assert day.starts_at("Pacific/Apia") == day.ends_at("Pacific/Apia") == datetime(2011, 12, 30, 10, tzinfo=UTC)


def test_the_months_of_a_period_are_cut_where_it_is() -> None:
    months = [month.label for month in Period.read("2017-12-15..2018-02-10").months()]
    assert months == ["2017-12-15..2017-12-31", "2018-01", "2018-02-01..2018-02-10"]
