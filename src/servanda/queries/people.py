"""The people of an organisation with their roles, and which groups of users somebody speaks for."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q

from servanda.engine.agreements import AgreementKind, Book, Customer, Service
from servanda.engine.rights import Action, Assignment, Role, Subject, Viewer, may
from servanda.store import models, translate
from servanda.store.access import NotFound, access_organisation
from servanda.store.books import remembered_book
from servanda.store.names_on_tickets import named_by_tickets
from servanda.store.slugs import PSEUDONYM

MOST_STEPS = 50
MOST_NAMES = 300
BY_SOURCE = Q(slug__regex=f"^{PSEUDONYM.pattern}$")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is kept by name, with the roles of today and of other days; `email` for those who manage people.

    `second_step` says that they sign in with more than a password.
    """

    id: str
    name: str
    email: str
    active: bool
    signs_in: bool
    second_step: bool
    roles: tuple[Assignment, ...]
    other_roles: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of users with the people who represent it today, by name."""

    id: str
    name: str
    representatives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Directory:
    """Who is here and who has left, by name; the groups of users; how many people only a source names."""

    here: tuple[Person, ...]
    left: tuple[Person, ...]
    groups: tuple[Group, ...]
    by_source: int

    def holding(self, role: Role) -> tuple[Person, ...]:
        """Return who has a role today."""
        return tuple(each for each in self.here if any(one.role is role for one in each.roles))


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done to a person and their roles, by whom and when, as the audit has it."""

    at: datetime
    actor: str
    content: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class OnePerson:
    """A person with what was done, the newest first; `alone_in` are roles of today that nobody else here has."""

    person: Person
    steps: tuple[Step, ...]
    alone_in: tuple[Role, ...]
    others: tuple[Person, ...]


class Names(NamedTuple):
    """What groups of users, services and suppliers are called, by their ids, in the order of names.

    Those that are kept or that agreements name, and of others that tickets name a few hundred at most.
    """

    customers: Mapping[str, str]
    services: Mapping[str, str]
    suppliers: Mapping[str, str]


def directory(viewer: Viewer) -> Directory:
    """Return the people; raise `NotFound` where the viewer may not see them. In a fixed number of statements."""
    organisation = access_organisation(viewer, Action.SEE_PEOPLE)
    every = [*_people(viewer, organisation)]
    here = tuple(each for each in every if each.active)
    return Directory(
        here,
        tuple(each for each in every if not each.active),
        tuple(_groups(here, _names(organisation).customers)),
        models.Person.objects.filter(BY_SOURCE, organisation=organisation).count(),
    )


def called(viewer: Viewer) -> Mapping[str, str]:
    """Return what those of the viewer's organisation are called, by their ids, who have or had a role or an account.

    For pages that say who did something: whoever may see the id of who did it sees the name that stands for it.
    """
    acting = Q(account__isnull=False) | Q(pk__in=models.RoleAssignment.objects.values("person_id"))
    people = models.Person.objects.filter(acting, organisation__slug=viewer.organisation).exclude(name="")
    return dict(people.values_list("slug", "name"))


def one(viewer: Viewer, slug: str) -> OnePerson:
    """Return a person; raise `NotFound` where there is none of that id for the viewer."""
    organisation = access_organisation(viewer, Action.SEE_PEOPLE)
    every = {each.id: each for each in _people(viewer, organisation)}
    if slug not in every:
        raise NotFound(f"person '{slug}'")
    person = every.pop(slug)
    others = tuple(each for each in every.values() if each.active)
    held = {one.role for each in others for one in each.roles}
    alone = dict.fromkeys(each.role for each in person.roles if each.role not in held)
    return OnePerson(person, steps_of(organisation, f"person {slug}"), tuple(alone), others)


def names(viewer: Viewer) -> Names:
    """Return the groups of users, services and suppliers; raise `NotFound` as `directory` does."""
    return _names(access_organisation(viewer, Action.SEE_PEOPLE))


def _names(organisation: models.Organisation) -> Names:
    book = remembered_book(organisation)
    suppliers = models.Supplier.objects.filter(organisation=organisation)
    return Names(
        _in_order(_named(book.customers), named_by_tickets(organisation, "customer", MOST_NAMES)),
        _in_order(_named(book.services), named_by_tickets(organisation, "service", MOST_NAMES)),
        _in_order(suppliers.values_list("slug", "name"), _parties(book)),
    )


def _parties(book: Book) -> Iterator[str]:
    """Yield every supplier that a contract names."""
    contracts = (each for each in book.versions if each.kind is AgreementKind.UNDERPINNING_CONTRACT)
    yield from (target.party for each in contracts for target in each.targets)


def _named(every: Iterable[Customer | Service]) -> Iterator[tuple[str, str]]:
    yield from ((each.id, each.name) for each in every)


def _in_order(named: Iterable[tuple[str, str]], others: Iterable[str]) -> Mapping[str, str]:
    told = {id: id for id in others if id} | {id: name or id for id, name in named}
    return dict(sorted(told.items(), key=lambda item: (item[1].casefold(), item[0])))


def _people(viewer: Viewer, organisation: models.Organisation) -> Iterator[Person]:
    """Yield everybody who is kept by an id of their own, by name."""
    manages = may(viewer, Action.MANAGE_PEOPLE, Subject(viewer.organisation))
    held: dict[int, list[Assignment]] = {}
    for each in models.RoleAssignment.objects.filter(organisation=organisation).order_by("pk"):
        held.setdefault(each.person_id, []).append(translate.assignment_of(each))
    records = models.Person.objects.filter(~BY_SOURCE, organisation=organisation).select_related("account")
    for record in sorted(records, key=lambda each: ((each.name or each.slug).casefold(), each.slug)):
        yield _person(record, held.get(record.pk, ()), viewer.on, manages)


def _person(record: models.Person, held: Iterable[Assignment], on: date, with_address: bool) -> Person:
    told = tuple(held)
    return Person(
        id=record.slug,
        name=record.name or record.slug,
        email=record.email if with_address else "",
        active=record.active,
        signs_in=record.account is not None,
        second_step=record.account is not None and record.account.second_step,
        roles=tuple(each for each in told if each.holds_on(on)),
        other_roles=tuple(each for each in told if not each.holds_on(on)),
    )


def _groups(here: Iterable[Person], customers: Mapping[str, str]) -> Iterator[Group]:
    """Yield each group that is known or that somebody is to represent, by name."""
    speaking = [(each, one) for each in here for one in each.roles if one.role is Role.REPRESENTATIVE]
    named = dict(customers)
    for _, assignment in speaking:
        named |= {id: id for id in assignment.scope.customers if id not in named}
    for id, name in sorted(named.items(), key=lambda item: (item[1].casefold(), item[0])):
        found = (each.name for each, one in speaking if not one.scope.customers or id in one.scope.customers)
        yield Group(id, name, tuple(dict.fromkeys(found)))


def steps_of(organisation: models.Organisation, subject: str) -> tuple[Step, ...]:
    """Return what whoever manages people did to a subject of the audit, such as `person kim`, the newest first."""
    written = models.Entry.objects.filter(organisation=organisation, action=Action.MANAGE_PEOPLE.value, subject=subject)
    told = written.order_by("-sequence").values_list("recorded_at", "actor", "content")[:MOST_STEPS]
    return tuple(Step(at, actor, content) for at, actor, content in told if at)
