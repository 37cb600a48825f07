"""Tables with one row per event: the rows of a ticket in their order, and the events between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

from servanda.engine.events import NOTHING, Event, EventKind
from servanda.files.derived import Derived
from servanda.files.mapping_form import ORDER_BY_TIME, ClassColumn, Occurrence, State
from servanda.files.row_cells import RowCells
from servanda.files.state_changes import WORKING, changes_at_one_instant
from servanda.files.ticket_tables import Row

_WORDS = {kind: kind.word for kind in EventKind}
_FROM_STATES = (EventKind.RESOLVED, EventKind.CLOSED, EventKind.CANCELLED, EventKind.REOPENED)


class _Dated(NamedTuple):
    """A row, the instant it is about and its place among the rows of its ticket."""

    row: Row
    at: datetime
    place: int = 0


def derive(number: str, rows: Sequence[Row], cells: RowCells) -> Derived:
    """Return the ticket that the rows of one number tell of; rows of one instant must stand in their order."""
    told = _in_order(list(_once(rows, cells)), cells)
    opened_at = _opened_at(told, cells)
    _check_after_opening(told, opened_at, cells)
    opening = _event(EventKind.OPENED, opened_at, told[0], cells, changes=_classes(told[0].row, cells))
    events = _moved(
        [
            opening,
            *_state_events(told, cells),
            *_class_events(told, cells),
            *_assignments(told, cells),
            *_occurrences(told, cells),
        ],
        told,
        cells,
    )
    claimed = told[-1 if cells.mapping.claims.from_last_row else 0].row
    ticket = cells.ticket(claimed, number, tuple(events), cells.claims(claimed))
    return Derived(ticket, tuple(told[event.sequence].row for event in events), tuple(each.row for each in told))


def _once(rows: Sequence[Row], cells: RowCells) -> Iterator[Row]:
    """Yield the rows without exact repetitions."""
    seen: dict[int, Row] = {}
    for row in rows:
        earlier = seen.setdefault(row.whole, row)
        if earlier is not row and earlier.same_as(row):
            found = f"the same cells as row {earlier.number}"
            cells.meet("row repeated", row, "", found, "each event once", "Nothing to do: it is counted once.")
        else:
            yield row


def _in_order(rows: list[Row], cells: RowCells) -> list[_Dated]:
    """Return the rows with their instants, in the order the mapping names."""
    dated = [_Dated(row, _happened_at(row, cells)) for row in rows]
    form = cells.mapping.rows
    if form.order_column:
        dated.sort(key=lambda each: (_place_in_order(each.row, form.order_column, cells), each.at))
    elif form.order == ORDER_BY_TIME:
        dated.sort(key=attrgetter("at"))
    _check_forwards(dated, cells)
    return [_Dated(row, at, place) for place, (row, at, _) in enumerate(dated)]


def _happened_at(row: Row, cells: RowCells) -> datetime:
    column = cells.mapping.rows.happened_at
    at = cells.time(row, column)
    if at is None:
        mend = "Fill in the time of the row, or leave the row out of the export."
        cells.stop("time missing", row, column, "nothing", "the time of the event", mend)
    return at


def _place_in_order(row: Row, column: str, cells: RowCells) -> int:
    text = cells.text(row, column)
    if not text.removeprefix("-").isdecimal():
        fault = "decimal comma" if text.replace(",", "", 1).isdecimal() else "number unreadable"
        mend = "Export the column as whole numbers, or order the rows by 'time' or as in the 'file'."
        cells.stop(fault, row, column, f"'{text}'", "a whole number", mend)
    return int(text)


def _check_forwards(dated: Sequence[_Dated], cells: RowCells) -> None:
    for earlier, later in pairwise(dated):
        if later.at < earlier.at:
            found = f"{later.at.isoformat()} after {earlier.at.isoformat()} in row {earlier.row.number}"
            mend = "Check the order of the rows, or the clocks of the machines that wrote them."
            cells.meet(
                "times run backwards", later.row, cells.mapping.rows.happened_at, found, "times that go on", mend
            )


def _opened_at(dated: Sequence[_Dated], cells: RowCells) -> datetime:
    """Return the instant of opening: its column if the mapping names one, else the time of the first row."""
    column = cells.mapping.events.get(EventKind.OPENED, Occurrence()).at
    if not column:
        return dated[0].at
    pick = cells.picker(column)
    rows = {pick(each.row.cells): each.row for each in reversed(dated)}
    texts = {text: row for row in rows.values() if (text := cells.text(row, column))}
    if len(texts) > 1:
        mend = "See in the source when the ticket was opened; 'flag' takes the earliest row's."
        found = " and ".join(f"'{text}'" for text in texts)
        cells.meet("opening differs", dated[0].row, column, found, "one time of opening", mend)
    opened_at = cells.time(next(reversed(texts.values()), dated[0].row), column)
    if opened_at is None:
        cells.stop("time missing", dated[0].row, column, "nothing", "the time of opening", "Fill in the column.")
    return opened_at


def _check_after_opening(dated: Sequence[_Dated], opened_at: datetime, cells: RowCells) -> None:
    for each in dated:
        if each.at < opened_at:
            found = f"{each.at.isoformat()}, and opened at {opened_at.isoformat()}"
            mend = "Check both times in the source; 'flag' keeps them as they are."
            column = cells.mapping.rows.happened_at
            cells.meet("event before opening", each.row, column, found, "events after the opening", mend)


def _state_events(dated: Sequence[_Dated], cells: RowCells) -> Iterator[Event]:
    """Yield the events between the states of the rows; rows at one instant are taken together."""
    state = WORKING
    for at, group in groupby(_new_states(dated, cells), key=attrgetter("at")):
        together = list(group)
        path = [meaning for each in together if (meaning := _state(each.row, cells)) is not None]
        if not path:
            continue
        changes, left_out = changes_at_one_instant(state, path)
        last = together[-1]
        if left_out:
            _meet_came_and_went(last.row, cells)
        for kind, reason in changes:
            yield _event(kind, at, last, cells, reason=reason)
        state = path[-1]


def _new_states(dated: Sequence[_Dated], cells: RowCells) -> Iterator[_Dated]:
    """Yield the rows whose state is not that of the row before."""
    states = cells.mapping.states
    if states is None:
        return
    pick = cells.picker(states.column)
    known: object = None
    for each in dated:
        picked = pick(each.row.cells)
        if picked != known:
            known = picked
            yield each


def _state(row: Row, cells: RowCells) -> State | None:
    """Return what the row's state means, `None` where it says nothing."""
    states = cells.mapping.states
    text = cells.text(row, states.column) if states else ""
    if states is None or not text:
        return None
    if text not in states.meanings:
        mend = "Add it to a list under 'state' in the mapping; 'unchanged' lets the state before go on."
        cells.meet("unknown state", row, states.column, f"'{text}'", "a state that the mapping lists", mend)
        return None
    return states.meanings[text]


def _meet_came_and_went(row: Row, cells: RowCells) -> None:
    mend = "Nothing to do; times with seconds would show them."
    found = "states that came and went within one instant"
    column = cells.mapping.states.column if cells.mapping.states else ""
    cells.meet("states within one instant", row, column, found, "one state at a time", mend)


def _classes(row: Row, cells: RowCells) -> dict[str, str]:
    """Return what is known of the ticket's classes in a row."""
    words = {name: cells.word(row, name, column) for name, column in cells.mapping.classes.items()}
    return {name: word for name, word in words.items() if word}


def _class_events(dated: Sequence[_Dated], cells: RowCells) -> Iterator[Event]:
    for each, changes in _changes(dated, cells.mapping.classes, cells):
        if each is not dated[0]:
            yield _event(EventKind.RECLASSIFIED, each.at, each, cells, changes=changes)


def _assignments(dated: Sequence[_Dated], cells: RowCells) -> Iterator[Event]:
    for each, changes in _changes(dated, cells.mapping.assignment, cells):
        yield _event(EventKind.ASSIGNED, each.at, each, cells, changes=changes)


def _changes(
    dated: Sequence[_Dated], columns: Mapping[str, ClassColumn], cells: RowCells
) -> Iterator[tuple[_Dated, dict[str, str]]]:
    """Yield each row in which a value became another, with the new values; an empty cell changes nothing."""
    known = dict.fromkeys(columns, "")
    pick = cells.picker(*(column.column for column in columns.values() if column.column))
    before: object = None
    for each in dated:
        picked = pick(each.row.cells)
        if picked == before:
            continue
        before = picked
        words = {name: cells.word(each.row, name, column) for name, column in columns.items()}
        changed = {name: word for name, word in words.items() if word and word != known[name]}
        if changed:
            known |= changed
            yield each, changed


def _occurrences(dated: Sequence[_Dated], cells: RowCells) -> Iterator[Event]:
    """Yield the events that the mapping finds in a column of their own, or at the first row of some kind."""
    for kind, occurrence in cells.mapping.events.items():
        if kind is EventKind.OPENED or (cells.mapping.states and kind in _FROM_STATES):
            continue
        found = _first(dated, occurrence, cells)
        if found is None:
            continue
        at = cells.time(found.row, occurrence.at) if occurrence.at else found.at
        if at is not None:
            yield _event(kind, at, found, cells)


def _first(dated: Sequence[_Dated], occurrence: Occurrence, cells: RowCells) -> _Dated | None:
    """Return the first row that meets the conditions; without conditions the last row, which knows most."""
    if not occurrence.first:
        return dated[-1]
    return next((each for each in dated if cells.holds(each.row, occurrence.first)), None)


def _moved(events: list[Event], dated: Sequence[_Dated], cells: RowCells) -> list[Event]:
    """Return the events, the last of each kind from states moved to the instant in its own column, if it has one."""
    for kind in _FROM_STATES:
        column = cells.mapping.events.get(kind, Occurrence()).at
        places = [place for place, event in enumerate(events) if event.kind is kind] if column else []
        at = cells.time(dated[-1].row, column) if places else None
        if at is not None:
            events[places[-1]] = replace(events[places[-1]], happened_at=at)
    return events


def _event(
    kind: EventKind,
    at: datetime,
    told: _Dated,
    cells: RowCells,
    *,
    reason: str = "",
    changes: Mapping[str, str] = NOTHING,
) -> Event:
    """Return an event that names its row, so that every figure can be followed back to the file."""
    row, _, place = told
    actor = cells.text(row, cells.mapping.rows.actor) if cells.mapping.rows.actor else ""
    return Event(kind, at, f"row-{row.number}-{_WORDS[kind]}", place, actor=actor, reason=reason, changes=changes)
