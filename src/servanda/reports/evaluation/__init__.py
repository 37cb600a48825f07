"""Every reading of a log as a row: what was promised for each ticket, and what came of it."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from servanda.engine.clocks import State
from servanda.engine.judging import Reading
from servanda.reports.words import count, instant, iso
from servanda.services.logs import Judged

COLUMNS = (
    "ticket",
    "service",
    "priority",
    "agreement_version",
    "target",
    "started_at",
    "due_at",
    "stopped_at",
    "elapsed_seconds",
    "paused_seconds",
    "state",
    "breached_at",
    "flags",
)


def rows(judged: Judged) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each ticket and target: instants with the offset of the agreement's zone, amounts in seconds."""
    home = judged.log.book.organisation.zone
    for reading in judged.readings:
        yield _row(reading, home)


def _row(reading: Reading, home: str) -> tuple[Any, ...]:
    zone = reading.cover.version.zone if reading.cover.version else home
    cycle = reading.cycle
    return (
        reading.ticket,
        reading.service,
        reading.priority,
        reading.version,
        reading.target,
        iso(cycle.started_at, zone) if cycle else None,
        iso(cycle.due_at, zone) if cycle else None,
        iso(cycle.stopped_at, zone) if cycle else None,
        seconds(cycle.elapsed) if cycle else None,
        seconds(cycle.paused) if cycle else None,
        reading.state.value,
        iso(cycle.breached_at, zone) if cycle else None,
        "; ".join(reading.flags),
    )


def seconds(length: timedelta) -> int | float:
    """Return an amount in seconds, whole where it is whole."""
    whole, rest = divmod(length, timedelta(seconds=1))
    return whole if not rest else length.total_seconds()


def summary(judged: Judged) -> dict[str, Any]:
    """Return the counts of a log: what was read, what each state came to, and what could not be judged."""
    notes = judged.log.notes
    states = Counter(reading.state for reading in judged.readings)
    return {
        "rows_read": notes.rows,
        "tickets": len(judged.log.tickets),
        "as_of": judged.log.as_of.isoformat(),
        "readings": len(judged.readings),
        "states": {state.value: states[state] for state in State if states[state]},
        "rows_rejected": len(notes.rejects),
        "faults_accepted": dict(notes.flags),
        "tickets_not_judged": len(judged.unjudged),
    }


def in_words(judged: Judged) -> Iterator[str]:
    """Yield the summary as lines for a person."""
    figures = summary(judged)
    zone = judged.log.book.organisation.zone
    yield (
        f"{count(figures['tickets'], 'ticket')} from {count(figures['rows_read'], 'row')}, judged as of "
        f"{instant(judged.log.as_of, zone)} ({zone}): {count(figures['readings'], 'reading')}."
    )
    for state, number in figures["states"].items():
        yield f"  {state:<12} {number:>9,}"
    for reject in judged.log.notes.rejects[:10]:
        yield f"Left out: {reject}"
    if len(judged.log.notes.rejects) > 10:
        yield f"Left out: {len(judged.log.notes.rejects) - 10:,} more rows."
    for unjudged in judged.unjudged[:10]:
        yield f"Not judged: ticket {unjudged.ticket}: {unjudged.reason}"
    for fault, number in figures["faults_accepted"].items():
        yield f"Accepted and flagged: {fault}, {count(number, 'time')}."
