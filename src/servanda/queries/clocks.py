"""Kept clocks as they stand at an instant: no row changes when time passes, so what has passed since is told here."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from servanda.engine import kernel
from servanda.engine.agreements import AgreementVersion, Book
from servanda.engine.calendars import Calendar, NoOpeningHours
from servanda.engine.clocks import State, Terms
from servanda.engine.instants import amount, duration, from_microseconds
from servanda.engine.judging import Reading
from servanda.engine.targets import Target, TargetKind
from servanda.queries import attainment
from servanda.store import models
from servanda.store.prepared import Given, prepared

NEAR_PART = 4
"""A clock is due soon in the last of so many equal parts of its time."""

NEAR_AT_LEAST = timedelta(minutes=30)
"""However short the time of a clock, it is due soon when no more than this is left."""

OPEN_AT_MOST = 5_000
"""How many running clocks are looked at, those due first, to tell which are due soon."""

COLUMNS = (
    "pk",
    "ticket_id",
    "kind",
    "party",
    "target",
    "version__agreement",
    "version__number",
    "priority",
    "state",
    "machine",
    "started_at",
    "due_at",
    "stopped_at",
    "paused",
    "flags",
)


class ClockKept(NamedTuple):
    """What is kept of a clock, as far as it tells how it stands; the names are those of the record."""

    key: int
    ticket: int
    kind: str
    party: str
    target: str
    agreement: str
    number: int
    priority: str
    state: str
    machine: Sequence[int]
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    paused: int
    flags: Sequence[str]

    @property
    def version(self) -> str:
        """The label of the agreement version, such as `service-desk/2`."""
        return f"{self.agreement}/{self.number}"

    @property
    def promised_at(self) -> datetime | None:
        """The due instant, also that of a paused clock that no pause moves any more; empty where a pause moves it."""
        if self.due_at is not None or self.state != State.PAUSED.value:
            return self.due_at
        fixed = self.machine[kernel.S_FIXED]
        return None if fixed == kernel.NONE else from_microseconds(fixed)


@dataclass(frozen=True, slots=True)
class ClockNow:
    """A clock as it stands at an instant: its state then, and the open time to its due instant or after it.

    `left` is the open time until it is due, for a running clock alone; `late` the open time after it was due, until it
    stopped or until now, for a missed one; `near` that it is due soon; `opens_at` when a running clock that stands
    outside hours counts on.
    """

    kind: TargetKind
    party: str
    target: str
    name: str
    version: str
    priority: str
    state: State
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    left: timedelta | None
    late: timedelta | None
    near: bool
    opens_at: datetime | None
    zone: str
    flags: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether it has not stopped."""
        return self.stopped_at is None and self.state in (State.RUNNING, State.PAUSED, State.MISSED)


@dataclass(frozen=True, slots=True)
class Timepiece:
    """How the time of one clock counts: its target, the zone of its agreement, and the calendar it counts on."""

    name: str
    zone: str
    calendar: Calendar | None

    def between(self, start: datetime, end: datetime) -> timedelta | None:
        """Return the open time from one instant to another; nothing where it cannot be told."""
        try:
            return None if self.calendar is None else self.calendar.elapsed(start, max(start, end))
        except NoOpeningHours:
            return None

    def opens_at(self, now: datetime) -> datetime | None:
        """Return when time counts again; nothing while it counts."""
        try:
            return None if self.calendar is None or self.calendar.is_open(now) else self.calendar.next_open(now)
        except NoOpeningHours:
            return None


class Timepieces:
    """The timepieces of a book, each made when it is first asked for."""

    def __init__(self, book: Book) -> None:
        self._versions: Mapping[str, AgreementVersion] = {each.label: each for each in book.versions}
        self._home = book.organisation.zone
        self._made: dict[tuple[str, str, str], Timepiece] = {}

    def of(self, version: str, target: str, priority: str) -> Timepiece:
        """Return the timepiece of a target of a version for a priority."""
        key = (version, target, priority)
        if key not in self._made:
            self._made[key] = self._make(*key)
        return self._made[key]

    def _make(self, version: str, target: str, priority: str) -> Timepiece:
        judging = self._versions.get(version)
        found = next((each for each in judging.targets if each.id == target), None) if judging else None
        if judging is None or found is None:
            return Timepiece("", self._home, None)
        return Timepiece(found.name, judging.zone, _calendar(found, priority))


def _calendar(target: Target, priority: str) -> Calendar | None:
    limit = target.limit_for(priority)
    return None if limit is None else Terms.of(target, limit, frozenset()).counting


def kept(clocks: QuerySet[models.Clock]) -> list[ClockKept]:
    """Return what is kept of some clocks, in one statement."""
    return [ClockKept(*each) for each in clocks.values_list(*COLUMNS)]


def standing(clock: ClockKept, timepieces: Timepieces, now: datetime) -> ClockNow:
    """Return a clock as it stands at an instant, of which every event was heard."""
    timepiece = timepieces.of(clock.version, clock.target, clock.priority)
    return standing_by(timepiece, TargetKind(clock.kind), clock, now)


def standing_by(timepiece: Timepiece, kind: TargetKind, clock: ClockKept, now: datetime) -> ClockNow:
    """Return a clock as it stands at an instant, by the timepiece that it goes by."""
    state = state_at(clock, now)
    promised = clock.promised_at
    running, missed = state is State.RUNNING, state is State.MISSED
    left = timepiece.between(now, promised) if running and promised else None
    return ClockNow(
        kind=kind,
        party=clock.party,
        target=clock.target,
        name=timepiece.name,
        version=clock.version,
        priority=clock.priority,
        state=state,
        started_at=clock.started_at,
        due_at=promised,
        stopped_at=clock.stopped_at,
        left=left,
        late=timepiece.between(promised, clock.stopped_at or now) if missed and promised else None,
        near=running and _is_near(clock, timepiece, left),
        opens_at=timepiece.opens_at(now) if running else None,
        zone=timepiece.zone,
        flags=tuple(clock.flags),
    )


def state_at(clock: ClockKept, now: datetime) -> State:
    """Return the state of a clock at an instant: one whose due instant went by with no event to stop it is missed."""
    state, promised = State(clock.state), clock.promised_at
    if state in (State.RUNNING, State.PAUSED) and promised is not None and promised < now:
        return State.MISSED
    return state


def _is_near(clock: ClockKept, timepiece: Timepiece, left: timedelta | None) -> bool:
    """Say whether a running clock is in the last part of its time."""
    if left is None or clock.due_at is None:
        return False
    whole = timepiece.between(clock.started_at, clock.due_at) or timedelta()
    return left <= max((whole - duration(clock.paused)) / NEAR_PART, NEAR_AT_LEAST)


# --- the same as conditions of a statement ---

Instant = datetime | Given
Alternatives = tuple[Q, ...]
"""Conditions of which one holds, each for an index of its own; no two hold for one clock."""


def running(now: Instant) -> Q:
    """Return what holds for the clocks that run at an instant and are not overdue."""
    return Q(state=State.RUNNING.value) & (Q(due_at=None) | Q(due_at__gte=now))


def missed(fixed: Iterable[ClockKept], now: datetime) -> Alternatives:
    """Return what holds for the clocks that are missed at an instant, stopped or not; `fixed` as `fixed` gives them."""
    return Q(state=State.MISSED.value), Q(state=State.RUNNING.value, due_at__lt=now), Q(pk__in=_over(fixed, now))


def paused(fixed: Iterable[ClockKept], now: datetime) -> Q:
    """Return what holds for the clocks that are paused at an instant and not overdue."""
    return Q(state=State.PAUSED.value) & ~Q(pk__in=_over(fixed, now))


def fell_between(fixed: Iterable[ClockKept], since: datetime, end: datetime, now: datetime) -> Alternatives:
    """Return what holds for clocks missed from one instant until before another by the time that passed alone."""
    until = min(end, now)
    in_a_pause = [each.key for each in fixed if each.promised_at and since <= each.promised_at < until]
    return Q(state=State.RUNNING.value, due_at__gte=since, due_at__lt=until), Q(pk__in=in_a_pause)


def near(running: QuerySet[models.Clock], timepieces: Timepieces, now: datetime) -> Q:
    """Return what holds for those of some clocks that are due soon, of the thousands that are due first."""
    found = due_first(running, now).values_list(*COLUMNS)
    return Q(pk__in=[each.key for each in those_near(found, timepieces, now)])


def due_first(clocks: QuerySet[models.Clock], now: Instant) -> QuerySet[models.Clock]:
    """Return the thousands of some clocks that run and are due first."""
    return clocks.filter(state=State.RUNNING.value, due_at__gte=now).order_by("due_at", "pk")[:OPEN_AT_MOST]


def those_near(rows: Iterable[tuple[Any, ...]], timepieces: Timepieces, now: datetime) -> Iterator[ClockKept]:
    """Yield those clocks that are due soon, of rows that have their `COLUMNS`."""
    for each in (ClockKept(*row) for row in rows):
        if standing(each, timepieces, now).near:
            yield each


def fixed(organisation: models.Organisation) -> list[ClockKept]:
    """Return the paused clocks whose due instant no pause moves: the limit was used up before the pause began."""
    return [ClockKept(*each) for each in _fixed(organisation).rows()]


@prepared
def _fixed(organisation: models.Organisation) -> QuerySet[Any]:
    clocks = models.Clock.objects.filter(organisation=organisation)
    return attainment.fixed_in_a_pause(clocks).values_list(*COLUMNS)


def _over(fixed: Iterable[ClockKept], now: datetime) -> list[int]:
    return [each.key for each in fixed if each.promised_at and each.promised_at < now]


def of_reading(reading: Reading, timepieces: Timepieces, now: datetime) -> ClockNow | None:
    """Return the clock of a reading as of now; nothing where nothing covers the ticket."""
    cycle, version = reading.cycle, reading.cover.version
    if cycle is None or version is None:
        return None
    told = ClockKept(
        key=0,
        ticket=0,
        kind=reading.cover.kind.value,
        party=reading.cover.party,
        target=reading.target,
        agreement=version.agreement,
        number=version.number,
        priority=reading.priority,
        state=reading.state.value,
        machine=reading.machine,
        started_at=cycle.started_at,
        due_at=cycle.due_at,
        stopped_at=cycle.stopped_at,
        paused=amount(cycle.paused),
        flags=reading.flags,
    )
    return standing(told, timepieces, now)
