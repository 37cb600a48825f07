"""Organisations: whose everything is."""

import re
import secrets
from datetime import datetime

from django.db import transaction

from servanda.bad_input import BadInput
from servanda.engine import zones
from servanda.engine.rights import Action, Assignment, Role, Viewer
from servanda.services import audit
from servanda.store import models, translate

SLUG = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
LONGEST_SLUG = 64
KEY_BYTES = 32


class InvalidSlug(BadInput):
    """An id that could not be told apart from others, or not be written in a file or an address."""

    def __init__(self, of: str, slug: str) -> None:
        super().__init__(
            f"'{slug}' is no id of {of}",
            expected=f"up to {LONGEST_SLUG} of a-z, 0-9 and -, neither beginning nor ending with -",
            mend="Choose a short id, such as 'school' or 'kim'.",
        )


def check_slug(of: str, slug: str) -> None:
    """Raise `InvalidSlug` for an id that is not short and plain."""
    if len(slug) > LONGEST_SLUG or not SLUG.fullmatch(slug):
        raise InvalidSlug(of, slug)


def add(slug: str, name: str, zone: str, administrator: str, now: datetime) -> models.Organisation:
    """Make an organisation and the person who administers it, and note it as the first entry of its audit.

    Whoever can write to the database may do so; nobody of another organisation gets any right in the new one.
    """
    check_slug("an organisation", slug)
    check_slug("a person", administrator)
    _check_zone(zone)
    with transaction.atomic():
        if models.Organisation.objects.filter(slug=slug).exists():
            raise BadInput(
                f"There is an organisation '{slug}' already.",
                expected="an id that is not taken",
                mend="Choose another id, or use the organisation that is there.",
            )
        made = models.Organisation.objects.create(
            slug=slug, name=name or slug, zone=zone, pseudonym_key=secrets.token_hex(KEY_BYTES)
        )
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
