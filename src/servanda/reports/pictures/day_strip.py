"""The day strip: one bar a day, so that a quarter of a year can be seen at a glance."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from servanda.engine.results import Result
from servanda.reports import words
from servanda.reports.pictures import axis, marks
from servanda.reports.pictures.drawing import (
    Painted,
    Picture,
    Svg,
    Table,
    box,
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
)
from servanda.reports.pictures.marks import Mark

WIDTH, NARROW = 640, 256
_LEAST, _MARKS, _TALL, _FOOT = 7.0, 14.0, 30.0, 24.0
_KNOWN = (Mark.MET, Mark.MISSED, Mark.OUTSIDE, Mark.NODATA)


@dataclass(frozen=True, slots=True)
class Day:
    """One day: its date, its mark, and the figure behind it in words."""

    on: date
    mark: Mark
    said: str = ""


@dataclass(frozen=True, slots=True)
class Strip:
    """The days, oldest first, each the next date."""

    title: str
    days: tuple[Day, ...]

    def __post_init__(self) -> None:
        numbers = [each.on.toordinal() for each in self.days]
        if not numbers or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            raise ValueError("a strip has one day after another, and one at least")


def day_of(on: date, result: Result, *, open_then: bool = True) -> Day:
    """Return a day's mark: missed with any miss, met with verdicts and none missed, else closed or without data."""
    if result.missed:
        return Day(on, Mark.MISSED, f"{result.missed:,} missed of {result.verdicts:,}")
    if result.met:
        return Day(on, Mark.MET, f"{result.met:,} met of {result.verdicts:,}")
    return Day(on, Mark.NODATA if open_then else Mark.OUTSIDE, "no verdict" if open_then else "closed")


def draw(strip: Strip, prefix: str, width: int = WIDTH) -> Picture:
    """Return the strip, so wide and in as many lines as it takes, with ids that begin with a prefix."""
    lines = -int(-len(strip.days) * _LEAST // width)
    each = -(-len(strip.days) // lines)
    wide = width / each
    parts: list[Svg] = []
    top = 0.0
    for place in range(0, len(strip.days), each):
        parts += _line(strip.days[place : place + each], wide, top, prefix)
        top += _MARKS + _TALL + _FOOT
    used = [mark for mark in (*_KNOWN, *Mark) if any(day.mark is mark for day in strip.days)]
    keys, bottom = legend(_keys(list(dict.fromkeys(used)), prefix), width, top + 4)
    told = (strip.title, _description(strip))
    return finished("day-strip", prefix, (float(width), bottom), told, [*parts, *keys], table_twin(strip))


def table_twin(strip: Strip) -> Table:
    """Return the days in words, a row each."""
    return Table(("Day", "State", "Figure"), tuple((_dated(day.on), day.mark.word, day.said) for day in strip.days))


def _dated(on: date) -> str:
    return f"{words.DAYS[on.weekday()]} {on.day} {words.MONTHS[on.month - 1]} {on.year}"


def _description(strip: Strip) -> str:
    counts = {mark: sum(day.mark is mark for day in strip.days) for mark in Mark}
    told = ", ".join(f"{mark.word.lower()} {number}" for mark, number in counts.items() if number)
    days = words.count(len(strip.days), "day")
    return f"{days} from {_dated(strip.days[0].on)} to {_dated(strip.days[-1].on)}. Days by mark: {told}."


def _line(days: tuple[Day, ...], wide: float, top: float, prefix: str) -> Iterator[Svg]:
    free = 0.0
    foot = top + _MARKS + _TALL
    for place, day in enumerate(days):
        x = wide * place
        yield group(*_day(day, x, wide, top, prefix), hint(f"{_dated(day.on)}: {day.mark.word.lower()}, {day.said}"))
        if place == 0 or day.on.day == 1:
            said = axis.day(day.on)
            left = min(x, wide * len(days) - width_of(said, 11))
            if left >= free:
                yield line(x + 0.5, foot, x + 0.5, foot + 5, **lined("strong"))
                yield text(said, left, foot + 16, size=11, paint="soft")
                free = left + width_of(said, 11) + 8


def _day(day: Day, x: float, wide: float, top: float, prefix: str) -> Iterator[Svg]:
    if day.mark not in (Mark.MET, Mark.NODATA, Mark.OUTSIDE):
        yield marks.draw(day.mark, x + wide / 2, top + _MARKS / 2, min(wide + 1, 9))
    yield box(x + 0.5, top + _MARKS, wide - 1, _TALL, rx=1, **_ground(day.mark, prefix))


def _ground(mark: Mark, prefix: str) -> Painted:
    if mark is Mark.NODATA:
        return patterned("hatch", prefix)
    if mark is Mark.NEAR:
        return patterned("near", prefix)
    if mark is Mark.OUTSIDE:
        return lined("line")
    return filled("met-bar" if mark is Mark.MET else mark.paint)


def _keys(used: list[Mark], prefix: str) -> Iterator[tuple[Svg, str]]:
    words_for = {Mark.MET: "Met", Mark.MISSED: "Missed at least once", Mark.OUTSIDE: "Closed", Mark.NODATA: "No data"}
    for mark in used:
        sample = [box(1, -1, 6, 14, rx=1, **_ground(mark, prefix))]
        if mark not in (Mark.MET, Mark.NODATA, Mark.OUTSIDE):
            sample.append(marks.draw(mark, 12, 6, 8))
        yield group(*sample), words_for.get(mark, mark.word)
