"""The doctor tells what is well, and of each thing that is not what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test import override_settings

from servanda.config.sign_on import providers_of
from servanda.engine.rights import Action, Assignment, Role, Viewer
from servanda.services import audit, doctor
from servanda.services.doctor import Finding, Level
from servanda.store import models, tables
from tests import saml_assertions
from tests.databases import SQLITE_URL, work_on
from tests.services.fresh import made
from tests.upgrades import seeded

NOW = seeded.RECORDED + timedelta(minutes=10)
KIM = Viewer("school", "kim", date(2026, 2, 2), (Assignment(Role.ADMINISTRATOR),))


def about(word: str) -> list[Finding]:
    """Return what the doctor finds about one thing."""
    return [each for each in doctor.examine(NOW) if each.about == word]


def bad(word: str) -> list[str]:
    """Return what the doctor finds wrong about one thing."""
    found = [each for each in about(word) if each.level is not Level.OK]
    assert all(each.mend for each in found)
    return [each.found for each in found]


@pytest.fixture
def school(store: str) -> models.Organisation:
    """Return a school that is kept."""
    seeded.seed(2, ("school",))
    return models.Organisation.objects.get()


def test_it_is_said_who_can_sign_in(school: models.Organisation) -> None:
    assert [each.found for each in about("sign-in")] == ["1 of school can sign in"]
    models.Person.objects.update(account=None)
    assert [each.found for each in about("sign-in")] == [
        "nobody of school can sign in yet; 'servanda people invite' makes a link for somebody"
    ]


def test_certificates_of_sign_on_that_end_soon_are_told(school: models.Organisation, tmp_path: Path) -> None:
    saml_assertions.set_up(tmp_path)
    with override_settings(SIGN_ON=providers_of({}, tmp_path)):
        assert [each.found for each in about("sign-on")] == [
            "people may sign on with School sign-on (https://idp.example/metadata)"
        ]
        soon = saml_assertions.ENDS - timedelta(days=29)
        [found] = [each for each in doctor.examine(soon) if each.about == "sign-on"]
        assert (found.level, found.found) == (
            Level.WARNING,
            "the last certificate of School sign-on holds until 2060-01-01",
        )


def test_what_is_well_is_said_too(school: models.Organisation) -> None:
    words = ("settings", "room", "tables", "administrators", "audit", "outbox", "agreements", "time")
    assert {word: bad(word) for word in words} == {word: [] for word in words}
    assert [each.found for each in about("administrators")] == ["school has 1"]
    assert [each.found for each in about("audit")] == ["the 2 entries of school are as they were written"]


def test_the_settings_are_those_that_the_connection_has_and_not_those_that_were_asked_for(store: str) -> None:
    if store == "postgresql":
        connection.cursor().execute("SET LOCAL synchronous_commit TO off")
        assert bad("settings") == ["synchronous_commit is off, and should be on: what was accepted could be lost"]
    else:
        connection.cursor().execute("PRAGMA recursive_triggers = OFF")
        assert bad("settings") == ["recursive_triggers is 0, and should be on: what was accepted could be lost"]
        connection.cursor().execute("PRAGMA recursive_triggers = ON")


def test_a_backup_that_was_never_tried_or_long_ago_is_told(school: models.Organisation) -> None:
    assert bad("backup") == ["school was backed up and restored on trial never"]
    with transaction.atomic():
        audit.note(school, KIM, Action.BACK_UP, "everything", now=NOW - timedelta(days=36))
    assert bad("backup") == ["school was backed up and restored on trial last on 2025-12-28, more than 35 days ago"]
    with transaction.atomic():
        audit.note(school, KIM, Action.BACK_UP, "everything", now=NOW - timedelta(days=35))
    assert bad("backup") == []


def test_a_restored_database_is_not_told_as_never_backed_up(school: models.Organisation) -> None:
    with transaction.atomic():
        audit.note(school, KIM, Action.IMPORT_LOG, "batch 1", now=NOW - timedelta(days=38))
        audit.note(
            school, KIM, Action.RESTORE, "everything", now=NOW - timedelta(days=35), content={"file": "b.sqlite3"}
        )
    (found,) = about("backup")
    assert found.level is Level.OK
    done, back = NOW - timedelta(days=38), NOW - timedelta(days=35)
    assert found.found == (
        f"school was restored on {back:%Y-%m-%d} from the backup 'b.sqlite3', which tells of what was done up to "
        f"{done:%Y-%m-%d %H:%M} UTC, and was not backed up since"
    )
    (late,) = doctor._drills(NOW + timedelta(days=1))
    assert (late.level, late.found) == (Level.WARNING, found.found)
    with transaction.atomic():
        audit.note(school, KIM, Action.BACK_UP, "everything", now=NOW)
    assert bad("backup") == []
    assert "restored on trial on" in about("backup")[0].found


def test_an_organisation_without_an_administrator_is_told(school: models.Organisation) -> None:
    models.RoleAssignment.objects.filter(role="administrator").update(services=["mail"])
    assert bad("administrators") == ["school has no active administrator, so nobody can give anybody a role"]


def test_a_person_who_left_administers_nothing(school: models.Organisation) -> None:
    models.Person.objects.filter(slug="kim").update(active=False)
    assert len(bad("administrators")) == 1


def test_a_chain_with_an_entry_too_many_is_told(school: models.Organisation) -> None:
    models.Entry.objects.create(
        organisation=school, sequence=9, recorded_at=NOW, actor="kim", action="x", subject="x", entry_hash="x"
    )
    assert bad("audit") == ["the chain of school breaks at entry 9: entries 3 to 8 are missing"]


def test_messages_that_wait_or_were_given_up_are_told(school: models.Organisation) -> None:
    models.Message.objects.update(due_at=NOW - timedelta(hours=2))
    assert bad("outbox") == ["the oldest message has waited since 2026-02-02 07:40 UTC"]
    models.Message.objects.update(state=models.Message.State.DEAD)
    assert bad("outbox") == ["1 messages were given up (breach)"]


def test_a_record_of_the_future_is_told(school: models.Organisation) -> None:
    with transaction.atomic():
        audit.note(school, KIM, Action.VERIFY, "x", now=NOW + timedelta(minutes=6))
    assert bad("time") == ["something was recorded at 2026-02-02 09:46:00 UTC, and here it is 2026-02-02 09:40:00 UTC"]


def test_an_agreement_that_ended_and_a_calendar_that_is_missing_are_told(school: models.Organisation) -> None:
    last = models.AgreementVersion.objects.get(number=2)
    models.Ending.objects.create(organisation=school, version=last, ended_on=date(2026, 2, 1), recorded_at=NOW)
    assert bad("agreements") == ["school: agreement 'service-desk' has ended with its version 2 and has no successor"]


def test_a_calendar_that_is_missing_is_told(store: str) -> None:
    seeded.seed(1, ("school",))
    school = models.Organisation.objects.get()
    content = models.AgreementVersion.objects.get(number=2).content
    for target in content["targets"]:
        target["calendar"]["id"] = "lost"
    models.AgreementVersion.objects.create(
        organisation=school,
        agreement="other",
        number=1,
        kind="SLA",
        content_hash="x",
        content=content | {"agreement": "other", "number": 1},
        effective_from=date(2026, 2, 1),
        applied_at=NOW,
    )
    assert bad("agreements") == ["school: the calendar 'lost' of other/1 is missing"]


def test_a_version_that_cannot_be_read_is_told(school: models.Organisation) -> None:
    models.AgreementVersion.objects.create(
        organisation=school,
        agreement="other",
        number=1,
        kind="SLA",
        content_hash="x",
        content={"strange": 1},
        effective_from=date(2026, 2, 1),
        applied_at=NOW,
    )
    (found,) = bad("agreements")
    assert found.startswith("a version kept for school cannot be read: ")


def test_too_little_room_is_told(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if store == "postgresql":
        assert "is not told to clients" in about("room")[0].found
        return
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1024**3 - 1))
    (found,) = bad("room")
    assert found.endswith("1,023.9 MB are free")


@pytest.mark.parametrize(
    ("standing", "found"),
    [
        (tables.Standing.NONE, "there are none yet"),
        (tables.Standing.OLDER, "they are those of an older version"),
        (tables.Standing.NEWER, "they are those of a newer version"),
    ],
)
def test_tables_of_another_version_are_told_and_nothing_in_them_is_read(
    school: models.Organisation, monkeypatch: pytest.MonkeyPatch, standing: tables.Standing, found: str
) -> None:
    monkeypatch.setattr(tables, "standing", lambda: standing)
    assert bad("tables") == [found]
    assert about("audit") == []


def test_a_package_that_is_missing_is_told_with_the_command_that_brings_it(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "SERVER_PACKAGES", {"no_such_package": "a workbook"})
    assert bad("packages") == ["no_such_package is missing, without which a workbook cannot be read"]


@pytest.mark.parametrize(("version", "count"), [((3, 51, 2), 1), ((3, 51, 3), 0), ((3, 50, 7), 0)])
def test_an_sqlite_with_the_fault_of_the_log_is_told(version: tuple[int, ...], count: int) -> None:
    assert len(list(doctor._fault_of_the_log(version))) == count


# --- the file ---


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """Work on an SQLite file of the test's own."""
    path = tmp_path / "own.sqlite3"
    made(f"sqlite:///{path}")
    yield path
    work_on(SQLITE_URL)


def test_a_file_that_is_not_there_is_told_and_not_made(tmp_path: Path) -> None:
    work_on(f"sqlite:///{tmp_path / 'none.sqlite3'}")
    assert [each.found for each in doctor.examine(NOW)] == [f"there is no file {tmp_path / 'none.sqlite3'} yet"]
    assert not (tmp_path / "none.sqlite3").exists()
    work_on(SQLITE_URL)


def test_a_file_that_everybody_may_read_is_told(file: Path) -> None:
    file.chmod(0o644)
    file.parent.chmod(0o755)
    assert bad("file") == ["everybody on this machine may read it, and it holds people's names"]
    file.parent.chmod(0o700)
    assert bad("file") == []


def test_a_file_on_a_network_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "network_kind_of", lambda _: "nfs4")
    file.chmod(0o600)
    assert bad("file") == ["it lies on a network file system (nfs4), whose locks do not keep two writers apart"]


def test_a_damaged_file_is_told(file: Path) -> None:
    file.chmod(0o600)
    connection.close()
    with closing(sqlite3.connect(file)) as other:
        other.execute("PRAGMA foreign_keys = OFF")
        columns = "organisation_id, slug, name, email, active"
        other.execute(f"INSERT INTO store_person ({columns}) VALUES (99, 'x', 'x', '', 1)")
        other.commit()
    assert bad("file") == ["the database in it is damaged: a row of store_person refers to nothing"]
