"""The figures of a month's report: the one value from which every rendering is made.

What counts is worked out where the attainment of any period is (`reports.attainment`), and what earlier months came to
is what every page shows of them; nothing is counted here a second time by another rule.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from servanda import __version__
from servanda.engine import zones
from servanda.engine.agreements import AgreementVersion, Book
from servanda.engine.clocks import State
from servanda.engine.instants import amount
from servanda.engine.judging import Reading
from servanda.engine.logs import Judged, JudgedTicket, Unjudged, judged_in_passing
from servanda.engine.periods import Period
from servanda.engine.reconciliation import TOLERANCE, Case, cases_of, comparison
from servanda.engine.results import Cohort, Result, Standing, place_of
from servanda.engine.rights import Action, Viewer
from servanda.engine.targets import TargetKind
from servanda.queries import attainment as tallied
from servanda.queries import month_log
from servanda.queries.month_log import Flow, Late, MonthLog, Reach
from servanda.reports.attainment import figures as attainment
from servanda.reports.attainment.figures import Figures
from servanda.reports.attainment.names import Names
from servanda.reports.monthly import processes, summary
from servanda.reports.monthly.misses import Misses
from servanda.reports.monthly.values import (
    NOTHING,
    ClaimFigures,
    Counts,
    LateNote,
    LineFigure,
    MonthCounts,
    MonthFigures,
    Notes,
    PromiseFigure,
    ServiceFigure,
    SlamCell,
    SlamRow,
    VersionNote,
)
from servanda.reports.pictures import slam
from servanda.reports.words import count, instant
from servanda.store.snapshots import snapshot

MONTHS = 12
TREND = 6
NAMED = 20


class Key(NamedTuple):
    """What the verdicts of earlier months are told by."""

    month: date
    service: str
    version: str
    target: str


ByMonth = Mapping[Key, Result]


def current(viewer: Viewer, month: Period, at: datetime) -> MonthFigures:
    """Return the figures of a month as of now; raise `NotFound` where the viewer may not prepare reports."""
    with snapshot():
        log = month_log.of(viewer, month, known_at=at)
        seen = tallied.standpoint(viewer, at)
        found = tallied.Verdicts(seen, tallied.Months.until(month.first, MONTHS))
        by_month = {Key(*key): result for key, result in found.by(*Key._fields).items()}
        return _made(log, by_month)


def known_at(
    viewer: Viewer, month: Period, at: datetime, *, whole: bool = True, action: Action = Action.PREPARE_REPORT
) -> MonthFigures:
    """Return the figures of a month as they were known at an instant, worked out from the events alone.

    Unless it is `whole`, which reads every ticket, only what is told of the month itself is right.
    """
    with snapshot():
        return _made(month_log.of(viewer, month, known_at=at, whole=whole, action=action), None)


def _made(log: MonthLog, by_month: ByMonth | None) -> MonthFigures:
    passed = _Pass(log, Names(log.book), keeps_months=by_month is None)
    judged = Judged(log, passed.of(judged_in_passing(log).tickets))
    found = attainment.of(judged, period=log.month)
    return _Making(log, found, passed, passed.by_month if by_month is None else by_month).figures()


# --- one pass over the tickets ---


@dataclass(slots=True)
class _Pass:
    """What one pass over the tickets tells beside their attainment."""

    log: MonthLog
    names: Names
    keeps_months: bool
    misses: Misses = field(init=False)
    cases: list[Case] = field(default_factory=list)
    taken: list[timedelta] = field(default_factory=list)
    by_kind: dict[TargetKind, Result] = field(default_factory=dict)
    by_month: dict[Key, Result] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    unjudged: list[Unjudged] = field(default_factory=list)
    tickets: int = 0

    def __post_init__(self) -> None:
        self.misses = Misses(self.names, self.log.as_of)

    def of(self, tickets: Iterable[JudgedTicket]) -> Iterator[JudgedTicket]:
        """Yield the tickets as they come, looked at."""
        for judged in tickets:
            within = [each for each in judged.readings if self._is_within(each)]
            for reading in within:
                self._look_at(judged, reading)
            if within:
                self._look_at_ticket(judged, within)
            if judged.refusal:
                self.unjudged.append(Unjudged(judged.ticket.number, judged.refusal))
            yield judged

    def _zone(self, reading: Reading) -> str:
        return reading.cover.version.zone if reading.cover.version else self.log.organisation.zone

    def _is_within(self, reading: Reading) -> bool:
        """Whether a reading counts in the month; its ending is noted in passing, and its own month if wanted."""
        place, zone = place_of(reading, Cohort.DECIDED_IN), self._zone(reading)
        cycle = reading.cycle
        ended_at = cycle.stopped_at if cycle and reading.cover.kind is TargetKind.RESOLUTION else None
        if cycle and ended_at and reading.state in (State.MET, State.MISSED) and self.log.month.holds(ended_at, zone):
            self.taken.append(cycle.elapsed)
        if self.keeps_months and place.standing in (Standing.MET, Standing.MISSED):
            month = zones.to_local(zone, place.at).date().replace(day=1)
            key = Key(month, reading.service, reading.version, reading.target)
            self.by_month[key] = self.by_month.get(key, Result()) + Result({place.standing: 1})
        return self.log.month.holds(place.at, zone)

    def _look_at(self, judged: JudgedTicket, reading: Reading) -> None:
        standing = place_of(reading, Cohort.DECIDED_IN).standing
        kind = reading.cover.kind
        self.by_kind[kind] = self.by_kind.get(kind, Result()) + Result({standing: 1})
        if standing is Standing.MISSED:
            self.misses.add(judged, reading)

    def _look_at_ticket(self, judged: JudgedTicket, within: Sequence[Reading]) -> None:
        self.tickets += 1
        self.faults.update(judged.ticket.flags)
        if any(each.cover.kind is TargetKind.RESOLUTION for each in within):
            self.cases += cases_of([judged.ticket], within, self.log.as_of)


# --- the value ---


@dataclass(frozen=True)
class _Making:
    """All that the value is put together from."""

    log: MonthLog
    found: Figures
    passed: _Pass
    by_month: ByMonth

    @property
    def book(self) -> Book:
        return self.log.book

    @property
    def names(self) -> Names:
        return self.passed.names

    @property
    def digits(self) -> int:
        return self.found.digits

    def figures(self) -> MonthFigures:
        """Return the value."""
        month, found, total = self.log.month, self.found, _counts(self.found.total)
        services, promises = tuple(self._services()), tuple(map(self._promise, found.promises))
        before, whose = _sum(self._in(_months_until(month, 2)[0])), self.passed.misses.whose
        flow = month_log.flow(self.log)
        return MonthFigures(
            organisation=self.log.organisation.slug,
            organisation_name=self.log.organisation.name,
            month=month.first,
            zones=found.zones,
            as_of=self.log.as_of,
            cohort=found.cohort.value,
            rule=found.cohort.rule,
            digits=self.digits,
            total=total,
            still_open=found.total.still_open,
            before=before,
            beside={standing.value: number for standing, number in found.total.beside.items()},
            services=services,
            lines=tuple(map(self._line, found.lines)),
            promises=promises,
            months=_months_until(month, MONTHS),
            slam=tuple(self._slam()),
            trend=tuple(MonthCounts(each, _sum(self._in(each))) for each in _months_until(month, TREND)),
            misses=self.passed.misses.worst,
            whose=whose,
            processes=processes.of(self._measured(flow, promises)),
            claims=self._claims(),
            summary=summary.of(month, total, before, services, promises, whose, self.digits),
            notes=self._notes(month_log.reach(self.log), month_log.late(self.log), flow),
        )

    @cached_property
    def _by_service(self) -> Mapping[tuple[date, str], list[tuple[Key, Result]]]:
        found: dict[tuple[date, str], list[tuple[Key, Result]]] = {}
        for key, result in self.by_month.items():
            found.setdefault((key.month, key.service), []).append((key, result))
        return found

    def _in(self, month: date) -> list[tuple[Key, Result]]:
        return [each for each in self.by_month.items() if each[0].month == month]

    def _of(self, month: date, service: str) -> list[tuple[Key, Result]]:
        return self._by_service.get((month, service), [])

    # --- services ---

    def _services(self) -> Iterator[ServiceFigure]:
        """Yield the services that have anything in this month or the one before, the one with most misses first."""
        sums: defaultdict[str, Result] = defaultdict(Result)
        for line in self.found.lines:
            sums[line.ids["service"]] += line.result
        last = _months_until(self.log.month, 2)[0]
        for key, _ in self._in(last):
            sums[key.service] += Result()
        made = [self._service(service, result, last) for service, result in sums.items()]
        yield from sorted(made, key=_gravity)

    def _service(self, service: str, result: Result, last: date) -> ServiceFigure:
        return ServiceFigure(
            service=service,
            name=self.names.of("service", service),
            counts=_counts(result),
            before=_sum(self._of(last, service)),
            standing=self._cell(self.log.month.first, service).standing,
        )

    def _cell(self, month: date, service: str) -> SlamCell:
        """Return a service's month: each of its targets is compared with its own agreed share."""
        own = self._of(month, service)
        results: defaultdict[tuple[str, str, Fraction | None], Result] = defaultdict(Result)
        for key, result in own:
            results[key.version.rpartition("/")[0], key.target, self._share(key)] += result
        shown = slam.cell_of((result, share) for (_, _, share), result in results.items())
        return SlamCell(_sum(own), shown.mark.value)

    def _share(self, key: Key) -> Fraction | None:
        return self._shares.get((key.version, key.target))

    @cached_property
    def _shares(self) -> Mapping[tuple[str, str], Fraction | None]:
        return {(version.label, each.id): each.share for version in self.book.versions for each in version.targets}

    def _slam(self) -> Iterator[SlamRow]:
        months = _months_until(self.log.month, MONTHS)
        ids = {key.service for key in self.by_month if key.month in months}
        named = sorted((self.names.of("service", each).casefold(), each) for each in ids)
        for _, service in named:
            cells = tuple(self._cell(each, service) for each in months)
            yield SlamRow(service, self.names.of("service", service), cells)

    # --- lines and promises ---

    def _line(self, line: attainment.Line) -> LineFigure:
        ids = line.ids
        return LineFigure(
            service=ids["service"],
            service_name=self.names.of("service", ids["service"]),
            priority=ids["priority"],
            agreement=line.agreement,
            target=ids["target"],
            target_name=self.names.of("target", ids["target"], line.agreement),
            versions=line.versions,
            counts=_counts(line.result),
            still_open=line.result.still_open,
            beside={standing.value: number for standing, number in line.result.beside.items()},
        )

    def _promise(self, promise: attainment.Promise) -> PromiseFigure:
        target = promise.target
        return PromiseFigure(
            agreement=promise.agreement,
            target=target.id,
            target_name=self.names.of("target", target.id, promise.agreement),
            versions=promise.versions,
            maturity=target.maturity,
            share=promise.share,
            outcome=promise.verdict,
            counts=_counts(promise.result),
        )

    def _measured(self, flow: Flow, promises: tuple[PromiseFigure, ...]) -> processes.Measured:
        passed = self.passed
        versions = len(self.found.versions)
        zone = self.log.organisation.zone
        return processes.Measured(flow, passed.by_kind, passed.taken, promises, versions, zone, self.digits)

    def _claims(self) -> ClaimFigures | None:
        cases = self.passed.cases
        dues, verdicts = comparison.dues(cases, TOLERANCE), comparison.verdicts(cases)
        theirs = comparison.published(cases)
        if not (dues.compared or theirs.verdicts):
            return None
        ours = [case.met for case in cases if case.met is not None]
        return ClaimFigures(
            dues=dues.compared,
            dues_same=dues.same,
            tolerance=amount(TOLERANCE),
            verdicts=verdicts.compared,
            verdicts_same=verdicts.same,
            claimed=theirs.verdicts,
            claimed_met=theirs.met,
            ours=len(ours),
            ours_met=sum(ours),
        )

    # --- notes ---

    def _notes(self, reach: Reach, late: Sequence[Late], flow: Flow) -> Notes:
        unjudged, uncovered = self.passed.unjudged, self.found.uncovered
        return Notes(
            versions=tuple(map(_version, self.found.versions)),
            program=__version__,
            zone_edition=zones.VERSION,
            tickets=self.passed.tickets,
            kept=reach.tickets,
            first_at=reach.first_at,
            last_at=reach.last_at,
            cautions=tuple(self._cautions(reach, flow)),
            faults=dict(sorted(self.passed.faults.items())),
            not_covered={why.value: sum(named.values()) for why, named in uncovered.items()},
            unjudged=len(unjudged),
            unjudged_first=tuple(f"{each.ticket}: {each.reason}" for each in unjudged[:NAMED]),
            late=tuple(LateNote(*each) for each in late),
        )

    def _cautions(self, reach: Reach, flow: Flow) -> Iterator[str]:
        """Yield what makes the month less than whole."""
        month, zone = self.log.month, self.log.organisation.zone
        first, last = reach.first_at, reach.last_at
        if first is None or last is None:
            yield "No ticket is kept at all."
            return
        runs = f"events run from {instant(first, zone)} to {instant(last, zone)}"
        if last < month.starts_at(zone) or first >= month.ends_at(zone):
            yield f"Nothing of {month} is kept: {runs}."
            return
        if not (flow.logged or self.found.total.verdicts):
            yield f"Nothing was logged or decided in {month}, though {runs}. A file may be missing."
        if self.log.as_of < month.ends_at(zone):
            yield f"{month} is not over: the figures are those so far."
        elif last < month.ends_at(zone):
            yield f"{month} is not loaded to its end: the last event kept is of {instant(last, zone)}."
        if first > month.starts_at(zone):
            yield f"Only a part of {month} is kept: the first ticket was logged {instant(first, zone)}."
        if self.found.log.unjudged:
            yield f"{count(len(self.found.log.unjudged), 'ticket')} could not be judged and are not in the figures."


def _gravity(service: ServiceFigure) -> tuple[int, int, str, str]:
    return -service.counts.missed, -service.counts.verdicts, service.name.casefold(), service.service


def _version(version: AgreementVersion) -> VersionNote:
    return VersionNote(
        label=version.label,
        name=version.name,
        kind=version.kind.value,
        content_hash=version.content_hash(),
        zone=version.zone,
        effective_from=version.effective_from,
        last_day=version.last_day,
        signed_on=version.signed.on if version.signed else None,
    )


def _counts(result: Result) -> Counts:
    return Counts(result.met, result.missed)


def _sum(results: Iterable[tuple[Key, Result]]) -> Counts:
    found = [result for _, result in results]
    return Counts(sum(each.met for each in found), sum(each.missed for each in found)) if found else NOTHING


def _months_until(month: Period, number: int) -> tuple[date, ...]:
    """Return the first days of so many months of which the given one is the last."""
    return tuple(tallied.Months.until(month.first, number))
