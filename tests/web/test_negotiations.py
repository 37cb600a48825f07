"""The pages of agreements under way: begun, written by form and as a file, negotiated, approved and put into force."""

import html
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from servanda.engine.events import Event, EventKind, Ticket
from servanda.engine.rights import Assignment, Role, Viewer
from servanda.queries import agreements as kept
from servanda.queries import negotiations
from servanda.store import models
from tests.queries.kept import keep_tickets
from tests.tenancy import school
from tests.web.browsers import SignedIn

AGREEMENTS = "/o/school/agreements/"
BEGIN = "/o/school/negotiations/begin/"
LETTERS = "/o/school/negotiations/letters-home/1/"
MANAGER = Viewer("school", "service-manager", school.NOW.date(), (Assignment(Role.SERVICE_MANAGER),))
MENDED = {"t0-maturity": "agreed", "t1-maturity": "agreed"}


def said(answer: Any, status: int = 200) -> str:
    """Return what an answer says, without its markup."""
    assert answer.status_code == status, answer
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


class Fields(HTMLParser):
    """What the fields of a page send as they are shown."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.told: dict[str, Any] = {}
        self._name = self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Take what an input sends, or what is chosen."""
        told = {name: value or "" for name, value in attributes}
        if tag in ("textarea", "select"):
            self._name, self._text = told.get("name", ""), ""
        elif tag == "input" and told.get("name") and (told.get("type") not in ("checkbox", "radio", "submit")):
            self.told[told["name"]] = told.get("value", "")
        elif tag == "option" and "selected" in told:
            self.told[self._name] = told["value"]

    def handle_endtag(self, tag: str) -> None:
        """Take what stands in an area for text."""
        if tag == "textarea":
            self.told[self._name] = self._text.removeprefix("\n")

    def handle_data(self, data: str) -> None:
        """Gather a text."""
        self._text += data


def shown(browser: Client, address: str) -> dict[str, Any]:
    """Return what the form of a page sends as it is shown."""
    answer = browser.get(address)
    assert answer.status_code == 200, answer
    return Fields(answer.content.decode()).told


def written(browser: Client, **changes: Any) -> Any:
    """Send the form as it is shown with some fields changed."""
    changed = {name.replace("_", "-", 1) if name.startswith("t") else name: each for name, each in changes.items()}
    return browser.post(f"{LETTERS}write/", {**shown(browser, f"{LETTERS}write/"), **changed})


@pytest.fixture
def drafting(manager: Client) -> Client:
    """Begin the draft of an agreement; return the browser of the service manager."""
    assert "Draft an agreement" in said(manager.get(AGREEMENTS))
    answer = manager.post(BEGIN, {"begins": "SLA", "name": "Letters home"})
    assert answer.headers["Location"] == f"{LETTERS}write/"
    return manager


def test_from_an_empty_list_to_a_version_that_three_sides_approved(drafting: Client, signed_in: SignedIn) -> None:
    assert written(drafting, **{"t0-maturity": "agreed", "t1-maturity": "agreed"}).headers["Location"] == LETTERS
    assert drafting.post(f"{LETTERS}open/").status_code == 302
    for role, side in ((Role.REPRESENTATIVE, "customer"), (Role.EXECUTIVE, "programme")):
        browser = signed_in(role)
        assert "Letters home, version 1 , under negotiation" in said(browser.get(AGREEMENTS))
        assert "Before it can be agreed" not in said(browser.get(LETTERS))
        browser.post(f"{LETTERS}approve/", {"side": side, "text": "2"})
    drafting.post(f"{LETTERS}approve/", {"side": "provider", "text": "2"})
    assert "Every side has approved text 2." in said(drafting.get(LETTERS))
    published = drafting.post(f"{LETTERS}put-into-force/")
    assert published.headers["Location"] == f"{AGREEMENTS}letters-home/1/"
    page = said(drafting.get(published.headers["Location"]))
    assert "under this very hash" in page
    assert "Under way" not in said(drafting.get(AGREEMENTS))
    printed = drafting.get(f"{AGREEMENTS}letters-home/1/agreement.pdf")
    assert (printed.status_code, printed.content[:5]) == (200, b"%PDF-")


def test_what_the_form_says_is_what_is_kept(drafting: Client) -> None:
    answer = written(
        drafting,
        owner="Zoë 🏫 <b>x</b>",
        hours="mon-thu 08:00-12:00, 13:00-17:00\nfri 08:00-12:00",
        holidays="2026-12-25 Christmas Day\n01-01 New Year",
        duties="customer: says “mended”\nprovider: tells",
        t0_limits="P1: 30 minutes\nother: 2 working days",
        t2_name="News without being asked",
        t2_kind="informed",
        t2_limits="3 calendar days",
        t2_share="95 %",
    )
    assert answer.headers["Location"] == LETTERS, said(answer, 400)
    version = negotiations.one(MANAGER, "letters-home", 1).version
    assert version.owner == "Zoë 🏫 <b>x</b>"
    assert version.calendar is not None
    assert {target.calendar.weekly for target in version.targets} == {version.calendar.weekly}
    assert [str(each) for each in version.calendar.weekly[4]] == ["08:00-12:00"]
    assert list(version.calendar.recurring.values()) == ["New Year"]
    assert [(each.id, len(each.limits)) for each in version.targets] == [
        ("first-answer", 2),
        ("working-again", 4),
        ("news-without-being-asked", 1),
    ]
    assert "Zoë 🏫 &lt;b&gt;x&lt;/b&gt;" in drafting.get(LETTERS).content.decode()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"t0_limits": "P1: 2 days"}, "working days"),
        ({"t0_limits": "P9: 2 hours"}, "has a limit for 'P9', no priority of its version"),
        ({"t0_limits": ""}, "Give one limit, or one for each priority"),
        ({"t0_share": "nearly all"}, "“nearly all” is no share"),
        ({"t0_share": "140 %"}, "lies outside 0 to 100 %"),
        ({"hours": "mondays 9-17"}, "begins with no day"),
        ({"hours": "mon 17:00-09:00"}, "17:00-09:00"),
        ({"holidays": "Christmas"}, "begins with no date"),
        ({"duties": "somebody does something"}, "Part it by “:”"),
        ({"effective_until": "2020-01-01"}, "before it begins"),
        ({"owner": "a\0b"}, "Null characters are not allowed"),
        ({"owner": "x" * 201}, "at most 200 characters"),
        ({"t0_remove": "on", "t1_remove": "on"}, "has no target, so it promises nothing"),
        ({"pause_reasons": ""}, ""),
    ],
)
def test_what_makes_no_sense_is_told_beside_it_and_nothing_is_kept(
    drafting: Client, changes: dict[str, str], words: str
) -> None:
    answer = written(drafting, **changes)
    if not words:
        assert answer.status_code == 302
        return
    assert words in said(answer, 400)
    assert models.ProposedText.objects.count() == 1


def test_of_two_who_write_at_once_the_second_keeps_what_they_wrote(drafting: Client) -> None:
    late = {**shown(drafting, f"{LETTERS}write/"), "owner": "the second"}
    written(drafting, owner="the first")
    answer = drafting.post(f"{LETTERS}write/", late)
    assert "'service-manager' has written text 2 since you opened it. What you wrote stands below." in said(answer, 400)
    assert 'value="the second"' in answer.content.decode()
    assert 'name="after" value="2"' in answer.content.decode()


def test_the_file_is_the_same_text_and_can_say_what_the_form_cannot(drafting: Client) -> None:
    text = shown(drafting, f"{LETTERS}file/")["text"]
    same = drafting.post(f"{LETTERS}file/", {"after": "1", "text": text.replace("\n", "\r\n")})
    assert same.headers["Location"] == LETTERS
    assert models.ProposedText.objects.count() == 1
    goal = "{id: calls, baseline: 40 complaints, change: -20 %, by: 2027-03-31, source: book}"
    more = re.sub(r"( +)targets:\n", rf"\1goals:\n\1- {goal}\n\g<0>", text)
    more = re.sub(r"( +)kind: resolution\n", r"\g<0>\1stop: closed\n", more)
    assert drafting.post(f"{LETTERS}file/", {"after": "1", "text": more}).headers["Location"] == LETTERS
    assert "From 40 to 32 by" in said(drafting.get(LETTERS))
    form = said(drafting.get(f"{LETTERS}write/"))
    assert "This version also has targets that stop or pause in their own way" in form
    assert "calls; baseline: 40 complaints; change: -20 %; by: 2027-03-31; source: book" in form
    assert written(drafting, owner="bursar").status_code == 302
    assert len(negotiations.one(MANAGER, "letters-home", 1).version.goals) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "Line 1"),
        ("format: servanda/1", "does not say 'organisation'"),
        ("!!python/object:os.system x", "SV101"),
        ("x\n" * 20_000, "Line 1"),
    ],
)
def test_a_file_with_faults_is_told_line_by_line(drafting: Client, text: str, words: str) -> None:
    answer = drafting.post(f"{LETTERS}file/", {"after": "1", "text": text})
    assert words in said(answer, 400)
    assert models.ProposedText.objects.count() == 1


def test_a_file_of_another_version_is_refused(drafting: Client) -> None:
    text = shown(drafting, f"{LETTERS}file/")["text"]
    other = text.replace("- number: 1", "- number: 2")
    assert "Tell of letters-home/1 alone." in said(drafting.post(f"{LETTERS}file/", {"after": "1", "text": other}), 400)


def test_what_was_said_stands_for_both_sides(drafting: Client, signed_in: SignedIn) -> None:
    drafting.post(f"{LETTERS}open/")
    speaker = signed_in(Role.REPRESENTATIVE)
    told = {"target": "first-answer", "remark": "Half an hour <i>in exams</i>", "counter": "on"}
    assert speaker.post(f"{LETTERS}say/", told).status_code == 302
    page = drafting.get(LETTERS).content.decode()
    assert "Half an hour &lt;i&gt;in exams&lt;/i&gt;" in page
    assert "Counter-proposals to answer" in page
    drafting.post(f"{LETTERS}answer/", {"step": "2", "decline": "1", "remark": "We are two."})
    assert "declined that" in said(speaker.get(LETTERS))
    refused = drafting.post(f"{LETTERS}answer/", {"step": "2", "accept": "1"}, follow=True)
    assert "That counter-proposal is answered already" in said(refused)


def test_the_next_version_begins_from_the_last_and_shows_what_changes(drafting: Client, signed_in: SignedIn) -> None:
    answer = drafting.post(BEGIN, {"begins": "next", "agreement": "desk"})
    begun = answer.headers["Location"].removesuffix("write/")
    told = {**shown(drafting, f"{begun}write/"), "owner": "bursar", "review_on": "2027-06-01"}
    assert drafting.post(f"{begun}write/", told).headers["Location"] == begun
    page = said(drafting.get(begun))
    assert "What changes Beside version 1" in page
    assert "bursar" in page
    assert [each.number for each in kept.one(MANAGER, "desk")[0].versions] == [1]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "This field is required"),
        ({"begins": "SLA"}, "Give it a name."),
        ({"begins": "UC", "name": "Copiers"}, "Name the team or supplier"),
        ({"begins": "next"}, "Choose the agreement"),
        ({"begins": "other", "name": "x"}, "Select a valid choice"),
        ({"begins": "SLA", "name": "Desk"}, "does not follow on version 1"),
    ],
)
def test_a_draft_that_cannot_begin(manager: Client, told: dict[str, str], words: str) -> None:
    assert words in said(manager.post(BEGIN, told), 400)
    assert models.Negotiation.objects.count() == 0


def test_a_trial_judges_the_tickets_that_are_there_and_keeps_nothing(drafting: Client) -> None:
    assert "No ticket that you may see would fall under it." in said(drafting.get(f"{LETTERS}trial/"))
    organisation = models.Organisation.objects.get(slug="school")
    keep_tickets(organisation, [solved_after(f"T{hours}", hours) for hours in (1, 2, 30)])
    page = said(drafting.get(f"{LETTERS}trial/"))
    assert "The last 3 tickets that you may see" in page
    assert "Working again 90 % 2 of 3 3 It would not have been kept" in page
    assert "First answer by a person 90 % 0 of 3 3 It would not have been kept" in page
    assert models.Clock.objects.filter(version__agreement="letters-home").count() == 0


def solved_after(number: str, hours: int) -> Ticket:
    """Return a ticket of a Monday morning with priority P1, solved after some hours."""
    begun = datetime(2026, 1, 12, 9, tzinfo=UTC)
    opened = Event(EventKind.OPENED, begun, id="a", changes={"service": "printing", "priority": "P1"})
    return Ticket(number, (opened, Event(EventKind.RESOLVED, begun + timedelta(hours=hours), id="b")), "desk", "school")
