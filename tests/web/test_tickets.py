"""The pages of tickets: what is asked for is listed, and a ticket tells what `evaluate` and `explain` tell of it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import escape, unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from servanda import wall_time
from servanda.engine.events import Claims, Event, EventKind, Ticket
from servanda.engine.logs import Account, judged_in_passing
from servanda.engine.rights import Action, Assignment, Role, Viewer
from servanda.queries import logs
from servanda.queries.ticket_filters import Filters
from servanda.queries.tickets import numbers
from servanda.reports import evaluation, explanation, words
from servanda.services import clocks
from servanda.store import models, translate
from tests.examples import test_real_imports as real
from tests.queries import busy
from tests.queries.kept import keep_tickets, viewer
from tests.queries.test_attainment import taken_in
from tests.web.browsers import give_account, nobody

LIST = "/o/school/tickets/"
ODD = (
    "a/b",
    "..",
    ".",
    "%2F",
    "~7E",
    " x ",
    "😀",
    "שלום-7",
    "<script>alert(1)</script>",
    "a'b\"c",
    "a\\b",
    "?q#f",
    "+&=;",
)


@pytest.fixture
def browser(store: str, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Keep a busy desk, and return the browser of who administers it, in the evening of its last day."""
    monkeypatch.setattr(wall_time, "now", lambda: busy.LAST)
    return browser_of(busy.keep(70))


def browser_of(organisation: models.Organisation, role: Role = Role.ADMINISTRATOR) -> Client:
    """Return the browser of somebody with a role."""
    person = models.Person.objects.create(
        organisation=organisation, slug=f"the-{role.value}", email=f"{role.value}@x.org"
    )
    translate.record_of_assignment(Assignment(role), person).save()
    client = nobody()
    client.force_login(give_account(person))
    return client


def text_of(client: Client, address: str, status: int = 200) -> str:
    """Return the text of a page, having seen its status."""
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def address_of(source: str, number: str) -> str:
    """Return the address of a ticket."""
    return reverse("ticket", kwargs={"organisation": "school", "source": source, "number": number})


def add(*tickets: Ticket) -> None:
    """Keep more tickets at the desk, with their clocks."""
    organisation = models.Organisation.objects.get(slug="school")
    keep_tickets(organisation, tickets)
    clocks.rebuild(organisation, clocks.agreed(organisation).coverage, opened_from=None)


def opened(number: str, *more: Event, **rest: object) -> Ticket:
    """Return a ticket about mail, opened on the first morning."""
    first = Event(EventKind.OPENED, busy.START, id="e0", changes={"service": "mail", "priority": "P2"})
    return replace(Ticket(number, (first, *more), "desk", "school"), **rest)  # type: ignore[arg-type]  # any field


# --- the list ---


def test_the_list_shows_each_ticket_with_its_clocks(browser: Client) -> None:
    text = text_of(browser, LIST)
    for source, number in numbers(viewer(), Filters(), now=busy.LAST)[:50]:
        assert address_of(source, number) in text
    assert "Missed, still open" in text
    assert "1 to 50 shown" in text
    assert 'rel="next" href="?page=2"' in text


def test_what_is_asked_for_is_named_and_can_be_taken_away(browser: Client) -> None:
    text = text_of(browser, f"{LIST}?state=missed&month=2026-02&target=fix&agreement=network-desk")
    assert "February 2026" in text
    assert '<a href="?month=2026-02&amp;target=fix&amp;agreement=network-desk">' in text or "without" in text
    assert '<input type="hidden" name="target" value="fix">' in text
    assert '<option value="missed" selected>' in text


def test_the_find_box_of_every_page_leads_here(browser: Client) -> None:
    text = text_of(browser, f"{LIST}?find=t000")
    assert "T0001" in text
    assert "T0011" not in text


@pytest.mark.parametrize(
    "asked", ["state=%27%3B--", "sort=password", "page=two", "month=soon", "find=%00", "kind=x", f"service={'y' * 300}"]
)
def test_a_forged_filter_gets_a_page_that_says_what_is_wrong(browser: Client, asked: str) -> None:
    text = text_of(browser, f"{LIST}?{asked}", 400)
    assert "The address asks for" in text
    assert "\0" not in text


def test_a_page_far_beyond_the_last_is_the_last_and_says_so(browser: Client) -> None:
    text = text_of(browser, f"{LIST}?page=999999999999999999999999")
    assert "this is the last one" in text
    assert "Page 2 of 2" in text


def test_nothing_found_says_what_to_do(browser: Client) -> None:
    assert "Nothing fits all that is asked for" in text_of(browser, f"{LIST}?find=none-such")


def test_names_with_odd_signs_are_shown_as_they_are_and_lead_to_their_ticket(browser: Client) -> None:
    add(*(opened(number, flags=("<b>flag</b>",)) for number in ODD))
    text = "".join(text_of(browser, f"{LIST}?page={page}") for page in (1, 2))
    assert "<script>alert" not in text
    assert "<b>flag" not in text
    for number in ODD:
        assert address_of("desk", number) in unescape(text), number
        assert f"Ticket <bdi>{escape(number)}</bdi></h1>" in text_of(browser, address_of("desk", number))


@pytest.mark.parametrize("name", [*ODD, "", "~", "~~2F", "ä/ö~", "a\nb", "...", "~2", "𝟘/"])
def test_any_name_can_stand_in_an_address(name: str) -> None:
    found = resolve(re.sub("%([0-9A-F]{2})", r"%\1", _path(name)))
    assert found.kwargs == {"organisation": "school", "source": name, "number": name}


def _path(name: str) -> str:
    """Return the path of a ticket as a server hands it on: with its percent signs decoded."""
    from urllib.parse import unquote

    return unquote(address_of(name, name))


# --- one ticket ---


def test_a_ticket_tells_where_its_time_went_and_why(browser: Client) -> None:
    pause = Event(EventKind.PAUSED, busy.START + timedelta(hours=2), id="e1", reason="customer", actor="p-1")
    resume = Event(EventKind.RESUMED, busy.START + timedelta(hours=3), id="e2", reason="customer")
    done = Event(EventKind.RESOLVED, busy.START + timedelta(hours=7), id="e3")
    claims = Claims(met=False, due_at=busy.START + timedelta(hours=5), extra={"note": "<i>late</i>"})
    add(opened("K1", pause, resume, done, claims=claims, exempted={"answer": "<u>by phone</u>"}))
    text = text_of(browser, address_of("desk", "K1"))
    assert "1 h of pauses left out" in text
    assert "waiting for customer" in text
    assert "The source says missed: not what we find." in unescape(text)
    assert "<i>" not in text
    assert "<u>" not in text
    assert 'role="img"' in text


def test_what_was_before_a_reclassification_is_told(browser: Client) -> None:
    changed = Event(EventKind.RECLASSIFIED, busy.START + timedelta(hours=1), id="e1", changes={"priority": "P1"})
    add(opened("K2", changed))
    text = text_of(browser, address_of("desk", "K2"))
    assert "Before it was reclassified" in text
    assert "priority P1" in text
    assert "within 20 hours" in text


def test_a_ticket_that_cannot_be_judged_says_why_and_keeps_its_events(browser: Client) -> None:
    first = Event(EventKind.OPENED, busy.START, id="e0", changes={"service": "mail", "priority": "P9"})
    add(
        Ticket("K3", (first,), "desk", "school"),
        Ticket("K4", (replace(first, kind=EventKind.NOTED),), "desk", "school"),
    )
    for number, reason in (("K3", "is not in priority scheme"), ("K4", "none of kind 'opened'")):
        text = unescape(text_of(browser, address_of("desk", number)))
        assert reason in text
        assert "No clock could be given." in text
        assert "<li>" in text


def test_what_was_taken_back_is_shown_so(browser: Client) -> None:
    wrong = Event(EventKind.RESOLVED, busy.START + timedelta(hours=1), id="e1")
    back = Event(EventKind.RETRACTED, busy.START + timedelta(hours=2), id="e2", retracts="e1")
    add(opened("K5", wrong, back))
    text = text_of(browser, address_of("desk", "K5"))
    assert 'class="timeline__gone"' in text
    assert "taken back" in text


def test_a_ticket_is_shown_as_it_stood(browser: Client) -> None:
    done = Event(EventKind.RESOLVED, busy.START + timedelta(days=9), id="e1")
    add(opened("K6", done))
    before = text_of(browser, f"{address_of('desk', 'K6')}?as_of=2026-01-05T10:00")
    assert "As it stood" in before
    assert "19 h left" in before
    assert "1 later event is left out" in before
    assert "It was not opened yet." in text_of(browser, f"{address_of('desk', 'K6')}?as_of=2026-01-04T10:00")


@pytest.mark.parametrize(
    "as_of", ["yesterday", "2026-02-30T10:00", "9999-01-01T10:00", "2026-01-05", "%00", "1" * 5000]
)
def test_an_instant_that_is_none_is_refused(browser: Client, as_of: str) -> None:
    text_of(browser, f"{address_of('desk', 'T0001')}?as_of={as_of}", 400)


@pytest.mark.parametrize(
    "path", ["desk/none-such/", "desk/%00/", "~/~/", "desk/~ZZ/", "desk/~FF/", f"desk/{'x' * 4000}/"]
)
def test_what_is_not_there_is_not_there(browser: Client, path: str) -> None:
    assert "<bdi>" not in text_of(browser, f"{LIST}{path}", 404).partition("<main")[2]


def test_a_supplier_gets_links_only_to_versions_that_it_may_read(browser: Client) -> None:
    add(opened("K7", Event(EventKind.ASSIGNED, busy.START, id="e1", changes={"supplier": "acme"})))
    organisation = models.Organisation.objects.get(slug="school")
    contact = models.Person.objects.create(organisation=organisation, slug="contact", email="c@x.org")
    models.RoleAssignment.objects.create(
        organisation=organisation, person=contact, role=Role.SUPPLIER_CONTACT.value, suppliers=["acme"]
    )
    client = nobody()
    client.force_login(give_account(contact))
    linked = re.findall(r'href="(/o/school/agreements/[^"]+/)"', text_of(client, address_of("desk", "K7")))
    assert [client.get(each).status_code for each in linked] == [200] * len(linked)
    assert "unheard-of" not in text_of(client, LIST).partition("<table")[0]
    assert "/agreements/service-desk/1/" in text_of(browser, address_of("desk", "K7"))


# --- however much there is ---


def statements(client: Client, address: str) -> int:
    """Return how many statements a page takes."""
    with CaptureQueriesContext(connection) as captured:
        text_of(client, address)
    return len(captured)


def test_a_ticket_of_ten_thousand_events_is_shown_a_hundred_at_a_time(
    browser: Client, figure: Callable[[str, object], None], store: str
) -> None:
    events = [
        Event(
            list(EventKind)[1 + place % 8],
            busy.START + timedelta(minutes=10 * place),
            id=f"x{place}",
            reason="customer",
        )
        for place in range(10_000)
    ]
    events = [
        replace(each, changes={"priority": "P1"}) if each.kind is EventKind.RECLASSIFIED else each for each in events
    ]
    add(opened("SHORT"), opened("LONG", *events))
    text_of(browser, address_of("desk", "SHORT"))
    few = statements(browser, address_of("desk", "SHORT"))
    begin = wall_time.stopwatch()
    assert statements(browser, address_of("desk", "LONG")) <= few + 1
    figure(f"seconds for a ticket of 10,001 events ({store})", round(wall_time.stopwatch() - begin, 2))
    text = text_of(browser, f"{address_of('desk', 'LONG')}?events=101")
    assert len(text) < 200_000
    assert "Events 10001 to 10001 of 10001" in text
    assert "Events 1 to 100 of 10001" in text_of(browser, address_of("desk", "LONG"))


def test_the_list_takes_as_many_statements_for_ten_tickets_as_for_a_thousand(
    store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall_time, "now", lambda: busy.LAST)
    organisation = busy.keep(10)
    client = browser_of(organisation)
    asked = (LIST, f"{LIST}?state=missed", f"{LIST}?month=2026-02", f"{LIST}?find=T")
    text_of(client, LIST)
    few = [statements(client, address) for address in asked]
    busy.keep_more(organisation, 990)
    assert [statements(client, address) for address in asked] == few


# --- one figure, one truth ---


def assert_pages_tell_the_same(client: Client, who: Viewer, some: int) -> int:
    """Compare the page of each of some tickets with what `evaluate` and `explain` say; return how many there were."""
    log = logs.kept(who, Action.SEE_TICKET, as_of=wall_time.now())
    rows: dict[str, list[tuple[object, ...]]] = {}
    for row in evaluation.rows(judged_in_passing(log), Account()):
        rows.setdefault(str(row[0]), []).append(row)
    every = list(rows)
    for number in every[:: max(1, len(every) // some)]:
        source = str(rows[number][0][13])
        parts = {"organisation": who.organisation, "source": source, "number": number}
        text = unescape(text_of(client, reverse("ticket", kwargs=parts)))
        for row in rows[number]:
            assert_tells(text, row)
        told = explanation.explain(log, log.history(number))
        missing = [each for story in told.stories for each in story.sentences if f">{each}</p>" not in text]
        assert not missing, (number, missing)
    return len(every[:: max(1, len(every) // some)])


WORD = {"met": "Met", "missed": "Missed", "running": "", "paused": "Paused", "not covered": "Not covered"}


def assert_tells(text: str, row: tuple[object, ...]) -> None:
    """See that a page has the state, the due instant and the counted time of a row of `evaluate`."""
    state, due, elapsed = str(row[10]), row[6], row[8]
    assert WORD.get(state, state.capitalize()) in text
    if due is not None:
        assert f'due <time datetime="{due}"' in text
    if isinstance(elapsed, int | float):
        counted = words.length(timedelta(seconds=elapsed))
        assert f'<td data-label="Counted" class="number">{counted}</td>' in text.partition("<tfoot>")[2] or elapsed == 0


@pytest.mark.parametrize(
    ("sample", "some"),
    [
        pytest.param(real.SERVICENOW, 100, marks=pytest.mark.slow),
        pytest.param(real.BOSTON, 100, marks=pytest.mark.slow),
        pytest.param(real.SERVICENOW, 2_000, marks=pytest.mark.full),
    ],
    ids=["servicenow", "boston", "two thousand of servicenow"],
)
def test_the_page_of_a_ticket_tells_what_evaluate_and_explain_tell(
    store: str,
    sample: tuple[str, str],
    some: int,
    monkeypatch: pytest.MonkeyPatch,
    figure: Callable[[str, object], None],
) -> None:
    monkeypatch.setattr(wall_time, "now", lambda: real.NOW)
    who = taken_in(*sample)
    client = browser_of(models.Organisation.objects.get(slug=who.organisation))
    compared = assert_pages_tell_the_same(client, who, some)
    assert compared >= some
    figure(f"tickets whose page tells what evaluate and explain tell ({sample[0]}, {store})", compared)


def test_at_a_busy_desk_too(browser: Client) -> None:
    assert assert_pages_tell_the_same(browser, viewer(), 70) > 50


# --- views that people save ---

VIEWS = f"{LIST}views/"


def test_a_view_is_saved_under_a_name_and_removed(browser: Client) -> None:
    assert "Saved views" not in text_of(browser, LIST)
    asked = {"name": "  <b>late</b> mail ", "filters": "service=mail&state=missed&page=3"}
    answer = browser.post(VIEWS, asked)
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?service=mail&state=missed")
    text = text_of(browser, f"{LIST}?service=mail&state=missed")
    assert (
        '<a href="?service=mail&amp;state=missed" aria-current="page"><bdi>&lt;b&gt;late&lt;/b&gt; mail</bdi></a>'
        in text
    )
    assert browser.post(VIEWS, {"name": "<b>late</b> mail", "remove": "yes"}).status_code == 302
    assert "Saved views" not in text_of(browser, LIST)


def test_a_view_saved_again_is_replaced_and_nobody_else_sees_it(browser: Client) -> None:
    for state in ("missed", "met"):
        browser.post(VIEWS, {"name": "mine", "filters": f"state={state}"})
    view = models.SavedView.objects.get()
    assert (view.name, view.filters) == ("mine", {"state": "met"})
    other = browser_of(models.Organisation.objects.get(slug="school"), Role.AUDITOR)
    assert "Saved views" not in text_of(other, LIST)
    other.post(VIEWS, {"name": "mine", "remove": "yes"})
    assert models.SavedView.objects.count() == 1


@pytest.mark.parametrize(
    "told", [{"name": ""}, {"name": "x" * 201}, {"name": "a\0b"}, {"name": "x", "filters": "state=forged"}]
)
def test_what_is_no_view_is_refused(browser: Client, told: dict[str, str]) -> None:
    assert browser.post(VIEWS, {"filters": "state=met", **told}).status_code == 400
    assert not models.SavedView.objects.exists()


def test_nobody_saves_views_without_end(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servanda.services.saved_views.AT_MOST", 2)
    statuses = [browser.post(VIEWS, {"name": name, "filters": "state=met"}).status_code for name in "abca"]
    assert statuses == [302, 302, 400, 302]
