"""Exemptions: a target that does not count for one ticket, with the reason and who approved it, for ever."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from servanda.bad_input import BadInput
from servanda.engine.rights import Action, Viewer
from servanda.services import audit, clocks
from servanda.store import models
from servanda.store.access import access_ticket, lock_organisation
from servanda.store.keepable import check_name


class ExemptionRefused(BadInput):
    """An exemption of a target that the ticket does not have, that stands already, or without a reason."""


def exempt(viewer: Viewer, source: str, number: str, target: str, reason: str, *, now: datetime) -> None:
    """Let a target not count for a ticket; the viewer is who approves it. Raises `ExemptionRefused` and `NotFound`."""
    check_name("the target", target)
    if not reason.strip():
        raise ExemptionRefused(
            "an exemption without a reason",
            expected="a reason, which stands in every report beside the ticket",
            mend="Say why the target does not count.",
        )
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        kept = access_ticket(viewer, Action.EXEMPT, source, number)
        record = kept.record
        _check(record, target)
        models.Exemption.objects.create(
            organisation=organisation,
            ticket=record,
            target=target,
            reason=reason,
            approved_by=viewer.person,
            recorded_at=now,
        )
        record.exempted = {**record.exempted, target: reason}
        clocks.refresh(record, replace(kept.ticket, exempted=record.exempted), clocks.agreed(organisation))
        content = {"target": target, "reason": reason}
        audit.note(organisation, viewer, Action.EXEMPT, f"{source}/{number}", now=now, content=content)


def _check(record: models.Ticket, target: str) -> None:
    targets = sorted(record.clocks.values_list("target", flat=True))
    if target not in targets:
        raise ExemptionRefused(
            f"ticket '{record.number}' has no clock of a target '{target}'",
            expected=f"one of: {', '.join(targets) or 'none, as nothing covers it'}",
            mend="Check the id of the target in the agreement.",
        )
    if target in record.exempted:
        raise ExemptionRefused(
            f"target '{target}' is exempt for ticket '{record.number}' already: {record.exempted[target]}",
            expected="a target that counts",
            mend="Nothing to do.",
        )
