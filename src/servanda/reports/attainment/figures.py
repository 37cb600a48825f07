"""The figures of attainment over a period, from which every rendering is made."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import reduce
from operator import add
from typing import NamedTuple

from servanda.engine.agreements import AgreementVersion, Book
from servanda.engine.judging import Reading
from servanda.engine.logs import Account, Judged, Log, Unjudged
from servanda.engine.periods import Period
from servanda.engine.results import Cohort, Result, over
from servanda.engine.targets import Target
from servanda.reports.attainment.names import Names
from servanda.reports.attainment.not_covered import NotCovered, WhyNot
from servanda.reports.ratios import digits_of

SPLITS = ("service", "customer", "priority", "target")
USUAL_SPLIT = ("service", "priority", "target")


class Cell(NamedTuple):
    """The finest split of results: a classification, and the target of a version that judges it.

    Where nothing covers, `version` is empty and `target` is the kind of target that is missing.
    """

    service: str
    customer: str
    priority: str
    target: str
    version: str

    @property
    def agreement(self) -> str:
        """The agreement of the version; empty without one."""
        return self.version.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Line:
    """The result of one group, by the ids it was split by; `versions` are those that judged it."""

    ids: Mapping[str, str]
    agreement: str
    versions: tuple[str, ...]
    result: Result

    @property
    def target(self) -> str:
        """The id of the target; empty where the lines are not split by it."""
        return self.ids.get("target", "")

    @property
    def covered(self) -> bool:
        """Whether any target covers something of it."""
        return bool(self.versions)


@dataclass(frozen=True, slots=True)
class Promise:
    """The result of one target, with the share that was agreed for it where one was."""

    agreement: str
    target: Target
    versions: tuple[str, ...]
    result: Result

    @property
    def share(self) -> Fraction | None:
        """The share of verdicts that must be met."""
        return self.target.share

    @property
    def verdict(self) -> str:
        """Whether the share was reached: `kept`, `not kept`, `no data` or `no share agreed`."""
        if self.share is None:
            return "no share agreed"
        return {True: "kept", False: "not kept", None: "no data"}[self.result.keeps(self.share)]


@dataclass(frozen=True, slots=True)
class LogCounts:
    """What the log held: rows, tickets and readings, and what of it never came to a reading.

    `rows` is `None` where the tickets were read from no table.
    """

    rows: int | None
    tickets: int
    readings: int
    left_out: tuple[str, ...]
    unjudged: tuple[Unjudged, ...]
    first_opened_at: datetime | None

    @property
    def complete(self) -> bool:
        """Whether every row was read and every ticket judged."""
        return not self.left_out and not self.unjudged


@dataclass(frozen=True, slots=True)
class Figures:
    """Attainment over a period: the lines, their total, the promises compared, and where every reading went."""

    book: Book
    names: Names
    period: Period | None
    cohort: Cohort
    split: tuple[str, ...]
    as_of: datetime
    lines: tuple[Line, ...]
    promises: tuple[Promise, ...]
    versions: tuple[AgreementVersion, ...]
    total: Result
    uncovered: Mapping[WhyNot, Mapping[str, int]]
    log: LogCounts

    @property
    def elsewhere(self) -> int:
        """How many readings lie in other periods."""
        return self.log.readings - self.total.readings

    @property
    def digits(self) -> int:
        """The decimals of every percentage: as many as the agreed shares have, one at least."""
        return max((digits_of(each.share) for each in self.promises), default=1)

    def whole(self, line: Line) -> Promise | None:
        """Return the promise of which a line holds every reading; `None` where it holds a part, or several."""
        same = (each for each in self.promises if (each.agreement, each.target.id) == (line.agreement, line.target))
        return next((each for each in same if each.result == line.result and each.versions == line.versions), None)

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones in whose midnights the period begins and ends."""
        return tuple(dict.fromkeys(each.zone for each in self.versions)) or (self.book.organisation.zone,)


def of(
    judged: Judged,
    *,
    period: Period | None = None,
    cohort: Cohort = Cohort.DECIDED_IN,
    split: tuple[str, ...] = USUAL_SPLIT,
) -> Figures:
    """Return the figures of a judged log over a period, or over all of it without one, in one pass over its tickets."""
    book, account = judged.log.book, Account()
    names, not_covered = Names(book), NotCovered(book, period)
    readings = not_covered.of(reading for each in account.of(judged.tickets) for reading in each.readings)
    cells = over(readings, cell_of, cohort=cohort, period=period, zone=book.organisation.zone)
    used = {cell.version for cell in cells}
    return Figures(
        book=book,
        names=names,
        period=period,
        cohort=cohort,
        split=split,
        as_of=judged.log.as_of,
        lines=_lines(cells, split, names),
        promises=_promises(cells, book),
        versions=tuple(version for version in book.versions if version.label in used),
        total=_sum(cells.values()),
        uncovered=not_covered.by_reason,
        log=_counts(judged.log, account),
    )


def cell_of(reading: Reading) -> Cell:
    """Return the cell that a reading counts in."""
    return Cell(reading.service, reading.customer, reading.priority, reading.target, reading.version)


def _lines(cells: Mapping[Cell, Result], split: tuple[str, ...], names: Names) -> tuple[Line, ...]:
    """Return the cells summed up by the ids they are split by, in the order in which people look for them."""
    groups: defaultdict[tuple[str, ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        ids = (getattr(cell, word) for word in split)
        groups[cell.agreement if "target" in split else "", *ids].append(cell)
    lines = (
        Line(dict(zip(split, ids, strict=True)), agreement, _versions(group), _sum(cells[each] for each in group))
        for (agreement, *ids), group in groups.items()
    )
    return tuple(sorted(lines, key=lambda line: [*(names.place(*each) for each in line.ids.items()), line.agreement]))


def _promises(cells: Mapping[Cell, Result], book: Book) -> tuple[Promise, ...]:
    """Return each target that judged, in the order of the book; anew where a version agrees another share."""
    judged: defaultdict[tuple[str, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        judged[cell.version, cell.target].append(cell)
    groups: dict[tuple[str, str, Fraction | None], list[Cell]] = {}
    targets: dict[tuple[str, str, Fraction | None], Target] = {}
    for version in book.versions:
        for target in version.targets:
            if found := judged[version.label, target.id]:
                key = (version.agreement, target.id, target.share)
                groups.setdefault(key, []).extend(found)
                targets[key] = target
    return tuple(
        Promise(key[0], targets[key], _versions(group), _sum(cells[cell] for cell in group))
        for key, group in groups.items()
    )


def _versions(cells: Iterable[Cell]) -> tuple[str, ...]:
    """Return the versions that judged, those of one agreement from the earliest."""
    return tuple(sorted({cell.version for cell in cells if cell.version}, key=_by_number))


def _by_number(label: str) -> tuple[str, int]:
    agreement, _, number = label.rpartition("/")
    return agreement, int(number)


def _sum(results: Iterable[Result]) -> Result:
    return reduce(add, results, Result())


def _counts(log: Log, account: Account) -> LogCounts:
    return LogCounts(
        rows=log.rows,
        tickets=account.tickets,
        readings=account.readings,
        left_out=tuple(log.left_out),
        unjudged=tuple(account.unjudged),
        first_opened_at=account.first_opened_at,
    )
