"""The pages of imports: the list, and one import with its causes, its mapping and how it was taken back."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from servanda.engine.rights import Role
from servanda.services import imports, people
from servanda.store import models
from tests.tenancy import school
from tests.web.browsers import SignedIn
from tests.web.test_agreements import text

LIST = "/o/school/imports/"


@pytest.fixture
def taken_in(kept_school: models.Organisation, tmp_path: Path) -> models.Organisation:
    """Take in the tickets, then a file two rows of which are refused."""
    files = school.written(tmp_path / "files")
    administrator = people.viewer(kept_school, "administrator", now=school.NOW)
    for name in ("tickets", "damaged"):
        with imports.plan(administrator, Path(files[name]), Path(files["mapping"]), now=school.NOW) as planned:
            imports.commit(administrator, planned, good_rows_only=True, now=school.NOW)
    return kept_school


def test_imports_are_listed_with_why_rows_were_refused(taken_in: models.Organisation, manager: Client) -> None:
    told = text(manager, LIST)
    assert "2 files taken in, the latest first" in told
    assert told.index("damaged.csv") < told.index("tickets.csv")
    assert "time unreadable: 1 row" in told or "date without a time: 1 row" in told
    assert "by administrator" in told


def test_no_import_is_a_start(manager: Client) -> None:
    assert "No file was taken in yet" in text(manager, LIST)


def test_one_import_shows_its_mapping_and_says_what_is_not_kept(taken_in: models.Organisation, manager: Client) -> None:
    told = text(manager, f"{LIST}2/")
    assert "It stands: what it brought counts." in told
    assert "The refused rows themselves are not kept here" in told
    assert "servanda import damaged.csv --mapping mapping.yaml --plan --rejects refused.csv" in told
    assert "id: small name: Small log" in told
    assert "No row was refused." in text(manager, f"{LIST}1/")


def test_an_import_of_an_earlier_program_says_that_no_cause_was_kept(
    taken_in: models.Organisation, manager: Client
) -> None:
    models.Batch.objects.filter(number=2).update(counts={"new": 1, "refused": 1})
    assert "did not keep why" in text(manager, f"{LIST}2/")


def test_what_was_taken_back_says_by_whom_and_why(taken_in: models.Organisation, manager: Client) -> None:
    administrator = people.viewer(taken_in, "administrator", now=school.NOW)
    imports.undo(administrator, 2, "<b>the wrong</b> file", now=school.NOW + timedelta(hours=1))
    told = text(manager, f"{LIST}2/")
    assert "Taken back Mon 2 Feb 2026 10:00 by administrator : <b>the wrong</b> file" in told
    assert "To take it back" not in told
    assert "taken back Mon 2 Feb 2026 10:00" in text(manager, LIST)


@pytest.mark.parametrize(
    ("asked", "status"),
    [("3/", 404), ("0/", 404), ("99999999999999999999/", 404), ("?page=2", 404), ("?page=0", 404), ("?page=x", 400)],
)
def test_what_is_not_there_is_refused(taken_in: models.Organisation, manager: Client, asked: str, status: int) -> None:
    assert manager.get(f"{LIST}{asked}").status_code == status


def test_who_may_not_see_what_was_done_sees_no_import(taken_in: models.Organisation, signed_in: SignedIn) -> None:
    for role in (Role.TECHNICIAN, Role.REPRESENTATIVE, Role.EXECUTIVE, Role.SUPPLIER_CONTACT):
        assert signed_in(role).get(LIST).status_code == signed_in(role).get(f"{LIST}1/").status_code == 404
    assert signed_in(Role.AUDITOR).get(f"{LIST}1/").status_code == 200
