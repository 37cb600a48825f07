"""People, groups of users, teams and suppliers out of their records, and into them; two statements a sort at most."""

from collections.abc import Callable, Iterable, Mapping

from django.db.models import Q, QuerySet

from servanda.engine.directory import CustomerGroup, Everybody, PersonRecord, Record, Sort, Supplier, Team
from servanda.engine.rights import Assignment
from servanda.store import models, translate
from servanda.store.slugs import PSEUDONYM


def everybody(organisation: models.Organisation) -> Everybody:
    """Return all that is kept, by id; people without a name are left out, and so is whom only a source names."""
    return Everybody(people(organisation), groups(organisation), suppliers(organisation), teams(organisation))


def people(organisation: models.Organisation) -> Mapping[str, PersonRecord]:
    """Return those who are kept by a name and an id of their own, with their roles."""
    held: dict[int, set[Assignment]] = {}
    for each in models.RoleAssignment.objects.filter(organisation=organisation):
        held.setdefault(each.person_id, set()).add(translate.assignment_of(each))
    return {
        each.slug: PersonRecord(each.name, each.email, each.active, frozenset(held.get(each.pk, ())))
        for each in _named(organisation)
    }


def named(organisation: models.Organisation, slugs: Iterable[str]) -> set[str]:
    """Return which of some people are kept by a name and an id of their own."""
    return set(_named(organisation).filter(slug__in=slugs).values_list("slug", flat=True))


def _named(organisation: models.Organisation) -> QuerySet[models.Person]:
    by_source = Q(slug__regex=f"^{PSEUDONYM.pattern}$")
    return models.Person.objects.filter(~by_source, organisation=organisation, anonymised_at=None).exclude(name="")


def groups(organisation: models.Organisation) -> Mapping[str, CustomerGroup]:
    """Return the groups of users, by id."""
    return {each.slug: _group(each) for each in models.Customer.objects.filter(organisation=organisation)}


def suppliers(organisation: models.Organisation) -> Mapping[str, Supplier]:
    """Return the suppliers, by id."""
    return {each.slug: _supplier(each) for each in models.Supplier.objects.filter(organisation=organisation)}


def teams(organisation: models.Organisation) -> Mapping[str, Team]:
    """Return the teams, by id."""
    kept = models.Team.objects.filter(organisation=organisation).select_related("supplier")
    rows = models.TeamMember.objects.filter(organisation=organisation)
    members: dict[int, set[str]] = {}
    for team, person in rows.values_list("team_id", "person__slug"):
        members.setdefault(team, set()).add(person)
    return {each.slug: _team(each, members.get(each.pk, ())) for each in kept}


def one(organisation: models.Organisation, sort: Sort, id: str) -> Record | None:
    """Return a record of a sort; nothing where there is none of that id."""
    read: Mapping[Sort, Callable[[models.Organisation], Mapping[str, Record]]] = {
        Sort.GROUP: groups,
        Sort.SUPPLIER: suppliers,
        Sort.TEAM: teams,
    }
    return read[sort](organisation).get(id)


def _group(record: models.Customer) -> CustomerGroup:
    return CustomerGroup(record.name, record.users, record.description)


def _supplier(record: models.Supplier) -> Supplier:
    return Supplier(
        record.name, record.description, record.contacts, record.dispute_contact, record.since, record.until
    )


def _team(record: models.Team, members: Iterable[str]) -> Team:
    return Team(
        record.name,
        record.line,
        record.supplier.slug if record.supplier else "",
        record.description,
        record.email,
        record.contact,
        frozenset(members),
        record.active,
    )


# --- into their records ---


def put(organisation: models.Organisation, id: str, told: Record) -> None:
    """Keep what is told of one, in place of what was; what a team refers to must be there."""
    if isinstance(told, Team):
        _put_team(organisation, id, told)
    elif isinstance(told, Supplier):
        _update(models.Supplier, organisation, id, told, "description", "contacts", "dispute_contact", "since", "until")
    else:
        _update(models.Customer, organisation, id, told, "users", "description")


def _put_team(organisation: models.Organisation, id: str, told: Team) -> None:
    outside = models.Supplier.objects.get(organisation=organisation, slug=told.supplier) if told.supplier else None
    _update(models.Team, organisation, id, told, "line", "description", "email", "contact", "active", supplier=outside)
    team = models.Team.objects.get(organisation=organisation, slug=id)
    kept = models.TeamMember.objects.filter(organisation=organisation, team=team)
    kept.exclude(person__slug__in=told.members).delete()
    here = set(kept.values_list("person__slug", flat=True))
    fresh = models.Person.objects.filter(organisation=organisation, slug__in=told.members - here).order_by("slug")
    models.TeamMember.objects.bulk_create(
        models.TeamMember(organisation=organisation, team=team, person=each) for each in fresh
    )


def _update(
    kind: type[models.Supplier] | type[models.Team] | type[models.Customer],
    organisation: models.Organisation,
    id: str,
    told: Record,
    *columns: str,
    **more: object,
) -> None:
    wanted = {each: getattr(told, each) for each in ("name", *columns)} | more
    kind.objects.update_or_create(organisation=organisation, slug=id, defaults=wanted)
