"""The pages of reports: what they show, who is offered what, the files, and text that would like to be markup."""

import html
import re
from pathlib import Path

import pytest
from django.test import Client

from servanda.engine.periods import Period
from servanda.engine.rights import Assignment, Role, Viewer
from servanda.queries import reports as kept
from servanda.reports.monthly import issuing, sections
from servanda.services import reports
from servanda.store import models
from tests.cli.kept import run
from tests.tenancy import canary, school
from tests.tenancy.commands import SETTING_UP
from tests.web.browsers import SignedIn

JANUARY = Period.read("2026-01")
KIM = Viewer("school", "administrator", school.NOW.date(), (Assignment(Role.ADMINISTRATOR),))
MONTH = "/o/school/reports/2026-01/"
ISSUED = "/o/school/reports/issued/1/"


@pytest.fixture
def january(kept_school: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> models.Organisation:
    """Keep the tickets of January."""
    places = school.written(tmp_path / "files")
    for words in SETTING_UP:
        told = [word.format(**places) for word in words]
        assert run(monkeypatch, *told, "--organisation", "school", "--as", "administrator") == 0
    return kept_school


def issue() -> int:
    """Issue the report of January."""
    figures_hash = issuing.prepare(KIM, JANUARY, school.NOW)
    reports.check(KIM, JANUARY, figures_hash, now=school.NOW)
    return issuing.issue(KIM, JANUARY, figures_hash, school.NOW)


def text_of(browser: Client, address: str) -> str:
    """Return what a page says, without its markup."""
    answer = browser.get(address)
    assert answer.status_code == 200, address
    shown = re.sub(r"<svg.*?</svg>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def test_a_report_goes_from_the_list_to_its_number_by_forms_alone(
    january: models.Organisation, manager: Client
) -> None:
    assert "Prepare the report of January 2026" in text_of(manager, "/o/school/reports/")
    assert manager.post(f"{MONTH}prepare/").headers["Location"] == MONTH
    assert "I have read it: mark as checked" in text_of(manager, MONTH)
    manager.post(f"{MONTH}summary/", {"place": "2", "text": "The <b>printer</b> was moved."})
    assert "The <b>printer</b> was moved. Written by service-manager" in text_of(manager, MONTH)
    draft = kept.draft(KIM, JANUARY.first)
    assert draft is not None
    manager.post(f"{MONTH}check/", {"figures": draft.figures_hash})
    assert "Issue report 1 for January 2026" in text_of(manager, MONTH)
    assert manager.post(f"{MONTH}issue/", {"figures": draft.figures_hash}).headers["Location"] == ISSUED
    assert manager.post(f"{MONTH}issue/", {"figures": draft.figures_hash}).headers["Location"] == ISSUED
    shown = text_of(manager, ISSUED)
    assert "Service report, January 2026 (report 1)" in shown
    assert "Internal to ICT: not released" in shown


def test_the_page_shows_every_cell_of_the_report(january: models.Organisation, manager: Client) -> None:
    issue()
    shown = text_of(manager, ISSUED).replace(" ", "")
    document = sections.of(issuing.of_issued(kept.issued(KIM, 1)))
    for section in document.sections:
        if section.table is None or section.id == "slam":
            continue
        for row in section.table.on_paper:
            cells = "".join(f"{cell:,}" if isinstance(cell, int) else cell for cell in row)
            assert cells.replace(" ", "") in shown, (section.id, row)


def test_a_file_is_handed_out_to_be_kept(january: models.Organisation, manager: Client) -> None:
    issue()
    for form in ("pdf", "xlsx", "csv", "json"):
        answer = manager.get(f"{ISSUED}report.{form}")
        assert answer.content == kept.file(KIM, 1, form)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="report-1-school.{form}"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert manager.get(f"{ISSUED}report.exe").status_code == 404


def test_who_makes_no_reports_is_offered_none(january: models.Organisation, signed_in: SignedIn) -> None:
    issue()
    technician = signed_in(Role.TECHNICIAN)
    assert "<form" not in technician.get(ISSUED).content.decode().split("<main", 1)[1]
    representative = signed_in(Role.REPRESENTATIVE)
    assert "No report is released to you yet" in text_of(representative, "/o/school/reports/")
    reports.release(KIM, 1, "all", now=school.NOW)
    shown = text_of(representative, ISSUED)
    assert "Internal to ICT" not in shown
    assert "sha256:" not in shown.split("Annex")[0]


def test_a_pilot_reader_is_asked_and_answers(january: models.Organisation, signed_in: SignedIn) -> None:
    issue()
    reports.release(KIM, 1, "pilot", ("executive",), now=school.NOW)
    head = signed_in(Role.EXECUTIVE)
    assert "Is it clear?" in text_of(head, ISSUED)
    head.post(f"{ISSUED}answer/", {"correct": "yes", "clear": "no", "remark": "What is P1?"})
    assert "executive : correct, not clear : What is P1?" in text_of(signed_in(Role.TECHNICIAN), ISSUED)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("2026-13/", None),
        ("2026-1/", None),
        ("2026-Q1/", None),
        ("%F0%9F%8F%AB/", None),
        ("issued/0/", None),
        ("issued/99999999999999999999/", None),
        ("2026-01/summary/", {"place": "9", "text": "x"}),
        ("issued/99999999999999999999/release/", {"audience": "all"}),
    ],
)
def test_forged_addresses_and_places_are_not_there(
    january: models.Organisation, manager: Client, path: str, form: dict[str, str] | None
) -> None:
    issuing.prepare(KIM, JANUARY, school.NOW)
    address = f"/o/school/reports/{path}"
    answer = manager.get(address) if form is None else manager.post(address, form)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("2026-01/summary/", {"place": "1", "text": "x" * 601}),
        ("2026-01/summary/", {"place": "1", "text": "a\0b"}),
        ("2026-01/check/", {"figures": "sha256:others"}),
        ("2026-01/issue/", {}),
        ("2025-12/drop/", {}),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    january: models.Organisation, manager: Client, path: str, form: dict[str, str]
) -> None:
    issuing.prepare(KIM, JANUARY, school.NOW)
    assert manager.post(f"/o/school/reports/{path}", form).status_code == 400


def test_nothing_of_another_organisation_is_in_page_or_files(january: models.Organisation, manager: Client) -> None:
    canary.add_canary(january)
    issue()
    report = issuing.of_issued(kept.issued(KIM, 1))
    files = [kept.file(KIM, 1, form).decode("utf-8", "replace") for form in ("csv", "json")]
    pages = [manager.get(path).content.decode() for path in ("/o/school/reports/", ISSUED)]
    for text in (*files, *pages, f"{report}"):
        assert canary.found_in(text) == []
