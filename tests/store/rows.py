"""A school with one ticket, as rows: what most tests of the store begin with."""

from datetime import datetime

from servanda.engine.events import Claims, Event, EventKind, Ticket
from servanda.store import models, translate
from tests.builders import instant

MONDAY_NINE = instant("2026-01-05 09:00 Europe/London")
HISTORY = Ticket(
    number="T1",
    source="desk",
    organisation="school",
    events=(
        Event(
            EventKind.OPENED,
            MONDAY_NINE,
            id="e1",
            actor="kim",
            changes={"service": "mail", "customer": "staff", "priority": "P2"},
        ),
        Event(EventKind.PAUSED, instant("2026-01-05 10:00 Europe/London"), sequence=2, reason="waiting for user"),
        Event(EventKind.RESUMED, instant("2026-01-05 11:30 Europe/London"), sequence=3, reason="waiting for user"),
        Event(EventKind.RECLASSIFIED, instant("2026-01-05 11:45 Europe/London"), id="e4", changes={"priority": "P1"}),
        Event(
            EventKind.RESOLVED,
            instant("2026-01-05 12:00 Europe/London"),
            id="e5",
            recorded_at=instant("2026-01-06 08:00 Europe/London"),
        ),
    ),
    claims=Claims(due_at=instant("2026-01-05 17:00 Europe/London"), met=True, extra={"sla": "ja – “eingehalten”"}),
    flags=("closed before opened",),
)


def school(slug: str = "school") -> models.Organisation:
    """Return an organisation that is kept."""
    return models.Organisation.objects.create(slug=slug, name="A school", zone="Europe/London")


def keep(ticket: Ticket, organisation: models.Organisation) -> models.Ticket:
    """Keep a ticket with all its events and claims."""
    record = translate.record_of_ticket(ticket, organisation)
    record.save()
    for event in ticket.events:
        translate.record_of_event(event, record).save()
    translate.record_of_claims(ticket.claims, record).save()
    return record


def kept(organisation: models.Organisation, source: str = "desk", number: str = "T1") -> Ticket:
    """Return a ticket as it is read back from the database."""
    record = models.Ticket.objects.get(organisation=organisation, source=source, number=number)
    claim = models.Claim.objects.get(ticket=record)
    return translate.ticket_of(record, organisation.slug, record.events.order_by("id"), claim)


def entry(organisation: models.Organisation, at: datetime = MONDAY_NINE, sequence: int = 1) -> models.Entry:
    """Return an audit entry that is kept."""
    return models.Entry.objects.create(
        organisation=organisation,
        sequence=sequence,
        recorded_at=at,
        actor="kim",
        action="record_event",
        subject="desk/T1",
        entry_hash="sha256:" + "0" * 64,
    )
