"""Tests of `servanda mapping check`."""

import json
import textwrap
from datetime import UTC, datetime
from pathlib import Path

import pytest

from servanda.cli import main
from tests.files.mapping_examples import TICKETS, tickets

ROWS = tickets(
    "A1,09/01/2026 16:00,12/01/2026 12:00,P1",
    "A2,29/01/2026 09:00,28/01/2026 09:00,P2",
    "A3,tomorrow,,P2",
    "A4,25/10/2026 02:30,,P3",
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "mapping.yaml").write_text(textwrap.dedent(TICKETS), "utf-8")
    (tmp_path / "tickets.csv").write_text(ROWS, "utf-8")
    return f"{tmp_path / 'mapping.yaml'}", f"{tmp_path / 'tickets.csv'}"


@pytest.fixture(autouse=True)
def in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servanda.wall_time.now", lambda: datetime(2026, 11, 1, tzinfo=UTC))


def test_a_mapping_alone_is_checked(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mapping", "check", files[0]]) == 0
    assert capsys.readouterr().out == f"{files[0]}: in order; it uses 4 columns.\n"


def test_rows_left_out_are_findings_each_with_its_place_and_mend(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mapping", "check", files[0], "--tickets", files[1], "--show", "1"]) == 1
    assert capsys.readouterr().out == textwrap.dedent("""\
        desk: 2 tickets from 4 rows, 2 rows left out.
        Times: Opened, by the minute; Resolved, by the minute
        Accepted: time in a daylight-saving overlap, 1
            row 5, column 'Opened': '25/10/2026 02:30'
        Left out: event before opening, 1 row. Check both times in the source; 'flag' keeps them as they are.
            row 3, column 'Resolved' (ticket A2): resolved at 2026-01-28T08:00:00+00:00, and opened at \
2026-01-29T08:00:00+00:00; expected events after the opening
        Left out: time unreadable, 1 row. Add this way of writing times to 'formats', or mend the cell.
            row 4, column 'Opened' (ticket A3): 'tomorrow'; expected a time written as %d/%m/%Y %H:%M
        Ticket A1
            2026-01-09 15:00:00 UTC  opened  priority 'P1'
            2026-01-12 11:00:00 UTC  resolved
        """)


def test_a_machine_reads_every_row_left_out(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    main(["mapping", "check", *files[:1], "--tickets", files[1], "--json"])
    content = json.loads(capsys.readouterr().out)
    assert (content["rows"], content["tickets"]) == (4, 2)
    assert [(each["fault"], each["row"]) for each in content["left_out"]] == [
        ("event before opening", 3),
        ("time unreadable", 4),
    ]
    assert content["accepted"]["time in a daylight-saving overlap"]["count"] == 1


def test_a_file_that_cannot_be_used_is_refused_in_words(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path(files[1]).write_bytes(ROWS.encode("utf-16"))
    assert main(["mapping", "check", files[0], "--tickets", files[1]]) == 2
    assert capsys.readouterr().err == textwrap.dedent(f"""\
        servanda: {files[1]}: the file starts with a UTF-16 byte order mark (utf-16 text)
          expected: UTF-8 text
          to do:    Write 'encoding: utf-16' under 'table' in the mapping, or save the file as UTF-8.
        """)


def test_a_mapping_that_makes_no_sense_is_refused_with_its_line(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path(files[0]).write_text(textwrap.dedent(TICKETS).replace("Europe/Paris", "Europe/Lutetia"), "utf-8")
    assert main(["mapping", "check", files[0]]) == 2
    assert f"{files[0]}:6" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (("A1,yesterday,,P1",), "Times: Opened, none read"),
        (("A1,yesterday", "A2"), "Times: none read"),
        (("A1,29/01/2026 09:00,,P1",), "Times: Opened, by the minute; Resolved, none read"),
    ],
)
def test_a_column_in_which_no_time_was_read_is_said_to_be_so(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str], rows: tuple[str, ...], says: str
) -> None:
    Path(files[1]).write_text(tickets(*rows), "utf-8")
    main(["mapping", "check", files[0], "--tickets", files[1]])
    assert capsys.readouterr().out.splitlines()[1] == says


def test_one_cell_is_called_one_cell(files: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    Path(files[1]).write_text(tickets("A1", "A2,29/01/2026 09:00,,P1"), "utf-8")
    main(["mapping", "check", files[0], "--tickets", files[1]])
    assert "row 2 (ticket A1): 1 cell; expected 4 cells, as in the header" in capsys.readouterr().out
