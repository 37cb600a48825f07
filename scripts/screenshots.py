#!/usr/bin/env python3
"""Take the pictures of the README from the pages of the demo, in a real browser.

    .venv/bin/python scripts/screenshots.py out/servanda.sqlite3

The database is the one that `python3 start.py demo` makes; it is copied first and stays as it is. The pages are served
from the copy, and each picture goes to docs/pictures with few colours, so that the files stay small.
"""

import argparse
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
ADDRESS = "kim@example.org"
MONTH, TICKET = "2016-04", "servicenow/INC0007432"
WIDTH, COLOURS = 1200, 192
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> int:
    """Take every picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path, help="the SQLite file of the demo")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sqlite_copy(options.database, Path(folder)) as database:
        password = give_password(database)
        with served(database) as site, browsing() as page:
            sign_in(page, site, password)
            take(page, site)
    return 0


@contextmanager
def sqlite_copy(database: Path, folder: Path) -> Iterator[Path]:
    """Copy a database, and tell this process and those it starts that the copy is meant."""
    copy = folder / "servanda.sqlite3"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    os.environ |= {"SERVANDA_DATABASE": f"sqlite:///{copy}", "SERVANDA_DATA": str(folder)}
    yield copy


def give_password(database: Path) -> str:
    """Give the person of the demo a password, in the copy alone, and return it."""
    from servanda.config import setup

    setup(f"sqlite:///{database}", database.parent)
    from servanda.store import models

    password = secrets.token_urlsafe(12)
    account = models.Account.objects.get(email=ADDRESS)
    account.set_password(password)
    account.save()
    return password


@contextmanager
def served(database: Path) -> Iterator[str]:
    """Serve the pages of a database on a free port, and yield their address."""
    command = (sys.executable, "-P", "-m", "servanda", "serve", "--port", "0", "--database", f"sqlite:///{database}")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        told = next((line for line in server.stdout if line.startswith("Servanda is at ")), "")
        try:
            yield told.removeprefix("Servanda is at ").split("/ ")[0]
        finally:
            server.terminate()


@contextmanager
def browsing() -> Iterator[Page]:
    """Yield a page of a browser: the one of this machine, or else the one that playwright brought."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": 900}, color_scheme="light")
        page.set_default_timeout(90_000)
        yield page
        browser.close()


def sign_in(page: Page, site: str, password: str) -> None:
    """Sign in as the person of the demo."""
    page.goto(f"{site}/")
    page.locator("input[type=email]").fill(ADDRESS)
    page.locator("input[type=password]").fill(password)
    page.locator("main button[type=submit]").click()


def take(page: Page, site: str) -> None:
    """Take the pictures, one page after another."""
    page.goto(f"{site}/o/boston/")
    keep(page, "home", 1240)
    page.goto(f"{site}/o/it-company/tickets/{TICKET}/")
    keep(page, "ticket", 1000)
    page.goto(f"{site}/o/it-company/reports/{MONTH}/")
    prepare = page.get_by_role("button", name="Prepare the report")
    if prepare.count():
        prepare.click()
    keep(page, "report", 1100)


def keep(page: Page, name: str, height: int) -> None:
    """Keep the upper part of a page as a small picture."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.screenshot(path=path)
    Image.open(path).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
