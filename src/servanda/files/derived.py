"""A ticket derived from rows, with the row behind each of its events; and its form that no row's place can change."""

from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter

from servanda.engine.events import Event, EventKind, Ticket, judging_order
from servanda.files.ticket_tables import Row


@dataclass(frozen=True, slots=True)
class Derived:
    """A ticket, the row that each of its events came from, and the rows that tell its story.

    `origins` stands beside `ticket.events`. `rows` are in their order, without repetitions: from them alone the
    same ticket is derived again.
    """

    ticket: Ticket
    origins: tuple[Row, ...]
    rows: tuple[Row, ...]

    def normalised(self) -> "Derived":
        """Return it with the events as `normalised` gives them, each still beside its row."""
        _refuse_retractions(self.ticket)
        pairs = sorted(zip(self.ticket.events, self.origins, strict=True), key=lambda each: judging_order(each[0]))
        events = _numbered([event for event, _ in pairs])
        return replace(self, ticket=replace(self.ticket, events=events), origins=tuple(row for _, row in pairs))


def normalised(ticket: Ticket) -> Ticket:
    """Return a ticket whose events say nothing of where their rows stood, in judging order.

    An event has no id, and its sequence is its ordinal among the events of its kind at its instant: the same
    facts give the same events. It is judged as before. Raise `ValueError` for a retraction, which names an id.
    """
    _refuse_retractions(ticket)
    return replace(ticket, events=_numbered(sorted(ticket.events, key=judging_order)))


def _refuse_retractions(ticket: Ticket) -> None:
    if any(event.kind is EventKind.RETRACTED for event in ticket.events):
        raise ValueError(f"ticket {ticket.number} retracts an event by its id, which would be lost")


def _numbered(ordered: list[Event]) -> tuple[Event, ...]:
    return tuple(
        replace(event, id="", sequence=ordinal)
        for _, alike in groupby(ordered, key=attrgetter("happened_at", "kind"))
        for ordinal, event in enumerate(alike)
    )
