"""The SLAM chart: rows of services or promises, columns of months, in each cell a mark and a figure.

A mark says how a month's promise stands: missed below the agreed share, near when most of the misses that the share
allows are used up. Comparison never rounds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from servanda.engine.periods import Period
from servanda.engine.results import Result
from servanda.reports import ratios, words
from servanda.reports.pictures import marks
from servanda.reports.pictures.drawing import (
    Painted,
    Picture,
    Svg,
    Table,
    address,
    box,
    cleaned,
    element,
    filled,
    finished,
    group,
    hint,
    legend,
    line,
    lined,
    patterned,
    text,
    width_of,
    wrapped,
)
from servanda.reports.pictures.marks import Mark

NEAR = Fraction(3, 4)
"""The part of the allowed misses from which a promise that is kept is said to be near."""

REMEMBERED = 32
"""How many charts are kept as they were drawn, for whoever opens a page again before a figure has changed."""

_NAME, _CELL, _TALL, _HEAD, _GAP = 150.0, 52.0, 46.0, 34.0, 2.0
_NARROW_CELL, _NARROW_TALL = 21.0, 62.0
_GRAVITY = (Mark.MISSED, Mark.NEAR, Mark.MET, Mark.NOT_AGREED, Mark.NODATA)


@dataclass(frozen=True, slots=True)
class Cell:
    """One month of one row: its mark, its figure, its n in words, and the address of the tickets behind it."""

    mark: Mark
    figure: str = ""
    beside: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        _refuse_foreign(self.address)


@dataclass(frozen=True, slots=True)
class Row:
    """A service, promise or supplier with a cell for each month."""

    name: str
    cells: tuple[Cell, ...]
    address: str = ""

    def __post_init__(self) -> None:
        _refuse_foreign(self.address)


@dataclass(frozen=True, slots=True)
class Chart:
    """The months, oldest first, and the rows; `so_far` says that the last month has not ended."""

    title: str
    months: tuple[Period, ...]
    rows: tuple[Row, ...]
    so_far: bool = False
    near: Fraction = NEAR

    def __post_init__(self) -> None:
        if any(len(row.cells) != len(self.months) for row in self.rows):
            raise ValueError("every row of a chart has a cell for each of its months")


def _refuse_foreign(address: str) -> None:
    if address and (not address.startswith(("/", "?")) or address.startswith("//")):
        raise ValueError(f"a chart leads to a page of ours, not to '{address}'")


def mark_of(result: Result, share: Fraction | None, near: Fraction = NEAR) -> Mark:
    """Return how a result stands to its agreed share."""
    if not result.verdicts:
        return Mark.NODATA
    if share is None:
        return Mark.NOT_AGREED
    if not result.keeps(share):
        return Mark.MISSED
    allowed = (1 - share) * result.verdicts
    return Mark.NEAR if result.missed and result.missed >= near * allowed else Mark.MET


def worst(found: Iterable[Mark]) -> Mark:
    """Return the mark that speaks for several: a miss before all else."""
    return min(found, key=_GRAVITY.index, default=Mark.NODATA)


def cell_of(
    results: Iterable[tuple[Result, Fraction | None]], *, near: Fraction = NEAR, digits: int = 1, address: str = ""
) -> Cell:
    """Return the cell of results, each with its agreed share: the figure of all, the mark of the worst."""
    shown = _shown(tuple(results), near, digits)
    return replace(shown, address=address) if address else shown


@lru_cache(maxsize=16_384)
def _shown(parts: tuple[tuple[Result, Fraction | None], ...], near: Fraction, digits: int) -> Cell:
    """Return the cell of results; the months that are over come to the same ones on every page."""
    whole = sum((result for result, _ in parts), Result())
    mark = worst(mark_of(result, share, near) for result, share in parts)
    if whole.attainment is None:
        return Cell(mark)
    if whole.verdicts < ratios.COUNTS_ONLY_BELOW:
        return Cell(mark, ratios.attained(whole.met, whole.verdicts))
    return Cell(mark, ratios.percent(whole.attainment, digits), f"n {whole.verdicts:,}")


@lru_cache(maxsize=REMEMBERED)
def draw(chart: Chart, prefix: str) -> Picture:
    """Return the chart, with ids that begin with a prefix."""
    width = _NAME + _CELL * len(chart.months)
    linked = any(row.address or any(cell.address for cell in row.cells) for row in chart.rows)
    return _with_foot(chart, prefix, width, [*_head(chart), *_rows(chart, prefix)], linked=linked)


@lru_cache(maxsize=REMEMBERED)
def draw_narrow(chart: Chart, prefix: str) -> Picture:
    """Return the chart for a phone: each name above its row, figures in whole percent, the rest in the table twin."""
    parts = [*_narrow_head(chart)]
    for number, row in enumerate(chart.rows):
        parts += _narrow_row(chart, row, _HEAD + _NARROW_TALL * number, prefix)
    linked = any(row.address for row in chart.rows)
    return _with_foot(chart, prefix, _NARROW_CELL * max(len(chart.months), 12), parts, linked=linked, tall=_NARROW_TALL)


def _with_foot(
    chart: Chart, prefix: str, width: float, parts: list[Svg], *, linked: bool, tall: float = _TALL
) -> Picture:
    keys, bottom = legend(_keys(chart, prefix), width, _HEAD + tall * max(len(chart.rows), 1) + 10)
    notes: list[Svg] = []
    for shown in (
        wrapped(_rule(chart, narrow=tall == _NARROW_TALL), 12, width, 12) if chart.rows else ["Nothing to show yet."]
    ):
        notes.append(text(shown, 0, bottom + 12, paint="soft"))
        bottom += 16
    told = (chart.title, _description(chart))
    return finished(
        "slam", prefix, (width, bottom + 4), told, [*parts, *keys, *notes], table_twin(chart), linked=linked
    )


def table_twin(chart: Chart) -> Table:
    """Return the chart in words, a row each."""
    headings = ("", *(_month(chart, place) for place in range(len(chart.months))))
    return Table(headings, tuple((cleaned(row.name), *(_said(cell) for cell in row.cells)) for row in chart.rows))


def _month(chart: Chart, place: int) -> str:
    first = chart.months[place].first
    last = chart.so_far and place == len(chart.months) - 1
    return f"{words.MONTHS[first.month - 1]} {first.year}{' so far' if last else ''}"


def _said(cell: Cell) -> str:
    if cell.mark is Mark.NODATA:
        return cell.mark.word
    of = cell.beside.replace("n ", "of ")
    return f"{cell.mark.word}, {cell.figure}{f' {of}' if of else ''}"


def _description(chart: Chart) -> str:
    if not chart.rows:
        return "There is nothing to show yet."
    counts = {each: sum(cell.mark is each for row in chart.rows for cell in row.cells) for each in _GRAVITY}
    told = ", ".join(f"{each.word.lower()} {number}" for each, number in counts.items() if number)
    months = words.count(len(chart.months), "month")
    return f"{words.count(len(chart.rows), 'row')} over {months}. Cells by mark: {told}. The table below says the same."


def _head(chart: Chart) -> Iterator[Svg]:
    for place, month in enumerate(chart.months):
        x = _NAME + _CELL * place + _CELL / 2
        first = month.first
        yield text(words.MONTHS[first.month - 1], x, 14, anchor="middle", bold=True)
        if chart.so_far and place == len(chart.months) - 1:
            yield text("so far", x, 28, size=11, paint="soft", anchor="middle")
        elif place == 0 or first.month == 1:
            yield text(str(first.year), x, 28, size=11, paint="soft", anchor="middle")
    yield line(0, _HEAD - 1, _NAME + _CELL * len(chart.months), _HEAD - 1, **lined("strong"))


def _rows(chart: Chart, prefix: str) -> Iterator[Svg]:
    for number, row in enumerate(chart.rows):
        top = _HEAD + _TALL * number
        yield _linked(row.address, row.name, _name(row.name, top))
        for place, cell in enumerate(row.cells):
            label = f"{cleaned(row.name)}, {_month(chart, place)}: {_said(cell)}"
            x = _NAME + _CELL * place
            yield _linked(cell.address, label, group(*_cell(cell, x, top, prefix), hint(label)))


def _narrow_head(chart: Chart) -> Iterator[Svg]:
    for place, month in enumerate(chart.months):
        x = _NARROW_CELL * (place + 0.5)
        yield text(words.MONTHS[month.first.month - 1][0], x, 14, size=11, anchor="middle", bold=True)
        if place == 0 or month.first.month == 1:
            yield text(str(month.first.year), x - 8, 28, size=10, paint="soft")


def _narrow_row(chart: Chart, row: Row, top: float, prefix: str) -> Iterator[Svg]:
    room = _NARROW_CELL * len(chart.months)
    yield _linked(row.address, row.name, text(row.name, 0, top + 14, size=13, room=room))
    for place, cell in enumerate(row.cells):
        shown = _narrow_cell(cell, _NARROW_CELL * place, top + 20, prefix)
        yield group(*shown, hint(f"{_month(chart, place)}: {_said(cell)}"))


def _narrow_cell(cell: Cell, x: float, top: float, prefix: str) -> Iterator[Svg]:
    middle, missed = x + _NARROW_CELL / 2, cell.mark is Mark.MISSED
    yield box(x + 1, top, _NARROW_CELL - 2, 32, rx=3, **_ground(cell.mark, prefix))
    if cell.mark is Mark.NODATA:
        yield box(x + 5, top + 11, _NARROW_CELL - 10, 10, **filled("paper"))
    yield marks.draw(cell.mark, middle, top + (16 if cell.mark is Mark.NODATA else 9), 9, "paper" if missed else "")
    short = _shortest(cell.figure)
    size = min(10.0, 10 * (_NARROW_CELL - 3) / max(width_of(short, 10), 1))
    yield text(short, middle, top + 26, size=size, paint="paper" if missed else "ink", anchor="middle")


def _shortest(figure: str) -> str:
    """Return a figure in as few signs as there are: whole percent, or counts as a fraction."""
    met, of, verdicts = figure.partition(" of ")
    return f"{met}/{verdicts}" if of else figure.partition(".")[0].removesuffix(" %")


def _name(name: str, top: float) -> Svg:
    room = _NAME - 10
    shown = wrapped(name, 13, room, 2)
    first = top + _TALL / 2 + (5 if len(shown) == 1 else -3)
    lines = [text(each, 0, first + 16 * place, size=13, room=room) for place, each in enumerate(shown)]
    return group(*lines, hint(name))


def _cell(cell: Cell, x: float, top: float, prefix: str) -> Iterator[Svg]:
    middle = x + _CELL / 2
    yield box(x + _GAP / 2, top + _GAP / 2, _CELL - _GAP, _TALL - _GAP, rx=3, **_ground(cell.mark, prefix))
    ink = "paper" if cell.mark is Mark.MISSED else "ink"
    if cell.mark is Mark.NODATA:
        yield box(middle - 8, top + _TALL / 2 - 7, 16, 14, rx=2, **filled("paper"))
        yield marks.draw(cell.mark, middle, top + _TALL / 2)
        return
    yield marks.draw(cell.mark, middle, top + 10, 9, "paper" if cell.mark is Mark.MISSED else "")
    lower = 28 if cell.beside else 32
    yield text(cell.figure, middle, top + lower, size=_fitting(cell.figure), paint=ink, anchor="middle", bold=True)
    if cell.beside:
        yield text(cell.beside, middle, top + 40, size=10, paint="paper" if ink == "paper" else "soft", anchor="middle")


def _ground(mark: Mark, prefix: str) -> Painted:
    """Return how a cell is painted: what was missed is dark, what was met is plain, so that the first stands out."""
    if mark is Mark.MISSED:
        return filled("missed")
    if mark is Mark.NODATA:
        return patterned("hatch", prefix)
    edge = {"stroke": lined("near" if mark is Mark.NEAR else "line")["stroke"], "stroke_width": 1}
    dashed = {"stroke_dasharray": "3 2"} if mark is Mark.NOT_AGREED else {}
    paint = "near-ground" if mark is Mark.NEAR else "paper"
    return {**filled(paint), **edge, **dashed, "class_": f"p-{paint} p-edge-{mark.value}"}


def _fitting(figure: str) -> float:
    """Return the size at which a figure fits its cell."""
    return min(12.5, 12.5 * (_CELL - 5) / max(width_of(figure, 12.5, bold=True), 1))


def _linked(to: str, label: str, shown: Svg) -> Svg:
    return element("a", shown, href=address(to), aria_label=cleaned(label)) if to else shown


def _keys(chart: Chart, prefix: str) -> Iterator[tuple[Svg, str]]:
    used = {cell.mark for row in chart.rows for cell in row.cells}
    for mark in (each for each in Mark if each in used):
        paint = "paper" if mark is Mark.MISSED else ""
        ground = box(0.5, 0.5, 14, 12, rx=2, **_ground(mark, prefix))
        cover = [box(3, 3, 9, 7, **filled("paper"))] if mark is Mark.NODATA else []
        yield group(ground, *cover, marks.draw(mark, 7.5, 6.5, 8, paint)), mark.word


def _rule(chart: Chart, *, narrow: bool) -> str:
    """Return how to read the chart: the threshold of near, unless no share was agreed."""
    compared = {cell.mark for row in chart.rows for cell in row.cells} & {Mark.MET, Mark.NEAR, Mark.MISSED}
    near = (
        f"Near: kept, but {ratios.percent(chart.near, 0)} or more of the misses that the agreed share allows are used "
        "up. A row of several promises has the mark of the worst."
    )
    figures = (
        "Figures are whole percent, rounded down, or counts where there are fewer than 10; the table has them with n."
        if narrow
        else "Percentages are rounded down; n is the number of verdicts, and fewer than 10 are shown as counts."
    )
    return f"{near if compared else 'No share was agreed to compare the figures with.'} {figures}"
