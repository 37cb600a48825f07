"""The only way to a protected row: it takes who asks and what for, and what they may not have is not there.

What is missing, what is another organisation's and what is out of reach get one and the same answer, so that nobody
learns from a refusal what exists.
"""

from dataclasses import dataclass

from django.db.models import Q

from servanda.bad_input import BadInput
from servanda.engine.events import Ticket
from servanda.engine.judging import classification
from servanda.engine.rights import GRANTED, WHOLE_ORGANISATION, Action, Subject, Viewer, may
from servanda.store import models, records, translate


class NotFound(BadInput):
    """There is nothing of that name, for this viewer."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"There is no {what} here.",
            expected="something that exists in your organisation and that your role may see or change",
            mend="Check the name; ask an administrator if a role is missing.",
        )


def access_organisation(viewer: Viewer, action: Action) -> models.Organisation:
    """Return the viewer's organisation, for something done to all of it; raise `NotFound` where they may not."""
    record = records.first(models.Organisation, "slug = %s", [viewer.organisation])
    if record is None or not may(viewer, action, Subject(viewer.organisation)):
        raise NotFound(f"organisation '{viewer.organisation}'")
    return record


def access_part(viewer: Viewer, action: Action) -> models.Organisation:
    """Return the viewer's organisation, for something done to what of it lies in their scope, ticket by ticket.

    Raise `NotFound` where no role of theirs may do it to anything at all.
    """
    if action in WHOLE_ORGANISATION:
        return access_organisation(viewer, action)
    record = records.first(models.Organisation, "slug = %s", [viewer.organisation])
    if record is None or not any(
        each.holds_on(viewer.on) and action in GRANTED[each.role] for each in viewer.assignments
    ):
        raise NotFound(f"organisation '{viewer.organisation}'")
    return record


def lock_organisation(viewer: Viewer) -> models.Organisation:
    """Return the viewer's organisation, kept for this transaction alone: one writes after the other.

    So nobody judges by agreements that another is just changing. It grants nothing: ask for the object by `access_*`.
    """
    record = records.first(models.Organisation, "slug = %s", [viewer.organisation], locked=True)
    if record is None:
        raise NotFound(f"organisation '{viewer.organisation}'")
    return record


@dataclass(frozen=True, slots=True)
class KeptTicket:
    """A ticket with all its events, and the record of it."""

    record: models.Ticket
    ticket: Ticket


def access_ticket(viewer: Viewer, action: Action, source: str, number: str) -> KeptTicket:
    """Return a ticket of the viewer's organisation, for something done to it; raise `NotFound` where they may not."""
    found = access_ticket_if_kept(viewer, action, source, number)
    if found is None:
        raise _no_ticket(source, number)
    return found


def access_ticket_if_kept(
    viewer: Viewer, action: Action, source: str, number: str, locked: models.Organisation | None = None
) -> KeptTicket | None:
    """Return what `access_ticket` returns, and `None` where nobody has such a ticket.

    `locked` is what `lock_organisation` gave for the same viewer, where that was asked before.
    """
    organisation = locked or records.first(models.Organisation, "slug = %s", [viewer.organisation])
    found = _kept(organisation, source, number) if organisation else None
    if found is not None and not may(viewer, action, _subject(found.ticket)):
        raise _no_ticket(source, number)
    return found


def _kept(organisation: models.Organisation, source: str, number: str) -> KeptTicket | None:
    named = "organisation_id = %s AND source = %s AND number = %s"
    record = records.first(models.Ticket, named, [organisation.pk, source, number])
    if record is None:
        return None
    record.organisation = organisation
    events = records.find(models.Event, "ticket_id = %s ORDER BY id", [record.pk])
    return KeptTicket(record, translate.ticket_of(record, organisation.slug, events, None))


def _no_ticket(source: str, number: str) -> NotFound:
    return NotFound(f"ticket '{number}' of source '{source}'")


def access_new_ticket(viewer: Viewer, action: Action, ticket: Ticket) -> None:
    """Raise `NotFound` where a viewer may not bring a ticket that is not there yet, by its service and customer."""
    if not may(viewer, action, _subject(ticket)):
        raise _no_ticket(ticket.source, ticket.number)


def may_reach(viewer: Viewer, action: Action, ticket: Ticket) -> bool:
    """Say whether a viewer may do something to a ticket that was read with all its events."""
    return may(viewer, action, _subject(ticket))


def narrowed(viewer: Viewer, action: Action) -> Q:
    """Return what holds for every ticket that a viewer may do something to; ask `may_reach` of each that it finds."""
    found = Q(pk__in=())
    for each in viewer.assignments:
        if each.holds_on(viewer.on) and action in GRANTED[each.role]:
            within = Q(organisation__slug=viewer.organisation)
            if each.scope.services:
                within &= Q(service__in=each.scope.services)
            if each.scope.customers:
                within &= Q(customer__in=each.scope.customers)
            found |= within
    return found


def _subject(ticket: Ticket) -> Subject:
    standing = ticket.ordered()
    known = classification(standing)
    suppliers = {event.changes["supplier"] for event in standing if event.changes.get("supplier")}
    return Subject(ticket.organisation, known["service"], known["customer"], frozenset(suppliers))
