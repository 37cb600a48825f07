"""Single sign-on by SAML: what a provider asserts lets in whom it should, and whatever is wrong with it nobody."""

import html
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client, override_settings

from servanda.config.sign_on import as_allauth, providers_of
from servanda.engine.rights import Role
from servanda.store import models
from servanda.web.views import sign_on_by_saml
from tests import saml_assertions
from tests.saml_assertions import ISSUER, Answer, key, sign_out_query
from tests.web.browsers import SignedIn, nobody
from tests.web.second_steps import choose_password, is_in, shown_once_more, signed_in_by_password

OFF = "/account/sign-on/school/"
BACK = "/account/sign-on/school/assertion/"
ARRIVED = "/account/sign-on/school/arrived/"
SIGNED_OUT = "/account/sign-on/school/signed-out/"
METADATA = "/account/sign-on/school/metadata/"


@pytest.fixture(autouse=True)
def _used(tmp_path: Path, store: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let Servanda use the provider."""
    saml_assertions.set_up(tmp_path)
    with used(tmp_path):
        yield


def used(folder: Path) -> override_settings:
    """Return the settings that follow from the files of a folder."""
    found = providers_of({}, folder)
    cache.clear()
    return override_settings(
        SIGN_ON=found,
        SOCIALACCOUNT_PROVIDERS=as_allauth(found),
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    )


@pytest.fixture
def sam(kept_school: models.Organisation, signed_in: SignedIn) -> models.Person:
    """Let an administrator add Sam with an address, and give them a role."""
    administrator = signed_in(Role.ADMINISTRATOR)
    administrator.post("/o/school/people/add/", {"name": "Sam", "email": "sam@hill.example", "id": "sam"})
    administrator.post("/o/school/people/person/sam/assign/", {"role": "technician"})
    return models.Person.objects.get(slug="sam")


def asked(browser: Client, path: str = OFF, **told: str) -> Answer:
    """Begin to sign on; return what the provider would answer."""
    answer = browser.post(path, told)
    assert answer.status_code == 200, answer.text
    found = re.search(r'content="0;url=([^"]+)"', answer.text)
    assert found
    address = html.unescape(found[1])
    assert address.startswith("https://idp.example/on?")
    return Answer(saml_assertions.request_in(address))


def brought(browser: Client, form: dict[str, str]) -> tuple[int, str]:
    """Let a browser bring an answer; return the status in the end, and where it leads or what it says."""
    first = Client(raise_request_exception=False, SERVER_NAME="localhost", enforce_csrf_checks=True)
    answer = first.post(BACK, form)  # from another site, so without the browser's own cookies
    if answer.status_code == 302:
        assert answer.headers["Location"] == ARRIVED
        browser.cookies.update(first.cookies)
        answer = browser.get(ARRIVED)
    return answer.status_code, answer.headers.get("Location", answer.text)


def refused(browser: Client, form: dict[str, str], caplog: pytest.LogCaptureFixture) -> str:
    """Let a browser bring an answer that is not taken; return what the log says of it."""
    caplog.clear()
    with caplog.at_level(logging.WARNING, "servanda.web.views.sign_on"):
        status, text = brought(browser, form)
    assert status == 502
    assert "School sign-on did not tell who you are" in text
    assert not is_in(browser)
    assert not models.Identity.objects.exists()
    return caplog.text


# --- let in ---


def test_who_was_added_with_the_address_signs_on(sam: models.Person) -> None:
    browser = nobody()
    answer = asked(browser, next="/o/school/agreements/")
    assert brought(browser, answer.form()) == (302, "/o/school/agreements/")
    assert browser.get("/o/school/agreements/").status_code == 200
    kept = models.Identity.objects.get()
    assert (kept.issuer, kept.subject) == (ISSUER, "sam-1")
    last = models.Entry.objects.latest("sequence")
    assert (last.actor, last.content) == ("sam", {"done": "signed on with School sign-on for the first time"})


def test_the_second_time_the_subject_counts_and_no_address(sam: models.Person) -> None:
    first, second = nobody(), nobody()
    brought(first, asked(first).form())
    assert brought(second, asked(second).but(address="renamed@hill.example").form())[0] == 302
    assert is_in(second)


def test_the_assertion_itself_must_be_signed(sam: models.Person, caplog: pytest.LogCaptureFixture) -> None:
    """Nor does it help that the answer around it is."""
    browser = nobody()
    assert "not signed" in refused(browser, asked(browser).form(sign="response"), caplog)


def test_either_key_of_a_provider_that_changes_them_counts(sam: models.Person, tmp_path: Path) -> None:
    new = key("new.example")
    saml_assertions.set_up(tmp_path, of=saml_assertions.metadata(key().certificate, new.certificate))
    with used(tmp_path):
        for each in (key(), new):
            browser = nobody()
            assert brought(browser, asked(browser).form(signed_by=each))[0] == 302


def test_a_second_step_is_asked_for_after_a_sign_on_too(sam: models.Person) -> None:
    first, second = nobody(), nobody()
    brought(first, asked(first).form())
    account = models.Account.objects.get(people__slug="sam")
    Authenticator.objects.create(user=account, type=Authenticator.Type.TOTP, data={"secret": "locked"})
    assert brought(second, asked(second).form()) == (302, "/account/second-step/")
    assert not is_in(second)


def test_who_has_a_password_connects_the_provider(kept_school: models.Organisation) -> None:
    choose_password()
    told = {"subject": "tech-1", "address": "technician@example.org"}
    stranger = nobody()
    assert "signs in here already" in brought(stranger, asked(stranger).but(**told).form())[1]
    browser = shown_once_more(signed_in_by_password())
    answer = asked(browser, f"{OFF}connect/").but(**told)
    assert brought(browser, answer.form()) == (302, "/account/security/")
    assert "School sign-on, connected on" in browser.get("/account/security/").text
    again = nobody()
    assert brought(again, asked(again).but(**told).form())[0] == 302
    assert is_in(again)


# --- kept out in words ---


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"address": "stranger@hill.example"}, "nobody here has added you with stranger@hill.example"),
        ({"address": "sam@elsewhere.example"}, "nobody here has added you"),
        ({"address": ""}, "nobody here has added you"),
    ],
)
def test_whom_only_the_provider_knows_is_told_so(sam: models.Person, told: dict[str, str], words: str) -> None:
    browser = nobody()
    before = [model.objects.count() for model in (models.Account, models.Identity, models.Entry)]
    status, text = brought(browser, asked(browser).but(**told).form())
    assert (status, words in text) == (403, True)
    assert not is_in(browser)
    assert [model.objects.count() for model in (models.Account, models.Identity, models.Entry)] == before


def test_an_address_counts_only_where_the_file_says_that_it_is_verified(sam: models.Person, tmp_path: Path) -> None:
    unsure = saml_assertions.SETTINGS.replace("addresses_are_verified = true\n", "")
    saml_assertions.set_up(tmp_path, unsure)
    with used(tmp_path):
        browser = nobody()
        assert brought(browser, asked(browser).form())[0] == 403


# --- not taken ---


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"minutes": -1}, "SubjectConfirmation"),
        ({"minutes": -8}, "expired"),
        ({"audience": "https://elsewhere.example/metadata/"}, "not a valid audience"),
        ({"audience": ""}, "names no audience"),
        ({"issuer": "https://elsewhere.example/metadata"}, "Invalid issuer"),
        ({"recipient": "https://elsewhere.example/assertion/"}, "SubjectConfirmation"),
        ({"recipient": ""}, "does not confirm"),
        ({"has_end": False}, "does not confirm"),
        ({"confirms": ""}, "does not confirm"),
        ({"confirms": "ONELOGIN_other"}, "SubjectConfirmation"),
        ({"subject": ""}, "has 0 values"),
        ({"status": "Responder"}, "not Success"),
    ],
)
def test_an_assertion_that_is_not_for_us_now_is_not_taken(
    sam: models.Person, caplog: pytest.LogCaptureFixture, told: dict[str, Any], words: str
) -> None:
    browser = nobody()
    assert words in refused(browser, asked(browser).but(**told).form(), caplog)


@pytest.mark.parametrize(
    ("signing", "words"),
    [
        ({"sign": "nothing"}, "not signed"),
        ({"signed_by": key("elsewhere.example")}, "Signature validation failed"),
        ({"algorithm": "sha1"}, "Deprecated"),
    ],
)
def test_what_the_provider_did_not_sign_is_not_taken(
    sam: models.Person, caplog: pytest.LogCaptureFixture, signing: dict[str, Any], words: str
) -> None:
    browser = nobody()
    assert words in refused(browser, asked(browser).form(**signing), caplog)


def test_what_was_changed_after_it_was_signed_is_not_taken(
    sam: models.Person, caplog: pytest.LogCaptureFixture
) -> None:
    browser = nobody()
    form = asked(browser).but(subject="stranger").form()
    form["SAMLResponse"] = saml_assertions.changed(form["SAMLResponse"], "stranger", "somebody")
    assert "Signature validation failed" in refused(browser, form, caplog)


def test_an_answer_is_taken_once_and_in_the_browser_that_asked(
    sam: models.Person, caplog: pytest.LogCaptureFixture
) -> None:
    asking, other = nobody(), nobody()
    form = asked(asking).form()
    assert "PermissionDenied" in refused(other, form, caplog)
    assert brought(asking, form)[0] == 302
    asking.post("/account/sign-out/")
    models.Identity.objects.all().delete()
    assert "PermissionDenied" in refused(asking, form, caplog)


def test_an_assertion_of_somebody_else_answers_no_request_of_ones_own(
    sam: models.Person, caplog: pytest.LogCaptureFixture
) -> None:
    """Who got hold of an assertion puts it into an answer to their own request, as that part is not signed."""
    victim, thief = nobody(), nobody()
    stolen = asked(victim)
    form = stolen.form()
    form["SAMLResponse"] = saml_assertions.in_answer_to(form["SAMLResponse"], asked(thief).asked)
    assert "SubjectConfirmation" in refused(thief, form, caplog)


def test_nobody_comes_by_the_provider_who_was_not_sent_there(
    sam: models.Person, caplog: pytest.LogCaptureFixture
) -> None:
    assert "does not confirm" in refused(nobody(), Answer("", confirms="").form(), caplog)
    assert "PermissionDenied" in refused(nobody(), Answer("ONELOGIN_made-up").form(), caplog)


def test_what_is_kept_between_the_two_addresses_is_sealed_and_soon_void(
    sam: models.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, carrying = nobody(), nobody()
    carrying.post(BACK, asked(browser).form())
    sealed = carrying.cookies["servanda_assertion"]
    assert (sealed["httponly"], sealed["samesite"], sealed["path"]) == (True, "Lax", ARRIVED)
    for each in ("", "made-up:of:nothing", f"{sealed.value}x"):
        browser.cookies["servanda_assertion"] = each
        assert browser.get(ARRIVED).status_code == 502
    monkeypatch.setattr(sign_on_by_saml, "SECONDS_KEPT", -1)
    browser.cookies["servanda_assertion"] = sealed.value
    assert browser.get(ARRIVED).status_code == 502
    assert not is_in(browser)


@pytest.mark.parametrize(
    "answer", ["", "no base64 !", "bm8geG1s", "PCFET0NUWVBFIGEgWzwhRU5USVRZIGIgImMiPl0+PGE+JmI7PC9hPg==", "A" * 200_001]
)
def test_nonsense_is_no_answer(sam: models.Person, caplog: pytest.LogCaptureFixture, answer: str) -> None:
    assert refused(nobody(), {"SAMLResponse": answer}, caplog)


def test_answers_are_counted(kept_school: models.Organisation) -> None:
    browser = nobody()
    with override_settings(ACCOUNT_RATE_LIMITS={"sign_on_back": "2/m/ip"}):
        codes = [browser.post(BACK, {"SAMLResponse": "x"}).status_code for _ in range(3)]
    assert codes == [502, 502, 429]


def test_a_leading_on_is_within_the_site(sam: models.Person) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example/"):
        browser = nobody()
        assert brought(browser, asked(browser, next=elsewhere).form()) == (302, "/")


# --- signed out there ---


def signed_on() -> Client:
    """Return a browser in which Sam signed on."""
    browser = nobody()
    assert brought(browser, asked(browser).form())[0] == 302
    assert is_in(browser)
    return browser


@pytest.mark.parametrize("lower", [False, True])
def test_who_signs_out_at_the_provider_is_signed_out_here(sam: models.Person, lower: bool) -> None:
    browser = signed_on()
    answer = browser.get(f"{SIGNED_OUT}?{sign_out_query(lower=lower)}")
    assert answer.status_code == 302
    led = urlsplit(answer.headers["Location"])
    assert (led.hostname, led.path, list(parse_qs(led.query))) == ("idp.example", "/off", ["SAMLResponse"])
    assert not is_in(browser)


def test_only_the_session_that_the_provider_means_ends(sam: models.Person, kept_school: models.Organisation) -> None:
    browser = signed_on()
    assert browser.get(f"{SIGNED_OUT}?{sign_out_query('n-2')}").status_code == 302
    assert is_in(browser)
    choose_password()
    by_password = signed_in_by_password()
    assert by_password.get(f"{SIGNED_OUT}?{sign_out_query()}").status_code == 302
    assert is_in(by_password)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "SAMLRequest=nonsense",
        "SAMLResponse=nonsense",
        sign_out_query(signed=False),
        sign_out_query(signed_by=key("elsewhere.example")),
    ],
)
def test_nobody_is_signed_out_by_what_the_provider_did_not_sign(sam: models.Person, query: str) -> None:
    browser = signed_on()
    answer = browser.get(f"{SIGNED_OUT}?{query}")
    assert answer.status_code == 400
    assert "you are not signed out here" in answer.text
    assert is_in(browser)


def test_a_provider_that_tells_no_address_for_it_signs_nobody_out(sam: models.Person, tmp_path: Path) -> None:
    saml_assertions.set_up(tmp_path, of=saml_assertions.metadata(sign_out=False))
    with used(tmp_path):
        assert nobody().get(f"{SIGNED_OUT}?{sign_out_query()}&RelayState=https://evil.example/").status_code == 404


# --- for whoever runs the provider ---


def test_the_metadata_tells_where_to_answer_and_that_assertions_are_signed(kept_school: models.Organisation) -> None:
    answer = nobody().get(METADATA)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/samlmetadata+xml")
    told = ElementTree.fromstring(answer.content)
    names = {"md": "urn:oasis:names:tc:SAML:2.0:metadata"}
    assert (told.get("entityID"), told.get("validUntil")) == (f"http://localhost{METADATA}", None)
    [described] = told.findall("md:SPSSODescriptor", names)
    assert described.get("WantAssertionsSigned") == "true"
    addresses = {each.tag.split("}")[1]: each.get("Location") for each in described if each.get("Location")}
    assert addresses == {
        "AssertionConsumerService": f"http://localhost{BACK}",
        "SingleLogoutService": f"http://localhost{SIGNED_OUT}",
    }


def test_addresses_of_one_protocol_are_not_there_for_the_other(kept_school: models.Organisation) -> None:
    assert nobody().get("/account/sign-on/school/back/?code=x&state=y").status_code == 404
