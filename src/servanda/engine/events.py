"""What happened to a ticket, in the past tense, and what its source claims about it.

The list of kinds is closed and its order is the rank of kinds at one instant: what opens, classifies or
answers comes before what stops, and a pause comes last, so that a ticket resolved and paused in one minute
is resolved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from types import MappingProxyType

NOTHING: Mapping[str, str] = MappingProxyType({})
CLASSIFICATION = ("service", "customer", "component", "impact", "urgency", "priority")
ASSIGNMENT = ("team", "person", "supplier")


def _nothing() -> Mapping[str, str]:
    return NOTHING


class EventKind(IntEnum):
    """A kind of event; the number is its rank among events at one instant."""

    OPENED = 0
    RECLASSIFIED = 1
    ASSIGNED = 2
    CUSTOMER_REPLIED = 3
    RESUMED = 4
    FIRST_RESPONDED = 5
    REPLIED = 6
    REOPENED = 7
    RESOLVED = 8
    CLOSED = 9
    CANCELLED = 10
    PAUSED = 11
    NOTED = 12
    RETRACTED = 13

    @property
    def word(self) -> str:
        """The kind as it is written in files, such as `customer_replied`."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> "EventKind":
        """Return the kind written as `word`; raise `UnknownKind` for any other word."""
        try:
            return cls[word.upper()]
        except KeyError:
            known = ", ".join(each.word for each in cls)
            raise UnknownKind(f"'{word}' is no kind of event. Use one of: {known}.") from None


class UnknownKind(ValueError):
    """A word that names no kind of event."""


class NeverOpened(ValueError):
    """A ticket without an `opened` event has no start from which anything could be measured."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to a ticket at an instant.

    `changes` holds what a reclassification or an assignment (or the opening) set: service, customer,
    component, impact, urgency, priority, team, person, supplier. `retracts` is the id of the event that a
    `retracted` event takes back. `recorded_at` never changes a figure.
    """

    kind: EventKind
    happened_at: datetime
    id: str = ""
    sequence: int = 0
    recorded_at: datetime | None = None
    actor: str = ""
    reason: str = ""
    changes: Mapping[str, str] = field(default_factory=_nothing)
    retracts: str = ""

    def __post_init__(self) -> None:
        if self.happened_at.utcoffset() is None:
            raise ValueError(f"an event happens at an instant, but {self.happened_at.isoformat()} has no zone")
        if (self.kind is EventKind.RETRACTED) != bool(self.retracts):
            raise ValueError("a retracted event, and no other, names the id of the event it takes back")


@dataclass(frozen=True, slots=True)
class Claims:
    """What the source itself says of a ticket; kept beside the events for reconciliation, never as events."""

    due_at: datetime | None = None
    met: bool | None = None
    first_responded_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    extra: Mapping[str, str] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket of one source: its events in any order, the source's claims, and the faults accepted with it.

    `exempted` names the targets that do not count for it, each with the reason.
    """

    number: str
    events: tuple[Event, ...]
    source: str = ""
    organisation: str = ""
    claims: Claims = field(default_factory=Claims)
    flags: tuple[str, ...] = ()
    exempted: Mapping[str, str] = field(default_factory=_nothing)

    def ordered(self) -> list[Event]:
        """Return the events that stand, in the order in which they are judged.

        The order is (happened_at, rank of kind, source sequence, id), whatever order they arrived in;
        retracted events and the retractions themselves are left out.
        """
        retracted = {event.retracts for event in self.events if event.kind is EventKind.RETRACTED}
        if not retracted:
            return sorted(self.events, key=judging_order)
        standing = [e for e in self.events if e.kind is not EventKind.RETRACTED and not (e.id and e.id in retracted)]
        return sorted(standing, key=judging_order)

    @property
    def opened(self) -> Event:
        """The first `opened` event that stands; raise `NeverOpened` without one."""
        return first_opened(self.number, self.ordered())

    @property
    def opened_at(self) -> datetime:
        """The instant of opening in UTC; raise `NeverOpened` without one."""
        return self.opened.happened_at.astimezone(UTC)


def judging_order(event: Event) -> tuple[datetime, int, int, str]:
    """Return the place of an event among the events of its ticket."""
    return event.happened_at, event.kind, event.sequence, event.id


def first_opened(number: str, ordered: Sequence[Event]) -> Event:
    """Return the first `opened` event of an ordered history; raise `NeverOpened` without one."""
    for event in ordered:
        if event.kind is EventKind.OPENED:
            return event
    raise NeverOpened(
        f"Ticket {number} has {len(ordered)} events but none of kind 'opened'. "
        "Map the column or status that says when it was logged to 'opened'."
    )
