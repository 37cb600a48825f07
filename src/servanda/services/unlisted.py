"""What is decided about tickets for what the catalogue does not list; a later decision stands beside the earlier."""

from datetime import datetime

from django.db import transaction

from servanda.bad_input import BadInput
from servanda.engine.catalogue import Unlisted
from servanda.engine.judging import classification
from servanda.engine.rights import Action, Viewer
from servanda.services import audit
from servanda.store import models
from servanda.store.access import access_ticket, lock_organisation
from servanda.store.keepable import check_text
from servanda.store.unlisted import why_unlisted

Decision = models.ListingDecision.Decision


class DecisionRefused(BadInput):
    """A decision about a ticket that needs none, or that does not say what it must."""


def decide(
    viewer: Viewer, source: str, number: str, decision: Decision | None, text: str = "", *, now: datetime
) -> None:
    """Keep what is decided about a ticket for something unlisted; a refusal has the text that its user is told.

    Raise `DecisionRefused` for a ticket that is listed or a refusal without a text, `NotFound` where the viewer may
    not decide about it.
    """
    check_text("the text", text)
    if decision is None:
        raise DecisionRefused(
            "It is not said what is decided.",
            expected="to accept it once, to refuse it, or to propose it for the catalogue",
            mend="Choose one.",
        )
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        kept = access_ticket(viewer, Action.DECIDE_UNLISTED, source, number)
        known = classification(kept.ticket.ordered())
        why = why_unlisted(organisation, known["service"], known["component"])
        _refuse(kept.record, why, decision, text)
        before = models.ListingDecision.objects.filter(organisation=organisation, ticket=kept.record)
        models.ListingDecision.objects.create(
            organisation=organisation,
            ticket=kept.record,
            sequence=before.count() + 1,
            decision=decision,
            service=known["service"],
            component=known["component"] if why is Unlisted.COMPONENT else "",
            text=text,
            decided_by=viewer.person,
            decided_at=now,
        )
        content = {"decision": decision.value, "service": known["service"], "text": text}
        audit.note(organisation, viewer, Action.DECIDE_UNLISTED, f"{source}/{number}", now=now, content=content)


def _refuse(record: models.Ticket, why: Unlisted | None, decision: Decision, text: str) -> None:
    if why is None:
        raise DecisionRefused(
            f"Ticket '{record.number}' is for something that the catalogue lists.",
            expected="a ticket for a service or a component that is not listed",
            mend="Nothing is to be decided.",
        )
    if decision is Decision.REFUSED and not text.strip():
        raise DecisionRefused(
            "A refusal has no text.",
            expected="what the user is told",
            mend="Say why it is refused, or take the standard text.",
        )
