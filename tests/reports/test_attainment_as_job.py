"""The report of attainment as a job: the figures of whoever ordered it, in files that appear whole."""

import json
from pathlib import Path
from typing import Any

import pytest

from servanda.bad_input import BadInput
from servanda.cli import main
from servanda.engine.rights import Assignment, Role
from servanda.reports.attainment.as_job import REPORT
from servanda.services import jobs
from servanda.services.jobs import Ended, Job, Worker
from servanda.store import models, translate
from servanda.store.access import NotFound
from tests.databases import SQLITE_URL
from tests.services.hill import KIM, NOW, hill, take_in, viewer


@pytest.fixture
def folder(store: str, tmp_path: Path) -> Path:
    """Keep Hill School with its eight tickets and with Kim, and return an empty folder."""
    person = models.Person.objects.create(organisation=hill(tmp_path), slug="kim", name="Kim")
    translate.record_of_assignment(Assignment(Role.SERVICE_MANAGER), person).save()
    take_in(tmp_path)
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def job(out: Path, role: Role = Role.SERVICE_MANAGER, **named: Any) -> Job:
    """Return a report that somebody ordered."""
    return Job(viewer(role), {"folder": str(out), "name": "june", **named}, NOW)


def test_it_writes_what_the_command_writes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert REPORT.run(job(folder, period="2018-06")) == "written to june.csv and june.json"
    monkeypatch.setenv("SERVANDA_DATABASE", SQLITE_URL)
    names = ["--csv", str(folder / "own.csv"), "--json", str(folder / "own.json")]
    assert main(["report", "--period", "2018-06", "--as", "kim", *names]) == 0
    for ending in ("csv", "json"):
        assert (folder / f"june.{ending}").read_bytes() == (folder / f"own.{ending}").read_bytes()
    assert json.loads((folder / "june.json").read_text())


def test_run_twice_it_writes_the_same(folder: Path) -> None:
    REPORT.run(job(folder))
    before = {each.name: each.read_bytes() for each in folder.iterdir()}
    REPORT.run(job(folder))
    assert {each.name: each.read_bytes() for each in folder.iterdir()} == before
    assert sorted(before) == ["june.csv", "june.json"]


def test_it_is_ordered_and_run_like_any_job(folder: Path) -> None:
    assert jobs.order(KIM, REPORT, "report june", {"folder": str(folder), "name": "june"}, now=NOW)
    worker = Worker("one", {"report": REPORT}, lambda: NOW)
    assert worker.run_one() == Ended("report", "report june", "hill", "done", "written to june.csv and june.json")


def test_who_may_not_see_results_gets_none(folder: Path) -> None:
    nobody = Job(KIM.__class__("hill", "pat", NOW.date()), {"folder": str(folder), "name": "june"}, NOW)
    with pytest.raises(NotFound):
        REPORT.run(nobody)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ({"name": "../june"}, "a report called '../june'"),
        ({"name": ""}, "a report called ''"),
        ({"name": "..\\june"}, "a report called"),
        ({"folder": "/nowhere/at/all"}, "there is no folder"),
        ({"period": "sometime"}, "the period 'sometime'"),
        ({"cohort": "all"}, "the cohort 'all'"),
        ({"by": ["moon"]}, "the split 'moon'"),
        ({"source": "none"}, "no ticket of source 'none' is kept"),
    ],
)
def test_what_cannot_be_reported_is_refused_and_leaves_no_file(folder: Path, named: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words.replace("\\", "\\\\")):
        REPORT.run(job(folder, **named))
    assert list(folder.iterdir()) == []
