"""What the month's report shows, as values that go into canonical JSON and come back the same.

No field has a default, so that the JSON tells all of them. Amounts of time are microseconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from servanda.engine.periods import Period
from servanda.reports.ratios import attained


@dataclass(frozen=True, slots=True)
class Counts:
    """Verdicts met and missed."""

    met: int
    missed: int

    @property
    def verdicts(self) -> int:
        """How many verdicts there are: n."""
        return self.met + self.missed

    @property
    def attainment(self) -> Fraction | None:
        """The share that was met, exactly; `None` where there is no verdict."""
        return Fraction(self.met, self.verdicts) if self.verdicts else None

    def shown(self, digits: int) -> str:
        """Return the attainment in words, with its counts where they are small."""
        return attained(self.met, self.verdicts, digits)


NOTHING = Counts(0, 0)


@dataclass(frozen=True, slots=True)
class ServiceFigure:
    """A service in the month and in the month before; `standing` is the mark of its promises, such as `missed`."""

    service: str
    name: str
    counts: Counts
    before: Counts
    standing: str


@dataclass(frozen=True, slots=True)
class LineFigure:
    """The result of one service, priority and target; how many of the missed are still open, and what did not count."""

    service: str
    service_name: str
    priority: str
    agreement: str
    target: str
    target_name: str
    versions: tuple[str, ...]
    counts: Counts
    still_open: int
    beside: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PromiseFigure:
    """The result of one target beside the share that was agreed; `outcome` says whether that was reached."""

    agreement: str
    target: str
    target_name: str
    versions: tuple[str, ...]
    maturity: str
    share: Fraction | None
    outcome: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class SlamCell:
    """One month of one service: its counts, and the mark of its promises."""

    counts: Counts
    standing: str


@dataclass(frozen=True, slots=True)
class SlamRow:
    """A service over the months."""

    service: str
    name: str
    cells: tuple[SlamCell, ...]


@dataclass(frozen=True, slots=True)
class MonthCounts:
    """All verdicts of a month."""

    month: date
    counts: Counts


@dataclass(frozen=True, slots=True)
class Miss:
    """A missed promise: when it was due and stopped, how much open time too late, and where its time went."""

    source: str
    ticket: str
    service: str
    service_name: str
    priority: str
    version: str
    target: str
    target_name: str
    due_at: datetime
    stopped_at: datetime | None
    late: int
    counted: int
    paused: int
    outside: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose time the missed tickets took, all together: how much, in how many of them, and whether it counted."""

    words: str
    amount: int
    tickets: int
    use: str


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of a process; nothing shown where it is not measured yet."""

    name: str
    shown: str | None


@dataclass(frozen=True, slots=True)
class Process:
    """One of the ten processes, in its group of the report, with its lines."""

    name: str
    group: str
    measures: tuple[Measure, ...]

    @property
    def measured(self) -> bool:
        """Whether there is any figure of it."""
        return any(each.shown is not None for each in self.measures)


@dataclass(frozen=True, slots=True)
class ClaimFigures:
    """What the source claims about the tickets of the month, beside what we find; only counts."""

    dues: int
    dues_same: int
    tolerance: int
    verdicts: int
    verdicts_same: int
    claimed: int
    claimed_met: int
    ours: int
    ours_met: int


@dataclass(frozen=True, slots=True)
class VersionNote:
    """An agreement version that judged, with the hash of its content."""

    label: str
    name: str
    kind: str
    content_hash: str
    zone: str
    effective_from: date
    last_day: date | None
    signed_on: date | None


@dataclass(frozen=True, slots=True)
class LateNote:
    """Events of the month that were recorded after it ended; `batch` is the import that brought them, 0 for none."""

    batch: int
    events: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Notes:
    """What a reader must know of how the figures came about."""

    versions: tuple[VersionNote, ...]
    program: str
    zone_edition: str
    tickets: int
    kept: int
    first_at: datetime | None
    last_at: datetime | None
    cautions: tuple[str, ...]
    faults: Mapping[str, int]
    not_covered: Mapping[str, int]
    unjudged: int
    unjudged_first: tuple[str, ...]
    late: tuple[LateNote, ...]


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """Everything that the report of a month says in figures; `as_of` is also the instant up to which it knows events.

    `misses` are the worst ones where there are very many; `total` counts all of them.
    """

    organisation: str
    organisation_name: str
    month: date
    zones: tuple[str, ...]
    as_of: datetime
    cohort: str
    rule: str
    digits: int
    total: Counts
    still_open: int
    before: Counts
    beside: Mapping[str, int]
    services: tuple[ServiceFigure, ...]
    lines: tuple[LineFigure, ...]
    promises: tuple[PromiseFigure, ...]
    months: tuple[date, ...]
    slam: tuple[SlamRow, ...]
    trend: tuple[MonthCounts, ...]
    misses: tuple[Miss, ...]
    whose: tuple[Whose, ...]
    processes: tuple[Process, ...]
    claims: ClaimFigures | None
    summary: tuple[str, ...]
    notes: Notes

    @property
    def period(self) -> Period:
        """The month as a period."""
        return Period.of_months(self.month.year, self.month.month)

    @property
    def zone(self) -> str:
        """The zone in which instants are told."""
        return self.zones[0]

    @property
    def over(self) -> bool:
        """Whether the month had ended, in each zone of it."""
        return all(self.period.ends_at(each) <= self.as_of for each in self.zones)

    @property
    def empty(self) -> bool:
        """Whether nothing at all is known of the month."""
        return not (self.total.verdicts or self.beside)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the summary; one that a person wrote names them and when."""

    text: str
    written_by: str
    written_at: datetime | None

    @property
    def by_machine(self) -> bool:
        """Whether nobody has replaced it."""
        return not self.written_by


@dataclass(frozen=True, slots=True)
class Changed:
    """A verdict that is not what an earlier report said: then, now, and why."""

    source: str
    ticket: str
    target: str
    then: str
    now: str
    why: str


@dataclass(frozen=True, slots=True)
class Restated:
    """Which report is restated, what it counted in all, and the verdicts that changed; the first of `in_all`."""

    number: int
    issued_at: datetime
    counts: Counts
    changes: tuple[Changed, ...]
    in_all: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a draft holds: the figures, and what they restate if they do."""

    figures: MonthFigures
    restated: Restated | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """Under which number and when a report was issued, and by whom."""

    number: int
    issued_at: datetime
    issued_by: str
    checked_by: str


@dataclass(frozen=True, slots=True)
class MonthReport:
    """All that a report shows: figures, the summary as it stands, what it restates; a draft has no stamp."""

    figures: MonthFigures
    summary: tuple[Sentence, ...]
    restated: Restated | None
    stamp: Stamp | None

    @property
    def title(self) -> str:
        """What the report is called."""
        name = f"Service report, {self.figures.period}"
        return f"{name} (report {self.stamp.number})" if self.stamp else f"{name} (draft)"
