"""The list of tickets: in reach and nothing else, as every ticket judged anew would have it, in few statements."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servanda.bad_input import BadInput
from servanda.engine.clocks import State
from servanda.engine.coverage import Coverage
from servanda.engine.events import Ticket
from servanda.engine.judging import Reading, judge
from servanda.engine.logs import CANNOT_BE_JUDGED
from servanda.engine.rights import Action, Role, Viewer
from servanda.engine.targets import TargetKind
from servanda.queries import attainment, clocks
from servanda.queries.attainment import Verdicts
from servanda.queries.clocks import Timepieces
from servanda.queries.ticket_filters import Asked, Filters, Order, page_of, read
from servanda.queries.tickets import A_PAGE, LISTED, Row, numbers, page
from servanda.store import models
from servanda.store.access import NotFound, may_reach
from servanda.store.books import coverage_of, remembered_book
from servanda.store.histories import histories
from tests.examples import test_real_imports as real
from tests.queries import busy
from tests.queries.kept import viewer
from tests.queries.test_attainment import taken_in

EVERYTHING = viewer()
COUNT = 160
Names = list[tuple[str, str]]


@pytest.fixture
def desk(store: str) -> models.Organisation:
    """Keep a busy desk."""
    return busy.keep(COUNT)


def listed(now: datetime = busy.LAST, who: Viewer = EVERYTHING, **asked: str) -> Names:
    """Return source and number of the tickets that some parameters of an address ask for."""
    return numbers(who, read(asked), now=now)


def every_ticket(organisation: models.Organisation) -> list[Ticket]:
    """Return every ticket that is kept."""
    return histories(list(models.Ticket.objects.filter(organisation=organisation)), organisation.slug)


def names(tickets: list[Ticket]) -> Names:
    """Return source and number of tickets, in an order of their own."""
    return sorted((each.source, each.number) for each in tickets)


def readings(ticket: Ticket, coverage: Coverage, now: datetime) -> tuple[Reading, ...]:
    """Return the readings of a ticket; none where it cannot be judged."""
    try:
        return judge(ticket, coverage, now)
    except CANNOT_BE_JUDGED:
        return ()


# --- who sees what ---


@pytest.mark.parametrize("seed", range(3))
def test_whoever_asks_finds_what_they_may_reach_and_nothing_else(desk: models.Organisation, seed: int) -> None:
    opened = [each for each in every_ticket(desk) if _was_opened(each)]
    seen = set()
    for who in busy.viewers(12, seed):
        expected = names([each for each in opened if may_reach(who, Action.SEE_TICKET, each)])
        try:
            assert sorted(listed(who=who)) == expected
        except NotFound:
            assert expected == []
        seen.add(len(expected))
    assert len(seen) > 3


def _was_opened(ticket: Ticket) -> bool:
    return any(each.kind.word == "opened" for each in ticket.ordered())


def test_a_role_that_sees_no_ticket_finds_no_list(desk: models.Organisation) -> None:
    with pytest.raises(NotFound):
        listed(who=viewer(Role.EXECUTIVE))


def test_another_organisation_has_its_own_list(desk: models.Organisation) -> None:
    models.Organisation.objects.create(slug="college", name="College", zone="Europe/Paris")
    assert listed(who=viewer(organisation="college")) == []


# --- the same as judging anew ---


def stands(word: Asked, told: tuple[Reading, ...], ticket: Ticket, now: datetime) -> bool:
    """Whether a ticket is to be listed under a state, by its readings as of now."""
    clocks_of = [each for each in told if each.cycle is not None]
    match word:
        case Asked.OPEN:
            return any(each.cycle.stopped_at is None and each.state in _CAN_BE_OPEN for each in clocks_of if each.cycle)
        case Asked.OVERDUE:
            return any(each.state is State.MISSED and each.cycle and not each.cycle.stopped_at for each in clocks_of)
        case Asked.DUE_SOON:
            return any(_is_near(each, now) for each in clocks_of)
        case Asked.NO_CLOCK:
            return bool(told) and not clocks_of
        case Asked.UNJUDGED:
            return not told
        case _:
            return any(each.state.value == word.value for each in clocks_of)


_CAN_BE_OPEN = (State.RUNNING, State.PAUSED, State.MISSED)


def _is_near(reading: Reading, now: datetime) -> bool:
    """Whether a quarter of the time or half an hour is left, by the readings of the engine alone."""
    if reading.state is not State.RUNNING or reading.cycle is None:
        return False
    whole = reading.cycle.elapsed + reading.cycle.left
    return reading.cycle.left <= max(whole / 4, timedelta(minutes=30))


@pytest.mark.parametrize("later", busy.LATER)
def test_each_state_lists_what_judging_every_ticket_anew_finds(desk: models.Organisation, later: timedelta) -> None:
    now, coverage = busy.LAST + later, coverage_of(desk)
    told = [(each, readings(each, coverage, now)) for each in every_ticket(desk)]
    for word in Asked:
        expected = names([ticket for ticket, found in told if stands(word, found, ticket, now)])
        assert sorted(listed(now, state=word.value)) == expected, word


@pytest.mark.parametrize("days", [0, 12, 30])
def test_each_state_is_right_in_the_midst_of_work(store: str, days: int) -> None:
    now = busy.START + timedelta(days=45 + days)
    past = [
        replace(each, events=tuple(e for e in each.events if e.happened_at <= now)) for each in busy.tickets(120, 7)
    ]
    desk = busy.keep_these([each for each in past if each.events])
    coverage = coverage_of(desk)
    told = [(each, readings(each, coverage, now)) for each in every_ticket(desk)]
    found = {word: sorted(listed(now, state=word.value)) for word in Asked}
    for word in Asked:
        assert found[word] == names([each for each, of in told if stands(word, of, each, now)]), word
    assert sum(bool(each) for each in found.values()) >= 8, "the desk has hardly any state"


def test_a_clock_out_of_the_database_stands_as_one_just_read(desk: models.Organisation) -> None:
    coverage, timepieces = coverage_of(desk), Timepieces(remembered_book(desk))
    tickets = {(each.source, each.number): each for each in every_ticket(desk)}
    compared = 0
    for later in busy.LATER:
        now = busy.LAST + later
        for row in _rows(now):
            told = readings(tickets[row.source, row.number], coverage, now)
            anew = [clocks.of_reading(each, timepieces, now) for each in told if each.cycle is not None]
            kept = [replace(each, flags=()) for each in row.clocks]
            assert sorted(kept, key=repr) == sorted((replace(each, flags=()) for each in anew if each), key=repr)
            compared += len(kept)
    assert compared > COUNT


def _rows(now: datetime) -> Iterator[Row]:
    first = page(EVERYTHING, Filters(), 1, now=now)
    for number in range(1, first.pages + 1):
        yield from page(EVERYTHING, Filters(), number, now=now).rows


# --- the tickets behind a figure ---


def assert_every_cell_lists_its_tickets(who: Viewer, now: datetime) -> int:
    """Compare every cell of the results with the list behind it; return how many cells there were."""
    seen = attainment.standpoint(who, now)
    months = attainment.months_with_verdicts(seen)
    assert months is not None
    words = ("month", "service", "customer", "priority", "kind", "target", "version")
    cells = Verdicts(seen, months).by(*words)
    for (month, *told), result in cells.items():
        filters = read({"month": f"{month:%Y-%m}", **dict(zip(words[1:], map(str, told), strict=True))})
        for state, number in ((Asked.MET, result.met), (Asked.MISSED, result.missed), (None, result.verdicts)):
            found = numbers(who, replace(filters, state=state), now=now)
            alone = [each for each in found if filters.customer or _without_customer(who, each)]
            assert len(alone) == number, (month, told, state)
    return len(cells)


def _without_customer(who: Viewer, name: tuple[str, str]) -> bool:
    """Whether a ticket tells no customer: the list cannot ask for that alone."""
    kept = models.Ticket.objects.filter(
        organisation__slug=who.organisation, source=name[0], number=name[1], customer=""
    )
    return kept.exists()


@pytest.mark.parametrize("later", busy.LATER)
def test_every_figure_has_its_tickets_behind_it(desk: models.Organisation, later: timedelta) -> None:
    assert assert_every_cell_lists_its_tickets(EVERYTHING, busy.LAST + later) > 20


@pytest.mark.slow
@pytest.mark.parametrize("sample", [real.SERVICENOW, real.BOSTON], ids=["servicenow", "boston"])
def test_on_a_real_log_every_figure_has_its_tickets_behind_it(
    store: str, sample: tuple[str, str], figure: Callable[[str, object], None]
) -> None:
    who = taken_in(*sample)
    seen = attainment.standpoint(who, real.NOW)
    months = attainment.months_with_verdicts(seen)
    assert months is not None
    cells = Verdicts(seen, months).by("month", "service", "target")
    for (month, service, target), result in cells.items():
        asked = Filters(month=month, service=service, target=target)
        assert len(numbers(who, asked, now=real.NOW)) == result.verdicts
        assert len(numbers(who, replace(asked, state=Asked.MISSED), now=real.NOW)) == result.missed
    figure(f"figures whose tickets were listed ({sample[0]}, {store})", 2 * len(cells))


# --- the other filters ---


def test_a_number_is_found_by_how_it_begins_in_capitals_or_not(desk: models.Organisation) -> None:
    assert {number for _, number in listed(find="t000")} == {f"T{place:04}" for place in range(10)}
    assert [number for _, number in listed(find="T0003")] == ["T0003"]
    assert listed(find="%") == listed(find="_000") == listed(find="0001") == []


def test_signs_of_any_script_can_be_searched_for(desk: models.Organisation) -> None:
    for number in ("100%_x/1", "שלום-7", "😀 1", "a'b\"c"):
        record = models.Ticket.objects.create(organisation=desk, source="desk", number=number, opened_at=busy.START)
        assert listed(find=number[:3]) == [("desk", number)]
        record.delete()


def test_filters_of_one_clock_are_asked_of_the_same_clock(desk: models.Organisation) -> None:
    met = set(listed(state="met", target="answer"))
    missed = set(listed(state="missed", target="fix"))
    assert met & missed, "some ticket answers in time and is mended late"
    for source, number in met:
        found = models.Clock.objects.filter(ticket__source=source, ticket__number=number, target="answer")
        assert found.get().state == "met"


def test_tickets_are_narrowed_down_by_what_they_and_their_clocks_say(desk: models.Organisation) -> None:
    kept = {(each.source, each.number): each for each in models.Ticket.objects.filter(opened_at__isnull=False)}
    assert {kept[each].service for each in listed(service="mail")} == {"mail"}
    assert {kept[each].customer for each in listed(customer="pupils")} == {"pupils"}
    assert {source for source, _ in listed(source="sheet")} == {"sheet"}
    coded = models.Clock.objects.filter(priority="P1").values_list("ticket__source", "ticket__number")
    assert set(listed(priority="P1")) == set(coded)
    tokyo = models.Clock.objects.filter(version__agreement="network-desk")
    expected = set(tokyo.values_list("ticket__source", "ticket__number"))
    assert set(listed(agreement="network-desk")) == set(listed(version="network-desk/1")) == expected
    assert listed(version="network-desk/2") == listed(agreement="none") == []
    handed = models.Clock.objects.filter(party="acme").values_list("ticket__source", "ticket__number")
    assert set(listed(kind="hand_over", party="acme")) == set(handed) != set()


def test_a_remark_is_found_on_the_ticket_and_on_its_clocks(desk: models.Organisation) -> None:
    for flag in ("reclassified", "times run backwards", "before enforcement"):
        found = set(listed(flag=flag))
        expected = {(row.source, row.number) for row in _rows(busy.LAST) if flag in row.remarks}
        assert found == expected != set()
    assert listed(flag="classified") == []


def test_what_was_never_opened_is_found_by_its_number_or_as_not_judged(desk: models.Organisation) -> None:
    never = set(models.Ticket.objects.filter(opened_at=None).values_list("source", "number"))
    assert never
    assert never <= set(listed(state="unjudged"))
    assert never.isdisjoint(listed())
    for source, number in never:
        assert (source, number) in listed(find=number)


# --- order and pages ---


def test_every_order_is_kept_over_all_pages(desk: models.Organisation) -> None:
    kept = {(each.source, each.number): each for each in models.Ticket.objects.all()}
    keys: dict[Order, Callable[[models.Ticket], object]] = {
        Order.OLDEST: lambda each: (each.opened_at, each.pk),
        Order.NUMBER: lambda each: (each.number, each.pk),
        Order.PRIORITY: lambda each: (each.priority, -(each.opened_at or busy.START).timestamp(), -each.pk),
    }
    turned = {Order.OLDEST: Order.NEWEST, Order.NUMBER: Order.NUMBER_DOWN}
    for order, key in keys.items():
        found = [kept[each] for each in _paged(order)]
        assert len(found) > 3 * A_PAGE - 10
        assert found == sorted(found, key=key)  # type: ignore[arg-type]  # the key orders them
        if order in turned:
            assert found[::-1] == [kept[each] for each in _paged(turned[order])]


def _paged(order: Order) -> Names:
    first = page(EVERYTHING, Filters(sort=order), 1, now=busy.LAST)
    every = [page(EVERYTHING, Filters(sort=order), number, now=busy.LAST) for number in range(1, first.pages + 1)]
    assert sum(len(each.rows) for each in every) == first.total == len(numbers(EVERYTHING, Filters(), now=busy.LAST))
    return [(row.source, row.number) for each in every for row in each.rows]


def test_what_is_due_next_comes_first_and_what_has_no_running_clock_not_at_all(desk: models.Organisation) -> None:
    models.Clock.objects.filter(pk__in=list(models.Clock.objects.values_list("pk", flat=True)[::9])).update(
        state="running", stopped_at=None, breached_at=None, due_at=busy.LAST + timedelta(hours=1)
    )
    found = listed(sort="due")
    running = models.Clock.objects.filter(state="running").exclude(due_at=None)
    due: dict[tuple[str, str], datetime] = {}
    for source, number, at in running.values_list("ticket__source", "ticket__number", "due_at"):
        assert at is not None
        due[source, number] = min(at, due.get((source, number), at))
    assert set(found) == set(due)
    assert [due[each] for each in found] == sorted(due.values())


def test_a_page_beyond_the_last_is_the_last(desk: models.Organisation) -> None:
    shown = page(EVERYTHING, Filters(), page_of({"page": "9" * 400}), now=busy.LAST)
    assert (shown.page, shown.asked_page) == (shown.pages, 10**12)
    assert shown.rows == page(EVERYTHING, Filters(), shown.pages, now=busy.LAST).rows
    nothing = page(EVERYTHING, Filters(find="none such"), 7, now=busy.LAST)
    assert (nothing.rows, nothing.total, nothing.page, nothing.first) == ((), 0, 1, 0)


def test_more_than_the_pages_show_is_counted_all_the_same(
    desk: models.Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [(filters, page(EVERYTHING, filters, 1, now=busy.LAST).total) for filters in _broad()]
    monkeypatch.setattr("servanda.queries.tickets.LISTED", 20)
    monkeypatch.setattr("servanda.queries.tickets.FEW", 10)
    for filters, total in whole:
        assert page(EVERYTHING, filters, 1, now=busy.LAST).total == total > 20, filters
        assert len(numbers(EVERYTHING, filters, now=busy.LAST)) == 20


def _broad() -> list[Filters]:
    return [
        Filters(),
        Filters(service="mail"),
        Filters(state=Asked.MISSED),
        Filters(find="T"),
        Filters(kind=TargetKind.RESOLUTION),
        Filters(state=Asked.NO_CLOCK),
    ]


# --- what cannot be asked ---


@pytest.mark.parametrize(
    "asked",
    [
        {"state": "drop table"},
        {"sort": "opened_at; --"},
        {"sort": "-due"},
        {"kind": "repair"},
        {"month": "2026-13"},
        {"month": "2026"},
        {"month": "2026-01..2026-02"},
        {"month": "٢٠٢٦-٠١"},
        {"version": "network-desk"},
        {"version": "a/b/1"},
        {"version": "desk/99999999999"},
        {"find": "\0"},
        {"service": "x" * 201},
        {"state": "met" * 100},
        {"month": "2026-01", "state": "running"},
    ],
)
def test_a_forged_value_is_refused_in_words(asked: dict[str, str]) -> None:
    with pytest.raises(BadInput) as refused:
        read(asked)
    assert "\0" not in str(refused.value)
    assert len(refused.value.found) < 120


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "1e9", "٣", "1;"])
def test_what_is_no_page_is_refused(number: str) -> None:
    with pytest.raises(BadInput):
        page_of({"page": number})


def test_what_is_written_is_read_back() -> None:
    asked = {
        "find": "T1",
        "service": "a b&c=d/é",
        "state": "missed",
        "kind": "hand_over",
        "party": "acme",
        "month": "2026-03",
        "sort": "-number",
        "version": "desk/2",
    }
    assert read(asked).written() == asked
    assert read({}).written() == {}
    assert read({"page": "3", "other": "x", "find": "  "}) == Filters()
    assert read(asked).without("month").written() == {name: asked[name] for name in asked if name != "month"}


# --- how much work it is ---


def statements(filters: Filters) -> int:
    """Return how many statements a page takes."""
    with CaptureQueriesContext(connection) as captured:
        page(EVERYTHING, filters, 1, now=busy.LAST)
    return len(captured)


def test_ten_tickets_take_as_many_statements_as_a_thousand(store: str) -> None:
    desk = busy.keep(10)
    page(EVERYTHING, Filters(), 1, now=busy.LAST)
    asked = [*_broad(), Filters(month=busy.LAST.date().replace(day=1)), Filters(sort=Order.DUE), Filters(flag="x")]
    few = [statements(filters) for filters in asked]
    busy.keep_more(desk, 990)
    assert [statements(filters) for filters in asked] == few
    assert max(few) <= 8


def test_an_index_answers(store: str) -> None:
    busy.keep(12)
    for asked, index in (
        ({}, "tickets_by_opening"),
        ({"service": "mail"}, "tickets_by_service"),
        ({"customer": "staff"}, "tickets_by_customer"),
        ({"sort": "priority"}, "tickets_by_priority"),
        ({"sort": "number"}, "tickets_by_number"),
        ({"find": "T12"}, "tickets_by_number"),
        ({"state": "met"}, "clocks_by_state"),
        ({"state": "overdue"}, "clocks"),
        ({"month": "2026-02"}, "clocks_by_month"),
        ({"priority": "P1"}, "clocks_by_priority"),
        ({"target": "fix"}, "clocks_by_target"),
        ({"flag": "reclassified"}, "tickets_with_flags"),
        ({"flag": "reclassified"}, "clocks_with_flags"),
        ({"sort": "due"}, "clocks"),
        ({"state": "unjudged"}, "tickets_not_judged"),
    ):
        if store == "postgresql":
            _leave_only(index)
        plans = _plans(asked)
        assert index in plans, (asked, plans)
        assert "SCAN store_ticket\n" not in plans
        assert "SCAN store_clock\n" not in plans


def _leave_only(index: str) -> None:
    """Hide the other indexes of tickets and clocks from PostgreSQL, which takes any one where there are so few rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "UPDATE pg_index SET indisvalid = indisprimary OR strpos(indexrelid::regclass::text, %s) > 0"
            " WHERE indrelid IN ('store_ticket'::regclass, 'store_clock'::regclass)",
            [index],
        )


def _plans(asked: dict[str, str]) -> str:
    """Return how the database goes about each statement of a page."""
    with CaptureQueriesContext(connection) as captured:
        page(EVERYTHING, read(asked), 1, now=busy.LAST)
    return "\n".join(_plan(each["sql"]) for each in captured if "SELECT" in each["sql"][:8])


def _plan(statement: str) -> str:
    word = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{word} {statement}".replace("%", "%%"))
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def test_the_pages_show_no_more_than_can_be_turned_over() -> None:
    assert LISTED % A_PAGE == 0
