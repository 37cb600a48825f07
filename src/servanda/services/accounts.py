"""Accounts: who somebody signed in is in an organisation, and the links by which an account comes about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from servanda.engine.rights import Viewer
from servanda.services import people
from servanda.store import models
from servanda.store.access import NotFound


@dataclass(frozen=True, slots=True)
class Standing:
    """Who an account is in one organisation; both their names, and the zone in which it speaks of dates."""

    viewer: Viewer
    person_name: str
    organisation_name: str
    zone: str


def standing(account: int, organisation: str, now: datetime) -> Standing:
    """Return who an account is in an organisation; raise `NotFound` where it is nobody there."""
    own = _people(account).filter(organisation__slug=organisation).first()
    if own is None:
        raise NotFound(f"organisation '{organisation}'")
    return _standing(own, now)


def standings(account: int, now: datetime) -> tuple[Standing, ...]:
    """Return who an account is in each organisation where it has a role today, by the name of the organisation."""
    return tuple(_with_a_role(account, now))


def _with_a_role(account: int, now: datetime) -> Iterator[Standing]:
    for each in _people(account).order_by("organisation__name", "organisation__slug"):
        found = _standing(each, now)
        if any(role.holds_on(found.viewer.on) for role in found.viewer.assignments):
            yield found


def _people(account: int) -> QuerySet[models.Person]:
    return models.Person.objects.filter(account_id=account, active=True).select_related("organisation")


def _standing(person: models.Person, now: datetime) -> Standing:
    organisation = person.organisation
    viewer = people.as_viewer(organisation, person, now)
    return Standing(viewer, person.name or person.slug, organisation.name, organisation.zone)
