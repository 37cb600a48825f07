"""The cells of a row, read as the mapping says: ticket numbers, instants, classes, the source's claims."""

import re
from collections.abc import Callable
from datetime import datetime
from operator import itemgetter
from typing import NoReturn

from servanda.engine.events import Claims, Event, EventKind, Ticket
from servanda.files.input_faults import Place, Tally
from servanda.files.mapping_form import ClassColumn, Conditions, TicketMapping
from servanda.files.ticket_tables import Row
from servanda.files.written_times import TimeReader, UnreadableTime

_CONTROL = re.compile("[\0-\x1f\x7f-\x9f]")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+\Z")


class RowCells:
    """Reads the cells of one table's rows, and meets their faults."""

    def __init__(self, mapping: TicketMapping, tally: Tally, now: datetime | None) -> None:
        self.mapping = mapping
        self.tally = tally
        self._now = now
        self._place = {column: place for place, column in enumerate(mapping.columns)}
        self._nothing = mapping.table.nothing
        self._pickers: dict[tuple[str, ...], Callable[[tuple[str, ...]], object]] = {}
        self._times: dict[str, TimeReader] = {}
        self._ids: dict[str, str] = {}

    def picker(self, *columns: str) -> Callable[[tuple[str, ...]], object]:
        """Return a quick way to take some columns' cells out of a row's, to see whether they differ from another's."""
        picker = self._pickers.get(columns)
        if picker is None:
            picker = itemgetter(*(self._place[column] for column in columns)) if columns else _pick_nothing
            self._pickers[columns] = picker
        return picker

    def text(self, row: Row, column: str) -> str:
        """Return a cell, trimmed, `""` where it holds nothing."""
        text = row.cells[self._place[column]].strip()
        return "" if text in self._nothing else text

    def check_number(self, row: Row) -> None:
        """Meet a ticket number that has not the form it should have."""
        if not row.ticket.isprintable() and (control := _CONTROL.search(row.ticket)):
            found = f"the control character U+{ord(control[0]):04X} in {row.ticket!r}"
            mend = "Mend the number in the source, or the export: it has a sign that nobody sees."
            self.meet("ticket number malformed", row, self.mapping.rows.ticket, found, "a number on one line", mend)
        elif self._is_malformed(row.ticket):
            self._meet_malformed(row, row.ticket)

    def time(self, row: Row, column: str) -> datetime | None:
        """Return the instant in a cell, `None` where it holds nothing."""
        reader = self._times.get(column) or self._new_reader(column)
        written = reader.known(row.cells[self._place[column]])
        if written is not None and not written.doubts:
            return written.at
        text = self.text(row, column)
        if not text:
            return None
        try:
            written = reader.read(text)
        except UnreadableTime as error:
            self.stop(error.fault, row, column, f"'{text}'", error.expected, error.mend)
        for doubt in written.doubts:
            self.meet(doubt.fault, row, column, f"'{text}'", doubt.expected, doubt.mend)
        return written.at

    def time_or_nothing(self, row: Row, column: str) -> datetime | None:
        """Return the instant in a cell, `None` also where it cannot be read; no fault is met."""
        try:
            text = self.text(row, column)
            return (self._times.get(column) or self._new_reader(column)).read(text).at if text else None
        except UnreadableTime:
            return None

    def word(self, row: Row, name: str, column: ClassColumn) -> str:
        """Return our word for a class or an assignee, `""` where nothing is known."""
        written = self.text(row, column.column) if column.column else ""
        word = column.word_for(written)
        if word is None:
            mend = f"Add it to 'values' of '{name}' in the mapping, or say 'unknown: keep'."
            self.meet("unknown value", row, column.column, f"'{written}'", f"a {name} that the mapping lists", mend)
            return written
        if column.as_id and written not in column.values:
            self._check_id(row, name, column.column, written, word)
        return word

    def holds(self, row: Row, conditions: Conditions) -> bool:
        """Whether every column has one of the values it may have."""
        return all(self.text(row, column) in values for column, values in conditions.items())

    def claims(self, row: Row) -> Claims:
        """Return what the source itself says of the ticket in this row."""
        columns = self.mapping.claims
        return Claims(
            due_at=self._claimed(row, columns.due),
            met=self._verdict(row),
            first_responded_at=self._claimed(row, columns.first_responded),
            resolved_at=self._claimed(row, columns.resolved),
            closed_at=self._claimed(row, columns.closed),
            extra={name: self.text(row, column) for name, column in columns.extra.items()},
        )

    def ticket(self, row: Row, number: str, events: tuple[Event, ...], claims: Claims) -> Ticket:
        """Return the ticket, having met the faults that show in its whole story."""
        for event in events:
            if self._now is not None and event.happened_at > self._now:
                self._meet_future(row, event)
        if self.mapping.claims.resolved and claims.resolved_at is None and _stopped(events):
            self._meet_no_resolved(row)
        mapping = self.mapping
        flags = tuple(self.tally.ticket_flags)
        return Ticket(number, events, mapping.source, mapping.organisation, claims, flags)

    def meet(self, fault: str, row: Row, column: str, found: str, expected: str, mend: str) -> None:
        """Meet a fault of a cell or a row by its grade."""
        self.tally.meet(fault, Place(row.number, row.line, column), found, expected, mend)

    def stop(self, fault: str, row: Row, column: str, found: str, expected: str, mend: str) -> NoReturn:
        """Refuse the file or reject the row for a fault that cannot be accepted."""
        self.tally.stop(fault, Place(row.number, row.line, column), found, expected, mend)

    def finish(self) -> dict[str, str]:
        """Meet what only the whole file shows, and return the precision seen in each column of times."""
        self.tally.begin("")
        proven = {reader.style for reader in self._times.values() if reader.proves_order}
        for column, reader in self._times.items():
            if reader.needs_proof and reader.style not in proven:
                self._meet_unproven(column)
        return {column: reader.precision for column, reader in self._times.items()}

    def _meet_unproven(self, column: str) -> None:
        found = f"no day above 12 in column '{column}'"
        mend = "Look at one ticket in its source. If day and month are swapped, change 'formats'."
        expected = "a date that shows which number is the day"
        self.tally.meet("day and month unproven", Place(column=column), found, expected, mend)

    def _new_reader(self, column: str) -> TimeReader:
        return self._times.setdefault(column, TimeReader(self.mapping.time_style(column)))

    def _is_malformed(self, number: str) -> bool:
        pattern = self.mapping.rows.pattern
        if pattern is not None:
            return pattern.fullmatch(number) is None
        return _SCIENTIFIC.match(number) is not None

    def _meet_malformed(self, row: Row, number: str) -> None:
        pattern = self.mapping.rows.pattern
        expected = f"a number of the form {pattern.pattern}" if pattern else "a number in full"
        mend = "A spreadsheet may have dropped zeros or digits: export again, with the column as text."
        self.meet("ticket number malformed", row, self.mapping.rows.ticket, f"'{number}'", expected, mend)

    def _check_id(self, row: Row, name: str, column: str, written: str, id: str) -> None:
        first = self._ids.setdefault(f"{name} {id}", written)
        if first != written:
            mend = "Write both under 'values' in the mapping; if they are the same, grade this fault 'flag'."
            self.meet("values share an id", row, column, f"'{first}' and '{written}'", f"one value for '{id}'", mend)

    def _claimed(self, row: Row, column: str) -> datetime | None:
        return self.time(row, column) if column else None

    def _verdict(self, row: Row) -> bool | None:
        columns = self.mapping.claims.verdict
        text = self.text(row, columns.column) if columns else ""
        if columns is None or not text:
            return None
        if text not in columns.met and text not in columns.missed:
            mend = "Add the word to 'met' or 'missed' in the mapping."
            expected = " or ".join(sorted(columns.met | columns.missed))
            self.meet("verdict unreadable", row, columns.column, f"'{text}'", expected, mend)
            return None
        return text in columns.met

    def _meet_future(self, row: Row, event: Event) -> None:
        found = f"{event.kind.word} at {event.happened_at.isoformat()}"
        mend = "Check the date style, the zone and the clock of the machine that exported."
        assert self._now is not None
        self.meet("event in the future", row, "", found, f"nothing after {self._now.isoformat()}", mend)

    def _meet_no_resolved(self, row: Row) -> None:
        mend = "Nothing to do: the event log decides; reports list these tickets."
        column = self.mapping.claims.resolved
        self.meet("no claimed resolved time", row, column, "nothing", "the time of resolution", mend)


def _pick_nothing(cells: tuple[str, ...]) -> object:
    return ()


def _stopped(events: tuple[Event, ...]) -> bool:
    return any(event.kind in (EventKind.RESOLVED, EventKind.CLOSED) for event in events)
