"""The clock band: where the time of one clock went, from its start to its end, on one line.

Counted time is solid, paused time diagonal with its reason, closed time white and holidays dotted; over it stand
50 and 75 % of the limit, the due instant, the breach and the stop.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import accumulate, groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

from servanda.engine import zones
from servanda.engine.clocks import Cycle, State
from servanda.engine.evidence import Span, Use
from servanda.engine.instants import duration
from servanda.engine.targets import Limit
from servanda.reports import explanation, words
from servanda.reports.pictures import marks
from servanda.reports.pictures.axis import Axis
from servanda.reports.pictures.drawing import (
    Painted,
    Picture,
    Svg,
    Table,
    box,
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

WIDTH, NARROW = 640, 256
_BAR, _ROW, _SIZE = 30.0, 17.0, 12.0
_MOST_REASONS, _ROOMY = 6, 420
_LEAST_DAY, _LEAST_STRIPE, _MOST_STRETCHES = 7.0, 1.6, 400


class Stretch(NamedTuple):
    """A stretch of a clock's time, what it was used for, why, and the holidays in it."""

    start: datetime
    end: datetime
    use: Use
    why: str = ""
    holidays: tuple[str, ...] = ()

    @property
    def length(self) -> timedelta:
        """The time from start to end, on the wall."""
        return self.end - self.start


@dataclass(frozen=True)
class Band:
    """What a clock band shows: the stretches side by side, the time promised, and the instants that matter.

    `limit` is counted time; `rows` is the table of spans as the explanation has it, which becomes the table twin.
    """

    title: str
    zone: str
    stretches: tuple[Stretch, ...]
    as_of: datetime
    state: State
    limit: timedelta | None = None
    due_at: datetime | None = None
    breached_at: datetime | None = None
    stopped_at: datetime | None = None
    rows: tuple[explanation.Row, ...] = ()

    def __post_init__(self) -> None:
        if not self.stretches or any(before.end != after.start for before, after in pairwise(self.stretches)):
            raise ValueError("a band has stretches that lie side by side")

    @property
    def start(self) -> datetime:
        """The instant at which the clock started."""
        return self.stretches[0].start

    @property
    def end(self) -> datetime:
        """The instant at which it stopped, or as of which it is shown."""
        return self.stretches[-1].end

    @cached_property
    def sums(self) -> Mapping[Use, timedelta]:
        """How long each use lasted in all."""
        sums = dict.fromkeys(Use, timedelta())
        for start, end, use, _, _ in self.stretches:
            sums[use] += end - start
        return sums

    @cached_property
    def reasons(self) -> Sequence[tuple[str, timedelta, int]]:
        """Each reason for pauses, how long it lasted and in how many stretches, in the order in which they came."""
        found: dict[str, tuple[timedelta, int]] = {}
        for each in self.stretches:
            if each.use is Use.PAUSED:
                amount, times = found.get(each.why, (timedelta(), 0))
                found[each.why] = (amount + each.length, times + 1)
        return [(why, *rest) for why, rest in found.items()]

    @cached_property
    def has_holidays(self) -> bool:
        """Whether a holiday lies in it."""
        return any(holidays for _, _, _, _, holidays in self.stretches)

    @cached_property
    def told_apart(self) -> Sequence[Stretch]:
        """The stretches that stand out: all but closed time without a holiday."""
        return [each for each in self.stretches if each.use is not Use.OUTSIDE_HOURS or each.holidays]

    @cached_property
    def counted(self) -> "Counted":
        """The stretches in which time was counted."""
        return Counted.of(self.stretches)


class Counted(NamedTuple):
    """The stretches in which time was counted, in order, and how much had been counted by the end of each."""

    stretches: Sequence[Stretch]
    reached: Sequence[timedelta]

    @classmethod
    def of(cls, stretches: Iterable[Stretch]) -> "Counted":
        """Return those of some stretches in which time was counted."""
        own = [each for each in stretches if each.use is Use.COUNTED]
        return cls(own, list(accumulate(end - start for start, end, _, _, _ in own)))

    def until(self, at: datetime) -> timedelta:
        """Return how much was counted until an instant."""
        place = bisect_left(self.stretches, at, key=attrgetter("start"))
        if not place:
            return timedelta()
        return self.reached[place - 1] - max(self.stretches[place - 1].end - at, timedelta())

    def instant_of(self, amount: timedelta) -> datetime | None:
        """Return when so much had been counted; `None` while it has not."""
        place = bisect_left(self.reached, amount)
        if place == len(self.stretches):
            return None
        return self.stretches[place].end - (self.reached[place] - amount)


def of(story: explanation.Story, as_of: datetime, title: str = "Where the time went") -> Band | None:
    """Return the band of a target's story as of an instant; `None` where no clock has counted anything."""
    cycle = story.reading.cycle
    if cycle is None or not story.spans:
        return None
    stretches = tuple(_stretches(story.spans))
    return Band(
        title,
        story.zone,
        stretches,
        as_of,
        cycle.state,
        _promised(stretches, cycle, story.reading.cover.limit),
        cycle.due_at,
        cycle.breached_at,
        cycle.stopped_at,
        tuple(explanation.table(story)),
    )


def _stretches(spans: Iterable[Span]) -> Iterator[Stretch]:
    """Yield a stretch for each span; of the thousands of one cause, each kind is put into words once."""
    words_of: dict[tuple[int, Use, tuple[str, ...]], str] = {}
    for span in spans:
        start, end, use, cause, closed_for = span
        kind = (id(cause), use, closed_for)
        if (why := words_of.get(kind)) is None:
            why = words_of[kind] = explanation.cause_of(span)
        yield Stretch(start, end, use, why, closed_for)


def draw(band: Band, prefix: str, width: int = WIDTH) -> Picture:
    """Return the band, so wide, with ids that begin with a prefix."""
    axis = Axis(band.start, _last(band), float(width), band.zone)
    labels, top = _labels(band, axis)
    bar = group(*_bar(band, axis, prefix), transform=f"translate(0 {top:.0f})")
    ticks = _ticks(axis, top + _BAR)
    keys, bottom = legend(_keys(band, prefix), width, top + _BAR + 30)
    notes, bottom = _notes(band, width, bottom + 10)
    told = (band.title, description(band))
    return finished(
        "clock-band", prefix, (float(width), bottom), told, [bar, *labels, *ticks, *keys, *notes], table_twin(band)
    )


def table_twin(band: Band) -> Table:
    """Return the spans in words; the last row adds them up."""
    rows = band.rows or tuple(_row(each, band.zone) for each in band.stretches)
    return Table(("From", "Until", "Counted", "Paused", "Outside hours", "Because"), rows)


def description(band: Band) -> str:
    """Return what the band shows in a few sentences."""
    sums = band.sums
    told = [
        f"From {words.instant(band.start, band.zone)} to {words.instant(band.end, band.zone)} ({band.zone}): "
        f"{words.length(sums[Use.COUNTED])} counted, {words.length(sums[Use.PAUSED])} paused, "
        f"{words.length(sums[Use.OUTSIDE_HOURS])} outside hours."
    ]
    told += [f"{each.said}." for each in _instants(band)]
    reasons = band.reasons
    told += [f"Paused: {reason}, {words.length(amount)}." for reason, amount, _ in reasons[:_MOST_REASONS]]
    told += _more(reasons)
    return " ".join(told)


@dataclass(frozen=True, slots=True)
class _Label:
    """Something that stands over the bar at an instant."""

    at: datetime
    said: str
    mark: Mark | None = None
    strong: bool = True


class _Flag:
    """A label with its place: where its leader stands, how far left and right it reaches, and its row above the bar."""

    def __init__(self, label: _Label, axis: Axis) -> None:
        self.beyond = label.at > axis.end
        self.said, self.mark, self.row = f"{label.said} →" if self.beyond else label.said, label.mark, 0
        self.x = axis.x(label.at)
        self._wide = width_of(self.said, _SIZE, bold=label.strong) + (14 if label.mark else 0) + 12
        self.left = max(min(self.x - self._wide / 2, axis.width - self._wide + 6), -6.0)

    @property
    def right(self) -> float:
        """How far right the label reaches."""
        return self.left + self._wide

    def at_row(self, row: int) -> "_Flag":
        """Return the flag in a row, counted from the bar."""
        return self._with(row=row)

    def ending_there(self) -> "_Flag":
        """Return the flag ending at its leader, as far as there is room."""
        return self._with(left=max(self.x - self._wide + 6, -6.0))

    def beginning_there(self, width: float) -> "_Flag":
        """Return the flag beginning at its leader, as far as there is room."""
        return self._with(left=min(self.x - 6, width - self._wide + 6))

    def silent(self) -> "_Flag":
        """Return the leader alone."""
        return self._with(said="", left=self.x, _wide=0.0)

    def _with(self, **changed: object) -> "_Flag":
        other = copy(self)
        other.__dict__ |= changed
        return other


def _row(stretch: Stretch, zone: str) -> explanation.Row:
    counted, paused, outside = (words.length(stretch.length) if stretch.use is use else "" for use in Use)
    return words.instant(stretch.start, zone), words.instant(stretch.end, zone), counted, paused, outside, stretch.why


def _promised(stretches: Sequence[Stretch], cycle: Cycle, limit: Limit | None) -> timedelta | None:
    """Return the counted time that was promised; `None` for days that were not used up, which have no length yet."""
    if limit is not None and not limit.unit.in_days:
        return duration(limit.amount)
    if cycle.due_at is not None and cycle.due_at <= stretches[-1].end:
        return Counted.of(stretches).until(cycle.due_at)
    return cycle.elapsed + cycle.left if cycle.stopped_at is None else None


def _last(band: Band) -> datetime:
    """Return where the line ends: at a due instant still ahead, unless that would leave the band too small to read."""
    ahead = band.stopped_at is None and band.due_at is not None and band.due_at > band.end
    if ahead and band.due_at is not None and (band.end - band.start) * 4 >= band.due_at - band.start:
        return band.due_at
    return band.end


def _instants(band: Band, *, short: bool = False) -> Iterator[_Label]:
    """Yield what is said over the bar, the most important first."""
    due = words.instant(band.due_at, band.zone)
    if band.breached_at is not None:
        yield _Label(band.breached_at, f"{'Missed' if short else 'Due and missed'} {due}", Mark.MISSED)
    elif band.due_at is not None:
        yield _Label(band.due_at, f"Due {due}")
    if band.stopped_at is not None:
        mark = {State.MET: Mark.MET, State.CANCELLED: Mark.CANCELLED}.get(band.state)
        verb = "Cancelled" if band.state is State.CANCELLED else "Stopped"
        yield _Label(band.stopped_at, f"{verb} {words.instant(band.stopped_at, band.zone)}", mark)
    else:
        mark = Mark.PAUSED if band.state is State.PAUSED else Mark.RUNNING
        yield _Label(band.as_of, f"As of {words.instant(band.as_of, band.zone)}", mark)


def _shares(band: Band) -> Iterator[_Label]:
    if band.limit:
        for part, said in ((2, "50 %"), (3, "75 %")):
            at = band.counted.instant_of(band.limit * part / 4)
            if at is not None:
                yield _Label(at, said, strong=False)


def _labels(band: Band, axis: Axis) -> tuple[list[Svg], float]:
    """Return the labels with their leaders, and where the bar begins under them."""
    short = axis.width < _ROOMY
    instants = _stacked([_Flag(each, axis) for each in _instants(band, short=short)], axis.width)
    leaders = [flag.x for flag in instants if not flag.beyond]
    shares: list[_Flag] = []
    for flag in (_Flag(each, axis) for each in _shares(band)):
        free = not shares or shares[-1].right < flag.left
        shares.append(flag if free and not any(flag.left < x < flag.right for x in leaders) else flag.silent())
    lowest = 0 if any(flag.said for flag in shares) else 1
    top = _ROW * (max(flag.row for flag in instants) + 1 - lowest) + 4
    return [part for flag in (*shares, *instants) for part in _flag(flag, top, top - 8 + _ROW * lowest)], top


def _stacked(flags: list[_Flag], width: float) -> list[_Flag]:
    """Return one or two labels in rows of their own, or in one row, so that no leader runs through a label."""
    if len(flags) == 1:
        return [flags[0].at_row(1)]
    first, second = sorted(flags, key=lambda flag: flag.x)
    left, right = first.ending_there(), second.beginning_there(width)
    if left.right <= right.left:
        return [left.at_row(1), right.at_row(1)]
    if left.right < second.x:
        return [left.at_row(1), second.at_row(2)]
    if first.x < right.left:
        return [right.at_row(1), first.at_row(2)]
    return [first.at_row(1), second.at_row(2)]


def _flag(flag: _Flag, top: float, lowest: float) -> Iterator[Svg]:
    base, left = lowest - _ROW * flag.row, flag.left + 6
    strong = flag.row > 0
    if not flag.beyond:
        up = base + 4 if flag.said else top - 4
        yield line(flag.x, up, flag.x, top + _BAR, **lined("ink" if strong else "soft", 1.6 if strong else 1))
    if flag.mark is not None:
        yield marks.draw(flag.mark, left + 5, base - 4)
        left += 14
    yield text(flag.said, left, base, bold=strong, paint="ink" if strong else "soft")


def _bar(band: Band, axis: Axis, prefix: str) -> Iterator[Svg]:
    """Yield the bar itself, its top at nought."""
    yield box(0, 0, axis.width, _BAR, **filled("paper"))
    drawable = _drawable(band, axis)
    for stretch in _late_apart(drawable, band.breached_at):
        if stretch.use is not Use.OUTSIDE_HOURS or stretch.holidays:
            x, end = axis.x(stretch.start), axis.x(stretch.end)
            yield box(x, 0, end - x, _BAR, hint(_told(stretch, band.zone)), **_ground(stretch, band, prefix))
    if axis.end > band.end:
        x = axis.x(band.end)
        yield box(x, 0, axis.width - x, _BAR, hint("Still to come"), **filled("sunk"))
    yield box(0.5, 0.5, axis.width - 1, _BAR - 1, **lined("strong"))
    yield from _badges(band, axis, drawable)


def _told(stretch: Stretch, zone: str) -> str:
    why = ", ".join(stretch.holidays) if stretch.use is Use.OUTSIDE_HOURS and stretch.holidays else stretch.why
    first, last = words.instant(stretch.start, zone), words.instant(stretch.end, zone)
    return f"{stretch.use.value.capitalize()}, {words.length(stretch.length)}: {why or '-'} ({first} to {last})"


def _ground(stretch: Stretch, band: Band, prefix: str) -> Painted:
    if stretch.use is Use.PAUSED:
        return patterned("diagonal", prefix)
    if stretch.use is Use.OUTSIDE_HOURS:
        return patterned("dots", prefix)
    late = band.breached_at is not None and stretch.start >= band.breached_at
    return patterned("late", prefix) if late else filled("counted")


def _late_apart(stretches: Sequence[Stretch], breached_at: datetime | None) -> Iterator[Stretch]:
    """Yield stretches parted at the breach."""
    for stretch in stretches:
        if breached_at is not None and stretch.start < breached_at < stretch.end:
            yield stretch._replace(end=breached_at)
            yield stretch._replace(start=breached_at)
        else:
            yield stretch


def _by_stripes(band: Band, axis: Axis) -> int:
    """Return how many days one stripe stands for; nought where each stretch is drawn by itself."""
    days = (axis.end - axis.start) / timedelta(days=1)
    if axis.width / days >= _LEAST_DAY and len(band.stretches) <= _MOST_STRETCHES:
        return 0
    return max(1, -int(-days * _LEAST_STRIPE // axis.width))


def _drawable(band: Band, axis: Axis) -> Sequence[Stretch]:
    """Return the stretches, or where they would be too thin to see, stripes of what took most of the open time."""
    days = _by_stripes(band, axis)
    return band.stretches if not days else tuple(_joined(_stripes(band, days)))


def _joined(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Yield stretches with neighbours of the same kind as one, so that no seam shows."""
    for _, same in groupby(stretches, key=lambda each: (each.use, each.why, each.holidays)):
        group_of = list(same)
        yield group_of[0]._replace(end=group_of[-1].end)


def _stripes(band: Band, days: int) -> Iterator[Stretch]:
    first, start = zones.to_local(band.zone, band.start).date(), band.start
    while start < band.end:
        first += timedelta(days=days)
        end = min(zones.midnight(first, band.zone), band.end)
        yield _stripe(_those_in(band.told_apart, start, end) or _those_in(band.stretches, start, end), start, end)
        start = end


def _those_in(stretches: Sequence[Stretch], start: datetime, end: datetime) -> Sequence[Stretch]:
    """Return those of some stretches in order that lie between two instants, at least in part."""
    first = bisect_right(stretches, start, key=attrgetter("end"))
    return stretches[first : bisect_left(stretches, end, lo=first, key=attrgetter("start"))]


def _stripe(among: Sequence[Stretch], start: datetime, end: datetime) -> Stretch:
    """Return what took most of the open time between two instants as one stretch, of those that lie there."""
    inside: defaultdict[tuple[Use, str, tuple[str, ...]], timedelta] = defaultdict(timedelta)
    for each in among:
        inside[each[2:]] += each[1] - each[0]
    first, last = among[0], among[-1]
    inside[first[2:]] -= max(start - first.start, timedelta())
    inside[last[2:]] -= max(last.end - end, timedelta())
    most = max(inside, key=lambda key: (key[0] is not Use.OUTSIDE_HOURS, bool(key[2]), inside[key]))
    return Stretch(start, end, *most)


def _badges(band: Band, axis: Axis, drawable: Iterable[Stretch]) -> Iterator[Svg]:
    """Yield the number of its reason on each pause that is wide enough."""
    numbers = {why: number for number, (why, _, _) in enumerate(band.reasons[:_MOST_REASONS], start=1)}
    for stretch in drawable:
        if stretch.use is Use.PAUSED and stretch.why in numbers:
            x, end = axis.x(stretch.start), axis.x(stretch.end)
            if end - x >= 18:
                yield from _badge(numbers[stretch.why], (x + end) / 2, _BAR / 2)


def _badge(number: int, x: float, y: float) -> Iterator[Svg]:
    yield element("circle", cx=x, cy=y, r=8.0, **filled("paused"))
    yield text(str(number), x, y + 4, size=11, paint="paper", anchor="middle", bold=True)


def _ticks(axis: Axis, top: float) -> Iterator[Svg]:
    free = 0.0
    for x, said in axis.ticks(66):
        wide = width_of(said, 11)
        left = min(max(x - wide / 2, 0), axis.width - wide)
        yield line(x, top, x, top + 5, **lined("strong"))
        if left >= free:
            yield text(said, left, top + 17, size=11, paint="soft")
            free = left + wide + 8


def _keys(band: Band, prefix: str) -> Iterator[tuple[Svg, str]]:
    """Yield a sample and words for each use there was, with how long it lasted in all."""
    sums, edge = band.sums, lined("strong")
    in_time = band.counted.until(band.breached_at or band.end)
    late = sums[Use.COUNTED] - in_time

    def sample(ground: Painted) -> Svg:
        return group(box(0.5, 0.5, 14, 11, **ground), box(0.5, 0.5, 14, 11, **edge))

    if in_time:
        yield sample(filled("counted")), f"Counted {words.length(in_time)}"
    if late:
        yield sample(patterned("late", prefix)), f"Counted after it was due {words.length(late)}"
    if sums[Use.PAUSED]:
        yield sample(patterned("diagonal", prefix)), f"Paused {words.length(sums[Use.PAUSED])}"
    if sums[Use.OUTSIDE_HOURS]:
        yield sample(filled("paper")), f"Outside hours {words.length(sums[Use.OUTSIDE_HOURS])}"
    if band.has_holidays:
        yield sample(patterned("dots", prefix)), "Closed time with a holiday in it"
    if _last(band) > band.end:
        yield sample(filled("sunk")), "Still to come"


def _notes(band: Band, width: float, top: float) -> tuple[list[Svg], float]:
    """Return the reasons of pauses with their numbers, what is left out, and the zone; and where they end."""
    parts: list[Svg] = []
    reasons = band.reasons
    for number, (why, amount, times) in enumerate(reasons[:_MOST_REASONS], start=1):
        parts += _badge(number, 8, top - 2)
        said = f"{why or 'paused'}: {words.length(amount)}{f' in {times} parts' if times > 1 else ''}"
        for shown in wrapped(said, _SIZE, width - 22, 2):
            parts.append(text(shown, 22, top + 2, room=width - 22))
            top += 16
        top += 4
    for note in (*_more(reasons), _scale(band, width)):
        for shown in wrapped(note, _SIZE, width, 3):
            parts.append(text(shown, 0, top + 2, paint="soft"))
            top += 16
    return parts, top


def _more(reasons: Sequence[object]) -> list[str]:
    left_out = len(reasons) - _MOST_REASONS
    return [f"And {words.count(left_out, 'more reason')} for a pause, in the table."] if left_out > 0 else []


def _scale(band: Band, width: float) -> str:
    days = _by_stripes(band, Axis(band.start, _last(band), width, band.zone))
    times = f"Times in {band.zone}."
    if not days:
        return times
    stripe = "a day" if days == 1 else f"{days} days"
    return f"{times} Each stripe is {stripe} and shows what took most of the open time; nights are left out."
