"""The service catalogue as it is written, agreed with users and looked over; each version of an entry stays."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from django.db import transaction
from django.db.models import F

from servanda.bad_input import BadInput
from servanda.engine.canonical import plain, revive, sha256
from servanda.engine.catalogue import HIGHEST_RANK, LOWEST_RANK, CatalogueEntry, circle
from servanda.engine.rights import Action, Subject, Viewer, may
from servanda.services import audit
from servanda.services.applied_listing import AppliedListing
from servanda.store import models
from servanda.store.access import NotFound, lock_organisation
from servanda.store.keepable import check_name, check_text
from servanda.store.slugs import check_slug

MOST_NAMES = 500
"""How many groups, components or services one entry may name."""


TEXTS = ("description", "not_covered", "place", "hours", "first_contact", "process", "supplied_by", "supported_by")


class CatalogueRefused(BadInput):
    """Something that cannot be said of a service; `part` is the part of the entry that it is about, where it is one."""

    def __init__(self, found: str, *, expected: str, mend: str, part: str = "") -> None:
        super().__init__(found, expected=expected, mend=mend)
        self.part = part


class WrittenMeanwhile(CatalogueRefused):
    """Somebody else wrote the entry since it was read."""

    def __init__(self, service: str, last: models.CatalogueVersion) -> None:
        super().__init__(
            f"'{last.written_by}' has written version {last.number} of '{service}' since you opened it.",
            expected="the entry as it was when you opened it",
            mend="Compare it with what you wrote, and save once more what is to stand.",
            part="version",
        )


def write(viewer: Viewer, service: str, entry: CatalogueEntry, *, after: int, now: datetime) -> int:
    """Keep what the catalogue says of a service from now on; return the number of the version.

    `after` is the number of the version that was read before, 0 for a service that is not in the catalogue. The same
    again makes no new version. Raise `WrittenMeanwhile` where there is a later one, `CatalogueRefused` for an owner or
    service that is not there or services that depend on one another in a circle, `NotFound` where the viewer may not.
    """
    _check_keepable(service, entry)
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        last = newest(organisation, service)
        _refuse_unless_writer(viewer, service, entry, last)
        if last is not None and last.number != after:
            raise WrittenMeanwhile(service, last)
        if last is None and after:
            raise NotFound(f"service '{service}' in the catalogue")
        return _Catalogue(organisation, viewer, now).keep(service, entry, last)


class _Catalogue:
    """The catalogue of an organisation that is kept for this transaction alone, and what each service rests on."""

    def __init__(self, organisation: models.Organisation, viewer: Viewer, now: datetime) -> None:
        self.organisation, self.viewer, self.now = organisation, viewer, now
        self.depends_on = dict(_depending(organisation))

    def keep(self, service: str, entry: CatalogueEntry, last: models.CatalogueVersion | None) -> int:
        """Add a version to the last one, unless it says the same; return the number of the one that stands then."""
        if last is not None and _entry_of(last) == entry:
            return last.number
        self.depends_on[service] = entry.depends_on
        _check_references(self.organisation, service, entry, self.depends_on)
        _name(self.organisation, service, entry.name)
        number, content = (last.number if last else 0) + 1, plain(entry)
        models.CatalogueVersion.objects.create(
            organisation=self.organisation,
            service=service,
            number=number,
            content=content,
            content_hash=sha256(content),
            written_by=self.viewer.person,
            written_at=self.now,
        )
        told = {"done": "written", "number": number, "hash": sha256(content)}
        subject = f"catalogue {service}"
        audit.note(self.organisation, self.viewer, Action.WRITE_CATALOGUE, subject, now=self.now, content=told)
        return number


NO_NUMBERS: Mapping[str, int] = MappingProxyType({})


def apply(
    viewer: Viewer,
    entries: Mapping[str, CatalogueEntry],
    *,
    now: datetime,
    plan: bool = False,
    after: Mapping[str, int] = NO_NUMBERS,
) -> AppliedListing[str]:
    """Keep what a file says of its services, all of it or nothing; with `plan` tell what that would be, no more.

    Services that the file does not name stay as they are. `after` has the numbers of the versions that the file was
    made of, where it says so. Raises what `write` raises.
    """
    with transaction.atomic():
        applied, refused = _all_kept(viewer, entries, after, now)
        for refusal in refused.values():
            raise refusal
        transaction.set_rollback(plan)
    return applied


def planned(
    viewer: Viewer, entries: Mapping[str, CatalogueEntry], *, now: datetime, after: Mapping[str, int] = NO_NUMBERS
) -> tuple[AppliedListing[str], Mapping[str, BadInput]]:
    """Return what `apply` would add, and why it would refuse each service that it would; nothing is kept."""
    with transaction.atomic():
        found = _all_kept(viewer, entries, after, now)
        transaction.set_rollback(True)
    return found


def _all_kept(
    viewer: Viewer, entries: Mapping[str, CatalogueEntry], after: Mapping[str, int], now: datetime
) -> tuple[AppliedListing[str], Mapping[str, BadInput]]:
    """Keep the entries that can be; return what was added, and why the others cannot be."""
    organisation = lock_organisation(viewer)
    catalogue = _Catalogue(organisation, viewer, now)
    kept = {each: newest(organisation, each) for each in entries}
    refused: dict[str, BadInput] = {}
    for service in _those_below_first(entries, refused):
        try:
            _keep_one(catalogue, service, entries[service], kept[service], after.get(service))
        except BadInput as refusal:
            refused[service] = refusal
    same = {service for service, last in kept.items() if last and _entry_of(last) == entries[service]}
    applied = AppliedListing(
        new=tuple(service for service, last in kept.items() if last is None),
        changed=tuple(service for service, last in kept.items() if last and service not in same),
        same=tuple(service for service in kept if service in same),
    )
    return applied, refused


def _keep_one(
    catalogue: "_Catalogue",
    service: str,
    entry: CatalogueEntry,
    last: models.CatalogueVersion | None,
    after: int | None,
) -> None:
    _check_keepable(service, entry)
    _refuse_unless_writer(catalogue.viewer, service, entry, last)
    if last is not None and after is not None and last.number != after and _entry_of(last) != entry:
        raise WrittenMeanwhile(service, last)
    catalogue.keep(service, entry, last)


def _those_below_first(entries: Mapping[str, CatalogueEntry], refused: dict[str, BadInput]) -> Iterator[str]:
    """Yield services so that each comes after those of the same file that it rests on; none where some are a circle."""
    depends_on = {service: set(entry.depends_on) & entries.keys() for service, entry in entries.items()}
    try:
        _refuse_circle(depends_on)
    except CatalogueRefused as refusal:
        refused.update(dict.fromkeys(circle(depends_on), refusal))
        return
    waiting = dict(depends_on)
    while waiting:
        free = [service for service, others in waiting.items() if not others & waiting.keys()]
        yield from free
        for service in free:
            del waiting[service]


def rank(viewer: Viewer, order: Sequence[str], *, now: datetime) -> int:
    """Let services come in an order, the first with rank 1; return of how many the rank is another now.

    The order names every service that is not withdrawn, once. Raise `CatalogueRefused` where it does not, as when
    somebody added one meanwhile, and `NotFound` where the viewer may not write them all.
    """
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        if not may_write_all(viewer):
            raise NotFound("catalogue to be ranked")
        catalogue = _Catalogue(organisation, viewer, now)
        last = {each: newest(organisation, each) for each in catalogue.depends_on}
        offered = {service: each for service, each in last.items() if each and not _entry_of(each).withdrawn}
        _refuse_another_order(order, offered)
        changed = 0
        for place, service in enumerate(order[:HIGHEST_RANK], LOWEST_RANK):
            entry = _entry_of(offered[service])
            if entry.rank != place:
                catalogue.keep(service, replace(entry, rank=place), offered[service])
                changed += 1
        return changed


def _refuse_another_order(order: Sequence[str], offered: Collection[str]) -> None:
    if sorted(order) != sorted(offered):
        raise CatalogueRefused(
            "The services are not those of which you saw the order.",
            expected="each service of the catalogue, once",
            mend="Look at the order again.",
        )


def agree(viewer: Viewer, service: str, number: int, *, now: datetime) -> None:
    """Let a representative agree, for users of theirs, to a version of an entry; a later version is agreed anew."""
    _mark(viewer, service, number, Action.AGREE_CATALOGUE, models.CatalogueMark.Kind.AGREED, now)


def verify(viewer: Viewer, service: str, number: int, *, now: datetime) -> None:
    """Keep that somebody looked an entry over and found it still right."""
    _mark(viewer, service, number, Action.WRITE_CATALOGUE, models.CatalogueMark.Kind.VERIFIED, now)


def newest(organisation: models.Organisation, service: str) -> models.CatalogueVersion | None:
    """Return the last version of what the catalogue says of a service."""
    versions = models.CatalogueVersion.objects.filter(organisation=organisation, service=service)
    return versions.order_by("-number").first()


def may_write(viewer: Viewer, service: str, entry: CatalogueEntry) -> bool:
    """Whether a viewer may write an entry: for every group of users that it names, or for all where it names none."""
    return all(may(viewer, Action.WRITE_CATALOGUE, each) for each in _subjects(viewer, service, entry))


def may_agree(viewer: Viewer, service: str, entry: CatalogueEntry) -> bool:
    """Whether a viewer speaks for some of the users that an entry names."""
    return any(may(viewer, Action.AGREE_CATALOGUE, each) for each in _subjects(viewer, service, entry))


def may_write_all(viewer: Viewer) -> bool:
    """Whether a viewer may write the entry of any service."""
    return may(viewer, Action.WRITE_CATALOGUE, Subject(viewer.organisation))


def _subjects(viewer: Viewer, service: str, entry: CatalogueEntry) -> Iterator[Subject]:
    for customer in entry.used_by or ("",):
        yield Subject(viewer.organisation, service, customer)


def _mark(
    viewer: Viewer, service: str, number: int, action: Action, kind: models.CatalogueMark.Kind, now: datetime
) -> None:
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        last = newest(organisation, service)
        allowed = may_agree if action is Action.AGREE_CATALOGUE else may_write
        if last is None or not allowed(viewer, service, _entry_of(last)):
            raise NotFound(f"service '{service}' in the catalogue")
        if last.number != number:
            raise WrittenMeanwhile(service, last)
        marks = models.CatalogueMark.objects.filter(version=last)
        models.CatalogueMark.objects.create(
            organisation=organisation,
            version=last,
            sequence=marks.count() + 1,
            kind=kind,
            person=viewer.person,
            marked_at=now,
        )
        told = {"done": kind.value, "number": number}
        audit.note(organisation, viewer, action, f"catalogue {service}", now=now, content=told)


def _entry_of(version: models.CatalogueVersion) -> CatalogueEntry:
    return revive(CatalogueEntry, version.content)


# --- what is refused ---


def _refuse_unless_writer(
    viewer: Viewer, service: str, entry: CatalogueEntry, last: models.CatalogueVersion | None
) -> None:
    """Raise `NotFound` where somebody may not write what is to stand, or what stands now."""
    if not (may_write(viewer, service, entry) and (last is None or may_write(viewer, service, _entry_of(last)))):
        raise NotFound(f"service '{service}' in the catalogue")


def _check_keepable(service: str, entry: CatalogueEntry) -> None:
    check_name("the id of the service", service)
    check_name("the name of the service", entry.name)
    for what, text in _texts(entry):
        check_text(what, text)
    names = (*entry.used_by, *entry.depends_on, *(each.name for each in entry.components))
    if len(names) > MOST_NAMES:
        raise CatalogueRefused(
            f"the entry names {len(names):,} groups, components and services",
            expected=f"at most {MOST_NAMES}",
            mend="Put components together that are looked after together.",
        )
    for name in names:
        check_name("a name in the entry", name)


def _texts(entry: CatalogueEntry) -> Iterator[tuple[str, str]]:
    for what in TEXTS:
        yield f"the text of '{what.replace('_', ' ')}'", getattr(entry, what)


def _check_references(
    organisation: models.Organisation, service: str, entry: CatalogueEntry, depends_on: Mapping[str, tuple[str, ...]]
) -> None:
    people = models.Person.objects.filter(organisation=organisation, active=True)
    if entry.owner and not people.filter(slug=entry.owner).exists():
        raise CatalogueRefused(
            f"There is no person '{entry.owner}' here who could own '{entry.name}'.",
            expected="somebody who is here",
            mend="Add the person first, or choose another.",
            part="owner",
        )
    unknown = [each for each in entry.depends_on if each not in depends_on]
    if unknown:
        raise CatalogueRefused(
            f"'{entry.name}' depends on '{unknown[0]}', which the catalogue does not know.",
            expected="services that are in the catalogue",
            mend="Add that service first.",
            part="depends_on",
        )
    _refuse_circle(depends_on, service)


def _refuse_circle(depends_on: Mapping[str, Iterable[str]], through: str = "") -> None:
    if found := circle(depends_on, through):
        raise CatalogueRefused(
            f"Services would depend on one another in a circle: {' → '.join(found)}.",
            expected="services that rest on others, never on themselves",
            mend="Take one of these out.",
            part="depends_on",
        )


def _depending(organisation: models.Organisation) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each service of the catalogue with those that it depends on, by its last version."""
    versions = models.CatalogueVersion.objects.filter(organisation=organisation).order_by("service", "number")
    for service, content in versions.values_list("service", "content"):
        yield service, tuple(content.get("depends_on", ()))


def _name(organisation: models.Organisation, service: str, name: str) -> None:
    """Keep what a service is called, and let everybody read the names anew."""
    kept = models.Service.objects.filter(organisation=organisation, slug=service)
    if kept.filter(name=name).exists():
        return
    if not kept.exists():
        _check_new(organisation, service)
    models.Service.objects.update_or_create(organisation=organisation, slug=service, defaults={"name": name})
    models.Organisation.objects.filter(pk=organisation.pk).update(agreements_applied=F("agreements_applied") + 1)


def _check_new(organisation: models.Organisation, service: str) -> None:
    """Raise where an id that nothing knows yet is no plain one; tickets may name services as they like."""
    if not models.Ticket.objects.filter(organisation=organisation, service=service).exists():
        check_slug("a service", service)
