"""A watched folder: what settles is imported once, what ended is put aside, and nothing is lost or written over."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from servanda.bad_input import BadInput
from servanda.engine.rights import Assignment, Role
from servanda.services import imports
from servanda.services.jobs import IMPORT, Worker
from servanda.services.watch_folders import Watch, WatchedFolder, candidates, reserved
from servanda.store import models, translate
from servanda.store.access import NotFound
from tests import june
from tests.services.hill import KIM, NOW, hill, viewer

SETTLED = timedelta(seconds=10)


class Folder:
    """A watched folder, a watch over it, and a worker; each look is ten seconds after the one before."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "inbox"
        self.path.mkdir()
        june.write_files(folder)
        self.table = (folder / "tickets.csv").read_text()
        self.watched = WatchedFolder(self.path, folder / "mapping.yaml", SETTLED)
        self.watch = Watch(self.watched)
        self.now: datetime = NOW

    def put(self, name: str, text: str | None = None) -> Path:
        """Put a file into the folder, by default the eight tickets."""
        (self.path / name).write_text(self.table if text is None else text)
        return self.path / name

    def look(self) -> list[str]:
        """Look once and return what was said."""
        self.now += SETTLED
        return list(self.watch.look(KIM, now=self.now))

    def work(self) -> list[str]:
        """Run all jobs that are due and return their verdicts."""
        worker = Worker("one", {"import": IMPORT}, lambda: self.now)
        return [ended.verdict for ended in iter(worker.run_one, None)]

    def restart(self) -> None:
        """Forget all that is only remembered, as after a crash."""
        self.watch = Watch(self.watched)

    def files(self) -> list[str]:
        """Return the path of every file, inside the folder."""
        return sorted(str(each.relative_to(self.path)) for each in self.path.rglob("*") if not each.is_dir())


@pytest.fixture
def folder(store: str, tmp_path: Path) -> Folder:
    """Keep Hill School with Kim, and return an empty folder that is watched."""
    organisation = hill(tmp_path)
    person = models.Person.objects.create(organisation=organisation, slug="kim", name="Kim")
    translate.record_of_assignment(Assignment(Role.SERVICE_MANAGER), person).save()
    return Folder(tmp_path)


def test_a_file_that_has_settled_is_imported_and_put_aside(folder: Folder) -> None:
    folder.put("june.csv")
    assert folder.look() == []
    assert folder.look() == ["june.csv: its import is ordered"]
    assert folder.look() == []
    assert folder.work() == ["done"]
    assert folder.look() == ["june.csv: moved to done/june.csv"]
    assert folder.files() == ["done/june.csv"]
    assert (folder.path / "done" / "june.csv").read_text() == folder.table
    assert models.Ticket.objects.count() == 8


def test_a_file_that_still_grows_is_left_alone(folder: Folder) -> None:
    half = len(folder.table) // 2
    folder.put("june.csv", folder.table[:half])
    assert folder.look() == []
    folder.put("june.csv")
    assert folder.look() == []
    assert folder.look() == ["june.csv: its import is ordered"]


def test_a_file_that_was_only_touched_waits_again(folder: Folder) -> None:
    file = folder.put("june.csv")
    folder.look()
    os.utime(file, ns=(0, 0))
    assert folder.look() == []
    assert folder.look() == ["june.csv: its import is ordered"]


@pytest.mark.parametrize(
    "name", [".june.csv", "june.csv.tmp", "june.csv.part", "june.CRDOWNLOAD", "june.csv~", "~june.csv"]
)
def test_what_is_hidden_or_still_being_brought_is_left_alone(folder: Folder, name: str) -> None:
    folder.put(name)
    assert [folder.look(), folder.look(), folder.look()] == [[], [], []]
    assert folder.files() == [name]


def test_a_folder_inside_is_left_alone(folder: Folder) -> None:
    (folder.path / "old").mkdir()
    assert list(candidates(folder.path)) == []


def test_a_refused_file_is_put_aside_with_the_reasons_and_its_rows(folder: Folder) -> None:
    folder.put("june.csv", folder.table.replace("2018", "20x8", 1))
    folder.look()
    folder.look()
    assert folder.work() == ["refused"]
    assert folder.look() == ["june.csv: moved to refused/june.csv"]
    names = folder.files()
    assert names[1:] == ["refused/june.csv", "refused/june.csv.txt"]
    assert names[0].startswith("refused/june-")
    assert names[0].endswith(".rows.csv")
    reasons = (folder.path / "refused" / "june.csv.txt").read_text()
    assert "1 tickets or rows are refused, so nothing was imported" in reasons
    assert models.Ticket.objects.count() == 0


def test_the_same_content_under_another_name_is_recognised(folder: Folder) -> None:
    folder.put("june.csv")
    folder.look(), folder.look(), folder.work(), folder.look()
    folder.put("june again.csv")
    folder.look()
    assert folder.look() == ["june again.csv: moved to done/june again.csv (the same content was taken in before)"]
    assert models.Batch.objects.count() == models.Message.objects.filter(kind="import").count() == 1


def test_two_files_of_one_content_are_one_import(folder: Folder) -> None:
    folder.put("a.csv")
    folder.put("b.csv")
    folder.look()
    assert folder.look() == ["a.csv: its import is ordered"]
    assert folder.work() == ["done"]
    folder.look()
    assert folder.files() == ["done/a.csv", "done/b.csv"]


def test_two_refused_files_of_one_content_are_both_put_aside(folder: Folder) -> None:
    for name in ("a.csv", "b.csv"):
        folder.put(name, folder.table.replace("2018", "20x8", 1))
    for _ in range(6):
        folder.look()
        folder.work()
    assert [name for name in folder.files() if name.endswith(("a.csv", "b.csv"))] == ["refused/a.csv", "refused/b.csv"]


def test_a_name_that_is_taken_gets_a_number(folder: Folder) -> None:
    tables = [folder.table, folder.table + "\n", folder.table + "\n\n"]
    for table in tables:
        folder.put("june.csv", table)
        folder.look(), folder.look(), folder.work(), folder.look()
    assert folder.files() == ["done/june-2.csv", "done/june-3.csv", "done/june.csv"]
    kept = [(folder.path / "done" / name).read_text() for name in ("june.csv", "june-2.csv", "june-3.csv")]
    assert kept == tables


def test_a_number_goes_before_all_endings_and_past_reasons_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "june.csv.gz.txt").write_text("reasons")
    assert reserved(tmp_path, "june.csv.gz").name == "june-2.csv.gz"
    assert reserved(tmp_path, "june.csv.gz").name == "june-3.csv.gz"


def test_a_link_out_of_the_folder_is_refused_and_not_followed(folder: Folder, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(folder.table)
    (folder.path / "june.csv").symlink_to(secret)
    assert folder.look() == ["june.csv: moved to refused/june.csv"]
    assert "put the file itself here" in (folder.path / "refused" / "june.csv.txt").read_text()
    assert secret.read_text() == folder.table
    assert folder.work() == []


def test_a_refused_file_that_is_put_here_again_is_tried_again(folder: Folder) -> None:
    bad = folder.table.replace("2018", "20x8", 1)
    for _ in range(2):
        folder.put("june.csv", bad)
        folder.look()
        assert folder.look() == ["june.csv: its import is ordered"]
        assert folder.work() == ["refused"]
        folder.look()
    assert [name for name in folder.files() if name.endswith(("june.csv", "june-2.csv"))] == [
        "refused/june-2.csv",
        "refused/june.csv",
    ]


def test_a_file_whose_import_was_undone_is_imported_again(folder: Folder) -> None:
    folder.put("june.csv")
    folder.look(), folder.look(), folder.work(), folder.look()
    imports.undo(KIM, 1, "the wrong month", now=folder.now)
    folder.put("june.csv")
    folder.look()
    assert folder.look() == ["june.csv: its import is ordered"]
    assert folder.work() == ["done"]
    assert models.Batch.objects.count() == 2


def test_a_crash_between_import_and_move_is_harmless(folder: Folder) -> None:
    folder.put("june.csv")
    folder.look(), folder.look(), folder.work()
    folder.restart()
    folder.look()
    folder.look()
    assert folder.files() == ["done/june.csv"]
    assert models.Batch.objects.count() == 1


def test_a_crash_between_refusal_and_move_runs_it_again_and_changes_nothing(folder: Folder) -> None:
    folder.put("june.csv", folder.table.replace("2018", "20x8", 1))
    folder.look(), folder.look(), folder.work()
    folder.restart()
    folder.look()
    assert folder.look() == ["june.csv: its import is ordered"]
    assert folder.work() == ["refused"]
    assert folder.look() == ["june.csv: moved to refused/june.csv"]
    assert models.Ticket.objects.count() == 0


def test_a_file_that_cannot_be_moved_is_said_once_and_keeps_no_other_from_its_import(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put("june.csv")
    folder.look(), folder.look(), folder.work()

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", refuse)
        assert folder.look() == ["june.csv: [Errno 13] Permission denied"]
        folder.put("more.csv", folder.table + "\n")
        assert folder.look() == []
        assert folder.look() == ["more.csv: its import is ordered"]
    folder.look()
    assert folder.files() == ["done/june.csv", "more.csv"]


def test_a_file_that_disappears_is_forgotten(folder: Folder) -> None:
    file = folder.put("june.csv")
    folder.look()
    file.unlink()
    assert folder.look() == []
    folder.put("june.csv")
    assert folder.look() == []


def test_who_may_not_import_orders_nothing_and_no_file_is_moved(folder: Folder) -> None:
    folder.put("june.csv")
    folder.look()
    with pytest.raises(NotFound):
        list(folder.watch.look(viewer(Role.TECHNICIAN), now=NOW + timedelta(hours=1)))
    assert folder.files() == ["june.csv"]


def test_without_a_folder_there_is_nothing_to_watch(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such folder to watch"):
        WatchedFolder(tmp_path / "none", tmp_path / "mapping.yaml")
