"""A second step in a real browser: an app for codes without JavaScript, and a passkey of a virtual authenticator."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Browser, CDPSession, Page

from tests.authenticator_app import code
from tests.browser import Site, new_context
from tests.journeys.conftest import get_in
from tests.journeys.prepare import EMAIL, PASSWORD
from tests.journeys.walk import watch_over

pytestmark = pytest.mark.slow

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def localhost(fresh_site: Site) -> Site:
    """Return the site by the name under which browsers give passkeys on this machine."""
    fresh_site.address = fresh_site.address.replace("127.0.0.1", "localhost")
    fresh_site.link = fresh_site.link.replace("127.0.0.1", "localhost")
    return fresh_site


@pytest.fixture
def plain_page(browser: Browser) -> Iterator[Page]:
    """Return a page without JavaScript."""
    with new_context(browser, java_script_enabled=False) as context:
        yield context.new_page()


def give_password(page: Page, site: Site) -> None:
    """Sign in by address and password, as far as that leads."""
    page.goto(f"{site.address}/account/sign-in/")
    page.locator("input[type=email]").fill(EMAIL)
    page.locator("input[type=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def show_once_more(page: Page) -> None:
    """Give the password before something that only its owner may change."""
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def sign_out(page: Page, site: Site) -> None:
    """Sign out."""
    page.goto(f"{site.address}/account/sign-out/")
    page.locator("main").get_by_role("button", name="Sign out").click()


def test_an_app_for_codes_is_set_up_and_asked_for_without_javascript(plain_page: Page, localhost: Site) -> None:
    page = plain_page
    watch = watch_over(page, localhost.address)
    get_in(page, localhost)
    page.goto(f"{localhost.address}/account/security/")
    page.get_by_role("link", name="Set up an app").click()
    show_once_more(page)
    assert page.locator("svg.qr path").bounding_box()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_role("textbox", name="Code").fill(code(secret, -1))
    page.get_by_role("button", name="Ask for codes from now on").click()
    recovery = page.locator(".codes code").all_inner_texts()
    assert len(recovery) == 10
    sign_out(page, localhost)
    give_password(page, localhost)
    page.get_by_role("textbox", name="Code").fill(code(secret))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(lambda address: "/account/" not in address)
    sign_out(page, localhost)
    give_password(page, localhost)
    page.get_by_role("textbox", name="Code").fill(recovery[0])
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(lambda address: "/account/" not in address)
    assert watch.foreign == []
    assert watch.complaints == []


@dataclass(frozen=True, slots=True)
class Telephone:
    """A virtual authenticator of the browser, which knows its owner."""

    session: CDPSession
    identity: str

    def say(self, what: str, **told: object) -> Any:
        """Tell it something, and return what it answers."""
        return self.session.send(f"WebAuthn.{what}", {"authenticatorId": self.identity, **told})


@pytest.fixture
def telephone(page: Page) -> Telephone:
    """Give the browser of a page a virtual authenticator."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return Telephone(session, made["authenticatorId"])


def add_passkey(page: Page, site: Site, *, alone: bool) -> None:
    """Add a passkey from the page of one's sign-in."""
    page.goto(f"{site.address}/account/security/")
    page.get_by_role("link", name="Add a passkey").click()
    show_once_more(page)
    page.get_by_role("textbox", name="Name").fill("Kim’s <b>telephone</b>")
    page.get_by_label("Sign in with it alone").set_checked(alone)
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("heading", name="Recovery codes").wait_for()


def test_a_passkey_signs_in_by_itself(page: Page, localhost: Site, telephone: Telephone) -> None:
    watch = watch_over(page, localhost.address)
    get_in(page, localhost)
    add_passkey(page, localhost, alone=True)
    page.goto(f"{localhost.address}/account/security/")
    assert "Kim’s <b>telephone</b>" in page.locator("main").inner_text()
    sign_out(page, localhost)
    page.goto(f"{localhost.address}/account/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda address: "/account/" not in address)
    page.goto(f"{localhost.address}/account/security/")
    assert "last used on" in page.locator("main").inner_text()
    assert watch.foreign == []
    assert watch.complaints == []


def test_a_passkey_is_asked_for_after_the_password(page: Page, localhost: Site, telephone: Telephone) -> None:
    watch = watch_over(page, localhost.address)
    get_in(page, localhost)
    add_passkey(page, localhost, alone=False)
    sign_out(page, localhost)
    give_password(page, localhost)
    assert "/account/second-step/" in page.url
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(lambda address: "/account/" not in address)
    page.goto(f"{localhost.address}/account/security/")
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("link", name="Use a passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("button", name="Remove it").click()
    page.wait_for_url("**/account/security/")
    sign_out(page, localhost)
    give_password(page, localhost)
    page.wait_for_url(lambda address: "/account/" not in address)
    assert watch.foreign == []
    assert watch.complaints == []


def test_a_passkey_that_somebody_else_holds_lets_nobody_in(page: Page, localhost: Site, telephone: Telephone) -> None:
    get_in(page, localhost)
    add_passkey(page, localhost, alone=True)
    sign_out(page, localhost)
    [credential] = telephone.say("getCredentials")["credentials"]
    telephone.say("clearCredentials")
    telephone.say("addCredential", credential=credential | {"privateKey": another_key()})
    page.goto(f"{localhost.address}/account/sign-in/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("That is not right, or was used before.").wait_for()
    assert "/account/sign-in/" in page.url


def another_key() -> str:
    """Return a private key, as the browser takes it."""
    key = ec.generate_private_key(ec.SECP256R1())
    return base64.b64encode(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()
