"""The command `apply`: what it prints, what it keeps, and how it ends."""

from pathlib import Path

import pytest

from servanda.services import organisations
from servanda.store import models
from tests.builders import instant
from tests.cli.kept import run
from tests.files.agreement_examples import SMALL, changed

NOW = instant("2026-06-01 09:00 Europe/London")


@pytest.fixture
def own(store: str) -> models.Organisation:
    """Return an organisation that kim administers."""
    return organisations.add("hill-school", "Hill School", "Europe/London", "kim", NOW)


def file(folder: Path, text: str = SMALL) -> str:
    """Return the path of an agreement file."""
    path = folder / "agreements.yaml"
    path.write_text(text, "utf-8")
    return str(path)


ADDED = ["version desk/1", "calendar office-hours", "priority scheme levels"]
NAMED = ["customer office", "service mail", "service print"]


def test_what_is_added_is_told_and_the_second_time_that_it_is_the_same(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "apply", file(tmp_path)) == 0
    assert capsys.readouterr().out.splitlines() == [
        *(f"added: {each}" for each in (*ADDED, *NAMED)),
        "0 tickets were judged anew.",
    ]
    assert run(monkeypatch, "apply", file(tmp_path)) == 0
    assert capsys.readouterr().out.splitlines() == ["as kept: version desk/1", "Nothing was added."]
    assert models.AgreementVersion.objects.count() == 1


def test_a_plan_adds_nothing(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "apply", file(tmp_path), "--plan") == 0
    assert capsys.readouterr().out.splitlines() == [
        *(f"to add: {each}" for each in (*ADDED, *NAMED)),
        "Nothing was written.",
    ]
    assert models.AgreementVersion.objects.count() == 0
    run(monkeypatch, "apply", file(tmp_path))
    capsys.readouterr()
    assert run(monkeypatch, "apply", file(tmp_path), "--plan") == 0
    assert capsys.readouterr().out.splitlines() == ["as kept: version desk/1", "Nothing is to be added."]


def test_a_book_that_contradicts_what_is_kept_is_refused(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "apply", file(tmp_path))
    for option in ((), ("--plan",)):
        assert run(monkeypatch, "apply", file(tmp_path, changed(("P1: 4 hours", "P1: 3 hours"))), *option) == 2
        told = capsys.readouterr().err
        assert "Agreement version desk/1 is kept with another content: its targets would change." in told
        assert "Start a new version" in told


def test_a_file_with_errors_is_refused_before_any_database_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "apply", file(tmp_path, changed(("P1: 4 hours", "P1: 1 day")))) == 2
    assert "Say which days are meant" in capsys.readouterr().err
    assert run(monkeypatch, "apply", str(tmp_path / "missing.yaml")) == 2


def test_what_lint_would_warn_of_is_mentioned(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(tmp_path, changed(("        owner: Head of ICT\n", "")))
    assert run(monkeypatch, "apply", path) == 0
    assert capsys.readouterr().err == f"'servanda lint {path}' warns of 1 thing to think twice about.\n"
