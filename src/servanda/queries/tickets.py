"""The list of tickets: what a viewer may see of what is asked for, fifty at a time, and how their clocks stand now."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, reduce
from itertools import starmap
from operator import and_, or_
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan

from servanda.engine import zones
from servanda.engine.agreements import Book, Customer, Service
from servanda.engine.canonical import written
from servanda.engine.clocks import State
from servanda.engine.judging import NOT_ENFORCED
from servanda.engine.rights import Action, Scope, Viewer
from servanda.engine.targets import TargetKind
from servanda.queries import clocks, unlisted
from servanda.queries.attainment import after
from servanda.queries.clocks import Alternatives, ClockKept, ClockNow, Timepieces
from servanda.queries.reach import Reach, reach_of
from servanda.queries.ticket_filters import WITHOUT_A_CLOCK, Asked, Filters, Order
from servanda.store import models
from servanda.store.books import remembered_book
from servanda.store.searching import Flagged, InCodePoints, Told

A_PAGE = 50
LISTED = 5_000
"""How many tickets the pages of one list show; whoever wants others narrows the list down."""

CLOCKS_OF_A_TICKET = 4
"""How many running clocks a ticket may have in the mean, for a list by what is due next to be as long as others."""

FEW = 1_000
"""Up to so many tickets are looked up by their keys; more are met while passing over the list in its order."""

MOST_CHOICES = 200
"""With more services or customers than this, one types which."""

LAST_SIGN = chr(0x10FFFF)
KINDS = tuple(TargetKind)
_LABEL = ("pk", "agreement", "number")


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket in the list, with its clocks as they stand now; `remarks` are its flags and those of its clocks."""

    source: str
    number: str
    service: str
    service_name: str
    customer: str
    customer_name: str
    priority: str
    opened_at: datetime | None
    clocks: tuple[ClockNow, ...]
    remarks: tuple[str, ...]
    unjudged: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What a list can be narrowed down to: services and customers in reach with their names, and priority codes.

    Where there are too many to choose from, there is none: one types the id.
    """

    services: Mapping[str, str]
    customers: Mapping[str, str]
    priorities: tuple[str, ...]
    any_customers: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list: `total` tickets are in it, of which `pages` pages show the first thousands.

    `page` is the page shown, the last one where a later was asked for.
    """

    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int
    asked_page: int
    filters: Filters
    choices: Choices

    @property
    def first(self) -> int:
        """The place of the first ticket shown, from 1; 0 where there is none."""
        return (self.page - 1) * A_PAGE + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The place of the last ticket shown."""
        return (self.page - 1) * A_PAGE + len(self.rows)

    @property
    def left_out(self) -> int:
        """How many tickets no page shows."""
        return max(0, self.total - LISTED)


@dataclass(frozen=True)
class Search:
    """Who looks for tickets, for which, and when; `outside` tells those for what the catalogue does not list."""

    reach: Reach
    book: Book
    filters: Filters
    now: datetime
    outside: Q | None = None

    @property
    def organisation(self) -> models.Organisation:
        """The organisation whose tickets they are."""
        return self.reach.organisation

    @cached_property
    def timepieces(self) -> Timepieces:
        """How the time of its clocks counts."""
        return Timepieces(self.book)

    @cached_property
    def of_tickets(self) -> tuple[Q, ...]:
        """What must be true of the tickets themselves, reach apart."""
        return tuple(_asked_of_tickets(self))

    @cached_property
    def of_clocks(self) -> Alternatives:
        """What must be true of one of their clocks, one way or another; nothing where no clock is asked for."""
        return _asked_of_clocks(self)

    @property
    def clocks_tell(self) -> bool:
        """Whether nothing is asked of the tickets themselves, and all are in reach."""
        asked = self.of_tickets or self.filters.find or self.filters.flag or self.filters.state is Asked.UNJUDGED
        return self.reach.is_whole and not asked

    @property
    def by_clocks_alone(self) -> bool:
        """Whether clocks tell by themselves which tickets are meant."""
        return bool(self.of_clocks) and self.clocks_tell

    @cached_property
    def labels(self) -> Mapping[int, str]:
        """The labels of the agreement versions by their keys."""
        kept = models.AgreementVersion.objects.filter(organisation=self.organisation)
        return {key: f"{agreement}/{number}" for key, agreement, number in kept.values_list(*_LABEL)}

    @cached_property
    def fixed(self) -> list[ClockKept]:
        """The paused clocks whose due instant no pause moves; hardly ever there is one."""
        return clocks.fixed(self.organisation)


def page(viewer: Viewer, filters: Filters, number: int, *, now: datetime) -> Listing:
    """Return a page of the tickets that are asked for and that a viewer may see, as of now.

    Raise `NotFound` where no role of theirs lets them see tickets. However many tickets are kept, it takes as many
    statements.
    """
    search = _search(viewer, filters, now)
    keys = _keys(search)
    total = len(keys) if len(keys) <= LISTED else _count(search)
    pages = max(1, -(-min(total, LISTED) // A_PAGE))
    shown = min(number, pages)
    rows = _rows(search, keys[:LISTED][(shown - 1) * A_PAGE : shown * A_PAGE])
    return Listing(tuple(rows), total, shown, pages, number, filters, _choices(search))


def numbers(viewer: Viewer, filters: Filters, *, now: datetime) -> list[tuple[str, str]]:
    """Return source and number of every ticket that is asked for, in the order of the list; no more than it shows."""
    keys = _keys(_search(viewer, filters, now))[:LISTED]
    found = models.Ticket.objects.filter(pk__in=keys).values_list("pk", "source", "number")
    named = {key: (source, number) for key, source, number in found}
    return [named[key] for key in keys]


def _search(viewer: Viewer, filters: Filters, now: datetime) -> Search:
    reach = reach_of(viewer, Action.SEE_TICKET)
    outside = unlisted.asked(viewer, filters.catalogue) if filters.catalogue else None
    return Search(reach, remembered_book(reach.organisation), filters, now, outside)


# --- which tickets ---


def _keys(search: Search) -> list[int]:
    """Return the keys of the tickets in their order, one more than the pages show where there are more."""
    if search.filters.sort is Order.DUE:
        return _keys_by_due(search)
    return list(_narrow(search).order_by(*_order(search.filters)).values_list("pk", flat=True)[: LISTED + 1])


def _keys_by_due(search: Search) -> list[int]:
    """Return the keys of tickets with a running clock, in the order in which those are due."""
    ordered = _running(search).order_by("due_at", "pk").values_list("ticket_id", flat=True)
    return list(dict.fromkeys(ordered[: CLOCKS_OF_A_TICKET * LISTED]))[: LISTED + 1]


def _running(search: Search) -> QuerySet[models.Clock]:
    """Return the clocks with a due instant that run, of the tickets that are asked for."""
    due = Q(state=State.RUNNING.value, due_at__isnull=False)
    running = _clocks(search).filter(due, reduce(or_, search.of_clocks) if search.of_clocks else Q())
    if search.clocks_tell:
        return running
    return running.filter(ticket__in=_narrow(search, by_clocks=False))


def _count(search: Search) -> int:
    """Return how many tickets are asked for; by their clocks where nothing is asked of the tickets themselves."""
    if search.filters.sort is Order.DUE:
        return _running(search).values("ticket_id").distinct().count()
    if search.by_clocks_alone:
        return _with_such_clocks(search, once=True).count()
    return _narrow(search).count()


def _narrow(search: Search, *, by_clocks: bool = True) -> QuerySet[models.Ticket]:
    """Return the tickets in reach that are asked for; `by_clocks` says whether what is asked of clocks matters."""
    tickets = models.Ticket.objects.filter(search.reach.of_tickets(), *search.of_tickets)
    if not search.filters.may_be_unopened:
        tickets = tickets.filter(opened_at__isnull=False)
    for keys in _key_sets(search, by_clocks=by_clocks):
        few = list(keys[: FEW + 1])
        among = [key for (key,) in few]
        tickets = tickets.filter(pk__in=among) if len(among) <= FEW else tickets.filter(pk__in=keys)
    return tickets


def _key_sets(search: Search, *, by_clocks: bool) -> Iterator[QuerySet[Any]]:
    """Yield sets of keys in each of which a ticket must be; each is found by an index."""
    if search.filters.find:
        yield _beginning(search.organisation, search.filters.find)
    if search.filters.flag:
        yield _flagged(search.organisation, search.filters.flag)
    if search.filters.state is Asked.UNJUDGED:
        yield _not_judged(search.organisation)
    if search.of_clocks and by_clocks:
        yield _with_such_clocks(search)


def _with_such_clocks(search: Search, *, once: bool = False) -> QuerySet[Any]:
    """Return the keys of the tickets that have a clock such as is asked for, in reach or not."""
    found = (_clocks(search).filter(each).values_list("ticket_id") for each in search.of_clocks)
    return _united(found, once=once)


def _clocks(search: Search) -> QuerySet[models.Clock]:
    return models.Clock.objects.filter(organisation=search.organisation)


def _united(sets: Iterable[QuerySet[Any]], *, once: bool = False) -> QuerySet[Any]:
    """Return the rows of some sets, each once where that matters."""
    first, *others = sets
    if others:
        return first.union(*others, all=not once)
    return first.distinct() if once else first


def _order(filters: Filters) -> tuple[Any, ...]:
    """Return the columns that tickets are ordered by; those that were never opened come last."""
    opened, number = F("opened_at"), InCodePoints("number")
    newest = opened.desc(nulls_last=True) if filters.may_be_unopened else opened.desc()
    return {
        Order.NEWEST: (newest, "-pk"),
        Order.OLDEST: (opened.asc(nulls_last=True) if filters.may_be_unopened else opened.asc(), "pk"),
        Order.NUMBER: (number.asc(), "pk"),
        Order.NUMBER_DOWN: (number.desc(), "-pk"),
        Order.PRIORITY: ("priority", newest, "-pk"),
        Order.PRIORITY_DOWN: ("-priority", newest, "-pk"),
    }[filters.sort]


# --- what is asked of tickets ---


def _asked_of_tickets(search: Search) -> Iterator[Q]:
    filters = search.filters
    for name in ("service", "customer", "source"):
        if wanted := getattr(filters, name):
            yield Q(**{name: wanted})
    if search.outside is not None:
        yield search.outside
    if filters.state in WITHOUT_A_CLOCK:
        yield from _without_a_clock(search)


def _without_a_clock(search: Search) -> Iterator[Q]:
    filters = search.filters
    if filters.priority:
        yield Q(priority=filters.priority)
    if filters.state is Asked.NO_CLOCK:
        having = _clocks(search).filter(ticket=OuterRef("pk"))
        yield ~Q(Exists(having.filter(kind=filters.kind.value) if filters.kind else having))
        yield ~Q(pk__in=_refused(search.organisation))


def _not_judged(organisation: models.Organisation) -> QuerySet[Any]:
    """Return the keys of tickets that were never opened, or that no clock could be given."""
    unopened = models.Ticket.objects.filter(organisation=organisation, opened_at__isnull=True)
    return _united((unopened.values_list("pk"), _refused(organisation)))


def _refused(organisation: models.Organisation) -> QuerySet[Any]:
    return models.Ticket.objects.filter(Told("unjudged"), organisation=organisation).values_list("pk")


def _beginning(organisation: models.Organisation, text: str) -> QuerySet[Any]:
    """Return the keys of tickets whose number begins with a text, as it stands or in capitals or small letters."""
    number = InCodePoints("number")
    tickets = models.Ticket.objects.filter(organisation=organisation).values_list("pk")
    return _united(
        tickets.filter(GreaterThanOrEqual(number, Value(each)), LessThan(number, Value(each + LAST_SIGN)))
        for each in dict.fromkeys((text, text.upper(), text.lower()))
    )


def _flagged(organisation: models.Organisation, flag: str) -> QuerySet[Any]:
    """Return the keys of tickets that carry a flag, or of which a clock does."""
    carrying = (Flagged("flags"), _carries(flag))
    tickets = models.Ticket.objects.filter(*carrying, organisation=organisation).values_list("pk")
    held = models.Clock.objects.filter(*carrying, organisation=organisation).values_list("ticket_id")
    return _united((tickets, held))


def _carries(flag: str) -> Q:
    """Return what holds for rows that carry a flag: the one text of the list has it as it is written here."""
    return Q(GreaterThan(StrIndex("flags", Value(written(flag))), 0))


# --- what is asked of clocks ---


def _asked_of_clocks(search: Search) -> Alternatives:
    filters = search.filters
    if filters.state in WITHOUT_A_CLOCK:
        return ()
    every = list(_of_every_such_clock(search))
    if filters.month:
        ways = _decided_in(search, filters.month)
    elif filters.state:
        ways = _in_state(search, filters.state)
    else:
        ways = (Q(),) if every else ()
    return tuple(reduce(and_, every, each) for each in ways)


def _of_every_such_clock(search: Search) -> Iterator[Q]:
    filters = search.filters
    for name in ("priority", "party", "target"):
        if wanted := getattr(filters, name):
            yield Q(**{name: wanted})
    if filters.kind:
        yield Q(kind=filters.kind.value)
    if filters.agreement or filters.version:
        yield Q(version__in=_versions(search))


def _versions(search: Search) -> list[int]:
    """Return the keys of the versions that are asked for."""
    wanted, agreement = search.filters.version, search.filters.agreement
    return [
        key
        for key, label in search.labels.items()
        if wanted in ("", label) and agreement in ("", label.rpartition("/")[0])
    ]


def _in_state(search: Search, state: Asked) -> Alternatives:
    """Return what holds for the clocks that are in a state now."""
    now = search.now
    match state:
        case Asked.DUE_SOON:
            return (clocks.near(_clocks(search), search.timepieces, now),)
        case Asked.OPEN:
            return tuple(Q(state=each.value, stopped_at=None) for each in (State.RUNNING, State.PAUSED, State.MISSED))
        case Asked.RUNNING:
            return (clocks.running(now),)
        case Asked.PAUSED:
            return (clocks.paused(search.fixed, now),)
        case Asked.MISSED:
            return clocks.missed(search.fixed, now)
        case Asked.OVERDUE:
            return tuple(each & Q(stopped_at=None) for each in clocks.missed(search.fixed, now))
        case _:
            return (Q(state=State(state.value).value),)


def _decided_in(search: Search, month: date) -> Alternatives:
    """Return what holds for the clocks whose verdict fell in a month and counts."""
    state = search.filters.state
    told = Q(month=month) if state is None else Q(month=month, state=state.value)
    return (told,) if state is Asked.MET else (told, *_fell_in(search, month))


def _fell_in(search: Search, month: date) -> Iterator[Q]:
    """Yield what holds for clocks missed in a month by the time that passed alone, each in its agreement's zone."""
    zone_of = {each.label: each.zone for each in search.book.versions}
    each_zone = sorted(set(zone_of.values()))
    for zone in each_zone:
        of_zone = Q() if len(each_zone) == 1 else Q(version__in=_in_zone(search, zone_of, zone))
        since, end = zones.midnight(month, zone), zones.midnight(after(month), zone)
        for way in clocks.fell_between(search.fixed, since, end, search.now):
            yield way & of_zone & ~_carries(NOT_ENFORCED)


def _in_zone(search: Search, zone_of: Mapping[str, str], zone: str) -> list[int]:
    """Return the keys of the versions of a zone."""
    return [key for key, label in search.labels.items() if zone_of.get(label) == zone]


# --- what is shown of them ---


class Record(NamedTuple):
    """What a row shows of the record of a ticket; the names are those of the record."""

    pk: int
    source: str
    number: str
    service: str
    customer: str
    priority: str
    opened_at: datetime | None
    flags: Sequence[str]
    unjudged: str


def _rows(search: Search, keys: list[int]) -> Iterator[Row]:
    """Yield the rows of some tickets, in the order of their keys; two statements."""
    told = models.Ticket.objects.filter(pk__in=keys).values_list(*Record._fields)
    records = {each.pk: each for each in starmap(Record, told)}
    found: dict[int, list[ClockNow]] = {key: [] for key in keys}
    for each in clocks.kept(models.Clock.objects.filter(ticket__in=keys).order_by("pk")):
        found[each.ticket].append(clocks.standing(each, search.timepieces, search.now))
    services, customers = _names(search.book.services), _names(search.book.customers)
    return (_row(records[key], found[key], services, customers) for key in keys if key in records)


def _row(
    record: Record, standing: Iterable[ClockNow], services: Mapping[str, str], customers: Mapping[str, str]
) -> Row:
    ordered = sorted(standing, key=lambda each: (KINDS.index(each.kind), each.party))
    remarks = dict.fromkeys([*record.flags, *(flag for each in ordered for flag in each.flags)])
    return Row(
        source=record.source,
        number=record.number,
        service=record.service,
        service_name=services.get(record.service, record.service),
        customer=record.customer,
        customer_name=customers.get(record.customer, record.customer),
        priority=record.priority,
        opened_at=record.opened_at,
        clocks=tuple(ordered),
        remarks=tuple(remarks),
        unjudged=record.unjudged,
    )


def _names(named: Iterable[Service | Customer]) -> Mapping[str, str]:
    return {each.id: each.name or each.id for each in named}


def _choices(search: Search) -> Choices:
    scopes, book = search.reach.scopes, search.book
    codes = dict.fromkeys(code for scheme in book.priorities for code in scheme.codes)
    return Choices(
        services=_in_reach(_names(book.services), [(each, each.services) for each in scopes]),
        customers=_in_reach(_names(book.customers), [(each, each.customers) for each in scopes]),
        priorities=tuple(codes)[:MOST_CHOICES],
        any_customers=bool(book.customers),
    )


def _in_reach(names: Mapping[str, str], scopes: Iterable[tuple[Scope, frozenset[str]]]) -> Mapping[str, str]:
    """Return the names that some scopes tell themselves, all where one is whole; nothing where that is too many.

    Whoever sees the tickets of a supplier alone is not told of every service there is.
    """
    told = list(scopes)
    within = frozenset().union(*(limit for _, limit in told))
    found = (
        names if any(scope.is_whole for scope, _ in told) else {each: names.get(each, each) for each in sorted(within)}
    )
    return found if len(found) <= MOST_CHOICES else {}
