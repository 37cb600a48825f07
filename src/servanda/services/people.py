"""People: who asks."""

import hmac
from datetime import datetime

from servanda.bad_input import BadInput
from servanda.engine import zones
from servanda.engine.rights import Role, Viewer
from servanda.store import models, translate
from servanda.store.access import NotFound


def viewer(organisation: models.Organisation, slug: str, *, now: datetime) -> Viewer:
    """Return a person as somebody who asks now, with all their roles; raise `NotFound` where nobody active is meant."""
    person = models.Person.objects.filter(organisation=organisation, slug=slug, active=True).first()
    if person is None:
        raise NotFound(f"person '{slug}'")
    return _as_viewer(organisation, person, now)


def only_administrator(organisation: models.Organisation, now: datetime) -> str:
    """Return the id of the one active person who administers today; raise `BadInput` where it is not just one."""
    people = models.Person.objects.filter(organisation=organisation, active=True).order_by("slug")
    asking = (_as_viewer(organisation, each, now) for each in people.filter(assignments__role=Role.ADMINISTRATOR.value))
    found = {each.person for each in asking if _administers(each)}
    if len(found) != 1:
        raise BadInput(
            f"It is not said who asks, and {len(found) or 'none'} of '{organisation.slug}' could be meant.",
            expected="the id of a person, where not exactly one administers everything",
            mend="Name yourself with --as, or in the variable SERVANDA_PERSON.",
        )
    return found.pop()


def _as_viewer(organisation: models.Organisation, person: models.Person, now: datetime) -> Viewer:
    assignments = models.RoleAssignment.objects.filter(organisation=organisation, person=person).order_by("pk")
    on = now.astimezone(zones.zone(organisation.zone)).date()
    return Viewer(organisation.slug, person.slug, on, tuple(translate.assignment_of(each) for each in assignments))


def _administers(person: Viewer) -> bool:
    return any(
        each.role is Role.ADMINISTRATOR and each.scope.is_whole and each.holds_on(person.on)
        for each in person.assignments
    )


class Pseudonyms:
    """The pseudonyms of people whom a source names: what events keep in place of names, always the same for one name.

    A name and its pseudonym stand together in the person's record alone, so that emptying it is enough to forget them.
    """

    def __init__(self, organisation: models.Organisation) -> None:
        self._organisation = organisation
        self._known: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Return the pseudonym of a name: 'p-' and 20 hex digits of the name's keyed hash; nothing for no name."""
        if not name:
            return ""
        if name not in self._known:
            key = self._organisation.pseudonym_key.encode()
            self._known[name] = f"p-{hmac.new(key, name.encode(), 'sha256').hexdigest()[:20]}"
        return self._known[name]

    def keep(self) -> None:
        """Keep each person met who is not kept yet; one who was anonymised stays without a name."""
        kept = models.Person.objects.filter(organisation=self._organisation)
        held = set(kept.values_list("slug", flat=True))
        fresh = {slug: name for name, slug in self._known.items() if slug not in held}
        models.Person.objects.bulk_create(
            (models.Person(organisation=self._organisation, slug=slug, name=name) for slug, name in fresh.items()),
            batch_size=500,
        )
