"""The second step: asked for at sign-in, set up and turned off by its owner, taken away by an administrator."""

import json
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import override_settings

from servanda.engine.rights import Role
from servanda.services import people, retention, second_steps, transfers
from servanda.store import models
from servanda.store.access import NotFound
from tests.authenticator_app import code
from tests.tenancy import school
from tests.web.browsers import SignedIn, nobody
from tests.web.second_steps import (
    PASSWORD,
    choose_password,
    is_in,
    set_up_app,
    shown_once_more,
    signed_in_by_password,
)

STEP = "/account/second-step/"
PERSON = "/o/school/people/person/technician/"


@pytest.fixture(autouse=True)
def _quick_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def secured(kept_school: models.Organisation) -> tuple[str, list[str]]:
    """Let the technician have an app for codes; return its secret and the recovery codes."""
    cache.clear()
    choose_password()
    return set_up_app()


def technician() -> models.Account:
    """Return the technician's account."""
    return models.Account.objects.get(people__slug="technician", people__organisation__slug="school")


def test_a_password_alone_lets_nobody_in_who_set_up_an_app(secured: tuple[str, list[str]]) -> None:
    browser = signed_in_by_password(next="/o/school/agreements/")
    assert not is_in(browser)
    assert "Second step" in browser.get(STEP).text
    answer = browser.post(STEP, {"code": code(secured[0])})
    assert answer.headers["Location"] == "/o/school/agreements/"
    assert is_in(browser)


def test_who_cannot_go_on_begins_anew(secured: tuple[str, list[str]]) -> None:
    browser = signed_in_by_password()
    assert browser.get("/account/sign-in/").status_code == 302
    browser.post("/account/sign-out/")
    assert "Sign in with a passkey" in browser.get("/account/sign-in/").text
    assert browser.get(STEP).headers["Location"] == "/account/sign-in/"


def test_a_wrong_code_is_refused_and_tries_are_counted(secured: tuple[str, list[str]]) -> None:
    browser = signed_in_by_password()
    for _ in range(5):
        assert "That is not right" in browser.post(STEP, {"code": "123"}).text
    # Not even the right code, and not from another browser.
    for each in (browser, signed_in_by_password()):
        assert "Too many" in each.post(STEP, {"code": code(secured[0])}).text
        assert not is_in(each)


def test_a_code_of_the_app_is_taken_once(secured: tuple[str, list[str]]) -> None:
    told = code(secured[0], 1)
    first, second = signed_in_by_password(), signed_in_by_password()
    assert first.post(STEP, {"code": told}).status_code == 302
    cache.delete(f"allauth.mfa.totp.used?user={technician().pk}&code={told}")  # which allauth forgets after 30 seconds
    assert "That is not right, or was used before" in second.post(STEP, {"code": told}).text
    assert not is_in(second)


def test_a_code_that_is_too_old_or_too_new_is_refused(secured: tuple[str, list[str]]) -> None:
    browser = signed_in_by_password()
    for later in (-3, 3):
        assert "That is not right" in browser.post(STEP, {"code": code(secured[0], later)}).text


def test_a_recovery_code_lets_in_once(secured: tuple[str, list[str]]) -> None:
    codes = secured[1]
    assert len(set(codes)) == 10
    assert signed_in_by_password().post(STEP, {"code": codes[3]}).status_code == 302
    assert "That is not right" in signed_in_by_password().post(STEP, {"code": codes[3]}).text
    browser = signed_in_by_password()
    browser.post(STEP, {"code": codes[4]})
    assert "8 unused" in browser.get("/account/security/").text


def test_recovery_codes_are_shown_once_and_new_ones_end_the_old(secured: tuple[str, list[str]]) -> None:
    codes = secured[1]
    browser = signed_in_by_password()
    browser.post(STEP, {"code": codes[0]})
    shown_once_more(browser)
    again = browser.get("/account/security/codes/").text
    assert not any(each in again for each in codes)
    answer = browser.post("/account/security/codes/new/", follow=True)
    assert answer.text.count("<li><code>") == 10
    assert "That is not right" in signed_in_by_password().post(STEP, {"code": codes[1]}).text


def test_nothing_is_set_up_or_turned_off_without_showing_once_more_who_one_is(
    secured: tuple[str, list[str]], signed_in: SignedIn
) -> None:
    browser = signed_in(Role.TECHNICIAN)
    for each in ("app/off/", "codes/", "codes/new/", "passkeys/add/"):
        for answer in (browser.get(f"/account/security/{each}"), browser.post(f"/account/security/{each}")):
            assert answer.status_code in {302, 405}, each
            assert answer.status_code == 405 or answer.headers["Location"].startswith("/account/again/")
    assert second_steps.of(technician().pk, 10).is_there


def test_an_app_is_turned_off_by_its_owner(secured: tuple[str, list[str]]) -> None:
    browser = signed_in_by_password()
    browser.post(STEP, {"code": code(secured[0])})
    shown_once_more(browser)
    assert browser.post("/account/security/app/off/").headers["Location"] == "/account/security/"
    assert not technician().second_step
    assert not Authenticator.objects.exists()
    assert is_in(signed_in_by_password())


def test_what_was_done_stands_in_the_audit(secured: tuple[str, list[str]], signed_in: SignedIn) -> None:
    shown = signed_in(Role.ADMINISTRATOR).get(PERSON).text
    assert "set up an app for codes" in shown


def test_an_administrator_takes_it_away_and_the_audit_says_who(
    secured: tuple[str, list[str]], signed_in: SignedIn
) -> None:
    browser = signed_in(Role.ADMINISTRATOR)
    assert "Take the second step away" in browser.get(PERSON).text
    assert browser.post(f"{PERSON}second-step/").headers["Location"] == PERSON
    assert is_in(signed_in_by_password())
    assert "Take the second step away" not in browser.get(PERSON).text
    last = models.Entry.objects.filter(organisation__slug="school").latest("sequence")
    assert (last.actor, last.subject, last.content) == (
        "administrator",
        "person technician",
        {"done": "second step taken away"},
    )
    assert "There was no second step" in browser.post(f"{PERSON}second-step/", follow=True).text
    assert models.Entry.objects.filter(organisation__slug="school").latest("sequence") == last


def test_nobody_else_takes_it_away(secured: tuple[str, list[str]], kept_school: models.Organisation) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR, Role.SERVICE_MANAGER}:
        viewer = people.viewer(kept_school, school.slug_of(role), now=school.NOW)
        with pytest.raises(NotFound):
            second_steps.reset(viewer, "technician", now=school.NOW)
    assert technician().second_step


def test_it_is_not_taken_away_where_the_account_is_of_another_organisation_too(
    secured: tuple[str, list[str]], kept_school: models.Organisation
) -> None:
    other = models.Organisation.objects.create(slug="other", name="Other", zone="UTC")
    models.Person.objects.create(organisation=other, slug="guest", account=technician())
    viewer = people.viewer(kept_school, "administrator", now=school.NOW)
    with pytest.raises(people.PersonRefused, match="not of this organisation alone"):
        second_steps.reset(viewer, "technician", now=school.NOW)
    assert Authenticator.objects.exists()


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "no JSON",
        "null",
        "[]",
        "{}",
        '"text"',
        '{"id": 1}',
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}',
        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": "x", "clientExtensionResults": {}}',
        '{"id": "é", "rawId": "\\u0000", "type": "x", "response": {"userHandle": "MQ"}, "clientExtensionResults": 1}',
        '{"id": "AA", "rawId": "AA", "type": "public-key", "clientExtensionResults": {}, "response": {"clientDataJSON":'
        ' "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": "OTk5OTk5"}}',
    ],
)
def test_what_no_passkey_answers_lets_nobody_in(secured: tuple[str, list[str]], credential: str) -> None:
    browser = nobody()
    browser.get("/account/passkey/", headers={"accept": "application/json"})
    answer = browser.post("/account/passkey/", {"credential": credential})
    assert answer.headers["Location"] == "/account/sign-in/"
    begun = signed_in_by_password()
    assert begun.get(STEP).status_code == 200
    assert begun.post(STEP, {"credential": credential}).status_code == 200
    assert not is_in(browser)
    assert not is_in(begun)
    owner = signed_in_by_password()
    owner.post(STEP, {"code": secured[1][0]})
    shown_once_more(owner)
    assert owner.get("/account/security/passkeys/add/").status_code == 200
    answer = owner.post("/account/security/passkeys/add/", {"name": "x", "credential": credential})
    assert answer.status_code == 200
    assert not Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists()


# --- what is kept ---


def test_the_secret_is_locked_with_a_key_that_is_not_in_the_database(secured: tuple[str, list[str]]) -> None:
    kept = json.dumps([each.data for each in Authenticator.objects.all()])
    assert secured[0] not in kept
    assert not any(each in kept for each in secured[1])
    with override_settings(SECRET_KEY="that of another machine"):
        browser = signed_in_by_password()
        answer = browser.post(STEP, {"code": code(secured[0])})
    assert answer.status_code == 400
    assert "locked up with another key" in answer.text


def test_a_dump_tells_that_there_is_a_second_step_and_not_what_it_is_checked_by(
    secured: tuple[str, list[str]],
) -> None:
    dumped = BytesIO()
    transfers.dump(dumped)
    text = dumped.getvalue().decode()
    assert '"second_step"' in text
    assert technician().second_step
    for each in Authenticator.objects.all():
        assert not any(str(secret) in text for secret in each.data.values() if len(str(secret)) > 5)
        assert each.type not in text


def test_where_a_dump_was_loaded_a_password_alone_still_lets_nobody_in(
    secured: tuple[str, list[str]], signed_in: SignedIn
) -> None:
    Authenticator.objects.all().delete()  # as no dump tells them
    browser = nobody()
    answer = browser.post("/account/sign-in/", {"login": technician().email, "password": PASSWORD})
    assert answer.status_code == 403
    assert "Your second step is not here" in answer.text
    assert not is_in(browser)
    signed_in(Role.ADMINISTRATOR).post(f"{PERSON}second-step/")
    assert is_in(signed_in_by_password())


def test_who_is_forgotten_leaves_no_second_step(
    secured: tuple[str, list[str]], kept_school: models.Organisation
) -> None:
    viewer = people.viewer(kept_school, "administrator", now=school.NOW)
    retention.anonymise(viewer, "technician", now=school.NOW + timedelta(days=1), reason="request of 3 May")
    assert not Authenticator.objects.exists()
