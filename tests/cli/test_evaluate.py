import csv
import json
from pathlib import Path

import pytest

from servanda.cli import main
from tests.examples import small_log


def evaluated(folder: Path, *more: str, name: str = "out.csv") -> tuple[int, Path]:
    out = folder / name
    return main(["evaluate", *small_log.written(folder), "--out", f"{out}", *more]), out


def states(out: Path) -> dict[str, str]:
    with out.open(encoding="utf-8", newline="") as file:
        return {row["ticket"]: row["state"] for row in csv.DictReader(file)}


def test_each_ticket_is_judged_as_worked_out_by_hand(tmp_path: Path) -> None:
    code, out = evaluated(tmp_path)
    assert code == 0
    assert states(out) == {"T1": "met", "T2": "missed", "T3": "met", "T4": "running", "T5": "not covered"}


def test_a_row_carries_the_promise_and_the_times_with_their_offset(tmp_path: Path) -> None:
    _, out = evaluated(tmp_path)
    with out.open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["ticket"] == "T3")
    assert row == {
        "ticket": "T3",
        "service": "printing",
        "priority": "P1",
        "agreement_version": "desk/1",
        "target": "fix",
        "started_at": "2026-01-16T16:00:00+00:00",
        "due_at": "2026-01-19T12:30:00+00:00",
        "stopped_at": "2026-01-19T12:00:00+00:00",
        "elapsed_seconds": "12600",
        "paused_seconds": "5400",
        "state": "met",
        "breached_at": "",
        "flags": "",
        "source": "sheet",
    }


def test_an_instant_chosen_shows_the_log_as_it_stood_then(tmp_path: Path) -> None:
    _, out = evaluated(tmp_path, "--as-of", "2026-01-17T12:00:00+00:00")
    assert states(out) == {"T1": "met", "T2": "missed", "T3": "paused", "T5": "not covered"}


def test_an_open_ticket_past_its_due_instant_is_missed(tmp_path: Path) -> None:
    _, out = evaluated(tmp_path, "--as-of", "2026-01-20T12:00:00+00:00")
    assert states(out)["T4"] == "missed"


def test_readings_can_be_written_one_json_object_a_line(tmp_path: Path) -> None:
    _, out = evaluated(tmp_path, name="out.jsonl")
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(row["ticket"], row["elapsed_seconds"]) for row in rows][:2] == [("T1", 28800), ("T2", 28860)]


def test_the_summary_counts_every_state(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evaluated(tmp_path, "--json")
    figures = json.loads(capsys.readouterr().out)
    assert figures["states"] == {"running": 1, "met": 2, "missed": 1, "not covered": 1}
    assert figures["tickets"] == 5


def test_the_summary_for_a_person_shows_the_clock_of_the_organisation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluated(tmp_path, "--as-of", "2026-07-01T09:00:00Z")
    assert "judged as of Wed 1 Jul 2026 10:00 (Europe/London): " in capsys.readouterr().out


def test_an_output_of_another_kind_is_refused_and_nothing_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = evaluated(tmp_path, name="out.xls")
    assert code == 2
    assert not out.exists()
    assert "ends in .csv or .jsonl" in capsys.readouterr().err


def test_a_fault_in_the_table_leaves_an_earlier_output_as_it_was(tmp_path: Path) -> None:
    _, out = evaluated(tmp_path)
    before = out.read_bytes()
    options = small_log.written(tmp_path)
    table = tmp_path / "tickets.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("2026-01-19T09:00:00", "19/01/2026"), encoding="utf-8")
    code = main(["evaluate", *options, "--out", f"{out}"])
    assert code in (1, 2)
    assert code == 1 or out.read_bytes() == before


def test_a_priority_the_agreement_does_not_know_leaves_the_ticket_unjudged_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = small_log.written(tmp_path)
    table = tmp_path / "tickets.csv"
    text = table.read_text(encoding="utf-8").replace("T4,2026-01-19T11:00:00,New,printing,P1", "")
    table.write_text(text + "T4,2026-01-19T11:00:00,New,printing,P7\n", encoding="utf-8")
    assert main(["evaluate", *options, "--out", f"{tmp_path / 'out.csv'}"]) == 1
    assert "ticket T4: Priority 'P7' is not in priority scheme 'plain'" in capsys.readouterr().out


def test_an_output_that_would_overwrite_an_input_is_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = small_log.written(tmp_path)
    table = tmp_path / "tickets.csv"
    before = table.read_bytes()
    assert main(["evaluate", *options, "--out", f"{table}"]) == 2
    assert table.read_bytes() == before
    assert "read here" in capsys.readouterr().err
