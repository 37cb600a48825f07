"""Two small mappings, one of events and one of tickets, and how a test reads with them."""

import gzip
import tempfile
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

from servanda.engine.events import Ticket
from servanda.files.mapping_form import TicketMapping
from servanda.files.mappings import read_mapping
from servanda.files.tickets import ReadOutcome, read_tickets

TICKETS = """
    format: servanda-mapping/1
    id: desk
    times:
      formats: ["%d/%m/%Y %H:%M"]
      zone: Europe/Paris
    rows:
      are: tickets
      ticket: Number
    events:
      opened: Opened
      resolved: Resolved
    classes:
      priority: Priority
    """
TICKETS_HEADER = "Number,Opened,Resolved,Priority"

EVENTS = """
    format: servanda-mapping/1
    id: desk
    times:
      formats: ["%d/%m/%Y %H:%M"]
      zone: UTC
    rows:
      are: events
      ticket: Number
      happened_at: Updated
      order: file
    events:
      opened: Opened
    state:
      column: State
      working: [New, In Progress]
      paused:
        user: [Awaiting User]
        vendor: [Awaiting Vendor]
      resolved: [Resolved]
      closed: [Closed]
      cancelled: [Cancelled]
    classes:
      priority: Priority
    assignment:
      team: Team
    """
EVENTS_HEADER = "Number,Updated,Opened,State,Priority,Team"


def read(
    folder: Path, table: str | bytes, mapping: str = TICKETS, *more: str, now: datetime | None = None
) -> ReadOutcome:
    """Return the tickets of a table under a mapping to which `more` parts are added."""
    source = folder / "mapping.yaml"
    source.write_text(textwrap.dedent(mapping) + "".join(textwrap.dedent(part) + "\n" for part in more), "utf-8")
    path = folder / "tickets.csv"
    path.write_bytes(table if isinstance(table, bytes) else table.encode())
    return read_tickets(read_mapping(source), path, now=now)


@cache
def mapping_of(*parts: str) -> TicketMapping:
    """Return the mapping of some text."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "mapping.yaml"
        source.write_text("".join(textwrap.dedent(part) + "\n" for part in parts), "utf-8")
        return read_mapping(source)


@contextmanager
def table_of(text: str) -> Iterator[Path]:
    """Give a file with the text of a table, as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tickets.csv"
        path.write_text(text, "utf-8")
        yield path


def tickets(*rows: str) -> str:
    """Return a table of tickets with the header of `TICKETS`."""
    return "\n".join((TICKETS_HEADER, *rows, ""))


def events(*rows: str) -> str:
    """Return a table of events with the header of `EVENTS`."""
    return "\n".join((EVENTS_HEADER, *rows, ""))


def packed(table: str) -> bytes:
    """Return a table as gzip data."""
    return gzip.compress(table.encode(), mtime=0)


def story(ticket: Ticket) -> Sequence[str]:
    """Return a ticket's events in judging order, each as `HH:MM kind reason`, on the days of one month."""
    return [f"{e.happened_at:%d %H:%M} {e.kind.word} {e.reason}".strip() for e in ticket.ordered()]
