"""Books out of the database: the agreements that an organisation keeps, and their coverage, read once."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from django.db import connection

from servanda.engine.agreements import AgreementVersion, Book, Customer, Organisation, PriorityScheme, Service
from servanda.engine.calendars import Calendar
from servanda.engine.canonical import plain, sha256
from servanda.engine.coverage import Coverage
from servanda.store import models, translate
from servanda.store.spans import span_of_tickets

Referred = TypeVar("Referred", Calendar, PriorityScheme)
Key = tuple[int, str, str, str]

READ_AHEAD = 10
"""Of how many organisations the books are read before anybody asks."""

_read: dict[Key, tuple[int, Book, Coverage]] = {}


def versions(organisation: models.Organisation) -> tuple[AgreementVersion, ...]:
    """Return every version that an organisation keeps, signature and later end with it, in the order they came in."""
    signed = {each.version_id: each for each in models.Signature.objects.filter(organisation=organisation)}
    endings = models.Ending.objects.filter(organisation=organisation)
    ended = dict(endings.values_list("version_id", "ended_on"))
    records = models.AgreementVersion.objects.filter(organisation=organisation).order_by("pk")
    pool: dict[str, Calendar] = {}
    kept = ((each.pk, translate.version_of(each, signed.get(each.pk))) for each in records)
    return tuple(_sharing(replace(version, ended_on=ended.get(pk)), pool) for pk, version in kept)


def _sharing(version: AgreementVersion, pool: dict[str, Calendar]) -> AgreementVersion:
    """Return a version that shares calendars of equal content with others, as each is compiled for itself."""
    targets = tuple(replace(each, calendar=_pooled(each.calendar, pool)) for each in version.targets)
    calendar = _pooled(version.calendar, pool) if version.calendar else None
    return replace(version, calendar=calendar, targets=targets)


def _pooled(calendar: Calendar, pool: dict[str, Calendar]) -> Calendar:
    return pool.setdefault(sha256(plain(calendar)), calendar)


def book_of(organisation: models.Organisation) -> Book:
    """Return the book of everything that an organisation keeps; empty where nothing was applied yet."""
    return book_from(organisation, versions(organisation))


def coverage_of(organisation: models.Organisation) -> Coverage:
    """Return the coverage of what an organisation keeps, read once and then again only after agreements were applied.

    The record must be freshly read: it tells how often agreements were applied.
    """
    return _remembered(organisation)[1]


def remembered_book(organisation: models.Organisation) -> Book:
    """Return the book of what an organisation keeps, read once as `coverage_of` is; the record must be freshly read."""
    return _remembered(organisation)[0]


def _remembered(organisation: models.Organisation) -> tuple[Book, Coverage]:
    told = connection.settings_dict
    key = (
        organisation.pk,
        organisation.slug,
        organisation.pseudonym_key,
        f"{told['HOST']}:{told['PORT']}/{told['NAME']}",
    )
    found = _read.get(key)
    if found is None or found[0] != organisation.agreements_applied:
        book = book_of(organisation)
        found = _read[key] = organisation.agreements_applied, book, Coverage(book)
    return found[1], found[2]


def read_ahead(now: datetime) -> None:
    """Read the books of the first organisations, and lay out their calendars from the first opening until now.

    It is for a process that has yet to answer: it spares whoever comes first a wait, and is told nobody. A book that
    cannot be read is left to the page that needs it.
    """
    for organisation in models.Organisation.objects.order_by("pk")[:READ_AHEAD]:
        with suppress(ValueError, LookupError, TypeError):
            book, _ = _remembered(organisation)
            first, _, _ = span_of_tickets(organisation)
            for calendar in book.calendars:
                calendar.elapsed(first or now, now)


def forget() -> None:
    """Forget what was read, where a process goes over to other contents of a database."""
    _read.clear()


def book_from(organisation: models.Organisation, kept: Iterable[AgreementVersion]) -> Book:
    """Return the book of versions, with all that an organisation keeps besides."""
    of_versions = tuple(kept)
    own = Organisation(organisation.slug, organisation.name, organisation.zone)
    customers = models.Customer.objects.filter(organisation=organisation).order_by("pk")
    services = models.Service.objects.filter(organisation=organisation).order_by("pk")
    return Book(
        own,
        customers=tuple(Customer(each.slug, each.name) for each in customers),
        services=tuple(Service(each.slug, each.name) for each in services),
        calendars=_each_once(_calendars(of_versions)),
        priorities=_each_once(each.priorities for each in of_versions if each.priorities.codes),
        versions=of_versions,
    )


def _calendars(of_versions: Iterable[AgreementVersion]) -> Iterator[Calendar]:
    for version in of_versions:
        yield from (each for each in (version.calendar, *(one.calendar for one in version.targets)) if each)


def _each_once(referred: Iterable[Referred]) -> tuple[Referred, ...]:
    """Return what versions refer to, each content once; a name may stand for several, as its content changed."""
    return tuple({sha256(plain(each)): each for each in referred}.values())
