"""A table of the catalogue: out as CSV and workbook, in again with a plan, and whole or not at all."""

import csv
import io
import secrets
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from servanda.engine.catalogue import CatalogueEntry
from servanda.engine.rights import Role
from servanda.queries import catalogue as kept
from servanda.services import catalogue
from servanda.store import models
from tests.files.workbook_examples import save, sheet_of
from tests.tenancy import school
from tests.web.browsers import SignedIn
from tests.web.test_catalogue import CATALOGUE, MANAGER, said

UPLOAD, KEEP = f"{CATALOGUE}table/", f"{CATALOGUE}table/keep/"
PRINTING = CatalogueEntry("Printing", "=1+1", used_by=("pupils", "staff"), users=12)


@pytest.fixture
def printing(kept_school: models.Organisation, manager: Client) -> Client:
    """Keep an entry whose description would be a formula; return the browser of the service manager."""
    catalogue.apply(MANAGER, {"printing": PRINTING}, now=school.NOW)
    return manager


def sent(client: Client, content: bytes | str, name: str = "catalogue.csv", status: int = 200) -> str:
    """Send a table; return the page that answers."""
    data = content.encode() if isinstance(content, str) else content
    answer = client.post(UPLOAD, {"table": SimpleUploadedFile(name, data)})
    assert answer.status_code == status, said(answer, answer.status_code)
    return answer.text


def held(page: str) -> str:
    """Return the plan that a page would send."""
    return page.split('name="held" value="')[1].split('"')[0]


def entries() -> dict[str, CatalogueEntry]:
    """Return what is kept."""
    return {each.service: each.entry for each in kept.catalogue(MANAGER)}


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_is_handed_out_changes_nothing_when_it_comes_back(printing: Client, suffix: str) -> None:
    content = printing.get(f"{CATALOGUE}catalogue.{suffix}").content
    page = sent(printing, content, f"catalogue.{suffix}")
    assert "Nothing: it says what is kept already." in page
    assert 'name="held"' not in page
    assert entries() == {"printing": PRINTING}


def test_a_workbook_has_texts_alone(printing: Client, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(printing.get(f"{CATALOGUE}catalogue.xlsx").content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        texts = archive.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "'=1+1" in texts


def test_a_table_is_planned_and_then_kept(printing: Client) -> None:
    text = "service,place,version\nPrinting,every floor,1\nLibrary,upstairs,\n"
    page = sent(printing, text)
    assert "1 new, 1 changed, 0 as they are." in page
    assert "<bdi>Printing</bdi>: place" in page
    assert list(entries()) == ["printing"]
    answer = printing.post(KEEP, {"held": held(page)})
    assert answer.headers["Location"] == CATALOGUE
    assert entries()["library"] == CatalogueEntry("Library", place="upstairs")
    assert entries()["printing"].description == "=1+1"


def test_one_row_that_cannot_be_kept_keeps_all_from_being_kept(printing: Client) -> None:
    text = "id,service,owner,rank,depends on\nlibrary,Library,nobody-such,,\nLoans!,Loans,,,\nmusic,Music,,0,printing\n"
    page = sent(printing, text, status=400)
    assert 'name="held"' not in page
    assert "3 rows cannot be kept, so nothing can." in page
    assert "There is no person &#x27;nobody-such&#x27;" in page
    assert "is no id of a service" in page
    assert "A rank is a whole number from 1 to 999" in page
    assert list(entries()) == ["printing"]


def test_a_table_made_of_an_older_version_is_refused(printing: Client) -> None:
    changed = CatalogueEntry("Printing", "Print.")
    catalogue.write(MANAGER, "printing", changed, after=1, now=school.NOW)
    page = sent(printing, "service,place,version\nPrinting,every floor,1\n", status=400)
    assert "has written version 2" in page


def test_who_writes_between_the_plan_and_the_keeping_is_not_overwritten(printing: Client) -> None:
    page = sent(printing, "service,place\nPrinting,every floor\nLibrary,upstairs\n")
    catalogue.write(MANAGER, "printing", CatalogueEntry("Printing", "Print."), after=1, now=school.NOW)
    assert "has written version 2" in said(printing.post(KEEP, {"held": held(page)}), 400)
    assert list(entries()) == ["printing"]


def test_a_plan_is_kept_only_by_whom_it_was_shown_to_and_as_it_was(printing: Client, signed_in: SignedIn) -> None:
    plan = held(sent(printing, "service\nLibrary\n"))
    for client, told in ((printing, plan[:-3] + "abc"), (printing, ""), (signed_in(Role.ADMINISTRATOR), plan)):
        assert "not the one that was shown" in said(client.post(KEEP, {"held": told}), 400)
    assert list(entries()) == ["printing"]


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("catalogue.ods", b"service\nPrinting\n", "ends neither with .csv nor with .xlsx"),
        ("catalogue.csv", b"service\n" + b"x" * 900_000, "at most 900,000"),
        ("catalogue.xlsx", b"PK\x03\x04 and no more", "cannot be read"),
        ("catalogue.csv", b"what,is,this\n1,2,3\n", "is not known"),
    ],
)
def test_what_is_no_table_is_refused_in_words(printing: Client, name: str, content: bytes, found: str) -> None:
    assert found in sent(printing, content, name, status=400)


def test_a_packed_bomb_is_refused_before_it_is_unpacked(printing: Client) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", b"0" * (300 * 1024 * 1024))
    assert len(packed.getvalue()) < 1024 * 1024
    assert "cannot be read" in sent(printing, packed.getvalue(), "catalogue.xlsx", status=400)


def test_who_sees_a_part_of_an_entry_cannot_lose_the_rest(printing: Client) -> None:
    models.RoleAssignment.objects.filter(role=Role.SERVICE_MANAGER.value).update(customers=["pupils"])
    catalogue.write(
        MANAGER,
        "library",
        CatalogueEntry("Library", owner="administrator", used_by=("pupils",)),
        after=0,
        now=school.NOW,
    )
    table = printing.get(f"{CATALOGUE}catalogue.csv").content.decode("utf-8-sig")
    row = next(each for each in csv.DictReader(io.StringIO(table)) if each["id"] == "library")
    assert row["owner"] == ""
    page = sent(printing, table, status=400)
    assert "the rest would be lost" in page
    assert entries()["library"].owner == "administrator"


def test_a_plan_that_no_request_could_bring_back_is_refused_at_once(printing: Client, tmp_path: Path) -> None:
    rows = [("service", "place"), *((f"s{number}", secrets.token_hex(2_300)) for number in range(300))]
    content = save(sheet_of(rows), tmp_path / "table.xlsx").read_bytes()
    assert len(content) < 900_000
    assert "more than one form can hold" in sent(printing, content, "table.xlsx", status=400)
