"""Services and the home page's question: who sees which, what covers them, and in how many statements."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servanda.engine.events import Event, EventKind, Ticket
from servanda.engine.rights import Action, Assignment, Role, Scope, Viewer
from servanda.queries import attainment, board, clocks, overview, services
from servanda.queries.attainment import Promise, result
from servanda.queries.board import Board
from servanda.queries.clocks import Timepieces
from servanda.queries.reach import reach_of
from servanda.store import models
from servanda.store.access import NotFound
from tests.builders import instant
from tests.queries.kept import TODAY, keep, keep_book, keep_tickets, small, viewer
from tests.queries.test_attainment import LATER, given, keep_clocks

NOW = instant("2026-01-19 14:00 Europe/London")
PROMISE = Promise("desk", "fix", None)


@pytest.fixture
def school(store: str, tmp_path: Path) -> models.Organisation:
    """Keep the log of five tickets with its clocks."""
    organisation = keep(small(tmp_path))
    keep_clocks(organisation)
    return organisation


def ids(who: Viewer) -> list[str]:
    """Return the ids of the services that somebody sees."""
    return [line.service.id for line in services.listing(who, now=NOW).lines]


def test_those_that_agreements_name_come_first_and_what_only_tickets_name_is_said_to_be(
    school: models.Organisation,
) -> None:
    lines = services.listing(viewer(), now=NOW).lines
    assert [(line.service.name, line.service.listed) for line in lines] == [("Printing", True), ("heating", False)]


def test_a_line_has_two_months_and_what_is_open(school: models.Organisation) -> None:
    printing, heating = services.listing(viewer(), now=NOW).lines
    assert printing.months == ({}, {PROMISE: result(2, 1)})
    assert (printing.opened, printing.open_tickets) == ((0, 4), 1)
    assert [clause.target.id for clause in printing.covering.clauses] == ["fix"]
    assert printing.covering.in_force
    assert heating.months == ({}, {})
    assert (heating.opened, heating.open_tickets, heating.covering.clauses) == ((0, 1), 0, ())


def test_who_is_limited_sees_the_services_in_their_scope(school: models.Organisation, tmp_path: Path) -> None:
    given(school, tmp_path, "C1", customer="staff", service="heating")
    assert ids(viewer(services=["heating"])) == ["heating"]
    assert ids(viewer(services=["none-such"])) == []
    assert ids(viewer(customers=["staff"])) == ["heating"]
    assert ids(viewer(Role.SUPPLIER_CONTACT, suppliers=["acme"])) == []
    with pytest.raises(NotFound):
        services.one(viewer(customers=["staff"]), "printing", now=NOW)
    with pytest.raises(NotFound):
        services.listing(Viewer("school", "kim", TODAY), now=NOW)


def test_a_page_that_is_too_far_is_the_last(school: models.Organisation) -> None:
    models.Service.objects.bulk_create(
        models.Service(organisation=school, slug=f"s{each:02}", name=f"Service {each:02}") for each in range(60)
    )
    models.Organisation.objects.update(agreements_applied=7)
    found = services.listing(viewer(), page=10**12, now=NOW)
    assert (found.page, found.pages, found.total, len(found.lines)) == (3, 3, 62, 12)
    assert [line.service.id for line in services.listing(viewer(), find="vice 59", now=NOW).lines] == ["s59"]


def test_one_service_has_its_months_parts_misses_and_what_is_open(school: models.Organisation) -> None:
    found = services.one(viewer(), "printing", now=LATER)
    assert found.kept == {date(2026, 1, 1): {PROMISE: result(2, 2)}}
    assert found.parts == {(PROMISE, "P1"): result(1, 1), (PROMISE, "P2"): result(1, 1)}
    assert found.month == date(2026, 1, 1)
    assert found.clocks is not None
    assert found.clocks.board == Board(overdue=1, due_soon=0, running=0, paused=0)
    assert [(each.number, each.clock.late) for each in found.clocks.misses] == [
        ("T4", timedelta(minutes=1)),
        ("T2", timedelta(minutes=1)),
    ]
    assert found.clocks.open == ()


def test_before_it_is_due_it_is_open_and_due_soon(school: models.Organisation) -> None:
    found = services.one(viewer(), "printing", now=NOW)
    assert found.clocks is not None
    assert found.clocks.board == Board(overdue=0, due_soon=1, running=1, paused=0)
    assert [(each.number, each.clock.left, each.clock.near) for each in found.clocks.open] == [
        ("T4", timedelta(hours=1), True)
    ]


def test_what_is_paused_waits_unless_it_was_due_already(school: models.Organisation, tmp_path: Path) -> None:
    given(school, tmp_path, "P1", Event(EventKind.PAUSED, NOW, id="p", reason="user"))
    given(
        school,
        tmp_path,
        "P2",
        Event(EventKind.PAUSED, instant("2026-01-19 15:00 Europe/London"), id="p", reason="user"),
    )
    found = services.one(viewer(), "printing", now=LATER)
    assert found.clocks is not None
    assert found.clocks.board == Board(overdue=2, due_soon=0, running=0, paused=1)
    assert [each.number for each in found.clocks.misses] == ["T4", "P2", "T2"]


def test_of_what_is_due_soon_none_is_missed(school: models.Organisation, tmp_path: Path) -> None:
    given(school, tmp_path, "P2", priority="P2")
    seen_soon = set()
    for minutes in range(0, 60 * 40, 25):
        now = instant("2026-01-19 11:00 Europe/London") + timedelta(minutes=minutes)
        seen = attainment.standpoint(viewer(), now)
        every = board.open_clocks(seen.reach)
        looked_at = every.filter(clocks.near(every, Timepieces(seen.book), now)).count()
        assert board.counted(seen, seen.reach).due_soon == looked_at
        seen_soon.add(looked_at)
    assert seen_soon == {0, 1}


def test_who_sees_results_alone_sees_no_tickets(school: models.Organisation) -> None:
    executive = viewer(Role.EXECUTIVE)
    assert services.one(executive, "printing", now=NOW).clocks is None
    home = overview.overview(executive, NOW)
    assert (home.board, home.urgent) == (None, ())
    assert home.promises == {PROMISE: result(2, 1)}


def test_home_tells_what_stands_now(school: models.Organisation) -> None:
    found = overview.overview(viewer(), NOW)
    assert found.board == Board(overdue=0, due_soon=1, running=1, paused=0)
    assert [each.number for each in found.urgent] == ["T4"]
    assert found.chart.rows == {"printing": {date(2026, 1, 1): {PROMISE: result(2, 1)}}}
    assert found.chart.months.last == date(2026, 1, 1)
    assert found.span is not None
    assert (found.steps.agreements, found.steps.tickets, found.steps.service_managers) == (True, True, ())


def test_what_came_to_an_end_years_ago_is_shown_up_to_its_last_opening(school: models.Organisation) -> None:
    found = overview.overview(viewer(), instant("2031-07-01 09:00 Europe/London"))
    assert found.chart.months.last == date(2026, 1, 1)
    assert found.promises == {PROMISE: result(2, 2)}
    after_the_holidays = overview.overview(viewer(), instant("2026-04-20 09:00 Europe/London"))
    assert after_the_holidays.chart.months.last == date(2026, 4, 1)


def test_what_is_remembered_is_never_shown_for_other_figures(school: models.Organisation, tmp_path: Path) -> None:
    before = services.one(viewer(), "printing", now=NOW)
    overview.overview(viewer(), NOW)
    done = Event(EventKind.RESOLVED, instant("2026-01-19 13:00 Europe/London"), id="r")
    given(school, tmp_path, "S1", done)
    after = services.one(viewer(), "printing", now=NOW)
    month = date(2026, 1, 1)
    assert (before.kept[month], before.opened[month]) == ({PROMISE: result(2, 1)}, 4)
    assert (after.kept[month], after.opened[month]) == ({PROMISE: result(3, 1)}, 5)
    assert overview.overview(viewer(), NOW).chart.rows == {"printing": {month: {PROMISE: result(3, 1)}}}
    assert services.one(viewer(), "printing", now=LATER).kept[month] == {PROMISE: result(3, 2)}


def test_each_service_is_told_its_own_by_the_same_statements(school: models.Organisation, tmp_path: Path) -> None:
    late = Event(EventKind.RESOLVED, instant("2026-01-19 13:00 Europe/London"), id="r")
    given(school, tmp_path, "C2", late, service="cooling")
    for _ in range(2):
        told = {id: services.one(viewer(), id, now=NOW) for id in ("printing", "heating", "cooling")}
        assert {id: sum(each.opened.values()) for id, each in told.items()} == {
            "printing": 4,
            "heating": 1,
            "cooling": 1,
        }
        boards = {id: each.clocks.board.running for id, each in told.items() if each.clocks}
        assert boards == {"printing": 1, "heating": 0, "cooling": 0}


def test_whoever_sees_everything_by_one_role_sees_it_with_others_too(school: models.Organisation) -> None:
    both = (Assignment(Role.REPRESENTATIVE, Scope(services=frozenset({"heating"}))), *viewer().assignments)
    wide = replace(viewer(), assignments=both)
    assert reach_of(wide, Action.SEE_RESULTS) == reach_of(viewer(), Action.SEE_RESULTS)
    assert ids(wide) == ids(viewer())


def test_an_empty_organisation_has_nothing_and_says_so(store: str) -> None:
    models.Organisation.objects.create(slug="school", name="A school", zone="Europe/London")
    found = overview.overview(viewer(), NOW)
    assert (found.span, found.chart.rows, found.promises, found.last_import) == (None, {}, {}, None)
    assert not found.steps.all_done
    assert services.listing(viewer(), now=NOW).lines == ()


def statements(ask: Callable[[], object]) -> int:
    """Return how many statements a question takes."""
    ask()
    with CaptureQueriesContext(connection) as captured:
        ask()
    return len(captured)


@pytest.mark.slow
def test_a_thousand_services_take_as_many_statements_as_ten(store: str, tmp_path: Path) -> None:
    log = small(tmp_path)
    wide = tuple(replace(each, services=frozenset()) for each in log.book.versions)
    organisation = keep_book(replace(log.book, versions=wide))
    asked: tuple[Callable[[], object], ...] = (
        lambda: overview.overview(viewer(), NOW),
        lambda: services.listing(viewer(), now=NOW),
        lambda: services.one(viewer(), "s1", now=NOW),
    )
    counts = []
    for first, end in ((0, 10), (10, 1_000)):
        more_services(organisation, log.tickets[3], range(first, end))
        counts.append([statements(each) for each in asked])
    assert len(overview.overview(viewer(), NOW).chart.rows) == overview.ROWS
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 20


def more_services(organisation: models.Organisation, like: Ticket, numbers: range) -> None:
    """Keep a service for each number, with an open ticket and one that missed."""
    models.Service.objects.bulk_create(
        models.Service(organisation=organisation, slug=f"s{each}", name=f"S {each}") for each in numbers
    )
    tickets = []
    for each in numbers:
        opened = replace(like.events[0], changes={"service": f"s{each}", "priority": "P1"})
        late = replace(opened, happened_at=opened.happened_at - timedelta(days=3))
        done = Event(EventKind.RESOLVED, opened.happened_at, id="r")
        tickets += [
            replace(like, number=f"O{each}", events=(opened,)),
            replace(like, number=f"L{each}", events=(late, done)),
        ]
    keep_tickets(organisation, tickets)
    models.Organisation.objects.update(agreements_applied=numbers.stop)
    organisation.refresh_from_db()
    keep_clocks(organisation)
