"""What is delivered of what is required: the eight tickets of `tests.june` counted anew by the limit that users need.

They took 6, 43, 8, 9 and 2 hours; two are open, due at 8 hours and over due; one was cancelled.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servanda.engine.levels import LevelKind
from servanda.engine.requirements import Answer, EstimatedShare, Fit, Gap, Reply, RequiredLevel, Requirement
from servanda.engine.rights import Assignment, Role, Scope
from servanda.engine.targets import Limit
from servanda.queries import requirements as kept
from servanda.queries.required_levels import AT_ONCE, Figures, Measured, figures
from servanda.services import requirements
from servanda.services.requirements import PartyKind
from servanda.store import models
from tests.builders import calendar_days, elapsed_time, open_time
from tests.services import hill

AS_OF = hill.NOW
NEED = Requirement("pupils", "Mail must work again soon.", "mail")


@pytest.fixture
def own(store: str, tmp_path: Path) -> models.Organisation:
    """Return Hill School with its tickets."""
    made = hill.hill(tmp_path)
    hill.take_in(tmp_path)
    return made


def resolved(limit: Limit, share: Fraction = Fraction(9, 10)) -> Requirement:
    """Return the need of mail that works again within a limit."""
    return replace(NEED, level=RequiredLevel(LevelKind.RESOLUTION, limit, share))


def of(need: Requirement, now: datetime = AS_OF) -> Figures:
    """Capture a need and return what stands beside it."""
    number = requirements.capture(hill.KIM, need, now=AS_OF)
    return figures(hill.KIM, [kept.one(hill.KIM, number)], now)[number]


@pytest.mark.parametrize(
    ("limit", "measured"),
    [
        (open_time(hours=1), Measured(0, 7, 0, of_group=False)),
        (open_time(hours=4), Measured(1, 7, 0, of_group=False)),
        (open_time(hours=8), Measured(3, 7, 0, of_group=False)),
        # The two that are open were due sooner than this: nobody knows yet whether they keep it.
        (open_time(hours=9), Measured(4, 5, 2, of_group=False)),
        (open_time(hours=43), Measured(5, 5, 2, of_group=False)),
    ],
)
def test_tickets_are_counted_by_the_limit_that_is_required_not_by_the_one_that_is_agreed(
    own: models.Organisation, limit: Limit, measured: Measured
) -> None:
    assert of(resolved(limit)).measured == measured


@pytest.mark.parametrize(
    "need",
    [
        resolved(elapsed_time(hours=8)),
        resolved(calendar_days(1)),
        replace(resolved(open_time(hours=8)), service="print"),
        replace(NEED, level=RequiredLevel(LevelKind.FIRST_RESPONSE, open_time(hours=8), Fraction(1))),
        replace(NEED, level=RequiredLevel(LevelKind.AVAILABILITY, share=Fraction(99, 100))),
        replace(NEED, level=RequiredLevel(LevelKind.SUPPORT_HOURS, hours="always")),
        NEED,
    ],
    ids=["round the clock", "days", "other service", "first answer", "availability", "hours", "no figure"],
)
def test_what_no_clock_counts_is_not_measured_and_never_nought(own: models.Organisation, need: Requirement) -> None:
    found = of(need)
    assert (found.measured, found.fit) == (None, Fit.UNKNOWN)


def test_a_year_later_what_was_stopped_counts_no_more(own: models.Organisation) -> None:
    later = of(resolved(open_time(hours=8)), datetime(2019, 7, 3, tzinfo=UTC))
    assert later.measured == Measured(0, 2, 0, of_group=False)


def test_tickets_of_the_group_come_before_those_of_everybody(own: models.Organisation) -> None:
    models.Ticket.objects.filter(number__in=["T2", "T5"]).update(customer="pupils")
    assert of(resolved(open_time(hours=8))).measured == Measured(1, 2, 0, of_group=True)
    staff = replace(resolved(open_time(hours=8)), customer="staff")
    assert of(staff).measured == Measured(3, 7, 0, of_group=False)


def test_nobody_learns_from_a_figure_of_tickets_that_they_may_not_see(own: models.Organisation) -> None:
    models.Ticket.objects.filter(number__in=["T2", "T5"]).update(customer="pupils")
    number = requirements.capture(hill.KIM, resolved(open_time(hours=8)), now=AS_OF)
    for customer, measured in (("pupils", Measured(1, 2, 0, of_group=True)), ("staff", None)):
        scope = Scope(customers=frozenset({customer}))
        viewer = replace(hill.KIM, assignments=(Assignment(Role.REPRESENTATIVE, scope),))
        need = kept.one(hill.KIM, number)
        assert figures(viewer, [need], AS_OF)[number].measured == measured


def test_the_clause_that_promises_it_stands_beside_it(own: models.Organisation) -> None:
    enough, short = of(resolved(open_time(hours=8))), of(resolved(open_time(hours=4)))
    assert [(each.version.label, each.target.id) for each in enough.clauses] == [("desk/1", "fix")]
    assert enough.promises_enough(resolved(open_time(hours=8)).level) is True
    assert short.promises_enough(resolved(open_time(hours=4)).level) is False
    other = of(replace(resolved(open_time(hours=8)), service="print"))
    assert (other.clauses, other.promises_enough(resolved(open_time(hours=8)).level)) == ((), None)


def test_an_estimate_stands_in_where_nothing_is_measured_and_nowhere_else(own: models.Organisation) -> None:
    reckoned = EstimatedShare(Fraction(1), "the fault book", date(2018, 6, 30))
    for need, fit in (
        (resolved(open_time(hours=8)), Fit.FALLS_SHORT),  # 3 of 7, whatever is reckoned
        (replace(NEED, level=RequiredLevel(LevelKind.AVAILABILITY, share=Fraction(99, 100))), Fit.MEETS),
    ):
        number = requirements.capture(hill.KIM, need, now=AS_OF)
        requirements.estimate(hill.KIM, number, 1, reckoned, now=AS_OF)
        assert figures(hill.KIM, [kept.one(hill.KIM, number)], AS_OF)[number].fit is fit


def test_the_verdict_follows_from_what_is_delivered_and_what_is_answered(own: models.Organisation) -> None:
    technician = hill.viewer(Role.TECHNICIAN)
    for limit, share, gap in (
        (open_time(hours=43), Fraction(1), Gap.PROMISE),
        (open_time(hours=8), Fraction(9, 10), Gap.IMPROVE),
        (elapsed_time(hours=8), Fraction(9, 10), Gap.MEASURE),
    ):
        number = requirements.capture(hill.KIM, resolved(limit, share), now=AS_OF)
        assert figures(hill.KIM, [kept.one(hill.KIM, number)], AS_OF)[number].gap is Gap.ASK
        requirements.ask(hill.KIM, number, 1, PartyKind.TEAM, "ICT", "Can you?", now=AS_OF)
        assert figures(hill.KIM, [kept.one(hill.KIM, number)], AS_OF)[number].gap is Gap.WAIT
        requirements.answer(technician, number, 1, Answer(Reply.CAN), now=AS_OF + timedelta(minutes=1))
        assert figures(hill.KIM, [kept.one(hill.KIM, number)], AS_OF)[number].gap is gap


def test_one_statement_counts_many_requirements(own: models.Organisation) -> None:
    counts = []
    for number in (1, AT_ONCE - 1, 1):
        for hours in range(number):
            requirements.capture(hill.KIM, resolved(open_time(hours=hours + 1)), now=AS_OF)
        every = kept.requirements(hill.KIM)
        with CaptureQueriesContext(connection) as captured:
            found = figures(hill.KIM, every, AS_OF)
        counts.append(len(captured))
        assert all(each.measured for each in found.values())
    assert counts == [counts[0], counts[0], counts[0] + 1]
