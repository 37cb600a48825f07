"""From the set-up link to the PDF of a month: by mouse, without JavaScript, and by keyboard alone."""

import re
from pathlib import Path

import pypdf
import pytest

from tests.browser import Site
from tests.journeys.persons import Person
from tests.journeys.prepare import EMAIL, PASSWORD
from tests.journeys.walk import watch_over

pytestmark = pytest.mark.slow

MISSED_MONTH = re.compile(r"^E-mail, \w+ \d{4}: Missed")


def test_from_the_set_up_link_to_the_pdf_of_a_month(person: Person, fresh_site: Site, tmp_path: Path) -> None:
    watch = watch_over(person.page, fresh_site.address)
    get_in(person, fresh_site)
    from_a_red_cell_to_the_explanation(person)
    pdf = issue_the_last_month(person, tmp_path)
    assert "Hill School" in pypdf.PdfReader(pdf).pages[0].extract_text()
    assert watch.foreign == []
    assert watch.complaints == []


def get_in(person: Person, site: Site) -> None:
    """Choose a password by the link, which works once, and sign in with it."""
    page = person.page
    page.goto(site.link)
    for button in ("Keep this password", "Sign in"):
        person.write(page.locator("input[type=email]"), EMAIL)
        person.write(page.locator("input[type=password]"), PASSWORD)
        person.press(page.get_by_role("button", name=button, exact=True))
        page.get_by_role("button", name=button, exact=True).wait_for(state="detached")
    page.get_by_role("heading", name="Hill School", level=1).wait_for()
    answer = page.request.get(site.link)
    assert answer.status == 404


def from_a_red_cell_to_the_explanation(person: Person) -> None:
    """Follow a missed month to its tickets, a late one of these, and the reason of its due instant."""
    page = person.page
    person.press(page.get_by_role("link", name=MISSED_MONTH))
    late = page.get_by_role("link", name=re.compile("^late-"))
    number = late.first.inner_text()
    person.press(late)
    page.get_by_role("heading", name=f"Ticket {number}").wait_for()
    assert page.get_by_text("it was due").first.is_visible()
    assert page.get_by_role("cell", name="9 h").first.is_visible()
    person.press(page.get_by_text("The whole explanation"))
    page.get_by_text("desk/1").filter(visible=True).first.wait_for()


def issue_the_last_month(person: Person, folder: Path) -> Path:
    """Prepare, check and issue the report of the last month, and return its PDF."""
    page = person.page
    person.press(page.get_by_role("navigation", name="Main").get_by_role("link", name="Reports"))
    for button in ("Prepare the report of", "I have read it", "Issue report 1 for"):
        person.press(page.get_by_role("button", name=button))
        page.get_by_role("button", name=button, exact=False).wait_for(state="detached")
    with page.expect_download() as awaited:
        person.press(page.get_by_role("link", name="PDF"))
    awaited.value.save_as(folder / "report.pdf")
    return folder / "report.pdf"
