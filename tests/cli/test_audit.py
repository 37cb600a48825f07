"""`servanda audit`: the entries for a person, for a spreadsheet and for machines."""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

from servanda.cli import main
from servanda.engine.rights import Action, Assignment, Role, Viewer
from servanda.services import audit
from servanda.store import models, translate
from tests.cli.kept import run
from tests.store.rows import MONDAY_NINE, school


@pytest.fixture
def entries(store: str) -> models.Organisation:
    """Keep a school with an auditor, a technician and two entries."""
    organisation = school()
    for slug, role in (("ann", Role.AUDITOR), ("tim", Role.TECHNICIAN)):
        person = models.Person.objects.create(organisation=organisation, slug=slug, name=slug)
        translate.record_of_assignment(Assignment(role), person).save()
    kim = Viewer("school", "kim", date(2026, 1, 5))
    audit.note(organisation, kim, Action.RECORD_EVENT, "desk/T1", now=MONDAY_NINE, content={"events": ["e1"]})
    audit.note(organisation, kim, Action.IMPORT_LOG, "=batch 1", now=MONDAY_NINE)
    return organisation


def test_each_entry_is_a_line(
    entries: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "audit", "--as", "ann") == 0
    assert capsys.readouterr().out.splitlines() == [
        "     1  Mon 5 Jan 2026 09:00       kim               record event      desk/T1",
        "     2  Mon 5 Jan 2026 09:00       kim               import log        =batch 1",
    ]


def test_entries_can_be_chosen(
    entries: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = ("--from", "2026-01-05", "--until", "2026-01-05", "--actor", "kim", "--action", "import_log")
    assert run(monkeypatch, "audit", "--as", "ann", *chosen) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_the_json_has_content_and_hash(
    entries: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "audit", "--as", "ann", "--json") == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["content"] == {"events": ["e1"]}
    assert first["recorded_at"] == "2026-01-05T09:00:00+00:00"
    assert second["entry_hash"] == audit.head(entries)


def test_the_csv_shows_formulas_and_runs_none(
    entries: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "audit.csv"
    assert run(monkeypatch, "audit", "--as", "ann", "--csv", f"{out}") == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["subject"] for row in rows] == ["desk/T1", "'=batch 1"]
    assert rows[0]["content"] == '{"events":["e1"]}'


def test_who_may_not_see_it_is_told_that_there_is_nothing(
    entries: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "audit", "--as", "tim") == 2
    assert "There is no organisation 'school' here." in capsys.readouterr().err


@pytest.mark.parametrize("text", ["yesterday", "0001-01-01", "2026-02-30"])
def test_a_date_that_is_none_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["audit", "--from", text])
    assert text in capsys.readouterr().err
