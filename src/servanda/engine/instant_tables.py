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
    """The stretches of time covered, closed and open in turn: the odd ones are open. All lengths are since `begin`.

    `counted` is the open time before a stretch; of an open one less its start, so that an instant inside it, added,
    gives the open time until that instant.
    """

    begin: datetime  # the first instant covered
    ends: list[timedelta]
    counted: list[timedelta]
    reached: list[timedelta]  # open time by the end of each stretch
    at: dict[int, int]  # day since `begin` -> the stretch it starts in
    after: dict[int, int]  # day of open time -> first opening in which that much open time is reached


NOTHING_COVERED = InstantTables(from_microseconds(0), [], [], [], {}, {})


def instant_tables(t: Tables) -> InstantTables:
    """Return the tables of a compiled calendar in instants and durations."""
    edges, opened = t[T_EDGES], t[T_OPENED]
    begin = edges[0]
    ends = [duration(edge - begin) for edge in edges[1:]]
    counted = [duration(opened[i] - (edges[i] - begin) * (i & 1)) for i in range(len(ends))]
    reached = [duration(each) for each in opened[1:]]
    covered = duration(t[T_BOUNDS][B_END] - begin)
    at, after = _places(ends, covered.days), _openings(reached)
    return InstantTables(from_microseconds(begin), ends, counted, reached, at, after)


def open_time(t: InstantTables, start: datetime, end: datetime) -> timedelta:
    """Return the open time in [start, end), as `kernel.elapsed` does."""
    begin, ends, counted, _, places, _ = t
    first, last = start - begin, end - begin
    if last <= first:
        return NO_TIME
    i = places[first.days]
    while ends[i] <= first:
        i += 1
    k = places[last.days]
    while ends[k] <= last:
        k += 1
    total = counted[k] - counted[i]
    if k & 1:
        total += last
    if i & 1:
        total -= first
    return total


def used_up(t: InstantTables, start: datetime, limit: timedelta) -> datetime:
    """Return the earliest instant at which a positive limit has elapsed since `start`, as `kernel.due` does."""
    begin, ends, counted, reached, places, after = t
    first = start - begin
    i = places[first.days]
    while ends[i] <= first:
        i += 1
    wanted = counted[i] + limit
    if i & 1:
        wanted += first
    k = after[wanted.days]
    while reached[k] < wanted:
        k += 2
    return begin + (wanted - counted[k])


def _places(ends: list[timedelta], days: int) -> dict[int, int]:
    places, place = {}, 0
    for day in range(days):
        while ends[place] <= ONE_DAY * day:
            place += 1
        places[day] = place
    return places


def _openings(reached: list[timedelta]) -> dict[int, int]:
    openings, place, last = {}, 1, len(reached) - 1
    for day in range(reached[-1].days + 1):
        while place < last and reached[place] < ONE_DAY * day:
            place += 2
        openings[day] = place
    return openings
