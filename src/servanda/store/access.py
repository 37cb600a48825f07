"""The only way to a protected row: it takes who asks and what for, and what they may not have is not there.

What is missing, what is another organisation's and what is out of reach get one and the same answer, so that nobody
learns from a refusal what exists.
"""

from django.db.models import Prefetch, Q

from servanda.bad_input import BadInput
from servanda.engine.events import Ticket
from servanda.engine.judging import classification
from servanda.engine.rights import GRANTED, WHOLE_ORGANISATION, Action, Subject, Viewer, may
from servanda.store import models, translate


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
    record = models.Organisation.objects.filter(slug=viewer.organisation).first()
    if record is None or not may(viewer, action, Subject(viewer.organisation)):
        raise NotFound(f"organisation '{viewer.organisation}'")
    return record


def access_part(viewer: Viewer, action: Action) -> models.Organisation:
    """Return the viewer's organisation, for something done to what of it lies in their scope, ticket by ticket.

    Raise `NotFound` where no role of theirs may do it to anything at all.
    """
    if action in WHOLE_ORGANISATION:
        return access_organisation(viewer, action)
    record = models.Organisation.objects.filter(slug=viewer.organisation).first()
    if record is None or not any(
        each.holds_on(viewer.on) and action in GRANTED[each.role] for each in viewer.assignments
    ):
        raise NotFound(f"organisation '{viewer.organisation}'")
    return record


def lock_organisation(viewer: Viewer) -> models.Organisation:
    """Return the viewer's organisation, kept for this transaction alone: one writes after the other.

    So nobody judges by agreements that another is just changing. It grants nothing: ask for the object by `access_*`.
    """
    record = models.Organisation.objects.select_for_update().filter(slug=viewer.organisation).first()
    if record is None:
        raise NotFound(f"organisation '{viewer.organisation}'")
    return record


def access_ticket(viewer: Viewer, action: Action, source: str, number: str) -> models.Ticket:
    """Return a ticket of the viewer's organisation, for something done to it; raise `NotFound` where they may not.

    Its events are read with it.
    """
    record = (
        models.Ticket.objects.select_related("organisation")
        .prefetch_related(Prefetch("events", models.Event.objects.order_by("pk")))
        .filter(organisation__slug=viewer.organisation, source=source, number=number)
        .first()
    )
    if record is None or not may(viewer, action, subject_of(record)):
        raise NotFound(f"ticket '{number}' of source '{source}'")
    return record


def access_new_ticket(viewer: Viewer, action: Action, ticket: Ticket) -> None:
    """Raise `NotFound` where a viewer may not bring a ticket that is not there yet, by its service and customer."""
    if not may(viewer, action, _subject(ticket)):
        raise NotFound(f"ticket '{ticket.number}' of source '{ticket.source}'")


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


def subject_of(record: models.Ticket) -> Subject:
    """Return what rights on a ticket turn on: its service, its customer, and every supplier it was ever assigned to."""
    return _subject(translate.ticket_of(record, record.organisation.slug, record.events.all(), None))


def _subject(ticket: Ticket) -> Subject:
    standing = ticket.ordered()
    known = classification(standing)
    suppliers = {event.changes["supplier"] for event in standing if event.changes.get("supplier")}
    return Subject(ticket.organisation, known["service"], known["customer"], frozenset(suppliers))
