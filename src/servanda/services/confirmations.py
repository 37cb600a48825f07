"""An assumed target is a guess until somebody who speaks for the users confirms that it is what they need."""

from datetime import datetime

from django.db import transaction

from servanda.bad_input import BadInput
from servanda.engine.rights import Action, Viewer
from servanda.services import audit
from servanda.store import models
from servanda.store.access import NotFound, lock_organisation
from servanda.store.books import remembered_book
from servanda.store.confirmations import ASSUMED, may_confirm


class ConfirmationRefused(BadInput):
    """A target that nobody need confirm, or that this person has confirmed already."""


def confirm(viewer: Viewer, agreement: str, number: int, target: str, *, now: datetime) -> None:
    """Keep that a representative takes an assumed target for what their users need.

    The version that is kept does not change: the next one may then say that the target is agreed. Raise `NotFound`
    where the viewer speaks for none of the users, `ConfirmationRefused` where there is nothing to confirm.
    """
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        versions = {each.label: each for each in remembered_book(organisation).versions}
        version = versions.get(f"{agreement}/{number}")
        found = next((each for each in version.targets if each.id == target), None) if version else None
        if version is None or found is None or not may_confirm(viewer, version, found):
            raise NotFound(f"target '{target}' of version {number} of agreement '{agreement}'")
        if found.maturity != ASSUMED:
            raise ConfirmationRefused(
                f"Target '{target}' of {version.label} is {found.maturity}.",
                expected="a target that is assumed",
                mend="Nothing to do.",
            )
        told = {"agreement": agreement, "number": number, "target": target, "person": viewer.person}
        if models.TargetConfirmation.objects.filter(organisation=organisation, **told).exists():
            raise ConfirmationRefused(
                f"You have confirmed target '{target}' of {version.label} already.",
                expected="a target that waits for you",
                mend="Nothing to do.",
            )
        models.TargetConfirmation.objects.create(organisation=organisation, confirmed_at=now, **told)
        content = {"done": "confirmed", "target": target, "hash": version.content_hash()}
        audit.note(organisation, viewer, Action.CONFIRM_TARGET, f"agreement {version.label}", now=now, content=content)
