"""Single sign-on by SAML in a real browser, by a SimpleSAMLphp in a process of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import simplesamlphp
from tests.browser import Site, run_module, served
from tests.journeys.walk import watch_over
from tests.simplesamlphp import Peer

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """Run a SimpleSAMLphp that knows Sam, and a stranger."""
    with simplesamlphp.running(tmp_path_factory.mktemp("provider")) as found:
        yield found


@pytest.fixture
def awaiting(prepared: Path, peer: Peer, tmp_path: Path) -> Iterator[Site]:
    """Serve Hill School, which awaits Sam; it and the provider know each other by what either tells of itself."""
    folder = shutil.copytree(prepared, tmp_path / "awaiting")
    run_module("tests.journeys.prepare_people", folder)
    peer.set_up(folder)
    with served(folder) as site:
        peer.trust(site.address)
        yield site


def sign_on(page: Page, site: Site, name: str) -> None:
    """Begin at the page of sign-in, and sign in at the provider, whose own pages need scripts to send the answer."""
    page.goto(f"{site.address}/account/sign-in/")
    page.get_by_role("button", name="Sign in with School sign-on").click()
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=password]").fill("plover")
    page.get_by_role("button", name="Login").click()


def test_who_is_awaited_signs_on_at_the_provider_and_out_there(page: Page, awaiting: Site, peer: Peer) -> None:
    watch = watch_over(page, awaiting.address)
    sign_on(page, awaiting, "sam")
    page.get_by_role("heading", name="Hill School", level=1).wait_for()
    page.goto(f"{awaiting.address}/account/security/")
    assert "School sign-on, connected on" in page.locator("main").inner_text()
    assert [each for each in watch.complaints if "Content Security Policy" in each] == []
    page.goto(f"{peer.address}/saml2/idp/SingleLogoutService.php?ReturnTo={peer.address}/")
    page.wait_for_url(lambda address: address.rstrip("/").startswith(peer.address))
    page.goto(f"{awaiting.address}/account/security/")
    assert "/account/sign-in/" in page.url


def test_whom_only_the_provider_knows_stays_out(page: Page, awaiting: Site) -> None:
    sign_on(page, awaiting, "stranger")
    page.get_by_role("heading", name="You are not signed in").wait_for()
    assert "nobody here has added you with stranger@hill.example" in page.locator("main").inner_text()
    page.goto(awaiting.address)
    assert "/account/sign-in/" in page.url
