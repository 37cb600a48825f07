"""Reconciliations that were worked out: the last of each source and kind is kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from servanda.engine.rights import Action, Viewer
from servanda.store import models
from servanda.store.access import access_organisation, lock_organisation


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """A reconciliation as it is kept: its report as commands write it, and the state of the database it tells of."""

    source: str
    kind: str
    as_of: datetime
    tickets: int
    events: int
    audited: int
    content: dict[str, Any]


def keep(viewer: Viewer, found: WorkedOut, *, now: datetime) -> bool:
    """Keep a reconciliation in the place of the one before, unless that tells of a later state; say whether it was.

    Raise `NotFound` where the viewer may not see every ticket that it tells of.
    """
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        access_organisation(viewer, Action.SEE_TICKET)
        own = models.Reconciliation.objects.filter(organisation=organisation, source=found.source, kind=found.kind)
        before = own.first()
        if before is not None and before.audited > found.audited:
            return False
        values = {
            "as_of": found.as_of,
            "tickets": found.tickets,
            "events": found.events,
            "audited": found.audited,
            "content": found.content,
            "made_by": viewer.person,
            "made_at": now,
        }
        models.Reconciliation.objects.update_or_create(
            organisation=organisation, source=found.source, kind=found.kind, defaults=values
        )
    return True
