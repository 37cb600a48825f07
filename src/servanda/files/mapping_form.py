"""What a mapping says, as values: how the rows of one source's table become tickets with events.

Nothing here knows any source; everything that is special about one stands in its mapping.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cache
from itertools import chain

from servanda.engine.events import EventKind
from servanda.files.input_faults import Grade
from servanda.files.ticket_tables import TableForm
from servanda.files.written_times import TimeStyle, text_of

ORDER_BY_TIME = "time"
ORDER_OF_FILE = "file"
PERSON = "person"

Conditions = Mapping[str, frozenset[str]]


class RowsAre(Enum):
    """What one row of the table is: an event of a ticket, or a whole ticket."""

    EVENTS = "events"
    TICKETS = "tickets"


class Phase(Enum):
    """What a source's state means for the clocks."""

    WORKING = "working"
    PAUSED = "paused"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def stopped(self) -> bool:
        """Whether work on the ticket has ended, until it is reopened."""
        return self in (Phase.RESOLVED, Phase.CLOSED, Phase.CANCELLED)


@dataclass(frozen=True, slots=True)
class State:
    """A phase and, for a pause, its reason."""

    phase: Phase
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.phase is Phase.PAUSED) != bool(self.reason):
            raise ValueError(f"a pause, and no other phase, has a reason: {self}")


@dataclass(frozen=True, slots=True)
class States:
    """The column whose changes make events; a value that maps to `None` says nothing, so the state goes on."""

    column: str
    meanings: Mapping[str, State | None] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Where an event's instant stands: a column, under conditions; or the first row that meets conditions."""

    at: str = ""
    when: Conditions = field(default_factory=dict, hash=False)
    first: Conditions = field(default_factory=dict, hash=False)

    def columns(self) -> Iterator[str]:
        """Yield the columns it looks at."""
        yield from filter(None, (self.at,))
        yield from self.when
        yield from self.first


@dataclass(frozen=True, slots=True)
class ClassColumn:
    """Where a class such as the service or the priority comes from, and how its values are put in our words."""

    column: str = ""
    always: str = ""
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
    default: str = ""
    keeps_unknown: bool = False
    as_id: bool = False

    def __post_init__(self) -> None:
        if bool(self.column) == bool(self.always):
            raise ValueError("a class comes from a column or is always the same: give 'column' or 'always', not both")

    def word_for(self, written: str) -> str | None:
        """Return our word for a cell, `""` where nothing is known, `None` where the value is not in the mapping."""
        if self.always:
            return self.always
        if not written:
            return self.default
        if written in self.values:
            return self.values[written]
        if self.values and not self.keeps_unknown:
            return None
        return as_id(written) if self.as_id else written


@dataclass(frozen=True, slots=True)
class Verdict:
    """The column with the source's verdict, and its words for met and missed."""

    column: str
    met: frozenset[str]
    missed: frozenset[str]

    def __post_init__(self) -> None:
        if self.met & self.missed:
            raise ValueError(f"'{min(self.met & self.missed)}' stands for met and for missed; keep one of them")


@dataclass(frozen=True, slots=True)
class ClaimColumns:
    """The columns with the source's own words: when a ticket is due, whether it was met, when it was solved."""

    from_last_row: bool = True
    due: str = ""
    verdict: Verdict | None = None
    first_responded: str = ""
    resolved: str = ""
    closed: str = ""
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def times(self) -> tuple[str, ...]:
        """The columns that hold instants."""
        return tuple(filter(None, (self.due, self.first_responded, self.resolved, self.closed)))

    def columns(self) -> Iterator[str]:
        """Yield the columns it looks at."""
        yield from self.times
        if self.verdict is not None:
            yield self.verdict.column
        yield from self.extra.values()


@dataclass(frozen=True, slots=True)
class RowForm:
    """What a row is, what names its ticket and, for rows of events, their time and order."""

    are: RowsAre
    ticket: str
    pattern: re.Pattern[str] | None = None
    happened_at: str = ""
    order: str = ORDER_BY_TIME
    grouped: bool = False
    actor: str = ""

    @property
    def order_column(self) -> str:
        """The column with the number that orders rows, or nothing."""
        return "" if self.order in (ORDER_BY_TIME, ORDER_OF_FILE) else self.order

    def columns(self) -> Iterator[str]:
        """Yield the columns it looks at, the ticket's first."""
        yield self.ticket
        yield from filter(None, (self.happened_at, self.order_column, self.actor))


@dataclass(frozen=True, slots=True)
class TicketMapping:
    """How one source's table becomes tickets: cells, rows, times, events, states, classes, claims and grades."""

    id: str
    rows: RowForm
    times: TimeStyle
    name: str = ""
    source: str = ""
    organisation: str = ""
    table: TableForm = TableForm()  # noqa: RUF009  # frozen
    column_times: Mapping[str, TimeStyle] = field(default_factory=dict, hash=False)
    events: Mapping[EventKind, Occurrence] = field(default_factory=dict, hash=False)
    states: States | None = None
    classes: Mapping[str, ClassColumn] = field(default_factory=dict, hash=False)
    assignment: Mapping[str, ClassColumn] = field(default_factory=dict, hash=False)
    claims: ClaimColumns = field(default_factory=ClaimColumns)
    grades: Mapping[str, Grade] = field(default_factory=dict, hash=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column the mapping looks at, each once, the ticket's number first."""
        looked_at = chain(
            self.rows.columns(),
            *(each.columns() for each in self.events.values()),
            (self.states.column,) if self.states else (),
            (each.column for each in chain(self.classes.values(), self.assignment.values()) if each.column),
            self.claims.columns(),
        )
        return tuple(dict.fromkeys(looked_at))

    def time_style(self, column: str) -> TimeStyle:
        """Return how times in a column are written."""
        return self.column_times.get(column, self.times)

    def date_text(self, column: str, at: date) -> str:
        """Return a date, or a date and time, as a text that is read as this again where times of a column stand."""
        return text_of(at, self.time_style(column).formats)


@cache
def as_id(text: str) -> str:
    """Return a text as an id: lower case, with hyphens for what is no letter or digit."""
    return re.sub(r"[\W_]+", "-", text.casefold()).strip("-")
