"""Where the events of a ticket came from: the row of a file, or somebody who recorded them; and who is meant."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from servanda.engine.events import Event, Ticket
from servanda.engine.logs import Origin
from servanda.engine.rights import Action
from servanda.store import models
from servanda.store.prepared import Given, prepared

_TOLD = ("recorded_at", "batch__number", "batch__file_name", "row")
WRITING = (Action.RECORD_EVENT.value, Action.CORRECT_EVENT.value)


def of(organisation: models.Organisation, ticket: Ticket, keys: Collection[str] | None = None) -> dict[str, Origin]:
    """Return the origin of each event of a ticket that is kept, or of some, by the event's id, in two statements."""
    recorders = _recorders(organisation, ticket)
    few = keys is not None and len(keys) < len(ticket.events)
    kept = _of_ticket(organisation, ticket.source, ticket.number).filter(key__in=keys) if few else None
    rows = _every(organisation).rows(source=ticket.source, number=ticket.number) if kept is None else kept
    return {key: _origin(recorders.get(key, ""), *told) for key, *told in rows}


@prepared
def _every(organisation: models.Organisation) -> QuerySet[Any]:
    return _of_ticket(organisation, Given("source"), Given("number"))


def _of_ticket(organisation: models.Organisation, source: str | Given, number: str | Given) -> QuerySet[Any]:
    tickets = models.Ticket.objects.filter(organisation=organisation, source=source, number=number)
    return models.Event.objects.filter(ticket__in=tickets).values_list("key", *_TOLD)


def _origin(
    recorded_by: str, recorded_at: datetime | None, batch: int | None, file: str | None, row: int | None
) -> Origin:
    if batch is not None:
        return Origin(batch=batch, file=file or "", row=row)
    return Origin(recorded_by=recorded_by, recorded_at=recorded_at)


def _recorders(organisation: models.Organisation, ticket: Ticket) -> dict[str, str]:
    """Return who recorded which event, as the audit has it."""
    entries = _entries(organisation).rows(subject=f"{ticket.source}/{ticket.number}")
    return {id: actor for actor, content in entries for id in content.get("events", ())}


@prepared
def _entries(organisation: models.Organisation) -> QuerySet[Any]:
    written = models.Entry.objects.filter(organisation=organisation, action__in=WRITING, subject=Given("subject"))
    return written.order_by("sequence").values_list("actor", "content")


def with_names(organisation: models.Organisation, events: Iterable[Event]) -> tuple[Event, ...]:
    """Return events in which people who are kept under a pseudonym have their names, as far as these are kept."""
    told = tuple(events)
    named = _names(organisation, {each.actor for each in told} | {each.changes.get("person", "") for each in told})
    return tuple(_with_name(each, named) for each in told) if named else told


def _names(organisation: models.Organisation, slugs: set[str]) -> dict[str, str]:
    people = models.Person.objects.filter(organisation=organisation, slug__in=slugs - {""}).exclude(name="")
    return dict(people.values_list("slug", "name"))


def _with_name(event: Event, names: Mapping[str, str]) -> Event:
    person = event.changes.get("person", "")
    changes = {**event.changes, "person": names[person]} if person in names else event.changes
    return replace(event, actor=names.get(event.actor, event.actor), changes=changes)
