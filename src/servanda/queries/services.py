"""Services as somebody may see them: what is promised for each, what was kept of it by month, and what is open now."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db.models import Count, QuerySet, Value

from servanda.engine import zones
from servanda.engine.agreements import Book
from servanda.engine.coverage import Clause, clauses_of
from servanda.engine.results import Result
from servanda.engine.rights import GRANTED, Action, Scope, Viewer
from servanda.queries import attainment, board
from servanda.queries.attainment import AskedOf, ByPromise, Months, Promise, Standpoint, Verdicts
from servanda.queries.board import OfService
from servanda.queries.reach import Reach
from servanda.store import models
from servanda.store.access import NotFound
from servanda.store.names_on_tickets import named_by_tickets
from servanda.store.prepared import prepared
from servanda.store.spans import span_of_tickets

A_PAGE = 25
SHOWN = 12
"""How many months a page shows."""

HOLIDAYS = 4
"""Of so many months, this one among them, one has an opening; else what is kept has come to an end."""


# --- what there is ---


@dataclass(frozen=True, slots=True)
class Known:
    """The span of what is known: the first and the last opening, and the last event, of what a viewer may see."""

    first_opened: datetime
    last_opened: datetime
    last_event: datetime


def known(seen: Standpoint) -> Known | None:
    """Return the span of what is known; nothing where no ticket in reach was opened. At most three statements."""
    first, last, event = span_of_tickets(seen.reach.organisation) if seen.reach.is_whole else _span_in_reach(seen)
    return Known(first, last, event) if first and last and event else None


def _span_in_reach(seen: Standpoint) -> tuple[datetime | None, datetime | None, datetime | None]:
    tickets = models.Ticket.objects.filter(seen.reach.of_tickets())
    opened = tickets.filter(opened_at__isnull=False).values_list("opened_at", flat=True)
    ended = tickets.filter(last_event_at__isnull=False).values_list("last_event_at", flat=True)
    first, last = opened.order_by("opened_at").first(), opened.order_by("-opened_at").first()
    return first, last, ended.order_by("-last_event_at").first()


def shown_until(seen: Standpoint, span: Known | None) -> date:
    """Return the last month to show: this one, or that of the last opening where it lies longer back than holidays."""
    if span is None:
        return seen.month
    last = seen.month_of("", span.last_opened)
    return last if last < Months.until(seen.month, HOLIDAYS).first else seen.month


@dataclass(frozen=True, slots=True)
class Named:
    """A service by its id and its name; `listed` says whether any agreement file names it."""

    id: str
    name: str
    listed: bool = True


def names(seen: Standpoint) -> Mapping[str, Named]:
    """Return the services that a viewer may see, by id, those that agreements name first.

    Whom services alone limit sees those; whom customers or suppliers limit sees the services of tickets in reach.
    """
    of_book = {each.id: Named(each.id, each.name or each.id) for each in seen.book.services}
    found = {id: of_book.get(id) or Named(id, id, listed=False) for id in _ids(seen, of_book)}
    return dict(sorted(found.items(), key=lambda item: (not item[1].listed, item[1].name.casefold(), item[0])))


def _ids(seen: Standpoint, of_book: Collection[str]) -> set[str]:
    every = {*of_book, *named_by_tickets(seen.reach.organisation)} - {""}
    if seen.reach.is_whole:
        return every
    by_service = {id for each in seen.reach.scopes if not _narrower(each) for id in each.services} & every
    if not any(_narrower(each) for each in seen.reach.scopes):
        return by_service
    of_tickets = models.Ticket.objects.filter(seen.reach.of_tickets()).values_list("service", flat=True).distinct()
    return by_service | ({*of_tickets} & every)


def _narrower(scope: Scope) -> bool:
    return bool(scope.customers or scope.suppliers)


# --- what is promised ---


@dataclass(frozen=True, slots=True)
class Covering:
    """The clauses that cover a service: those in force, or else those that were in force last."""

    clauses: tuple[Clause, ...]
    in_force: bool


def covering(seen: Standpoint, services: Collection[str]) -> dict[str, Covering]:
    """Return what covers each of some services, of what a viewer may know of it; no statement.

    For each kind of target the most specific clause for every customer, and those for single customers beside it.
    """
    found: dict[str, list[Clause]] = {id: [] for id in services}
    for clause in clauses_of(seen.book.versions):
        if _may_know(seen.viewer, clause):
            for id in services if not clause.services else clause.services.intersection(found):
                found[id].append(clause)
    return {id: _covering(clauses, seen.now) for id, clauses in found.items()}


def _covering(clauses: Iterable[Clause], now: datetime) -> Covering:
    begun = [each for each in clauses if each.version.begins_at <= now]
    in_force = [each for each in begun if each.covers_instant(now)]
    ends = [each.ends_at for each in begun if each.ends_at]
    chosen = in_force or [each for each in begun if each.ends_at == max(ends, default=None)]
    return Covering(tuple(_most_specific(chosen)), bool(in_force))


def _most_specific(clauses: Iterable[Clause]) -> Iterator[Clause]:
    """Yield the clauses that no more specific one for the same kind and the same customers stands before."""
    told = list(clauses)
    best: dict[tuple[object, ...], int] = {}
    for each in told:
        key = (each.target.kind, each.target.party, each.customers)
        best[key] = min(each.level, best.get(key, each.level))
    yield from (each for each in told if best[each.target.kind, each.target.party, each.customers] == each.level)


def _may_know(viewer: Viewer, clause: Clause) -> bool:
    """Whether a viewer may know of a clause: by what they may see of agreements, or as the supplier it binds."""
    for each in viewer.assignments:
        scope = each.scope
        if each.holds_on(viewer.on) and (not scope.suppliers or clause.target.party in scope.suppliers):
            granted = Action.SEE_AGREEMENT in GRANTED[each.role] or clause.target.party in scope.suppliers
            if granted and _meets(scope.services, clause.services) and _meets(scope.customers, clause.customers):
                return True
    return False


def _meets(scope: frozenset[str], named: frozenset[str]) -> bool:
    return not scope or not named or not scope.isdisjoint(named)


# --- the list ---


@dataclass(frozen=True, slots=True)
class Line:
    """A service in the list: what covers it, what was kept of it in each month, and what is open.

    `opened` counts the tickets opened in each month, by the zone of the organisation; `open_tickets` those of which
    a clock has not stopped.
    """

    service: Named
    covering: Covering
    months: tuple[ByPromise, ...]
    opened: tuple[int, ...]
    open_tickets: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the services whose names hold a text, with the two months that are told, the later last.

    `page` is the page shown, the last one where a later was asked for; `all` counts the services of every page.
    """

    lines: tuple[Line, ...]
    months: tuple[date, date]
    current_month: date
    span: Known | None
    find: str
    total: int
    all: int
    page: int
    pages: int
    asked_page: int
    customers: Mapping[str, str]


def listing(viewer: Viewer, *, find: str = "", page: int = 1, now: datetime) -> Listing:
    """Return a page of the services that a viewer may see; raise `NotFound` where they may see no results at all.

    However many services there are, it takes as many statements.
    """
    seen = attainment.standpoint(viewer, now)
    span, every = known(seen), names(seen)
    found = [each for each in every.values() if find.casefold() in each.name.casefold() or find == each.id]
    pages = max(1, -(-len(found) // A_PAGE))
    shown = min(page, pages)
    chosen = found[(shown - 1) * A_PAGE : shown * A_PAGE]
    months = Months.until(shown_until(seen, span), 2)
    lines = tuple(_lines(seen, chosen, months))
    return Listing(
        lines=lines,
        months=(months.first, months.last),
        current_month=seen.month,
        span=span,
        find=find,
        total=len(found),
        all=len(every),
        page=shown,
        pages=pages,
        asked_page=page,
        customers=_customer_names(seen.book),
    )


def _lines(seen: Standpoint, chosen: Iterable[Named], months: Months) -> Iterator[Line]:
    services = {each.id: each for each in chosen}
    kept = Verdicts(seen, months, frozenset(services)).by_promise("month", "service")
    covers, opened = covering(seen, services), _opened(seen, services, months)
    still_open = _open_tickets(seen, services)
    for id, service in services.items():
        yield Line(
            service,
            covers[id],
            tuple(kept.get((month, id), {}) for month in months),
            tuple(opened.get((month, id), 0) for month in months),
            still_open.get(id, 0),
        )


def _opened(seen: Standpoint, services: Collection[str], months: Months) -> dict[tuple[date, str], int]:
    """Return how many tickets of some services were opened in each month, in one statement."""
    listed = tuple(months)
    starts = tuple(zones.midnight(each, seen.zone) for each in (*listed, attainment.after(months.last)))
    within, one = attainment.asked_of(frozenset(services))
    rows = _opened_by_part(seen.reach, within, starts).rows(service=one)
    return {(listed[place - 1], service): number for place, service, number in rows}


@prepared
def _opened_by_part(reach: Reach, services: AskedOf, starts: tuple[datetime, ...]) -> QuerySet[Any]:
    # Each part by itself, as an index counts it without sorting.
    tickets = models.Ticket.objects.filter(reach.of_tickets(), attainment.of(services)).order_by()
    first, *others = (
        tickets.filter(opened_at__gte=since, opened_at__lt=end)
        .values("service")
        .annotate(number=Count("pk"), part=Value(place))
        .values_list("part", "service", "number")
        for place, (since, end) in enumerate(pairwise(starts), start=1)
    )
    return first.union(*others, all=True)


def _open_tickets(seen: Standpoint, services: Collection[str]) -> dict[str, int]:
    """Return how many tickets of each service have a clock that has not stopped, in one statement."""
    return dict(_open_by_service(seen.reach, frozenset(services)).rows())


@prepared
def _open_by_service(reach: Reach, services: frozenset[str]) -> QuerySet[Any]:
    rows = board.open_clocks(reach).filter(ticket__service__in=services).order_by().values("ticket__service")
    return rows.annotate(tickets=Count("ticket", distinct=True)).values_list("ticket__service", "tickets")


# --- one service ---


@dataclass(frozen=True, slots=True)
class OneService:
    """A service with all that is shown of it.

    `kept` has the results of each month by what was promised; `parts` those of `month` by that and the priority.
    `names` are those of targets, by agreement and id. `clocks` is empty where no role lets the viewer see tickets.
    """

    service: Named
    span: Known | None
    covering: Covering
    months: Months
    kept: Mapping[date, ByPromise]
    opened: Mapping[date, int]
    month: date
    parts: Mapping[tuple[Promise, str], Result]
    current_month: date
    names: Mapping[tuple[str, str], str]
    customers: Mapping[str, str]
    clocks: OfService | None


def one(viewer: Viewer, service: str, *, month: date | None = None, now: datetime) -> OneService:
    """Return a service; raise `NotFound` where there is none of that id for the viewer.

    `month` is the one whose promises are told, without it the last one in which a verdict fell.
    """
    seen = attainment.standpoint(viewer, now)
    named = names(seen).get(service)
    if named is None:
        raise NotFound(f"service '{service}'")
    only, span = frozenset({service}), known(seen)
    months = _window(shown_until(seen, span), month)
    verdicts = Verdicts(seen, months, only)
    kept = {key[0]: by for key, by in verdicts.by_promise("month").items()}
    told = month or max(kept, default=months.last)
    parts = verdicts.by_promise("priority", months=Months(told, told))
    return OneService(
        service=named,
        span=span,
        covering=covering(seen, only)[service],
        months=months,
        kept=kept,
        opened={of: number for (of, _), number in _opened(seen, only, months).items()},
        month=told,
        parts={(promise, key[0]): result for key, by in parts.items() for promise, result in by.items()},
        current_month=seen.month,
        names=target_names(seen.book),
        customers=_customer_names(seen.book),
        clocks=board.of_service(seen, service, kept),
    )


def _window(usual: date, month: date | None) -> Months:
    """Return the months to show: those that end where all pages do, or others that hold the month asked for."""
    months = Months.until(usual, SHOWN)
    return months if month is None or month in months else Months.until(month, SHOWN)


def target_names(book: Book) -> Mapping[tuple[str, str], str]:
    """Return what each target of each agreement is called: as it was last, or as the one service that it is for."""
    services = {each.id: each.name for each in book.services}
    return {
        (version.agreement, target.id): target.name or _only_service(target.services, services) or target.id
        for version in book.versions
        for target in version.targets
    }


def _customer_names(book: Book) -> Mapping[str, str]:
    return {each.id: each.name for each in book.customers}


def _only_service(ids: Collection[str], services: Mapping[str, str]) -> str:
    return services.get(next(iter(ids)), "") if len(ids) == 1 else ""
