"""Verdicts by month of what a viewer may see: those that are tallied, and those that fell since without any event.

No row changes when time passes. So the verdicts as of an instant are the tallies, and beside them each clock that was
left open and whose due instant is over: it is missed in the month of its breach, in the zone of its agreement.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import CharField, Count, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Concat, StrIndex

from servanda.engine import kernel, zones
from servanda.engine.agreements import AgreementVersion, Book
from servanda.engine.canonical import written
from servanda.engine.clocks import State
from servanda.engine.instants import from_microseconds, to_microseconds
from servanda.engine.judging import NOT_ENFORCED
from servanda.engine.results import Result, Standing
from servanda.engine.rights import Action, Viewer
from servanda.queries.reach import Reach, reach_of
from servanda.store import models
from servanda.store.books import remembered_book
from servanda.store.prepared import SERVICE, Given, prepared
from servanda.store.searching import Part

Services = frozenset[str] | None
AskedOf = Services | Given
Key = tuple[Any, ...]
Row = tuple[Any, ...]
Counts = Counter[Key]


class Cell(NamedTuple):
    """What verdicts are counted by; `version` is its label, such as `service-desk/2`."""

    month: date
    service: str
    customer: str
    priority: str
    kind: str
    party: str
    target: str
    version: str


class Promise(NamedTuple):
    """What was promised: a target with the share that was agreed for it, whichever versions of its agreement say so."""

    agreement: str
    target: str
    share: Fraction | None


ByPromise = Mapping[Promise, Result]


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """Whole months, each told by its first day, both ends included."""

    first: date
    last: date

    def __iter__(self) -> Iterator[date]:
        """Yield each month."""
        month = self.first
        while month <= self.last:
            yield month
            month = after(month)

    def __contains__(self, month: object) -> bool:
        """Say whether a month is one of them."""
        return isinstance(month, date) and self.first <= month <= self.last

    @classmethod
    def until(cls, last: date, count: int) -> "Months":
        """Return so many months of which one is the last."""
        number = last.year * 12 + last.month - count
        return cls(date(number // 12, number % 12 + 1, 1), last)


def after(month: date) -> date:
    """Return the month after one."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


@dataclass(frozen=True)
class Standpoint:
    """Who looks and when: what they may see, the agreements, and the instant as of which all is told."""

    viewer: Viewer
    reach: Reach
    book: Book
    now: datetime

    @property
    def zone(self) -> str:
        """The zone of the organisation."""
        return self.reach.organisation.zone

    @property
    def month(self) -> date:
        """The month of the instant, in the zone of the organisation."""
        return self.month_of("", self.now)

    @cached_property
    def versions(self) -> Mapping[str, AgreementVersion]:
        """The agreement versions by their labels."""
        return {each.label: each for each in self.book.versions}

    @cached_property
    def shares(self) -> Mapping[tuple[str, str], Fraction | None]:
        """The share that was agreed for each target of each version."""
        return {(each.label, target.id): target.share for each in self.book.versions for target in each.targets}

    @property
    def zones(self) -> frozenset[str]:
        """The zones in whose midnights months begin."""
        return frozenset({self.zone, *(each.zone for each in self.book.versions)})

    def month_of(self, label: str, at: datetime) -> date:
        """Return the month in which an instant lies, in the zone of an agreement version."""
        version = self.versions.get(label)  # somebody may just have applied it
        return _month_in(version.zone if version else self.zone, at)


@lru_cache(maxsize=4_096)
def _month_in(zone: str, at: datetime) -> date:
    return zones.to_local(zone, at).date().replace(day=1)


def standpoint(viewer: Viewer, now: datetime) -> Standpoint:
    """Return from where a viewer sees results; raise `NotFound` where no role of theirs lets them see any."""
    reach = reach_of(viewer, Action.SEE_RESULTS)
    return Standpoint(viewer, reach, remembered_book(reach.organisation), now)


@dataclass(frozen=True)
class Verdicts:
    """The verdicts that fell in some months, of some services or of all.

    Results count what was met and missed; how many of the missed are still open is not told here.
    """

    seen: Standpoint
    months: Months
    services: Services = None

    @cached_property
    def overdue(self) -> Mapping[Cell, int]:
        """The clocks that are missed since their due instant went by, with no event that would have tallied them."""
        found = _left_running(self.seen, self.months, self.services) + _paused_and_over(self.seen, self.services)
        return {cell: number for cell, number in found.items() if cell.month in self.months}

    def by(self, *words: str, months: Months | None = None, services: Services = None) -> dict[Key, Result]:
        """Return the results by one or more fields of a cell, such as `month` and `service`, in one statement.

        Of fewer months or services than these where some are given.
        """
        met, missed = self._counted(words, months, services)
        return {key: result(met[key], missed[key]) for key in {**met, **missed}}

    def by_promise(
        self, *words: str, months: Months | None = None, services: Services = None
    ) -> dict[Key, dict[Promise, Result]]:
        """Return the results by some fields of a cell, each parted by what was promised."""
        met, missed = self._counted((*words, "version", "target"), months, services)
        of_met, of_missed = self._of_promises(met), self._of_promises(missed)
        found: dict[Key, dict[Promise, Result]] = {}
        for *key, promise in {**of_met, **of_missed}:
            whole = (*key, promise)
            found.setdefault(tuple(key), {})[promise] = result(of_met[whole], of_missed[whole])
        return found

    def _counted(self, words: tuple[str, ...], months: Months | None, services: Services) -> tuple[Counts, Counts]:
        chosen = months or self.months
        among = self.services if services is None else services
        met, missed = _tallied(self.seen.reach, words, chosen, among)
        key_of = _key(words)
        for cell, number in self.overdue.items():
            if cell.month in chosen and (among is None or cell.service in among):
                missed[key_of(cell)] += number
        return met, missed

    def _of_promises(self, counts: Counts) -> Counts:
        """Return counts by version and target, at the end of their keys, by what was promised."""
        summed = Counts()
        for (*key, version, target), number in counts.items():
            promise = Promise(version.rpartition("/")[0], target, self.seen.shares.get((version, target)))
            summed[*key, promise] += number
        return summed


def _key(words: tuple[str, ...]) -> Callable[[Cell], Key]:
    """Return what takes some fields of a cell."""
    if len(words) > 1:
        return attrgetter(*words)
    return lambda cell: tuple(getattr(cell, word) for word in words)


@lru_cache(maxsize=16_384)
def result(met: int, missed: int) -> Result:
    """Return the result of so many verdicts."""
    return Result({Standing.MET: met, Standing.MISSED: missed})


def months_with_verdicts(seen: Standpoint, services: Services = None) -> Months | None:
    """Return the first and the last month in which a verdict fell; nothing where none has."""
    found = [*_ends(seen, services, ""), *_ends(seen, services, "-")]
    return Months(min(found), max(found)) if found else None


def _ends(seen: Standpoint, services: Services, order: str) -> Iterator[date]:
    """Yield the month of the first verdict that is tallied and of the first that is not, in some order."""
    within, one = asked_of(services)
    for (month,) in _first_decided(seen.reach, within, order).rows(service=one):
        yield month
    for agreement, number, due_at in _first_over(seen.reach, within, order).rows(now=seen.now, service=one):
        yield seen.month_of(_label(agreement, number), due_at)


@prepared
def _first_decided(reach: Reach, services: AskedOf, order: str) -> QuerySet[Any]:
    return _decided(reach, services).order_by(f"{order}month").values_list("month")[:1]


@prepared
def _first_over(reach: Reach, services: AskedOf, order: str) -> QuerySet[Any]:
    return _running_and_over(reach, services).order_by(f"{order}due_at").values_list(*_VERSION, "due_at")[:1]


# --- verdicts that are tallied ---

_OF_CLOCKS = {"service": "ticket__service", "customer": "ticket__customer", "version": "label"}
_LABEL = Concat("version__agreement", Value("/"), Cast("version__number", CharField()), output_field=CharField())


def _tallied(reach: Reach, words: tuple[str, ...], months: Months, services: Services) -> tuple[Counts, Counts]:
    """Return how many verdicts were met and missed, by some fields of a cell."""
    met, missed = Counts(), Counts()
    within, one = asked_of(services)
    for *key, of_met, of_missed in _sums(reach, words, months, within).rows(service=one):
        met[tuple(key)], missed[tuple(key)] = of_met or 0, of_missed or 0
    return met, missed


@prepared
def _sums(reach: Reach, words: tuple[str, ...], months: Months, services: AskedOf) -> QuerySet[Any]:
    sums: Mapping[str, Any] = {"of_met": Sum("met"), "of_missed": Sum("missed")}
    columns = words
    if reach.by_supplier:
        sums = {f"of_{each}": Count("pk", filter=Q(state=each)) for each in (State.MET.value, State.MISSED.value)}
        columns = tuple(_OF_CLOCKS.get(word, word) for word in words)
    rows = _decided(reach, services).filter(month__gte=months.first, month__lte=months.last).order_by()
    summed: QuerySet[Any] = rows.values(*columns).annotate(**sums).values_list(*columns, *sums)
    return summed


def _decided(reach: Reach, services: AskedOf) -> QuerySet[Any]:
    """Return the rows that tell verdicts: tallies, or single clocks where only events tell what is in reach."""
    if reach.by_supplier:
        clocks: QuerySet[Any] = _clocks(reach, services).filter(month__isnull=False).annotate(label=_LABEL)
        return clocks
    rows = models.Tally.objects.filter(reach.of_tallies())
    return rows.filter(of(services))


def _clocks(reach: Reach, services: AskedOf) -> QuerySet[Any]:
    rows = models.Clock.objects.filter(reach.of_tickets("ticket__"), organisation=reach.organisation)
    return rows.filter(of(services, "ticket__"))


def asked_of(services: Services) -> tuple[AskedOf, str]:
    """Return some services as a statement asks for them: one alone is told when the rows are asked for."""
    if services is None or len(services) != 1:
        return services, ""
    [one] = services
    return SERVICE, one


def of(services: AskedOf, prefix: str = "") -> Q:
    """Return what holds for the rows of some services."""
    if services is None:
        return Q()
    return Q(**{f"{prefix}service" if services is SERVICE else f"{prefix}service__in": services})


# --- verdicts that fell as time went by ---

_VERSION = ("version__agreement", "version__number")
_CLASSES = ("ticket__service", "ticket__customer", "priority", "kind", "party", "target", *_VERSION)
_NOT_ENFORCED = written([NOT_ENFORCED])[1:-1]


def _left_running(seen: Standpoint, months: Months, services: Services) -> Counter[Cell]:
    """Return the running clocks whose due instant fell in some months and is over, in one statement.

    The database knows nothing of zones. It parts due instants at every midnight at which a month begins in any of them,
    so that all of one part lie in one month, whatever the zone.
    """
    edges = tuple(sorted({zones.midnight(each, zone) for each in (*months, after(months.last)) for zone in seen.zones}))
    found: Counter[Cell] = Counter()
    within, one = asked_of(services)
    if edges:
        for place, *told, number in _left_by_part(seen.reach, edges, within).rows(now=seen.now, service=one):
            found[_cell(seen, edges[place - 1], told)] += number
    return found


@prepared
def _left_by_part(reach: Reach, edges: tuple[datetime, ...], services: AskedOf) -> QuerySet[Any]:
    rows = _running_and_over(reach, services).filter(due_at__gte=edges[0], due_at__lt=edges[-1]).order_by()
    part = Part("due_at", [to_microseconds(edge) for edge in edges])
    classes = ("part", *_CLASSES)
    counted: QuerySet[Any] = rows.annotate(part=part).values(*classes).annotate(clocks=Count("pk"))
    return counted.values_list(*classes, "clocks")


def _paused_and_over(seen: Standpoint, services: Services) -> Counter[Cell]:
    """Return the clocks that were paused when their limit was used up and only the roll of its due instant was left.

    Nothing moves such an instant any more. There is hardly ever one, so they are looked at one by one.
    """
    found: Counter[Cell] = Counter()
    within, one = asked_of(services)
    for machine, *told in _fixed(seen.reach, within).rows(service=one):
        breach = from_microseconds(machine[kernel.S_FIXED])
        if breach < seen.now:
            found[_cell(seen, breach, told)] += 1
    return found


@prepared
def _fixed(reach: Reach, services: AskedOf) -> QuerySet[Any]:
    return counting(fixed_in_a_pause(_clocks(reach, services))).values_list("machine", *_CLASSES)


def _running_and_over(reach: Reach, services: AskedOf) -> QuerySet[Any]:
    running = _clocks(reach, services).filter(stopped_at=None, state=State.RUNNING.value)
    return counting(running.filter(due_at__lt=Given("now")))


def fixed_in_a_pause(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of some clocks that are paused, but whose due instant no pause moves: others have none."""
    waiting = f"[{kernel.WAITING},"
    unfixed = Concat(Value(waiting), Cast("started_at", CharField()), Value(f",{kernel.NONE},"))
    paused = rows.filter(state=State.PAUSED.value, stopped_at__isnull=True)
    fixed: QuerySet[Any] = paused.alias(moved=StrIndex("machine", unfixed)).filter(moved=0)
    return fixed


def counting(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of some clocks whose verdicts count."""
    found: QuerySet[Any] = rows.alias(unenforced=StrIndex("flags", Value(_NOT_ENFORCED))).filter(unenforced=0)
    return found


def _cell(seen: Standpoint, breach: datetime, told: Row | list[Any]) -> Cell:
    *classes, agreement, number = told
    label = _label(agreement, number)
    return Cell(seen.month_of(label, breach), *(*classes, label))


def _label(agreement: str, number: int) -> str:
    return f"{agreement}/{number}"
