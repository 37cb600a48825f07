"""Compile opening hours into the kernel's tables: the only place where local time becomes instants."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Protocol

from servanda.engine import kernel, zones
from servanda.engine.instants import DAY, SECOND, date_of, day_number
from servanda.engine.kernel import BEYOND, BUCKET, Tables
from servanda.engine.shifts import Shifts

MARGIN = 4  # days compiled beyond each end, so that night shifts and breaks from outside are whole

Pieces = list[tuple[int, int]]
Owned = tuple[int, int, int]


class Hours(Protocol):
    """What is written for a date: its shifts, its breaks, and the holiday that closes it."""

    def shifts_on(self, on: date) -> Shifts:
        """Return the shifts that start on a date."""

    def breaks_on(self, on: date) -> Shifts:
        """Return the breaks that start on a date."""

    def holiday_on(self, on: date) -> str | None:
        """Return the name of the holiday that closes a date."""


def compile_tables(zone: str, hours: Hours, first: date, end: date) -> Tables:
    """Return the kernel's tables for the local dates from `first` up to, but not including, `end`."""
    low, high = day_number(first), day_number(end)
    changes, offsets = zones.offset_changes(zone, first - timedelta(MARGIN), end + timedelta(MARGIN))
    clock = _wall_tables(changes, offsets)
    days = range(low - MARGIN, high + MARGIN)
    cuts = merged(_cuts(hours, days, clock))
    kept = list(subtracted(sorted((*piece, day) for day in days for piece in _shifts(hours, day, clock)), cuts))
    begin, stop = kernel.wall(clock, low * DAY), kernel.wall(clock, high * DAY)
    pieces = merged(clipped(((opens, closes) for opens, closes, _ in kept), begin, stop))
    edges, opened = _edges(pieces, begin, stop)
    open_days, ranks, closings = _open_dates(hours, kept, range(low, high))
    return (
        edges,
        opened,
        _buckets(edges, begin, stop),
        _inverse(opened),
        [begin, stop, low, opened[-1]],
        clock[kernel.T_SHIFTS],
        clock[kernel.T_OFFSETS],
        clock[kernel.T_WALL],
        open_days,
        ranks,
        closings,
    )


def merged(pieces: Iterable[tuple[int, int]]) -> Pieces:
    """Return sorted pieces in which overlapping and touching ones are joined."""
    joined: Pieces = []
    for start, end in sorted(pieces):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def subtracted(pieces: Iterable[Owned], cuts: Pieces) -> Iterator[Owned]:
    """Yield what is left of sorted pieces, each with the day that owns it, once sorted separate cuts are taken out."""
    first = 0
    for start, end, day in pieces:
        while first < len(cuts) and cuts[first][1] <= start:
            first += 1
        place = first
        while place < len(cuts) and cuts[place][0] < end:
            if cuts[place][0] > start:
                yield start, cuts[place][0], day
            start = max(start, cuts[place][1])
            place += 1
        if start < end:
            yield start, end, day


def clipped(pieces: Iterable[tuple[int, int]], begin: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield the parts of pieces that lie in [begin, stop)."""
    for start, end in pieces:
        if start < stop and end > begin:
            yield max(start, begin), min(end, stop)


def _wall_tables(changes: list[int], offsets: list[int]) -> Tables:
    """Return the tables of a zone; an offset holds from the later of the two wall times at its change."""
    walls = [at + max(offsets[i], offsets[i + 1]) for i, at in enumerate(changes)]
    empty: list[int] = []
    return empty, empty, empty, empty, empty, changes, offsets, walls


def _instants(day: int, start: int, end: int, clock: Tables) -> Iterator[tuple[int, int]]:
    """Yield the instants of a shift, nothing when it lies wholly in one gap of the zone's clock."""
    first, last = day * DAY + start * SECOND, day * DAY + end * SECOND
    opens, closes = kernel.wall(clock, first), kernel.wall(clock, last)
    if opens < closes and not _in_one_gap(first, last - SECOND, clock):
        yield opens, closes


def _in_one_gap(first: int, last: int, clock: Tables) -> bool:
    """Say whether two wall-clock times are both skipped by the same change of offset."""
    walls, offsets = clock[kernel.T_WALL], clock[kernel.T_OFFSETS]
    place = bisect_right(walls, last)
    if place == len(walls) or offsets[place + 1] <= offsets[place]:
        return False
    return walls[place] - offsets[place + 1] + offsets[place] <= first


def _shifts(hours: Hours, day: int, clock: Tables) -> Iterator[tuple[int, int]]:
    for shift in hours.shifts_on(date_of(day)):
        yield from _instants(day, shift.start, shift.end, clock)


def _cuts(hours: Hours, days: range, clock: Tables) -> Iterator[tuple[int, int]]:
    for day in days:
        on = date_of(day)
        if hours.holiday_on(on) is not None:
            yield from _instants(day, 0, 86_400, clock)
        for pause in hours.breaks_on(on):
            yield from _instants(day, pause.start, pause.end, clock)


def _edges(pieces: Pieces, begin: int, stop: int) -> tuple[list[int], list[int]]:
    """Return the alternating edges and the open time before each; the last two end the coverage."""
    edges, opened, total = [begin], [0], 0
    for start, end in pieces:
        edges += [start, end]
        opened += [total, total + end - start]
        total += end - start
    edges.append(BEYOND)
    opened.append(total)
    return edges, opened


def _buckets(edges: list[int], begin: int, stop: int) -> list[int]:
    places, place = [], 0
    for bucket in range(((stop - begin) >> BUCKET) + 2):
        at = begin + (bucket << BUCKET)
        while edges[place + 1] <= at:
            place += 1
        places.append(place)
    return places


def _inverse(opened: list[int]) -> list[int]:
    places, place, last = [], 1, len(opened) - 2
    for bucket in range((opened[-1] >> BUCKET) + 1):
        while place < last - 1 and opened[place + 1] < bucket << BUCKET:
            place += 2
        places.append(place)
    return places


def _open_dates(hours: Hours, kept: list[Owned], days: range) -> tuple[list[int], list[int], list[int]]:
    """Return the open dates, the number of them before each date, and each one's last closing.

    A date is open when some of its own shifts is left; the tail of the evening before does not make it so. A
    holiday is not, even where its night shift goes on after midnight.
    """
    last: dict[int, int] = {}
    for _, closes, day in kept:
        if hours.holiday_on(date_of(day)) is None:
            last[day] = max(last.get(day, closes), closes)
    open_days = [day for day in days if day in last]
    ranks, rank = [], 0
    for day in days:
        ranks.append(rank)
        rank += day in last
    return open_days, [*ranks, rank], [last[day] for day in open_days]
