"""The command `requirements`: out of the database as a file, and back without a loss, whole or not at all."""

from pathlib import Path

import pytest

from servanda.engine.requirements import Requirement
from servanda.files.requirements import REQUIREMENTS
from servanda.queries import requirements as kept
from servanda.services import organisations, people, requirements
from servanda.store import models
from tests.builders import instant
from tests.cli.kept import run

NOW = instant("2026-06-01 09:00 Europe/London")
FILE = """\
format: servanda-requirements/1
organisation: school
requirements:
- {number: 1, customer: pupils, wording: Before the lesson is over.}
- {number: 9, customer: staff, wording: Somebody who listens.}
"""


@pytest.fixture
def own(store: str) -> models.Organisation:
    """Return an organisation in which one requirement is captured."""
    made = organisations.add("school", "A school", "Europe/London", "kim", NOW)
    requirements.capture(people.viewer(made, "kim", now=NOW), Requirement("pupils", "Soon."), now=NOW)
    return made


def test_a_file_is_planned_kept_and_then_the_same(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "requirements.yaml"
    path.write_text(FILE, encoding="utf-8")
    told = []
    for words in (("--plan",), (), ()):
        assert run(monkeypatch, "requirements", "apply", f"{path}", *words) == 0
        told.append(capsys.readouterr().out.splitlines())
    assert told == [
        [
            "to add: requirement 9",
            "to change: requirement 1; those who deliver are to be asked anew",
            "0 as kept.",
            "Nothing was written.",
        ],
        ["added: requirement 9", "changed: requirement 1; those who deliver are to be asked anew", "0 as kept."],
        ["2 as kept."],
    ]
    viewer = people.viewer(own, "kim", now=NOW)
    assert [(each.id, each.number) for each in kept.requirements(viewer)] == [(1, 2), (9, 1)]
    assert requirements.capture(viewer, Requirement("pupils", "And more."), now=NOW) == 10


def test_what_is_taken_out_is_kept_as_the_same(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "out.yaml"
    assert run(monkeypatch, "requirements", "export", "--out", f"{path}") == 0
    assert dict(REQUIREMENTS.load(path).listed) == {1: Requirement("pupils", "Soon.")}
    assert run(monkeypatch, "requirements", "export") == 0
    assert capsys.readouterr().out.splitlines()[1:] == path.read_text(encoding="utf-8").splitlines()
    assert run(monkeypatch, "requirements", "apply", f"{path}") == 0
    assert capsys.readouterr().out == "1 as kept.\n"


@pytest.mark.parametrize(
    ("this", "that", "refusal"),
    [
        ("organisation: school", "organisation: college", "the file is of the organisation 'college'"),
        ("customer: staff", "customer: staff, service: none-such", "There is no service 'none-such' here."),
        ("customer: staff", "customer: staff, said_by: nobody", "There is no person 'nobody' here"),
    ],
)
def test_of_a_file_with_a_fault_nothing_is_kept(
    own: models.Organisation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    this: str,
    that: str,
    refusal: str,
) -> None:
    path = tmp_path / "requirements.yaml"
    path.write_text(FILE.replace(this, that), encoding="utf-8")
    assert run(monkeypatch, "requirements", "apply", f"{path}") == 2
    assert refusal in capsys.readouterr().err
    assert models.RequirementVersion.objects.count() == 1
