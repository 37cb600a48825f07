"""Corrections: an event is never changed; it is taken back by another, and a right one may take its place."""

from datetime import datetime

from servanda.bad_input import BadInput
from servanda.engine.events import Event, EventKind
from servanda.engine.rights import Action, Viewer
from servanda.services import events
from servanda.services.events import Recorded
from servanda.store.access import access_ticket


def retract(viewer: Viewer, source: str, number: str, key: str, reason: str, *, now: datetime) -> Recorded:
    """Take back one event of a ticket, for a reason; raise `EventRefused` where there is none of that key."""
    return events.record(viewer, source, number, [_retraction(viewer, key, reason, now)], now=now)


def replace(
    viewer: Viewer, source: str, number: str, key: str, right: Event, reason: str, *, now: datetime
) -> Recorded:
    """Take back one event of a ticket and record the right one, both or neither."""
    return events.record(viewer, source, number, [_retraction(viewer, key, reason, now), right], now=now)


def keys(viewer: Viewer, source: str, number: str) -> tuple[tuple[str, Event], ...]:
    """Return the events of a ticket with the keys by which they can be taken back, in judging order."""
    kept = access_ticket(viewer, Action.SEE_TICKET, source, number)
    return tuple((each.id, each) for each in kept.ticket.ordered())


def _retraction(viewer: Viewer, key: str, reason: str, now: datetime) -> Event:
    if not reason.strip():
        raise BadInput(
            "an event was to be taken back without a reason",
            expected="a reason, which stays with the ticket for ever",
            mend="Say why the event is wrong.",
        )
    return Event(EventKind.RETRACTED, now, actor=viewer.person, reason=reason, retracts=key)
