"""The service catalogue as somebody may see it: what each service is, who agreed to it, when it was looked over."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import QuerySet

from servanda.engine.canonical import revive
from servanda.engine.catalogue import CatalogueEntry
from servanda.engine.rights import GRANTED, Action, Scope, Viewer
from servanda.store import models
from servanda.store.access import NotFound, access_part

STALE_AFTER = timedelta(days=365)
"""After so long without anybody writing, agreeing or looking it over, an entry is to be looked over."""


@dataclass(frozen=True, slots=True)
class Mark:
    """That somebody agreed to an entry or looked it over."""

    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """What the catalogue says of a service in its last version, or in another that was asked for.

    `agreed` tells who agreed to this very version, or to one that differs in its rank alone; `agreed_before` that
    somebody did to an earlier one; `looked_at` when somebody last wrote, agreed to or looked over any of them. Where it
    is `narrowed`, whoever sees it speaks for some users alone: other groups, what is technical and what others agreed
    to is left out.
    """

    service: str
    number: int
    entry: CatalogueEntry
    written_by: str
    written_at: datetime
    agreed: tuple[Mark, ...]
    verified: tuple[Mark, ...]
    agreed_before: bool
    looked_at: datetime
    narrowed: bool = False

    def is_stale(self, now: datetime) -> bool:
        """Whether nobody has looked at it for so long that somebody should."""
        return not self.entry.withdrawn and now - self.looked_at > STALE_AFTER

    @property
    def to_be_agreed_again(self) -> bool:
        """Whether it was changed since a representative agreed to it."""
        return self.agreed_before and not self.agreed


@dataclass(frozen=True, slots=True)
class Names:
    """What people, groups of users and services are called, by their ids."""

    people: Mapping[str, str]
    customers: Mapping[str, str]
    services: Mapping[str, str]


def catalogue(viewer: Viewer) -> tuple[Listed, ...]:
    """Return the entries that a viewer may see, by rank and name; raise `NotFound` where they may see none at all.

    Those that are withdrawn are among them. However many there are, it takes as many statements.
    """
    organisation = access_part(viewer, Action.SEE_CATALOGUE)
    found = _listed(models.CatalogueVersion.objects.filter(organisation=organisation))
    seen = (_as_seen(viewer, versions) for versions in found.values())
    return tuple(sorted((versions[-1] for versions in seen if versions), key=_in_order))


def one(viewer: Viewer, service: str) -> tuple[Listed, ...]:
    """Return every version of an entry, the last one first; raise `NotFound` where there is none for the viewer."""
    organisation = access_part(viewer, Action.SEE_CATALOGUE)
    found = _listed(models.CatalogueVersion.objects.filter(organisation=organisation, service=service))
    versions = _as_seen(viewer, found.get(service, []))
    if not versions:
        raise NotFound(f"service '{service}' in the catalogue")
    return tuple(reversed(versions))


def names(viewer: Viewer) -> Names:
    """Return what an entry may refer to, by name; raise `NotFound` as `catalogue` does."""
    organisation = access_part(viewer, Action.SEE_CATALOGUE)
    people = models.Person.objects.filter(organisation=organisation, active=True, assignments__isnull=False)
    return Names(
        _named(people.distinct().values_list("slug", "name")),
        _named(models.Customer.objects.filter(organisation=organisation).values_list("slug", "name")),
        _named(models.Service.objects.filter(organisation=organisation).values_list("slug", "name")),
    )


def gone(viewer: Viewer) -> frozenset[str]:
    """Return the ids of those who have left, who may still own entries; raise `NotFound` as `catalogue` does."""
    organisation = access_part(viewer, Action.SEE_CATALOGUE)
    people = models.Person.objects.filter(organisation=organisation, active=False)
    return frozenset(people.values_list("slug", flat=True))


def uncatalogued(viewer: Viewer, known: Iterable[str]) -> tuple[str, ...]:
    """Return the services that agreements name and the catalogue does not; none where a viewer sees a part alone."""
    held = [each for each in viewer.assignments if each.holds_on(viewer.on)]
    if not any(each.scope.is_whole and Action.SEE_CATALOGUE in GRANTED[each.role] for each in held):
        return ()
    return tuple(id for id in names(viewer).services if id not in set(known))


def _named(rows: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    return dict(sorted(((slug, name or slug) for slug, name in rows), key=lambda item: (item[1].casefold(), item[0])))


def _in_order(listed: Listed) -> tuple[object, ...]:
    return (listed.entry.rank is None, listed.entry.rank or 0, listed.entry.name.casefold(), listed.service)


def _as_seen(viewer: Viewer, versions: Sequence[Listed]) -> list[Listed]:
    """Return the versions that a viewer may see, as they may see them; none where the last is out of their reach."""
    if not versions or not _reaching(viewer, versions[-1]):
        return []
    found: list[Listed] = []
    for each in versions:
        scopes = _reaching(viewer, each)
        if any(not scope.customers for scope in scopes):
            found.append(each)
        elif scopes:
            customers = frozenset[str]().union(*(scope.customers for scope in scopes))
            found.append(_narrowed(each, customers, viewer.person, found[-1] if found else None))
    return found


def _narrowed(listed: Listed, customers: frozenset[str], person: str, before: Listed | None) -> Listed:
    entry = listed.entry
    used_by = tuple(each for each in entry.used_by if each in customers)
    for_users = CatalogueEntry(
        name=entry.name,
        description=entry.description,
        supported=entry.supported,
        not_covered=entry.not_covered,
        used_by=used_by,
        users=entry.users if used_by == entry.used_by else None,
        place=entry.place,
        hours=entry.hours,
        first_contact=entry.first_contact,
        withdrawn=entry.withdrawn,
    )
    return replace(
        listed,
        entry=for_users,
        agreed=tuple(each for each in listed.agreed if each.person == person),
        verified=(),
        agreed_before=before is not None and (before.agreed_before or bool(before.agreed)),
        narrowed=True,
    )


def _reaching(viewer: Viewer, listed: Listed) -> list[Scope]:
    """Return the scopes in which a viewer sees a service: by its id, the groups that use it and who supplies it."""
    held = (each for each in viewer.assignments if each.holds_on(viewer.on))
    seeing = (each.scope for each in held if Action.SEE_CATALOGUE in GRANTED[each.role])
    return [scope for scope in seeing if _reaches(scope, listed)]


def _reaches(scope: Scope, listed: Listed) -> bool:
    entry = listed.entry
    of_users = not scope.customers or not entry.used_by or not scope.customers.isdisjoint(entry.used_by)
    of_supplier = not scope.suppliers or entry.supplied_by in scope.suppliers
    return of_users and of_supplier and (not scope.services or listed.service in scope.services)


def _listed(versions: "QuerySet[models.CatalogueVersion]") -> dict[str, list[Listed]]:
    """Return the versions of each service, the first one first, in two statements."""
    marks: dict[int, list[models.CatalogueMark]] = {}
    for mark in models.CatalogueMark.objects.filter(version__in=versions).order_by("version", "sequence"):
        marks.setdefault(mark.version_id, []).append(mark)
    found: dict[str, list[Listed]] = {}
    for version in versions.order_by("service", "number"):
        before = found.setdefault(version.service, [])
        before.append(_version(version, marks.get(version.pk, []), before[-1] if before else None))
    return found


def _but_for_rank(entry: CatalogueEntry) -> CatalogueEntry:
    """Return an entry without its rank, which users never see and so need not agree to."""
    return replace(entry, rank=None)


def _version(version: models.CatalogueVersion, marks: Iterable[models.CatalogueMark], before: Listed | None) -> Listed:
    told = [(each.kind, Mark(each.person, each.marked_at)) for each in marks if each.marked_at]
    assert version.written_at is not None  # as the column has it
    agreed = tuple(mark for kind, mark in told if kind == models.CatalogueMark.Kind.AGREED)
    entry = revive(CatalogueEntry, version.content)
    if not agreed and before is not None and _but_for_rank(before.entry) == _but_for_rank(entry):
        agreed = before.agreed
    return Listed(
        service=version.service,
        number=version.number,
        entry=entry,
        written_by=version.written_by,
        written_at=version.written_at,
        agreed=agreed,
        verified=tuple(mark for kind, mark in told if kind == models.CatalogueMark.Kind.VERIFIED),
        agreed_before=before is not None and (before.agreed_before or bool(before.agreed)),
        looked_at=max([version.written_at, *(mark.at for _, mark in told)]),
    )
