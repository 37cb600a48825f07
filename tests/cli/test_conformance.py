"""`servanda conformance` as a person or a script meets it."""

import json
from pathlib import Path
from typing import Any

import pytest

from servanda.cli import main

ALWAYS: dict[str, Any] = {"op": "elapsed", "input": {"start": "2026-01-05T09:00:00Z", "end": "2026-01-05T10:00:00Z"}}
RIGHT = {**ALWAYS, "id": "right", "expected": {"seconds": 3600}}
WRONG = {**ALWAYS, "id": "wrong", "expected": {"seconds": 3601}}


@pytest.fixture
def right(tmp_path: Path) -> Path:
    return written(tmp_path / "right.jsonl", RIGHT)


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    return written(tmp_path / "wrong.jsonl", RIGHT, WRONG)


def written(path: Path, *cases: dict[str, Any]) -> Path:
    path.write_text("\n".join(map(json.dumps, cases)), encoding="utf-8")
    return path


def test_answers_as_expected_end_with_0_and_a_count_of_each_op(right: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", str(right)]) == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["op", "cases", "mismatched"],
        ["elapsed", "1", "0"],
        ["all,", "1", "file", "1", "0"],
    ]


def test_a_mismatch_is_listed_and_ends_with_1(right: Path, wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", str(right), str(wrong)]) == 1
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first == f"{wrong}: wrong (elapsed) seconds: expected 3601, ours 3600"
    assert last.split() == ["all,", "2", "files", "3", "1"]


def test_json_tells_the_same_to_a_script(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", str(wrong), "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "files": 1,
        "cases": 2,
        "mismatched": 1,
        "ops": {"elapsed": {"cases": 2, "mismatched": 1}},
        "mismatches": [
            {"file": str(wrong), "id": "wrong", "op": "elapsed", "key": "seconds", "expected": 3601, "ours": 3600}
        ],
    }


def test_a_file_that_holds_no_cases_ends_with_2_and_the_others_are_run(
    right: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"cases": [', encoding="utf-8")
    assert main(["conformance", str(broken), str(right)]) == 2
    shown = capsys.readouterr()
    assert "elapsed" in shown.out
    assert f"{broken}:1: text that is no JSON" in shown.err
    assert "expected: a case file in JSON" in shown.err


def test_a_file_that_is_not_there_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", str(tmp_path / "none.json")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_explain_shows_the_question_the_difference_and_the_evidence(
    wrong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["conformance", str(wrong), "--explain", "wrong"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"wrong (elapsed) in {wrong}",
        '  asked:    {"start": "2026-01-05T09:00:00Z", "end": "2026-01-05T10:00:00Z"}',
        '  expected: {"seconds": 3601}',
        "  differs:  seconds: expected 3601, ours 3600",
        '  ours:     {"seconds": 3600}',
        "  Opening hours in UTC from Mon 2026-01-05 09:00:00+00:00 to Mon 2026-01-05 10:00:00+00:00:",
        "  Mon 2026-01-05 09:00:00+00:00 to Mon 2026-01-05 10:00:00+00:00  1:00:00, 1:00:00 so far",
    ]


def test_explain_can_be_read_by_a_script(right: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", str(right), "--explain", "right", "--json"]) == 0
    [told] = json.loads(capsys.readouterr().out)
    assert (told["id"], told["mismatches"], len(told["evidence"])) == ("right", [], 3)


def test_an_id_that_no_file_holds_is_bad_input(right: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", str(right), "--explain", "left"]) == 2
    assert "no case 'left'" in capsys.readouterr().err


def test_an_entry_that_is_no_case_can_be_explained_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "half.jsonl", RIGHT, {"id": "half"})
    assert main(["conformance", str(path), "--explain", "half"]) == 1
    assert "no op, input, expected" in capsys.readouterr().out
