"""Single sign-on in a real browser, by a provider in a process of its own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import Site, new_context, run_module, served
from tests.journeys.prepare_people import EMAIL
from tests.journeys.walk import watch_over
from tests.sign_on_provider import Provider, provided

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """Run a provider that knows Sam, and a stranger."""
    with provided(tmp_path_factory.mktemp("provider")) as running:
        running.knows("sam-1", email=EMAIL, email_verified=True)
        running.knows("stranger-1", email="stranger@hill.example", email_verified=True)
        yield running


@pytest.fixture
def awaiting(prepared: Path, provider: Provider, tmp_path: Path) -> Iterator[Site]:
    """Serve Hill School, which awaits Sam and takes the provider's word."""
    folder = shutil.copytree(prepared, tmp_path / "awaiting")
    run_module("tests.journeys.prepare_people", folder)
    (folder / "sign-on.toml").write_text(provider.settings(), encoding="utf-8")
    with served(folder) as site:
        yield site


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def sams_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Return a page in Sam's browser."""
    with new_context(browser, java_script_enabled=request.param) as context:
        yield context.new_page()


def sign_on(page: Page, site: Site, subject: str) -> None:
    """Begin at the page of sign-in, and agree at the provider."""
    page.goto(f"{site.address}/account/sign-in/")
    page.get_by_role("button", name="Sign in with School sign-on").click()
    page.get_by_placeholder("sub").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def test_who_is_awaited_signs_on_at_the_provider_and_is_in(sams_page: Page, awaiting: Site) -> None:
    page = sams_page
    watch = watch_over(page, awaiting.address)
    sign_on(page, awaiting, "sam-1")
    page.get_by_role("heading", name="Hill School", level=1).wait_for()
    page.goto(f"{awaiting.address}/account/security/")
    assert "School sign-on, connected on" in page.locator("main").inner_text()
    assert [each for each in watch.complaints if "Content Security Policy" in each] == []


def test_whom_only_the_provider_knows_stays_out(page: Page, awaiting: Site) -> None:
    sign_on(page, awaiting, "stranger-1")
    page.get_by_role("heading", name="You are not signed in").wait_for()
    assert "nobody here has added you with stranger@hill.example" in page.locator("main").inner_text()
    page.goto(awaiting.address)
    assert "/account/sign-in/" in page.url
