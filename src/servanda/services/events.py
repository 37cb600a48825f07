"""Recording what happened to a ticket: events, clocks, tallies, outbox and audit in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction

from servanda.bad_input import BadInput
from servanda.engine.canonical import sha256
from servanda.engine.events import Event, EventKind, Ticket
from servanda.engine.instants import to_microseconds
from servanda.engine.rights import Action, Viewer
from servanda.services import audit, clocks, outbox
from servanda.services.people import Pseudonyms
from servanda.store import crash_points, models, raw, records, translate
from servanda.store.access import KeptTicket, access_new_ticket, access_ticket_if_kept, lock_organisation
from servanda.store.keepable import check_event, check_name
from servanda.store.translate import ClockRow

BREACH = "breach"
AHEAD = timedelta(minutes=5)  # the clock of another machine may run ahead by so much


class EventRefused(BadInput):
    """Events that contradict what is kept, or that nothing could judge; none of them was recorded."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording came to: how many events are new, and how many were known already."""

    added: int
    known: int


def record(viewer: Viewer, source: str, number: str, events: Sequence[Event], *, now: datetime) -> Recorded:
    """Record events of one ticket, which the first `opened` brings into being; return how many are new.

    The same event again (its id, or without one its content) changes nothing. Raises `EventRefused` for an event that
    contradicts one of the same id, takes back one that is not there, lies in the future or has a priority that the
    agreement does not know, `Unkeepable` for what no database could keep, and `NotFound` where the viewer may not.
    """
    check_name("the source", source)
    check_name("the number of the ticket", number)
    for event in events:
        check_event(event)
        _check_not_ahead(event, now)
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        crash_points.reach("record.begun")
        named, people = _under_pseudonyms(organisation, viewer, events)
        recorded = _add(organisation, viewer, _accessed(viewer, organisation, source, number, named), named, now)
        if recorded.added:
            people.keep()
    crash_points.reach("record.committed")
    return recorded


def _under_pseudonyms(
    organisation: models.Organisation, viewer: Viewer, events: Iterable[Event]
) -> tuple[list[Event], Pseudonyms]:
    """Return events that name people by their pseudonyms, as imports do; whoever records is known by their own id."""
    people = Pseudonyms(organisation)

    def pseudonym(name: str) -> str:
        return name if name == viewer.person else people.of(name)

    named = []
    for event in events:
        person = event.changes.get("person")
        changes = {**event.changes, "person": pseudonym(person)} if person else event.changes
        named.append(replace(event, actor=pseudonym(event.actor), changes=changes))
    return named, people


def _check_not_ahead(event: Event, now: datetime) -> None:
    if event.happened_at > now + AHEAD:
        raise EventRefused(
            f"an event that is to happen at {event.happened_at.isoformat()}, and now it is {now.isoformat()}",
            expected="something that has happened",
            mend="Check the clock and the zone of the machine that sent it.",
        )


def _accessed(
    viewer: Viewer, organisation: models.Organisation, source: str, number: str, events: Sequence[Event]
) -> KeptTicket:
    """Return the ticket with its record; a new one, not yet saved, where its opening is among the events."""
    takes_back = any(event.kind is EventKind.RETRACTED for event in events)
    action = Action.CORRECT_EVENT if takes_back else Action.RECORD_EVENT
    if kept := access_ticket_if_kept(viewer, action, source, number, organisation):
        return kept
    fresh = Ticket(number, tuple(events), source, organisation.slug)
    access_new_ticket(viewer, Action.RECORD_EVENT, fresh)
    if not any(event.kind is EventKind.OPENED for event in events):
        raise EventRefused(
            f"ticket '{number}' of source '{source}' is not known, and none of its {len(events)} events opens it",
            expected="an event of kind 'opened' first",
            mend="Send the opening with the other events, or check source and number.",
        )
    return KeptTicket(translate.record_of_ticket(fresh, organisation), replace(fresh, events=()))


def _add(
    organisation: models.Organisation, viewer: Viewer, kept: KeptTicket, events: Sequence[Event], now: datetime
) -> Recorded:
    record, stored = kept.record, kept.ticket
    fresh = _fresh(stored, events, now)
    if not fresh:
        return Recorded(0, len(events))
    _keep_events(record, fresh)
    by = clocks.agreed(organisation)
    was_judged = record._state.adding or not record.unjudged
    changed = clocks.refresh(record, replace(stored, events=(*stored.events, *fresh)), by)
    crash_points.reach("record.clocks")
    if changed.standing.unknown_priority and was_judged:
        raise EventRefused(
            changed.standing.unjudged,
            expected="a priority that the agreement's scheme knows",
            mend="Correct the priority, or start a version of the agreement that knows it.",
        )
    announce(record, changed.newly_missed, now)
    _note(organisation, viewer, record, fresh, now)
    return Recorded(len(fresh), len(events) - len(fresh))


def _fresh(stored: Ticket, events: Iterable[Event], now: datetime) -> list[Event]:
    """Return the events that are not kept yet, with when they were recorded; refuse those that contradict."""
    kept = {event.id: event for event in stored.events}
    fresh: list[Event] = []
    for event in events:
        _check_own_name(event)
        named = replace(event, id=translate.event_key(event), recorded_at=now)
        known = kept.get(named.id)
        if known is None:
            _check_taken_back(named, kept)
            kept[named.id] = named
            fresh.append(named)
        elif translate.event_content_hash(known) != translate.event_content_hash(named):
            raise EventRefused(
                f"event '{named.id}' of ticket '{stored.number}' is kept with another content",
                expected="an id that no other event of the ticket has",
                mend="Take the kept event back with a 'retracted' event, and send the right one under a new id.",
            )
    return fresh


def _check_own_name(event: Event) -> None:
    if event.id.startswith(translate.HASHED) and event.id != translate.event_content_hash(event):
        raise EventRefused(
            f"an event of the id '{event.id}'",
            expected=f"an id of the source that does not begin with '{translate.HASHED}', or none",
            mend="Leave the id out: the event then goes by the hash of its content.",
        )


def _check_taken_back(event: Event, kept: Mapping[str, Event]) -> None:
    if event.kind is not EventKind.RETRACTED:
        return
    if any(each.retracts == event.retracts for each in kept.values()):
        raise EventRefused(
            f"event '{event.retracts}' is taken back already",
            expected="an event that stands",
            mend="Nothing to do. To have it again, record it anew under another id.",
        )
    if event.retracts not in kept:
        raise EventRefused(
            f"event '{event.id}' takes back '{event.retracts}', which the ticket does not have",
            expected="the id of an event of the same ticket",
            mend="Check the id, or send the event first.",
        )


def _keep_events(record: models.Ticket, fresh: Sequence[Event]) -> None:
    if record._state.adding:
        records.add(record)
    rows = ([record.organisation_id, record.pk, *translate.event_values(event)] for event in fresh)
    raw.insert(models.Event, ("organisation_id", "ticket_id", *translate.EVENT_COLUMNS), rows)
    crash_points.reach("record.events")


def announce(record: models.Ticket, missed: Iterable[ClockRow], now: datetime) -> None:
    """Put a message into the outbox for each clock that is now known to be missed; one for each breach, ever."""
    for clock in missed:
        assert clock.breached_at is not None  # what is missed was breached
        at = to_microseconds(clock.breached_at)
        payload = {
            "source": record.source,
            "ticket": record.number,
            "kind": clock.kind,
            "party": clock.party,
            "target": clock.target,
            "breached_at": at,
        }
        outbox.add(record.organisation, BREACH, f"{BREACH} {sha256(payload)}", payload, due_at=now, now=now)


def _note(
    organisation: models.Organisation, viewer: Viewer, record: models.Ticket, fresh: Sequence[Event], now: datetime
) -> None:
    content = {"events": [event.id for event in fresh], "standing": record.standing_hash}
    audit.note(organisation, viewer, Action.RECORD_EVENT, f"{record.source}/{record.number}", now=now, content=content)
    crash_points.reach("record.audit")
