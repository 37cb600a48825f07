"""Judging a ticket: who promised what for it, and what each clock shows as of an instant.

A ticket is judged by the versions in force when it was opened and by its classification as last known; a
reclassification chooses its targets anew, limits count from the opening and earlier pauses are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from servanda.engine.clocks import Cycle, Replay, State, Terms, replay
from servanda.engine.coverage import COVERED, EXEMPT, NOT_COVERED, Cover, Coverage
from servanda.engine.events import CLASSIFICATION, Claims, Event, EventKind, Ticket, first_opened
from servanda.engine.targets import TargetKind

STOPPED_BY_CLOSING = "stopped by closing"
NOT_ENFORCED = "before enforcement"
RECLASSIFIED = "reclassified"
UNLISTED_PAUSE = "pause not in the agreement"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one target comes to for one ticket as of an instant.

    `cycle` speaks for the clock, the worst of `cycles`; a ticket that is not covered has none. `counted` is false
    for history that is shown but not counted, and for whatever has no verdict to count. `machine` is the state of the
    clock from which the next event goes on.
    """

    ticket: str
    source: str
    opened_at: datetime
    service: str
    customer: str
    priority: str
    cover: Cover
    state: State
    cycle: Cycle | None
    cycles: tuple[Cycle, ...]
    claims: Claims
    flags: tuple[str, ...] = ()
    machine: tuple[int, ...] = ()

    @property
    def version(self) -> str:
        """The agreement version that judges the ticket, such as `service-desk/2`; empty without one."""
        return self.cover.version.label if self.cover.version else ""

    @property
    def target(self) -> str:
        """The id of the target, or the kind of target that nothing covers."""
        return self.cover.target.id if self.cover.target else self.cover.kind.value

    @property
    def counted(self) -> bool:
        """Whether the verdict counts in results."""
        return self.cover.state == COVERED and NOT_ENFORCED not in self.flags


def judge(ticket: Ticket, coverage: Coverage, as_of: datetime) -> tuple[Reading, ...]:
    """Return a reading for each kind of target in the book, as of an instant; none before the ticket was opened.

    A clock that has not started, because nobody has written or nothing was handed over, has no reading.
    Raises `NeverOpened`, `UnknownPriority`, `TiedCoverage` and `NoOpeningHours`.
    """
    events = [event for event in ticket.ordered() if event.happened_at <= as_of]
    if not _has_opened(events):
        first_opened(ticket.number, ticket.ordered())
        return ()
    return readings_of(ticket, events, coverage, as_of)


def readings_of(ticket: Ticket, events: Sequence[Event], coverage: Coverage, as_of: datetime) -> tuple[Reading, ...]:
    """Return the readings of a ticket from those of its events that stand, in judging order, one of them an opening."""
    opened_at = first_opened(ticket.number, events).happened_at
    known = classification(events)
    covers = cover_of(ticket, opened_at, known, coverage)
    readings = (_reading(ticket, events, opened_at, known, cover, as_of) for cover in covers)
    return tuple(reading for reading in readings if reading is not None)


def classification(events: Sequence[Event]) -> dict[str, str]:
    """Return the service, customer, component, impact, urgency and priority last known."""
    known = dict.fromkeys(CLASSIFICATION, "")
    for event in events:
        if event.changes and event.kind in (EventKind.OPENED, EventKind.RECLASSIFIED):
            known |= {key: value for key, value in event.changes.items() if key in known}
    return known


def cover_of(ticket: Ticket, opened_at: datetime, known: dict[str, str], coverage: Coverage) -> tuple[Cover, ...]:
    """Return what covers a ticket under a classification, and what of it somebody has exempted."""
    covers = coverage.of(
        opened_at=opened_at,
        service=known["service"],
        customer=known["customer"],
        priority=known["priority"],
        impact=known["impact"],
        urgency=known["urgency"],
        ticket=ticket.number,
    )
    return tuple(_unless_exempted(each, ticket.exempted) for each in covers) if ticket.exempted else covers


def _unless_exempted(cover: Cover, exempted: Mapping[str, str]) -> Cover:
    reason = exempted.get(cover.target.id) if cover.target else None
    return cover if reason is None else replace(cover, state=EXEMPT, reason=f"exempted: {reason}")


def terms_of(cover: Cover) -> Terms:
    """Return the terms of the clock that a cover gives a ticket."""
    assert cover.version is not None
    assert cover.target is not None
    assert cover.limit is not None
    return Terms.of(cover.target, cover.limit, cover.version.pauses_of(cover.target))


def clock_of(events: Sequence[Event], cover: Cover, as_of: datetime, *, evidence: bool = False) -> Replay:
    """Return the replay of the clock that a cover gives a ticket."""
    return replay(terms_of(cover), events, as_of, evidence=evidence)


def _reading(
    ticket: Ticket, events: Sequence[Event], opened_at: datetime, known: dict[str, str], cover: Cover, as_of: datetime
) -> Reading | None:
    if cover.state == NOT_COVERED:
        return _made(ticket, opened_at, known, cover, State.NOT_COVERED, None, ticket.flags)
    clock = clock_of(events, cover, as_of)
    worst = clock.worst
    if worst is None:
        return None
    state = worst.state if cover.state == COVERED else State.EXEMPT
    flags = (*ticket.flags, *_flags(clock, worst, cover, opened_at))
    return _made(ticket, opened_at, known, cover, state, clock, flags)


def _made(
    ticket: Ticket,
    opened_at: datetime,
    known: dict[str, str],
    cover: Cover,
    state: State,
    clock: Replay | None,
    flags: tuple[str, ...],
) -> Reading:
    return Reading(
        ticket=ticket.number,
        source=ticket.source,
        opened_at=opened_at,
        service=known["service"],
        customer=known["customer"],
        priority=priority_code(cover, known),
        cover=cover,
        state=state,
        cycle=clock.worst if clock else None,
        cycles=clock.cycles if clock else (),
        claims=ticket.claims,
        flags=flags,
        machine=clock.machine if clock else (),
    )


def priority_code(cover: Cover, known: dict[str, str]) -> str:
    """Return the priority by the scheme of the version that judges; the source's own word without one."""
    if cover.version is None:
        return known["priority"]
    return cover.version.priorities.code(known["impact"], known["urgency"], known["priority"])


def _flags(clock: Replay, worst: Cycle, cover: Cover, opened_at: datetime) -> list[str]:
    """Return what is remarkable about the reading itself."""
    assert cover.version is not None
    terms, events = clock.terms, clock.events
    fallback = worst.stopped_by is EventKind.CLOSED and terms.stop is not EventKind.CLOSED
    paused_for = {event.reason for event in events if event.kind is EventKind.PAUSED}
    remarks = (
        (fallback, STOPPED_BY_CLOSING),
        (not cover.version.counts(opened_at), NOT_ENFORCED),
        (any(event.kind is EventKind.RECLASSIFIED and _chooses(event) for event in events), RECLASSIFIED),
        (_pauses(terms.kind) and not paused_for <= (terms.reasons or frozenset()), UNLISTED_PAUSE),
    )
    return [flag for holds, flag in remarks if holds]


def _chooses(event: Event) -> bool:
    """Whether a reclassification changed what chooses targets: anything but the component."""
    return any(key != "component" for key in event.changes)


def _pauses(kind: TargetKind) -> bool:
    return kind is not TargetKind.FIRST_RESPONSE


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the clocks showed just before a reclassification chose their targets anew."""

    event: Event
    readings: tuple[Reading, ...]


def before_reclassifications(
    ticket: Ticket, coverage: Coverage, as_of: datetime, *, last: int | None = None
) -> tuple[Earlier, ...]:
    """Return, for each reclassification that chooses targets, the readings under what was known until then.

    `last` tells how many of them are wanted, those that came last; without it, all.
    """
    events = [event for event in ticket.ordered() if event.happened_at <= as_of]
    first = next((place for place, event in enumerate(events) if event.kind is EventKind.OPENED), len(events))
    places = [
        place
        for place, event in enumerate(events)
        if place > first and event.kind is EventKind.RECLASSIFIED and _chooses(event)
    ]
    return tuple(
        Earlier(events[place], readings_of(ticket, events[:place], coverage, events[place].happened_at))
        for place in (places if last is None else places[max(0, len(places) - last) :])
    )


def _has_opened(events: Sequence[Event]) -> bool:
    return any(event.kind is EventKind.OPENED for event in events)
