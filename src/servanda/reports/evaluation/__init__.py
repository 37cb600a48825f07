"""Every reading of a log as a row: what was promised for each ticket, and what came of it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from servanda.engine.clocks import State
from servanda.engine.judging import Reading
from servanda.engine.logs import Account, Judged, Log
from servanda.reports.words import count, instant, iso

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
    "source",
)
SHOWN = 10


def rows(judged: Judged, account: Account) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each ticket and target as they are judged, and count them in the account.

    Instants have the offset of the agreement's zone, amounts are in seconds.
    """
    home = judged.log.book.organisation.zone
    for each in account.of(judged.tickets):
        yield from (_row(reading, home) for reading in each.readings)


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
        reading.source,
    )


def seconds(length: timedelta) -> int | float:
    """Return an amount in seconds, whole where it is whole."""
    whole, rest = divmod(length, timedelta(seconds=1))
    return whole if not rest else length.total_seconds()


def summary(log: Log, account: Account) -> dict[str, Any]:
    """Return the counts of a log: what was read, what each state came to, and what could not be judged."""
    return {
        "log": log.name,
        "rows_read": log.rows,
        "tickets": account.tickets,
        "as_of": log.as_of.isoformat(),
        "readings": account.readings,
        "states": {state.value: account.states[state] for state in State if account.states[state]},
        "rows_rejected": len(log.left_out),
        "faults_accepted": account.faults_accepted(log),
        "tickets_not_judged": len(account.unjudged),
    }


def in_words(log: Log, account: Account) -> Iterator[str]:
    """Yield the summary as lines for a person."""
    figures = summary(log, account)
    zone = log.book.organisation.zone
    origin = f"of {log.name}" if log.rows is None else f"from {count(log.rows, 'row')}"
    yield (
        f"{count(account.tickets, 'ticket')} {origin}, judged as of {instant(log.as_of, zone)} ({zone}): "
        f"{count(account.readings, 'reading')}."
    )
    for state, number in figures["states"].items():
        yield f"  {state:<12} {number:>9,}"
    yield from (f"Left out: {sentence}" for sentence in log.left_out[:SHOWN])
    if len(log.left_out) > SHOWN:
        yield f"Left out: {len(log.left_out) - SHOWN:,} more rows."
    for unjudged in account.unjudged[:SHOWN]:
        yield f"Not judged: ticket {unjudged.ticket}: {unjudged.reason}"
    for fault, number in figures["faults_accepted"].items():
        yield f"Accepted and flagged: {fault}, {count(number, 'time')}."
