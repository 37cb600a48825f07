"""Somebody with a password, who sets up an app for codes."""

import re

from django.test import Client

from servanda.services import accounts, people
from servanda.store import models
from servanda.web.links import set_up_path
from tests.authenticator_app import code
from tests.tenancy import school
from tests.web.browsers import nobody

EMAIL = "technician@example.org"
PASSWORD = "plover window thursday"
SECRET = re.compile(r'<code class="secret">([A-Z2-7 ]+)</code>')
CODE = re.compile(r"<li><code>(\d{8})</code></li>")


def choose_password() -> None:
    """Let the technician have a password."""
    organisation = models.Organisation.objects.get(slug="school")
    administrator = people.viewer(organisation, "administrator", now=school.NOW)
    path = set_up_path(accounts.invite(administrator, "technician", now=school.NOW))
    assert nobody().post(path, {"password": PASSWORD}).status_code == 302


def signed_in_by_password(**told: str) -> Client:
    """Return a browser in which the technician gave address and password."""
    browser = nobody()
    answer = browser.post("/account/sign-in/", {"login": EMAIL, "password": PASSWORD, **told})
    assert answer.status_code == 302, answer.text
    return browser


def shown_once_more(browser: Client) -> Client:
    """Give the password once more, before something that only its owner may change."""
    assert browser.post("/account/again/", {"password": PASSWORD}).status_code == 302
    return browser


def set_up_app() -> tuple[str, list[str]]:
    """Set up the app of the technician; return its secret and the recovery codes."""
    browser = shown_once_more(signed_in_by_password())
    found = SECRET.search(browser.get("/account/security/app/").text)
    assert found
    secret = found[1].replace(" ", "")
    answer = browser.post("/account/security/app/", {"code": code(secret, -1)}, follow=True)
    return secret, CODE.findall(answer.text)


def is_in(browser: Client) -> bool:
    """Whether somebody is signed in."""
    return browser.get("/account/security/").status_code == 200
