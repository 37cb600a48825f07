"""Every kind of damage that a file can have, many times over: found at its place, and met as its grade says."""

import re
from pathlib import Path

import pytest

from servanda.files.input_faults import FAULTS, Grade, RefusedFile
from servanda.files.tickets import ReadOutcome, read_tickets
from tests.files.damage import KINDS, NOW, Damaged, damaged
from tests.files.mapping_examples import mapping_of

SEEDS = 20
DAMAGE_PAGE = Path(__file__).parents[2] / "docs" / "reference" / "import-damage.md"


def test_the_kinds_are_those_numbered_1_to_32_but_the_one_that_needs_a_store() -> None:
    assert tuple(each for each in range(1, 33) if each != 31) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_met_as_its_grade_says(tmp_path: Path, kind: int) -> None:
    check(damaged(kind, 0, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_met_as_its_grade_says_wherever_it_stands(tmp_path: Path, kind: int) -> None:
    for seed in range(1, SEEDS):
        check(damaged(kind, seed, tmp_path))


def check(made: Damaged) -> None:
    """Read a damaged table, and compare with what must be found."""
    if made.grade is Grade.REFUSE:
        with pytest.raises(RefusedFile) as refusal:
            outcome_of(made)
        found = refusal.value
        assert (found.fault, found.row, found.line, found.column) == (made.fault, made.row, made.line, made.column)
        assert found.mend
        return
    outcome = outcome_of(made)
    assert {each.number: each.claims.extra["note"] for each in outcome.tickets} == made.good
    assert outcome.notes.rows == made.rows
    check_notes(made, outcome)


def check_notes(made: Damaged, outcome: ReadOutcome) -> None:
    rejects = [(each.fault, each.place.row, each.place.line, each.place.column) for each in outcome.notes.rejects]
    rejected = made.grade is Grade.REJECT
    assert rejects == ([(made.fault, made.row, made.line, made.column)] if rejected else [])
    assert dict(outcome.notes.flags) == ({made.fault: 1} if made.grade is Grade.FLAG else {})
    if made.grade is Grade.FLAG and made.row is not None:
        place = f"row {made.row}, column '{made.column}'"
        assert [each.partition(":")[0] for each in outcome.notes.examples[made.fault]] == [place]


def outcome_of(made: Damaged) -> ReadOutcome:
    return read_tickets(mapping_of(made.mapping.read_text("utf-8")), made.path, now=NOW)


def test_a_seed_makes_the_same_file_again(tmp_path: Path) -> None:
    for kind in KINDS:
        if kind not in (17, 18, 19):  # a workbook holds the time at which it was written
            assert damaged(kind, 7, tmp_path).path.read_bytes() == damaged(kind, 7, tmp_path).path.read_bytes()


def test_the_page_of_damage_lists_every_kind_with_its_faults_and_their_grades() -> None:
    rows = re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|", DAMAGE_PAGE.read_text("utf-8"), flags=re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 33))
    for _, happens in rows:
        for grade, faults in re.findall(r"(refuse|reject|flag) \(([^)]+)\)", happens):
            assert {FAULTS[each].default.value for each in re.findall("`([^`]+)`", faults)} == {grade}


def test_the_page_names_the_fault_that_each_kind_meets(tmp_path: Path) -> None:
    rows = dict(re.findall(r"^\| (\d+) \| [^|]+ \| ([^|]+) \|", DAMAGE_PAGE.read_text("utf-8"), flags=re.MULTILINE))
    for kind in KINDS:
        for seed in range(3):
            fault = damaged(kind, seed, tmp_path).fault
            assert f"`{fault}`" in rows[str(kind)] or not fault
