"""A log of files, kept: its agreements, its tickets with all their events, and somebody who may see all of it."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from servanda.engine.agreements import Book
from servanda.engine.events import Ticket
from servanda.engine.rights import Assignment, Role, Scope, Viewer
from servanda.services import logs
from servanda.store import models, translate
from tests.examples import small_log
from tests.store.rows import MONDAY_NINE

TODAY = date(2026, 3, 2)


def small(folder: Path) -> logs.Log:
    """Return the log of five tickets as it is read from its files."""
    _, agreements, _, mapping, _, table = small_log.written(folder)
    return logs.read(Path(agreements), Path(mapping), Path(table))


def keep_book(book: Book) -> models.Organisation:
    """Keep an organisation with its agreements."""
    own = book.organisation
    made = models.Organisation.objects.create(slug=own.id, name=own.name, zone=own.zone)
    models.Service.objects.bulk_create(
        models.Service(organisation=made, slug=each.id, name=each.name) for each in book.services
    )
    models.Customer.objects.bulk_create(
        models.Customer(organisation=made, slug=each.id, name=each.name) for each in book.customers
    )
    for version in book.versions:
        translate.record_of_version(version, made, MONDAY_NINE).save()
    return made


def keep_tickets(organisation: models.Organisation, tickets: Iterable[Ticket]) -> None:
    """Keep tickets with their events and claims, in few statements."""
    records = [(ticket, translate.record_of_ticket(ticket, organisation)) for ticket in tickets]
    models.Ticket.objects.bulk_create((record for _, record in records), batch_size=1000)
    models.Event.objects.bulk_create(
        (translate.record_of_event(event, record) for ticket, record in records for event in ticket.events),
        batch_size=1000,
    )
    models.Claim.objects.bulk_create(
        (translate.record_of_claims(ticket.claims, record) for ticket, record in records), batch_size=1000
    )


def keep(log: logs.Log) -> models.Organisation:
    """Keep the organisation of a log with all that it holds."""
    organisation = keep_book(log.book)
    keep_tickets(organisation, log.tickets)
    return organisation


def viewer(role: Role = Role.ADMINISTRATOR, organisation: str = "school", **scope: Iterable[str]) -> Viewer:
    """Return somebody with one role, in a scope such as `services=["printing"]`."""
    limited = Scope(**{side: frozenset(names) for side, names in scope.items()})
    return Viewer(organisation, "kim", TODAY, (Assignment(role, limited),))
