"""Each difference put down to its likely cause, with the rows that prove it.

A due instant says much: a what-if that comes to it within the tolerance explains the difference. A verdict says
only yes or no, which any what-if may hit by chance; so a rule told from verdicts must also be right, wherever it
decides, more often than wrong on all the other tickets.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from servanda.engine.reconciliation.cases import Case
from servanda.engine.reconciliation.hypotheses import SIMPLEST_FIRST, Hypothesis, Setting, Trial

EXAMINED = 2_000
NOT_EXPLAINED = "not explained"
NOT_EXAMINED = "not examined"
WITHOUT_DUE = "a verdict without a due time"
BETWEEN = "stopped between the two due times"
AGAINST_ITSELF = "the source's verdict contradicts its own due time"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """One ticket on which we and the source differ: in the due instant, in the verdict, or in both.

    `words` say what would have to hold for the source to be right, and `trial` what the clock then comes to.
    """

    case: Case
    due_differs: bool
    verdict_differs: bool
    cause: str
    words: str = ""
    trial: Trial | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """What explains a number of differences."""

    name: str
    differences: tuple[Difference, ...]

    @property
    def words(self) -> tuple[tuple[str, int], ...]:
        """The exact explanations, with how many differences each has, the most frequent first."""
        return tuple(Counter(each.words for each in self.differences if each.words).most_common())


@dataclass(frozen=True, slots=True)
class Weighed:
    """A rule held against every ticket whose verdict it would turn: how many claims speak for it and against it."""

    hypothesis: Hypothesis
    words: str
    rows_for: int
    rows_against: int

    @property
    def stands(self) -> bool:
        """Whether the source more often follows the rule than not."""
        return self.rows_for > self.rows_against


@dataclass(frozen=True, slots=True)
class Explained:
    """All differences by cause, the most frequent first, and the rules that were weighed on every verdict."""

    causes: tuple[Cause, ...]
    weighed: tuple[Weighed, ...]

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Every difference, in the order of its cause."""
        return tuple(each for cause in self.causes for each in cause.differences)


def explain(
    cases: Sequence[Case], tolerance: timedelta, setting: Setting, progress: Progress = lambda done, total: None
) -> Explained:
    """Return every difference with its cause; of very many dues only some are examined, spread over the log."""
    differing = [case for case in cases if _due_differs(case, tolerance) or case.verdict_differs]
    claims_due = any(case.claims.due_at is not None for case in cases)
    weighed = _weighed(cases, [] if claims_due else differing, setting)
    step = -(-len(differing) // EXAMINED) if claims_due else 1
    found: dict[str, list[Difference]] = {}
    for number, case in enumerate(differing):
        progress(number, len(differing))
        if number % step:
            found.setdefault(NOT_EXAMINED, []).append(_made(case, tolerance, NOT_EXAMINED))
        else:
            difference = _explained(case, tolerance, setting, weighed, claims_due=claims_due)
            found.setdefault(difference.cause, []).append(difference)
    last = (NOT_EXPLAINED, NOT_EXAMINED)
    ordered = sorted(found.items(), key=lambda each: (each[0] in last, -len(each[1]), each[0]))
    return Explained(tuple(Cause(name, tuple(those)) for name, those in ordered), weighed)


def _due_differs(case: Case, tolerance: timedelta) -> bool:
    return case.due_compared and not case.due_within(case.due_at, tolerance)


def _made(case: Case, tolerance: timedelta, cause: str, trial: Trial | None = None, words: str = "") -> Difference:
    words = trial.words if trial else words
    return Difference(case, _due_differs(case, tolerance), case.verdict_differs, cause, words, trial)


def _explained(
    case: Case, tolerance: timedelta, setting: Setting, weighed: Sequence[Weighed], *, claims_due: bool
) -> Difference:
    if _due_differs(case, tolerance):
        return _by_due(case, tolerance, setting)
    if case.claims.due_at is not None:
        return _by_own_due(case, tolerance)
    if claims_due:
        words = f"the source gave it no due time and counts it as {'met' if case.claims.met else 'missed'}"
        return _made(case, tolerance, WITHOUT_DUE, words=words)
    return _by_verdict(case, tolerance, setting, weighed)


def _by_due(case: Case, tolerance: timedelta, setting: Setting) -> Difference:
    for hypothesis in SIMPLEST_FIRST:
        if hypothesis.of_dues:
            for trial in hypothesis.trials(case, setting):
                if trial.reproduces(case, tolerance):
                    return _made(case, tolerance, hypothesis.name, trial)
    return _made(case, tolerance, NOT_EXPLAINED)


def _by_own_due(case: Case, tolerance: timedelta) -> Difference:
    """Return why the verdicts differ though the due instants agree."""
    claimed, stopped_at = case.claims.due_at, case.stopped_at or case.as_of
    assert claimed is not None
    if (stopped_at <= claimed) is case.claims.met:
        return _made(
            case, tolerance, BETWEEN, words="the due instants agree within the tolerance, the stop lies between"
        )
    return _made(case, tolerance, AGAINST_ITSELF, words="by its own due time its verdict is the other")


def _by_verdict(case: Case, tolerance: timedelta, setting: Setting, weighed: Sequence[Weighed]) -> Difference:
    turning = {(hypothesis.id, trial.words): trial for hypothesis, trial in _turning(case, setting)}
    for rule in weighed:
        trial = turning.get((rule.hypothesis.id, rule.words))
        if trial and rule.stands:
            return _made(case, tolerance, rule.hypothesis.name, trial)
    return _made(case, tolerance, NOT_EXPLAINED)


def _turning(case: Case, setting: Setting) -> Iterator[tuple[Hypothesis, Trial]]:
    """Yield the trials under which our verdict would be the other, the simplest first."""
    for hypothesis in SIMPLEST_FIRST:
        if hypothesis.of_verdicts:
            for trial in hypothesis.trials(case, setting):
                if trial.met is not None and trial.met is not case.met:
                    yield hypothesis, trial


def _weighed(cases: Sequence[Case], differing: Sequence[Case], setting: Setting) -> tuple[Weighed, ...]:
    """Return each rule that would explain some difference, weighed on every verdict it would turn, the surest first."""
    rules = {hypothesis.id: hypothesis for case in differing for hypothesis, _ in _turning(case, setting)}
    counted: dict[tuple[str, str], Counter[bool]] = {}
    for case in cases if rules else ():
        if case.verdict_compared:
            for hypothesis, trial in _turning(case, setting):
                counted.setdefault((hypothesis.id, trial.words), Counter())[trial.met is case.claims.met] += 1
    weighed = (Weighed(rules[id], words, n[True], n[False]) for (id, words), n in counted.items() if id in rules)
    return tuple(
        sorted((each for each in weighed if each.rows_for), key=lambda each: each.rows_against - each.rows_for)
    )
