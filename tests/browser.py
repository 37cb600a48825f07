"""A real browser for the tests, and pages served to it as people get them.

`start.py test` names a browser in BROWSER_BIN and fetches one where the machine has none; run by hand, the tests take
the machine's own. Without any they are skipped, which fails the run on a build server.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.architecture.sources import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LOCALE = "en-GB"  # a machine without a locale would name one that pages cannot use
PATIENCE_MILLISECONDS = 60_000  # on a machine that has much else to do
NONE = "there is no browser: install chromium, or name one in BROWSER_BIN ('start.py test' does so by itself)"


def browser_file(playwright: Playwright) -> str | None:
    """Return the browser that is named, the machine's own, the one in `.venv`, or Playwright's; None without any."""
    unpacked = ROOT / ".venv" / "browser" / "chromium"
    candidates = (
        os.environ.get("BROWSER_BIN"),
        *map(shutil.which, NAMES),
        f"{unpacked}" if unpacked.exists() else None,
        playwright.chromium.executable_path if Path(playwright.chromium.executable_path).exists() else None,
    )
    return next(filter(None, candidates), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a browser for the tests of one file.

    No longer: while Playwright runs, Django takes the process for one that must not ask its database.
    """
    with sync_playwright() as playwright:
        found = browser_file(playwright)
        if found is None:
            pytest.skip(NONE)
        started = playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Give a browser that remembers nothing."""
    with new_context(browser) as made:
        yield made


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Give an empty page of a browser that remembers nothing."""
    return context.new_page()


@contextmanager
def new_context(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """Give a browser of its own, as somebody in Britain has it."""
    made = browser.new_context(locale=LOCALE, **options)
    made.set_default_timeout(PATIENCE_MILLISECONDS)
    yield made
    made.close()


@dataclass(slots=True)
class Site:
    """Pages that are served: where, the link by which somebody gets in first, and the folder of what is kept."""

    address: str
    link: str
    folder: Path


@contextmanager
def served(folder: Path, *, with_link: bool = True) -> Iterator[Site]:
    """Serve the database of a folder by `servanda serve` on a free port; with a link where nobody can sign in yet."""
    command = [sys.executable, "-m", "servanda", "serve", "--port", "0"]
    with (
        (folder / "served.log").open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            command, env=environment_of(folder), stdout=subprocess.PIPE, stderr=errors, text=True
        ) as serving,
    ):
        assert serving.stdout is not None
        try:
            lines = [serving.stdout.readline() for _ in range(3 if with_link else 1)]
            yield Site(lines[0].split()[3].rstrip("/"), lines[-1].strip() if with_link else "", folder)
        finally:
            serving.terminate()


def environment_of(folder: Path) -> dict[str, str]:
    """Return what a program must find in its environment to work on the database of a folder."""
    own = {"SERVANDA_DATABASE": f"sqlite:///{folder / 'servanda.sqlite3'}", "SERVANDA_DATA": str(folder)}
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), **own}


def run_module(name: str, folder: Path, *arguments: str) -> None:
    """Run a module of the tests as a program on the database of a folder; it must end well."""
    command = [sys.executable, "-m", name, str(folder), *arguments]
    done = subprocess.run(command, env=environment_of(folder), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
