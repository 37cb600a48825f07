"""A run: every case of a file asked, answered and set beside what it expects."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servanda.conformance.answers import UnknownOp, answer
from servanda.conformance.cases import Case, Question, Unreadable, read_cases
from servanda.conformance.comparison import differences

UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A key of a case to which we answer something else than expected, or a case that cannot be asked at all."""

    file: str
    id: str
    op: str
    key: str
    expected: Any
    ours: Any


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case."""

    op: str
    mismatches: tuple[Mismatch, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """What came of every case of some files."""

    outcomes: Sequence[Outcome]

    @property
    def mismatches(self) -> list[Mismatch]:
        """Every mismatch, in the order of the cases."""
        return [mismatch for outcome in self.outcomes for mismatch in outcome.mismatches]

    @property
    def cases(self) -> Counter[str]:
        """How many cases there are of each op."""
        return Counter(outcome.op for outcome in self.outcomes)

    @property
    def mismatched(self) -> Counter[str]:
        """How many cases of each op have a mismatch."""
        return Counter(outcome.op for outcome in self.outcomes if outcome.mismatches)


def run_file(path: Path) -> Run:
    """Run a case file; raise `BadInput` when it is none."""
    return Run([judge(str(path), case) for case in read_cases(path)])


def joined(runs: Iterable[Run]) -> Run:
    """Return several runs as one."""
    return Run([outcome for each in runs for outcome in each.outcomes])


def judge(file: str, case: Case | Unreadable) -> Outcome:
    """Ask one case and compare; what cannot be read or asked is a mismatch too."""
    if isinstance(case, Unreadable):
        return Outcome(UNREADABLE, (Mismatch(file, case.id, UNREADABLE, "case", "a case", case.reason),))
    found = list(_asked(file, case, case.question, case.expected, ""))
    if case.expected_rolled is not None:
        found += _asked(file, case, case.rolled, case.expected_rolled, " (rolled)")
    return Outcome(case.question.op, tuple(found))


def _asked(file: str, case: Case, question: Question, expected: Mapping[str, Any], policy: str) -> Iterator[Mismatch]:
    try:
        ours = answer(question.op, question.calendar, question.asked)
    except UnknownOp as refusal:
        yield Mismatch(file, case.id, question.op, "op", "a known op", str(refusal))
        return
    for key, pair in differences(expected, ours).items():
        yield Mismatch(file, case.id, question.op, key + policy, *pair)
