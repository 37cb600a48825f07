"""What the report of a month is made from: the tickets that may count in it, as they were known at an instant.

`known_at` cuts everything that is only added to: events, versions, ends and exemptions kept later are not there. So
the same instant gives the same figures for ever; what a source claims and how its rows were flagged is as it is now.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from django.db.models import BigIntegerField, Count, Max, Q
from django.db.models.functions import Cast

from servanda.bad_input import BadInput
from servanda.engine.agreements import AgreementVersion, Book
from servanda.engine.clocks import State
from servanda.engine.coverage import Coverage
from servanda.engine.events import EventKind, Ticket
from servanda.engine.instants import to_microseconds
from servanda.engine.logs import History
from servanda.engine.periods import Period
from servanda.engine.rights import Action, Viewer
from servanda.store import models
from servanda.store.access import access_organisation
from servanda.store.books import book_from, versions
from servanda.store.histories import TICKETS_AT_ONCE, histories
from servanda.store.spans import span_of_tickets

_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class MonthLog:
    """The tickets of an organisation that may count in a month, or all of them, judged as of `known_at`."""

    organisation: models.Organisation
    month: Period
    known_at: datetime
    whole: bool
    only: frozenset[int] | None = None

    @cached_property
    def book(self) -> Book:
        """The agreements that were kept at that instant."""
        return book_from(self.organisation, tuple(self._versions()))

    def _versions(self) -> Iterator[AgreementVersion]:
        later = models.AgreementVersion.objects.filter(organisation=self.organisation, applied_at__gt=self.known_at)
        unknown = {f"{agreement}/{number}" for agreement, number in later.values_list("agreement", "number")}
        endings = models.Ending.objects.filter(organisation=self.organisation, recorded_at__gt=self.known_at)
        ended = set(endings.values_list("version__agreement", "version__number"))
        for each in versions(self.organisation):
            if each.label not in unknown:
                yield replace(each, ended_on=None) if (each.agreement, each.number) in ended else each

    @cached_property
    def coverage(self) -> Coverage:
        """The clauses of the book, arranged for look-up."""
        return Coverage(self.book)

    @property
    def name(self) -> str:
        """The organisation."""
        return self.organisation.name

    @property
    def as_of(self) -> datetime:
        """The instant as of which tickets are judged: what was known then."""
        return self.known_at

    @property
    def size(self) -> int:
        """How many tickets there are."""
        return len(self._keys)

    @property
    def rows(self) -> None:
        """No table was read."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """Nothing: what could not be read was never kept."""
        return ()

    @property
    def accepted(self) -> Mapping[str, int]:
        """Nothing beside what the tickets themselves are flagged with."""
        return {}

    def history(self, number: str) -> History:
        """Return the first ticket of a number; raise `BadInput` where the month has none."""
        for ticket in self.tickets:
            if ticket.number == number:
                return History(ticket)
        raise BadInput(f"no ticket '{number}'", expected="a ticket of the month", mend="Check the number.")

    @property
    def tickets(self) -> Iterator[Ticket]:
        """The tickets, read anew in every pass, a thousand at a time."""
        keys = iter(self._keys)
        while some := list(islice(keys, TICKETS_AT_ONCE)):
            records = list(models.Ticket.objects.filter(pk__in=some).order_by("pk"))
            exempted = self._exempted_later(some)
            found = histories(records, self.organisation.slug, claims=True)
            for record, ticket in zip(records, found, strict=True):
                yield self._as_known(ticket, exempted.get(record.pk, frozenset()))

    def _as_known(self, ticket: Ticket, exempted_later: frozenset[str]) -> Ticket:
        if exempted_later:
            kept = {target: why for target, why in ticket.exempted.items() if target not in exempted_later}
            ticket = replace(ticket, exempted=kept)
        if all(each.recorded_at is None or each.recorded_at <= self.known_at for each in ticket.events):
            return ticket
        known = (each for each in ticket.events if each.recorded_at is None or each.recorded_at <= self.known_at)
        return replace(ticket, events=tuple(known))

    def _exempted_later(self, keys: list[int]) -> dict[int, frozenset[str]]:
        later = models.Exemption.objects.filter(ticket_id__in=keys, recorded_at__gt=self.known_at)
        found: dict[int, set[str]] = {}
        for ticket, target in later.values_list("ticket_id", "target"):
            found.setdefault(ticket, set()).add(target)
        return {ticket: frozenset(targets) for ticket, targets in found.items()}

    @cached_property
    def _keys(self) -> list[int]:
        if self.only is not None:
            return sorted(self.only)
        own = models.Ticket.objects.filter(organisation=self.organisation)
        touched = None if self.whole else touched_since(self.organisation, self.known_at)
        if touched is None:
            return list(own.order_by("pk").values_list("pk", flat=True))
        opened = Q(opened_at__range=self._around) | Q(opened_at=None, last_event_at__range=self._around)
        clocks = models.Clock.objects.filter(organisation=self.organisation)
        decided = Q(month=self.month.first) | Q(stopped_at__range=self._around)
        decided |= Q(state=State.RUNNING.value, due_at__range=self._around)
        keys = {*touched, *own.filter(opened).values_list("pk", flat=True)}
        keys.update(clocks.filter(decided).values_list("ticket_id", flat=True))
        return sorted(keys)

    @cached_property
    def _around(self) -> tuple[datetime, datetime]:
        """The month in every zone there is."""
        zone = self.organisation.zone
        return self.month.starts_at(zone) - _A_DAY, self.month.ends_at(zone) + _A_DAY


def of(
    viewer: Viewer, month: Period, *, known_at: datetime, whole: bool = False, action: Action = Action.PREPARE_REPORT
) -> MonthLog:
    """Return the log of a month as it was known at an instant; `whole` with every ticket there is.

    Without it earlier months are incomplete. Raise `NotFound` where the viewer may not do the action to everything.
    """
    return MonthLog(access_organisation(viewer, action), month, known_at, whole)


def touched_since(organisation: models.Organisation, at: datetime) -> frozenset[int] | None:
    """Return the keys of the tickets of which anything was recorded after an instant; `None` where it may be any."""
    if (
        models.AgreementVersion.objects.filter(organisation=organisation, applied_at__gt=at).exists()
        or models.Ending.objects.filter(organisation=organisation, recorded_at__gt=at).exists()
    ):
        return None
    later = (
        each.objects.filter(organisation=organisation, recorded_at__gt=at).values_list("ticket_id", flat=True)
        for each in (models.Event, models.Exemption)
    )
    return frozenset(key for keys in later for key in keys.distinct())


class Later(NamedTuple):
    """Something recorded of a ticket after an instant: an event, or an exemption; with the import that brought it."""

    source: str
    ticket: str
    words: str
    happened_at: datetime | None
    recorded_at: datetime
    batch: int | None


def recorded_since(log: MonthLog) -> dict[tuple[str, str], list[Later]]:
    """Return what was recorded of the log's tickets after the instant it is known at, by source and number."""
    events = models.Event.objects.filter(organisation=log.organisation, recorded_at__gt=log.known_at).order_by("pk")
    parts = ("ticket__source", "ticket__number", "kind", "happened_at", "recorded_at", "batch__number")
    found: dict[tuple[str, str], list[Later]] = {}
    for source, number, kind, happened_at, recorded_at, batch in events.values_list(*parts).iterator():
        assert recorded_at is not None  # as chosen
        word = EventKind(kind).word.replace("_", " ")
        later = Later(source, number, word, happened_at, recorded_at, batch)
        found.setdefault((source, number), []).append(later)
    exemptions = models.Exemption.objects.filter(organisation=log.organisation, recorded_at__gt=log.known_at)
    told = exemptions.order_by("pk").values_list("ticket__source", "ticket__number", "reason", "recorded_at")
    for source, number, reason, exempted_at in told:
        assert exempted_at is not None  # as chosen
        later = Later(source, number, f"exempted: {reason}", None, exempted_at, None)
        found.setdefault((source, number), []).append(later)
    return found


class Flow(NamedTuple):
    """Tickets through a month: open when it began + logged + reopened - ended = open when it ended.

    `oldest_open_at` is the opening of the oldest that was open at the end.
    """

    open_before: int
    logged: int
    reopened: int
    ended: int
    open_after: int
    oldest_open_at: datetime | None


def flow(log: MonthLog) -> Flow:
    """Return how tickets came and went in the month, by their events as known then.

    A ticket is open from its opening until it is resolved, closed or cancelled, and again once it is reopened.
    """
    zone = log.organisation.zone
    starts_at, ends_at = log.month.starts_at(zone), min(log.month.ends_at(zone), log.known_at)
    turns, start = _turns(log, ends_at), to_microseconds(starts_at)
    counts, oldest = Counter[str](), None
    opened = models.Ticket.objects.filter(organisation=log.organisation, opened_at__lt=ends_at)
    for key, opened_at in opened.values_list("pk", "opened_at").iterator():
        assert opened_at is not None
        course = _course(turns.get(key, ()), start, new=opened_at >= starts_at)
        counts.update(course)
        if "open_after" in course:
            oldest = min(oldest or opened_at, opened_at)
    return Flow(
        counts["open_before"],
        counts["logged"],
        counts["reopened"],
        counts["ended"],
        counts["open_after"],
        oldest,
    )


def _course(turns: Iterable[tuple[int, int]], start: int, *, new: bool) -> list[str]:
    """Return what a ticket counts as in a month: what it was when that began, became in it, and was at its end."""
    was_open, is_open, reopened = not new, True, False
    for instant, kind in sorted(turns):
        is_open = kind == EventKind.REOPENED
        if instant < start:
            was_open = is_open
        else:
            reopened = reopened or (is_open and not was_open and not new)
    came = "logged" if new else "open_before" if was_open else "reopened" if reopened else ""
    went = "open_after" if is_open else "ended" if came else ""
    return [each for each in (came, went) if each]


def _turns(log: MonthLog, until: datetime) -> dict[int, list[tuple[int, int]]]:
    """Return when tickets ended or were reopened before an instant, by their keys: microseconds, and the kind."""
    events = models.Event.objects.filter(organisation=log.organisation, happened_at__lt=until)
    events = events.filter(Q(recorded_at=None) | Q(recorded_at__lte=log.known_at))
    taken_back = set(events.filter(kind=EventKind.RETRACTED).values_list("ticket_id", "retracts"))
    turning = (EventKind.REOPENED, EventKind.RESOLVED, EventKind.CLOSED, EventKind.CANCELLED)
    told = events.filter(kind__in=turning).annotate(at=Cast("happened_at", BigIntegerField()))
    found: dict[int, list[tuple[int, int]]] = {}
    for ticket, key, kind, at in told.values_list("ticket_id", "key", "kind", "at").iterator(chunk_size=10_000):
        if (ticket, key) not in taken_back:
            found.setdefault(ticket, []).append((at, kind))
    return found


class Reach(NamedTuple):
    """From when to when events are kept, and how many tickets there are."""

    first_at: datetime | None
    last_at: datetime | None
    tickets: int


def reach(log: MonthLog) -> Reach:
    """Return how far what is kept reaches."""
    first, _, last = span_of_tickets(log.organisation)
    return Reach(first, last, models.Ticket.objects.filter(organisation=log.organisation).count())


class Late(NamedTuple):
    """Events of the month that were recorded only after it had ended, by the import that brought them (0: none)."""

    batch: int
    events: int
    last_at: datetime


def late(log: MonthLog) -> tuple[Late, ...]:
    """Return what came late for the month."""
    zone = log.organisation.zone
    starts_at, ends_at = log.month.starts_at(zone), log.month.ends_at(zone)
    events = models.Event.objects.filter(
        organisation=log.organisation,
        happened_at__gte=starts_at,
        happened_at__lt=ends_at,
        recorded_at__gte=ends_at,
        recorded_at__lte=log.known_at,
    )
    told = events.values("batch__number").annotate(number=Count("pk"), last=Max("recorded_at"))
    return tuple(
        Late(each["batch__number"] or 0, each["number"], each["last"]) for each in told.order_by("batch__number")
    )
