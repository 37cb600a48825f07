"""Single sign-on by a real provider: off to it, back again, let in or not; on both databases."""

import html
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.core.cache import cache
from django.test import Client, override_settings

from servanda.config.sign_on import providers_of
from servanda.engine.rights import Role
from servanda.store import models
from tests.sign_on_provider import Provider, provided
from tests.tenancy import school
from tests.web.browsers import SignedIn, nobody
from tests.web.second_steps import choose_password, is_in, shown_once_more, signed_in_by_password

ADDRESS = "sam@hill.example"


class Stay(HTTPRedirectHandler):
    """Follows nothing, so that a test sees where it would lead."""

    def redirect_request(self, *_: object) -> None:
        """Do not follow."""


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """Run a provider for the tests of this file."""
    with provided(tmp_path_factory.mktemp("provider")) as running:
        yield running


@pytest.fixture(autouse=True)
def _used(provider: Provider, tmp_path: Path, store: str) -> Iterator[None]:
    """Let Servanda use the provider."""
    (tmp_path / "sign-on.toml").write_text(provider.settings(), encoding="utf-8")
    found = providers_of({}, tmp_path)
    cache.clear()
    with override_settings(
        SIGN_ON=found,
        SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": [each.as_allauth() for each in found]}},
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    ):
        yield


@pytest.fixture
def sam(kept_school: models.Organisation, signed_in: SignedIn) -> models.Person:
    """Let an administrator add Sam with an address, and give them a role."""
    administrator = signed_in(Role.ADMINISTRATOR)
    administrator.post("/o/school/people/add/", {"name": "Sam", "email": ADDRESS, "id": "sam"})
    administrator.post("/o/school/people/person/sam/assign/", {"role": "technician"})
    return models.Person.objects.get(slug="sam")


def off(browser: Client, path: str = "/account/sign-on/school/", **told: str) -> str:
    """Begin to sign on, and return the address of the provider to which the browser is led."""
    answer = browser.post(path, told)
    assert answer.status_code == 200, answer.text
    found = re.search(r'content="0;url=([^"]+)"', answer.text)
    assert found
    return html.unescape(found[1])


def agreed(address: str, **form: str) -> str:
    """Let somebody agree at the provider; return the path by which the browser comes back."""
    try:
        build_opener(Stay).open(address, urlencode(form).encode())
    except HTTPError as answer:
        parts = urlsplit(answer.headers["Location"])
        answer.close()
        return f"{parts.path}?{parts.query}"
    raise AssertionError("the provider did not lead back")


def signed_on(subject: str, **told: str) -> tuple[Client, int, str]:
    """Sign on as somebody; return the browser, and the status and the text of the answer."""
    browser = nobody()
    answer = browser.get(agreed(off(browser, **told), sub=subject))
    return browser, answer.status_code, answer.headers.get("Location", answer.text)


def test_who_was_added_with_the_address_signs_on(sam: models.Person, provider: Provider) -> None:
    provider.knows("sam-1", email="Sam@Hill.example", email_verified=True)
    browser, status, to = signed_on("sam-1", next="/o/school/agreements/")
    assert (status, to) == (302, "/o/school/agreements/")
    assert browser.get("/o/school/agreements/").status_code == 200
    assert "You have none, and sign in without" in browser.get("/account/security/").text
    assert "You have no password" in browser.get("/account/password/").text


def test_nothing_of_a_provider_is_kept_but_who_knows_whom(sam: models.Person, provider: Provider) -> None:
    provider.knows("sam-1", email=ADDRESS, email_verified=True)
    signed_on("sam-1")
    kept = models.Identity.objects.get()
    assert (kept.issuer, kept.subject) == (provider.issuer, "sam-1")
    assert not any(model.objects.exists() for model in (SocialAccount, SocialApp, SocialToken))


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@hill.example", "email_verified": True},
        {"email": ADDRESS},
        {"email": ADDRESS, "email_verified": False},
        {"email": ADDRESS, "email_verified": "false"},
        {"email": "sam@elsewhere.example", "email_verified": True},
        {"email_verified": True},
        {"email": ["sam@hill.example"], "email_verified": True},
    ],
)
def test_a_stranger_stays_out(sam: models.Person, provider: Provider, claims: dict[str, object]) -> None:
    provider.knows("stranger", **claims)
    browser, status, text = signed_on("stranger")
    assert status in {403, 502}
    assert "You are not signed in" in text
    assert not is_in(browser)
    assert not models.Identity.objects.exists()


def test_a_leading_on_is_within_the_site(sam: models.Person, provider: Provider) -> None:
    provider.knows("sam-1", email=ADDRESS, email_verified=True)
    for elsewhere in ("https://evil.example/", "//evil.example/"):
        assert signed_on("sam-1", next=elsewhere)[2] == "/"


def test_an_answer_is_taken_once_and_from_the_browser_that_asked(sam: models.Person, provider: Provider) -> None:
    provider.knows("sam-1", email=ADDRESS, email_verified=True)
    asking, other = nobody(), nobody()
    path = agreed(off(asking), sub="sam-1")
    assert other.get(path).status_code == 502
    assert not is_in(other)
    assert asking.get(path).status_code == 302
    again = nobody()
    again.cookies = asking.cookies
    assert again.get(path).status_code == 502
    assert nobody().get("/account/sign-on/school/back/?code=made-up&state=made-up").status_code == 502


def test_who_does_not_agree_comes_back_without_blame(sam: models.Person) -> None:
    browser = nobody()
    answer = browser.get(agreed(off(browser), action="deny"))
    assert answer.status_code == 200
    assert "You came back from School sign-on without signing in there" in answer.text


def test_a_provider_that_is_not_there_is_told_in_words(kept_school: models.Organisation, tmp_path: Path) -> None:
    table = tomllib.loads((tmp_path / "sign-on.toml").read_text())
    text = (tmp_path / "sign-on.toml").read_text().replace(table["school"]["issuer"], "http://127.0.0.1:9")
    (tmp_path / "sign-on.toml").write_text(text)
    found = providers_of({}, tmp_path)
    with override_settings(
        SIGN_ON=found, SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": [each.as_allauth() for each in found]}}
    ):
        answer = nobody().post("/account/sign-on/school/")
    assert answer.status_code == 502
    assert "School sign-on did not tell who you are" in answer.text


def test_a_second_step_is_asked_for_after_a_sign_on_too(sam: models.Person, provider: Provider) -> None:
    provider.knows("sam-1", email=ADDRESS, email_verified=True)
    signed_on("sam-1")
    account = models.Account.objects.get(people__slug="sam")
    Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={"secret": "locked"})
    browser, status, to = signed_on("sam-1")
    assert (status, to) == (302, "/account/second-step/")
    assert not is_in(browser)


def test_who_has_a_password_connects_a_provider_and_disconnects_it(
    kept_school: models.Organisation, provider: Provider
) -> None:
    choose_password()
    provider.knows("tech-1", email="technician@example.org", email_verified=True)
    assert "signs in here already" in signed_on("tech-1")[2]
    browser = signed_in_by_password()
    asked = browser.post("/account/sign-on/school/connect/")
    assert asked.headers["Location"].startswith("/account/again/")
    shown_once_more(browser)
    answer = browser.get(agreed(off(browser, "/account/sign-on/school/connect/"), sub="tech-1"), follow=True)
    assert "School sign-on is connected" in answer.text
    signed, status, _ = signed_on("tech-1")
    assert status == 302
    assert is_in(signed)
    number = models.Identity.objects.get().pk
    answer = browser.post(f"/account/sign-on/connected/{number}/disconnect/", follow=True)
    assert "School sign-on is disconnected" in answer.text
    assert "signs in here already" in signed_on("tech-1")[2]


def test_what_somebody_else_connected_is_not_there(kept_school: models.Organisation, sam: models.Person) -> None:
    choose_password()
    account = models.Account.objects.create(email="other@hill.example", made_at=school.NOW)
    other = models.Identity.objects.create(account=account, issuer="x", subject="y", made_at=school.NOW)
    browser = shown_once_more(signed_in_by_password())
    assert browser.post(f"/account/sign-on/connected/{other.pk}/disconnect/").status_code == 404
    assert models.Identity.objects.exists()


def test_what_begins_a_sign_on_is_counted(kept_school: models.Organisation) -> None:
    browser = nobody()
    with override_settings(ACCOUNT_RATE_LIMITS={"sign_on": "2/m/ip"}):
        codes = [browser.post("/account/sign-on/school/").status_code for _ in range(3)]
    assert codes == [200, 200, 429]


def test_the_sign_in_page_offers_the_provider(kept_school: models.Organisation) -> None:
    assert "Sign in with School sign-on" in nobody().get("/account/sign-in/").text
