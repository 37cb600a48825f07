"""The levels of a service on the page of its entry: estimated, measured, proposed and agreed, never mixed."""

import csv
import io
from pathlib import Path

import pytest
from django.test import Client

from servanda.engine.catalogue import CatalogueEntry
from servanda.files import agreements as agreement_files
from servanda.services import catalogue
from servanda.store import books, models, translate
from tests.tenancy import school
from tests.web.test_catalogue import CATALOGUE, MANAGER, PRINTING, said
from tests.web.test_services import with_a_share

__all__ = ["with_a_share"]

ESTIMATE = {"kind": "resolution", "priority": "", "figure": "60 %", "source": "asked <b>Pat</b>", "on": "2025-12-01"}


@pytest.fixture
def printing(kept_school: models.Organisation, manager: Client) -> Client:
    """Keep an entry for printing; return the browser of the service manager."""
    entries = {"printing": CatalogueEntry("Printing", used_by=("pupils",))}
    catalogue.apply(MANAGER, entries, now=school.NOW)
    return manager


def levels_of(client: Client) -> str:
    """Return what the section of levels says."""
    return said(client.get(PRINTING)).partition("Agreed Availability")[2].partition("Versions")[0]


def test_without_tickets_nothing_is_measured_and_nothing_is_nought(printing: Client) -> None:
    told = levels_of(printing)
    assert told.count("not measured yet") >= 4
    assert "0 %" not in told
    assert "n = 0" not in told


def test_an_estimate_stands_beside_what_is_measured_and_agreed(
    printing: Client, with_a_share: models.Organisation
) -> None:
    assert printing.post(f"{PRINTING}estimate/", ESTIMATE).status_code == 302
    told = levels_of(printing)
    assert "60 % estimate of 1 December 2025 by service_manager : asked <b>Pat</b>" in told
    assert "2 of 4 in time n = 4, January 2026" in told
    assert "Missed" in told
    assert "8 hours of open time for 75 % of tickets (desk/2)" in told
    assert "January 2026: measured 2 of 4, n = 4; estimate 60 %" in told
    assert "<b>Pat</b>" not in printing.get(PRINTING).text


def test_a_later_estimate_leaves_the_earlier_one_to_be_read(printing: Client) -> None:
    printing.post(f"{PRINTING}estimate/", ESTIMATE)
    printing.post(f"{PRINTING}estimate/", {**ESTIMATE, "figure": "70 %", "on": "2026-01-05"})
    told = levels_of(printing)
    assert "70 % estimate of 5 January 2026" in told
    assert "1 earlier estimate 60 % , 1 December 2025: asked <b>Pat</b>" in told


def test_an_estimate_that_cannot_be_is_said_beside_the_form(printing: Client) -> None:
    answer = printing.post(f"{PRINTING}estimate/", {**ESTIMATE, "kind": "availability", "figure": "often"})
    assert "A percentage lies between 0 % and 100 %" in said(answer, 400)
    assert 'value="often"' in answer.text
    tomorrow = printing.post(f"{PRINTING}estimate/", {**ESTIMATE, "on": "2126-01-01"})
    assert "which is still to come" in said(tomorrow, 400)


def test_what_is_proposed_is_not_shown_as_agreed(
    printing: Client, kept_school: models.Organisation, tmp_path: Path
) -> None:
    text = school.LATER.replace("P2: 6 hours}}", "P2: 6 hours}, maturity: proposed}")
    (tmp_path / "proposed.yaml").write_text(text, encoding="utf-8")
    version = agreement_files.load(tmp_path / "proposed.yaml").versions[-1]
    translate.record_of_version(version, kept_school, school.NOW).save()
    models.Organisation.objects.update(agreements_applied=9)
    books.forget()
    page = printing.get(PRINTING).text
    row = page.split("<bdi>P1</bdi>")[1].split("</tr>")[0]
    proposed, agreed = row.split('data-label="Proposed"')[1].split('data-label="Agreed"')
    assert "2 hours of open time (desk/2)" in proposed
    assert "none" in agreed
    assert "0 targets agreed, 1 proposed, 0 assumed." in said(printing.get(CATALOGUE))


def test_the_table_tells_each_sort_of_level_apart(printing: Client, with_a_share: models.Organisation) -> None:
    printing.post(f"{PRINTING}estimate/", {**ESTIMATE, "source": "=1+1"})
    text = printing.get(f"{CATALOGUE}catalogue.csv").content.decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["resolution estimated"] == "60 % (estimate of 2025-12-01: =1+1)"
    assert row["resolution measured"].startswith("2 of 4 in time, n = 4, January 2026")
    assert "P2: 8 hours of open time for 75 % of tickets (desk/2)" in row["resolution agreed"]
    assert row["availability measured"] == "not measured yet"
    assert row["resolution proposed"] == ""
