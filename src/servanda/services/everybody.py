"""People with their roles, groups, teams and suppliers as one file tells them: all of it is kept, or nothing.

The rules are those of the forms, and they are asked when all is in place: a file may hand a role over.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from django.db import transaction

from servanda.bad_input import BadInput
from servanda.engine.canonical import plain
from servanda.engine.directory import Everybody, PersonRecord, Shifted, Sort, in_order, told_apart
from servanda.engine.rights import Action, Assignment, Viewer
from servanda.services import directory, people
from servanda.store import directory as kept
from servanda.store import models, translate
from servanda.store.access import access_organisation

PERSON = "person"


class Done(Enum):
    """What a file does."""

    ADDED = "added"
    CHANGED = "changed"
    GIVEN = "given"
    ENDED = "ended"
    PROLONGED = "prolonged"
    LEFT = "left"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a file does: `sort` is `person`, or of what else the id is; `role` is as it stands then."""

    done: Done
    sort: str
    id: str
    role: Assignment | None = None


@dataclass(frozen=True, slots=True)
class AppliedEverybody:
    """What a file does, step by step, and how much of what it names was so already."""

    steps: tuple[Step, ...]
    same: int


class EntryRefused(BadInput):
    """Something that cannot be kept of one that a file names, by its sort and id."""

    def __init__(self, sort: str, id: str, refusal: BadInput) -> None:
        super().__init__(refusal.found, expected=refusal.expected, mend=refusal.mend)
        self.sort, self.id = sort, id


def everybody(viewer: Viewer) -> Everybody:
    """Return all that is kept of people by their names, groups, teams and suppliers; those anonymised are left out."""
    found = kept.everybody(access_organisation(viewer, Action.MANAGE_PEOPLE))
    teams = {id: replace(each, members=each.members & set(found.people)) for id, each in found.teams.items()}
    return replace(found, teams=teams)


def apply(viewer: Viewer, told: Everybody, *, now: datetime, plan: bool = False) -> AppliedEverybody:
    """Keep what a file says, all of it or nothing; with `plan` tell what that would be, no more.

    Whatever the file does not name stays as it is, a role of somebody too: to end one, the file gives its last day.
    Raise `EntryRefused` for what the forms refuse, and `NotFound` where the viewer may not.
    """
    with transaction.atomic():
        organisation = people.managed(viewer)
        before = kept.everybody(organisation)
        applying = _Applying(organisation, viewer, now)
        applying.keep_people(told.people, before.people)
        for sort in Sort:
            applying.keep_records(sort, told, before)
        transaction.set_rollback(plan)
    return AppliedEverybody(tuple(applying.steps), applying.same)


@contextmanager
def _naming(sort: str, id: str) -> Iterator[None]:
    """Let a refusal say which entry it is about."""
    try:
        yield
    except BadInput as refusal:
        raise EntryRefused(sort, id, refusal) from refusal


class _Applying:
    """A file on its way into an organisation that is kept for this transaction alone; `steps` are what it did."""

    def __init__(self, organisation: models.Organisation, viewer: Viewer, now: datetime) -> None:
        self.organisation, self.viewer, self.now = organisation, viewer, now
        self.steps: list[Step] = []
        self.same = 0

    def keep_records(self, sort: Sort, told: Everybody, before: Everybody) -> None:
        """Keep the groups, suppliers or teams."""
        last = before.of(sort)
        for id, each in told.of(sort).items():
            with _naming(sort.value, id):
                if not directory.keep(self.organisation, self.viewer, id, each, last.get(id), self.now):
                    self.same += 1
                    continue
            self.steps.append(Step(Done.CHANGED if id in last else Done.ADDED, sort.value, id))

    def keep_people(self, told: Mapping[str, PersonRecord], before: Mapping[str, PersonRecord]) -> None:
        """Keep people and their roles, then ask the rules of every role that is another now."""
        fresh: dict[str, frozenset[Assignment]] = {}
        for slug, each in told.items():
            steps = len(self.steps)
            with _naming(PERSON, slug):
                fresh[slug] = self._keep_person(slug, each, before.get(slug))
            self.same += len(self.steps) == steps
        for slug, roles in fresh.items():
            with _naming(PERSON, slug):
                for role in in_order(roles):
                    people.refuse_rules(self.organisation, self._person(slug), role)
        if self.steps:
            people.refuse_nobody(self.organisation, self.viewer.on)

    def _keep_person(self, slug: str, told: PersonRecord, last: PersonRecord | None) -> frozenset[Assignment]:
        """Keep somebody; return the roles of which the rules are to be asked."""
        if last is None:
            people.add(self.viewer, slug, told.name, told.email, now=self.now)
            self._step(Done.ADDED, slug)
            last = PersonRecord(told.name, told.email)
        self._rename(slug, told, last)
        shifted, new = told_apart(last.roles, told.roles)
        for each in shifted:
            self._shift(slug, each)
        for role in new:
            self._give(slug, role)
        self._set_active(slug, told.active, last.active)
        if told.active and not last.active:
            return last.roles | told.roles
        return frozenset((*(each.after for each in shifted), *new))

    def _rename(self, slug: str, told: PersonRecord, last: PersonRecord) -> None:
        fields = [each for each in ("name", "email") if getattr(told, each) != getattr(last, each)]
        if not fields:
            return
        people.check_told(told.name, told.email)
        models.Person.objects.filter(pk=self._person(slug).pk).update(name=told.name, email=told.email)
        self._note(slug, {"done": "changed", "fields": fields})
        self._step(Done.CHANGED, slug)

    def _shift(self, slug: str, shifted: Shifted) -> None:
        found = models.RoleAssignment.objects.filter(organisation=self.organisation, person=self._person(slug))
        record = next(each for each in found if translate.assignment_of(each) == shifted.before)
        record.until_on = shifted.after.until_on
        record.save(update_fields=["until_on"])
        done = Done.ENDED if shifted.is_shorter else Done.PROLONGED
        last = shifted.after.until_on
        told = {"done": done.value, "on": last.isoformat() if last else None, "assignments": [plain(shifted.before)]}
        self._note(slug, told)
        self._step(done, slug, shifted.after)

    def _give(self, slug: str, role: Assignment) -> None:
        people.check_scope(role)
        translate.record_of_assignment(role, self._person(slug)).save()
        self._note(slug, {"done": "assigned", "assignment": plain(role)})
        self._step(Done.GIVEN, slug, role)

    def _set_active(self, slug: str, active: bool, before: bool) -> None:
        if active is before:
            return
        models.Person.objects.filter(pk=self._person(slug).pk).update(active=active)
        done = Done.RETURNED if active else Done.LEFT
        self._note(slug, {"done": done.value})
        self._step(done, slug)

    def _person(self, slug: str) -> models.Person:
        return models.Person.objects.get(organisation=self.organisation, slug=slug)

    def _note(self, slug: str, content: Mapping[str, object]) -> None:
        people.note(self.organisation, self.viewer, slug, self.now, content)

    def _step(self, done: Done, slug: str, role: Assignment | None = None) -> None:
        self.steps.append(Step(done, PERSON, slug, role))
