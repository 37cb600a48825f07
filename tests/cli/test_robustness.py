import os
import subprocess
import sys
from pathlib import Path

import pytest

from servanda.cli import main
from tests.examples import small_log

SOURCE = Path(__file__).parents[2] / "src"


def started(*arguments: str, **surroundings: str) -> "subprocess.CompletedProcess[bytes]":
    """Run the command as a program of its own, in the surroundings given."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [sys.executable, "-m", "servanda", *arguments],
        env={**known, "PYTHONPATH": f"{SOURCE}", **surroundings},
        capture_output=True,
        timeout=60,
        check=False,
    )


def accented(folder: Path) -> list[str]:
    options = small_log.written(folder)
    agreements = folder / "agreements.yaml"
    text = agreements.read_text(encoding="utf-8").replace("name: School,", "name: École Märy 🎫,")
    agreements.write_text(text, encoding="utf-8")
    return options


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_narrow_terminal_shows_what_it_can_and_never_fails(tmp_path: Path, encoding: str) -> None:
    done = started("report", *accented(tmp_path), PYTHONIOENCODING=encoding)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert b"cole M" in done.stdout


def test_no_text_of_a_log_steers_a_terminal(tmp_path: Path) -> None:
    options = small_log.written(tmp_path)
    agreements = tmp_path / "agreements.yaml"
    text = agreements.read_text(encoding="utf-8").replace("name: School,", r'name: "Sch\e]0;owned\a\x9b2J",')
    agreements.write_text(text, encoding="utf-8")
    for words in (("report",), ("report", "--json"), ("explain", "T\x1b[2J")):
        done = started(*words, *options, PYTHONIOENCODING="utf-8")
        printed = (done.stdout + done.stderr).decode()
        assert "\\u001b" in printed
        assert not {sign for sign in printed if sign != "\n" and (sign < " " or "\x7f" <= sign <= "\x9f")}


def test_reconcile_refuses_to_overwrite_what_it_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = small_log.written(tmp_path)
    table = tmp_path / "tickets.csv"
    before = table.read_bytes()
    for output in ("--csv", "--json"):
        assert main(["reconcile", *options, output, f"{table}"]) == 2
        assert "read here" in capsys.readouterr().err
    assert table.read_bytes() == before


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00", "2300-01-01T00:00:00+00:00"])
def test_an_instant_that_no_calendar_reaches_is_refused(
    tmp_path: Path, at: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["report", *small_log.written(tmp_path), "--as-of", at])
    assert ended.value.code == 2
    assert "outside the years" in capsys.readouterr().err


def test_a_ticket_whose_row_was_left_out_is_explained_by_its_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = small_log.written(tmp_path)
    table = tmp_path / "tickets.csv"
    gap = "T6,2026-03-29T01:30:00,New,printing,P1\n"  # London's clocks go from 01:00 to 02:00
    table.write_text(table.read_text(encoding="utf-8") + gap, encoding="utf-8")
    assert main(["explain", "T6", *options]) == 2
    said = capsys.readouterr().err
    assert "ticket 'T6' was left out: row 12" in said
    assert "daylight-saving gap" in said


def test_a_report_that_leaves_something_out_ends_with_findings(tmp_path: Path) -> None:
    options = small_log.written(tmp_path)
    table = tmp_path / "tickets.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("heating,P1", "printing,P9"), encoding="utf-8")
    assert main(["report", *options]) == 1


def test_a_ticket_that_cannot_be_judged_is_refused_by_explain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = small_log.written(tmp_path)
    table = tmp_path / "tickets.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("heating,P1", "printing,P9"), encoding="utf-8")
    assert main(["explain", "T5", *options]) == 2
    assert "Priority 'P9' is not in priority scheme 'plain'" in capsys.readouterr().err


def test_a_number_pasted_with_blanks_is_found(tmp_path: Path) -> None:
    assert main(["explain", " T1 ", *small_log.written(tmp_path)]) == 0


def test_the_ending_of_an_output_may_be_in_capitals(tmp_path: Path) -> None:
    assert main(["evaluate", *small_log.written(tmp_path), "--out", f"{tmp_path / 'OUT.CSV'}"]) == 0
    assert (tmp_path / "OUT.CSV").read_text(encoding="utf-8").startswith("ticket,")


def test_a_kind_that_no_agreement_has_is_refused_by_reconcile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = small_log.written(tmp_path)
    mapping = tmp_path / "mapping.yaml"
    claims = "claims:\n  verdict: {column: state, met: [Done], missed: [Closed]}\n"
    mapping.write_text(mapping.read_text(encoding="utf-8") + claims, encoding="utf-8")
    assert main(["reconcile", *options, "--kind", "update"]) == 2
    assert "no target of the kind update" in capsys.readouterr().err


def test_a_closed_output_is_no_error(tmp_path: Path) -> None:
    command = f'"{sys.executable}" -m servanda report ' + " ".join(f'"{each}"' for each in small_log.written(tmp_path))
    surroundings = {**os.environ, "PYTHONPATH": f"{SOURCE}"}
    done = subprocess.run(
        ["sh", "-c", command + " >&-"], env=surroundings, capture_output=True, timeout=60, check=False
    )
    assert b"Traceback" not in done.stderr
