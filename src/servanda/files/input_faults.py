"""Faults of a ticket file: what each is called, how grave it is, and what was done about each one met.

A fault has one of three grades. *Refuse* stops the file: nothing is judged. *Reject* lists the row and leaves
its ticket out. *Flag* accepts the row, counts the fault and writes its name on the ticket. Each fault has a
safe default; a mapping may choose another of the grades that make sense for it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from servanda.bad_input import BadInput

EXAMPLES_KEPT = 5


class Grade(Enum):
    """What is done about a fault: refuse the file, reject the row, or accept the row and flag it."""

    REFUSE = "refuse"
    REJECT = "reject"
    FLAG = "flag"


REFUSE, REJECT, FLAG = Grade.REFUSE, Grade.REJECT, Grade.FLAG


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of damage: its name in mappings, flags and reports, its default grade and what else may be chosen."""

    id: str
    says: str
    default: Grade
    choices: tuple[Grade, ...] = ()

    @property
    def grades(self) -> tuple[Grade, ...]:
        """The grades a mapping may give it, the default among them."""
        return (self.default, *(each for each in self.choices if each is not self.default))


_ALL_FAULTS = (
    # The bytes of the file.
    Fault("byte order mark", "The file starts with a UTF-8 byte order mark; it is skipped.", FLAG),
    Fault("utf-16 text", "The file is UTF-16, and the mapping does not say so.", REFUSE),
    Fault("windows-1252 text", "The file is not UTF-8; its bytes read as Windows-1252.", REFUSE),
    Fault("mixed encodings", "Some lines are UTF-8 and others are not.", REFUSE),
    Fault("utf-8 text", "The file is UTF-8, and the mapping names another encoding.", REFUSE, (FLAG,)),
    Fault("undecodable bytes", "The bytes are not text in the encoding that the mapping names.", REFUSE),
    Fault("nul bytes", "The file holds NUL bytes.", REFUSE),
    Fault("spreadsheet workbook", "The file is an old workbook (.xls) or another archive, not .xlsx or CSV.", REFUSE),
    Fault("encrypted workbook", "The workbook needs a password.", REFUSE),
    Fault("workbook with macros", "The workbook holds macros.", REFUSE),
    Fault("unsafe workbook", "The workbook holds a document type, a link or a name that leads out of it.", REFUSE),
    Fault("oversized workbook", "The workbook holds more than a spreadsheet can, or unpacks to too much.", REFUSE),
    Fault("damaged workbook", "The workbook ends early, or a part of it is missing or unreadable.", REFUSE),
    Fault("damaged compression", "The gzip data end early or are damaged.", REFUSE),
    # The shape of the table.
    Fault("empty file", "The file holds nothing.", REFUSE),
    Fault("no rows", "The file holds a header and no row.", REFUSE, (FLAG,)),
    Fault("no header", "The first row looks like a row of values, not like a header.", REFUSE),
    Fault("column missing", "A column that the mapping uses is not in the header, or has another name.", REFUSE),
    Fault("column repeated", "A column that the mapping uses is in the header twice.", REFUSE),
    Fault("wrong delimiter", "The cells are parted by another character than the mapping says.", REFUSE),
    Fault("ragged row", "A row has more or fewer cells than the header.", REJECT, (REFUSE,)),
    Fault("unclosed quote", "A quoted cell never ends, or text follows its closing quote.", REFUSE),
    Fault("overlong cell", "A cell has more than 16,777,216 characters, as after a quote that never ends.", REFUSE),
    Fault("cut in mid row", "The last row ends before its last cell: the file was cut.", REFUSE, (REJECT,)),
    Fault("no final newline", "The last row has no line end, so its last cell may have been cut.", FLAG, (REFUSE,)),
    Fault("totals line", "The last row is a total, not a ticket.", REJECT, (REFUSE, FLAG)),
    Fault("empty row", "A row has no value in any cell; it is skipped.", FLAG, (REFUSE, REJECT)),
    Fault("several sheets", "The workbook has several sheets, and the mapping names none.", REFUSE),
    Fault("sheet missing", "The workbook has no sheet of the name in the mapping.", REFUSE),
    Fault(
        "hidden rows",
        "A row of the sheet is hidden, as by a filter; rejecting leaves its ticket out.",
        REFUSE,
        (REJECT, FLAG),
    ),
    Fault("merged cells", "Merged cells hide values of a column that the mapping uses.", REFUSE, (FLAG,)),
    # The cells.
    Fault("formula without a value", "A cell holds a formula and no value; none is computed.", REJECT, (REFUSE,)),
    Fault("error in a cell", "A cell holds an error such as #REF! in place of a value.", REJECT, (REFUSE,)),
    Fault("ticket number missing", "A row names no ticket, as merged cells leave behind.", REJECT, (REFUSE,)),
    Fault(
        "ticket number malformed",
        "A ticket number has not the form the mapping states, holds a control character, or came as 1.01E+11.",
        REJECT,
        (REFUSE, FLAG),
    ),
    Fault("time missing", "A row of events has no time, or a ticket no time of opening.", REJECT, (REFUSE,)),
    Fault("time unreadable", "A cell does not have any of the formats the mapping lists.", REJECT, (REFUSE,)),
    Fault(
        "implausible year", "A time is before 1900 or after 2199, as placeholders for 'never' are.", REJECT, (REFUSE,)
    ),
    Fault("date without a time", "A cell holds a date where an instant is needed.", REJECT, (REFUSE,)),
    Fault("mixed date styles", "A cell fits only with day and month the other way round.", REFUSE),
    Fault(
        "day and month unproven",
        "No day above 12 occurs, so nothing proves which number is the day and which the month.",
        FLAG,
        (REFUSE,),
    ),
    Fault("spreadsheet serial date", "A cell holds a spreadsheet's day number in place of a date.", REJECT, (REFUSE,)),
    Fault("duration for a time", "A cell holds a length of time where an instant is needed.", REJECT, (REFUSE,)),
    Fault("decimal comma", "A number is written with a decimal comma.", REJECT, (REFUSE,)),
    Fault("number unreadable", "A cell that orders rows holds no number.", REJECT, (REFUSE,)),
    Fault("zone missing", "A time has no offset, and the mapping names no zone for such times.", REFUSE, (REJECT,)),
    Fault("zone mixed", "A time has an offset, and the mapping says times have none.", REFUSE, (REJECT,)),
    Fault(
        "time in a daylight-saving gap", "The local time was skipped when clocks went forward.", REJECT, (REFUSE, FLAG)
    ),
    Fault(
        "time in a daylight-saving overlap",
        "The local time came twice when clocks went back; the first is taken.",
        FLAG,
        (REFUSE, REJECT),
    ),
    Fault("unknown state", "A state is in none of the mapping's lists.", REJECT, (REFUSE, FLAG)),
    Fault(
        "unknown value", "A value of a service, priority or other class is not in the mapping.", REJECT, (REFUSE, FLAG)
    ),
    Fault("values share an id", "Two different values come to one id; accepted, they are one.", REFUSE, (FLAG,)),
    Fault("verdict unreadable", "The source's verdict is none of the words the mapping lists.", FLAG, (REFUSE, REJECT)),
    # The story the rows tell.
    Fault(
        "number repeated",
        "Two rows, each a whole ticket, have one number and differ; rejecting keeps the first.",
        REFUSE,
        (REJECT,),
    ),
    Fault(
        "row repeated",
        "A row is the same as an earlier one in every cell; it is counted once.",
        FLAG,
        (REFUSE, REJECT),
    ),
    Fault("rows not grouped", "A ticket's rows are apart, and the mapping says they stand together.", REFUSE),
    Fault("opening differs", "The rows of one ticket name different times of opening.", REJECT, (REFUSE, FLAG)),
    Fault(
        "kept with another opening",
        "The database keeps a ticket of this number that was opened at another time: another ticket, most likely.",
        REJECT,
        (REFUSE, FLAG),
    ),
    Fault("event before opening", "Something happened to the ticket before it was opened.", REJECT, (REFUSE, FLAG)),
    Fault("resolved after closing", "A ticket was resolved after it was closed.", FLAG, (REFUSE, REJECT)),
    Fault("times run backwards", "Rows in their order have times that go back.", REJECT, (REFUSE, FLAG)),
    Fault(
        "states within one instant",
        "States came and went within one instant of the source's precision; the last stands.",
        FLAG,
        (REFUSE, REJECT),
    ),
    Fault("event in the future", "An event is later than the moment of reading.", REJECT, (REFUSE, FLAG)),
    Fault(
        "state without its time",
        "The state says that something happened, and the column of its time holds nothing.",
        REJECT,
        (REFUSE, FLAG),
    ),
    Fault(
        "no claimed resolved time",
        "The source claims no time of resolution for a stopped ticket.",
        FLAG,
        (REFUSE, REJECT),
    ),
)

FAULTS: Mapping[str, Fault] = {fault.id: fault for fault in _ALL_FAULTS}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a table a fault stands: its row as a spreadsheet counts (the header is 1), first line and column."""

    row: int | None = None
    line: int | None = None
    column: str = ""

    def __str__(self) -> str:
        parts = [f"row {self.row}"] if self.row is not None else []
        if self.column:
            parts.append(f"column '{self.column}'")
        return ", ".join(parts)


NOWHERE = Place()
NOT_SEEN: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that was left out with its ticket, and why."""

    fault: str
    ticket: str
    place: Place
    found: str
    expected: str
    mend: str

    def __str__(self) -> str:
        ticket = f"ticket {self.ticket}: " if self.ticket else ""
        return f"{self.place}: {ticket}{self.fault}: {self.found}; expected {self.expected}. {self.mend}"


@dataclass(frozen=True, slots=True)
class ReadingNotes:
    """What was met in a file: rows read, rows left out, faults accepted and counted, and how fine its times are.

    `flags` counts the tickets with each fault; `examples` shows the first places; `precision` says for each
    column of times the finest unit that occurs in it.
    """

    rows: int
    rejects: tuple[Reject, ...]
    flags: Mapping[str, int]
    examples: Mapping[str, tuple[str, ...]]
    precision: Mapping[str, str]


class RefusedFile(BadInput):
    """A ticket file that cannot be judged, with the fault and where it stands."""

    def __init__(self, fault: str, place: Place, found: str, expected: str, mend: str, file: Path) -> None:
        where = f"{place}: " if str(place) else ""
        super().__init__(f"{where}{found} ({fault})", expected=expected, mend=mend, file=file, line=place.line)
        self.fault = fault
        self.row = place.row
        self.column = place.column


class RejectedRow(Exception):
    """Raised inside the readers to leave a row and its ticket out."""

    def __init__(self, reject: Reject) -> None:
        super().__init__(str(reject))
        self.reject = reject


@dataclass(slots=True)
class Tally:
    """What was met while reading one file: rows counted, rows rejected, faults accepted with their first examples.

    `flags` counts tickets that have the fault, or places where the fault is in no ticket.
    """

    file: Path
    grades: Mapping[str, Grade] = field(default_factory=dict)
    rows: int = 0
    rejects: list[Reject] = field(default_factory=list)
    flags: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    ticket: str = ""
    ticket_flags: dict[str, None] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    unended: bool = False
    noted: dict[str, dict[str, None]] = field(default_factory=dict)

    def begin(self, ticket: str) -> None:
        """Note the ticket that the next faults belong to."""
        self.ticket = ticket
        self.ticket_flags = dict(self.noted[ticket]) if ticket in self.noted else {}

    def note(self) -> None:
        """Keep the faults accepted with the ticket so far, for what is met later of the same ticket."""
        if self.ticket and self.ticket_flags:
            self.noted[self.ticket] = self.ticket_flags

    def meet(self, fault: str, place: Place, found: str, expected: str, mend: str) -> None:
        """Do about a fault what its grade says: raise `RefusedFile` or `RejectedRow`, or count it and return."""
        if self._grade(fault) is not Grade.FLAG:
            self.stop(fault, place, found, expected, mend)
        if not self.ticket or fault not in self.ticket_flags:
            self._count(fault, place, found)
        self.ticket_flags[fault] = None

    def stop(self, fault: str, place: Place, found: str, expected: str, mend: str) -> NoReturn:
        """Refuse the file or reject the row for a fault that cannot be accepted."""
        if self._grade(fault) is Grade.REFUSE:
            raise RefusedFile(fault, place, found, expected, mend, self.file)
        raise RejectedRow(Reject(fault, self.ticket, place, found, expected, mend))

    @contextmanager
    def listing(self) -> Iterator[None]:
        """List the row that is rejected inside the block, and leave its ticket out."""
        try:
            yield
        except RejectedRow as rejected:
            self.rejects.append(rejected.reject)
            self.left_out.add(rejected.reject.ticket)

    def notes(self, precision: Mapping[str, str] = NOT_SEEN) -> ReadingNotes:
        """Return what has been met so far, with the precision of times where it is known."""
        examples = {fault: tuple(places) for fault, places in self.examples.items()}
        return ReadingNotes(self.rows, tuple(self.rejects), dict(self.flags), examples, precision)

    def _grade(self, fault: str) -> Grade:
        return self.grades.get(fault, FAULTS[fault].default)

    def _count(self, fault: str, place: Place, found: str) -> None:
        self.flags[fault] += 1
        kept = self.examples.setdefault(fault, [])
        if len(kept) < EXAMPLES_KEPT:
            kept.append(f"{place}: {found}" if str(place) else found)
