from datetime import date, timedelta

import pytest

from servanda.reports.pictures import day_strip
from servanda.reports.pictures.day_strip import Day, Strip, day_of
from servanda.reports.pictures.marks import Mark
from tests.reports.pictures.drawn import HOSTILE, SVG, faults, parsed, result, texts

FIRST = date(2026, 1, 1)


def days(number: int, mark: Mark = Mark.MET) -> tuple[Day, ...]:
    return tuple(Day(FIRST + timedelta(days=place), mark) for place in range(number))


def test_a_day_with_one_miss_is_missed_and_a_day_without_verdict_is_not_met() -> None:
    assert day_of(FIRST, result(8, 1)) == Day(FIRST, Mark.MISSED, "1 missed of 9")
    assert day_of(FIRST, result(8)) == Day(FIRST, Mark.MET, "8 met of 8")
    assert day_of(FIRST, result(0)).mark is Mark.NODATA
    assert day_of(FIRST, result(0), open_then=False).mark is Mark.OUTSIDE


def test_every_day_has_a_bar_that_tells_its_date_and_state() -> None:
    drawn = parsed(
        day_strip.draw(Strip("Printing", (*days(89), Day(date(2026, 3, 31), Mark.MISSED, "1 missed of 9"))), "d")
    )
    told = [each.text for each in drawn.iter(f"{SVG}title")]
    assert len(told) == 91
    assert told[-1] == "Tue 31 Mar 2026: missed, 1 missed of 9"


def test_a_phone_has_the_days_in_several_lines() -> None:
    wide, narrow = (day_strip.draw(Strip("Printing", days(90)), "d", each) for each in (640, 256))
    assert (parsed(wide).get("width"), parsed(narrow).get("width")) == ("640", "256")
    assert texts(wide)[:3] == ["Thu 1 Jan", "Sun 1 Feb", "Sun 1 Mar"]
    assert texts(narrow)[0] == "Thu 1 Jan"
    assert float(parsed(narrow).get("height", "0")) > 2.5 * float(parsed(wide).get("height", "0")) / 2


def test_the_table_twin_has_a_row_a_day() -> None:
    twin = day_strip.table_twin(Strip("Printing", (day_of(FIRST, result(8, 1)),)))
    assert twin.rows == (("Thu 1 Jan 2026", "Missed", "1 missed of 9"),)


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("mark", list(Mark))
def test_nothing_that_a_person_wrote_becomes_markup(hostile: str, mark: Mark) -> None:
    assert list(faults(day_strip.draw(Strip(hostile, (Day(FIRST, mark, hostile),)), "d"))) == []


def test_a_strip_leaves_no_day_out() -> None:
    with pytest.raises(ValueError, match="one day after another"):
        Strip("Printing", (*days(2), Day(date(2026, 2, 1), Mark.MET)))
    with pytest.raises(ValueError, match="one at least"):
        Strip("Printing", ())
