from fractions import Fraction

import pytest

from servanda.reports.pictures import slam
from servanda.reports.pictures.marks import Mark
from servanda.reports.pictures.slam import Cell, Chart, Row
from tests.reports.pictures.drawn import HOSTILE, SVG, faults, months, parsed, result, texts

NINE_TENTHS = Fraction(9, 10)


@pytest.mark.parametrize(
    ("met", "missed", "share", "mark"),
    [
        (0, 0, NINE_TENTHS, Mark.NODATA),
        (0, 0, None, Mark.NODATA),
        (5, 5, None, Mark.NOT_AGREED),
        (90, 10, NINE_TENTHS, Mark.NEAR),  # all ten allowed misses are used
        (92, 8, NINE_TENTHS, Mark.NEAR),  # eight of ten
        (93, 7, NINE_TENTHS, Mark.MET),  # seven of ten are less than three quarters
        (89, 11, NINE_TENTHS, Mark.MISSED),
        (99_999, 1, Fraction(1), Mark.MISSED),
        (50, 0, Fraction(1), Mark.MET),
        (9, 1, Fraction(899, 1000), Mark.NEAR),
        (3, 0, NINE_TENTHS, Mark.MET),
        (2, 1, NINE_TENTHS, Mark.MISSED),
    ],
)
def test_a_mark_says_how_the_share_was_kept(met: int, missed: int, share: Fraction | None, mark: Mark) -> None:
    assert slam.mark_of(result(met, missed), share) is mark


def test_a_figure_is_percent_with_n_and_counts_where_few() -> None:
    assert slam.cell_of([(result(124, 7), NINE_TENTHS)]) == Cell(Mark.MET, "94.6 %", "n 131")
    assert slam.cell_of([(result(7, 2), NINE_TENTHS)]) == Cell(Mark.MISSED, "7 of 9")
    assert slam.cell_of([]) == Cell(Mark.NODATA)
    assert slam.cell_of([(result(0), NINE_TENTHS)]) == Cell(Mark.NODATA)


def test_the_worst_promise_marks_a_row_of_several_and_all_make_its_figure() -> None:
    cell = slam.cell_of([(result(100), NINE_TENTHS), (result(3, 1), NINE_TENTHS), (result(0), NINE_TENTHS)])
    assert cell == Cell(Mark.MISSED, "99.0 %", "n 104")


def test_no_figure_and_hatch_where_there_is_nothing() -> None:
    chart = Chart("Services", months(1), (Row("Printing", (slam.cell_of([]),)),))
    drawn = slam.draw(chart, "s")
    assert "url(#s-hatch)" in drawn.svg
    assert not any("%" in said for said in texts(drawn)[:3])
    assert drawn.table_twin.rows == (("Printing", "No data"),)


def test_the_table_twin_says_the_word_the_figure_and_n() -> None:
    cells = (slam.cell_of([(result(124, 7), NINE_TENTHS)]), slam.cell_of([(result(7, 2), NINE_TENTHS)]))
    chart = Chart("Services", months(2), (Row("Printing", cells),), so_far=True)
    twin = slam.table_twin(chart)
    assert twin.headings == ("", "Apr 2025", "May 2025 so far")
    assert twin.rows == (("Printing", "Met, 94.6 % of 131", "Missed, 7 of 9"),)


def test_the_threshold_of_near_stands_under_the_chart() -> None:
    chart = Chart("Services", months(1), (Row("Printing", (Cell(Mark.NEAR, "90.0 %", "n 10"),)),))
    assert "75 % or more of the misses" in " ".join(texts(slam.draw(chart, "s")))


def test_without_any_agreed_share_the_chart_says_so_instead() -> None:
    chart = Chart("Services", months(1), (Row("Printing", (Cell(Mark.NOT_AGREED, "90.0 %", "n 10"),)),))
    told = " ".join(texts(slam.draw(chart, "s")))
    assert "No share was agreed" in told
    assert "Near" not in told


def test_a_cell_with_an_address_is_a_link_that_says_what_it_opens() -> None:
    cell = Cell(Mark.MISSED, "7 of 9", address="/o/hill/tickets/?month=2025-04&state=missed")
    drawn = parsed(slam.draw(Chart("Services", months(1), (Row("Printing", (cell,)),)), "s"))
    link = next(drawn.iter(f"{SVG}a"))
    assert link.get("href") == "/o/hill/tickets/?month=2025-04&state=missed"
    assert link.get("aria-label") == "Printing, Apr 2025: Missed, 7 of 9"
    assert drawn.get("role") == "group"


def test_without_links_the_chart_is_one_image() -> None:
    chart = Chart("Services", months(1), (Row("Printing", (Cell(Mark.MET, "7 of 7"),)),))
    assert parsed(slam.draw(chart, "s")).get("role") == "img"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example/", "https://evil.example/", "data:,x", "x"])
def test_a_cell_leads_nowhere_else(address: str) -> None:
    with pytest.raises(ValueError, match="a page of ours"):
        Cell(Mark.MET, "7 of 7", address=address)
    with pytest.raises(ValueError, match="a page of ours"):
        Row("Printing", (), address)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_a_person_wrote_becomes_markup(hostile: str) -> None:
    row = Row(hostile, (Cell(Mark.MET, hostile, hostile, f"/o/{hostile}"),) * 12, f"?{hostile}")
    chart = Chart(hostile, months(), (row,))
    assert list(faults(slam.draw(chart, "s"))) == []
    assert list(faults(slam.draw_narrow(chart, "s"))) == []


def test_a_phone_shows_whole_percent_and_counts() -> None:
    cells = (Cell(Mark.MET, "99.98 %", "n 5,000"), Cell(Mark.MISSED, "7 of 9"), Cell(Mark.NODATA))
    said = texts(slam.draw_narrow(Chart("Services", months(3), (Row("Printing", cells),)), "s"))
    assert said[4:7] == ["Printing", "99", "7/9"]


def test_a_chart_without_rows_says_so() -> None:
    for drawn in (slam.draw(Chart("Services", months(), ()), "s"), slam.draw_narrow(Chart("Services", (), ()), "s")):
        assert "Nothing to show yet." in texts(drawn)


def test_a_row_has_a_cell_for_each_month() -> None:
    with pytest.raises(ValueError, match="a cell for each"):
        Chart("Services", months(2), (Row("Printing", (Cell(Mark.MET),)),))
