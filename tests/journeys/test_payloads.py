"""Texts that would run as programs, in every field that takes a text, looked at in every page: none runs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog

from tests.browser import Site, new_context, run_module, served
from tests.journeys.payloads import PAYLOADS
from tests.journeys.prepare import EMAIL, PASSWORD
from tests.journeys.walk import pages, watch_over

pytestmark = pytest.mark.slow

# The content policy is switched off, so that the escaping of the pages is what stands the test.
TELL = "window.ran = () => { window.hasRun = true; }; window.alert = window.ran;"
TAKEN_FOR_MORE = """
[...document.querySelectorAll("*")].filter(each =>
    [...each.attributes].some(one => /^on|^srcdoc$/i.test(one.name)
        || (/^(xlink:)?(href|src|action|formaction|data)$/i.test(one.name) && /^\\s*javascript:/i.test(one.value)))
    || ["IFRAME", "OBJECT", "EMBED", "MARQUEE", "BASE", "VIDEO", "AUDIO"].includes(each.tagName.toUpperCase())
    || (each.tagName.toUpperCase() == "SCRIPT" && !each.src)
).map(each => each.outerHTML.slice(0, 120))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the organisation of which every text is a payload."""
    folder = tmp_path_factory.mktemp("payloads")
    run_module("tests.journeys.prepare_payloads", folder)
    with served(folder, with_link=False) as site:
        yield site


@pytest.fixture
def context(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """Give a browser without a content policy, in which the administrator is signed in."""
    with new_context(browser, bypass_csp=True) as made:
        made.add_init_script(TELL)
        page = made.new_page()
        page.goto(f"{site.address}/account/sign-in/")
        page.locator("input[type=email]").fill(EMAIL)
        page.locator("input[type=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(lambda address: "/account/" not in address)
        page.close()
        yield made


@pytest.mark.parametrize("of_a_kind", [3, pytest.param(len(PAYLOADS), marks=pytest.mark.full)])
def test_no_text_runs_in_any_page(
    context: BrowserContext, site: Site, of_a_kind: int, figure: Callable[[str, object], None]
) -> None:
    assert len(set(PAYLOADS)) == 60
    page = context.new_page()
    watch = watch_over(page, site.address)
    asked: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismissed)
    found: list[str] = []
    looked = 0
    for address in pages(context, site.address, of_a_kind=of_a_kind):
        page.goto(address)
        if page.evaluate("window.hasRun === true"):
            found.append(f"{address}: ran")
        found += [f"{address}: {each}" for each in page.evaluate(TAKEN_FOR_MORE)]
        looked += 1
    figure(f"pages with {len(PAYLOADS)} payloads looked at", looked)
    assert (found, asked, watch.foreign) == ([], [], [])


def test_the_texts_stand_in_the_pdf_as_texts(context: BrowserContext, site: Site, tmp_path: Path) -> None:
    page = context.new_page()
    page.goto(f"{site.address}/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Reports").click()
    answer = context.request.get(f"{page.url}issued/1/report.pdf")
    assert answer.ok
    path = tmp_path / "report.pdf"
    path.write_bytes(answer.body())
    reader = pypdf.PdfReader(path)
    text = "".join("".join(each.extract_text().split()) for each in reader.pages)
    assert "<script>ran()</script>" in text
    assert b"/JavaScript" not in answer.body()
