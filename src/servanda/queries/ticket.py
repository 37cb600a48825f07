"""One ticket as somebody may see it: its history and what judges it, and what is kept beside its events."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from servanda.engine.agreements import Book
from servanda.engine.coverage import Coverage
from servanda.engine.events import Ticket
from servanda.engine.logs import Origin
from servanda.engine.rights import Action, Viewer
from servanda.queries import origins
from servanda.queries.logs import KeptLog
from servanda.queries.reach import reach_of
from servanda.store import models
from servanda.store.access import NotFound, may_reach
from servanda.store.books import coverage_of, remembered_book
from servanda.store.histories import histories


@dataclass(frozen=True)
class RememberedLog(KeptLog):
    """What an organisation keeps, judged by its agreements as they were last read: for one ticket after the other."""

    @cached_property
    def book(self) -> Book:
        """The agreements that are kept."""
        return remembered_book(self.organisation)

    @cached_property
    def coverage(self) -> Coverage:
        """The clauses of the book, arranged for look-up."""
        return coverage_of(self.organisation)


@dataclass(frozen=True, slots=True)
class Exempted:
    """A target that does not count for a ticket: why, who approved it, and when that was recorded."""

    target: str
    reason: str
    approved_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class KeptTicket:
    """A ticket with people by name, the log it is judged in, and its exemptions."""

    log: RememberedLog
    ticket: Ticket
    exemptions: tuple[Exempted, ...]

    def origins(self, keys: Collection[str]) -> Mapping[str, Origin]:
        """Return where some of its events came from, by their ids, in two statements."""
        return origins.of(self.log.organisation, self.ticket, keys)


def one(viewer: Viewer, source: str, number: str, *, as_of: datetime) -> KeptTicket:
    """Return a ticket to be judged as of an instant; raise `NotFound` where the viewer may see none of that number."""
    reach = reach_of(viewer, Action.SEE_TICKET)
    record = _record(reach.organisation, source, number)
    if record is None:
        raise _none(source, number)
    (ticket,) = histories([record], viewer.organisation, claims=True)
    if not may_reach(viewer, Action.SEE_TICKET, ticket):
        raise _none(source, number)
    log = RememberedLog(viewer, Action.SEE_TICKET, reach.organisation, source, as_of)
    named = replace(ticket, events=origins.with_names(reach.organisation, ticket.events))
    return KeptTicket(log, named, _exemptions(record))


def _record(organisation: models.Organisation, source: str, number: str) -> models.Ticket | None:
    if "\0" in source or "\0" in number:
        return None  # no database keeps such a name
    return models.Ticket.objects.filter(organisation=organisation, source=source, number=number).first()


def _exemptions(record: models.Ticket) -> tuple[Exempted, ...]:
    kept = models.Exemption.objects.filter(ticket=record).order_by("pk")
    return tuple(Exempted(each.target, each.reason, each.approved_by, _at(each.recorded_at)) for each in kept)


def _at(at: datetime | None) -> datetime:
    assert at is not None  # the column takes no NULL
    return at


def _none(source: str, number: str) -> NotFound:
    return NotFound(f"ticket '{number}' of source '{source}'")
