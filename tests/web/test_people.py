"""The pages of people: who is shown to whom, roles that are given and handed over by forms, and what is refused."""

import html
import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from servanda.engine.rights import Assignment, Role, Scope
from servanda.store import models, translate
from tests.web.browsers import SignedIn, give_account, nobody

PEOPLE = "/o/school/people/"
SAM = f"{PEOPLE}person/sam/"


@pytest.fixture
def administrator(signed_in: SignedIn) -> Client:
    """Return the browser of the administrator."""
    return signed_in(Role.ADMINISTRATOR)


@pytest.fixture
def groups(kept_school: models.Organisation) -> None:
    """Let tickets of two groups of users be there."""
    for customer in ("pupils", "staff"):
        models.Ticket.objects.create(organisation=kept_school, source="desk", number=customer, customer=customer)


@pytest.fixture
def sam(administrator: Client) -> Client:
    """Add Sam by the form, and return the administrator's browser."""
    answer = administrator.post(f"{PEOPLE}add/", {"name": "Sam Smith", "email": "sam@school.example", "id": "sam"})
    assert answer.headers["Location"] == SAM
    return administrator


def text_of(browser: Client, address: str, status: int = 200) -> str:
    """Return what a page says, without its markup."""
    return said(browser.get(address), status)


def said(answer: Any, status: int = 200) -> str:
    """Return what an answer says, without its markup."""
    assert answer.status_code == status
    shown = bytes(answer.content).decode()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def give(browser: Client, role: str, status: int = 302, **told: object) -> Any:
    """Give Sam a role by the form."""
    answer = browser.post(f"{SAM}assign/", {"role": role, **told})
    assert answer.status_code == status, said(answer, answer.status_code)
    return answer


def held(slug: str) -> list[Assignment]:
    """Return the roles that somebody has."""
    kept = models.RoleAssignment.objects.filter(person__slug=slug).order_by("pk")
    return [translate.assignment_of(each) for each in kept]


def test_an_id_is_made_of_the_name_where_none_is_given(administrator: Client) -> None:
    answer = administrator.post(f"{PEOPLE}add/", {"name": "Zoë Neil"})
    assert answer.headers["Location"] == f"{PEOPLE}person/zoe-neil/"
    again = said(administrator.post(f"{PEOPLE}add/", {"name": "Zoë Neil"}), 400)
    assert "There is a person 'zoe-neil' already." in again
    assert models.Person.objects.filter(slug__startswith="zoe").count() == 1


def test_a_role_is_given_with_its_scope_its_days_and_what_was_confirmed(sam: Client) -> None:
    assert "comes from within technical support or ICT" in text_of(sam, SAM)
    give(sam, "service_manager", last="2026-12-31", confirmed=["from support", "willing"])
    assert held("sam") == [Assignment(Role.SERVICE_MANAGER, until_on=date(2026, 12, 31))]
    shown = text_of(sam, SAM)
    assert "became service manager (confirmed: this person comes from within technical support or ICT)" in shown
    assert "For everybody and everything , until 31 December 2026." in shown


def test_nobody_is_on_both_sides_and_the_form_says_why(sam: Client) -> None:
    give(sam, "representative")
    refusal = said(give(sam, "service_manager", 400, last="2026-12-31"), 400)
    assert "'sam' is representative and would be service_manager for the same users." in refusal
    assert [each.role for each in held("sam")] == [Role.REPRESENTATIVE]


def test_a_second_service_manager_is_asked_for_groups_of_their_own(groups: None, sam: Client) -> None:
    refusal = said(give(sam, "service_manager", 400), 400)
    assert "Name the customers that this one looks after" in refusal
    give(sam, "service_manager", customers=["pupils"])
    assert held("sam") == [Assignment(Role.SERVICE_MANAGER, Scope(customers=frozenset({"pupils"})))]


def test_a_supplier_contact_needs_the_supplier(sam: Client) -> None:
    assert "needs the supplier" in said(give(sam, "supplier_contact", 400), 400)
    give(sam, "supplier_contact", supplier="copier-company")
    assert held("sam")[0].scope == Scope(suppliers=frozenset({"copier-company"}))


@pytest.mark.parametrize(
    "told",
    [
        {"role": "king"},
        {"role": ""},
        {"role": "technician", "customers": ["none-such"]},
        {"role": "technician", "first": "31/12/2026"},
        {"role": "technician", "first": "2026-12-31", "last": "2026-01-01"},
        {"role": "supplier_contact", "supplier": "x\0y"},
        {"role": "supplier_contact", "supplier": "x" * 10_000},
        {"role": "technician", "confirmed": ["that they are tall"]},
    ],
)
def test_what_cannot_be_is_refused_beside_the_form(sam: Client, told: dict[str, object]) -> None:
    answer = sam.post(f"{SAM}assign/", told)
    assert "Something is to be corrected" in said(answer, 400)
    assert held("sam") == []


def test_a_role_goes_over_from_a_day_on_and_both_names_stay(sam: Client, kept_school: models.Organisation) -> None:
    manager = models.Person.objects.get(organisation=kept_school, assignments__role="service_manager").slug
    before = held(manager)
    told = {"hand-over-role": "service_manager", "hand-over-to": "sam", "hand-over-on": "2026-09-01"}
    assert sam.post(f"{PEOPLE}person/{manager}/hand-over/", told).status_code == 302
    assert [each.until_on for each in held(manager)] == [date(2026, 8, 31) for _ in before]
    assert held("sam") == [Assignment(Role.SERVICE_MANAGER, from_on=date(2026, 9, 1))]
    words = f"the role of service manager goes from {manager} to sam on 2026-09-01"
    assert words in text_of(sam, SAM)
    assert words in text_of(sam, f"{PEOPLE}person/{manager}/")


def test_the_last_of_a_role_is_named_before_they_leave(sam: Client, kept_school: models.Organisation) -> None:
    give(sam, "technician")
    assert "Nobody else is" not in text_of(sam, SAM)
    manager = models.Person.objects.get(organisation=kept_school, assignments__role="service_manager").slug
    assert "Nobody else is service manager." in text_of(sam, f"{PEOPLE}person/{manager}/")


def test_groups_for_whom_nobody_speaks_are_named(groups: None, sam: Client) -> None:
    models.RoleAssignment.objects.filter(role="representative").delete()
    give(sam, "representative", customers=["pupils"], confirmed=["willing", "able"])
    shown = text_of(sam, PEOPLE)
    assert "Nobody speaks for staff." in shown
    assert "pupils Sam Smith staff – Nobody speaks for them" in shown


def test_an_invitation_is_shown_once_and_works(sam: Client) -> None:
    shown = sam.post(f"{SAM}invite/").content.decode()
    found = re.search(r'value="http://localhost(/account/[^"]+)"', shown)
    assert found is not None
    visitor = nobody()
    assert "Sam Smith" in text_of(visitor, found[1])
    sam.post(f"{SAM}invite/")
    assert visitor.get(found[1]).status_code == 404


def test_who_left_may_do_nothing_until_they_are_back(sam: Client, kept_school: models.Organisation) -> None:
    give(sam, "technician")
    own = nobody()
    own.force_login(give_account(models.Person.objects.get(slug="sam")))
    assert own.get("/o/school/").status_code == 200
    sam.post(f"{SAM}leave/")
    assert own.get("/o/school/").status_code == 404
    assert "Who has left Sam Smith" in text_of(sam, PEOPLE)
    sam.post(f"{SAM}return/")
    assert own.get("/o/school/").status_code == 200


def test_who_sees_people_alone_sees_no_address_and_no_form(sam: Client, manager: Client) -> None:
    for address in (PEOPLE, SAM):
        shown = text_of(manager, address)
        assert "Sam Smith" in shown
        assert "sam@school.example" not in shown
        assert "Give a role" not in shown
        assert "Add a person" not in shown
    assert "sam@school.example" in text_of(sam, PEOPLE)


def test_the_banner_leads_to_the_people(administrator: Client) -> None:
    models.RoleAssignment.objects.filter(role="service_manager").delete()
    shown = administrator.get("/o/school/").content.decode()
    assert "No service manager is named." in shown
    assert f'href="{PEOPLE}"' in shown
