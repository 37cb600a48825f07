"""A log out of files and the same log kept in a database: equal bytes, whichever command asks."""

import json
from pathlib import Path

import pytest

from servanda.cli import main
from servanda.engine.events import Event, EventKind
from servanda.engine.rights import Assignment, Role
from servanda.services import events
from servanda.store import models, translate
from tests.builders import instant
from tests.cli.kept import run
from tests.examples import small_log
from tests.queries.kept import keep, small, viewer

AS_OF = ("--as-of", "2026-01-17T12:00:00+00:00")


@pytest.fixture
def files(store: str, tmp_path: Path) -> list[str]:
    """Keep the small log with an administrator; return the options that name its files."""
    organisation = keep(small(tmp_path))
    person = models.Person.objects.create(organisation=organisation, slug="kim", name="Kim")
    translate.record_of_assignment(Assignment(Role.ADMINISTRATOR), person).save()
    return small_log.written(tmp_path)


@pytest.mark.parametrize("more", [(), AS_OF])
@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_readings_of_files_and_of_the_database_are_equal_bytes(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], suffix: str
) -> None:
    of_files, of_database = tmp_path / f"files.{suffix}", tmp_path / f"database.{suffix}"
    assert main(["evaluate", *files, "--out", f"{of_files}", *more]) == 0
    assert run(monkeypatch, "evaluate", "--organisation", "school", "--out", f"{of_database}", *more) == 0
    assert of_files.read_bytes() == of_database.read_bytes()
    assert of_files.read_bytes().count(b"\n") > 3


def test_the_summary_tells_what_is_kept(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "evaluate", "--out", f"{tmp_path / 'out.csv'}") == 0
    assert (
        "5 tickets of School, judged as of Mon 19 Jan 2026 12:00 (Europe/London): 5 readings."
        in capsys.readouterr().out
    )


def test_a_report_of_the_database_is_that_of_the_files_but_for_the_rows_of_the_table(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", *files]) == 0
    of_files = capsys.readouterr().out
    assert run(monkeypatch, "report", "--as", "kim") == 0
    assert capsys.readouterr().out == of_files.replace("from 5 tickets in 10 rows", "from 5 tickets")


def test_a_ticket_is_explained_in_the_same_words(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", "T3", *files]) == 0
    of_files = capsys.readouterr().out
    assert run(monkeypatch, "explain", "T3") == 0
    of_database = capsys.readouterr().out
    assert [line.removesuffix("[recorded]").rstrip() for line in of_database.splitlines()] == of_files.splitlines()
    assert of_database.count("[recorded]") == 4


def test_the_explanation_names_the_row_of_the_file_that_brought_an_event(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    organisation = models.Organisation.objects.get()
    ticket = models.Ticket.objects.get(number="T5")
    batch = models.Batch.objects.create(
        organisation=organisation, number=3, file_name="log.csv", mapping="", actor="kim", committed_at=ticket.opened_at
    )
    models.Event.objects.create(
        organisation=organisation, ticket=ticket, key="n", kind=12, happened_at=ticket.opened_at, batch=batch, row=1234
    )
    assert run(monkeypatch, "explain", "T5") == 0
    assert "noted              [batch 3, log.csv, row 1,234]" in capsys.readouterr().out
    assert run(monkeypatch, "explain", "T5", "--json") == 0
    events = json.loads(capsys.readouterr().out)["events"]
    assert events[1]["origin"] == {"batch": 3, "file": "log.csv", "row": 1234}


def test_the_explanation_names_who_recorded_an_event(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = instant("2026-01-19 13:00 Europe/London")
    events.record(viewer(), "sheet", "T4", [Event(EventKind.RESOLVED, at, id="e9")], now=at)
    assert run(monkeypatch, "explain", "T4") == 0
    assert "resolved           [recorded by kim Mon 19 Jan 2026 13:00]" in capsys.readouterr().out


def test_claims_that_are_kept_are_reconciled(
    files: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    models.Claim.objects.filter(ticket__number="T2").update(met=True)
    assert run(monkeypatch, "reconcile", "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["log"], told["verdicts"]["different"], told["rows_not_read"]) == ("School", 1, 0)


@pytest.mark.parametrize("command", [["evaluate", "--out", "out.csv"], ["report"], ["reconcile"], ["explain", "T1"]])
def test_files_beside_a_database_are_refused(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--tickets", "log.csv", "--database", "sqlite:///x.sqlite3", "--as", "kim"]) == 2
    assert "both --tickets and --database and --as" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["evaluate", "--out", "out.csv"], ["report"], ["reconcile"], ["explain", "T1"]])
def test_some_of_the_three_files_are_refused(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--tickets", "log.csv", "--mapping", "mapping.yaml"]) == 2
    assert "--mapping and --tickets without --agreements" in capsys.readouterr().err
