"""No default password: links that work once, for a day, and give nobody another's account."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import override_settings

from servanda.bad_input import BadInput
from servanda.engine.rights import Assignment, Role, Viewer
from servanda.services import accounts, organisations, people
from servanda.services.accounts import AccountRefused, FirstOrganisation, LinkIsFor, LinkVoid
from servanda.services.people import PersonRefused
from servanda.store import models
from servanda.store.access import NotFound
from tests.store.rows import MONDAY_NINE

NOW = MONDAY_NINE
PASSWORD = "plover window thursday"
HILL = FirstOrganisation("Hill School – Nord", "Europe/Paris", "Kim Ångström")


@pytest.fixture(autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Let a password be hashed in no time."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


def organisation(slug: str) -> Viewer:
    """Keep an organisation with its administrator kim and a person sam, and return kim as who asks."""
    organisations.add(slug, slug, "Europe/Paris", "kim", NOW)
    kim = Viewer(slug, "kim", date(2026, 1, 5), (Assignment(Role.ADMINISTRATOR),))
    people.add(kim, "sam", "Sam", "sam@example.org", now=NOW)
    return kim


def person(slug: str, of: str = "school") -> models.Person:
    """Return a person."""
    return models.Person.objects.get(organisation__slug=of, slug=slug)


def first_link() -> str:
    """Return the secret that sets up the empty database."""
    secret = accounts.way_in(NOW)
    assert secret
    return secret


# --- the first organisation ---


def test_an_empty_database_is_set_up_by_who_has_the_link(store: str) -> None:
    secret = first_link()
    assert accounts.open_link(secret, NOW).purpose is LinkIsFor.FIRST_ORGANISATION
    made = accounts.set_up(secret, HILL, " Kim@Example.ORG", PASSWORD, now=NOW)
    [account] = models.Account.objects.all()
    assert (account.pk, account.email, account.check_password(PASSWORD)) == (made, "kim@example.org", True)
    kim = person("kim-angstrom", of="hill-school-nord")
    assert (kim.account, kim.name, kim.email) == (account, "Kim Ångström", "kim@example.org")
    roles = {each.role for each in kim.assignments.all()}
    assert roles == {Role.ADMINISTRATOR.value, Role.SERVICE_MANAGER.value}


def test_the_first_link_works_once(store: str) -> None:
    secret = first_link()
    accounts.set_up(secret, HILL, "kim@example.org", PASSWORD, now=NOW)
    with pytest.raises(LinkVoid):
        accounts.set_up(secret, HILL, "eve@example.org", PASSWORD, now=NOW)
    assert models.Organisation.objects.count() == 1
    assert accounts.way_in(NOW) is None


def test_the_first_link_is_void_once_somebody_made_an_organisation(store: str) -> None:
    secret = first_link()
    organisation("school")
    with pytest.raises(LinkVoid):
        accounts.set_up(secret, HILL, "eve@example.org", PASSWORD, now=NOW)


def test_a_second_start_makes_a_new_link_and_ends_the_first(store: str) -> None:
    first, second = first_link(), first_link()
    with pytest.raises(LinkVoid):
        accounts.open_link(first, NOW)
    assert accounts.open_link(second, NOW).purpose in LinkIsFor
    assert models.SetUpLink.objects.count() == 1


def test_the_link_of_one_person_sets_up_nothing(store: str) -> None:
    secret = accounts.invite(organisation("school"), "sam", now=NOW)
    with pytest.raises(LinkVoid):
        accounts.set_up(secret, HILL, "eve@example.org", PASSWORD, now=NOW)
    assert accounts.open_link(secret, NOW).purpose in LinkIsFor


@pytest.mark.parametrize("told", [FirstOrganisation("", "UTC", "Kim"), FirstOrganisation("Hill", "Mars/Base", "Kim")])
def test_what_cannot_be_kept_leaves_the_link_as_it_was(store: str, told: FirstOrganisation) -> None:
    secret = first_link()
    with pytest.raises(BadInput):
        accounts.set_up(secret, told, "kim@example.org", PASSWORD, now=NOW)
    assert accounts.open_link(secret, NOW).purpose in LinkIsFor
    assert not models.Organisation.objects.exists()


def test_a_name_in_another_script_gets_a_plain_id(store: str) -> None:
    accounts.set_up(first_link(), FirstOrganisation("مدرسة", "UTC", "学校"), "a@example.org", PASSWORD, now=NOW)
    assert person("administrator", of="organisation").name == "学校"


# --- a way in for whoever runs the machine ---


def test_the_only_administrator_gets_the_link_while_nobody_can_sign_in(store: str) -> None:
    organisation("school")
    accounts.choose_password(first_link(), "kim@example.org", PASSWORD, now=NOW)
    assert person("kim").account is not None
    assert accounts.way_in(NOW) is None


def test_of_several_organisations_none_is_chosen(store: str) -> None:
    organisation("school")
    organisation("college")
    assert accounts.way_in(NOW) is None


# --- a person's link ---


def test_a_person_chooses_a_password_by_their_link(store: str) -> None:
    secret = accounts.invite(organisation("school"), "sam", now=NOW)
    opened = accounts.open_link(secret, NOW)
    assert (opened.purpose, opened.person_name, opened.email) == (LinkIsFor.FIRST_PASSWORD, "Sam", "sam@example.org")
    account = accounts.choose_password(secret, "sam@example.org", PASSWORD, now=NOW)
    assert accounts.standing(account, "school", NOW).viewer.person == "sam"
    with pytest.raises(LinkVoid):
        accounts.choose_password(secret, "sam@example.org", PASSWORD, now=NOW)


def test_only_the_hash_of_a_secret_is_kept(store: str) -> None:
    secret = accounts.invite(organisation("school"), "sam", now=NOW)
    [link] = models.SetUpLink.objects.all()
    assert secret not in f"{vars(link)}"
    assert len(secret) >= 40


@pytest.mark.parametrize("secret", ["", "x", "\ud800", "é" * 500])
def test_a_secret_that_never_was_opens_nothing(store: str, secret: str) -> None:
    accounts.invite(organisation("school"), "sam", now=NOW)
    with pytest.raises(LinkVoid):
        accounts.open_link(secret, NOW)


def test_a_link_lasts_a_day(store: str) -> None:
    secret = accounts.invite(organisation("school"), "sam", now=NOW)
    assert accounts.open_link(secret, NOW + timedelta(hours=24, microseconds=-1)).purpose in LinkIsFor
    with pytest.raises(LinkVoid):
        accounts.open_link(secret, NOW + timedelta(hours=24))


def test_a_new_link_ends_the_one_before(store: str) -> None:
    kim = organisation("school")
    first, second = (accounts.invite(kim, "sam", now=NOW) for _ in range(2))
    with pytest.raises(LinkVoid):
        accounts.open_link(first, NOW)
    assert accounts.open_link(second, NOW).purpose in LinkIsFor


def test_who_forgot_a_password_chooses_another_by_a_new_link(store: str) -> None:
    kim = organisation("school")
    first = accounts.choose_password(accounts.invite(kim, "sam", now=NOW), "sam@example.org", PASSWORD, now=NOW)
    secret = accounts.invite(kim, "sam", now=NOW)
    assert accounts.open_link(secret, NOW).purpose is LinkIsFor.NEW_PASSWORD
    again = accounts.choose_password(secret, "ignored@example.org", "another long password", now=NOW)
    assert again == first
    assert models.Account.objects.get().check_password("another long password")


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [
        ("no address", PASSWORD, "email"),
        (f"{'a' * 250}@example.org", PASSWORD, "email"),
        ("sam@example.org", "short", "password"),
        ("sam@example.org", "password1234", "password"),
        ("sam@example.org", "sam@example.org", "password"),
        ("sam@example.org", "x" * 1_001, "password"),
    ],
)
def test_an_address_or_a_password_that_is_none_leaves_the_link_as_it_was(
    store: str, email: str, password: str, field: str
) -> None:
    secret = accounts.invite(organisation("school"), "sam", now=NOW)
    with pytest.raises(AccountRefused) as refusal:
        accounts.choose_password(secret, email, password, now=NOW)
    assert refusal.value.field == field
    assert accounts.open_link(secret, NOW).purpose in LinkIsFor
    assert not models.Account.objects.exists()


def test_who_has_left_has_no_link(store: str) -> None:
    kim = organisation("school")
    secret = accounts.invite(kim, "sam", now=NOW)
    people.deactivate(kim, "sam", now=NOW)
    with pytest.raises(PersonRefused):
        accounts.choose_password(secret, "sam@example.org", PASSWORD, now=NOW)
    with pytest.raises(PersonRefused):
        accounts.invite(kim, "sam", now=NOW)


def test_who_manages_no_people_makes_no_link(store: str) -> None:
    organisation("school")
    manager = Viewer("school", "sam", date(2026, 1, 5), (Assignment(Role.SERVICE_MANAGER),))
    with pytest.raises(NotFound):
        accounts.invite(manager, "kim", now=NOW)


def test_a_person_of_another_organisation_is_not_there(store: str) -> None:
    kim = organisation("school")
    people.add(organisation("college"), "ann", "Ann", now=NOW)
    told = []
    for slug in ("ann", "nobody"):
        with pytest.raises(NotFound) as refusal:
            accounts.invite(kim, slug, now=NOW)
        told.append(f"{refusal.value}".replace(slug, "ID"))
    assert told[0] == told[1]


def test_what_a_link_did_is_in_the_audit_without_its_address(store: str) -> None:
    kim = organisation("school")
    accounts.choose_password(accounts.invite(kim, "sam", now=NOW), "sam@example.org", PASSWORD, now=NOW)
    told = [(each.actor, each.content.get("done")) for each in models.Entry.objects.order_by("sequence")]
    assert told[-2:] == [("kim", "invited"), ("sam", "account made")]
    assert not any("@" in f"{each.content}" for each in models.Entry.objects.all())


# --- an account of two organisations ---


def test_an_address_known_elsewhere_joins_only_by_its_password(store: str) -> None:
    school, college = organisation("school"), organisation("college")
    first = accounts.choose_password(accounts.invite(school, "sam", now=NOW), "sam@example.org", PASSWORD, now=NOW)
    secret = accounts.invite(college, "sam", now=NOW)
    with pytest.raises(AccountRefused, match="signs in here already"):
        accounts.choose_password(secret, "sam@example.org", "a password of somebody else", now=NOW)
    assert accounts.choose_password(secret, "sam@example.org", PASSWORD, now=NOW) == first
    assert [each.organisation_name for each in accounts.standings(first, NOW)] == []
    people.assign(school, "sam", Assignment(Role.TECHNICIAN), now=NOW)
    people.assign(college, "sam", Assignment(Role.AUDITOR), now=NOW)
    assert [each.organisation_name for each in accounts.standings(first, NOW)] == ["college", "school"]


def test_nobody_gets_a_new_password_for_an_account_that_is_anothers_too(store: str) -> None:
    school, college = organisation("school"), organisation("college")
    early = accounts.invite(school, "sam", now=NOW)
    accounts.choose_password(early, "sam@example.org", PASSWORD, now=NOW)
    before = accounts.invite(school, "sam", now=NOW)
    accounts.choose_password(accounts.invite(college, "sam", now=NOW), "sam@example.org", PASSWORD, now=NOW)
    with pytest.raises(PersonRefused, match="not of this organisation alone"):
        accounts.invite(college, "sam", now=NOW)
    with pytest.raises(PersonRefused, match="not of this organisation alone"):
        accounts.choose_password(before, "sam@example.org", "a password of a stranger", now=NOW)
    assert models.Account.objects.get().check_password(PASSWORD)
