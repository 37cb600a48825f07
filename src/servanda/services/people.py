"""People: who asks, who they are to an organisation, and the pseudonyms of those whom a source names.

Whoever manages people may do so in the whole of their organisation. The audit keeps ids and roles, never a name or an
address, so that emptying a person's record is enough to forget them.
"""

import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from servanda.bad_input import BadInput
from servanda.engine import zones
from servanda.engine.canonical import plain
from servanda.engine.rights import Action, Assignment, Role, Viewer, other_side, undivided
from servanda.services import audit
from servanda.store import models, records, translate
from servanda.store.access import NotFound, access_organisation, lock_organisation
from servanda.store.keepable import check_name
from servanda.store.slugs import PSEUDONYM, check_slug


class PersonRefused(BadInput):
    """Something that cannot be said of a person."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A person as managers of people see them; `by_source` says that only a source names them, by a pseudonym here."""

    id: str
    name: str
    email: str
    active: bool
    assignments: tuple[Assignment, ...]
    by_source: bool = False


def add(viewer: Viewer, slug: str, name: str, email: str = "", *, now: datetime) -> None:
    """Add a person, who may do nothing until a role is assigned to them."""
    check_slug("a person", slug)
    check_told(name, email)
    if PSEUDONYM.fullmatch(slug):
        raise PersonRefused(
            f"'{slug}' has the form of a pseudonym", expected="an id of its own", mend="Choose another."
        )
    with transaction.atomic():
        organisation = managed(viewer)
        if models.Person.objects.filter(organisation=organisation, slug=slug).exists():
            raise PersonRefused(
                f"There is a person '{slug}' already.", expected="an id that is free", mend="Choose another."
            )
        models.Person.objects.create(organisation=organisation, slug=slug, name=name, email=email)
        note(organisation, viewer, slug, now, {"done": "added"})


def check_told(name: str, email: str) -> None:
    """Raise `Unkeepable` for a name or an address that no database could keep."""
    check_name("the name", name)
    check_name("the address", email, may_be_empty=True)


def assign(
    viewer: Viewer, slug: str, assignment: Assignment, *, now: datetime, confirmed: Collection[str] = ()
) -> bool:
    """Give a person a role in a scope and between dates; return whether they did not have the very same already.

    `confirmed` are words of what somebody confirmed of the person when they were asked; the audit keeps them.
    """
    check_scope(assignment)
    with transaction.atomic():
        organisation = managed(viewer)
        person = _person(organisation, slug)
        if assignment in _held(person):
            return False
        _refuse(organisation, person, assignment)
        translate.record_of_assignment(assignment, person).save()
        told = {"confirmed": sorted(confirmed)} if confirmed else {}
        note(organisation, viewer, slug, now, {"done": "assigned", "assignment": plain(assignment), **told})
        return True


def check_scope(assignment: Assignment) -> None:
    """Raise `Unkeepable` for a name in the scope of a role that no database could keep."""
    for names in (assignment.scope.services, assignment.scope.customers, assignment.scope.suppliers):
        for name in names:
            check_name("a name in the scope", name)


def hand_over(viewer: Viewer, slug: str, role: Role, to: str, on: date, *, now: datetime) -> int:
    """Let another person have a role from a day on, in each scope in which somebody had it, who has it no longer then.

    Return how many assignments went over. The audit names both people, so that it stays known who was there before.
    """
    with transaction.atomic():
        organisation = managed(viewer)
        person, heir = _person(organisation, slug), _person(organisation, to)
        if person == heir:
            raise PersonRefused(f"'{slug}' has the role.", expected="somebody else", mend="Choose another person.")
        last = on - timedelta(days=1)
        lasting = [each for each in _assignments(person) if each.role == role.value and _lasts_beyond(each, last)]
        passed = [replace(each, from_on=max(on, each.from_on or on)) for each in map(translate.assignment_of, lasting)]
        for each in lasting:
            _end(each, last)
        for assignment in passed:
            _refuse(organisation, heir, assignment)
            translate.record_of_assignment(assignment, heir).save()
        if passed:
            refuse_nobody(organisation, viewer.on)
            told = {"role": role.value, "from": slug, "to": to, "on": on.isoformat()}
            for who in (slug, to):
                note(organisation, viewer, who, now, {"done": "handed over", **told})
        return len(passed)


def _refuse(organisation: models.Organisation, person: models.Person, wanted: Assignment) -> None:
    """Raise `PersonRefused` where somebody cannot have a role."""
    if not person.active:
        raise PersonRefused(
            f"'{person.slug}' has left.", expected="somebody who is here", mend="Let them return first."
        )
    refuse_rules(organisation, person, wanted)


def refuse_rules(organisation: models.Organisation, person: models.Person, wanted: Assignment) -> None:
    """Raise `PersonRefused` for a role that puts somebody on both sides, or two managers over the same users.

    Whoever has left is on no side of what others do: the second rule looks at those who are here alone.
    """
    _refuse_both_sides(person.slug, other_side(_held(person), wanted), wanted)
    if not person.active or wanted.role is not Role.SERVICE_MANAGER:
        return
    others = models.RoleAssignment.objects.filter(organisation=organisation, person__active=True).exclude(person=person)
    if undivided(map(translate.assignment_of, others), wanted):
        raise PersonRefused(
            "There is a service manager for all users already.",
            expected="one service manager; or several, each with customers of their own or for a time that ends",
            mend="Name the customers that this one looks after, or a last day for a deputy, or hand the role over.",
        )


def _held(person: models.Person) -> list[Assignment]:
    return [translate.assignment_of(each) for each in _assignments(person)]


def _refuse_both_sides(slug: str, facing: Assignment | None, wanted: Assignment) -> None:
    if facing is None:
        return
    shared = sorted(facing.scope.customers & wanted.scope.customers or facing.scope.customers | wanted.scope.customers)
    users = f"the users of {', '.join(shared)}" if shared else "the same users"
    raise PersonRefused(
        f"'{slug}' is {facing.role.value} and would be {wanted.role.value} for {users}.",
        expected="a service manager who speaks for support, and somebody else who speaks for the users",
        mend="Choose another person, limit one of the roles to other customers, or end the one first.",
    )


def end_assignment(viewer: Viewer, slug: str, role: Role, on: date, *, now: datetime) -> int:
    """Let a person have a role up to a day and no longer, in whatever scope; return how many assignments that ended.

    One that would begin only after that day is taken away.
    """
    with transaction.atomic():
        organisation = managed(viewer)
        person = _person(organisation, slug)
        lasting = [each for each in _assignments(person) if each.role == role.value and _lasts_beyond(each, on)]
        if not lasting:
            return 0
        told = [plain(translate.assignment_of(each)) for each in lasting]
        for each in lasting:
            _end(each, on)
        refuse_nobody(organisation, viewer.on)
        note(organisation, viewer, slug, now, {"done": "ended", "on": on.isoformat(), "assignments": told})
        return len(lasting)


def deactivate(viewer: Viewer, slug: str, *, now: datetime) -> bool:
    """Let a person have left: from now on they may do nothing; return whether they were still here."""
    return _set_active(viewer, slug, False, now)


def activate(viewer: Viewer, slug: str, *, now: datetime) -> bool:
    """Let a person who left be back, with the roles they had; return whether they were gone.

    Raise `PersonRefused` where another has the role of a service manager for all users meanwhile.
    """
    return _set_active(viewer, slug, True, now)


def every(viewer: Viewer) -> tuple[Listed, ...]:
    """Return the people of the viewer's organisation, by id; those whom only a source names come last."""
    organisation = access_organisation(viewer, Action.MANAGE_PEOPLE)
    people = models.Person.objects.filter(organisation=organisation).prefetch_related("assignments").order_by("slug")
    return tuple(sorted(map(_listed, people), key=lambda each: each.by_source))


def _listed(person: models.Person) -> Listed:
    assignments = sorted(person.assignments.all(), key=lambda each: each.pk)
    told = tuple(translate.assignment_of(each) for each in assignments)
    by_source = PSEUDONYM.fullmatch(person.slug) is not None
    return Listed(person.slug, person.name, person.email, person.active, told, by_source)


def managed(viewer: Viewer) -> models.Organisation:
    """Return the organisation whose people the viewer manages, for this transaction alone."""
    organisation = lock_organisation(viewer)
    access_organisation(viewer, Action.MANAGE_PEOPLE)
    return organisation


def _person(organisation: models.Organisation, slug: str) -> models.Person:
    person = models.Person.objects.filter(organisation=organisation, slug=slug).first()
    if person is None:
        raise NotFound(f"person '{slug}'")
    return person


def _assignments(person: models.Person) -> Iterator[models.RoleAssignment]:
    kept = models.RoleAssignment.objects.filter(organisation_id=person.organisation_id, person=person)
    yield from kept.order_by("pk")


def _lasts_beyond(assignment: models.RoleAssignment, on: date) -> bool:
    return assignment.until_on is None or assignment.until_on > on


def _end(assignment: models.RoleAssignment, on: date) -> None:
    if assignment.from_on is not None and assignment.from_on > on:
        assignment.delete()
        return
    assignment.until_on = on
    assignment.save(update_fields=["until_on"])


def _set_active(viewer: Viewer, slug: str, active: bool, now: datetime) -> bool:
    with transaction.atomic():
        organisation = managed(viewer)
        person = _person(organisation, slug)
        if person.active is active:
            return False
        person.active = active
        person.save(update_fields=["active"])
        for each in _held(person) if active else ():
            refuse_rules(organisation, person, each)
        refuse_nobody(organisation, viewer.on)
        note(organisation, viewer, slug, now, {"done": "returned" if active else "left"})
        return True


def refuse_nobody(organisation: models.Organisation, on: date) -> None:
    """Raise `PersonRefused` where from a day on there would ever be one on which nobody administers everything."""
    people = models.Person.objects.filter(organisation=organisation, active=True)
    held = models.RoleAssignment.objects.filter(person__in=people, role=Role.ADMINISTRATOR.value)
    whole = [each for each in map(translate.assignment_of, held) if each.scope.is_whole]
    day: date | None = on
    while day is not None:
        ends = [each.until_on or date.max for each in whole if each.holds_on(day)]
        if not ends:
            raise PersonRefused(
                "Nobody would be left who administers the organisation.",
                expected="on every day an active administrator of everything",
                mend="Make somebody else administrator first.",
            )
        day = max(ends) + timedelta(days=1) if max(ends) < date.max else None


def note(
    organisation: models.Organisation, viewer: Viewer, slug: str, now: datetime, content: Mapping[str, Any]
) -> None:
    """Note what was done to somebody in the audit, which never keeps a name or an address."""
    audit.note(organisation, viewer, Action.MANAGE_PEOPLE, f"person {slug}", now=now, content=content)


# --- who asks ---


def viewer(organisation: models.Organisation, slug: str, *, now: datetime) -> Viewer:
    """Return a person as somebody who asks now, with all their roles; raise `NotFound` where nobody active is meant."""
    person = models.Person.objects.filter(organisation=organisation, slug=slug, active=True).first()
    if person is None:
        raise NotFound(f"person '{slug}'")
    return as_viewer(organisation, person, now)


def only_administrator(organisation: models.Organisation, now: datetime) -> str:
    """Return the id of the one active person who administers today; raise `BadInput` where it is not just one."""
    people = models.Person.objects.filter(organisation=organisation, active=True).order_by("slug")
    asking = (as_viewer(organisation, each, now) for each in people.filter(assignments__role=Role.ADMINISTRATOR.value))
    found = {each.person for each in asking if _administers(each)}
    if len(found) != 1:
        raise BadInput(
            f"It is not said who asks, and {len(found) or 'none'} of '{organisation.slug}' could be meant.",
            expected="the id of a person, where not exactly one administers everything",
            mend="Name yourself with --as, or in the variable SERVANDA_PERSON.",
        )
    return found.pop()


def as_viewer(organisation: models.Organisation, person: models.Person, now: datetime) -> Viewer:
    """Return a person as somebody who asks now, with all their roles."""
    own = "organisation_id = %s AND person_id = %s ORDER BY id"
    assignments = records.find(models.RoleAssignment, own, [organisation.pk, person.pk])
    on = now.astimezone(zones.zone(organisation.zone)).date()
    return Viewer(organisation.slug, person.slug, on, tuple(translate.assignment_of(each) for each in assignments))


def _administers(person: Viewer) -> bool:
    return any(
        each.role is Role.ADMINISTRATOR and each.scope.is_whole and each.holds_on(person.on)
        for each in person.assignments
    )


# --- people whom a source names ---


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
        told = connection.settings_dict
        place = f"{told['HOST']}:{told['PORT']}/{told['NAME']}/{self._organisation.pseudonym_key}"
        fresh = {slug: name for name, slug in self._known.items() if (place, slug) not in _kept}
        models.Person.objects.bulk_create(
            (models.Person(organisation=self._organisation, slug=slug, name=name) for slug, name in fresh.items()),
            batch_size=500,
            ignore_conflicts=True,
        )
        transaction.on_commit(lambda: _remember((place, slug) for slug in fresh))


MOST_REMEMBERED = 100_000
_kept: set[tuple[str, str]] = set()


def forget() -> None:
    """Forget who is kept, where a process goes over to other contents of a database."""
    _kept.clear()


def _remember(people: Iterable[tuple[str, str]]) -> None:
    """Remember who is kept for good, so that a live event does not ask again for each name."""
    if len(_kept) > MOST_REMEMBERED:
        _kept.clear()
    _kept.update(people)
