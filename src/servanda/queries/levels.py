"""Levels of services, side by side: what was estimated, what is measured, what is proposed or agreed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from servanda.engine.coverage import Clause
from servanda.engine.levels import Estimate, LevelKind
from servanda.engine.results import Result
from servanda.engine.rights import Action, Viewer
from servanda.queries import attainment
from servanda.queries import services as of_services
from servanda.queries.attainment import Months, Standpoint, Verdicts
from servanda.queries.catalogue import Listed
from servanda.queries.services import Covering
from servanda.store import models
from servanda.store.access import access_part

SHOWN = 12
"""How many months a series has."""


@dataclass(frozen=True, slots=True)
class Estimated:
    """An estimate with who wrote it down; nothing of them for whom the entry is narrowed."""

    told: Estimate
    written_by: str


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of a service: estimates by their day, the oldest first; what covers it; what was kept by month.

    `kept` has the results of each month by the kind of target and the priority. `so_far` says that the last month is
    not over yet.
    """

    estimates: tuple[Estimated, ...]
    covering: Covering
    months: Months
    kept: Mapping[tuple[date, str, str], Result]
    so_far: bool

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses that cover the service today; none where they did so only earlier."""
        return self.covering.clauses if self.covering.in_force else ()


def of(viewer: Viewer, listed: Iterable[Listed], *, now: datetime) -> dict[str, Levels]:
    """Return the levels of entries that a viewer sees; raise `NotFound` where they may see no results at all.

    However many entries there are, it takes as many statements.
    """
    organisation, entries = access_part(viewer, Action.SEE_CATALOGUE), {each.service: each for each in listed}
    seen = attainment.standpoint(viewer, now)
    months = Months.until(of_services.shown_until(seen, of_services.known(seen)), SHOWN)
    estimates = _estimates(organisation, entries)
    covers, kept = of_services.covering(seen, entries), _kept(seen, months, frozenset(entries))
    return {
        service: Levels(
            estimates.get(service, ()), covers[service], months, kept.get(service, {}), months.last == seen.month
        )
        for service in entries
    }


def promised(viewer: Viewer, listed: Iterable[Listed], *, now: datetime) -> tuple[Clause, ...]:
    """Return the clauses that cover some entries today; raises what `of` raises. No statement for each entry."""
    seen = attainment.standpoint(viewer, now)
    covers = of_services.covering(seen, {each.service for each in listed})
    return tuple(clause for each in covers.values() if each.in_force for clause in each.clauses)


def _kept(seen: Standpoint, months: Months, services: frozenset[str]) -> dict[str, dict[tuple[date, str, str], Result]]:
    found: dict[str, dict[tuple[date, str, str], Result]] = {}
    results = Verdicts(seen, months, services).by("service", "month", "kind", "priority")
    for (service, month, kind, priority), result in results.items():
        found.setdefault(service, {})[month, kind, priority] = result
    return found


def _estimates(organisation: models.Organisation, entries: Mapping[str, Listed]) -> dict[str, tuple[Estimated, ...]]:
    """Return the estimates of each service, in one statement."""
    rows = models.LevelEstimate.objects.filter(organisation=organisation, service__in=sorted(entries))
    found: dict[str, list[Estimated]] = {}
    for row in rows.order_by("service", "estimated_on", "sequence"):
        if row.service in entries:
            found.setdefault(row.service, []).append(_estimated(row, entries[row.service]))
    return {service: tuple(told) for service, told in found.items()}


def _estimated(row: models.LevelEstimate, listed: Listed) -> Estimated:
    told = Estimate(LevelKind(row.kind), row.figure, row.source, row.estimated_on, row.priority)
    return Estimated(told, "" if listed.narrowed else row.written_by)
