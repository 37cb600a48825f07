"""Stretches of time and the sums made of them: union, what two have in common, what is left of one."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """The time from `start` up to, but not including, `end`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"an interval ends after it starts: {self.start.isoformat()} to {self.end.isoformat()}")

    @property
    def length(self) -> timedelta:
        """The time from start to end."""
        return self.end - self.start


Intervals = tuple[Interval, ...]


def between(start: datetime, end: datetime) -> Intervals:
    """Return the interval from `start` to `end`, or none where `end` does not come after `start`."""
    return (Interval(start, end),) if start < end else ()


def union(intervals: Iterable[Interval]) -> Intervals:
    """Return the time in any of the intervals, in order and joined where they touch or overlap."""
    joined: list[Interval] = []
    for each in sorted(intervals):
        if joined and each.start <= joined[-1].end:
            joined[-1] = Interval(joined[-1].start, max(joined[-1].end, each.end))
        else:
            joined.append(each)
    return tuple(joined)


def common(ours: Iterable[Interval], theirs: Iterable[Interval]) -> Intervals:
    """Return the time that is in both."""
    return tuple(_common(union(ours), union(theirs)))


def _common(ours: Intervals, theirs: Intervals) -> Iterator[Interval]:
    i = j = 0
    while i < len(ours) and j < len(theirs):
        yield from between(max(ours[i].start, theirs[j].start), min(ours[i].end, theirs[j].end))
        if ours[i].end <= theirs[j].end:
            i += 1
        else:
            j += 1


def without(ours: Iterable[Interval], theirs: Iterable[Interval]) -> Intervals:
    """Return the time that is in the first and not in the second."""
    return tuple(_without(union(ours), union(theirs)))


def _without(ours: Intervals, theirs: Intervals) -> Iterator[Interval]:
    j = 0
    for each in ours:
        at = each.start
        while j < len(theirs) and theirs[j].end <= at:
            j += 1
        k = j
        while k < len(theirs) and theirs[k].start < each.end:
            yield from between(at, theirs[k].start)
            at = max(at, theirs[k].end)
            k += 1
        yield from between(at, each.end)


def meeting(ours: Iterable[Interval], theirs: Iterable[Interval]) -> Intervals:
    """Return those of our intervals, each in its whole length, that share any time with theirs."""
    others = union(theirs)
    return tuple(each for each in ours if _meets(each, others))


def _meets(each: Interval, others: Intervals) -> bool:
    place = bisect_right(others, each.start, key=lambda other: other.end)
    return place < len(others) and others[place].start < each.end


def total(intervals: Iterable[Interval]) -> timedelta:
    """Return the lengths of intervals that do not overlap, added up."""
    return sum((each.length for each in intervals), timedelta())
