"""Every page that links lead to: accessible in light and dark on each width, printable whole, and quiet."""

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, StorageState

from tests.browser import Site
from tests.journeys.conftest import inside
from tests.journeys.walk import pages, watch_over

pytestmark = pytest.mark.slow

WIDTHS = (320, 768, 1280)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
GRAVE = {"serious", "critical"}

# A4 and Letter upright, without the margins of the style sheet, in CSS pixels.
PAPER = {"A4": 680, "Letter": 702}

# What sticks out to the right of the paper, or lies hidden in a region that only a screen can scroll.
CLIPPED = """
width => [...document.querySelectorAll("table, svg, img, pre, dl")].filter(each => {
    if (!each.checkVisibility()) return false;
    const around = each.closest(".scroll");
    const hidden = around && around.scrollWidth > around.clientWidth + 1;
    return each.getBoundingClientRect().right > width + 1 || hidden;
}).map(each => `${each.tagName} ${each.className} to ${Math.round(each.getBoundingClientRect().right)}`)
"""
WIDER_THAN_THE_WINDOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module", params=[1, pytest.param(40, marks=pytest.mark.full)])
def addresses(browser: Browser, site: Site, signed_in: StorageState, request: pytest.FixtureRequest) -> list[str]:
    """Return the addresses of all pages: one of each kind, or many."""
    with inside(browser, signed_in) as context:
        return list(pages(context, site.address, of_a_kind=request.param))


@pytest.fixture(scope="module")
def outside(site: Site) -> list[str]:
    """Return the addresses of the pages for somebody who is not signed in."""
    return [f"{site.address}/account/{each}/" for each in ("sign-in", "forgotten", "set-up/none")]


def test_there_are_pages(addresses: list[str], figure: Callable[[str, object], None]) -> None:
    figure("pages looked at", len(addresses))
    assert len(addresses) >= 15


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_has_a_grave_fault_of_access_or_scrolls_sideways(
    browser: Browser,
    site: Site,
    signed_in: StorageState,
    addresses: list[str],
    theme: Literal["light", "dark"],
    width: int,
) -> None:
    found: list[str] = []
    viewport = {"width": width, "height": 900}
    with inside(browser, signed_in, color_scheme=theme, viewport=viewport) as context:
        page = context.new_page()
        watch = watch_over(page, site.address)
        for address in addresses:
            page.goto(address)
            found += faults(page)
            if page.evaluate(WIDER_THAN_THE_WINDOW) > 0:
                found.append(f"{address}: wider than the window")
    assert found == []
    assert watch.foreign == []
    assert watch.complaints == []


def test_the_pages_before_one_is_signed_in_have_no_grave_fault_either(browser: Browser, outside: list[str]) -> None:
    page = browser.new_page(locale="en-GB")
    found: list[str] = []
    for address in outside:
        page.goto(address)
        found += faults(page)
    page.close()
    assert found == []


def faults(page: Page) -> Iterator[str]:
    """Yield what axe finds grave on a page."""
    for each in Axe().run(page).response["violations"]:
        if each["impact"] in GRAVE:
            nodes = [node["html"][:120] for node in each["nodes"][:3]]
            yield f"{page.url}: {each['id']} ({each['impact']}) {nodes}"


@pytest.mark.parametrize("paper", PAPER)
def test_every_page_prints_whole(browser: Browser, signed_in: StorageState, addresses: list[str], paper: str) -> None:
    found: list[str] = []
    with inside(browser, signed_in, viewport={"width": PAPER[paper], "height": 900}) as context:
        page = context.new_page()
        for address in addresses:
            page.goto(address)
            page.emulate_media(media="print")
            found += [f"{address}: {each}" for each in page.evaluate(CLIPPED, PAPER[paper])]
            assert page.pdf(format=paper).startswith(b"%PDF")
    assert found == []
