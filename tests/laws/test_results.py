"""Laws of results, for any log: nothing is lost, periods add up, and the order of readings tells nothing."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import reduce
from operator import add

from hypothesis import given
from hypothesis import strategies as st

from servanda.engine.agreements import Exclusion
from servanda.engine.events import Event, EventKind, Ticket
from servanda.engine.instants import HOUR
from servanda.engine.judging import Reading, judge
from servanda.engine.periods import Period
from servanda.engine.results import Cohort, Result, Standing, over, verdict_of
from servanda.engine.targets import ANY_PRIORITY, Limit, TargetKind, Unit
from tests import june

FIRST, AS_OF = datetime(2017, 11, 1, tzinfo=UTC), datetime(2018, 4, 1, tzinfo=UTC)
YEARS = Period.read("2017-01-01..2018-12-31")
KINDS = [
    EventKind.FIRST_RESPONDED,
    EventKind.REPLIED,
    EventKind.CUSTOMER_REPLIED,
    EventKind.PAUSED,
    EventKind.RESUMED,
    EventKind.RESOLVED,
    EventKind.REOPENED,
    EventKind.CANCELLED,
]
SEVERAL = june.coverage(
    june.target(pauses=frozenset({"user"})),
    june.target(id="answer", kind=TargetKind.FIRST_RESPONSE, limits={ANY_PRIORITY: Limit(HOUR, Unit.OPEN_TIME)}),
    june.target(id="news", kind=TargetKind.UPDATE, limits={ANY_PRIORITY: Limit(30 * HOUR, Unit.OPEN_TIME)}),
    effective_from=date(2017, 11, 15),
    enforce_from=date(2018, 1, 10),
    pause_reasons=frozenset({"user"}),
    exclusions=(Exclusion("freeze", "exams", "Head", opened_from=date(2018, 2, 1), opened_until=date(2018, 2, 5)),),
)

EDGES = [month.starts_at(june.LONDON) for month in Period.read("2017-11-01..2018-03-31").months()]
near = st.integers(-600, 600).map(lambda minutes: timedelta(minutes=minutes))
whenever = st.integers(0, (AS_OF - FIRST) // timedelta(minutes=1)).map(
    lambda minutes: FIRST + timedelta(minutes=minutes)
)
instants = st.builds(add, st.sampled_from(EDGES), near) | whenever
gaps = st.integers(0, 600).map(lambda minutes: timedelta(minutes=minutes)) | near.map(lambda gap: 25 * abs(gap))
steps = st.lists(st.tuples(st.sampled_from(KINDS), gaps), max_size=6)


def told(number: int, opened_at: datetime, steps: list[tuple[EventKind, timedelta]], service: str) -> Ticket:
    """Return a ticket whose events follow one another by the given steps."""
    events = [Event(EventKind.OPENED, opened_at, changes={"service": service})]
    for kind, gap in steps:
        events.append(Event(kind, events[-1].happened_at + gap, reason="user", id=f"{len(events)}"))
    return Ticket(f"T{number}", tuple(events))


def read(tickets: Sequence[Ticket], as_of: datetime) -> list[Reading]:
    """Return every reading of the tickets as of an instant."""
    return [reading for each in tickets for reading in judge(each, SEVERAL, as_of)]


stories = st.builds(told, st.integers(0, 9), instants, steps, st.sampled_from(["mail", "mail", "print"]))
logs = st.lists(stories, max_size=6).map(lambda tickets: read(tickets, AS_OF))
cohorts = st.sampled_from(Cohort)


def by_target(reading: Reading) -> str:
    return reading.target


def results(readings: Sequence[Reading], cohort: Cohort, period: Period | None) -> dict[str, Result]:
    return over(readings, by_target, cohort=cohort, period=period, zone=june.LONDON)


def together(groups: dict[str, Result]) -> Result:
    return reduce(add, groups.values(), Result())


@given(logs, cohorts)
def test_met_and_missed_and_what_stands_beside_are_all_readings(readings: list[Reading], cohort: Cohort) -> None:
    whole = together(results(readings, cohort, None))
    assert whole.met + whole.missed + sum(whole.beside.values()) == whole.readings == len(readings)


@given(logs, cohorts)
def test_the_results_of_the_months_add_up_to_the_whole(readings: list[Reading], cohort: Cohort) -> None:
    by_month = [together(results(readings, cohort, month)) for month in YEARS.months()]
    assert reduce(add, by_month, Result()) == together(results(readings, cohort, None))


@given(logs.flatmap(lambda readings: st.tuples(st.just(readings), st.permutations(readings))), cohorts)
def test_the_order_of_readings_tells_nothing(orders: tuple[list[Reading], list[Reading]], cohort: Cohort) -> None:
    one, other = orders
    assert results(one, cohort, None) == results(other, cohort, None)


@given(logs)
def test_a_verdict_is_decided_no_later_than_it_was_due_or_stopped(readings: list[Reading]) -> None:
    for reading in readings:
        verdict = verdict_of(reading)
        if verdict is not None:
            assert reading.opened_at <= verdict.decided_at <= min(verdict.due_at, verdict.stopped_at or AS_OF)


@given(stories, whenever)
def test_a_missed_verdict_never_moves(ticket: Ticket, earlier: datetime) -> None:
    before = {reading.target: verdict_of(reading) for reading in read([ticket], earlier)}
    after = {reading.target: verdict_of(reading) for reading in read([ticket], AS_OF)}
    for target, verdict in before.items():
        if verdict is not None and not verdict.met:
            later = after[target]
            assert later is not None
            assert (later.met, later.decided_at) == (False, verdict.decided_at)


@given(logs, cohorts)
def test_nothing_opened_before_the_agreement_is_enforced_is_counted(readings: list[Reading], cohort: Cohort) -> None:
    early = [reading for reading in readings if reading.opened_at < datetime(2018, 1, 10, tzinfo=UTC)]
    assert together(results(early, cohort, None)).verdicts == 0


@given(logs)
def test_every_cohort_counts_the_same_verdicts_over_all_time_but_for_what_has_not_stopped(
    readings: list[Reading],
) -> None:
    decided, stopped, due, opened = (together(results(readings, cohort, None)) for cohort in Cohort)
    assert decided == due == opened
    assert decided.missed == stopped.missed + stopped.beside.get(Standing.NOT_STOPPED, 0)
    assert decided.still_open == stopped.beside.get(Standing.NOT_STOPPED, 0)


@given(logs)
def test_each_ticket_counts_once_for_each_target(readings: list[Reading]) -> None:
    once = {(reading.ticket, reading.target): reading for reading in readings}
    counts = Counter(
        {target: group.readings for target, group in results([*once.values()], Cohort.DECIDED_IN, None).items()}
    )
    assert counts == Counter(target for _, target in once)


@given(st.integers(0, 400), st.integers(0, 400), st.integers(1, 400), st.integers(0, 400))
def test_a_share_is_kept_exactly_when_no_fewer_were_met_than_it_asks(
    met: int, missed: int, asked: int, more: int
) -> None:
    kept = Result({Standing.MET: met, Standing.MISSED: missed}).keeps(Fraction(asked, asked + more))
    assert kept is (None if met + missed == 0 else met * (asked + more) >= asked * (met + missed))


@given(st.integers(1, 400), st.integers(0, 400))
def test_a_share_that_is_just_reached_is_kept(met: int, missed: int) -> None:
    assert Result({Standing.MET: met, Standing.MISSED: missed}).keeps(Fraction(met, met + missed)) is True
