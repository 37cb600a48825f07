"""Tables with one row per ticket: a column for each kind of event."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from servanda.engine.events import Event, EventKind
from servanda.files.derived import Derived
from servanda.files.mapping_form import Occurrence
from servanda.files.row_cells import RowCells
from servanda.files.ticket_tables import Row


def derive(number: str, rows: Sequence[Row], cells: RowCells) -> Derived:
    """Return the ticket of a row; of several rows the last, for it was exported last."""
    row = rows[-1]
    events = tuple(_events(row, cells))
    opened_at = events[0].happened_at
    for event in events:
        if event.happened_at < opened_at:
            _meet_before_opening(row, event, opened_at, cells)
    _check_closing(row, {event.kind: event.happened_at for event in events}, cells)
    ticket = cells.ticket(row, number, events, cells.claims(row))
    return Derived(ticket, (row,) * len(events), (row,))


def _events(row: Row, cells: RowCells) -> Iterator[Event]:
    """Yield the opening, with all that is known of the ticket, and then each event that has a time."""
    occurrences = cells.mapping.events
    yield _event(EventKind.OPENED, _opened_at(row, cells), row, _known(row, cells))
    for kind, occurrence in occurrences.items():
        at = _at(row, kind, occurrence, cells) if kind is not EventKind.OPENED else None
        if at is not None:
            yield _event(kind, at, row, _assigned(row, cells) if kind is EventKind.ASSIGNED else {})


def _event(kind: EventKind, at: datetime, row: Row, changes: dict[str, str]) -> Event:
    return Event(kind, at, f"row-{row.number}-{kind.word}", row.number, changes=changes)


def _opened_at(row: Row, cells: RowCells) -> datetime:
    column = cells.mapping.events[EventKind.OPENED].at
    opened_at = cells.time(row, column)
    if opened_at is None:
        mend = "Fill in the time at which the ticket was opened."
        cells.stop("time missing", row, column, "nothing", "the time of opening", mend)
    return opened_at


def _at(row: Row, kind: EventKind, occurrence: Occurrence, cells: RowCells) -> datetime | None:
    """Return when an event happened, `None` if its conditions do not hold or its cell holds nothing."""
    if not cells.holds(row, occurrence.when):
        return None
    at = cells.time(row, occurrence.at)
    if at is None and occurrence.when and not cells.text(row, occurrence.at):
        mend = "Fill in the time, or correct the state; 'flag' judges the ticket as if it had not happened."
        expected = f"the time at which the ticket was {kind.word}"
        cells.meet("state without its time", row, occurrence.at, "nothing", expected, mend)
    return at


def _known(row: Row, cells: RowCells) -> dict[str, str]:
    """Return the ticket's classes, and its assignment unless that has a time of its own."""
    columns = dict(cells.mapping.classes)
    if EventKind.ASSIGNED not in cells.mapping.events:
        columns |= cells.mapping.assignment
    words = {name: cells.word(row, name, column) for name, column in columns.items()}
    return {name: word for name, word in words.items() if word}


def _assigned(row: Row, cells: RowCells) -> dict[str, str]:
    words = {name: cells.word(row, name, column) for name, column in cells.mapping.assignment.items()}
    return {name: word for name, word in words.items() if word}


def _check_closing(row: Row, happened: dict[EventKind, datetime], cells: RowCells) -> None:
    resolved_at, closed_at = happened.get(EventKind.RESOLVED), happened.get(EventKind.CLOSED)
    if resolved_at and closed_at and closed_at < resolved_at:
        column = cells.mapping.events[EventKind.RESOLVED].at
        found = f"resolved at {resolved_at.isoformat()}, and closed at {closed_at.isoformat()}"
        mend = "Check both times in the source; they are kept as they are."
        cells.meet("resolved after closing", row, column, found, "a resolution before the closing", mend)


def _meet_before_opening(row: Row, event: Event, opened_at: datetime, cells: RowCells) -> None:
    column = cells.mapping.events[event.kind].at
    found = f"{event.kind.word} at {event.happened_at.isoformat()}, and opened at {opened_at.isoformat()}"
    mend = "Check both times in the source; 'flag' keeps them as they are."
    cells.meet("event before opening", row, column, found, "events after the opening", mend)
