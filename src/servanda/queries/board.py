"""The clocks that have not stopped, by how they stand, and those that missed: what a viewer may see of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate

from django.db.models import Count, Q, QuerySet

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


def open_clocks(reach: Reach) -> QuerySet[models.Clock]:
    """Return the clocks in reach that have not stopped and are not exempt."""
    return models.Clock.objects.filter(
        reach.of_tickets("ticket__"), organisation=reach.organisation, stopped_at=None, state__in=OPEN
    )


def counted(seen: Standpoint, rows: QuerySet[models.Clock]) -> Board:
    """Return how many tickets stand behind some open clocks, by state, in three statements."""
    return _counted(seen, rows, [*_over(rows, seen)])


def _counted(seen: Standpoint, rows: QuerySet[models.Clock], paused_and_over: Iterable[ClockKept]) -> Board:
    fixed = [each.key for each in paused_and_over]
    over = Q(state=State.MISSED.value) | Q(state=State.RUNNING.value, due_at__lt=seen.now) | Q(pk__in=fixed)
    near = clocks.near(rows.filter(_may_be_near(seen)), Timepieces(seen.book), seen.now)
    counts: dict[str, Q] = {
        "overdue": over,
        "due_soon": near,
        "running": clocks.running(seen.now),
        "paused": Q(state=State.PAUSED.value) & ~Q(pk__in=fixed),
    }
    found = rows.order_by().aggregate(
        **{name: Count("ticket", distinct=True, filter=where) for name, where in counts.items()}
    )
    return Board(**found)


def _may_be_near(seen: Standpoint) -> Q:
    """Return what holds for every running clock that is due soon, and for few others: they are looked at one by one.

    A limit in days can be anything in hours, so all clocks of such a target may be.
    """
    limits = {
        (id(target.calendar), limit.amount, limit.unit): (target, limit)
        for version in seen.book.versions
        for target in version.targets
        for limit in target.limits.values()
    }
    in_days = {target.id for version in seen.book.versions for target in version.targets if _in_days(target)}
    try:
        ends = [_near_until(target, limit, seen.now) for target, limit in limits.values() if not limit.unit.in_days]
    except NoOpeningHours:
        return Q()
    return Q(due_at__lte=max(ends, default=seen.now)) | Q(target__in=in_days)


def _in_days(target: Target) -> bool:
    return any(limit.unit.in_days for limit in target.limits.values())


def _near_until(target: Target, limit: Limit, now: datetime) -> datetime:
    """Return when a clock of a limit is due at the latest that is due soon now."""
    part = max(duration(limit.amount) / clocks.NEAR_PART, clocks.NEAR_AT_LEAST)
    return Terms.of(target, limit, frozenset()).counting.due(now, part)


def _over(rows: QuerySet[models.Clock], seen: Standpoint) -> Iterable[ClockKept]:
    """Yield the paused clocks that are missed all the same, as no pause moves their due instant any more."""
    for each in clocks.kept(attainment.fixed_in_a_pause(rows)):
        if each.promised_at and each.promised_at < seen.now:
            yield each


def urgent(seen: Standpoint, reach: Reach) -> tuple[ClockShown, ...]:
    """Return the running clocks that are due next, the first one first, in two statements."""
    running = open_clocks(reach).filter(state=State.RUNNING.value, due_at__gte=seen.now)
    [found] = _shown(seen, clocks.kept(running.order_by("due_at", "pk")[:URGENT]))
    return found


def of_service(seen: Standpoint, service: str, kept: Mapping[date, ByPromise]) -> OfService | None:
    """Return the clocks of one service; nothing where no role lets the viewer see tickets.

    `kept` has the results of some months, which tell in which of them the last misses are found.
    """
    reach = reach_of_tickets(seen)
    if reach is None:
        return None
    rows = open_clocks(reach).filter(ticket__service=service)
    running = rows.filter(state=State.RUNNING.value, due_at__gte=seen.now).order_by("due_at", "pk")
    paused_and_over = [*_over(rows, seen)]
    misses = _misses(seen, reach, service, kept)
    misses += (each for each in paused_and_over if NOT_ENFORCED not in each.flags)
    misses.sort(key=lambda each: each.promised_at or seen.now, reverse=True)
    still_open, missed = _shown(seen, clocks.kept(running[:MOST]), misses[:MOST])
    return OfService(board=_counted(seen, rows, paused_and_over), open=still_open, misses=missed)


def _misses(seen: Standpoint, reach: Reach, service: str, kept: Mapping[date, ByPromise]) -> list[ClockKept]:
    """Return the last misses that count: those decided by an event, and running clocks past their due instant."""
    mine = models.Clock.objects.filter(
        reach.of_tickets("ticket__"), organisation=reach.organisation, ticket__service=service
    )
    counting = attainment.counting(mine)
    left = counting.filter(stopped_at=None, state=State.RUNNING.value, due_at__lt=seen.now).order_by("-due_at", "pk")
    return [*clocks.kept(left[:MOST]), *_decided(counting, _months_of_last(kept))]


def _decided(rows: QuerySet[models.Clock], months: Months | None) -> list[ClockKept]:
    """Return the last misses that some months hold."""
    if months is None:
        return []
    # A range and no list: of two ways the database takes the one along the months.
    within = rows.filter(state=State.MISSED.value, month__gte=months.first, month__lte=months.last)
    return clocks.kept(within.order_by("-breached_at", "pk")[:MOST])


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
