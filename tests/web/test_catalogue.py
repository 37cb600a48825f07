"""The pages of the service catalogue: written by forms, read in two views, agreed, and handed out as a table."""

import csv
import html
import io
import re
from typing import Any

import pytest
from django.test import Client

from servanda.engine.catalogue import CatalogueEntry, Component, ComponentKind, Support
from servanda.engine.rights import Assignment, Role, Viewer
from servanda.queries import catalogue as kept
from servanda.reports.starter_catalogue import SCHOOL
from servanda.services import catalogue
from servanda.store import models
from tests.tenancy import school
from tests.web.browsers import SignedIn

CATALOGUE = "/o/school/catalogue/"
PRINTING = f"{CATALOGUE}of/printing/"
MANAGER = Viewer("school", "service-manager", school.NOW.date(), (Assignment(Role.SERVICE_MANAGER),))
TOLD = {"after": "0", "name": "Printing", "supported": "full"}


def said(answer: Any, status: int = 200) -> str:
    """Return what an answer says, without its markup."""
    assert answer.status_code == status, answer
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


@pytest.fixture
def printing(manager: Client) -> Client:
    """Write an entry by the form; return the browser of the service manager."""
    answer = manager.post(
        f"{CATALOGUE}add/",
        {
            **TOLD,
            "description": "Print and copy <b>near</b> your room.",
            "not_covered": "Printers from home.",
            "used_by": "pupils\r\n staff \r\n",
            "users": "900",
            "owner": "service-manager",
            "rank": "2",
            "components": "print server; hardware; critical\nfollow-me queue; software",
        },
    )
    assert answer.headers["Location"] == PRINTING
    return manager


def test_the_first_service_needs_a_name_alone(manager: Client) -> None:
    assert "No service is listed yet." in said(manager.get(CATALOGUE))
    assert manager.post(f"{CATALOGUE}add/", TOLD).headers["Location"] == PRINTING
    assert "1 service: what each one lets people do" in said(manager.get(CATALOGUE))


def test_what_was_told_is_kept_and_shown_to_users_and_to_support(printing: Client) -> None:
    [listed] = kept.catalogue(MANAGER)
    assert listed.entry == CatalogueEntry(
        "Printing",
        "Print and copy <b>near</b> your room.",
        not_covered="Printers from home.",
        used_by=("pupils", "staff"),
        users=900,
        owner="service-manager",
        rank=2,
        components=(
            Component("print server", ComponentKind.HARDWARE, critical=True),
            Component("follow-me queue", ComponentKind.SOFTWARE),
        ),
    )
    users = said(printing.get(CATALOGUE))
    assert "Print and copy <b>near</b> your room. For pupils, staff (about 900)" in users
    assert "Not covered Printing : Printers from home." in users
    assert "print server" not in users
    technical = said(printing.get(f"{CATALOGUE}?view=technical"))
    assert "Critical: print server" in technical
    assert "not agreed with users yet" in technical


def test_equipment_is_asked_about_once(manager: Client) -> None:
    told = {**TOLD, "name": "Laser printer HP 4000"}
    asked = manager.post(f"{CATALOGUE}add/", told)
    assert "“printer” sounds like equipment" in said(asked, 400)
    assert 'name="is_service"' in asked.content.decode()
    assert manager.post(f"{CATALOGUE}add/", {**told, "is_service": "on"}).status_code == 302


def test_a_representative_agrees_and_a_change_is_to_be_agreed_again(printing: Client, signed_in: SignedIn) -> None:
    representative = signed_in(Role.REPRESENTATIVE)
    assert "I agree to it for my users" in said(representative.get(PRINTING))
    assert "I agree to it for my users" not in said(printing.get(PRINTING))
    assert representative.post(f"{PRINTING}agree/", {"number": "1"}).status_code == 302
    assert "Agreed with users:" in said(printing.get(PRINTING))
    changed = {**TOLD, "after": "1", "place": "every floor"}
    assert printing.post(f"{PRINTING}write/", changed).status_code == 302
    assert "Changed since users agreed to it" in said(representative.get(PRINTING))
    assert "place" in said(representative.get(PRINTING)).partition("Versions")[2]
    stale = said(representative.post(f"{PRINTING}agree/", {"number": "1"}), 400)
    assert "'service-manager' has written version 2" in stale


def test_of_two_who_write_at_once_the_second_keeps_what_they_wrote(printing: Client, signed_in: SignedIn) -> None:
    printing.post(f"{PRINTING}write/", {**TOLD, "after": "1", "place": "every floor"})
    late = signed_in(Role.ADMINISTRATOR).post(f"{PRINTING}write/", {**TOLD, "after": "1", "hours": "school days"})
    assert "'service-manager' has written version 2" in said(late, 400)
    assert 'value="school days"' in late.content.decode()
    assert 'name="after" value="2"' in late.content.decode()


def test_a_service_of_a_name_that_is_there_is_changed_there(printing: Client) -> None:
    again = printing.post(f"{CATALOGUE}add/", {**TOLD, "place": "every floor"})
    assert "There is a service 'printing' in the catalogue already." in said(again, 400)
    assert 'value="every floor"' in again.content.decode()
    assert len(kept.one(MANAGER, "printing")) == 1


def test_a_manager_of_some_users_adds_services_for_them(printing: Client, signed_in: SignedIn) -> None:
    own = models.RoleAssignment.objects.filter(role=Role.SERVICE_MANAGER.value)
    own.update(customers=["pupils"])
    refused = printing.post(f"{CATALOGUE}add/", {**TOLD, "name": "Library"})
    assert "You may write for the users and services of your role alone." in said(refused, 400)
    added = printing.post(f"{CATALOGUE}add/", {**TOLD, "name": "Library", "used_by": "pupils"})
    assert added.headers["Location"] == f"{CATALOGUE}of/library/"
    shown = said(printing.get(PRINTING))
    assert "staff" not in shown.replace("For support staff", "")
    assert "Change the entry" not in shown
    assert printing.get(f"{PRINTING}write/").status_code == 404
    assert printing.post(f"{CATALOGUE}starter/").status_code == 404


def test_an_entry_is_looked_over(printing: Client) -> None:
    assert printing.post(f"{PRINTING}verify/", {"number": "1"}).status_code == 302
    assert "Looked over by service_manager" in said(printing.get(PRINTING))


@pytest.mark.parametrize(
    "told",
    [
        {"name": ""},
        {"name": "x" * 201},
        {"name": "a\0b"},
        {"supported": "perhaps"},
        {"rank": "first"},
        {"rank": "0"},
        {"users": "-1"},
        {"users": "9" * 30},
        {"owner": "nobody-here"},
        {"used_by": "pupils\npupils"},
        {"components": "a box; thing"},
        {"components": "; hardware"},
        {"depends_on": ["none-such"]},
        {"description": "x" * 10_001},
        {"after": "x"},
        {"after": "7"},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(printing: Client, told: dict[str, object]) -> None:
    catalogue.write(MANAGER, "internet", CatalogueEntry("Internet"), after=0, now=school.NOW)
    answer = printing.post(f"{PRINTING}write/", {**TOLD, "after": "1", **told})
    assert answer.status_code == 400
    assert len(kept.one(MANAGER, "printing")) == 1


def test_a_set_to_begin_with_is_added_once(printing: Client) -> None:
    assert f"{len(SCHOOL) - 1} services that most schools have" in said(printing.get(CATALOGUE))
    printing.post(f"{CATALOGUE}starter/")
    assert len(kept.catalogue(MANAGER)) == len(SCHOOL)
    assert len(kept.one(MANAGER, "printing")) == 1
    assert "A set to begin with" not in said(printing.get(CATALOGUE))


def test_what_is_withdrawn_leaves_the_list_and_may_come_back(printing: Client, signed_in: SignedIn) -> None:
    printing.post(f"{PRINTING}write/", {**TOLD, "after": "1", "withdrawn": "on"})
    assert "Withdrawn Printing" in said(printing.get(CATALOGUE))
    assert "Printing" not in said(signed_in(Role.TECHNICIAN).get(CATALOGUE))
    assert printing.get(f"{CATALOGUE}catalogue.csv").content.decode().count("\n") == 1
    assert "It is offered no more." in said(printing.get(PRINTING))
    printing.post(f"{PRINTING}write/", {**TOLD, "after": "2"})
    assert "Printing" in said(signed_in(Role.TECHNICIAN).get(CATALOGUE))


def test_the_table_runs_nothing_in_a_spreadsheet(printing: Client) -> None:
    entry = CatalogueEntry("=1+1", "@SUM(A1)", supported=Support.NONE)
    catalogue.write(MANAGER, "sums", entry, after=0, now=school.NOW)
    answer = printing.get(f"{CATALOGUE}catalogue.csv")
    assert 'filename="catalogue-school.csv"' in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(each["id"], each["rank"], each["used by"]) for each in rows] == [
        ("printing", "2", "pupils\nstaff"),
        ("sums", "", ""),
    ]
    assert [row[each] for row in rows for each in row if row[each].startswith(("=", "@"))] == []
    assert rows[0]["components"] == "print server (hardware, critical)\nfollow-me queue (software)"


def test_services_that_only_agreements_name_are_offered(manager: Client, kept_school: models.Organisation) -> None:
    shown = manager.get(CATALOGUE).content.decode()
    assert "In agreements, but not in the catalogue" in shown
    assert f"{CATALOGUE}add/?service=printing" in shown
    form = manager.get(f"{CATALOGUE}add/?service=printing").content.decode()
    assert 'value="Printing"' in form


def test_setting_up_begins_with_the_catalogue(manager: Client) -> None:
    assert "List your services – next" in said(manager.get("/o/school/"))
    manager.post(f"{CATALOGUE}add/", TOLD)
    assert "List your services – done" in said(manager.get("/o/school/"))
