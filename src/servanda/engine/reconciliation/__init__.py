"""Reconciliation: our readings beside what the source itself claims, and why they differ.

Pure: the same tickets, readings and lists give the same answer. Nothing here knows any source; a claim is compared,
never judged by.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from servanda.engine.events import EventKind
from servanda.engine.reconciliation import comparison, observed
from servanda.engine.reconciliation.cases import Case, cases_of
from servanda.engine.reconciliation.causes import Cause, Difference, Explained, Weighed, explain
from servanda.engine.reconciliation.comparison import Line, OwnVerdict, Published, Same
from servanda.engine.reconciliation.hypotheses import Setting
from servanda.engine.reconciliation.observed import CalendarFit, Holiday, Stretch

__all__ = [
    "CalendarFit",
    "Case",
    "Cause",
    "Difference",
    "Explained",
    "Holiday",
    "Line",
    "OwnVerdict",
    "Published",
    "Reconciliation",
    "Same",
    "Stops",
    "Stretch",
    "Weighed",
    "cases_of",
    "reconcile",
]

TOLERANCE = timedelta(seconds=120)
Progress = Callable[[str, int, int], None]
NO_HOLIDAYS: Mapping[date, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Stops:
    """How the clocks of some tickets ended: by the event the target names, by closing instead, or not at all."""

    tickets: int
    as_agreed: int
    by_closing: int
    neither: int
    not_covered: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """All that comes of laying a source's claims beside our readings.

    `stop` is the event that the targets name; `stops` how the clocks of all tickets ended, and `flagged` the same
    for the tickets with each flag, whether it was raised in reading the table or in judging.
    """

    tickets: int
    tolerance: timedelta
    dues: Same
    verdicts: Same
    our_met: int
    our_missed: int
    states: Mapping[str, int]
    uncompared: Mapping[str, int]
    lines: tuple[Line, ...]
    own: OwnVerdict | None
    published: Published
    explained: Explained
    stop: str
    stops: Stops
    flagged: Mapping[str, Stops]
    calendars: tuple[CalendarFit, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs, nor does the source contradict itself."""
        return not self.explained.causes and not (self.own and self.own.contradictions)


def quiet(stage: str, done: int, total: int) -> None:
    """Tell nobody how far the work has come."""


def reconcile(
    cases: Sequence[Case],
    *,
    tolerance: timedelta = TOLERANCE,
    holidays: Mapping[date, str] = NO_HOLIDAYS,
    progress: Progress = quiet,
) -> Reconciliation:
    """Return the comparison of every case with its claims, each difference with its cause.

    Given a list of holidays, say also which of them the source's clock observed, and when it ignored them.
    """
    states = Counter(case.reading.state.value if case.reading else "not judged" for case in cases)
    setting = Setting(tuple(sorted(holidays)))
    return Reconciliation(
        tickets=len(cases),
        tolerance=tolerance,
        dues=comparison.dues(cases, tolerance),
        verdicts=comparison.verdicts(cases),
        our_met=states["met"],
        our_missed=states["missed"],
        states=dict(states),
        uncompared=dict(comparison.uncompared(cases)),
        lines=comparison.lines(cases, tolerance),
        own=comparison.own_verdict(cases),
        published=comparison.published(cases),
        explained=explain(cases, tolerance, setting, lambda done, total: progress("explaining", done, total)),
        stop=", ".join(sorted({case.terms.stop.word for case in cases if case.covered})),
        stops=_stops(cases),
        flagged=_flagged(cases),
        calendars=observed.find(cases, holidays, tolerance, lambda done, total: progress("holidays", done, total))
        if holidays
        else (),
    )


def _flagged(cases: Sequence[Case]) -> dict[str, Stops]:
    """Return how the clocks ended under each flag, the most frequent first."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        for flag in dict.fromkeys(case.reading.flags if case.reading else case.ticket.flags):
            found.setdefault(flag, []).append(case)
    return {flag: _stops(those) for flag, those in sorted(found.items(), key=lambda each: (-len(each[1]), each[0]))}


def _stops(cases: Sequence[Case]) -> Stops:
    covered = [case for case in cases if case.covered]
    ends = Counter(_end(case) for case in covered)
    return Stops(len(cases), ends["as agreed"], ends["closing"], ends["neither"], len(cases) - len(covered))


def _end(case: Case) -> str:
    cycle = case.covered.cycle if case.covered else None
    stopped_by = cycle.stopped_by if cycle else None
    if stopped_by is None:
        return "neither"
    return "closing" if stopped_by is EventKind.CLOSED and case.terms.stop is not EventKind.CLOSED else "as agreed"
