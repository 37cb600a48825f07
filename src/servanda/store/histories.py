"""Tickets with all their events, read a thousand at a time in a fixed number of statements."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet

from servanda.engine.events import NOTHING, Claims, Event, EventKind, Ticket
from servanda.store import models, translate

TICKETS_AT_ONCE = 1_000

_KINDS = tuple(EventKind)
_COLUMNS = (
    "ticket_id",
    "kind",
    "happened_at",
    "key",
    "sequence",
    "recorded_at",
    "actor",
    "reason",
    "changes",
    "retracts",
)


def in_chunks(tickets: QuerySet[models.Ticket], size: int = TICKETS_AT_ONCE) -> Iterator[list[models.Ticket]]:
    """Yield all tickets in the order of their keys, so many at a time; each chunk is one statement."""
    last = 0
    while chunk := list(tickets.filter(pk__gt=last).order_by("pk")[:size]):
        yield chunk
        last = chunk[-1].pk


def histories(records: Sequence[models.Ticket], organisation: str, *, claims: bool = False) -> list[Ticket]:
    """Return the tickets of some records of one organisation, in two statements with their claims and else in one."""
    events = events_of(records)
    claimed = _claims_of(records) if claims else {}
    return [
        translate.ticket_from(record, organisation, events.get(record.pk, ()), claimed.get(record.pk))
        for record in records
    ]


def events_of(records: Sequence[models.Ticket]) -> dict[int, tuple[Event, ...]]:
    """Return the events of some tickets by the ticket's key, each list in the order in which they were kept."""
    keys = [record.pk for record in records]
    found: dict[int, list[Event]] = {}
    rows = models.Event.objects.filter(ticket_id__in=keys).order_by("ticket_id", "id").values_list(*_COLUMNS)
    for ticket, *told in rows.iterator(chunk_size=10_000):
        found.setdefault(ticket, []).append(_event(*told))
    return {ticket: tuple(events) for ticket, events in found.items()}


def _event(
    kind: int,
    happened_at: datetime,
    key: str,
    sequence: int,
    recorded_at: datetime | None,
    actor: str,
    reason: str,
    changes: Mapping[str, Any],
    retracts: str,
) -> Event:
    told = MappingProxyType(dict(changes)) if changes else NOTHING
    return Event(_KINDS[kind], happened_at, key, sequence, recorded_at, actor, reason, told, retracts)


def _claims_of(records: Sequence[models.Ticket]) -> dict[int, Claims]:
    kept = models.Claim.objects.filter(ticket_id__in=[record.pk for record in records])
    return {each.ticket_id: translate.claims_of(each) for each in kept}
