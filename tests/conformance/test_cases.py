"""Every case answered as expected: those worked out by hand, the oracle's, and shared ones beside the checkout."""

from collections.abc import Callable
from pathlib import Path

import pytest

from servanda.conformance.answers import OPS
from servanda.conformance.cases import Case, read_cases
from servanda.conformance.runs import Run, judge, run_file
from tests.architecture.sources import ROOT

HERE = Path(__file__).parent / "cases"
CORNERS = read_cases(HERE / "corners.json")
SHARED = sorted((ROOT.parent / "shared" / "conformance").glob("*.json*"))


def told(run: Run) -> list[str]:
    return [f"{each.id} {each.key}: expected {each.expected}, ours {each.ours}" for each in run.mismatches]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for case in CORNERS])
def test_a_corner_worked_out_by_hand(case: Case) -> None:
    assert told(Run([judge("corners.json", case)])) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", [*sorted(HERE.glob("*.jsonl")), *SHARED], ids=lambda path: path.name)
def test_a_file_of_cases_is_answered_without_a_mismatch(path: Path, figure: Callable[[str, object], None]) -> None:
    run = run_file(path)
    figure(f"cases of {path.name}", f"{run.cases.total():,}, {len(run.mismatches)} mismatches")
    assert told(run) == []


def test_the_cases_that_are_shipped_ask_every_op() -> None:
    shipped = [case for path in HERE.iterdir() for case in read_cases(path)]
    assert {case.question.op for case in shipped if isinstance(case, Case)} == set(OPS)
