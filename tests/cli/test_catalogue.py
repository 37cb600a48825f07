"""The command `catalogue`: out of the database as a file, and back without a loss."""

from pathlib import Path

import pytest

from servanda.engine.catalogue import CatalogueEntry
from servanda.engine.rights import Assignment, Role, Scope
from servanda.files.catalogue import CATALOGUE
from servanda.services import catalogue, organisations, people
from servanda.store import models
from tests.builders import instant
from tests.cli.kept import run

NOW = instant("2026-06-01 09:00 Europe/London")
FILE = """\
format: servanda-catalogue/1
organisation: school
services:
- {id: printing, name: Printing, rank: 1}
- {id: internet, name: Internet}
"""


@pytest.fixture
def own(store: str) -> models.Organisation:
    """Return an organisation whose catalogue has one entry."""
    made = organisations.add("school", "A school", "Europe/London", "kim", NOW)
    viewer = people.viewer(made, "kim", now=NOW)
    catalogue.write(viewer, "printing", CatalogueEntry("Printing", "Print and copy."), after=0, now=NOW)
    return made


def test_a_file_is_planned_kept_and_then_the_same(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "catalogue.yaml"
    path.write_text(FILE, encoding="utf-8")
    told = []
    for words in (("--plan",), (), ()):
        assert run(monkeypatch, "catalogue", "apply", f"{path}", *words) == 0
        told.append(capsys.readouterr().out.splitlines())
    assert told == [
        ["to add: internet", "to change: printing; users are to agree again", "0 as kept.", "Nothing was written."],
        ["added: internet", "changed: printing; users are to agree again", "0 as kept."],
        ["2 as kept."],
    ]


def test_what_is_taken_out_is_kept_as_the_same(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "out.yaml"
    assert run(monkeypatch, "catalogue", "export", "--out", f"{path}") == 0
    assert dict(CATALOGUE.load(path).listed) == {"printing": CatalogueEntry("Printing", "Print and copy.")}
    assert run(monkeypatch, "catalogue", "export") == 0
    assert capsys.readouterr().out.splitlines()[1:] == path.read_text(encoding="utf-8").splitlines()
    assert run(monkeypatch, "catalogue", "apply", f"{path}") == 0
    assert capsys.readouterr().out == "1 as kept.\n"


def test_a_file_of_another_organisation_is_refused(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "catalogue.yaml"
    path.write_text(FILE.replace("school", "college"), encoding="utf-8")
    assert run(monkeypatch, "catalogue", "apply", f"{path}") == 2
    assert "the file is of the organisation 'college'" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_table_that_is_taken_out_is_kept_as_the_same(
    suffix: str,
    own: models.Organisation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / f"out.{suffix}"
    assert run(monkeypatch, "catalogue", "export", "--out", f"{path}") == 0
    assert capsys.readouterr().out == f"The catalogue is in {path}.\n"
    assert run(monkeypatch, "catalogue", "apply", f"{path}") == 0
    assert capsys.readouterr().out == "1 as kept.\n"


def test_a_table_is_planned_and_kept_whole_or_not_at_all(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("service,place\nPrinting,here\nLibrary,there\n", encoding="utf-8")
    assert run(monkeypatch, "catalogue", "apply", f"{path}", "--plan") == 0
    assert capsys.readouterr().out.splitlines() == [
        *("to add: library", "to change: printing; users are to agree again", "0 as kept.", "Nothing was written.")
    ]
    path.write_text("service,place,users\nPrinting,here,9\nLibrary,there,many\n", encoding="utf-8")
    assert run(monkeypatch, "catalogue", "apply", f"{path}") == 2
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        "refused: row 3, column 'users': 'many' is no whole number. Write digits alone, or leave the cell empty."
    ]
    assert "1 of the rows cannot be kept" in told.err
    assert models.CatalogueVersion.objects.count() == 1
    assert run(monkeypatch, "catalogue", "apply", f"{tmp_path / 'none.csv'}") == 2
    assert "there is no such file" in capsys.readouterr().err


def test_who_sees_a_part_of_an_entry_cannot_lose_the_rest(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kim = people.viewer(own, "kim", now=NOW)
    whole = CatalogueEntry("Printing", "Print and copy.", owner="kim", used_by=("pupils",))
    catalogue.write(kim, "printing", whole, after=1, now=NOW)
    people.add(kim, "sam", "Sam", now=NOW)
    people.assign(kim, "sam", Assignment(Role.SERVICE_MANAGER, Scope(customers=frozenset({"pupils"}))), now=NOW)
    path = tmp_path / "out.yaml"
    assert run(monkeypatch, "catalogue", "export", "--out", f"{path}", "--as", "sam") == 0
    assert "owner" not in path.read_text(encoding="utf-8")
    assert run(monkeypatch, "catalogue", "apply", f"{path}", "--as", "sam") == 2
    assert "you see a part of the entry 'printing' alone" in capsys.readouterr().err
    assert models.CatalogueVersion.objects.count() == 2
