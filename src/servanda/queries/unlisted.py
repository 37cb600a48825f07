"""Tickets for what the catalogue does not list: why each is one, what was decided, and what is proposed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from servanda.engine.catalogue import Unlisted, unlisted
from servanda.engine.rights import Action, Subject, Viewer, may
from servanda.queries.ticket import KeptTicket
from servanda.queries.ticket_filters import Outside
from servanda.store import models
from servanda.store.access import access_part
from servanda.store.catalogue_entries import last_entries
from servanda.store.unlisted import why_unlisted

NOBODY = Q(pk__in=())
MOST_PROPOSED = 100


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about a ticket, by whom, when and with which text; the service is the one it was for then."""

    decision: models.ListingDecision.Decision
    service: str
    component: str
    text: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class OfTicket:
    """Why a ticket is for something that is not listed, `None` where it is; the decisions, the last one first."""

    why: Unlisted | None
    decisions: tuple[Decided, ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A service, or a component of one, that somebody proposed for the catalogue, and for how many tickets."""

    service: str
    component: str
    tickets: int


def of_ticket(viewer: Viewer, kept: KeptTicket, known: Mapping[str, str]) -> OfTicket:
    """Return how a ticket that a viewer sees stands to the catalogue; raise `NotFound` where they see none of that.

    `known` has its service and component. Where nothing is listed at all, every ticket counts as listed.
    """
    organisation = access_part(viewer, Action.SEE_CATALOGUE)
    decisions = models.ListingDecision.objects.filter(
        organisation=organisation, ticket__source=kept.ticket.source, ticket__number=kept.ticket.number
    )
    why = why_unlisted(organisation, known["service"], known["component"])
    return OfTicket(why, tuple(map(_decided, decisions.order_by("-sequence"))))


def _decided(row: models.ListingDecision) -> Decided:
    assert row.decided_at is not None  # as the column has it
    decision = models.ListingDecision.Decision(row.decision)
    return Decided(decision, row.service, row.component, row.text, row.decided_by, row.decided_at)


# --- in lists ---


def asked(viewer: Viewer, outside: Outside) -> Q:
    """Return what holds for the tickets that are asked for; raise `NotFound` where a viewer sees no catalogue."""
    organisation = access_part(viewer, Action.SEE_CATALOGUE)
    last = _last_decisions(organisation)
    if outside not in (Outside.ANY, Outside.UNDECIDED):
        return Q(pk__in=last.filter(decision=outside.value).values("ticket_id"))
    listed = _listed(organisation)
    if listed is None:
        return NOBODY
    found = ~Q(service__in=listed) & ~Q(service="")
    return found & ~Q(pk__in=last.values("ticket_id")) if outside is Outside.UNDECIDED else found


def proposals(viewer: Viewer) -> tuple[Proposed, ...]:
    """Return what is proposed for the catalogue and not in it yet; nothing where a viewer sees a part of it alone.

    Raise `NotFound` where they see none of it.
    """
    organisation = access_part(viewer, Action.SEE_CATALOGUE)
    if not may(viewer, Action.SEE_CATALOGUE, Subject(viewer.organisation)):
        return ()
    rows = _last_decisions(organisation).filter(decision=models.ListingDecision.Decision.PROPOSED.value)
    tickets: dict[tuple[str, str], int] = {}
    for service, component in rows.order_by("service", "component").values_list("service", "component"):
        tickets[service, component] = tickets.get((service, component), 0) + 1
    entries = dict(last_entries(organisation))
    waiting = [each for each in tickets if unlisted(entries.get(each[0]), each[1])]
    return tuple(Proposed(*each, tickets[each]) for each in waiting[:MOST_PROPOSED])


def _last_decisions(organisation: models.Organisation) -> QuerySet[models.ListingDecision]:
    decisions = models.ListingDecision.objects.filter(organisation=organisation)
    later = decisions.filter(ticket=OuterRef("ticket"), sequence__gt=OuterRef("sequence"))
    return decisions.exclude(Exists(later))


def _listed(organisation: models.Organisation) -> list[str] | None:
    """Return the services that are listed; `None` where the catalogue is still empty."""
    entries = dict(last_entries(organisation))
    return [service for service, entry in entries.items() if not unlisted(entry)] if entries else None
