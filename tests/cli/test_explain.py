import json
from itertools import pairwise
from pathlib import Path

import pytest

from servanda.cli import main
from tests.examples import small_log


def explained(folder: Path, capsys: pytest.CaptureFixture[str], number: str, *more: str) -> str:
    assert main(["explain", number, *small_log.written(folder), *more]) == 0
    return capsys.readouterr().out


def test_the_story_names_the_clause_the_due_instant_and_the_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = explained(tmp_path, capsys, "T3")
    assert "Judged by 'fix' (fix) of desk/1: resolution within 4 hours for priority P1, until it is resolved" in text
    assert "1 h 30 min of pauses left out, it was due Mon 19 Jan 2026 12:30." in text
    assert "when the ticket was resolved, 30 min before it was due: met." in text


def test_a_pause_after_it_was_due_moved_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = small_log.written(tmp_path)
    states = ("2026-01-12T16:00", "New"), ("2026-01-13T16:00", "Waiting"), ("2026-01-14T09:00", "Working")
    with (tmp_path / "tickets.csv").open("a", encoding="utf-8") as table:
        table.writelines(f"T6,{at}:00,{state},printing,P2\n" for at, state in (*states, ("2026-01-14T10:00", "Done")))
    assert main(["explain", "T6", *options]) == 0
    text = capsys.readouterr().out
    assert "Counting 8 hours from there, it was due Tue 13 Jan 2026 15:00." in text
    assert "2 h was paused" in text


def test_the_table_adds_up_to_the_reading(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = explained(tmp_path, capsys, "T3").splitlines()
    total = next(line for line in lines if "in all" in line)
    assert "3 h 30 min" in total
    assert "1 h 30 min" in total
    assert "68 h on the wall" in total


def test_the_table_is_parted_at_the_due_instant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = explained(tmp_path, capsys, "T2")
    assert "Tue 13 Jan 2026 15:00  due here\n" in text
    assert "The time after the breach is counted on, until it stops: 8 h 01 min in all." in text
    after = text[text.index("due here") :].splitlines()[1].split()
    assert " ".join(after[:12]) == "Tue 13 Jan 2026 15:00 Tue 13 Jan 2026 15:01 1 min"


def test_a_due_instant_that_lies_ahead_is_in_no_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "due here" not in explained(tmp_path, capsys, "T3")


def test_of_very_many_events_the_first_and_the_last_twenty_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = small_log.written(tmp_path)
    with (tmp_path / "tickets.csv").open("a", encoding="utf-8") as table:
        for minute in range(10):
            for second in range(0, 60, 6):
                state = "New" if second % 12 == 0 else "Waiting"
                table.write(f"T8,2026-01-19T09:{minute:02}:{second:02},{state},printing,P1\n")
    assert main(["explain", "T8", *options]) == 0
    text = capsys.readouterr().out
    assert "Ticket T8: 100 events" in text
    assert "  ... 60 events between (all in --json) ..." in text


def test_as_json_the_spans_lie_side_by_side_and_add_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (target,) = json.loads(explained(tmp_path, capsys, "T3", "--json"))["targets"]
    spans = target["spans"]
    assert all(one["until"] == two["from"] for one, two in pairwise(spans))
    used = {use: sum(s["seconds"] for s in spans if s["use"] == use) for use in ("counted", "paused", "outside hours")}
    assert used == {"counted": 12600, "paused": 5400, "outside hours": 68 * 3600 - 18000}
    assert spans[1]["cause"] == "waiting for user"


def test_a_ticket_nobody_promised_anything_for_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = explained(tmp_path, capsys, "T5")
    assert "Not covered for resolution" in text
    assert "covers service 'Printing', the ticket is of 'heating'" in text


def test_an_unknown_number_is_refused_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "T9", *small_log.written(tmp_path)]) == 2
    assert "check the number" in capsys.readouterr().err
