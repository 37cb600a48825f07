from fractions import Fraction

import pytest

from servanda.reports.pictures import trend
from servanda.reports.pictures.drawing import Picture
from servanda.reports.pictures.trend import Point, Trend
from tests.reports.pictures.drawn import HOSTILE, SVG, faults, months, parsed, result, texts


def line_of(*verdicts: tuple[int, int], share: Fraction | None = None) -> Trend:
    points = zip(months(len(verdicts)), verdicts, strict=True)
    return Trend("Printing", tuple(Point(month, result(*each)) for month, each in points), share)


def counted_lines(drawn: Picture) -> int:
    return sum("counted" in each.get("class", "") for each in parsed(drawn).iter(f"{SVG}line"))


def test_the_line_is_broken_where_there_is_nothing_to_show() -> None:
    drawn = trend.draw(line_of((95, 5), (90, 10), (0, 0), (80, 20), (90, 10)), "t")
    assert counted_lines(drawn) == 2
    assert "url(#t-hatch)" in drawn.svg
    assert "Hatched: no data." in " ".join(texts(drawn))


def test_n_stands_under_each_period_and_the_last_figure_at_its_end() -> None:
    said = texts(trend.draw(line_of((95, 5), (1796, 36)), "t"))
    assert {"100", "1,832", "98.0 %"} <= set(said)


def test_a_trend_that_was_drawn_before_is_not_shown_for_other_figures() -> None:
    before, later = line_of((95, 5), (1796, 36)), line_of((95, 5), (1796, 37))
    assert trend.draw(before, "t") is trend.draw(line_of((95, 5), (1796, 36)), "t")
    assert {"1,833", "97.9 %"} <= set(texts(trend.draw(later, "t")))
    assert {"1,832", "98.0 %"} <= set(texts(trend.draw(before, "t")))


def test_few_verdicts_are_shown_as_counts() -> None:
    drawn = trend.draw(line_of((95, 5), (6, 2)), "t")
    assert "6 of 8" in texts(drawn)
    assert "75.0 %" not in texts(drawn)
    assert drawn.table_twin.rows[1] == ("May 2025", "6 of 8", "8")


def test_a_scale_that_does_not_begin_at_nought_says_so() -> None:
    assert "The scale begins at 80 %." in " ".join(texts(trend.draw(line_of((95, 5), (87, 13)), "t")))
    assert "The scale" not in " ".join(texts(trend.draw(line_of((95, 5), (49, 51)), "t")))


def test_the_agreed_share_is_a_dashed_line_in_words_too() -> None:
    drawn = trend.draw(line_of((95, 5), share=Fraction(9, 10)), "t")
    assert "stroke-dasharray" in drawn.svg
    assert "the agreed 90.0 %" in " ".join(texts(drawn))
    assert drawn.description == "April 2025: 95.0 %. Agreed: 90.0 %."


def test_the_last_figure_stands_clear_of_the_line() -> None:
    for verdicts, below in (((95, 5), (60, 40)), True), (((60, 40), (95, 5)), False):
        drawn = parsed(trend.draw(line_of(*verdicts), "t"))
        dot = [float(each.get("cy", "0")) for each in drawn.iter(f"{SVG}circle")][-1]
        figure = next(each for each in drawn.iter(f"{SVG}text") if each.get("font-weight"))
        assert (float(figure.get("y", "0")) > dot) is below


@pytest.mark.parametrize("number", [0, 1, 12, 60])
def test_any_number_of_periods_can_be_drawn(number: int) -> None:
    for width in (trend.WIDTH, trend.NARROW):
        assert list(faults(trend.draw(line_of(*[(9, 1)] * number), "t", width))) == []


def test_a_trend_without_any_verdict_can_be_drawn() -> None:
    assert list(faults(trend.draw(line_of(*[(0, 0)] * 6), "t"))) == []


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_a_person_wrote_becomes_markup(hostile: str) -> None:
    assert list(faults(trend.draw(Trend(hostile, ()), "t"))) == []
