"""Who answers for what: services, agreements and targets by their owners, and what has none, or one who has left.

The owner of a service is the id of a person. An agreement file names its owners as it likes: a person by id or name, or
a role. A target without an owner of its own is its agreement's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from servanda.engine.agreements import AgreementVersion
from servanda.engine.coverage import clauses_of
from servanda.engine.rights import Action, Viewer
from servanda.store import models
from servanda.store.access import access_organisation
from servanda.store.books import remembered_book
from servanda.store.catalogue_entries import last_entries


class Sort(Enum):
    """What is owned."""

    SERVICE = "service"
    AGREEMENT = "agreement"
    TARGET = "target"


@dataclass(frozen=True, slots=True)
class Owned:
    """Something that has an owner, or should have: `id` of the service or agreement, `number` of its version.

    `owner` is as it is written; empty where nobody is named.
    """

    sort: Sort
    id: str
    name: str
    owner: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class _Somebody:
    """People by their ids, and by every name that an agreement may call them by."""

    ids: frozenset[str]
    names: frozenset[str]

    def owns(self, owned: Owned) -> bool:
        """Whether one of them is the owner."""
        return owned.owner in self.ids if owned.sort is Sort.SERVICE else owned.owner.casefold() in self.names


def without_owner(viewer: Viewer, *, now: datetime) -> tuple[Owned, ...]:
    """Return what nobody answers for: it names no owner, or one who has left; raise `NotFound` where not allowed.

    In a fixed number of statements.
    """
    organisation = access_organisation(viewer, Action.SEE_PEOPLE)
    here, left = _people(organisation, active=True), _people(organisation, active=False)
    every = (*_services(organisation), *_promises(organisation, now))
    return tuple(each for each in every if not each.owner or (left.owns(each) and not here.owns(each)))


def of_person(viewer: Viewer, id: str, *, now: datetime) -> tuple[Owned, ...]:
    """Return what somebody answers for, by their id or name; raise `NotFound` where not allowed."""
    organisation = access_organisation(viewer, Action.SEE_PEOPLE)
    somebody = _people(organisation, slug=id)
    every = (*_services(organisation), *_promises(organisation, now))
    return tuple(each for each in every if somebody.owns(each))


def _people(organisation: models.Organisation, **which: object) -> _Somebody:
    rows = list(models.Person.objects.filter(organisation=organisation, **which).values_list("slug", "name"))
    names = {word.casefold() for row in rows for word in row} - {""}
    return _Somebody(frozenset(slug for slug, _ in rows), frozenset(names))


def _services(organisation: models.Organisation) -> Iterator[Owned]:
    for service, entry in last_entries(organisation):
        if not entry.withdrawn:
            yield Owned(Sort.SERVICE, service, entry.name, entry.owner)


def _promises(organisation: models.Organisation, now: datetime) -> Iterator[Owned]:
    """Yield the agreements that are in force or to come, and their targets with an owner of their own."""
    clauses = clauses_of(remembered_book(organisation).versions)
    lasting = [each for each in clauses if each.ends_at is None or each.ends_at > now]
    for version in {each.version.label: each.version for each in lasting}.values():
        yield Owned(Sort.AGREEMENT, version.agreement, version.name or version.agreement, version.owner, version.number)
    for each in lasting:
        if each.target.owner:
            yield _target(each.version, each.target.name or each.target.id, each.target.owner)


def _target(version: AgreementVersion, name: str, owner: str) -> Owned:
    return Owned(Sort.TARGET, version.agreement, name, owner, version.number)
