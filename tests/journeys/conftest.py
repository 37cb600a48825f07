"""Pages served by the real program over Hill School, and a real browser; see `tests/browser.py`."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from tests.browser import Site, new_context, run_module, served
from tests.browser import browser as browser
from tests.browser import context as context
from tests.browser import page as page
from tests.journeys.persons import person as person
from tests.journeys.prepare import EMAIL, PASSWORD


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep Hill School in a folder, which is then copied."""
    folder = tmp_path_factory.mktemp("prepared")
    run_module("tests.journeys.prepare", folder)
    return folder


@pytest.fixture
def fresh_site(prepared: Path, tmp_path: Path) -> Iterator[Site]:
    """Serve Hill School, in which nobody can sign in yet."""
    with served(shutil.copytree(prepared, tmp_path / "fresh")) as site:
        yield site


@pytest.fixture(scope="module")
def site(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve Hill School, with reports, for the tests of one file."""
    folder = shutil.copytree(prepared, tmp_path_factory.mktemp("site") / "served")
    run_module("tests.journeys.prepare_reports", folder)
    with served(folder) as site:
        yield site


@pytest.fixture(scope="module")
def signed_in(browser: Browser, site: Site) -> StorageState:
    """Sign in by way of the set-up link, and return what the browser remembers of it."""
    with new_context(browser) as first:
        page = first.new_page()
        get_in(page, site)
        return first.storage_state()


def get_in(page: Page, site: Site) -> None:
    """Open the set-up link, choose a password, and sign in with it."""
    page.goto(site.link)
    for button in ("Keep this password", "Sign in"):
        page.locator("input[type=email]").fill(EMAIL)
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url(lambda address: "/account/" not in address)


@contextmanager
def inside(browser: Browser, signed_in: StorageState, **options: Any) -> Iterator[BrowserContext]:
    """Give a browser in which Kim is signed in."""
    with new_context(browser, storage_state=signed_in, **options) as made:
        yield made
