"""A calendar's tables in instants and durations, for a question asked by itself.

To turn datetimes into microseconds and back costs three times the look-up between them. The two questions that
are asked one at a time, elapsed and due, are therefore also answered here, on the same edges held as durations,
step for step as the kernel does; a law holds both equal to the microsecond. Whole tickets go to the kernel.

A question that these tables do not cover raises `LookupError`; the calendar then asks the kernel.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from servanda.engine.instants import duration, from_microseconds
from servanda.engine.kernel import B_END, T_BOUNDS, T_EDGES, T_OPENED, Tables

NO_TIME = timedelta()
ONE_DAY = timedelta(days=1)


class InstantTables(NamedTuple):
    """The kernel's tables `T_EDGES` and `T_OPENED` as durations, with a place for each whole day in them."""

    begin: datetime  # the first instant covered
    edges: list[timedelta]  # since `begin`: odd edges open, even edges close
    opened: list[timedelta]  # open time before each edge
    at: dict[int, int]  # day since `begin` -> last edge at or before its start
    after: dict[int, int]  # day of open time -> first opening in which that much open time is reached


NOTHING_COVERED = InstantTables(from_microseconds(0), [], [], {}, {})


def instant_tables(t: Tables) -> InstantTables:
    """Return the tables of a compiled calendar in instants and durations."""
    begin = t[T_EDGES][0]
    edges = [duration(edge - begin) for edge in t[T_EDGES]]
    opened = [duration(each) for each in t[T_OPENED]]
    covered = duration(t[T_BOUNDS][B_END] - begin)
    return InstantTables(from_microseconds(begin), edges, opened, _places(edges, covered.days), _openings(opened))


def elapsed(t: InstantTables, start: datetime, end: datetime) -> timedelta:
    """Return the open time in [start, end), as `kernel.elapsed` does."""
    begin, edges, opened, places, _ = t
    first, last = start - begin, end - begin
    if last <= first:
        return NO_TIME
    i = places[first.days]
    while edges[i + 1] <= first:
        i += 1
    k = places[last.days]
    while edges[k + 1] <= last:
        k += 1
    total = opened[k] - opened[i]
    if k & 1:
        total += last - edges[k]
    if i & 1:
        total -= first - edges[i]
    return total


def due(t: InstantTables, start: datetime, limit: timedelta) -> datetime:
    """Return the earliest instant at which a positive limit has elapsed since `start`, as `kernel.due` does."""
    begin, edges, opened, places, after = t
    first = start - begin
    i = places[first.days]
    while edges[i + 1] <= first:
        i += 1
    wanted = opened[i] + limit
    if i & 1:
        wanted += first - edges[i]
    k = after[wanted.days]
    while opened[k + 1] < wanted:
        k += 2
    return begin + (edges[k] + wanted - opened[k])


def _places(edges: list[timedelta], days: int) -> dict[int, int]:
    places, place = {}, 0
    for day in range(days):
        while edges[place + 1] <= ONE_DAY * day:
            place += 1
        places[day] = place
    return places


def _openings(opened: list[timedelta]) -> dict[int, int]:
    openings, place, last = {}, 1, len(opened) - 1
    for day in range(opened[-1].days + 1):
        while place < last and opened[place + 1] < ONE_DAY * day:
            place += 2
        openings[day] = place
    return openings
