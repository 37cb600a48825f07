"""The booklet: what users read of each service, as a page to print and as PDF, and what is not covered."""

import pytest
from django.test import Client

from servanda.engine.catalogue import CatalogueEntry, Component, ComponentKind, Support
from servanda.engine.rights import Role
from servanda.services import catalogue
from servanda.store import models
from tests.reports.months import texts_of_pdf
from tests.tenancy import school
from tests.web.browsers import SignedIn
from tests.web.test_catalogue import CATALOGUE, MANAGER, said
from tests.web.test_services import with_a_share

__all__ = ["with_a_share"]

PAGE, PDF = f"{CATALOGUE}booklet/", f"{CATALOGUE}booklet.pdf"
ENTRIES = {
    "printing": CatalogueEntry(
        "Printing <b>&</b> #copying",
        "Print near\nyour room.",
        not_covered="Printers from home.",
        used_by=("pupils", "staff"),
        users=900,
        owner="service-manager",
        components=(Component("print server", ComponentKind.HARDWARE, critical=True),),
    ),
    "heating": CatalogueEntry("Heating", supported=Support.NONE),
    "old": CatalogueEntry("Overhead projectors", withdrawn=True),
}


@pytest.fixture
def printing(kept_school: models.Organisation, manager: Client) -> Client:
    """Keep three entries; return the browser of the service manager."""
    catalogue.apply(MANAGER, ENTRIES, now=school.NOW)
    return manager


def test_the_page_has_what_users_read_and_nothing_technical(
    printing: Client, with_a_share: models.Organisation
) -> None:
    told = said(printing.get(PAGE))
    assert "As it stood Mon 2 Feb 2026: 1 service. Last changed Mon 2 Feb 2026." in told
    assert "Printing <b>&</b> #copying Print near your room. For pupils, staff (about 900)" in told
    assert "Resolution, priority P1 4 hours of open time for 75 % of tickets" in told
    assert "Version 1 of Mon 2 Feb 2026" in told
    assert "Heating : not supported." in told
    assert "print server" not in told
    assert "Overhead" not in told


def test_the_paper_says_the_same_and_reads_nothing_as_markup(printing: Client) -> None:
    answer = printing.get(PDF)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content == printing.get(PDF).content
    paper = " ".join(texts_of_pdf(answer.content).split())
    for words in (
        "Printing <b>&</b> #copying",
        "Not covered: Printers from home.",
        "Heating: not supported.",
        "Page 1 of",
    ):
        assert words in paper
    assert "print server" not in paper


def test_who_speaks_for_some_users_reads_nothing_of_the_others(printing: Client, signed_in: SignedIn) -> None:
    models.RoleAssignment.objects.filter(role=Role.REPRESENTATIVE.value).update(customers=["pupils"])
    paper = texts_of_pdf(signed_in(Role.REPRESENTATIVE).get(PDF).content)
    assert "pupils" in paper
    assert "staff" not in paper


def test_an_empty_catalogue_has_an_empty_booklet(kept_school: models.Organisation, manager: Client) -> None:
    assert "No service is listed yet." in said(manager.get(PAGE))
    assert manager.get(PDF).content.startswith(b"%PDF")
