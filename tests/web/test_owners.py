"""Who answers for what: on the page of a person, when somebody leaves, and what has no owner at all."""

from pathlib import Path

import pytest
from django.test import Client

from servanda.engine.catalogue import CatalogueEntry
from servanda.engine.rights import Role
from servanda.files import agreements as agreement_files
from servanda.services import catalogue
from servanda.store import books, models, translate
from tests.tenancy import school
from tests.web.browsers import SignedIn
from tests.web.test_catalogue import CATALOGUE, MANAGER, said

PEOPLE = "/o/school/people/"


@pytest.fixture
def administrator(signed_in: SignedIn) -> Client:
    """Return the browser of the administrator."""
    return signed_in(Role.ADMINISTRATOR)


@pytest.fixture
def owned(kept_school: models.Organisation, tmp_path: Path) -> None:
    """Keep two services and an agreement that the technician answers for, and one that nobody does."""
    catalogue.apply(
        MANAGER,
        {
            "printing": CatalogueEntry("Printing", owner="technician"),
            "library": CatalogueEntry("Library"),
            "fax": CatalogueEntry("Fax", owner="technician", withdrawn=True),
        },
        now=school.NOW,
    )
    text = school.LATER.replace("        priorities: plain\n", "        priorities: plain\n        owner: Technician\n")
    text = text.replace("{id: fix,", "{id: fix, owner: technician,")
    (tmp_path / "owned.yaml").write_text(text, encoding="utf-8")
    version = agreement_files.load(tmp_path / "owned.yaml").versions[-1]
    translate.record_of_version(version, kept_school, school.NOW).save()
    models.Organisation.objects.update(agreements_applied=9)
    books.forget()


def test_the_page_of_a_person_says_what_they_answer_for(administrator: Client, owned: None) -> None:
    told = said(administrator.get(f"{PEOPLE}person/technician/"))
    assert "Answers for Service Printing" in told
    assert "Target fix" in told
    assert "3 things that they answer for will have no owner: name others first." in told
    assert "Service Fax" not in told


def test_whoever_leaves_leaves_a_list_behind(administrator: Client, owned: None) -> None:
    before = said(administrator.get(PEOPLE))
    assert "Service Library : no owner is named" in before
    assert "technician has left" not in before
    answer = administrator.post(f"{PEOPLE}person/technician/leave/", follow=True)
    told = said(answer)
    assert "Nobody answers now for 4 things that they had: see below." in told
    assert "Service Printing : technician has left" in told
    assert "Target fix : technician has left" in told
    assert "Technician: technician has left, and nobody else has the role" in told
    gone = said(administrator.get(f"{PEOPLE}person/technician/"))
    assert "Nobody is technician now." in gone
    assert "Left without an owner Service Printing" in gone


def test_one_of_the_same_name_answers_for_agreements_and_not_for_services(administrator: Client, owned: None) -> None:
    models.Person.objects.filter(slug="technician").update(active=False)
    models.Person.objects.filter(slug="auditor").update(name="Technician")
    told = said(administrator.get(PEOPLE))
    assert "Service Printing : technician has left" in told
    assert "Target fix" not in told


def test_the_catalogue_counts_what_has_no_owner(manager: Client, owned: None) -> None:
    assert "1 service has no owner who is here." in said(manager.get(CATALOGUE))
    models.Person.objects.filter(slug="technician").update(active=False)
    assert "2 services have no owner who is here." in said(manager.get(CATALOGUE))
    assert "its owner has left" in said(manager.get(f"{CATALOGUE}of/printing/"))
