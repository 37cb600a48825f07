"""Agreements as somebody may read them: every version that is kept, with its signature, its hash and its days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from servanda.engine.agreements import AgreementVersion, Book, followed_at
from servanda.engine.negotiation import concerns
from servanda.engine.rights import GRANTED, Action, Assignment, Viewer
from servanda.store import models
from servanda.store.access import NotFound, access_part
from servanda.store.books import remembered_book


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept beside a version: the hash of its content, and when it and its signing were recorded."""

    content_hash: str
    applied_at: datetime
    signing_recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class VersionKept:
    """One version with what is kept beside it; `last_day` is also the day before the next version takes over."""

    version: AgreementVersion
    kept: Kept
    last_day: date | None

    @property
    def number(self) -> int:
        """Its number."""
        return self.version.number

    @property
    def signature_holds(self) -> bool:
        """Whether what was signed is what is kept."""
        return self.version.signed is not None and self.version.signed.content_hash == self.kept.content_hash

    def in_force_on(self, on: date) -> bool:
        """Whether tickets opened on a date are under it, the dates of other versions apart."""
        return self.version.effective_from <= on and (self.last_day is None or on <= self.last_day)


@dataclass(frozen=True, slots=True)
class AgreementKept:
    """An agreement with its versions, from the earliest to the latest, and the zone of its organisation."""

    id: str
    versions: tuple[VersionKept, ...]
    zone: str

    @property
    def name(self) -> str:
        """What the agreement is called."""
        return self.versions[0].version.name or self.id

    def numbered(self, number: int) -> VersionKept:
        """Return the version of a number; raise `NotFound` where there is none."""
        found = next((each for each in self.versions if each.number == number), None)
        if found is None:
            raise _no_version(self.id, number)
        return found

    def on(self, now: datetime) -> VersionKept:
        """Return the version in force at an instant, else the next to come, else the last there was."""
        local = [(each, each.version.local_date(now)) for each in self.versions]
        in_force = [each for each, on in local if each.in_force_on(on)]
        to_come = [each for each, on in local if each.version.effective_from > on]
        return (in_force or to_come or [self.versions[-1]])[0]

    def before(self, version: VersionKept) -> VersionKept | None:
        """Return the version that came before one; nothing for the first."""
        place = self.versions.index(version)
        return self.versions[place - 1] if place else None


@dataclass(frozen=True, slots=True)
class Names:
    """What services and customers are called, by their ids."""

    services: Mapping[str, str]
    customers: Mapping[str, str]

    def of_services(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return the names of services in order."""
        return tuple(sorted((self.services.get(each) or each for each in ids), key=str.casefold))

    def of_customers(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return the names of customers in order."""
        return tuple(sorted((self.customers.get(each) or each for each in ids), key=str.casefold))


@dataclass(frozen=True, slots=True)
class Listing:
    """Agreements by their names, with the names of what they speak of."""

    agreements: tuple[AgreementKept, ...]
    names: Names


def listing(viewer: Viewer) -> Listing:
    """Return the agreements that promise anything to what a viewer may see.

    Raise `NotFound` where no role of theirs lets them see any.
    """
    organisation = access_part(viewer, Action.SEE_AGREEMENT)
    book = remembered_book(organisation)
    reached = _reached(viewer, book)
    kept = _kept(organisation, None)
    found = [_agreement(id, versions, kept, organisation.zone) for id, versions in reached.items()]
    in_order = sorted((each for each in found if each), key=lambda each: (each.name.casefold(), each.id))
    return Listing(tuple(in_order), names_of(book))


def one(viewer: Viewer, agreement: str) -> tuple[AgreementKept, Names]:
    """Return an agreement and the names of what it speaks of; raise `NotFound` where the viewer may see no such one."""
    organisation = access_part(viewer, Action.SEE_AGREEMENT)
    book = remembered_book(organisation)
    versions = _reached(viewer, book).get(agreement)
    found = versions and _agreement(agreement, versions, _kept(organisation, agreement), organisation.zone)
    if not found:
        raise NotFound(f"agreement '{agreement}'")
    return found, names_of(book)


def _agreement(
    id: str, versions: Iterable[AgreementVersion], kept: Mapping[tuple[str, int], Kept], zone: str
) -> AgreementKept | None:
    """Return an agreement out of its versions, as far as each stood in the database when its row was read."""
    told = list(versions)
    followed = followed_at(told)
    found = tuple(
        VersionKept(each, kept[id, each.number], _last_day(each, followed.get(each.label)))
        for each in told
        if (id, each.number) in kept
    )
    return AgreementKept(id, found, zone) if found else None


def _last_day(version: AgreementVersion, followed: datetime | None) -> date | None:
    if version.last_day is not None or followed is None:
        return version.last_day
    return version.local_date(followed) - timedelta(days=1)


def may_read(viewer: Viewer, version: AgreementVersion) -> bool:
    """Whether a viewer may read a version: one that promises something to what some role of theirs is for."""
    return any(concerns(each.scope, version) for each in _granting(viewer))


def _granting(viewer: Viewer) -> list[Assignment]:
    held = (each for each in viewer.assignments if each.holds_on(viewer.on))
    return [each for each in held if Action.SEE_AGREEMENT in GRANTED[each.role]]


def _reached(viewer: Viewer, book: Book) -> dict[str, list[AgreementVersion]]:
    """Return the versions of the agreements of which any version is for something in the viewer's scope."""
    granting = _granting(viewer)
    return {
        id: versions
        for id, versions in book.agreements().items()
        if any(concerns(each.scope, version) for each in granting for version in versions)
    }


def _kept(organisation: models.Organisation, agreement: str | None) -> dict[tuple[str, int], Kept]:
    """Return what is kept beside each version, of one agreement or of all, in one statement."""
    records = models.AgreementVersion.objects.filter(organisation=organisation)
    if agreement is not None:
        records = records.filter(agreement=agreement)
    columns = ("agreement", "number", "content_hash", "applied_at", "signature__recorded_at")
    return {(id, number): Kept(*rest) for id, number, *rest in records.values_list(*columns)}


def names_of(book: Book) -> Names:
    """Return what the services and customers of a book are called."""
    return Names({each.id: each.name for each in book.services}, {each.id: each.name for each in book.customers})


def _no_version(agreement: str, number: int) -> NotFound:
    return NotFound(f"version {number} of agreement '{agreement}'")
