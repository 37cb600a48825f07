"""What the verdicts of a period come to; the counts were made by hand from the list in `tests/june.py`."""

from datetime import date
from fractions import Fraction

import pytest

from servanda.engine.agreements import Exclusion
from servanda.engine.events import Ticket
from servanda.engine.instants import HOUR
from servanda.engine.judging import Reading, judge
from servanda.engine.periods import Period
from servanda.engine.results import Cohort, Result, Standing, over, place_of, verdict_of
from servanda.engine.targets import ANY_PRIORITY, Limit, TargetKind, Unit
from tests import june
from tests.june import at, coverage, ticket

MAY, JUNE, JULY = Period.read("2018-05"), Period.read("2018-06"), Period.read("2018-07")
MET, MISSED, RUNNING, CANCELLED = Standing.MET, Standing.MISSED, Standing.RUNNING, Standing.CANCELLED
NOT_STOPPED = Standing.NOT_STOPPED


def result(cohort: Cohort, period: Period | None) -> Result:
    """Return the result of the eight tickets."""
    return over(june.readings(), lambda reading: "", cohort=cohort, period=period, zone="UTC").get("", Result())


def only(*readings: Reading) -> Reading:
    """Return the one reading there is."""
    [reading] = readings
    return reading


@pytest.mark.parametrize(
    ("cohort", "period", "counts", "still_open"),
    [
        (Cohort.DECIDED_IN, JUNE, {MET: 3, MISSED: 2, RUNNING: 1, CANCELLED: 1}, 1),
        (Cohort.STOPPED_IN, JUNE, {MET: 3, MISSED: 2, RUNNING: 1, CANCELLED: 1, NOT_STOPPED: 1}, 0),
        (Cohort.DUE_IN, JUNE, {MET: 2, MISSED: 2, RUNNING: 1, CANCELLED: 1}, 1),
        (Cohort.OPENED_IN, JUNE, {MET: 2, MISSED: 2, RUNNING: 1, CANCELLED: 1}, 1),
        (Cohort.DECIDED_IN, MAY, {MISSED: 1}, 0),
        (Cohort.STOPPED_IN, MAY, {}, 0),
        (Cohort.DUE_IN, MAY, {MISSED: 1}, 0),
        (Cohort.OPENED_IN, MAY, {MET: 1, MISSED: 1}, 0),
        (Cohort.DECIDED_IN, JULY, {}, 0),
        (Cohort.DUE_IN, JULY, {MET: 1}, 0),
        (Cohort.DECIDED_IN, None, {MET: 3, MISSED: 3, RUNNING: 1, CANCELLED: 1}, 1),
    ],
)
def test_each_cohort_counts_the_eight_tickets_by_its_rule(
    cohort: Cohort, period: Period | None, counts: dict[Standing, int], still_open: int
) -> None:
    assert result(cohort, period) == Result(counts, still_open)


def test_attainment_is_an_exact_fraction_of_the_verdicts() -> None:
    assert result(Cohort.DECIDED_IN, JUNE).attainment == Fraction(3, 5)
    assert Result({MET: 45, MISSED: 5, RUNNING: 9}).attainment == Fraction(9, 10)


def test_without_a_verdict_there_is_no_attainment_and_nothing_is_kept_or_broken() -> None:
    nothing = Result({RUNNING: 3, Standing.NOT_COVERED: 4})
    assert nothing.attainment is None
    assert nothing.keeps(Fraction(9, 10)) is None


def test_a_share_is_compared_without_rounding() -> None:
    agreed = Fraction(999, 1000)
    assert Result({MET: 999, MISSED: 1}).keeps(agreed) is True
    assert Result({MET: 998_999, MISSED: 1_001}).keeps(agreed) is False


def test_what_is_not_counted_stands_beside_with_its_reason() -> None:
    assert Result({MET: 1, CANCELLED: 2, RUNNING: 1}).beside == {RUNNING: 1, CANCELLED: 2}


def test_results_add_up() -> None:
    assert Result({MET: 1, MISSED: 2}, 1) + Result({MISSED: 1, RUNNING: 1}, 1) == Result(
        {MET: 1, MISSED: 3, RUNNING: 1}, 2
    )


@pytest.mark.parametrize(("standings", "still_open"), [({MET: -1}, 0), ({MET: 2}, 1), ({MISSED: 1}, -1)])
def test_a_result_that_counts_what_is_not_there_is_refused(standings: dict[Standing, int], still_open: int) -> None:
    with pytest.raises(ValueError, match="a result counts what there is"):
        Result(standings, still_open)


def test_the_period_begins_at_midnight_of_the_agreement_not_of_the_report() -> None:
    # Met at 00:30 in London on 1 June, which is still 31 May in UTC.
    early = judge(ticket("T", "2018-05-31 20:00", ("resolved", "2018-06-01 00:30")), coverage(), june.AS_OF)
    assert over(early, lambda _: "", cohort=Cohort.DECIDED_IN, period=JUNE, zone="UTC") == {"": Result({MET: 1})}


def test_a_ticket_that_nothing_covers_is_placed_by_the_zone_given() -> None:
    uncovered = judge(ticket("T", "2018-06-01 00:30", service="print"), coverage(), june.AS_OF)
    counts = {"": Result({Standing.NOT_COVERED: 1})}
    assert over(uncovered, lambda _: "", cohort=Cohort.DECIDED_IN, period=JUNE, zone="Europe/London") == counts
    assert over(uncovered, lambda _: "", cohort=Cohort.DECIDED_IN, period=MAY, zone="UTC") == counts


def test_a_breach_stays_in_its_period_when_the_ticket_is_resolved_in_the_next() -> None:
    late = only(
        *judge(ticket("T", "2018-06-29 10:00", ("resolved", "2018-07-03 10:00")), coverage(), at("2018-07-31 00:00"))
    )
    place = place_of(late, Cohort.DECIDED_IN)
    assert (place.standing, place.at, place.still_open) == (MISSED, at("2018-06-29 18:00"), False)


def test_verdicts_before_enforcement_are_shown_but_not_counted() -> None:
    early = coverage(enforce_from=date(2018, 6, 6))
    met = only(*judge(june_ticket("T3"), early, june.AS_OF))
    missed = only(*judge(ticket("T", "2018-06-02 09:00"), early, june.AS_OF))
    assert place_of(met, Cohort.DECIDED_IN)[:2] == (Standing.MET_UNENFORCED, at("2018-06-05 09:00"))
    assert place_of(missed, Cohort.STOPPED_IN)[:2] == (Standing.MISSED_UNENFORCED, at("2018-06-02 09:00"))


def june_ticket(number: str) -> Ticket:
    """Return one of the eight tickets."""
    [(_, opened, kind, when)] = [each for each in june.TICKETS if each[0] == number]
    return ticket(number, opened, (kind, when))


def test_an_exempt_ticket_is_counted_beside_whatever_its_clock_shows() -> None:
    exempt = coverage(
        exclusions=(Exclusion("exams", "no changes on exam days", "Head", opened_until=date(2018, 6, 30)),)
    )
    reading = only(*judge(june_ticket("T4"), exempt, june.AS_OF))
    assert verdict_of(reading) is None
    assert place_of(reading, Cohort.DECIDED_IN)[:2] == (Standing.EXEMPT, at("2018-06-12 09:00"))


UPDATES = june.target(kind=TargetKind.UPDATE, limits={ANY_PRIORITY: Limit(4 * HOUR, Unit.OPEN_TIME)})


def exchanges(*events: tuple[str, str], as_of: str = "2018-07-31 00:00") -> Reading:
    """Return the reading of a promise to answer each message within four hours."""
    return only(*judge(ticket("T", "2018-06-01 09:00", *events), coverage(UPDATES), at(as_of)))


def test_a_promise_that_repeats_is_missed_at_its_first_breach_however_long_a_later_one_takes() -> None:
    reading = exchanges(
        ("customer_replied", "2018-06-04 09:00"),
        ("replied", "2018-06-04 14:00"),  # due 13:00: missed by an hour
        ("customer_replied", "2018-07-02 09:00"),
        ("replied", "2018-07-03 09:00"),  # due 13:00: missed by twenty
    )
    verdict = verdict_of(reading)
    assert verdict is not None
    assert (verdict.met, verdict.decided_at) == (False, at("2018-06-04 13:00"))
    assert verdict.stopped_at == at("2018-07-03 09:00")


def test_a_promise_that_repeats_is_met_when_its_last_exchange_is() -> None:
    reading = exchanges(
        ("customer_replied", "2018-06-04 09:00"),
        ("replied", "2018-06-04 12:00"),
        ("customer_replied", "2018-07-02 09:00"),
        ("replied", "2018-07-02 10:00"),
    )
    verdict = verdict_of(reading)
    assert verdict is not None
    assert verdict == (True, at("2018-07-02 10:00"), at("2018-07-02 13:00"), at("2018-07-02 10:00"))


def test_a_promise_that_repeats_has_not_stopped_while_an_exchange_is_open() -> None:
    reading = exchanges(
        ("customer_replied", "2018-06-04 09:00"),
        ("replied", "2018-06-04 14:00"),
        ("customer_replied", "2018-07-02 09:00"),
        as_of="2018-07-02 10:00",
    )
    verdict = verdict_of(reading)
    assert verdict is not None
    assert (verdict.met, verdict.stopped_at) == (False, None)
    assert place_of(reading, Cohort.STOPPED_IN).standing is NOT_STOPPED


def test_a_promise_that_repeats_has_no_verdict_while_an_exchange_is_open_and_none_was_missed() -> None:
    events = [
        ("customer_replied", "2018-06-04 09:00"),
        ("replied", "2018-06-04 12:00"),
        ("customer_replied", "2018-07-02 09:00"),
    ]
    assert verdict_of(exchanges(*events, as_of="2018-07-02 10:00")) is None


def test_every_cohort_says_its_rule() -> None:
    assert all(cohort.rule.startswith("counts each verdict") for cohort in Cohort)
