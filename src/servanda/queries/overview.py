"""What the home page rests on: how all services stand now and by month, as far as a viewer may see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from servanda.engine import zones
from servanda.engine.results import Result
from servanda.engine.rights import Action, Role, Subject, Viewer, may
from servanda.queries import attainment, board, services
from servanda.queries.attainment import ByPromise, Months, Standpoint, Verdicts
from servanda.queries.board import Board, ClockShown
from servanda.queries.services import Known, Named
from servanda.store import models
from servanda.store.holders import holders
from servanda.store.prepared import prepared

ROWS = 12
"""How many services the chart of the home page shows."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The months of some services, and how many more there are: those with the most misses, in the order of names."""

    months: Months
    rows: Mapping[str, Mapping[date, ByPromise]]
    left_out: int

    @property
    def of(self) -> int:
        """How many services have verdicts in these months."""
        return len(self.rows) + self.left_out


@dataclass(frozen=True, slots=True)
class Steps:
    """Which steps of setting up are done; `service_managers` and `representatives` name who holds the role today."""

    catalogue: bool
    estimates: bool
    agreements: bool
    tickets: bool
    service_managers: tuple[str, ...]
    representatives: tuple[str, ...]
    report: bool

    @property
    def all_done(self) -> bool:
        """Whether nothing is left to do."""
        named = self.service_managers and self.representatives
        written = self.catalogue and self.estimates and self.agreements
        return bool(written and self.tickets and named and self.report)


@dataclass(frozen=True, slots=True)
class LastImport:
    """The file that was taken in last; for whoever may see the audit."""

    number: int
    file_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """What a viewer sees of everything, as of now.

    `promises` has the results of `month`, the last one in which a verdict fell, by what was promised. `board` and
    `urgent` are empty where no role of theirs lets them see tickets.
    """

    span: Known | None
    whole: bool
    names: Mapping[str, Named]
    chart: Chart
    month: date
    current_month: date
    promises: ByPromise
    target_names: Mapping[tuple[str, str], str]
    agreement_names: Mapping[str, str]
    board: Board | None
    urgent: tuple[ClockShown, ...]
    steps: Steps
    last_import: LastImport | None


def overview(viewer: Viewer, now: datetime) -> Overview:
    """Return what a viewer sees; raise `NotFound` where no role of theirs lets them see any results.

    However much is kept, it takes as many statements.
    """
    seen = attainment.standpoint(viewer, now)
    span, named = services.known(seen), services.names(seen)
    months = Months.until(services.shown_until(seen, span), services.SHOWN)
    verdicts = Verdicts(seen, months)
    month = max((month for (month,) in verdicts.by("month")), default=months.last)
    tickets = board.reach_of_tickets(seen)
    return Overview(
        span=span,
        whole=seen.reach.is_whole,
        names=named,
        chart=_chart(verdicts, named),
        month=month,
        current_month=seen.month,
        promises=verdicts.by_promise(months=Months(month, month)).get((), {}),
        target_names=services.target_names(seen.book),
        agreement_names={each.agreement: each.name or each.agreement for each in seen.book.versions},
        board=board.counted(seen, tickets) if tickets else None,
        urgent=board.urgent(seen, tickets) if tickets else (),
        steps=_steps(seen, span),
        last_import=_last_import(seen),
    )


def _chart(verdicts: Verdicts, named: Mapping[str, Named]) -> Chart:
    """Return the months of the services with the most misses, in two statements."""
    of_services: dict[str, Result] = {service: each for (service,), each in verdicts.by("service").items()}
    ranked = sorted(of_services, key=lambda service: (-of_services[service].missed, -of_services[service].verdicts))
    chosen = sorted(ranked[:ROWS], key=lambda id: (named[id].name.casefold() if id in named else "", id))
    rows: dict[str, dict[date, ByPromise]] = {service: {} for service in chosen}
    for (month, service), kept in verdicts.by_promise("month", "service", services=frozenset(chosen)).items():
        rows[service][month] = kept
    return Chart(verdicts.months, rows, len(ranked) - len(chosen))


def _steps(seen: Standpoint, span: Known | None) -> Steps:
    today = zones.to_local(seen.zone, seen.now).date()
    held = holders(seen.reach.organisation, (Role.SERVICE_MANAGER, Role.REPRESENTATIVE), today)
    return Steps(
        catalogue=bool(_any(models.CatalogueVersion, seen.reach.organisation).rows()),
        estimates=bool(_any(models.LevelEstimate, seen.reach.organisation).rows()),
        agreements=bool(seen.book.versions),
        tickets=span is not None,
        service_managers=held[Role.SERVICE_MANAGER],
        representatives=held[Role.REPRESENTATIVE],
        report=bool(_any(models.Report, seen.reach.organisation).rows()),
    )


Kept = models.CatalogueVersion | models.LevelEstimate | models.Report


@prepared
def _any(model: type[Kept], organisation: models.Organisation) -> QuerySet[Any]:
    return model._default_manager.filter(organisation=organisation).values_list("pk")[:1]


def _last_import(seen: Standpoint) -> LastImport | None:
    if not may(seen.viewer, Action.SEE_AUDIT, Subject(seen.viewer.organisation)):
        return None
    found = _last_batch(seen.reach.organisation).rows()
    return LastImport(*found[0]) if found else None


@prepared
def _last_batch(organisation: models.Organisation) -> QuerySet[Any]:
    standing = models.Batch.objects.filter(organisation=organisation, state=models.Batch.State.COMMITTED)
    return standing.order_by("-number").values_list("number", "file_name", "committed_at")[:1]
