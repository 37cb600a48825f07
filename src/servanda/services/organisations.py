"""Organisations: whose everything is."""

import secrets
from datetime import datetime

from django.db import transaction

from servanda.bad_input import BadInput
from servanda.engine import zones
from servanda.engine.rights import Action, Assignment, Role, Viewer
from servanda.services import audit
from servanda.store import models, translate
from servanda.store.keepable import check_name
from servanda.store.slugs import check_slug

KEY_BYTES = 32


def add(
    slug: str, name: str, zone: str, administrator: str, now: datetime, *, sample: bool = False
) -> models.Organisation:
    """Make an organisation and the person who administers it, and note it as the first entry of its audit.

    Whoever can write to the database may do so; nobody of another organisation gets any right in the new one. A
    `sample` is marked as one, now or never, and can be taken away again.
    """
    check_slug("an organisation", slug)
    check_slug("a person", administrator)
    check_name("the name", name, may_be_empty=True)
    _check_zone(zone)
    with transaction.atomic():
        own = {"name": name or slug, "zone": zone, "pseudonym_key": secrets.token_hex(KEY_BYTES)}
        made, fresh = models.Organisation.objects.get_or_create(slug=slug, defaults=own)  # others may add it meanwhile
        if not fresh:
            raise BadInput(
                f"There is an organisation '{slug}' already.",
                expected="an id that is not taken",
                mend="Choose another id, or use the organisation that is there.",
            )
        if sample:
            models.SampleMark.objects.create(organisation=made, loaded_at=now)
        viewer = _add_administrator(made, administrator, now)
        content = {"name": made.name, "zone": zone, "administrator": administrator}
        audit.note(made, viewer, Action.MANAGE_PEOPLE, f"organisation {slug}", now=now, content=content)
        return made


def _check_zone(zone: str) -> None:
    try:
        zones.zone(zone)
    except zones.UnknownZone as unknown:
        raise BadInput(
            f"{unknown}", expected="the zone in which the organisation speaks of dates", mend="Correct --zone."
        ) from None


def _add_administrator(organisation: models.Organisation, slug: str, now: datetime) -> Viewer:
    person = models.Person.objects.create(organisation=organisation, slug=slug, name=slug)
    assignment = Assignment(Role.ADMINISTRATOR)
    translate.record_of_assignment(assignment, person).save()
    on = now.astimezone(zones.zone(organisation.zone)).date()
    return Viewer(organisation.slug, slug, on, (assignment,))
