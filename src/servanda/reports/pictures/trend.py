"""A small trend: the attainment of periods as a line, with n under each, gaps where there is nothing to show."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from servanda.engine.periods import Period
from servanda.engine.results import Result
from servanda.reports import ratios, words
from servanda.reports.pictures.drawing import (
    Picture,
    Svg,
    Table,
    box,
    element,
    filled,
    finished,
    hint,
    line,
    lined,
    patterned,
    text,
    wrapped,
)

WIDTH, NARROW = 420, 256
REMEMBERED = 128
"""How many trends are kept as they were drawn, for whoever opens a page again before a figure has changed."""

_LEFT, _TOP, _TALL, _RIGHT = 44.0, 18.0, 96.0, 10.0
_TENTH, _HALF = Fraction(1, 10), Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Point:
    """A period with what its verdicts came to."""

    period: Period
    result: Result


@dataclass(frozen=True, slots=True)
class Trend:
    """The periods, oldest first, and the share that was agreed for all of them, if one was."""

    title: str
    points: tuple[Point, ...]
    share: Fraction | None = None
    digits: int = 1


@lru_cache(maxsize=REMEMBERED)
def draw(trend: Trend, prefix: str, width: int = WIDTH) -> Picture:
    """Return the trend, so wide, with ids that begin with a prefix."""
    scale = _Scale(trend, float(width))
    bottom = _TOP + _TALL
    parts = [*_frame(trend, scale), *_gaps(trend, scale, prefix), *_lines(trend, scale), *_dots(trend, scale)]
    parts += _feet(trend, scale)
    top = bottom + 50
    for shown in wrapped(_note(trend, scale), 12, width, 4):
        parts.append(text(shown, 0, top, paint="soft"))
        top += 16
    return finished("trend", prefix, (float(width), top), (trend.title, _description(trend)), parts, table_twin(trend))


def table_twin(trend: Trend) -> Table:
    """Return the periods in words, a row each."""
    rows = ((str(each.period), _attained(each, trend), f"{each.result.verdicts:,}") for each in trend.points)
    return Table(("Period", "Attained", "Verdicts"), tuple(rows))


class _Scale:
    """Where a period and a share lie: all kept at the top, at the bottom the tenth under all figures, or nought."""

    def __init__(self, trend: Trend, width: float) -> None:
        shares = [each.result.attainment for each in trend.points if each.result.attainment is not None]
        lowest = min([*shares, trend.share or Fraction(1)], default=Fraction(1))
        self.floor = Fraction(0) if lowest < _HALF else min(lowest // _TENTH * _TENTH, 1 - _TENTH)
        self.step = (width - _LEFT - _RIGHT) / max(len(trend.points), 1)
        self.width = width

    def x(self, place: int) -> float:
        """Return where the middle of a period lies."""
        return _LEFT + self.step * (place + 0.5)

    def y(self, share: Fraction) -> float:
        """Return how high a share lies."""
        return _TOP + _TALL * float((1 - share) / (1 - self.floor))


def _few(point: Point) -> bool:
    return 0 < point.result.verdicts < ratios.COUNTS_ONLY_BELOW


def _attained(point: Point, trend: Trend) -> str:
    return ratios.attained(point.result.met, point.result.verdicts, trend.digits)


def _description(trend: Trend) -> str:
    if not trend.points:
        return "There is nothing to show yet."
    told = "; ".join(f"{each.period}: {_attained(each, trend)}" for each in trend.points)
    agreed = f" Agreed: {ratios.percent(trend.share, trend.digits)}." if trend.share is not None else ""
    return f"{told}.{agreed}"


def _frame(trend: Trend, scale: _Scale) -> Iterator[Svg]:
    for share in (Fraction(1), (1 + scale.floor) / 2, scale.floor):
        y = scale.y(share)
        yield line(_LEFT, y, scale.width - _RIGHT, y, **lined("line"))
        yield text(ratios.percent(share, 0), _LEFT - 6, y + 4, size=11, paint="soft", anchor="end")
    if trend.share is not None:
        y = scale.y(trend.share)
        yield line(_LEFT, y, scale.width - _RIGHT, y, stroke_dasharray="6 3", **lined("ink", 1.3))


def _gaps(trend: Trend, scale: _Scale, prefix: str) -> Iterator[Svg]:
    for place, point in enumerate(trend.points):
        if not point.result.verdicts:
            x = scale.x(place) - scale.step / 2 + 1
            shaded = box(x, _TOP, scale.step - 2, _TALL, hint(f"{point.period}: no data"), **patterned("hatch", prefix))
            yield shaded


def _lines(trend: Trend, scale: _Scale) -> Iterator[Svg]:
    """Yield the line, broken where a period has nothing to show."""
    for place, (before, after) in enumerate(pairwise(trend.points)):
        first, last = before.result.attainment, after.result.attainment
        if first is not None and last is not None:
            dashes = "2 3" if _few(before) or _few(after) else None
            painted = {**lined("counted", 2), "stroke_dasharray": dashes}
            yield line(scale.x(place), scale.y(first), scale.x(place + 1), scale.y(last), **painted)


def _dots(trend: Trend, scale: _Scale) -> Iterator[Svg]:
    for place, point in enumerate(trend.points):
        share = point.result.attainment
        if share is not None:
            ground = {**filled("paper"), "stroke": lined("counted")["stroke"], "stroke_width": 2}
            shown = {**ground, "class_": "p-paper p-edge-counted"} if _few(point) else filled("counted")
            at = {"cx": scale.x(place), "cy": scale.y(share)}
            yield element("circle", hint(f"{point.period}: {_attained(point, trend)}"), **at, r=3.6, **shown)
    yield from _last_figure(trend, scale)


def _last_figure(trend: Trend, scale: _Scale) -> Iterator[Svg]:
    """Yield the figure of the last period that has one, where the line ends."""
    known = [(place, point) for place, point in enumerate(trend.points) if point.result.attainment is not None]
    if known:
        place, point = known[-1]
        share = point.result.attainment
        assert share is not None
        few = _few(point)
        said = f"{point.result.met} of {point.result.verdicts}" if few else ratios.percent(share, trend.digits)
        before = trend.points[place - 1].result.attainment if place else None
        falls = before is not None and before > share
        y = scale.y(share) + (18 if falls else -9)
        yield text(said, min(scale.x(place), scale.width - 26), y, anchor="middle", bold=True)


def _feet(trend: Trend, scale: _Scale) -> Iterator[Svg]:
    """Yield each period's name and n, every second or third where they would touch."""
    every = max(1, -int(-34 // scale.step))
    bottom = _TOP + _TALL
    if trend.points:
        yield text("n", _LEFT - 6, bottom + 32, size=11, paint="soft", anchor="end")
    for place, point in enumerate(trend.points):
        if (len(trend.points) - 1 - place) % every == 0:
            x = scale.x(place)
            yield text(_short(point.period), x, bottom + 17, size=11, anchor="middle", room=scale.step * every)
            yield text(f"{point.result.verdicts:,}", x, bottom + 32, size=11, paint="soft", anchor="middle")


def _short(period: Period) -> str:
    month = period == Period.of_months(period.first.year, period.first.month)
    return words.MONTHS[period.first.month - 1] if month else period.label


def _note(trend: Trend, scale: _Scale) -> str:
    if not trend.points:
        return "There is nothing to show yet."
    agreed = f"Dashed line: the agreed {ratios.percent(trend.share, trend.digits)}. " if trend.share is not None else ""
    lowest = f"The scale begins at {ratios.percent(scale.floor, 0)}. " if scale.floor else ""
    few = "Open dots: fewer than 10 verdicts. " if any(_few(each) for each in trend.points) else ""
    gaps = "Hatched: no data." if any(not each.result.verdicts for each in trend.points) else ""
    return f"{agreed}{lowest}{few}{gaps}".strip()
