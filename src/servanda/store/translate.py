"""Between records and engine values: the only place that knows both, and loses nothing on the way there and back."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from servanda.engine import events as engine
from servanda.engine.agreements import AgreementVersion, PriorityScheme, Signature
from servanda.engine.calendars import Calendar
from servanda.engine.canonical import plain, revive, sha256, written
from servanda.engine.instants import amount, to_microseconds
from servanda.engine.judging import Reading, classification
from servanda.engine.negotiation import Side, Step, StepKind
from servanda.engine.rights import Assignment, Role, Scope
from servanda.engine.standing import month_of
from servanda.store import models

HASH_BITS = 128
NO_EVENTS = "0" * 32
NO_CHANGES = "{}"
HASHED = "sha256:"
AGAIN = "~"  # between the hash of an event that was taken back, and how often it has come

# --- events, claims and tickets ---


def event_key(event: engine.Event) -> str:
    """Return what tells an event from the others of its ticket: the source's own id of it, else its content's hash."""
    return event.id or event_content_hash(event)


def event_content_hash(event: engine.Event) -> str:
    """Return 'sha256:' and the hex digest of what an event says; its id and when it was recorded are left out."""
    return sha256(
        {
            "kind": event.kind.word,
            "happened_at": to_microseconds(event.happened_at),
            "sequence": event.sequence,
            "actor": event.actor,
            "reason": event.reason,
            "changes": dict(event.changes),
            "retracts": event.retracts,
        }
    )


def kept_content_hash(event: engine.Event) -> str:
    """Return the hash of what a kept event says: its key tells it, unless the source had an id of its own."""
    if event.id.startswith(HASHED):
        return event.id.partition(AGAIN)[0]
    return event_content_hash(event)


def history_hash(events: Iterable[engine.Event]) -> str:
    """Return 32 hex digits that are the same for the same events, in whatever order they came and under whatever id.

    The sum modulo 2**128 of the first 128 bits of each event's own hash.
    """
    return added_hash(NO_EVENTS, events)


def added_hash(before: str, events: Iterable[engine.Event]) -> str:
    """Return the hash of a history that has gained events, from the hash it had."""
    added = sum(int(kept_content_hash(each)[len(HASHED) : len(HASHED) + 32], 16) for each in events)
    return format((int(before, 16) + added) % 2**HASH_BITS, "032x")


def record_of_event(event: engine.Event, ticket: models.Ticket) -> models.Event:
    """Return the record of an event of a ticket, not yet added."""
    return models.Event(
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        key=event_key(event),
        kind=event.kind.value,
        happened_at=event.happened_at,
        recorded_at=event.recorded_at,
        sequence=event.sequence,
        actor=event.actor,
        reason=event.reason,
        changes=dict(event.changes),
        retracts=event.retracts,
    )


def event_of(record: models.Event) -> engine.Event:
    """Return the event that a record keeps; its id is its key, so that it can be taken back."""
    return engine.Event(
        kind=engine.EventKind(record.kind),
        happened_at=_instant(record.happened_at),
        id=record.key,
        sequence=record.sequence,
        recorded_at=record.recorded_at,
        actor=record.actor,
        reason=record.reason,
        changes=MappingProxyType(record.changes),
        retracts=record.retracts,
    )


def _instant(at: datetime | None) -> datetime:
    assert at is not None  # the column takes no NULL
    return at


def record_of_claims(claims: engine.Claims, ticket: models.Ticket) -> models.Claim:
    """Return the record of what a source claims of a ticket, not yet saved."""
    return models.Claim(
        organisation_id=ticket.organisation_id,
        ticket=ticket,
        due_at=claims.due_at,
        met=claims.met,
        first_responded_at=claims.first_responded_at,
        resolved_at=claims.resolved_at,
        closed_at=claims.closed_at,
        extra=dict(claims.extra),
    )


def cells_hash(cells: str) -> str:
    """Return 32 hex digits of the hash of a row's cells, in their canonical text."""
    return hashlib.sha256(cells.encode()).hexdigest()[:32]


def claims_of(record: models.Claim) -> engine.Claims:
    """Return the claims that a record keeps."""
    return engine.Claims(
        due_at=record.due_at,
        met=record.met,
        first_responded_at=record.first_responded_at,
        resolved_at=record.resolved_at,
        closed_at=record.closed_at,
        extra=MappingProxyType(record.extra),
    )


def record_of_ticket(ticket: engine.Ticket, organisation: models.Organisation) -> models.Ticket:
    """Return the record of a ticket with copies of what its events say, not yet saved; its events stand apart."""
    record = models.Ticket(organisation=organisation, source=ticket.source, number=ticket.number)
    describe(record, ticket, ticket.ordered())
    return record


def describe(
    record: models.Ticket, ticket: engine.Ticket, standing: Sequence[engine.Event], unjudged: str = ""
) -> None:
    """Copy what a ticket's events say into its record, to search by."""
    known = classification(standing)
    record.opened_at = next((each.happened_at for each in standing if each.kind is engine.EventKind.OPENED), None)
    record.service, record.customer, record.priority = known["service"], known["customer"], known["priority"]
    record.last_event_at = standing[-1].happened_at if standing else None
    record.event_count = len(ticket.events)
    record.event_hash = history_hash(ticket.events)
    record.standing_hash = history_hash(standing)
    record.flags = list(ticket.flags)
    record.exempted = dict(ticket.exempted)
    record.unjudged = unjudged


def ticket_of(
    record: models.Ticket, organisation: str, events: Iterable[models.Event], claim: models.Claim | None
) -> engine.Ticket:
    """Return the ticket that its records keep together; the slug of the organisation comes from the caller."""
    return ticket_from(record, organisation, map(event_of, events), claims_of(claim) if claim else None)


def ticket_from(
    record: models.Ticket, organisation: str, events: Iterable[engine.Event], claims: engine.Claims | None = None
) -> engine.Ticket:
    """Return the ticket of a record and of events that were read with it."""
    return engine.Ticket(
        number=record.number,
        events=tuple(events),
        source=record.source,
        organisation=organisation,
        claims=claims or engine.Claims(),
        flags=tuple(record.flags),
        exempted=MappingProxyType(record.exempted),
    )


class ClockRow(NamedTuple):
    """What is kept of a clock, beside the ticket it belongs to; the names are those of the record."""

    kind: str
    party: str
    target: str
    version_id: int
    priority: str
    state: str
    machine: list[int]
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    breached_at: datetime | None
    elapsed: int
    paused: int
    month: date | None
    flags: list[str]


def row_of_clock(reading: Reading, flags_of_ticket: int, version_id: int) -> ClockRow:
    """Return what is kept of the clock that a reading tells of; its first flags are so many of the ticket itself."""
    cycle = reading.cycle
    assert cycle is not None  # a ticket that is not covered has no clock
    return ClockRow(
        kind=reading.cover.kind.value,
        party=reading.cover.party,
        target=reading.target,
        version_id=version_id,
        priority=reading.priority,
        state=reading.state.value,
        machine=list(reading.machine),
        started_at=cycle.started_at,
        due_at=cycle.due_at,
        stopped_at=cycle.stopped_at,
        breached_at=cycle.breached_at,
        elapsed=amount(cycle.elapsed),
        paused=amount(cycle.paused),
        month=month_of(reading),
        flags=list(reading.flags[flags_of_ticket:]),
    )


# --- the same as values, for statements in bulk ---

EVENT_COLUMNS = (
    "key",
    "kind",
    "happened_at",
    "recorded_at",
    "sequence",
    "actor",
    "reason",
    "changes",
    "retracts",
)
CLAIM_COLUMNS = ("due_at", "met", "first_responded_at", "resolved_at", "closed_at", "extra")
CLOCK_COLUMNS = ClockRow._fields


def event_values(event: engine.Event) -> list[Any]:
    """Return what the database keeps of an event, in the order of `EVENT_COLUMNS`."""
    return [
        event.id,
        event.kind.value,
        to_microseconds(event.happened_at),
        _microseconds(event.recorded_at),
        event.sequence,
        event.actor,
        event.reason,
        written(dict(event.changes)) if event.changes else NO_CHANGES,
        event.retracts,
    ]


def claim_values(claims: engine.Claims) -> list[Any]:
    """Return what the database keeps of claims, in the order of `CLAIM_COLUMNS`."""
    return [
        _microseconds(claims.due_at),
        claims.met,
        _microseconds(claims.first_responded_at),
        _microseconds(claims.resolved_at),
        _microseconds(claims.closed_at),
        written(dict(claims.extra)),
    ]


def clock_values(clock: ClockRow) -> list[Any]:
    """Return what the database keeps of a clock, in the order of `CLOCK_COLUMNS`."""
    return [
        clock.kind,
        clock.party,
        clock.target,
        clock.version_id,
        clock.priority,
        clock.state,
        written(clock.machine),
        _microseconds(clock.started_at),
        _microseconds(clock.due_at),
        _microseconds(clock.stopped_at),
        _microseconds(clock.breached_at),
        clock.elapsed,
        clock.paused,
        None if clock.month is None else clock.month.isoformat(),
        written(clock.flags),
    ]


def _microseconds(at: datetime | None) -> int | None:
    return None if at is None else to_microseconds(at)


# --- agreements ---


def record_of_version(
    version: AgreementVersion, organisation: models.Organisation, applied_at: datetime
) -> models.AgreementVersion:
    """Return the record of a version of an agreement, not yet added; its signature stands apart."""
    return models.AgreementVersion(
        organisation=organisation,
        agreement=version.agreement,
        number=version.number,
        kind=version.kind.value,
        content_hash=version.content_hash(),
        content=version.canonical(),
        effective_from=version.effective_from,
        effective_until=version.effective_until,
        applied_at=applied_at,
    )


def record_of_signature(
    signature: Signature, version: models.AgreementVersion, recorded_at: datetime
) -> models.Signature:
    """Return the record of the signing of a version, not yet added."""
    return models.Signature(
        organisation_id=version.organisation_id,
        version=version,
        signed_on=signature.on,
        content_hash=signature.content_hash,
        recorded_at=recorded_at,
    )


def version_of(record: models.AgreementVersion, signed: models.Signature | None) -> AgreementVersion:
    """Return the version that a record keeps, with its signature where it has one."""
    signature = Signature(signed.signed_on, signed.content_hash) if signed else None
    return AgreementVersion.from_canonical(record.content, signature)


def record_of_calendar(
    calendar: Calendar, organisation: models.Organisation, added_at: datetime
) -> models.CalendarVersion:
    """Return the record of a calendar as it is now, not yet added."""
    content = plain(calendar)
    return models.CalendarVersion(
        organisation=organisation, slug=calendar.id, content_hash=sha256(content), content=content, added_at=added_at
    )


def calendar_of(record: models.CalendarVersion) -> Calendar:
    """Return the calendar that a record keeps."""
    return revive(Calendar, record.content)


def record_of_scheme(
    scheme: PriorityScheme, organisation: models.Organisation, added_at: datetime
) -> models.PrioritySchemeVersion:
    """Return the record of a priority scheme as it is now, not yet added."""
    content = plain(scheme)
    return models.PrioritySchemeVersion(
        organisation=organisation, slug=scheme.id, content_hash=sha256(content), content=content, added_at=added_at
    )


def scheme_of(record: models.PrioritySchemeVersion) -> PriorityScheme:
    """Return the priority scheme that a record keeps."""
    return revive(PriorityScheme, record.content)


# --- people ---


def record_of_assignment(assignment: Assignment, person: models.Person) -> models.RoleAssignment:
    """Return the record of a role that a person has, not yet saved."""
    return models.RoleAssignment(
        organisation_id=person.organisation_id,
        person=person,
        role=assignment.role.value,
        services=sorted(assignment.scope.services),
        customers=sorted(assignment.scope.customers),
        suppliers=sorted(assignment.scope.suppliers),
        from_on=assignment.from_on,
        until_on=assignment.until_on,
    )


def assignment_of(record: models.RoleAssignment) -> Assignment:
    """Return the assignment that a record keeps."""
    scope = Scope(frozenset(record.services), frozenset(record.customers), frozenset(record.suppliers))
    return Assignment(Role(record.role), scope, record.from_on, record.until_on)


# --- negotiations ---


def record_of_step(step: Step, negotiation: models.Negotiation) -> models.NegotiationStep:
    """Return the record of a step of a negotiation, not yet added."""
    return models.NegotiationStep(
        organisation_id=negotiation.organisation_id,
        negotiation=negotiation,
        number=step.number,
        kind=step.kind.value,
        person=step.person,
        taken_at=step.at,
        on_text=step.on_text,
        remark=step.remark,
        side=step.side.value if step.side else "",
        signatory=step.signatory,
        on_paper=step.on_paper,
        target=step.target,
        answers=step.answers,
        rule=step.rule,
    )


def step_of(record: models.NegotiationStep) -> Step:
    """Return the step that a record keeps."""
    return Step(
        number=record.number,
        kind=StepKind(record.kind),
        person=record.person,
        at=_instant(record.taken_at),
        on_text=record.on_text,
        remark=record.remark,
        side=Side(record.side) if record.side else None,
        signatory=record.signatory,
        on_paper=record.on_paper,
        target=record.target,
        answers=record.answers,
        rule=record.rule,
    )
