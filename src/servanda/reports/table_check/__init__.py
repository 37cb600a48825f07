"""What a mapping makes of a table: the first tickets, the faults with their places, and how fine the times are."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from servanda.engine.events import Event, Ticket
from servanda.files.input_faults import Reject
from servanda.files.mapping_form import TicketMapping
from servanda.files.tickets import ReadOutcome
from servanda.files.written_times import NONE_READ
from servanda.reports.words import count

SHOWN_OF_A_FAULT = 3


def summary(mapping: TicketMapping, outcome: ReadOutcome) -> dict[str, Any]:
    """Return the counts and every row left out, for machines."""
    notes = outcome.notes
    return {
        "mapping": mapping.id,
        "rows": notes.rows,
        "tickets": len(outcome.tickets),
        "precision": dict(notes.precision),
        "accepted": {
            fault: {"count": number, "examples": list(notes.examples[fault])} for fault, number in notes.flags.items()
        },
        "left_out": [_as_object(each) for each in notes.rejects],
    }


def in_words(mapping: TicketMapping, outcome: ReadOutcome, preview: int) -> Iterator[str]:
    """Yield what was read, what was accepted, what was left out, and the first tickets, for a person."""
    notes = outcome.notes
    yield (
        f"{mapping.name}: {count(len(outcome.tickets), 'ticket')} from {count(notes.rows, 'row')}, "
        f"{count(len(notes.rejects), 'row')} left out."
    )
    yield f"Times: {_precision(notes.precision)}"
    for fault, number in notes.flags.items():
        yield f"Accepted: {fault}, {number:,}"
        yield from (f"    {each}" for each in notes.examples[fault][:SHOWN_OF_A_FAULT])
    for fault, rejects in groupby(sorted(notes.rejects, key=lambda each: each.fault), key=lambda each: each.fault):
        yield from _left_out(fault, list(rejects))
    for ticket in outcome.tickets[:preview]:
        yield from _story(ticket)


def _precision(units: Mapping[str, str]) -> str:
    """Return the finest unit of each column, such as `Opened, by the minute; Closed, none read`."""
    words = [f"{column}, {unit if unit == NONE_READ else f'by the {unit}'}" for column, unit in units.items()]
    return "; ".join(words) or NONE_READ


def _left_out(fault: str, rejects: Sequence[Reject]) -> Iterator[str]:
    yield f"Left out: {fault}, {count(len(rejects), 'row')}. {rejects[0].mend}"
    for each in rejects[:SHOWN_OF_A_FAULT]:
        ticket = f" (ticket {each.ticket})" if each.ticket else ""
        yield f"    {each.place}{ticket}: {each.found}; expected {each.expected}"


def _story(ticket: Ticket) -> Iterator[str]:
    flags = f"  [{'; '.join(ticket.flags)}]" if ticket.flags else ""
    yield f"Ticket {ticket.number}{flags}"
    yield from (f"    {_happening(event)}" for event in ticket.ordered())
    claims = ticket.claims
    said = {"due": claims.due_at, "resolved": claims.resolved_at, "closed": claims.closed_at}
    words = [f"{name} {at:%Y-%m-%d %H:%M:%S}" for name, at in said.items() if at]
    words += [] if claims.met is None else ["met" if claims.met else "missed"]
    if words:
        yield f"    the source says: {', '.join(words)}"


def _happening(event: Event) -> str:
    changes = ", ".join(f"{name} '{word}'" for name, word in event.changes.items())
    parts = (f"{event.happened_at:%Y-%m-%d %H:%M:%S} UTC", event.kind.word, event.reason, changes)
    return "  ".join(part for part in parts if part)


def _as_object(reject: Reject) -> dict[str, Any]:
    return {
        "fault": reject.fault,
        "ticket": reject.ticket,
        "row": reject.place.row,
        "line": reject.place.line,
        "column": reject.place.column,
        "found": reject.found,
        "expected": reject.expected,
        "mend": reject.mend,
    }
