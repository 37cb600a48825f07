"""Views that somebody saves of the list of tickets: their own, so that no other right than to see tickets is needed.

They change no figure and nobody else's page, so the audit does not tell of them.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from servanda.bad_input import BadInput
from servanda.engine.rights import Action, Viewer
from servanda.store import models
from servanda.store.access import access_part, lock_organisation
from servanda.store.keepable import check_name

AT_MOST = 50
"""How many views one person may save."""


def keep(viewer: Viewer, name: str, filters: Mapping[str, str], *, now: datetime) -> None:
    """Save filters under a name, in the place of what the person saved under it before.

    Raise `BadInput` for what is no name, and where the person has too many.
    """
    check_name("the name of the view", name)
    with transaction.atomic():
        lock_organisation(viewer)
        organisation = access_part(viewer, Action.SEE_TICKET)
        person = models.Person.objects.get(organisation=organisation, slug=viewer.person)
        own = models.SavedView.objects.filter(organisation=organisation, person=person)
        if own.count() >= AT_MOST and not own.filter(name=name).exists():
            raise BadInput(
                f"You have {AT_MOST} saved views already.",
                expected=f"at most {AT_MOST}",
                mend="Remove one that you need no more, then save this one.",
            )
        told = {"filters": dict(filters), "saved_at": now}
        models.SavedView.objects.update_or_create(organisation=organisation, person=person, name=name, defaults=told)


def forget(viewer: Viewer, name: str) -> bool:
    """Remove a view of the viewer's own; say whether there was one of that name."""
    organisation = access_part(viewer, Action.SEE_TICKET)
    own = models.SavedView.objects.filter(organisation=organisation, person__slug=viewer.person, name=name)
    return own.delete()[0] > 0
