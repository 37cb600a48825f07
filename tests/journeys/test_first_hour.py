"""From nothing at all to a catalogue that users agreed to and an agreement that three sides approved, as a PDF."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Browser, Page

from servanda import wall_time
from servanda.engine import zones
from tests.browser import Site, new_context, served
from tests.journeys.persons import Person
from tests.journeys.prepare import PASSWORD
from tests.journeys.walk import watch_over

pytestmark = pytest.mark.slow

ZONE = "Europe/London"
SERVICES = ("Printing", "Wireless network", "Pupil records")
LEAST_SERVICES = 10
PROMISED = {"First response", "Resolution", "Support hours"}
ESTIMATES = (
    ("Availability", "", "97 %", "the fault book"),
    ("First response", "P1", "30 minutes", "asked the technicians"),
    ("Resolution", "P1", "6 hours", "asked the technicians"),
    ("Support hours", "", "school days, 08:00 to 16:00", "the timetable of the office"),
)


@pytest.fixture
def nothing(tmp_path: Path) -> Iterator[Site]:
    """Serve a database in which nothing is kept yet."""
    folder = tmp_path / "nothing"
    folder.mkdir()
    with served(folder) as site:
        yield site


def test_from_nothing_to_a_signed_agreement(person: Person, browser: Browser, nothing: Site, tmp_path: Path) -> None:
    watch = watch_over(person.page, nothing.address)
    set_up(person, nothing)
    list_services(person)
    estimate_levels(person)
    links = {role: invite(person, name, role) for name, role in PEOPLE.items()}
    with somebody(browser, links["representative"], "rae@hill.example") as speaker:
        agree_to_the_first_service(speaker)
        draft(person)
        with somebody(browser, links["executive"], "hana@hill.example") as head:
            for each in (speaker, head):
                open_the_draft(each)
                each.get_by_role("button", name="I approve text 2").last.click()
                each.get_by_text("You have approved this text.").wait_for()
    open_the_draft(person.page)
    person.press(person.page.get_by_role("button", name="I approve text 2 for: Provider"))
    person.press(person.page.get_by_role("button", name="Put it into force from"))
    person.page.get_by_text("It never changes any more.").wait_for()
    text = printed(person.page, tmp_path)
    check_levels(person.page)
    assert [
        each for each in ("Service desk, version 1", "Rae Long", "Hana Weiss", "Kim Hill") if each not in text
    ] == []
    assert watch.foreign == []
    assert watch.complaints == []


PEOPLE = {"Rae Long": "representative", "Hana Weiss": "executive"}


def set_up(person: Person, site: Site) -> None:
    """Name the organisation and oneself by the link that the start prints, and sign in."""
    page = person.page
    page.goto(site.link)
    person.write(page.get_by_label("Name of your organisation"), "Hill School")
    person.choose(page.get_by_label("Time zone"), ZONE)
    person.write(page.get_by_label("Your name"), "Kim Hill")
    for button in ("Set up", "Sign in"):
        person.write(page.locator("input[type=email]"), "kim@hill.example")
        person.write(page.locator("input[type=password]"), PASSWORD)
        person.press(page.get_by_role("button", name=button, exact=True))
        page.get_by_role("button", name=button, exact=True).wait_for(state="detached")


def list_services(person: Person) -> None:
    """List the first services, and take over the others that most schools have."""
    page = person.page
    page.goto(f"{page.url.rstrip('/')}/catalogue/")
    for name in SERVICES:
        page.goto(page.url.partition("/catalogue/")[0] + "/catalogue/add/")
        person.write(page.get_by_label("Service", exact=True), name)
        person.write(page.get_by_label("Who uses it"), "staff")
        person.press(page.get_by_role("button", name="Keep it"))
        page.get_by_role("heading", name=name, level=1).wait_for()
    page.goto(page.url.partition("/catalogue/")[0] + "/catalogue/")
    person.press(page.get_by_role("button", name="Add them"))
    page.get_by_text("services are added.").wait_for()
    listed = page.locator("main a[href*='/catalogue/of/']").all_inner_texts()
    assert len(set(listed)) >= LEAST_SERVICES
    assert set(SERVICES) <= set(listed)


def estimate_levels(person: Person) -> None:
    """Say how well the first service is given, as far as anybody knows, and where that comes from."""
    page = person.page
    for kind, priority, figure, source in ESTIMATES:
        page.goto(page.url.partition("/catalogue/")[0] + "/catalogue/of/printing/")
        person.press(page.locator("summary", has_text="Estimate a level"))
        person.choose(page.get_by_label("Level of"), kind)
        if priority:
            person.write(page.get_by_label("Priority"), priority)
        person.write(page.get_by_label("Estimate", exact=True), figure)
        person.write(page.get_by_label("Where it comes from"), source)
        person.press(page.get_by_role("button", name="Keep the estimate"))
        page.get_by_text("The estimate is kept").wait_for()
    for kind, priority, figure, source in ESTIMATES:
        row = level(page, kind, priority)
        assert figure in row["Estimated"]
        assert source in row["Estimated"]
        assert (row["Proposed"], row["Agreed"]) == ("none", "none")


def level(page: Page, kind: str, priority: str) -> dict[str, str]:
    """Return what the page of a service says of one of its levels, by column."""
    rows = page.locator("[aria-labelledby=levels] tbody tr")
    name = f"{kind} priority {priority}" if priority else kind
    [row] = [each for each in rows.all() if " ".join(each.locator("th").inner_text().split()) == name]
    return {f"{each.get_attribute('data-label')}": each.inner_text().strip() for each in row.locator("td").all()}


def check_levels(page: Page) -> None:
    """Check that what was estimated stands beside what is agreed by now, and nothing measured is made up."""
    page.goto(page.url.partition("/o/")[0] + "/o/hill-school/catalogue/of/printing/")
    for kind, priority, figure, _ in ESTIMATES:
        row = level(page, kind, priority)
        assert figure in row["Estimated"]
        assert "%" not in row["Measured"]
        assert (row["Agreed"] != "none") == (kind in PROMISED), row


def invite(person: Person, name: str, role: str) -> str:
    """Add somebody with a role, and return the link by which they choose a password."""
    page = person.page
    page.goto(page.url.split("/catalogue/")[0].split("/people/")[0] + "/people/")
    person.write(page.get_by_label("Name", exact=True), name)
    person.press(page.get_by_role("button", name="Add them"))
    page.get_by_role("heading", name=name, level=1).wait_for()
    person.tick(page.locator(f"#role-{role}"))
    person.press(page.get_by_role("button", name="Give the role"))
    page.get_by_role("button", name="End the role").first.wait_for()
    person.press(page.get_by_role("button", name="Make a link"))
    return page.get_by_label("The link").input_value()


@contextmanager
def somebody(browser: Browser, link: str, email: str) -> Iterator[Page]:
    """Let somebody choose a password by their link and sign in."""
    with new_context(browser) as context:
        page = context.new_page()
        page.goto(link)
        for button in ("Keep this password", "Sign in"):
            page.locator("input[type=email]").fill(email)
            page.locator("input[type=password]").fill(PASSWORD)
            page.get_by_role("button", name=button, exact=True).click()
        page.wait_for_url(lambda address: "/account/" not in address)
        yield page


def agree_to_the_first_service(page: Page) -> None:
    """Read the entry of a service and agree to it."""
    page.goto(page.url.rstrip("/").partition("/o/")[0] + "/o/hill-school/catalogue/of/printing/")
    page.get_by_role("button", name="I agree to it for my users").click()
    page.get_by_text("Agreed with users").wait_for()


def draft(person: Person) -> None:
    """Draft an agreement from figures to begin with, say that they are wanted, and open the negotiation."""
    page = person.page
    page.goto(page.url.partition("/people/")[0] + "/agreements/")
    person.press(page.get_by_role("link", name="Draft an agreement"))
    person.write(page.get_by_label("What it is called"), "Service desk")
    person.press(page.get_by_role("button", name="Begin the draft"))
    person.write_day(page.get_by_label("Holds for tickets opened from"), today())
    for place in (0, 1):
        person.choose(page.locator(f"[name=t{place}-maturity]"), "agreed, once every side has approved")
    person.press(page.get_by_role("button", name="Keep it as a new text"))
    person.press(page.get_by_role("button", name="Open the negotiation"))
    page.get_by_text("It can now be seen by everybody").wait_for()


def today() -> date:
    """Return the day at the school."""
    return zones.to_local(ZONE, wall_time.now()).date()


def open_the_draft(page: Page) -> None:
    """Go to the draft by the list of agreements."""
    page.goto(page.url.partition("/o/")[0] + "/o/hill-school/agreements/")
    page.get_by_role("link", name="Service desk, version 1").click()


def printed(page: Page, folder: Path) -> str:
    """Return the text of the PDF of a version."""
    answer = page.request.get(page.url + "agreement.pdf")
    assert answer.ok, answer.status
    (folder / "agreement.pdf").write_bytes(answer.body())
    return "\n".join(each.extract_text() for each in pypdf.PdfReader(folder / "agreement.pdf").pages)
