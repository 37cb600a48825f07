"""The clocks that have not stopped, by how they stand, and those that missed: what a viewer may see of them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate
from typing import Any

from django.db.models import Count, Q, QuerySet, Value

from servanda.engine.calendars import NoOpeningHours
from servanda.engine.clocks import State, Terms
from servanda.engine.instants import duration
from servanda.engine.judging import NOT_ENFORCED
from servanda.engine.rights import GRANTED, Action
from servanda.engine.targets import Limit, Target
from servanda.queries import attainment, clocks
from servanda.queries.attainment import ByPromise, Months, Standpoint
from servanda.queries.clocks import ClockKept, ClockNow, Timepieces
from servanda.queries.reach import Reach, reach_of
from servanda.store import models
from servanda.store.prepared import SERVICE, Given, prepared

MOST = 10
URGENT = 5
_TOLD = ("pk", "source", "number", "service")
OPEN = tuple(each.value for each in (State.RUNNING, State.PAUSED, State.MISSED))


@dataclass(frozen=True, slots=True)
class Board:
    """How many tickets have an open clock in each state; one with several clocks can count in several.

    What is due soon is running, too.
    """

    overdue: int
    due_soon: int
    running: int
    paused: int

    @property
    def is_empty(self) -> bool:
        """Whether no clock is open."""
        return not (self.overdue or self.running or self.paused)


@dataclass(frozen=True, slots=True)
class ClockShown:
    """A clock as it stands now, with the ticket it counts on."""

    source: str
    number: str
    service: str
    clock: ClockNow


@dataclass(frozen=True, slots=True)
class OfService:
    """The clocks of one service: how many are open, those due first, and those that missed last, the newest first."""

    board: Board
    open: tuple[ClockShown, ...]
    misses: tuple[ClockShown, ...]


def reach_of_tickets(seen: Standpoint) -> Reach | None:
    """Return how far a viewer may see single tickets; nothing where no role lets them see any."""
    held = (each for each in seen.viewer.assignments if each.holds_on(seen.viewer.on))
    sees = any(Action.SEE_TICKET in GRANTED[each.role] for each in held)
    return reach_of(seen.viewer, Action.SEE_TICKET) if sees else None


def open_clocks(reach: Reach, *, of_one: bool = False) -> QuerySet[models.Clock]:
    """Return the clocks in reach that have not stopped and are not exempt; of the one `SERVICE` or of all."""
    found = models.Clock.objects.filter(
        reach.of_tickets("ticket__"), organisation=reach.organisation, stopped_at=None, state__in=OPEN
    )
    return found.filter(ticket__service=SERVICE) if of_one else found


def counted(seen: Standpoint, reach: Reach, service: str | None = None) -> Board:
    """Return how many tickets in reach have open clocks, by state, in three statements; of one service or of all."""
    return _counted(seen, reach, service, _over(seen, reach, service))


def _counted(seen: Standpoint, reach: Reach, service: str | None, paused_and_over: Iterable[ClockKept]) -> Board:
    fixed = tuple(each.key for each in paused_and_over)
    asked = _by_state(reach, fixed, of_one=service is not None)
    [(overdue, running, paused)] = asked.rows(now=seen.now, service=service or "") or [(0, 0, 0)]
    return Board(overdue, len({each.ticket for each in _near(seen, reach, service)}), running, paused)


@prepared
def _by_state(reach: Reach, fixed: tuple[int, ...], *, of_one: bool) -> QuerySet[Any]:
    """Ask how many tickets have clocks that are overdue, run and are paused; `fixed` are paused, yet overdue."""
    now = Given("now")
    states = {
        "overdue": Q(state=State.MISSED.value) | Q(state=State.RUNNING.value, due_at__lt=now) | Q(pk__in=fixed),
        "running": clocks.running(now),
        "paused": Q(state=State.PAUSED.value) & ~Q(pk__in=fixed),
    }
    counts = {name: Count("ticket", distinct=True, filter=where) for name, where in states.items()}
    rows = open_clocks(reach, of_one=of_one).order_by().annotate(every=Value(1)).values("every").annotate(**counts)
    return rows.values_list(*counts)


def _near(seen: Standpoint, reach: Reach, service: str | None) -> Iterator[ClockKept]:
    """Yield the clocks that are due soon.

    A limit in days can be anything in hours, so every clock of such a target is looked at.
    """
    limits = {
        (id(target.calendar), limit.amount, limit.unit): (target, limit)
        for version in seen.book.versions
        for target in version.targets
        for limit in target.limits.values()
    }
    in_days = frozenset(target.id for version in seen.book.versions for target in version.targets if _in_days(target))
    of_one, named = service is not None, service or ""
    try:
        ends = [_near_until(target, limit, seen.now) for target, limit in limits.values() if not limit.unit.in_days]
        near = _near_at_most(reach, in_days, of_one=of_one)
        rows = near.rows(now=seen.now, until=max(ends, default=seen.now), service=named)
    except NoOpeningHours:
        rows = _near_at_most(reach, None, of_one=of_one).rows(now=seen.now, service=named)
    yield from clocks.those_near(rows, Timepieces(seen.book), seen.now)


@prepared
def _near_at_most(reach: Reach, in_days: frozenset[str] | None, *, of_one: bool) -> QuerySet[Any]:
    """Ask for the running clocks due until an instant, and those of targets in days; for all where none are named."""
    rows = open_clocks(reach, of_one=of_one)
    if in_days is not None:
        rows = rows.filter(Q(due_at__lte=Given("until")) | Q(target__in=in_days))
    return clocks.due_first(rows, Given("now")).values_list(*clocks.COLUMNS)


def _in_days(target: Target) -> bool:
    return any(limit.unit.in_days for limit in target.limits.values())


def _near_until(target: Target, limit: Limit, now: datetime) -> datetime:
    """Return when a clock of a limit is due at the latest that is due soon now."""
    part = max(duration(limit.amount) / clocks.NEAR_PART, clocks.NEAR_AT_LEAST)
    return Terms.of(target, limit, frozenset()).counting.due(now, part)


def _over(seen: Standpoint, reach: Reach, service: str | None) -> list[ClockKept]:
    """Return the paused clocks that are missed all the same, as no pause moves their due instant any more."""
    found = _kept(_fixed(reach, of_one=service is not None).rows(service=service or ""))
    return [each for each in found if each.promised_at and each.promised_at < seen.now]


@prepared
def _fixed(reach: Reach, *, of_one: bool) -> QuerySet[Any]:
    return attainment.fixed_in_a_pause(open_clocks(reach, of_one=of_one)).values_list(*clocks.COLUMNS)


def urgent(seen: Standpoint, reach: Reach) -> tuple[ClockShown, ...]:
    """Return the running clocks that are due next, the first one first, in two statements."""
    [found] = _shown(seen, _kept(_next(reach, URGENT, of_one=False).rows(now=seen.now)))
    return found


@prepared
def _next(reach: Reach, most: int, *, of_one: bool) -> QuerySet[Any]:
    running = open_clocks(reach, of_one=of_one).filter(state=State.RUNNING.value, due_at__gte=Given("now"))
    return running.order_by("due_at", "pk")[:most].values_list(*clocks.COLUMNS)


def of_service(seen: Standpoint, service: str, kept: Mapping[date, ByPromise]) -> OfService | None:
    """Return the clocks of one service; nothing where no role lets the viewer see tickets.

    `kept` has the results of some months, which tell in which of them the last misses are found.
    """
    reach = reach_of_tickets(seen)
    if reach is None:
        return None
    paused_and_over = _over(seen, reach, service)
    misses = _misses(seen, reach, service, kept)
    misses += (each for each in paused_and_over if NOT_ENFORCED not in each.flags)
    misses.sort(key=lambda each: each.promised_at or seen.now, reverse=True)
    running = _kept(_next(reach, MOST, of_one=True).rows(now=seen.now, service=service))
    still_open, missed = _shown(seen, running, misses[:MOST])
    return OfService(board=_counted(seen, reach, service, paused_and_over), open=still_open, misses=missed)


def _misses(seen: Standpoint, reach: Reach, service: str, kept: Mapping[date, ByPromise]) -> list[ClockKept]:
    """Return the last misses that count: those decided by an event, and running clocks past their due instant."""
    months = _months_of_last(kept)
    decided = _decided(reach, months).rows(service=service) if months else []
    return _kept([*_left(reach).rows(now=seen.now, service=service), *decided])


@prepared
def _left(reach: Reach) -> QuerySet[Any]:
    left = _counting(reach).filter(stopped_at=None, state=State.RUNNING.value, due_at__lt=Given("now"))
    return left.order_by("-due_at", "pk")[:MOST].values_list(*clocks.COLUMNS)


@prepared
def _decided(reach: Reach, months: Months) -> QuerySet[Any]:
    """Ask for the last misses that some months hold."""
    # A range and no list: of two ways the database takes the one along the months.
    within = _counting(reach).filter(state=State.MISSED.value, month__gte=months.first, month__lte=months.last)
    return within.order_by("-breached_at", "pk")[:MOST].values_list(*clocks.COLUMNS)


def _counting(reach: Reach) -> QuerySet[Any]:
    mine = models.Clock.objects.filter(
        reach.of_tickets("ticket__"), organisation=reach.organisation, ticket__service=SERVICE
    )
    return attainment.counting(mine)


def _kept(rows: Iterable[tuple[Any, ...]]) -> list[ClockKept]:
    return [ClockKept(*each) for each in rows]


def _months_of_last(kept: Mapping[date, ByPromise]) -> Months | None:
    """Return the latest months that hold as many misses as are shown."""
    missed = [(month, sum(each.missed for each in kept[month].values())) for month in sorted(kept, reverse=True)]
    so_far = accumulate((number for _, number in missed), initial=0)
    found = [month for (month, number), before in zip(missed, so_far, strict=False) if number and before < MOST]
    return Months(found[-1], found[0]) if found else None


def _shown(seen: Standpoint, *lists: list[ClockKept]) -> list[tuple[ClockShown, ...]]:
    """Return each of some lists of clocks with their tickets, in one statement."""
    timepieces = Timepieces(seen.book)
    tickets = models.Ticket.objects.filter(pk__in={each.ticket for found in lists for each in found})
    named = {key: (source, number, of) for key, source, number, of in tickets.values_list(*_TOLD)}
    return [
        tuple(
            ClockShown(*named[each.ticket], clock=clocks.standing(each, timepieces, seen.now))
            for each in found
            if each.ticket in named
        )
        for found in lists
    ]
