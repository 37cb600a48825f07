"""Signing in: by a link that works once, with tries that are counted, and out again everywhere."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.http import HttpResponseBase
from django.test import Client, override_settings

from servanda import wall_time
from servanda.engine.rights import Role
from servanda.services import accounts, people
from servanda.store import models
from servanda.web.links import set_up_path
from tests.tenancy import school
from tests.web.browsers import SignedIn, nobody

PASSWORD = "plover window thursday"
OTHER = "another long password"
EMAIL = "technician@example.org"
FIRST = {
    "organisation_name": "Hill School",
    "zone": "Europe/Paris",
    "person_name": "Kim",
    "email": "kim@hill.example",
    "password": PASSWORD,
}


@pytest.fixture(autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Let a password be hashed in no time, and nobody's tries be counted yet."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def fresh_counts(store: str) -> None:
    """Let nobody have tried anything yet."""
    cache.clear()


def invited(slug: str = "technician") -> str:
    """Return the path of a link for a person of the school."""
    organisation = models.Organisation.objects.get(slug="school")
    administrator = people.viewer(organisation, "administrator", now=school.NOW)
    return set_up_path(accounts.invite(administrator, slug, now=school.NOW))


def sign_in(browser: Client, email: str = EMAIL, password: str = PASSWORD, **told: str) -> HttpResponseBase:
    """Try to sign in."""
    return browser.post("/account/sign-in/", {"login": email, "password": password, **told})


def choose(password: str = PASSWORD) -> None:
    """Let the technician have a password."""
    answer = nobody().post(invited(), {"password": password})
    assert answer.status_code == 302, answer.text


def test_an_empty_database_is_set_up_and_signed_in_to(store: str, now: None, fresh_counts: None) -> None:
    secret = accounts.way_in(wall_time.now())
    assert secret
    browser = nobody()
    page = browser.get(set_up_path(secret))
    assert "Set up Servanda" in page.text
    answer = browser.post(set_up_path(secret), FIRST, follow=True)
    assert "Your password is kept" in answer.text
    answer = browser.post("/account/sign-in/", {"login": "kim@hill.example", "password": PASSWORD}, follow=True)
    assert answer.status_code == 200
    assert "Hill School" in answer.text
    again = nobody().post(set_up_path(secret), FIRST)
    assert again.status_code == 404
    assert "This link is not valid" in again.text


def test_looking_at_a_link_does_not_use_it(kept_school: models.Organisation, fresh_counts: None) -> None:
    path = invited()
    for _ in range(3):
        assert nobody().head(path).status_code == 200
        assert "Choose your password" in nobody().get(path).text
    assert nobody().post(path, {"password": PASSWORD}).status_code == 302


def test_a_link_says_nothing_once_it_is_old(
    kept_school: models.Organisation, fresh_counts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = invited()
    monkeypatch.setattr(wall_time, "now", lambda: school.NOW + timedelta(hours=25))
    told = [nobody().get(each) for each in (path, set_up_path("x" * 43), set_up_path("never"))]
    assert [each.status_code for each in told] == [404, 404, 404]
    assert len({re.sub('value="[^"]*"', "", each.text) for each in told}) == 1


def test_a_password_that_is_too_easy_is_refused_beside_its_field(
    kept_school: models.Organisation, fresh_counts: None
) -> None:
    path = invited()
    answer = nobody().post(path, {"password": "short"})
    assert answer.status_code == 200
    assert "This password is too short" in answer.text
    assert 'href="#id_password"' in answer.text
    assert "short" not in re.findall(r'value="([^"]*)"', answer.text)
    assert nobody().get(path).status_code == 200


def test_tries_by_a_link_are_counted(kept_school: models.Organisation, fresh_counts: None) -> None:
    path = invited()
    codes = [nobody().post(path, {"password": "short"}).status_code for _ in range(6)]
    assert codes == [200, 200, 200, 200, 200, 429]


def test_nobody_signs_up(store: str) -> None:
    assert nobody().get("/account/signup/").status_code == 404


def test_an_unknown_address_and_a_wrong_password_get_one_answer(
    kept_school: models.Organisation, fresh_counts: None
) -> None:
    choose()
    told = [
        re.sub('value="[^"]*"', "", bytes(getattr(each, "content", b"")).decode())
        for each in (
            sign_in(nobody(), EMAIL, "a wrong password"),
            sign_in(nobody(), "stranger@example.org", "a wrong password"),
        )
    ]
    assert told[0] == told[1]
    assert "notice--error" in told[0]


def test_tries_to_sign_in_are_counted_by_address(kept_school: models.Organisation, fresh_counts: None) -> None:
    choose()
    for _ in range(5):
        sign_in(nobody(), password="a wrong password")
    answer = sign_in(nobody())
    assert answer.status_code == 200
    assert "Too many" in bytes(getattr(answer, "content", b"")).decode()
    assert sign_in(nobody(), "auditor@example.org").status_code == 200


def test_a_sign_in_leads_where_one_wanted_to_go_and_nowhere_else(
    kept_school: models.Organisation, fresh_counts: None
) -> None:
    choose()
    inside = sign_in(nobody(), next="/o/school/agreements/")
    assert inside.headers["Location"] == "/o/school/agreements/"
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        assert sign_in(nobody(), next=elsewhere).headers["Location"] == "/"


def test_a_new_password_signs_out_everywhere_else(kept_school: models.Organisation, fresh_counts: None) -> None:
    choose()
    here, there = nobody(), nobody()
    for browser in (here, there):
        assert sign_in(browser).status_code == 302
    told = {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    assert here.post("/account/password/", told).status_code == 302
    assert here.get("/account/password/").status_code == 200
    assert there.get("/account/password/").status_code == 302
    assert sign_in(nobody()).status_code == 200
    assert sign_in(nobody(), password=OTHER).status_code == 302


def test_a_password_by_a_new_link_signs_out_everywhere(kept_school: models.Organisation, fresh_counts: None) -> None:
    choose()
    browser = nobody()
    sign_in(browser)
    choose(OTHER)
    assert browser.get("/account/password/").status_code == 302


def test_a_sign_in_clears_away_sessions_that_have_ended(kept_school: models.Organisation, fresh_counts: None) -> None:
    choose()
    Session.objects.create(session_key="old", session_data="", expire_date=school.NOW - timedelta(days=900))
    sign_in(nobody())
    assert not Session.objects.filter(session_key="old").exists()
    assert Session.objects.exists()


def test_signing_out_takes_a_form(signed_in: SignedIn) -> None:
    browser = signed_in(Role.TECHNICIAN)
    assert browser.get("/account/sign-out/").status_code == 200
    assert browser.get("/account/password/").status_code == 200
    assert browser.post("/account/sign-out/").headers["Location"] == "/account/sign-in/"
    assert browser.get("/account/password/").status_code == 302


def test_a_form_from_elsewhere_changes_nothing(signed_in: SignedIn, kept_school: models.Organisation) -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False, SERVER_NAME="localhost")
    browser.force_login(models.Account.objects.get(email=EMAIL))
    answer = browser.post("/account/sign-out/")
    assert answer.status_code == 403
    assert "was not sent from a page of this session" in answer.text
    assert browser.get("/account/password/").status_code == 200


def test_who_has_left_sees_nothing_more(signed_in: SignedIn, kept_school: models.Organisation) -> None:
    browser = signed_in(Role.TECHNICIAN)
    assert browser.get("/o/school/agreements/").status_code == 200
    administrator = people.viewer(kept_school, "administrator", now=school.NOW)
    people.deactivate(administrator, "technician", now=school.NOW)
    assert browser.get("/o/school/agreements/").status_code == 404


def test_accounts_are_kept_in_one_place(kept_school: models.Organisation, fresh_counts: None) -> None:
    choose()
    sign_in(nobody())
    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize("told", ["dark", "light", ""])
def test_colours_are_remembered(store: str, told: str) -> None:
    browser = nobody()
    answer = browser.post("/account/theme/", {"theme": told, "next": "/account/forgotten/"})
    assert answer.headers["Location"] == "/account/forgotten/"
    page = browser.get("/account/forgotten/").text
    assert (f'data-theme="{told}"' in page) is bool(told)


def test_colours_that_are_none_are_not_remembered_and_lead_nowhere_else(store: str) -> None:
    browser = nobody()
    answer = browser.post("/account/theme/", {"theme": '"><script>', "next": "//evil.example/"})
    assert answer.headers["Location"] == "/"
    assert not browser.cookies
