"""The command `lint`: what it prints and the exit code it ends with."""

import json
from pathlib import Path

import pytest

from servanda.cli import main
from tests.files.agreement_examples import SMALL, changed


def file(folder: Path, text: str) -> str:
    """Return the path of a file with this text."""
    path = folder / "agreements.yaml"
    path.write_text(text, "utf-8")
    return str(path)


def test_a_clean_file_ends_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", file(tmp_path, SMALL)]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "1 file read: clean.\n")


def test_findings_end_with_1_and_are_told_with_line_rule_and_mend(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(tmp_path, changed(("P2: 9 hours", "P2: 1 day"), ("        owner: Head of ICT\n", "")))
    assert main(["lint", path]) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-2:] == [
        f"{path}:29: SV402 error: the limit is '1 day'",
        "  to do: Say which days are meant: working days or calendar days; or write hours.",
    ]
    assert printed.err == "1 file read: 1 error, 1 warning.\n"


def test_a_warning_alone_ends_with_1(tmp_path: Path) -> None:
    assert main(["lint", file(tmp_path, changed(("        owner: Head of ICT\n", "")))]) == 1


def test_a_file_that_cannot_be_read_ends_with_2_after_the_findings_of_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(tmp_path, changed(("        owner: Head of ICT\n", "")))
    missing = str(tmp_path / "missing.yaml")
    assert main(["lint", missing, path]) == 2
    printed = capsys.readouterr()
    assert f"{missing}:1: SV101 error: no such file or directory" in printed.out
    assert "SV305 warning" in printed.out
    assert printed.err == "2 files read: 1 error, 1 warning.\n"


def test_a_file_that_is_no_yaml_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lint", file(tmp_path, "a:\n\tb: 1")]) == 2
    assert ":2: SV101 error: a tab where YAML wants spaces" in capsys.readouterr().out


def test_json_has_each_finding_by_its_parts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = file(tmp_path, changed(("P2: 9 hours", "P2: 1 day")))
    assert main(["lint", "--json", path]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "files": 1,
        "findings": [
            {
                "file": path,
                "line": 30,
                "rule": "SV402",
                "severity": "error",
                "reason": "the limit is '1 day'",
                "mend": "Say which days are meant: working days or calendar days; or write hours.",
            }
        ],
    }
