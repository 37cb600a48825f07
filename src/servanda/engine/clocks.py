"""Clocks: the replay of a ticket's events under one target, and the reading it gives.

A clock keeps no running total that could drift: the same events give the same reading, in whatever order they
arrived. One clock counts one target on one ticket; a promise that repeats (an update, a hand-over) has a cycle
each time it is due, and the worst of them is the clock's reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache

from servanda.engine import kernel
from servanda.engine.calendars import Calendar
from servanda.engine.events import Event, EventKind
from servanda.engine.instants import duration, from_microseconds, to_microseconds
from servanda.engine.kernel import BEYOND, NONE, Ints
from servanda.engine.targets import DueRolls, Limit, Target, TargetKind, Unit

_KINDS = {
    TargetKind.FIRST_RESPONSE: kernel.FIRST_RESPONSE,
    TargetKind.UPDATE: kernel.UPDATE,
    TargetKind.INFORMED: kernel.INFORMED,
    TargetKind.RESOLUTION: kernel.RESOLUTION,
    TargetKind.HAND_OVER: kernel.HAND_OVER,
}
_UNITS = {
    Unit.OPEN_TIME: kernel.OPEN_TIME,
    Unit.ELAPSED: kernel.OPEN_TIME,
    Unit.WORKING_DAYS: kernel.WORKING_DAYS,
    Unit.CALENDAR_DAYS: kernel.CALENDAR_DAYS,
}


class State(Enum):
    """The state of a clock, or of a ticket and a target that have none; the words used everywhere."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"
    EXEMPT = "exempt"
    NOT_COVERED = "not covered"


@dataclass(frozen=True, slots=True)
class Terms:
    """What a clock goes by: a target's kind, limit, calendar and rules, as they hold for one ticket.

    `reasons` are the reasons for a pause that stop this clock, `None` meaning any. Without a limit the clock
    measures and promises nothing.
    """

    kind: TargetKind
    limit: Limit | None
    calendar: Calendar
    reasons: frozenset[str] | None = frozenset()
    stop: EventKind = EventKind.RESOLVED
    due_rolls: DueRolls = DueRolls.CLOSING
    start_rolls: bool = False
    party: str = ""

    @classmethod
    def of(cls, target: Target, limit: Limit, reasons: frozenset[str]) -> "Terms":
        """Return the terms of a target under one of its limits, paused for the given reasons."""
        return cls(
            target.kind,
            limit,
            target.calendar,
            reasons,
            EventKind.of(target.stop),
            target.due_rolls,
            target.start_rolls,
            target.party,
        )

    @property
    def counting(self) -> Calendar:
        """The calendar on which time and pauses count: round the clock for elapsed time."""
        if self.limit is not None and self.limit.unit is Unit.ELAPSED:
            return round_the_clock(self.calendar.zone)
        return self.calendar

    def parameters(self) -> Ints:
        """Return the terms as the kernel's parameters."""
        limit = self.limit
        return (
            _KINDS[self.kind],
            -1 if limit is None else limit.amount,
            kernel.OPEN_TIME if limit is None else _UNITS[limit.unit],
            int(limit is not None and limit.end_of_day),
            int(self.due_rolls is DueRolls.NEXT_OPENING),
            int(self.start_rolls),
            self.stop.value,
        )


@cache
def round_the_clock(zone: str) -> Calendar:
    """Return the one round-the-clock calendar of a zone."""
    return Calendar.always_open(zone)


@dataclass(frozen=True, slots=True)
class Cycle:
    """What a clock shows for one cycle: amounts are time counted on its calendar.

    `due_at` is the instant promised, the breached one once there is a breach; empty while the clock is paused, when
    `left` is what remains. `due_now` is the same but for breaches: a late reopen may move it.
    `stopped_by` tells which kind of event stopped it; `waiting` that a pause is open, also after a breach.
    """

    state: State
    started_at: datetime
    due_now: datetime | None
    stopped_at: datetime | None
    stopped_by: EventKind | None
    breached_at: datetime | None
    elapsed: timedelta
    paused: timedelta
    left: timedelta
    waiting: bool = False

    @property
    def due_at(self) -> datetime | None:
        """The instant promised: the one breached, if there is a breach."""
        return self.breached_at or self.due_now

    @property
    def decided_at(self) -> datetime | None:
        """The instant at which the verdict fell: the breach, or the stop that came before it."""
        if self.breached_at is not None:
            return self.breached_at
        return self.stopped_at if self.state is State.MET else None


@dataclass(frozen=True, slots=True)
class Replay:
    """A clock's cycles as of an instant, with the marks the machine made on the way.

    `machine` is the kernel's state before the reading, and the readings of the cycles that have ended: all that the
    next event needs.
    """

    terms: Terms
    events: Sequence[Event]
    as_of: datetime
    cycles: tuple[Cycle, ...]
    marks: tuple[tuple[int, int, int, int], ...]
    machine: tuple[int, ...] = ()

    @property
    def worst(self) -> Cycle | None:
        """The cycle that speaks for the clock: a miss before all else, then what is open, then the longest."""
        return self.cycles[0] if len(self.cycles) == 1 else max(self.cycles, key=_gravity, default=None)


_GRAVITY = {State.MISSED: 4, State.RUNNING: 3, State.PAUSED: 2, State.MET: 1, State.CANCELLED: 0}


def _gravity(cycle: Cycle) -> tuple[int, timedelta]:
    return _GRAVITY[cycle.state], cycle.elapsed


def replay(terms: Terms, events: Sequence[Event], as_of: datetime, *, evidence: bool = False) -> Replay:
    """Replay events in judging order under the terms of a clock, as of an instant.

    Raises `NoOpeningHours` when the calendar has no opening hours left in which a limit could be used up.
    """
    events = opening_first(events)
    ats = counted_ats(events)
    kinds = [event.kind + 0 for event in events]  # plain integers: an enumeration's compare at a third of the speed
    words = words_of(terms, events, kinds)
    now = to_microseconds(as_of)
    cycles, marks, machine = _run(terms, ats, kinds, words, now, evidence=evidence)
    return Replay(terms, events, as_of, tuple(_cycle(each) for each in cycles), tuple(marks), machine)


def opening_first(events: Sequence[Event]) -> Sequence[Event]:
    """Return the events with the first opening in front: what a source puts before it happened at it."""
    if events and events[0].kind is EventKind.OPENED:
        return events
    place = next((i for i, event in enumerate(events) if event.kind is EventKind.OPENED), 0)
    return [events[place], *events[:place], *events[place + 1 :]] if place else events


def counted_ats(events: Sequence[Event]) -> list[int]:
    """Return the instant at which each event counts: its own, but none before the opening."""
    ats = [to_microseconds(event.happened_at) for event in events]
    return ats if not ats or min(ats) == ats[0] else [max(at, ats[0]) for at in ats]


def _run(
    terms: Terms, ats: list[int], kinds: list[int], words: list[int], now: int, *, evidence: bool
) -> tuple[list[list[int]], list[tuple[int, int, int, int]], tuple[int, ...]]:
    calendar, count = terms.counting, len(ats)
    tables = calendar.tables(min(ats[0], now) if ats else now, now)
    parameters = terms.parameters()
    state = [0] * kernel.STATE_SIZE
    marks = [0] * (kernel.M_WIDTH * (4 * count + 4) if evidence else 0)
    years = 1
    while True:
        cycles = [0] * (kernel.C_WIDTH * (count + 1))
        number = kernel.run(tables, parameters, ats, kinds, words, 0, count, now, state, cycles, marks)
        readings = [cycles[i * kernel.C_WIDTH : (i + 1) * kernel.C_WIDTH] for i in range(number)]
        if not any(reading[kernel.C_DUE] == BEYOND or reading[kernel.C_LEFT] == BEYOND for reading in readings):
            break
        tables = calendar.lengthen_for(tables, now, years)
        years *= 2
    grouped = _grouped(marks, state[kernel.S_MARKS]) if evidence else []
    return readings, grouped, _machine(state, cycles)


def _machine(state: list[int], cycles: list[int]) -> tuple[int, ...]:
    """Return the state that the next event meets, and the cycles ended before: the reading itself ends none."""
    if state[kernel.S_PHASE] != kernel.IDLE:
        state[kernel.S_CYCLES] -= 1
    state[kernel.S_MARKS] = 0
    return (*state, *cycles[: state[kernel.S_CYCLES] * kernel.C_WIDTH])


def _grouped(marks: list[int], count: int) -> list[tuple[int, int, int, int]]:
    flat = marks[: count * kernel.M_WIDTH]
    return list(zip(flat[0::4], flat[1::4], flat[2::4], flat[3::4], strict=True))


def words_of(terms: Terms, events: Sequence[Event], kinds: list[int]) -> list[int]:
    """Return what each event says to this clock beyond its kind: reasons as bits, who has the ticket, who answers."""
    bits: dict[str, int] = {}
    return [_word(terms, event, kind, bits) for event, kind in zip(events, kinds, strict=True)]


def _word(terms: Terms, event: Event, kind: int, bits: dict[str, int]) -> int:
    if kind == kernel.PAUSED:
        return _bit(event.reason, bits) if stops_for(terms, event.reason) else 0
    if kind == kernel.RESUMED:
        return _bit(event.reason, bits) if event.reason else kernel.EVERY_REASON
    if kind == kernel.OPENED and terms.kind is TargetKind.UPDATE:
        return kernel.FROM_CUSTOMER if event.changes.get("by") == "customer" else 0
    if terms.kind is TargetKind.HAND_OVER and (kind == kernel.OPENED or kind == kernel.ASSIGNED):
        return _handed(terms.party, event)
    return 0


def _handed(party: str, event: Event) -> int:
    """Return whether the event puts the ticket with the party of a hand-over, elsewhere, or leaves it."""
    named = [event.changes[key] for key in ("team", "supplier") if event.changes.get(key)]
    if not named:
        return kernel.HANDED_NOWHERE
    return kernel.HANDED_OVER if party in named else kernel.HANDED_ON


def stops_for(terms: Terms, reason: str) -> bool:
    """Say whether a pause for this reason stops the clock."""
    return terms.reasons is None or reason in terms.reasons


def _bit(reason: str, bits: dict[str, int]) -> int:
    """Return the bit of a reason; past sixty reasons on one ticket they share the last."""
    return 1 << bits.setdefault(reason, min(len(bits), 60))


_EVENT_KINDS = tuple(EventKind)


def _cycle(reading: list[int]) -> Cycle:
    kind = reading[kernel.C_STOP_KIND]
    return Cycle(
        _state(reading),
        from_microseconds(reading[kernel.C_START]),
        _instant(reading[kernel.C_DUE]),
        _instant(reading[kernel.C_STOP]),
        None if kind < 0 else _EVENT_KINDS[kind],
        _instant(reading[kernel.C_BREACH]),
        duration(reading[kernel.C_ELAPSED]),
        duration(reading[kernel.C_PAUSED]),
        duration(reading[kernel.C_LEFT]),
        reading[kernel.C_PHASE] == kernel.WAITING,
    )


def _instant(at: int) -> datetime | None:
    return None if at == NONE else from_microseconds(at)


_STATES = {
    kernel.RUNNING: State.RUNNING,
    kernel.WAITING: State.PAUSED,
    kernel.STOPPED: State.MET,
    kernel.DROPPED: State.CANCELLED,
}


def _state(reading: list[int]) -> State:
    """Return the state word: a breach makes it missed, whatever came after."""
    return State.MISSED if reading[kernel.C_BREACH] != NONE else _STATES[reading[kernel.C_PHASE]]
