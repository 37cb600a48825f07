"""The pages of requirements and surveys: captured by forms, asked, answered, judged; what is internal stays inside."""

import csv
import html
import io
import re
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.test import Client

from servanda.engine.requirements import Occasion, Progress, Reply, Weight
from servanda.engine.rights import Assignment, Role, Viewer
from servanda.queries import requirements as kept
from servanda.store import models
from tests.tenancy import school
from tests.web.browsers import SignedIn

REQUIREMENTS = "/o/school/requirements/"
FIRST = f"{REQUIREMENTS}of/1/"
MANAGER = Viewer("school", "service-manager", school.NOW.date(), (Assignment(Role.SERVICE_MANAGER),))
TOLD = {
    "after": "0",
    "customer": "pupils",
    "wording": "The printer must work <b>again</b> soon.",
    "service": "printing",
    "weight": "must",
    "kind": "resolution",
    "limit": "4 hours",
    "share": "95",
    "said_by": "representative",
    "said_on": "2026-01-30",
    "occasion": "meeting",
    "occasion_name": "review of January",
}
SHEET = {"after": "0", "delivery": "A second printer.", "amount": "900", "agreements": "desk\nola", "drafting": "draft"}


def said(answer: Any, status: int = 200) -> str:
    """Return what an answer says, without its markup."""
    assert answer.status_code == status, answer
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


@pytest.fixture
def captured(manager: Client) -> Client:
    """Capture a requirement by the form; return the browser of the service manager."""
    answer = manager.post(f"{REQUIREMENTS}capture/", TOLD)
    assert answer.headers["Location"] == FIRST
    return manager


def test_what_was_said_in_a_meeting_is_kept_as_it_was_said(captured: Client) -> None:
    told = kept.one(MANAGER, 1).told
    assert (told.wording, told.customer, told.weight) == (TOLD["wording"], "pupils", Weight.MUST)
    assert (told.said_by, f"{told.said_on}", told.occasion) == ("representative", "2026-01-30", Occasion.MEETING)
    shown = said(captured.get(FIRST))
    assert "The printer must work <b>again</b> soon." in shown
    assert "Said In a meeting ( review of January ), Fri 30 Jan 2026, by representative" in shown
    assert "Required working again within 4 hours of open time, in 95 % of cases" in shown
    assert "Delivered – Not measured yet" in shown
    assert "0 %" not in shown


def test_a_list_tells_how_many_are_met_and_how_many_nothing_promises(captured: Client, signed_in: SignedIn) -> None:
    captured.post(f"{REQUIREMENTS}capture/", {**TOLD, "service": "", "kind": "", "limit": "", "share": ""})
    representative = signed_in(Role.REPRESENTATIVE)
    representative.post(f"{FIRST}judge/", {"number": "1", "met": "no", "remark": "Not <i>on</i> Mondays."})
    shown = said(captured.get(REQUIREMENTS))
    assert "2 needs in the words of those who have them. Representatives find 0 met and 1 not met." in shown
    assert "1 of them no agreement promises" in shown
    assert "Not <i>on</i> Mondays." in shown
    assert "resolved within 4 hours of open time for P1, 8 hours of open time for P2 (Desk, version 1)" in shown


def test_from_question_to_answer_to_verdict(captured: Client, signed_in: SignedIn) -> None:
    asked = {"number": "1", "party_kind": "supplier", "party": "acme", "wording": "Can you bring a spare?"}
    assert captured.post(f"{FIRST}ask/", asked).headers["Location"] == FIRST
    supplier = signed_in(Role.SUPPLIER_CONTACT)
    to_answer = said(supplier.get(f"{REQUIREMENTS}asked/"))
    assert "Can you bring a spare?" in to_answer
    assert "Waits for you" in to_answer
    page = supplier.get(f"{REQUIREMENTS}asked/1/1/")
    assert "The printer must work" not in said(page)
    assert "pupils" not in said(page)
    refused = supplier.post(f"{REQUIREMENTS}asked/1/1/", {"reply": "with_cost"})
    assert "Say what it costs" in said(refused, 400)
    cost = {"reply": "with_cost", "amount": "1200.5", "currency": "eur", "remark": "A spare printer."}
    assert supplier.post(f"{REQUIREMENTS}asked/1/1/", cost).status_code == 302
    [found] = kept.one(MANAGER, 1).asked
    assert found.last is not None
    assert found.last.answer.reply is Reply.WITH_COST
    gaps = said(captured.get(f"{REQUIREMENTS}gaps/"))
    assert "acme : can, at a cost of EUR 1,200.50: A spare printer." in gaps
    assert "Said to be possible at a cost, not measured yet" in gaps


def test_an_estimate_is_shown_as_one(captured: Client) -> None:
    told = {"number": "1", "share": "97.5", "source": "the fault book", "on": "2026-01-30"}
    assert captured.post(f"{FIRST}estimate/", told).status_code == 302
    shown = said(captured.get(f"{REQUIREMENTS}gaps/"))
    assert "✓ Kept about 97.5 %, reckoned from the fault book on 30 Jan 2026" in shown


def test_what_is_internal_is_on_no_page_of_who_speaks_for_users(captured: Client, signed_in: SignedIn) -> None:
    assert captured.post(f"{FIRST}sheet/", SHEET).headers["Location"] == FIRST
    captured.post(f"{FIRST}ask/", {"number": "1", "party_kind": "team", "party": "ICT", "wording": "A spare?"})
    signed_in(Role.TECHNICIAN).post(f"{REQUIREMENTS}asked/1/1/", {"reply": "cannot", "remark": "no room"})
    inside = said(captured.get(FIRST))
    for text in ("A second printer.", "EUR 900.00", "desk", "ola (not written yet)", "A spare?", "cannot: no room"):
        assert text in inside
    assert '<a href="/o/school/agreements/desk/">' in captured.get(FIRST).content.decode()
    for role in (Role.REPRESENTATIVE, Role.EXECUTIVE):
        browser = signed_in(role)
        for path in (FIRST, REQUIREMENTS):
            shown = said(browser.get(path))
            assert "The printer must work" in shown
            for text in ("A second printer.", "EUR 900", "ola", "A spare?", "no room", "Verdict", "Answered"):
                assert text not in shown, (role, path, text)
        for path in (f"{REQUIREMENTS}gaps/", f"{REQUIREMENTS}gaps/gaps.csv", f"{FIRST}sheet/"):
            assert browser.get(path).status_code == 404


def test_after_a_change_the_earlier_words_stay_and_one_asks_anew(captured: Client, signed_in: SignedIn) -> None:
    signed_in(Role.REPRESENTATIVE).post(f"{FIRST}judge/", {"number": "1", "met": "yes"})
    form = captured.get(f"{FIRST}write/").content.decode()
    assert 'value="4 hours"' in form
    assert 'value="95"' in form
    changed = {**TOLD, "after": "1", "limit": "2 hours", "progress": "captured"}
    assert captured.post(f"{FIRST}write/", changed).headers["Location"] == FIRST
    shown = said(captured.get(FIRST))
    assert "not said yet" in shown
    assert "Version 1" in shown
    late = said(signed_in(Role.REPRESENTATIVE).post(f"{FIRST}judge/", {"number": "1", "met": "yes"}), 400)
    assert "'service-manager' has written version 2 of requirement 1" in late


def test_of_two_who_write_at_once_the_second_keeps_what_they_wrote(captured: Client, signed_in: SignedIn) -> None:
    captured.post(f"{FIRST}write/", {**TOLD, "after": "1", "reason": "exams"})
    late = signed_in(Role.ADMINISTRATOR).post(f"{FIRST}write/", {**TOLD, "after": "1", "reason": "lessons"})
    assert "has written version 2" in said(late, 400)
    assert 'value="lessons"' in late.content.decode()
    assert 'name="after" value="2"' in late.content.decode()


@pytest.mark.parametrize(
    "told",
    [
        {"wording": ""},
        {"wording": "  "},
        {"wording": "x" * 10_001},
        {"customer": ""},
        {"customer": "a\0b"},
        {"customer": "x" * 201},
        {"service": "none-such"},
        {"weight": "perhaps"},
        {"kind": "none-such"},
        {"kind": ""},
        {"kind": "hours"},
        {"kind": "availability"},
        {"limit": ""},
        {"limit": "4"},
        {"limit": "soon"},
        {"limit": "2 days"},
        {"limit": "9999999 hours"},
        {"share": ""},
        {"share": "0"},
        {"share": "101"},
        {"share": "NaN"},
        {"said_by": "nobody-here"},
        {"said_on": "yesterday"},
        {"occasion": "lunch"},
        {"after": "x"},
        {"after": "7"},
        {"progress": "lost"},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(captured: Client, told: dict[str, str]) -> None:
    assert captured.post(f"{FIRST}write/", {**TOLD, "after": "1", **told}).status_code == 400
    assert len(kept.one(MANAGER, 1).versions) == 1


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("ask", {"number": "1", "party_kind": "team", "party": "", "wording": "Can you?"}),
        ("ask", {"number": "1", "party_kind": "nobody", "party": "ICT", "wording": "Can you?"}),
        ("ask", {"number": "2", "party_kind": "team", "party": "ICT", "wording": "Can you?"}),
        ("estimate", {"number": "1", "share": "-1", "source": "a book", "on": "2026-01-30"}),
        ("estimate", {"number": "1", "share": "50", "source": "", "on": "2026-01-30"}),
        ("estimate", {"number": "1", "share": "50", "source": "a book", "on": ""}),
        ("estimate", {"number": "x", "share": "50", "source": "a book", "on": "2026-01-30"}),
        ("sheet", {**SHEET, "delivery": ""}),
        ("sheet", {**SHEET, "agreements": "desk\ndesk"}),
        ("sheet", {**SHEET, "amount": "-1"}),
        ("sheet", {**SHEET, "currency": "euro"}),
        ("sheet", {**SHEET, "currency": "12"}),
        ("sheet", {**SHEET, "after": "3", "drafting": "lost"}),
    ],
)
def test_what_cannot_be_said_of_it_is_refused(captured: Client, what: str, told: dict[str, str]) -> None:
    assert captured.post(f"{FIRST}{what}/", told).status_code == 400
    found = kept.one(MANAGER, 1)
    assert (found.asked, found.estimated, found.sheet) == ((), (), None)


def test_a_manager_of_some_users_captures_for_them_alone(captured: Client) -> None:
    models.RoleAssignment.objects.filter(role=Role.SERVICE_MANAGER.value).update(customers=["staff"])
    refused = captured.post(f"{REQUIREMENTS}capture/", TOLD)
    assert "You may write for the users and services of your role alone." in said(refused, 400)
    assert captured.post(f"{REQUIREMENTS}capture/", {**TOLD, "customer": "staff"}).status_code == 302
    assert captured.get(FIRST).status_code == 404
    assert captured.post(f"{FIRST}ask/", {}).status_code == 404


def test_the_gap_table_runs_nothing_in_a_spreadsheet(captured: Client) -> None:
    captured.post(f"{REQUIREMENTS}capture/", {**TOLD, "wording": "=1+1", "customer": "@SUM(A1)"})
    answer = captured.get(f"{REQUIREMENTS}gaps/gaps.csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(each["requirement"], each["verdict"], each["delivered"]) for each in rows] == [
        ("1", "ask those who deliver", "not measured yet"),
        ("2", "ask those who deliver", "not measured yet"),
    ]
    assert [row[each] for row in rows for each in row if row[each].startswith(("=", "@"))] == []


def test_what_is_declined_leaves_the_list_and_may_come_back(captured: Client) -> None:
    captured.post(f"{FIRST}write/", {**TOLD, "after": "1", "progress": "declined"})
    assert "Declined or withdrawn The printer must work" in said(captured.get(REQUIREMENTS))
    assert "Ask a team or a supplier" not in said(captured.get(FIRST))
    captured.post(f"{FIRST}write/", {**TOLD, "after": "2", "progress": "captured"})
    assert "Declined or withdrawn" not in said(captured.get(REQUIREMENTS))


# --- surveys ---


def test_a_survey_is_opened_answered_and_taken_up(manager: Client, signed_in: SignedIn) -> None:
    told = {
        "service": "printing",
        "customers": "pupils\r\nstaff",
        "closes_on": "2026-02-27",
        "note": "Please <b>do</b>.",
    }
    survey = f"{REQUIREMENTS}surveys/1/"
    assert manager.post(f"{REQUIREMENTS}surveys/open/", told).headers["Location"] == survey
    representative = signed_in(Role.REPRESENTATIVE)
    assert "Waits for you" in said(representative.get(f"{REQUIREMENTS}surveys/"))
    asked = said(representative.get(survey))
    assert "What do you need of Printing ?" in asked
    assert "Please <b>do</b>." in asked
    answers = {"customer": "pupils", "resolution": "4 hours", "share": "90", "hurts": "Exam papers."}
    assert representative.post(f"{survey}answer/", answers).headers["Location"] == survey
    drafts = [each.told for each in kept.requirements(MANAGER)]
    assert [(each.progress, each.said_by) for each in drafts] == [(Progress.DRAFT, "representative")] * 2
    shown = said(manager.get(REQUIREMENTS))
    assert "Drafts from surveys" in shown
    assert "it must work again within 4 hours of opening time, in 90 of 100 cases." in shown
    assert "Drafts: requirement 1 , requirement 2" in said(manager.get(survey))
    taken = {**TOLD, "after": "1", "wording": "Exam papers.", "kind": "", "limit": "", "share": ""}
    assert 'value="captured" selected' in manager.get(f"{REQUIREMENTS}of/2/write/").content.decode()
    assert manager.post(f"{REQUIREMENTS}of/2/write/", taken).status_code == 302
    assert [each.told.progress for each in kept.requirements(MANAGER)] == [Progress.DRAFT, Progress.CAPTURED]


@pytest.mark.parametrize(
    "told",
    [
        {"customer": "pupils"},
        {"customer": "parents", "hours": "always"},
        {"customer": "pupils", "response": "1 hour"},
        {"customer": "pupils", "response": "1 second", "share": "90"},
        {"customer": "pupils", "response": "1 hour", "share": "12"},
        {"customer": "pupils", "hours": "x" * 10_001},
    ],
)
def test_an_answer_that_says_nothing_is_refused(manager: Client, signed_in: SignedIn, told: dict[str, str]) -> None:
    opened = {"service": "printing", "customers": "pupils", "closes_on": "2026-02-27"}
    manager.post(f"{REQUIREMENTS}surveys/open/", opened)
    assert signed_in(Role.REPRESENTATIVE).post(f"{REQUIREMENTS}surveys/1/answer/", told).status_code == 400
    assert kept.requirements(MANAGER) == ()


@pytest.mark.parametrize(
    "told",
    [
        {"service": "none-such"},
        {"customers": ""},
        {"customers": "a\na"},
        {"closes_on": "2026-01-30"},
        {"closes_on": ""},
    ],
)
def test_a_survey_that_asks_nobody_is_refused(manager: Client, told: dict[str, str]) -> None:
    opened = {"service": "printing", "customers": "pupils", "closes_on": "2026-02-27", **told}
    assert manager.post(f"{REQUIREMENTS}surveys/open/", opened).status_code == 400
    assert models.ExpectationSurvey.objects.count() == 0


# --- from a requirement to what promises it ---


def test_what_promises_a_requirement_is_drafted_from_it(captured: Client, signed_in: SignedIn) -> None:
    for kind, party, reply in (("team", "network", "can"), ("supplier", "acme", "with_cost"), ("team", "nobody", "")):
        captured.post(f"{FIRST}ask/", {"number": "1", "party_kind": kind, "party": party, "wording": "Can you?"})
        number = models.RequirementQuestion.objects.count()
        if reply:
            answers = signed_in(Role.SUPPLIER_CONTACT if kind == "supplier" else Role.TECHNICIAN)
            told = {"reply": reply, **({"amount": "900", "currency": "EUR"} if reply == "with_cost" else {})}
            assert answers.post(f"{REQUIREMENTS}asked/1/{number}/", told).status_code == 302
    page = captured.get(FIRST).content.decode()
    ways = [html.unescape(each) for each in re.findall(r'href="([^"]*negotiations/begin/\?[^"]*)"', page)]
    assert len(ways) == 3  # with users, with the team that can, with the supplier that can at a cost
    for way, name in zip(ways, ("Printing", "Network desk", "Maintenance"), strict=True):
        answer = captured.post(way.partition("?")[0], {**asked_for(captured, way), "name": name})
        assert answer.status_code == 302, said(answer, 400)
    sla, ola, contract = (each.content for each in models.ProposedText.objects.order_by("pk"))
    assert (sla["kind"], ola["kind"], contract["kind"]) == ("SLA", "OLA", "UC")
    assert sla["customers"] == ["pupils"]
    working_again = next(each for each in sla["targets"] if each["kind"] == "resolution")
    (taken_up,) = ola["targets"]
    assert [(each["share"], each["maturity"]) for each in (working_again, taken_up)] == [
        ("19/20", "proposed"),
        ("19/20", "assumed"),
    ]
    assert working_again["limits"] == taken_up["limits"]
    assert (taken_up["party"], contract["targets"][0]["party"]) == ("network", "acme")


def asked_for(browser: Client, way: str) -> dict[str, str]:
    """Return what the page by which a draft begins was asked for, once it shows that."""
    page, told = browser.get(way).content.decode(), dict(parse_qsl(way.partition("?")[2]))
    assert '<input type="hidden" name="requirement" value="1"' in page
    assert f'value="{told["begins"]}"' in page
    assert f'value="{told.get("party", "")}"' in page
    return told


def test_no_draft_begins_from_a_requirement_that_is_not_there(captured: Client) -> None:
    told = {"begins": "SLA", "name": "Printing", "requirement": "77"}
    assert captured.post("/o/school/negotiations/begin/", told).status_code == 404
    assert captured.post("/o/school/negotiations/begin/", {**told, "requirement": "x"}).status_code == 400
    assert models.ProposedText.objects.count() == 0
