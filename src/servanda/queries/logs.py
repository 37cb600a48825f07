"""A log out of the database: every ticket that somebody may see, with the agreements that judge it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice

from django.db import connection
from django.db.models import Max, QuerySet
from django.db.models.functions import Collate

from servanda.bad_input import BadInput
from servanda.engine.agreements import Book
from servanda.engine.coverage import Coverage
from servanda.engine.events import Ticket
from servanda.engine.logs import History
from servanda.engine.rights import Action, Subject, Viewer, may
from servanda.queries import origins
from servanda.store import models
from servanda.store.access import NotFound, access_part, may_reach, narrowed
from servanda.store.books import book_of
from servanda.store.histories import TICKETS_AT_ONCE, histories

IN_CODE_POINTS = {"sqlite": "BINARY", "postgresql": "C"}
"""The collation under which a database orders text as Python does."""


@dataclass(frozen=True)
class KeptTickets:
    """The tickets that a viewer may do something to, by source and number, read anew in every pass.

    A thousand stand in memory at a time, and each thousand takes two statements.
    """

    viewer: Viewer
    action: Action
    records: QuerySet[models.Ticket]

    def __iter__(self) -> Iterator[Ticket]:
        for ticket in self._read():
            if may_reach(self.viewer, self.action, ticket):
                yield ticket

    def _read(self) -> Iterator[Ticket]:
        collation = IN_CODE_POINTS[connection.vendor]
        ordered = self.records.order_by(Collate("source", collation), Collate("number", collation))
        records = ordered.iterator(chunk_size=TICKETS_AT_ONCE)
        while chunk := list(islice(records, TICKETS_AT_ONCE)):
            yield from histories(chunk, self.viewer.organisation, claims=True)


@dataclass(frozen=True)
class KeptLog:
    """What an organisation keeps, as far as a viewer may do something to it; `source` is empty for all sources."""

    viewer: Viewer
    action: Action
    organisation: models.Organisation
    source: str
    as_of: datetime

    @cached_property
    def book(self) -> Book:
        """The agreements that are kept."""
        return book_of(self.organisation)

    @cached_property
    def coverage(self) -> Coverage:
        """The clauses of the book, arranged for look-up."""
        return Coverage(self.book)

    @property
    def name(self) -> str:
        """The organisation, and the source where one was asked for."""
        return f"{self.organisation.name}, source {self.source}" if self.source else self.organisation.name

    @cached_property
    def size(self) -> int:
        """How many tickets are kept, whoever may see them."""
        return records_of(self.organisation, self.source).count()

    @property
    def rows(self) -> None:
        """No table was read."""

    @property
    def left_out(self) -> tuple[str, ...]:
        """Nothing: what could not be read was never kept."""
        return ()

    @property
    def accepted(self) -> Mapping[str, int]:
        """Nothing beside what the tickets themselves are flagged with."""
        return {}

    @property
    def tickets(self) -> KeptTickets:
        """Every ticket that the viewer may do it to."""
        return KeptTickets(self.viewer, self.action, records_of(self.organisation, self.source))

    def history(self, number: str) -> History:
        """Return the ticket of a number with the origins of its events, people by name.

        Raise `NotFound` where the viewer may see none, and `BadInput` where several sources have one.
        """
        records = records_of(self.organisation, self.source).filter(number=number)
        found = list(KeptTickets(self.viewer, self.action, records))
        if not found:
            raise NotFound(f"ticket '{number}'")
        if len(found) > 1:
            raise _several(number, [each.source for each in found])
        (ticket,) = found
        named = replace(ticket, events=origins.with_names(self.organisation, ticket.events))
        return History(named, origins.of(self.organisation, ticket))


def kept(viewer: Viewer, action: Action, *, source: str | None = None, as_of: datetime | None = None) -> KeptLog:
    """Return what is kept of a viewer's organisation, or of one of its sources, for an action on tickets.

    Without an instant it is judged as of the last event that the viewer may see. Raise `NotFound` where no role of the
    viewer allows the action, and `BadInput` where nothing is kept that the viewer may do it to.
    """
    organisation = access_part(viewer, action)
    last = _last_event_at(viewer, action, records_of(organisation, source or ""))
    if last is None:
        raise BadInput(
            f"no ticket of source '{source}' is kept" if source else "no ticket is kept",
            expected="tickets that were imported or recorded",
            mend="import a log first, or check --source",
        )
    return KeptLog(viewer, action, organisation, source or "", as_of or last)


def _last_event_at(viewer: Viewer, action: Action, records: QuerySet[models.Ticket]) -> datetime | None:
    """Return the instant of the last event of the tickets that a viewer may do something to; nothing without any.

    Of a part, the newest tickets are looked at one after the other, so that it tells nothing of the others; mostly the
    first is in reach, as only suppliers are not narrowed down by the database.
    """
    if may(viewer, action, Subject(viewer.organisation)):
        last: datetime | None = records.aggregate(at=Max("last_event_at"))["at"]
        return last
    newest = records.filter(narrowed(viewer, action), last_event_at__isnull=False).order_by("-last_event_at", "pk")
    found = newest.iterator(chunk_size=TICKETS_AT_ONCE)
    at_once = 1
    while chunk := list(islice(found, at_once)):
        for record, ticket in zip(chunk, histories(chunk, viewer.organisation), strict=True):
            if may_reach(viewer, action, ticket):
                return record.last_event_at
        at_once = TICKETS_AT_ONCE
    return None


def records_of(organisation: models.Organisation, source: str) -> QuerySet[models.Ticket]:
    """Return the records of the tickets of an organisation, or of one of its sources."""
    records = models.Ticket.objects.filter(organisation=organisation)
    return records.filter(source=source) if source else records


def _several(number: str, sources: list[str]) -> BadInput:
    return BadInput(
        f"{len(sources)} sources have a ticket '{number}': {', '.join(sources)}",
        expected="one ticket",
        mend="name the source with --source",
    )
