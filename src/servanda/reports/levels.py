"""Levels of a service in words: estimated, measured, proposed and agreed beside each other, and month by month."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from servanda.engine.coverage import Clause
from servanda.engine.levels import Estimate, LevelKind
from servanda.engine.periods import Period
from servanda.engine.results import Result
from servanda.engine.targets import ANY_PRIORITY
from servanda.queries.attainment import after
from servanda.queries.levels import Estimated, Levels
from servanda.reports import ratios
from servanda.reports.agreements import hours
from servanda.reports.agreements.promises import limit_words, share_as_agreed
from servanda.reports.pictures import slam
from servanda.reports.pictures.marks import Mark
from servanda.reports.words import count

NOT_MEASURED = "not measured yet"
KINDS: Mapping[LevelKind, str] = MappingProxyType(
    {
        LevelKind.AVAILABILITY: "Availability",
        LevelKind.FIRST_RESPONSE: "First response",
        LevelKind.RESOLUTION: "Resolution",
        LevelKind.SUPPORT_HOURS: "Support hours",
    }
)
MATURITIES = ("assumed", "proposed", "agreed")


@dataclass(frozen=True, slots=True)
class MonthShown:
    """A month of a level: what was measured in it, and the estimate that stood at its end."""

    month: str
    measured: str
    estimated: str


@dataclass(frozen=True, slots=True)
class PromiseWords:
    """What a target promises, and the version that says so."""

    said: str
    version: str

    def __str__(self) -> str:
        """Return both."""
        return f"{self.said} ({self.version})"


@dataclass(frozen=True, slots=True)
class LevelShown:
    """A level of a service: its estimate with earlier ones, what is measured with n and period, what is promised.

    `promised` has the words of targets by their maturity. `mark` says how the measurement stands to the one agreed
    share, and is `None` where there is no such comparison.
    """

    kind: LevelKind
    priority: str
    estimate: Estimated | None
    earlier: tuple[Estimated, ...]
    measured: str
    n: int
    period: str
    promised: Mapping[str, tuple[PromiseWords, ...]]
    mark: Mark | None
    series: tuple[MonthShown, ...]

    @property
    def kind_word(self) -> str:
        """What it is a level of, but for the priority."""
        return KINDS[self.kind]

    @property
    def assumed(self) -> tuple[PromiseWords, ...]:
        """What an agreement only assumes."""
        return self.promised["assumed"]

    @property
    def proposed(self) -> tuple[PromiseWords, ...]:
        """What is proposed and not agreed yet."""
        return self.promised["proposed"]

    @property
    def agreed(self) -> tuple[PromiseWords, ...]:
        """What is agreed."""
        return self.promised["agreed"]

    @property
    def says_something(self) -> bool:
        """Whether anything is known of it at all."""
        return bool(self.estimate or self.n or any(self.promised.values()))


def shown(levels: Levels, customers: Mapping[str, str]) -> tuple[LevelShown, ...]:
    """Return the levels of a service, those of each kind together: of any priority first, then of each by its code."""
    return tuple(_level(levels, kind, code, customers) for kind in LevelKind for code in _priorities(levels, kind))


def _priorities(levels: Levels, kind: LevelKind) -> list[str]:
    if kind.target_kind is None:
        return [""]
    estimated = {each.told.priority for each in levels.estimates if each.told.kind is kind}
    measured = {code for _, of, code in levels.kept if of == kind.target_kind.value}
    named = {code for each in _clauses(levels, kind) for code in (*each.target.limits, *each.target.unlimited)}
    return ["", *sorted((estimated | measured | named) - {"", ANY_PRIORITY})]


def _level(levels: Levels, kind: LevelKind, priority: str, customers: Mapping[str, str]) -> LevelShown:
    estimates = [each for each in levels.estimates if (each.told.kind, each.told.priority) == (kind, priority)]
    results = _by_month(levels, kind, priority)
    last = max(results, default=None)
    result = results[last] if last else Result()
    return LevelShown(
        kind=kind,
        priority=priority,
        estimate=estimates[-1] if estimates else None,
        earlier=tuple(reversed(estimates[:-1])),
        measured=ratios.attained(result.met, result.verdicts) if last else NOT_MEASURED,
        n=result.verdicts,
        period=_month_words(last, levels) if last else "",
        promised={
            each: tuple(dict.fromkeys(_promised(levels, kind, priority, each, customers))) for each in MATURITIES
        },
        mark=_mark(levels, kind, priority, result),
        series=tuple(_series(results, [each.told for each in estimates], levels)),
    )


# --- measured ---


def _by_month(levels: Levels, kind: LevelKind, priority: str) -> dict[date, Result]:
    """Return what was kept in each month in which a verdict fell; of every priority together where none is named."""
    found: dict[date, Result] = {}
    for (month, of, code), result in sorted(levels.kept.items(), key=lambda item: item[0]):
        if kind.target_kind is not None and of == kind.target_kind.value and priority in ("", code):
            found[month] = found.get(month, Result()) + result
    return {month: result for month, result in found.items() if result.verdicts}


def _mark(levels: Levels, kind: LevelKind, priority: str, result: Result) -> Mark | None:
    """Return how a result stands to the share that is agreed, where it is one and the same for all that cover it."""
    shares = {
        each.target.share
        for each in _clauses(levels, kind)
        if each.target.maturity == "agreed" and (not priority or each.target.limit_for(priority))
    }
    if not result.verdicts or len(shares) != 1 or None in shares:
        return None
    return slam.mark_of(result, shares.pop())


def _month_words(month: date, levels: Levels) -> str:
    words = str(Period.of_months(month.year, month.month))
    return f"{words} so far" if levels.so_far and month == levels.months.last else words


# --- promised ---


def _clauses(levels: Levels, kind: LevelKind) -> Iterator[Clause]:
    return (each for each in levels.clauses if each.target.kind is kind.target_kind)


def _by_maturity(
    levels: Levels, kind: LevelKind, priority: str, customers: Mapping[str, str]
) -> Mapping[str, tuple[PromiseWords, ...]]:
    """Return what is promised by its maturity, each promise once."""
    told = {each: _promised(levels, kind, priority, each, customers) for each in MATURITIES}
    return {maturity: tuple(dict.fromkeys(words)) for maturity, words in told.items()}


def _promised(
    levels: Levels, kind: LevelKind, priority: str, maturity: str, customers: Mapping[str, str]
) -> Iterator[PromiseWords]:
    """Yield the words of the targets of a maturity."""
    if kind is LevelKind.SUPPORT_HOURS:
        yield from (_hours(each, customers) for each in levels.clauses if each.target.maturity == maturity)
        return
    for clause in _clauses(levels, kind):
        limit = clause.target.limits.get(priority or ANY_PRIORITY)
        if clause.target.maturity == maturity and limit:
            said = f"{limit_words(limit)}{_share(clause.target.share)}{_for(clause, customers)}"
            yield PromiseWords(said, clause.version.label)


def _share(share: Fraction | None) -> str:
    return f" for {share_as_agreed(share)} of tickets" if share is not None else ""


def _for(clause: Clause, customers: Mapping[str, str]) -> str:
    named = ", ".join(sorted(customers.get(each, each) for each in clause.customers))
    return f", for {named}" if named else ""


def _hours(clause: Clause, customers: Mapping[str, str]) -> PromiseWords:
    week = "; ".join(hours.week(clause.target.calendar.weekly, closed=False))
    return PromiseWords(f"{week}{_for(clause, customers)}", clause.version.label)


# --- month by month ---


def _series(results: Mapping[date, Result], estimates: list[Estimate], levels: Levels) -> Iterator[MonthShown]:
    """Yield the months from the first of which anything is known; none where there are fewer than two."""
    first = min([*results, *(each.on.replace(day=1) for each in estimates)], default=None)
    months = [each for each in levels.months if first is not None and each >= first]
    for month in months if len(months) > 1 else ():
        result = results.get(month)
        stood = [each.figure for each in estimates if each.on < after(month)]
        yield MonthShown(
            _month_words(month, levels),
            f"measured {ratios.attained(result.met, result.verdicts)}, n = {result.verdicts:,}"
            if result
            else NOT_MEASURED,
            stood[-1] if stood else "",
        )


# --- in a table ---

COLUMNS = tuple(
    f"{KINDS[kind].lower()} {word}" for kind in LevelKind for word in ("estimated", "measured", "proposed", "agreed")
)


def cells(levels: Iterable[LevelShown]) -> list[str]:
    """Return the cells of a service under `COLUMNS`: the levels of a kind in one cell, each priority on a line."""
    told = [each for each in levels if each.says_something]
    return [
        cell
        for kind in LevelKind
        for cell in (
            _lines((each, _estimate_words(each)) for each in told if each.kind is kind),
            _lines((each, _measured_words(each)) for each in told if each.kind is kind) or NOT_MEASURED,
            _lines((each, "; ".join(map(str, each.proposed))) for each in told if each.kind is kind),
            _lines((each, "; ".join(map(str, each.agreed))) for each in told if each.kind is kind),
        )
    ]


def _lines(told: Iterable[tuple[LevelShown, str]]) -> str:
    return "\n".join(f"{each.priority}: {words}" if each.priority else words for each, words in told if words)


def _estimate_words(level: LevelShown) -> str:
    if level.estimate:
        told = level.estimate.told
        return f"{told.figure} (estimate of {told.on}: {told.source})"
    return "; ".join(f"{each}, assumed" for each in level.assumed)


def _measured_words(level: LevelShown) -> str:
    return f"{level.measured} in time, n = {level.n:,}, {level.period}" if level.n else ""


def maturity_words(clauses: Iterable[Clause]) -> str:
    """Return how many targets are agreed, proposed and assumed, each counted once; nothing without any."""
    targets = {(each.version.label, each.target.id): each.target.maturity for each in clauses}
    if not targets:
        return ""
    agreed, proposed, assumed = (list(targets.values()).count(each) for each in reversed(MATURITIES))
    return f"{count(agreed, 'target')} agreed, {proposed:,} proposed, {assumed:,} assumed"
