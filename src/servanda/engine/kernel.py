"""The one formula: calendar look-ups and the clock's state machine, on whole numbers only.

Plain Python inside the numba subset: integers, sequences of integers, no objects, no exceptions. Run as it is
it serves a live ticket; compiled by `bulk` it judges whole histories. There is no other formula; only `instant_tables`
repeats two look-ups for single calls, held equal to the microsecond by test.

Instants are microseconds UTC, amounts microseconds of open time or numbers of days. A calendar is the tuple of
tables that `calendars.Calendar.compile` makes; a clock's parameters are a tuple `P_...`; its state is a list
`S_...`, which is also what the store keeps. `NONE` stands for no instant; `BEYOND` for an instant later than
the tables reach, so that the caller lengthens them and asks again.
"""

from collections.abc import MutableSequence, Sequence

Ints = Sequence[int]
Tables = tuple[Ints, ...]
State = MutableSequence[int]

NONE = -(1 << 62)
BEYOND = 1 << 62
BUCKET = 33  # look-up tables have one entry for each 2**33 microseconds, about 2.4 hours
DAY_LENGTH = 86_400_000_000

# Tables of a compiled calendar.
T_EDGES = 0  # where openness changes: edge 0 is the first instant covered, odd edges open, even edges close
T_OPENED = 1  # open time before each edge
T_AT = 2  # bucket of time -> last edge at or before the bucket's start
T_AFTER = 3  # bucket of open time -> first opening in which that much open time is reached
T_BOUNDS = 4  # first instant covered, first instant no longer covered, first day covered, open time in all
T_SHIFTS = 5  # instants at which the zone's offset changes
T_OFFSETS = 6  # the offset before the first change, then after each
T_WALL = 7  # wall-clock instants from which each offset holds, by the rule for gaps and overlaps
T_OPEN_DAYS = 8  # the open dates as day numbers
T_RANKS = 9  # open dates before each day covered
T_CLOSINGS = 10  # the last closing of each open date

B_FIRST = 0
B_END = 1
B_DAY = 2
B_OPEN = 3

# Target kinds, units and parameters of a clock.
FIRST_RESPONSE = 0
UPDATE = 1
INFORMED = 2
RESOLUTION = 3
HAND_OVER = 4

OPEN_TIME = 0
WORKING_DAYS = 1
CALENDAR_DAYS = 2

P_TARGET = 0  # target kind
P_LIMIT = 1  # amount, or -1 for a clock that only measures
P_UNIT = 2
P_END_OF_DAY = 3
P_ROLLS = 4  # 1: a due instant on a closing rolls to the next opening
P_START_ROLLS = 5  # 1: days are counted from the next opening
P_STOP = 6  # the kind of event that stops a resolution clock

# Kinds of event: the ranks of events.EventKind.
OPENED = 0
RECLASSIFIED = 1
ASSIGNED = 2
CUSTOMER_REPLIED = 3
RESUMED = 4
FIRST_RESPONDED = 5
REPLIED = 6
REOPENED = 7
RESOLVED = 8
CLOSED = 9
CANCELLED = 10
PAUSED = 11

# The kinds that mean something to every clock, one bit each.
TO_ALL = (
    1 << OPENED | 1 << RESUMED | 1 << REOPENED | 1 << RESOLVED | 1 << CLOSED | 1 << CANCELLED | 1 << PAUSED
)  # the bits read as one row  # fmt: skip

# What an event says beyond its kind.
EVERY_REASON = -1  # resumed: ends all pauses
HANDED_ON = 0  # assigned: to someone else
HANDED_OVER = 1  # assigned, opened: to the target's party
HANDED_NOWHERE = 2  # assigned: names no team and no supplier
FROM_CUSTOMER = 1  # opened: with a message that waits for an answer

# Phases of a clock.
IDLE = 0
RUNNING = 1
WAITING = 2
STOPPED = 3
DROPPED = 4

# The state of a clock.
S_PHASE = 0
S_START = 1
S_FIXED = 2  # the due instant once no pause can move it any more
S_PAUSED = 3  # open time of ended pauses
S_SINCE = 4  # start of the pause that is open
S_REASONS = 5  # reasons that are open, one bit each
S_STOP = 6
S_STOP_KIND = 7
S_BREACH = 8
S_ENDED = 9  # since when the ticket is resolved or closed
S_ENDED_CYCLES = 10  # readings written by then
S_OVER = 11  # 1 once the ticket is cancelled
S_WITH = 12  # 1 while the ticket is with the party of a hand-over target
S_CYCLES = 13  # readings written
S_MARKS = 14  # marks written
S_USED = 15  # when the limit is used up as things stand, once that has been looked up
S_ANSWERED = 16  # 1 once no reopen revives the last cycle: it was answered after the closing, or went elsewhere
STATE_SIZE = 17

# A reading of one cycle.
C_PHASE = 0
C_START = 1
C_DUE = 2
C_STOP = 3
C_STOP_KIND = 4
C_BREACH = 5
C_ELAPSED = 6
C_PAUSED = 7
C_LEFT = 8
C_WIDTH = 9

# A mark: from this instant the clock of this cycle was in this phase, because of this event.
M_AT = 0
M_PHASE = 1
M_EVENT = 2
M_CYCLE = 3
M_WIDTH = 4


# --- Calendar look-ups -------------------------------------------------------------------------------------


def open_before(t: Tables, at: int) -> int:
    """Return the open time between the first instant covered and `at`."""
    edges = t[T_EDGES]
    i = t[T_AT][(at - edges[0]) >> BUCKET]
    while edges[i + 1] <= at:
        i += 1
    if i & 1:
        return t[T_OPENED][i] + at - edges[i]
    return t[T_OPENED][i]


def elapsed(t: Tables, start: int, end: int) -> int:
    """Return the open time in [start, end); 0 when `end` does not come after `start`."""
    if end <= start:
        return 0
    edges = t[T_EDGES]
    opened = t[T_OPENED]
    places = t[T_AT]
    begin = edges[0]
    i = places[(start - begin) >> BUCKET]
    while edges[i + 1] <= start:
        i += 1
    k = places[(end - begin) >> BUCKET]
    while edges[k + 1] <= end:
        k += 1
    total = opened[k] - opened[i]
    if k & 1:
        total += end - edges[k]
    if i & 1:
        total -= start - edges[i]
    return total


def is_open(t: Tables, at: int) -> bool:
    """Say whether `at` lies in an opening; a closing instant does not."""
    edges = t[T_EDGES]
    i = t[T_AT][(at - edges[0]) >> BUCKET]
    while edges[i + 1] <= at:
        i += 1
    return i & 1 == 1


def next_opening(t: Tables, at: int) -> int:
    """Return the first open instant at or after `at`, or `BEYOND`."""
    if at >= t[T_BOUNDS][B_END]:
        return BEYOND
    edges = t[T_EDGES]
    i = t[T_AT][(at - edges[0]) >> BUCKET]
    while edges[i + 1] <= at:
        i += 1
    if i & 1:
        return at
    return edges[i + 1]


def closing_after(t: Tables, at: int) -> int:
    """Return the closing instant of the opening that holds `at`."""
    edges = t[T_EDGES]
    i = t[T_AT][(at - edges[0]) >> BUCKET]
    while edges[i + 1] <= at:
        i += 1
    return edges[i + 1]


def opening_of(t: Tables, at: int) -> int:
    """Return the opening instant of the opening that holds `at`."""
    edges = t[T_EDGES]
    i = t[T_AT][(at - edges[0]) >> BUCKET]
    while edges[i + 1] <= at:
        i += 1
    return edges[i]


def due(t: Tables, start: int, limit: int) -> int:
    """Return the earliest instant at which `limit` open time has elapsed since `start`, or `BEYOND`.

    The inverse of `elapsed`. A zero limit gives the first open instant.
    """
    if limit == 0 or start >= t[T_BOUNDS][B_END]:
        return next_opening(t, start)
    edges = t[T_EDGES]
    opened = t[T_OPENED]
    i = t[T_AT][(start - edges[0]) >> BUCKET]
    while edges[i + 1] <= start:
        i += 1
    wanted = opened[i] + limit
    if i & 1:
        wanted += start - edges[i]
    if wanted > t[T_BOUNDS][B_OPEN]:
        return BEYOND
    k = t[T_AFTER][wanted >> BUCKET]
    while opened[k + 1] < wanted:
        k += 2
    return edges[k] + wanted - opened[k]


def due_back(t: Tables, start: int, limit: int) -> int:
    """Return the latest instant from which `limit` open time elapses until `start`, or `NONE`.

    A zero limit gives `start` itself if open or a closing, else the closing before it.
    """
    edges = t[T_EDGES]
    opened = t[T_OPENED]
    if limit == 0:
        i = t[T_AT][(start - edges[0]) >> BUCKET]
        while edges[i + 1] <= start:
            i += 1
        if i == 0:
            return NONE
        return start if i & 1 else edges[i]
    wanted = open_before(t, start) - limit
    if wanted < 0:
        return NONE
    k = t[T_AFTER][wanted >> BUCKET]
    while opened[k + 1] <= wanted:
        k += 2
    return edges[k] + wanted - opened[k]


def offset_at(t: Tables, at: int) -> int:
    """Return the zone's offset from UTC at an instant, in microseconds."""
    shifts = t[T_SHIFTS]
    low = 0
    high = len(shifts)
    while low < high:
        middle = (low + high) >> 1
        if shifts[middle] <= at:
            low = middle + 1
        else:
            high = middle
    return t[T_OFFSETS][low]


def wall(t: Tables, local: int) -> int:
    """Return the instant of a wall-clock time: in a gap the offset before it, in an overlap the first."""
    starts = t[T_WALL]
    low = 0
    high = len(starts)
    while low < high:
        middle = (low + high) >> 1
        if starts[middle] <= local:
            low = middle + 1
        else:
            high = middle
    return local - t[T_OFFSETS][low]


def open_days_after(t: Tables, day: int, count: int) -> int:
    """Return the open date `count` open dates after `day` (before it, when negative), or `BEYOND` or `NONE`."""
    days = t[T_OPEN_DAYS]
    ranks = t[T_RANKS]
    at = day - t[T_BOUNDS][B_DAY]
    if count > 0:
        if at < -1 or at + 1 >= len(ranks):
            return BEYOND if at >= 0 else NONE
        place = ranks[at + 1] + count - 1
    else:
        place = ranks[at] + count
    if place >= len(days):
        return BEYOND
    if place < 0:
        return NONE
    return days[place]


def add_working_days(t: Tables, start: int, count: int, end_of_day: int) -> int:
    """Return the same wall-clock time `count` open dates on, snapped to open time, or that date's last closing."""
    if count == 0 and end_of_day == 0:
        return start
    local = start + offset_at(t, start)
    day = local // DAY_LENGTH
    if count != 0:
        moved = open_days_after(t, day, count)
        if moved == BEYOND or moved == NONE:
            return moved
        local += (moved - day) * DAY_LENGTH
        day = moved
    if end_of_day:
        return closing_of(t, day)
    return snap(t, wall(t, local))


def closing_of(t: Tables, day: int) -> int:
    """Return the last closing of an open date; of a closed one, that of the next open date."""
    at = day - t[T_BOUNDS][B_DAY]
    ranks = t[T_RANKS]
    if at < 0 or at >= len(ranks):
        return BEYOND
    place = ranks[at]
    if place >= len(t[T_CLOSINGS]):
        return BEYOND
    return t[T_CLOSINGS][place]


def is_closing(t: Tables, at: int) -> bool:
    """Say whether an opening ends at `at`."""
    edges = t[T_EDGES]
    i = t[T_AT][(at - edges[0]) >> BUCKET]
    while edges[i + 1] <= at:
        i += 1
    return edges[i] == at and i > 0 and i & 1 == 0


def closing_before(t: Tables, at: int) -> int:
    """Return the last instant at or before `at` that ends open time, `at` itself inside an opening; or `NONE`."""
    edges = t[T_EDGES]
    i = t[T_AT][(at - 1 - edges[0]) >> BUCKET]
    while edges[i + 1] < at:
        i += 1
    if i & 1:
        return at
    return edges[i] if i > 0 else NONE


def snap(t: Tables, at: int) -> int:
    """Return `at` if it is open or a closing, else the next opening, or `BEYOND`; `NONE` where the tables begin."""
    if at >= t[T_BOUNDS][B_END]:
        return BEYOND
    if at <= t[T_BOUNDS][B_FIRST]:
        return NONE  # whether a closing lies here, only earlier tables tell
    edges = t[T_EDGES]
    i = t[T_AT][(at - edges[0]) >> BUCKET]
    while edges[i + 1] <= at:
        i += 1
    if i & 1 or (edges[i] == at and i > 0):
        return at
    return edges[i + 1]


def used_up(t: Tables, p: Ints, start: int, extra: int) -> int:
    """Return when the limit of a clock started at `start` and paused for `extra` open time is used up."""
    limit = p[P_LIMIT]
    if p[P_UNIT] == OPEN_TIME:
        at = due(t, start, limit + extra)
        if limit == 0 and extra > 0 and at != BEYOND:
            # No time at all is used up at the first counted instant: not at the closing in which a pause ran out.
            return next_opening(t, at)
        return at
    if p[P_START_ROLLS]:
        start = next_opening(t, start)
        if start == BEYOND:
            return BEYOND
    if p[P_UNIT] == WORKING_DAYS:
        at = add_working_days(t, start, limit, p[P_END_OF_DAY])
    else:
        at = wall(t, start + offset_at(t, start) + limit * DAY_LENGTH)
    if at >= t[T_BOUNDS][B_END]:
        return BEYOND  # neither the zone's later offsets nor later openings are in these tables
    if extra > 0:
        at = due(t, at, extra)
    return at


def rolled(t: Tables, p: Ints, at: int) -> int:
    """Return the due instant promised for a limit used up at `at`: a closing may roll to the next opening."""
    if p[P_ROLLS] == 0 or at == BEYOND:
        return at
    if at >= t[T_BOUNDS][B_END]:
        return BEYOND
    if is_closing(t, at):
        return next_opening(t, at)
    return at


# --- The clock ---------------------------------------------------------------------------------------------


def begin_state(s: State) -> None:
    """Make `s` the state of a clock to which nothing has happened."""
    for i in range(STATE_SIZE):
        s[i] = 0
    s[S_START] = NONE
    s[S_FIXED] = NONE
    s[S_SINCE] = NONE
    s[S_STOP] = NONE
    s[S_STOP_KIND] = -1
    s[S_BREACH] = NONE
    s[S_ENDED] = NONE
    s[S_USED] = NONE


def used_up_now(t: Tables, p: Ints, s: State) -> int:
    """Return when the limit is used up if no other pause comes, looked up once for each start and each pause."""
    if s[S_USED] == NONE:
        used = used_up(t, p, s[S_START], s[S_PAUSED])
        if used == BEYOND:
            return BEYOND
        s[S_USED] = used
    return s[S_USED]


def promised(t: Tables, p: Ints, s: State) -> int:
    """Return the due instant as it stands, `NONE` for a clock without a limit."""
    if s[S_FIXED] != NONE:
        return s[S_FIXED]
    if p[P_LIMIT] < 0:
        return NONE
    return rolled(t, p, used_up_now(t, p, s))


def note_breach(t: Tables, p: Ints, s: State, now: int) -> None:
    """Record the breach of a clock that has counted until `now` without a stop; it is final."""
    if s[S_BREACH] == NONE:
        at = promised(t, p, s)
        if at != NONE and at < now:
            s[S_BREACH] = at


def settle(t: Tables, p: Ints, s: State, at: int) -> None:
    """Fix the due instant when counting ends at `at`: once the limit is used up, nothing later moves it.

    When that instant has passed, there is a breach.
    """
    if s[S_FIXED] == NONE:
        limit = p[P_LIMIT]
        if limit < 0 or (p[P_UNIT] == OPEN_TIME and at - s[S_START] < limit + s[S_PAUSED]):
            return  # no more than the time that has passed can have been open
        used = used_up_now(t, p, s)
        if used > at:
            return
        s[S_FIXED] = rolled(t, p, used)
    if s[S_BREACH] == NONE and s[S_FIXED] < at:
        s[S_BREACH] = s[S_FIXED]


def mark(s: State, marks: State, at: int, phase: int, event: int, cycle: int) -> None:
    """Note that the clock is in `phase` from `at` on, because of the event at that place."""
    if len(marks) == 0:
        return
    i = s[S_MARKS] * M_WIDTH
    if i + M_WIDTH <= len(marks):
        marks[i + M_AT] = at
        marks[i + M_PHASE] = phase
        marks[i + M_EVENT] = event
        marks[i + M_CYCLE] = cycle
        s[S_MARKS] += 1


def start_clock(s: State, marks: State, at: int, event: int) -> None:
    """Start a cycle at `at`, paused if a reason is open."""
    s[S_START] = at
    s[S_FIXED] = NONE
    s[S_USED] = NONE
    s[S_PAUSED] = 0
    s[S_STOP] = NONE
    s[S_STOP_KIND] = -1
    s[S_ANSWERED] = 0
    s[S_BREACH] = NONE
    if s[S_REASONS] != 0:
        s[S_PHASE] = WAITING
        s[S_SINCE] = at
    else:
        s[S_PHASE] = RUNNING
        s[S_SINCE] = NONE
    mark(s, marks, at, s[S_PHASE], event, s[S_CYCLES])


def end_pause(t: Tables, s: State, at: int) -> None:
    """Count the open pause and let the clock run."""
    s[S_PAUSED] += elapsed(t, s[S_SINCE], at)
    s[S_USED] = NONE
    s[S_SINCE] = NONE
    s[S_PHASE] = RUNNING


def stop_clock(t: Tables, p: Ints, s: State, marks: State, at: int, kind: int, event: int) -> None:
    """Stop the cycle at `at`."""
    if s[S_PHASE] == WAITING:
        end_pause(t, s, at)
    settle(t, p, s, at)
    s[S_STOP] = at
    s[S_STOP_KIND] = kind
    s[S_PHASE] = DROPPED if kind == CANCELLED else STOPPED
    mark(s, marks, at, s[S_PHASE], event, s[S_CYCLES])


def write_reading(t: Tables, p: Ints, s: State, cycles: State, now: int) -> None:
    """Write the reading of the cycle as of `now`."""
    phase = s[S_PHASE]
    paused = s[S_PAUSED]
    end = now
    if phase >= STOPPED:
        end = s[S_STOP]
    at = promised(t, p, s)
    left = 0
    if phase == WAITING:
        paused += elapsed(t, s[S_SINCE], now)
        if s[S_FIXED] != NONE:
            if s[S_BREACH] == NONE and at < now:
                s[S_BREACH] = at
        elif at == BEYOND:
            left = BEYOND
        elif at != NONE:
            left = elapsed(t, s[S_SINCE], at)
        at = NONE
    elif phase == RUNNING and at != NONE:
        if at < now:
            if s[S_BREACH] == NONE:
                s[S_BREACH] = at
        elif at == BEYOND:
            left = BEYOND
        else:
            left = elapsed(t, now, at)
    i = s[S_CYCLES] * C_WIDTH
    cycles[i + C_PHASE] = phase
    cycles[i + C_START] = s[S_START]
    cycles[i + C_DUE] = at
    cycles[i + C_STOP] = s[S_STOP]
    cycles[i + C_STOP_KIND] = s[S_STOP_KIND]
    cycles[i + C_BREACH] = s[S_BREACH]
    cycles[i + C_ELAPSED] = max(0, elapsed(t, s[S_START], end) - paused)
    cycles[i + C_PAUSED] = paused
    cycles[i + C_LEFT] = left
    s[S_CYCLES] += 1


def finish_cycle(t: Tables, p: Ints, s: State, cycles: State, marks: State, at: int, kind: int, event: int) -> None:
    """Stop a repeating clock's cycle, write its reading and let it wait for the next."""
    stop_clock(t, p, s, marks, at, kind, event)
    write_reading(t, p, s, cycles, at)
    s[S_PHASE] = IDLE


def pause(t: Tables, p: Ints, s: State, marks: State, at: int, reasons: int, event: int) -> None:
    """Open the given reasons; the first one that opens pauses a running clock."""
    if reasons == 0:
        return
    if s[S_REASONS] == 0 and s[S_PHASE] == RUNNING:
        settle(t, p, s, at)
        s[S_PHASE] = WAITING
        s[S_SINCE] = at
        mark(s, marks, at, WAITING, event, s[S_CYCLES])
    s[S_REASONS] |= reasons


def resume(t: Tables, p: Ints, s: State, marks: State, at: int, reasons: int, event: int) -> None:
    """End the given reasons; the last one that ends lets a paused clock run."""
    if reasons == EVERY_REASON:
        s[S_REASONS] = 0
    else:
        s[S_REASONS] &= ~reasons
    if s[S_REASONS] == 0 and s[S_PHASE] == WAITING:
        if s[S_FIXED] != NONE:
            note_breach(t, p, s, at)
        end_pause(t, s, at)
        mark(s, marks, at, RUNNING, event, s[S_CYCLES])


def absorb(t: Tables, p: Ints, s: State, marks: State, since: int, until: int, event: int) -> None:
    """Turn the span from `since` to `until`, in which the ticket was resolved, into a pause of this cycle."""
    since = max(since, s[S_START])
    if since < until:
        if s[S_BREACH] == NONE:
            s[S_FIXED] = NONE
        settle(t, p, s, since)
        s[S_PAUSED] += elapsed(t, since, until)
        s[S_USED] = NONE
        mark(s, marks, since, WAITING, event, s[S_CYCLES])


def go_on(t: Tables, p: Ints, s: State, marks: State, since: int, at: int, event: int) -> None:
    """Let a cycle go on at the reopen; the time since it was stopped, or the ticket resolved, was a pause."""
    s[S_STOP] = NONE
    s[S_STOP_KIND] = -1
    s[S_PHASE] = RUNNING
    absorb(t, p, s, marks, since, at, event)
    mark(s, marks, at, RUNNING, event, s[S_CYCLES])


def shorten(t: Tables, p: Ints, s: State, cycles: State, marks: State, i: int, event: int) -> None:
    """Turn the part of a finished cycle in which the ticket was resolved into a pause."""
    c = i * C_WIDTH
    since = max(s[S_ENDED], cycles[c + C_START])
    if since >= cycles[c + C_STOP]:
        return
    before = cycles[c + C_PAUSED]
    extra = elapsed(t, since, cycles[c + C_STOP])
    cycles[c + C_PAUSED] = before + extra
    cycles[c + C_ELAPSED] -= extra
    mark(s, marks, since, WAITING, event, i)
    if p[P_LIMIT] >= 0 and cycles[c + C_BREACH] == NONE and used_up(t, p, cycles[c + C_START], before) > since:
        cycles[c + C_DUE] = rolled(t, p, used_up(t, p, cycles[c + C_START], before + extra))


def taken_back(s: State) -> bool:
    """Say whether a reopen takes back the stop of the last cycle: one by resolved or closed, with no answer since."""
    return s[S_ANSWERED] == 0 and (s[S_STOP_KIND] == RESOLVED or s[S_STOP_KIND] == CLOSED)


def reopen(t: Tables, p: Ints, s: State, cycles: State, marks: State, at: int, event: int) -> None:
    """Reopen a ticket that was resolved or closed.

    For a resolution clock the time it stood still is a pause, and no other: one that closing stops ran on while
    the ticket was resolved. For repeating clocks all the time the ticket was resolved is one.
    """
    target = p[P_TARGET]
    if s[S_ENDED] != NONE and target == RESOLUTION:
        if s[S_PHASE] == STOPPED and taken_back(s):
            go_on(t, p, s, marks, s[S_STOP], at, event)
    elif s[S_ENDED] != NONE and target != FIRST_RESPONSE:
        answered = s[S_CYCLES]
        if s[S_PHASE] == RUNNING:
            note_breach(t, p, s, at)
            go_on(t, p, s, marks, s[S_ENDED], at, event)
        else:  # between two cycles: while the ticket was resolved nothing paused
            answered = reopen_idle(t, p, s, marks, at, event)
        for i in range(s[S_ENDED_CYCLES], answered):
            shorten(t, p, s, cycles, marks, i, event)
    s[S_ENDED] = NONE


def reopen_idle(t: Tables, p: Ints, s: State, marks: State, at: int, event: int) -> int:
    """Reopen a repeating clock between two cycles, of which the last may go on; return how many stay finished."""
    wanted = p[P_TARGET] != HAND_OVER or s[S_WITH] == 1
    if s[S_START] != NONE and taken_back(s) and wanted:
        s[S_CYCLES] -= 1
        go_on(t, p, s, marks, s[S_ENDED], at, event)
    elif p[P_TARGET] == HAND_OVER and wanted:
        start_clock(s, marks, at, event)
    elif not wanted:
        s[S_ANSWERED] = 1  # the ticket goes on with somebody else: this cycle is over for good
    return s[S_CYCLES]


def stops(p: Ints, kind: int) -> bool:
    """Say whether an event ends the one cycle of a first-response or resolution clock."""
    if kind == CLOSED or kind == CANCELLED:
        return True
    if p[P_TARGET] == FIRST_RESPONSE:
        return kind == FIRST_RESPONDED
    return kind == p[P_STOP]


def step_single(t: Tables, p: Ints, s: State, marks: State, at: int, kind: int, event: int) -> None:
    """Take one event into a first-response or resolution clock, which has one cycle."""
    if kind == OPENED:
        if s[S_PHASE] == IDLE:
            start_clock(s, marks, at, event)
    elif (s[S_PHASE] == RUNNING or s[S_PHASE] == WAITING) and stops(p, kind):
        stop_clock(t, p, s, marks, at, kind, event)
    elif kind == p[P_STOP] and (kind == REPLIED or kind == FIRST_RESPONDED):
        s[S_ANSWERED] = 1


def step_update(
    t: Tables, p: Ints, s: State, cycles: State, marks: State, at: int, kind: int, word: int, event: int
) -> None:
    """Take one event into an update clock: from the first unanswered customer message to our answer."""
    if kind == CUSTOMER_REPLIED or (kind == OPENED and word == FROM_CUSTOMER):
        if s[S_PHASE] == IDLE:
            start_clock(s, marks, at, event)
    elif (kind == REPLIED or kind == CLOSED or kind == CANCELLED) and s[S_PHASE] != IDLE:
        finish_cycle(t, p, s, cycles, marks, at, kind, event)
    elif kind == REPLIED:
        s[S_ANSWERED] = 1


def step_informed(t: Tables, p: Ints, s: State, cycles: State, marks: State, at: int, kind: int, event: int) -> None:
    """Take one event into an informed clock: from our last message to the next, again and again."""
    ours = kind == FIRST_RESPONDED or kind == REPLIED
    if (ours or kind == RESOLVED or kind == CLOSED or kind == CANCELLED) and s[S_PHASE] != IDLE:
        finish_cycle(t, p, s, cycles, marks, at, kind, event)
    if ours and s[S_ENDED] == NONE:
        start_clock(s, marks, at, event)


def step_hand_over(
    t: Tables, p: Ints, s: State, cycles: State, marks: State, at: int, kind: int, word: int, event: int
) -> None:
    """Take one event into a hand-over clock: from an assignment to the next, or to the end of the ticket."""
    if kind == ASSIGNED or kind == OPENED:
        if word != HANDED_NOWHERE:
            s[S_WITH] = word
            if word == HANDED_ON and s[S_PHASE] != IDLE:
                finish_cycle(t, p, s, cycles, marks, at, kind, event)
            elif word == HANDED_OVER and s[S_PHASE] == IDLE and s[S_ENDED] == NONE:
                start_clock(s, marks, at, event)
    elif (kind == RESOLVED or kind == CLOSED or kind == CANCELLED) and s[S_PHASE] != IDLE:
        finish_cycle(t, p, s, cycles, marks, at, kind, event)


def listens(p: Ints) -> int:
    """Return the kinds of event that mean anything to a clock, one bit each; `step` does nothing with another."""
    target = p[P_TARGET]
    if target == FIRST_RESPONSE:
        return TO_ALL | 1 << FIRST_RESPONDED
    if target == RESOLUTION:
        return TO_ALL | 1 << p[P_STOP]
    if target == UPDATE:
        return TO_ALL | 1 << CUSTOMER_REPLIED | 1 << REPLIED
    if target == INFORMED:
        return TO_ALL | 1 << FIRST_RESPONDED | 1 << REPLIED
    return TO_ALL | 1 << ASSIGNED


def step(t: Tables, p: Ints, s: State, cycles: State, marks: State, at: int, kind: int, word: int, event: int) -> None:
    """Take one event into a clock: (state, event) -> state.

    `word` is what the event says beyond its kind; `event` its place in the history, for the marks. What happens
    after a cancellation counts for nothing, nor does a pause while the ticket is resolved or closed.
    """
    if s[S_OVER] == 1:
        return
    if kind == PAUSED:
        if s[S_ENDED] == NONE:
            pause(t, p, s, marks, at, word, event)
        return
    if kind == RESUMED:
        resume(t, p, s, marks, at, word, event)
        return
    if kind == REOPENED:
        reopen(t, p, s, cycles, marks, at, event)
        return
    ended = s[S_CYCLES]
    target = p[P_TARGET]
    if target == FIRST_RESPONSE or target == RESOLUTION:
        step_single(t, p, s, marks, at, kind, event)
    elif target == UPDATE:
        step_update(t, p, s, cycles, marks, at, kind, word, event)
    elif target == INFORMED:
        step_informed(t, p, s, cycles, marks, at, kind, event)
    else:
        step_hand_over(t, p, s, cycles, marks, at, kind, word, event)
    if kind == RESOLVED or kind == CLOSED:
        if s[S_REASONS] != 0:
            resume(t, p, s, marks, at, EVERY_REASON, event)
        if s[S_ENDED] == NONE:
            s[S_ENDED] = at
            s[S_ENDED_CYCLES] = ended
    elif kind == CANCELLED:
        s[S_OVER] = 1


def finish(t: Tables, p: Ints, s: State, cycles: State, now: int) -> int:
    """Write the reading of the cycle that is open or stopped as of `now`; return the number of readings."""
    if s[S_PHASE] != IDLE:
        write_reading(t, p, s, cycles, now)
    return s[S_CYCLES]


def run(
    t: Tables, p: Ints, ats: Ints, kinds: Ints, words: Ints, first: int, end: int, now: int,
    s: State, cycles: State, marks: State,
) -> int:  # the arguments of a loop, by meaning  # fmt: skip
    """Replay the events [first, end) of an ordered history as of `now`; return the number of readings.

    Events after `now` have not happened yet. `cycles` needs room for one reading more than there are events,
    `marks` for four marks an event and four more; an empty `marks` records no evidence.
    """
    begin_state(s)
    heard = listens(p)
    for i in range(first, end):
        at = ats[i]
        if at > now:
            break
        kind = kinds[i]
        if heard >> kind & 1:
            step(t, p, s, cycles, marks, at, kind, words[i], i - first)
            if s[S_PHASE] >= STOPPED and p[P_TARGET] == FIRST_RESPONSE:
                break  # nothing takes a first response back
    return finish(t, p, s, cycles, now)


def run_all(
    t: Tables, p: Ints, ats: Ints, kinds: Ints, words: Ints, bounds: Ints, now: int, first: int,
    s: State, cycles: State, readings: State, ends: State,
) -> int:  # as above  # fmt: skip
    """Replay the histories from place `first` on, until `readings` is full; return the place of the next one.

    History `i` is the events from `bounds[i]` up to `bounds[i + 1]`; its readings end before `ends[i + 1]` in
    `readings`. `cycles` needs the room that `run` needs for the longest of them.
    """
    marks = cycles[:0]
    written = ends[first] * C_WIDTH
    for place in range(first, len(bounds) - 1):
        count = run(t, p, ats, kinds, words, bounds[place], bounds[place + 1], now, s, cycles, marks)
        if written + count * C_WIDTH > len(readings):
            return place
        for i in range(count * C_WIDTH):
            readings[written + i] = cycles[i]
        written += count * C_WIDTH
        ends[place + 1] = ends[place] + count
    return len(bounds) - 1
