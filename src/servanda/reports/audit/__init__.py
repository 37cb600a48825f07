"""The audit as a list: an entry a line for a person, a row for a spreadsheet, an object for machines."""

from datetime import datetime
from typing import Any, Protocol

from servanda.engine.canonical import written
from servanda.reports.words import instant, iso

COLUMNS = ("sequence", "recorded_at", "actor", "action", "subject", "content", "entry_hash")


class Entry(Protocol):
    """What an entry of the audit says."""

    sequence: int
    recorded_at: datetime | None
    actor: str
    action: str
    subject: str
    content: Any
    entry_hash: str


def line(entry: Entry, zone: str) -> str:
    """Return an entry for a person at a terminal."""
    at, what = instant(entry.recorded_at, zone), entry.action.replace("_", " ")
    return f"{entry.sequence:>6,}  {at:<25}  {entry.actor:<16}  {what:<16}  {entry.subject}"


def row(entry: Entry, zone: str) -> tuple[Any, ...]:
    """Return an entry as a row under `COLUMNS`, its content as JSON text."""
    at = iso(entry.recorded_at, zone)
    return (
        entry.sequence,
        at,
        entry.actor,
        entry.action,
        entry.subject,
        written(entry.content),
        entry.entry_hash,
    )


def record(entry: Entry, zone: str) -> dict[str, Any]:
    """Return an entry as plain JSON values."""
    return {**dict(zip(COLUMNS, row(entry, zone), strict=True)), "content": entry.content}
