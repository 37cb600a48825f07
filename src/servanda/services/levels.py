"""Levels of services as people estimate them: each with its source and its day; an earlier one always stays."""

from datetime import datetime

from django.db import transaction

from servanda.bad_input import BadInput
from servanda.engine.canonical import revive
from servanda.engine.catalogue import CatalogueEntry
from servanda.engine.levels import Estimate
from servanda.engine.rights import Action, Viewer
from servanda.services import audit, catalogue
from servanda.store import models
from servanda.store.access import NotFound, lock_organisation
from servanda.store.keepable import check_name, check_text


class EstimateRefused(BadInput):
    """An estimate that cannot be kept."""


def estimate(viewer: Viewer, service: str, told: Estimate, *, now: datetime) -> int:
    """Keep an estimate of a level of a service, beside all earlier ones; return how many the service has.

    Raise `NotFound` where the catalogue has no such service or the viewer may not write it, `EstimateRefused` for a day
    to come.
    """
    check_name("the figure", told.figure)
    check_name("the priority", told.priority, may_be_empty=True)
    check_text("the source", told.source)
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        _refuse_unless_writer(viewer, organisation, service)
        _refuse_tomorrow(viewer, told)
        kept = models.LevelEstimate.objects.filter(organisation=organisation, service=service)
        sequence = kept.count() + 1
        models.LevelEstimate.objects.create(
            organisation=organisation,
            service=service,
            sequence=sequence,
            kind=told.kind.value,
            priority=told.priority,
            figure=told.figure.strip(),
            source=told.source,
            estimated_on=told.on,
            written_by=viewer.person,
            written_at=now,
        )
        content = {"done": "estimated", "kind": told.kind.value, "priority": told.priority, "figure": told.figure}
        audit.note(organisation, viewer, Action.WRITE_CATALOGUE, f"catalogue {service}", now=now, content=content)
        return sequence


def _refuse_unless_writer(viewer: Viewer, organisation: models.Organisation, service: str) -> None:
    last = catalogue.newest(organisation, service)
    if last is None or not catalogue.may_write(viewer, service, revive(CatalogueEntry, last.content)):
        raise NotFound(f"service '{service}' in the catalogue")


def _refuse_tomorrow(viewer: Viewer, told: Estimate) -> None:
    if told.on > viewer.on:
        raise EstimateRefused(
            f"The estimate is of {told.on}, which is still to come.",
            expected="the day on which somebody estimated it",
            mend="Correct the date.",
        )
