"""The audit as it may be read: what was done in an organisation, by whom and when, from the first entry on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from servanda.engine import zones
from servanda.engine.rights import Action, Viewer
from servanda.store import models
from servanda.store.access import access_organisation

ENTRIES_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries are wanted: from one date to another in the organisation's zone, both included; whose; which."""

    first: date | None = None
    last: date | None = None
    actor: str | None = None
    action: Action | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """The entries that were asked for, read as they are passed over, and the zone in which to tell their times."""

    zone: str
    records: QuerySet[models.Entry]

    def __iter__(self) -> Iterator[models.Entry]:
        yield from self.records.iterator(chunk_size=ENTRIES_AT_ONCE)


def entries(viewer: Viewer, asked: Asked) -> Listing:
    """Return the entries of a viewer's organisation; raise `NotFound` where the viewer may not see the audit of it."""
    organisation = access_organisation(viewer, Action.SEE_AUDIT)
    records = models.Entry.objects.filter(organisation=organisation).order_by("sequence")
    if asked.first:
        records = records.filter(recorded_at__gte=zones.midnight(asked.first, organisation.zone))
    if asked.last:
        records = records.filter(recorded_at__lt=zones.midnight(asked.last + timedelta(days=1), organisation.zone))
    if asked.actor:
        records = records.filter(actor=asked.actor)
    if asked.action:
        records = records.filter(action=asked.action.value)
    return Listing(organisation.zone, records)
