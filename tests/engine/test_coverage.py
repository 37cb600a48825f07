"""Which clause judges a ticket, and why each other candidate does not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from servanda.engine.agreements import (
    NO_PRIORITIES,
    AgreementKind,
    AgreementVersion,
    Book,
    Customer,
    Exclusion,
    Organisation,
    PriorityScheme,
    Service,
    UnknownPriority,
)
from servanda.engine.calendars import Calendar
from servanda.engine.coverage import Cover, Coverage, Refusal, TiedCoverage
from servanda.engine.instants import HOUR
from servanda.engine.targets import ANY_PRIORITY, Limit, Target, TargetKind, Unit

ALWAYS = Calendar.always_open()
SCHEME = PriorityScheme("levels", ("P1", "P5"), matrix={("high", "high"): "P1"})
NOON = datetime(2018, 6, 15, 12, tzinfo=UTC)


def hours(number: int) -> Limit:
    """Return a limit of that many hours."""
    return Limit(number * HOUR, Unit.OPEN_TIME)


def target(id: str = "fix", limit: int = 8, **parts: Any) -> Target:
    """Return a target, by default a resolution in eight hours at any priority."""
    given: dict[str, Any] = {"kind": TargetKind.RESOLUTION, "limits": {ANY_PRIORITY: hours(limit)}, "calendar": ALWAYS}
    return Target(id, **{**given, **parts})


def version(agreement: str, *targets: Target, number: int = 1, **parts: Any) -> AgreementVersion:
    """Return a version of an agreement in London, by default from 2018 with no end."""
    given: dict[str, Any] = {"effective_from": date(2018, 1, 1), "priorities": SCHEME, "kind": AgreementKind.SLA}
    return AgreementVersion(
        agreement, number, name=agreement, zone="Europe/London", targets=targets or (target(),), **{**given, **parts}
    )


def coverage(*versions: AgreementVersion) -> Coverage:
    """Return the coverage of a book of these versions."""
    book = Book(
        Organisation("provider", "Provider", "Europe/London"),
        customers=(Customer("acme", "Acme"), Customer("beta", "Beta")),
        services=(Service("mail", "E-mail"), Service("print", "Printing")),
        calendars=(ALWAYS,),
        priorities=(SCHEME,),
        versions=versions,
    )
    return Coverage(book)


def only(covers: tuple[Cover, ...]) -> Cover:
    """Return the one cover there is."""
    (cover,) = covers
    return cover


CORPORATE = version("corporate", target(limit=40))
FOR_MAIL = version("mail", target(limit=24), services=frozenset({"mail"}))
FOR_ACME = version("acme", target(limit=16), customers=frozenset({"acme"}))
FOR_ACME_MAIL = version("acme-mail", target(limit=8), services=frozenset({"mail"}), customers=frozenset({"acme"}))
STARTER = version("starter", target(limit=80), starter=True)


@pytest.mark.parametrize(
    ("service", "customer", "winner"),
    [
        ("mail", "acme", "acme-mail/1"),
        ("print", "acme", "acme/1"),
        ("mail", "beta", "mail/1"),
        ("print", "beta", "corporate/1"),
        ("", "", "corporate/1"),
    ],
)
def test_the_most_specific_clause_wins(service: str, customer: str, winner: str) -> None:
    all_levels = coverage(STARTER, CORPORATE, FOR_MAIL, FOR_ACME, FOR_ACME_MAIL)
    cover = only(all_levels.of(opened_at=NOON, service=service, customer=customer))
    assert cover.state == "covered"
    assert cover.version is not None
    assert cover.version.label == winner
    assert len(cover.refused) == 4


def test_a_clause_for_a_customer_comes_before_one_for_a_service() -> None:
    cover = only(coverage(FOR_MAIL, FOR_ACME).of(opened_at=NOON, service="mail", customer="acme"))
    assert cover.limit == hours(16)
    assert cover.reason == "'fix' of acme/1 is the most specific clause (customer) for it"
    assert cover.refused == (Refusal("mail/1", "fix", "is less specific (service) than 'fix' of acme/1 (customer)"),)


def test_assumed_levels_hold_only_where_no_agreement_does() -> None:
    held = coverage(STARTER, FOR_MAIL)
    assert only(held.of(opened_at=NOON, service="mail")).limit == hours(24)
    assert only(held.of(opened_at=NOON, service="print")).limit == hours(80)


def test_the_winner_is_chosen_for_each_kind_of_target() -> None:
    answer = target("answer", kind=TargetKind.FIRST_RESPONSE)
    book = coverage(version("corporate", answer, target()), FOR_ACME)
    response, resolution = book.of(opened_at=NOON, customer="acme")
    assert (response.kind, response.version and response.version.label) == (TargetKind.FIRST_RESPONSE, "corporate/1")
    assert (resolution.kind, resolution.version and resolution.version.label) == (TargetKind.RESOLUTION, "acme/1")


def test_hand_overs_are_covered_for_each_party() -> None:
    parts: dict[str, Any] = {"kind": TargetKind.HAND_OVER}
    network = version("network", target("take", 2, party="Network team", **parts), kind=AgreementKind.OLA)
    copier = version("copier", target("take", 72, party="Copier company", **parts), kind=AgreementKind.OLA)
    covers = coverage(network, copier).of(opened_at=NOON)
    assert [(cover.party, cover.limit) for cover in covers] == [
        ("Network team", hours(2)),
        ("Copier company", hours(72)),
    ]


class TestScope:
    def test_a_target_may_be_narrower_than_its_version(self) -> None:
        book = coverage(version("desk", target(), target("fix-mail", 2, services=frozenset({"mail"}))))
        assert only(book.of(opened_at=NOON, service="mail")).limit == hours(2)
        assert only(book.of(opened_at=NOON, service="print")).limit == hours(8)

    def test_a_target_for_another_customer_is_refused_by_name(self) -> None:
        cover = only(coverage(FOR_ACME).of(opened_at=NOON, customer="beta", service="mail"))
        assert cover.state == "not covered"
        assert cover.target is None
        assert cover.reason == (
            "none of the targets of kind resolution in force covers service 'E-mail' of customer 'Beta'"
        )
        assert cover.refused == (Refusal("acme/1", "fix", "covers customer 'Acme', the ticket is of 'Beta'"),)

    def test_a_target_for_another_service_is_refused_by_name(self) -> None:
        cover = only(coverage(FOR_MAIL).of(opened_at=NOON, service="print"))
        assert cover.refused == (Refusal("mail/1", "fix", "covers service 'E-mail', the ticket is of 'Printing'"),)

    def test_a_ticket_that_names_no_service_is_not_covered_by_a_clause_for_one(self) -> None:
        cover = only(coverage(FOR_MAIL).of(opened_at=NOON))
        assert cover.refused == (Refusal("mail/1", "fix", "covers service 'E-mail', the ticket names none"),)
        assert cover.reason.endswith("a ticket that names neither service nor customer")

    def test_long_scopes_are_cut_short_in_reasons(self) -> None:
        services = tuple(Service(f"s{number}", f"Service {number}") for number in range(5))
        one = version("wide", services=frozenset(each.id for each in services))
        book = Book(
            Organisation("o", "O", "UTC"), services=services, calendars=(ALWAYS,), priorities=(SCHEME,), versions=(one,)
        )
        cover = only(Coverage(book).of(opened_at=NOON, service="other"))
        assert cover.refused[0].reason == (
            "covers service 'Service 0', 'Service 1', 'Service 2' and 2 more, the ticket is of 'other'"
        )


class TestDates:
    FIRST = version("desk", effective_until=date(2018, 3, 31))
    SECOND = version("desk", target(limit=4), number=2, effective_from=date(2018, 4, 1))

    def test_the_version_in_force_when_the_ticket_was_opened_judges_it(self) -> None:
        book = coverage(self.FIRST, self.SECOND)
        # London is at UTC+1 from 25 March 2018, so 1 April begins at 23:00 UTC.
        before = only(book.of(opened_at=datetime(2018, 3, 31, 22, 59, 59, 999_999, tzinfo=UTC)))
        after = only(book.of(opened_at=datetime(2018, 3, 31, 23, tzinfo=UTC)))
        assert (before.limit, after.limit) == (hours(8), hours(4))

    def test_a_version_that_has_not_begun_is_refused_with_both_dates(self) -> None:
        cover = only(coverage(self.FIRST, self.SECOND).of(opened_at=datetime(2018, 3, 30, 12, tzinfo=UTC)))
        assert cover.refused == (
            Refusal("desk/2", "fix", "starts on 2018-04-01 (version 2), after the ticket was opened on 2018-03-30"),
        )

    def test_a_version_that_has_ended_is_refused_with_both_dates(self) -> None:
        cover = only(coverage(self.FIRST, self.SECOND).of(opened_at=datetime(2018, 4, 2, 12, tzinfo=UTC)))
        assert cover.refused == (
            Refusal("desk/1", "fix", "ended on 2018-03-31 (version 1), before the ticket was opened on 2018-04-02"),
        )

    def test_a_version_without_an_end_judges_until_the_next_begins(self) -> None:
        book = coverage(replace(self.FIRST, effective_until=None), self.SECOND)
        before = only(book.of(opened_at=datetime(2018, 3, 31, 22, 59, 59, 999_999, tzinfo=UTC)))
        after = only(book.of(opened_at=datetime(2018, 3, 31, 23, tzinfo=UTC)))
        assert (before.limit, after.limit) == (hours(8), hours(4))
        assert [each.reason for each in after.refused] == [
            "ended on 2018-03-31 (version 1), before the ticket was opened on 2018-04-01"
        ]

    def test_a_version_that_was_ended_judges_up_to_its_last_day(self) -> None:
        book = coverage(replace(self.FIRST, effective_until=None, ended_on=date(2018, 3, 15)), self.SECOND)
        assert only(book.of(opened_at=datetime(2018, 3, 15, 23, 59, tzinfo=UTC))).limit == hours(8)
        after = only(book.of(opened_at=datetime(2018, 3, 16, tzinfo=UTC)))
        assert after.state == "not covered"
        assert after.refused[0].reason == "ended on 2018-03-15 (version 1), before the ticket was opened on 2018-03-16"

    def test_the_date_given_is_that_of_the_agreements_own_zone(self) -> None:
        cover = only(coverage(self.FIRST, self.SECOND).of(opened_at=datetime(2018, 3, 31, 23, 30, tzinfo=UTC)))
        assert cover.refused[0].reason.endswith("the ticket was opened on 2018-04-01")

    def test_each_ticket_gets_its_own_date_in_the_reasons(self) -> None:
        book = coverage(self.FIRST, self.SECOND)
        days = [datetime(2018, 3, day, 12, tzinfo=UTC) for day in (1, 2, 1)]
        reasons = [only(book.of(opened_at=at)).refused[0].reason[-10:] for at in days]
        assert reasons == ["2018-03-01", "2018-03-02", "2018-03-01"]

    def test_a_ticket_opened_before_every_agreement_is_not_covered(self) -> None:
        cover = only(coverage(self.FIRST).of(opened_at=datetime(2017, 12, 31, 12, tzinfo=UTC)))
        assert cover.state == "not covered"
        assert cover.reason == ("no version with targets of kind resolution was in force when the ticket was opened")


class TestPriority:
    BY_CODE = version("desk", target(limits={"P1": hours(4)}))

    def test_a_priority_without_a_limit_is_not_covered(self) -> None:
        cover = only(coverage(self.BY_CODE).of(opened_at=NOON, priority="P5"))
        assert cover.state == "not covered"
        assert cover.reason == "'fix' of desk/1 has no limit for priority P5"
        assert cover.refused == (Refusal("desk/1", "fix", "has no limit for priority P5"),)

    def test_a_priority_of_which_a_clause_says_nothing_is_looked_for_in_a_wider_one(self) -> None:
        narrow = replace(self.BY_CODE, agreement="acme", customers=frozenset({"acme"}))
        cover = only(coverage(narrow, CORPORATE).of(opened_at=NOON, customer="acme", priority="P5"))
        assert cover.limit == hours(40)
        assert cover.refused == (Refusal("acme/1", "fix", "has no limit for priority P5"),)

    def test_a_priority_agreed_to_have_no_limit_is_not_looked_for_in_a_wider_clause(self) -> None:
        agreed_none = target(limits={"P1": hours(4)}, unlimited=frozenset({"P5"}))
        narrow = version("acme", agreed_none, customers=frozenset({"acme"}))
        cover = only(coverage(narrow, CORPORATE).of(opened_at=NOON, customer="acme", priority="P5"))
        assert (cover.state, cover.limit) == ("not covered", None)
        assert cover.reason == "'fix' of acme/1 agrees no limit for priority P5"
        assert cover.refused[0].reason == "is less specific (corporate) than 'fix' of acme/1 (customer)"

    def test_a_ticket_without_a_priority_falls_under_a_limit_for_any_only(self) -> None:
        assert only(coverage(CORPORATE).of(opened_at=NOON)).limit == hours(40)
        cover = only(coverage(self.BY_CODE).of(opened_at=NOON))
        assert cover.refused[0].reason == "has limits by priority only, the ticket has none"

    def test_impact_and_urgency_choose_the_limit_by_the_versions_own_matrix(self) -> None:
        cover = only(coverage(self.BY_CODE).of(opened_at=NOON, impact="high", urgency="high"))
        assert cover.limit == hours(4)

    def test_a_priority_that_the_agreement_does_not_know_rejects_the_ticket(self) -> None:
        with pytest.raises(UnknownPriority, match="Priority 'P9' is not in priority scheme 'levels'"):
            coverage(self.BY_CODE).of(opened_at=NOON, priority="P9")

    def test_a_scheme_of_a_clause_for_others_has_no_say(self) -> None:
        others = replace(self.BY_CODE, customers=frozenset({"acme"}))
        assert only(coverage(others).of(opened_at=NOON, customer="beta", priority="P9")).state == "not covered"

    def test_a_priority_known_to_one_clause_is_a_reason_to_refuse_the_other(self) -> None:
        for_acme = replace(self.BY_CODE, agreement="acme", customers=frozenset({"acme"}))
        plain = version("plain", target(limit=40), priorities=NO_PRIORITIES)
        cover = only(coverage(for_acme, plain).of(opened_at=NOON, customer="acme", priority="P9"))
        assert cover.limit == hours(40)
        assert cover.refused[0].reason == "has the priority scheme 'levels', which does not know the ticket's priority"


class TestExclusions:
    FREEZE = Exclusion(
        "exams", "no changes in exams", "Head", opened_from=date(2018, 6, 11), opened_until=date(2018, 6, 15)
    )
    DRILL = Exclusion("drill", "alarm test", "Head", tickets=frozenset({"1042"}))
    DESK = version("desk", exclusions=(FREEZE, DRILL))

    def test_a_ticket_left_out_is_exempt_with_the_reason_and_who_approved_it(self) -> None:
        cover = only(coverage(self.DESK).of(opened_at=NOON, ticket="7"))
        assert cover.state == "exempt"
        assert cover.reason == "left out by 'exams' of desk/1: no changes in exams (approved by Head)"
        assert cover.limit == hours(8)

    def test_dates_of_an_exclusion_are_those_of_the_versions_zone(self) -> None:
        book = coverage(self.DESK)
        # 15 June ends at 23:00 UTC in London.
        assert only(book.of(opened_at=datetime(2018, 6, 15, 22, 59, tzinfo=UTC))).state == "exempt"
        assert only(book.of(opened_at=datetime(2018, 6, 15, 23, 0, tzinfo=UTC))).state == "covered"

    def test_one_ticket_may_be_left_out_by_number(self) -> None:
        book, at = coverage(self.DESK), datetime(2018, 7, 1, 12, tzinfo=UTC)
        assert only(book.of(opened_at=at, ticket="1042")).state == "exempt"
        assert only(book.of(opened_at=at, ticket="1043")).state == "covered"

    def test_an_exclusion_of_a_clause_that_does_not_judge_has_no_say(self) -> None:
        book = coverage(self.DESK, FOR_ACME)
        assert only(book.of(opened_at=NOON, customer="acme")).state == "covered"


class TestTies:
    def test_two_clauses_of_one_level_are_never_decided_by_their_order(self) -> None:
        one, two = version("one"), version("two", target("mend"))
        for versions in ((one, two), (two, one)):
            with pytest.raises(TiedCoverage, match="both cover the ticket on the level 'corporate'"):
                coverage(*versions).of(opened_at=NOON)

    def test_a_tie_on_a_wider_level_does_not_matter_where_a_narrower_clause_decides(self) -> None:
        book = coverage(version("one"), version("two"), FOR_ACME)
        assert only(book.of(opened_at=NOON, customer="acme")).limit == hours(16)

    def test_clauses_of_one_level_for_different_priorities_do_not_tie(self) -> None:
        urgent = version("urgent", target(limits={"P1": hours(1)}))
        rest = version("rest", target(limits={"P5": hours(90)}))
        book = coverage(urgent, rest)
        assert only(book.of(opened_at=NOON, priority="P1")).limit == hours(1)
        assert only(book.of(opened_at=NOON, priority="P5")).limit == hours(90)


def test_tens_of_thousands_of_tickets_are_answered_from_the_cases_worked_out(
    figure: Callable[[str, object], None],
) -> None:
    services = tuple(Service(f"s{number}", f"S{number}") for number in range(40))
    targets = tuple(target(f"t{number}", services=frozenset({f"s{number}"})) for number in range(40))
    first = version("desk", *targets, effective_until=date(2018, 6, 30))
    second = version("desk", *targets, number=2, effective_from=date(2018, 7, 1))
    book = Book(Organisation("o", "O", "UTC"), (), services, (ALWAYS,), (SCHEME,), (first, second))
    of_book = Coverage(book)
    at = [datetime(2018, 1 + number % 12, 1 + number % 28, 9, tzinfo=UTC) for number in range(336)]
    covers = [
        only(of_book.of(opened_at=at[number % 336], service=f"s{number % 40}", priority="P1"))
        for number in range(40_000)
    ]
    figure("cases worked out for 40,000 tickets", len({id(cover) for cover in covers}))
    assert all(cover.state == "covered" and len(cover.refused) == 79 for cover in covers)
    assert len({id(cover) for cover in covers}) <= 336 * 40
