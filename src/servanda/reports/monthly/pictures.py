"""The pictures of a month's report: services over the months, and the trend; the same on the page and in the PDF."""

from collections.abc import Iterator
from dataclasses import replace

from servanda.engine.periods import Period
from servanda.engine.results import Result, Standing
from servanda.reports.monthly.values import Counts, MonthFigures, SlamCell, SlamRow
from servanda.reports.pictures import slam
from servanda.reports.pictures import trend as trends
from servanda.reports.pictures.drawing import Picture
from servanda.reports.pictures.marks import Mark

ROWS = 15
MOST_ROWS = 300


def of_services(figures: MonthFigures) -> Iterator[Picture]:
    """Yield the chart of services over the months, so many services in each picture that it fits a page."""
    months = tuple(Period.of_months(each.year, each.month) for each in figures.months)
    rows = [_row(each, figures.digits) for each in figures.slam[:MOST_ROWS]]
    for begin in range(0, len(rows), ROWS):
        part = tuple(rows[begin : begin + ROWS])
        named = f", {begin + 1} to {begin + len(part)} of {len(figures.slam)}" if len(rows) > ROWS else ""
        title = f"Services over {len(months)} months{named}"
        chart = slam.Chart(title, months, part, so_far=not figures.over)
        yield slam.draw(chart, f"services-{begin // ROWS + 1}")


def of_trend(figures: MonthFigures, *, narrow: bool = False) -> Picture:
    """Return the attainment of the last months, drawn narrow for a phone if wanted."""
    points = tuple(
        trends.Point(Period.of_months(each.month.year, each.month.month), _result(each.counts))
        for each in figures.trend
    )
    title = f"Attainment of the last {len(points)} months"
    found = trends.Trend(title, points, digits=figures.digits)
    return trends.draw(found, "trend-narrow", trends.NARROW) if narrow else trends.draw(found, "trend")


def _row(row: SlamRow, digits: int) -> slam.Row:
    return slam.Row(row.name, tuple(_cell(each, digits) for each in row.cells))


def _cell(cell: SlamCell, digits: int) -> slam.Cell:
    return replace(slam.cell_of([(_result(cell.counts), None)], digits=digits), mark=Mark(cell.standing))


def _result(counts: Counts) -> Result:
    return Result({Standing.MET: counts.met, Standing.MISSED: counts.missed})
