from datetime import date

from servanda.engine.reconciliation import CalendarFit, Holiday, Stretch
from servanda.reports.reconciliation.sentences import rate, reproduced, share, stretch, unlisted, untold, years
from tests.builders import office, on


def holiday(text: str, rows_for: int, rows_against: int, name: str = "Some Day") -> Holiday:
    return Holiday(on(text), name, rows_for, rows_against)


def fit(*holidays: Holiday, unlisted: tuple[Holiday, ...] = ()) -> CalendarFit:
    return CalendarFit(office(), 200, 180, 190, 198, 200, holidays, unlisted)


def test_what_agrees_is_rounded_down_so_that_100_percent_is_all_of_them() -> None:
    assert share(23_663, 23_664) == "23,663 of 23,664 (99.99 %)"
    assert share(23_664, 23_664) == "23,664 of 23,664 (100.00 %)"


def test_a_published_rate_is_rounded_to_the_nearest_tenth_as_sources_do() -> None:
    assert rate(35_787, 39_330) == "91.0 % (35,787 of 39,330)"  # 90.99 %
    assert rate(20_193, 23_737) == "85.1 % (20,193 of 23,737)"  # 85.07 %


def test_few_tickets_have_counts_only() -> None:
    assert (share(2, 9), rate(2, 9), share(2, 10)) == ("2 of 9", "2 of 9", "2 of 10 (20.00 %)")


def test_a_year_without_any_holiday_is_said_to_be_one() -> None:
    assert list(years(fit(holiday("2026-01-01", 0, 3), holiday("2026-05-01", 0, 4)))) == [
        "2026 was run without holidays: the source's clock observed none of the 2 listed (0 rows for, 7 against)."
    ]


def test_a_year_may_be_run_without_holidays_until_one_of_them() -> None:
    told = years(
        fit(holiday("2026-01-01", 0, 3), holiday("2026-05-01", 0, 4), holiday("2026-12-25", 5, 0, "Christmas"))
    )
    assert list(told) == [
        "2026 was run without holidays until Christmas on 2026-12-25: the source's clock observed none of the 2 "
        "listed before it (0 rows for, 7 against)."
    ]


def test_a_year_may_be_run_without_holidays_from_one_of_them_on() -> None:
    told = years(fit(holiday("2026-01-01", 3, 0), holiday("2026-05-01", 0, 4), holiday("2026-12-25", 0, 1)))
    assert list(told) == [
        "2026 was run without holidays from 2026-05-01 on: the source's clock observed none of the 2 listed since "
        "(0 rows for, 5 against)."
    ]


def test_one_holiday_ignored_makes_no_year_without_holidays() -> None:
    holidays = [holiday("2026-01-01", 3, 0), holiday("2026-05-01", 0, 4), holiday("2026-12-25", 2, 0)]
    assert list(years(fit(*holidays))) == []
    assert list(years(fit(holiday("2027-01-01", 0, 4)))) == []


def test_a_stretch_is_a_sentence_with_its_rows() -> None:
    two = (holiday("2026-01-01", 3, 0), holiday("2026-05-01", 4, 1))
    three = (*two, holiday("2026-12-25", 1, 0))
    alone = Stretch(False, (holiday("2026-05-01", 0, 1, "May Day"),))
    assert stretch(alone) == "On 2026-05-01 the source's clock ignored May Day (0 rows for, 1 against)."
    assert stretch(Stretch(True, two)) == (
        "From 2026-01-01 to 2026-05-01 the source's clock observed both listed holidays (7 rows for, 1 against)."
    )
    assert stretch(Stretch(True, three)) == (
        "From 2026-01-01 to 2026-12-25 the source's clock observed all 3 listed holidays (8 rows for, 1 against)."
    )


def test_dates_beside_the_list_and_holidays_without_rows_are_named() -> None:
    found = fit(holiday("2026-01-01", 0, 0), unlisted=(holiday("2026-05-14", 4, 0, ""),))
    assert list(unlisted(found)) == [
        "Thursday 2026-05-14 is not listed, but the source's clock stood still (4 rows for, 0 against)."
    ]
    assert list(untold(found)) == ["No row tells whether 1 listed holiday was observed: 2026-01-01."]
    assert date(2026, 5, 14).weekday() == 3


def test_how_many_claims_come_out_is_said_for_each_choice_of_holidays() -> None:
    assert reproduced(fit()) == (
        "Claims that come out: without holidays 180 of 200 (90.00 %); with all that are listed 190 of 200 (95.00 %); "
        "with those found observed 198 of 200 (99.00 %)."
    )
