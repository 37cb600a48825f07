"""Agreement versions and books: what is in force when, what identifies a version, and what is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from servanda.engine.agreements import (
    NO_PRIORITIES,
    AgreementKind,
    AgreementVersion,
    Book,
    Credits,
    CreditTier,
    Customer,
    Exclusion,
    InvalidAgreement,
    Money,
    Organisation,
    Party,
    PriorityScheme,
    Service,
    Signature,
    UnknownPriority,
    WorkloadLimit,
    followed_at,
    gaps,
    overlaps,
)
from servanda.engine.calendars import Calendar
from servanda.engine.instants import HOUR
from servanda.engine.shifts import Shift
from servanda.engine.targets import ANY_PRIORITY, Limit, Target, TargetKind, Unit
from servanda.engine.zones import UnknownZone

ALWAYS = Calendar.always_open()
OFFICE = Calendar("office", "Europe/London", ((Shift(8 * 3600, 17 * 3600),),) * 5 + ((), ()))
SCHEME = PriorityScheme(
    "school",
    ("P1", "P2"),
    matrix={("high", "high"): "P1", ("high", "low"): "P2"},
    values={"Urgent": "P1"},
)
FIX = Target("fix", TargetKind.RESOLUTION, {ANY_PRIORITY: Limit(4 * HOUR, Unit.OPEN_TIME)}, OFFICE)
ANSWER = Target("answer", TargetKind.FIRST_RESPONSE, {"P1": Limit(HOUR, Unit.OPEN_TIME)}, OFFICE)
DESK = AgreementVersion(
    agreement="service-desk",
    number=1,
    kind=AgreementKind.SLA,
    name="Service desk",
    zone="Europe/London",
    effective_from=date(2026, 4, 1),
    effective_until=date(2026, 8, 31),
    targets=(FIX, ANSWER),
    calendar=OFFICE,
    priorities=SCHEME,
    pause_reasons=frozenset({"waiting for user"}),
)
SCHOOL = Organisation("hill-school", "Hill School", "Europe/London")


def book(*versions: AgreementVersion, **parts: object) -> Book:
    """Return a book of these versions and what they refer to."""
    given = {"calendars": (OFFICE,), "priorities": (SCHEME,), "versions": versions}
    return Book(SCHOOL, **{**given, **parts})  # type: ignore[arg-type]  # any field


class TestPriorityScheme:
    def test_a_priority_recorded_at_the_source_comes_before_impact_and_urgency(self) -> None:
        assert SCHEME.code(impact="high", urgency="low", value="P1") == "P1"
        assert SCHEME.code(impact="high", urgency="low", value="Urgent") == "P1"

    def test_impact_and_urgency_give_the_priority_where_none_was_recorded(self) -> None:
        assert SCHEME.code(impact="high", urgency="low") == "P2"

    def test_a_ticket_that_carries_nothing_has_no_priority(self) -> None:
        assert SCHEME.code() == ""

    @pytest.mark.parametrize("ticket", [{"value": "P9"}, {"impact": "high", "urgency": "none"}, {"impact": "high"}])
    def test_a_word_the_scheme_does_not_know_is_refused_and_not_guessed(self, ticket: dict[str, str]) -> None:
        with pytest.raises(UnknownPriority):
            SCHEME.code(**ticket)

    def test_without_codes_every_ticket_is_alike(self) -> None:
        assert NO_PRIORITIES.code(impact="high", urgency="low", value="P9") == ""

    @pytest.mark.parametrize(
        "make",
        [
            lambda: PriorityScheme("s", ("P1", "P1")),
            lambda: PriorityScheme("s", ("P1", "*")),
            lambda: PriorityScheme("s", ("",)),
            lambda: PriorityScheme("s", ("P1",), values={"Low": "P4"}),
            lambda: PriorityScheme("s", ("P1",), matrix={("high", "high"): "P0"}),
        ],
    )
    def test_codes_given_twice_or_not_listed_are_refused(self, make: Callable[[], PriorityScheme]) -> None:
        with pytest.raises(InvalidAgreement):
            make()


class TestVersion:
    def test_a_version_is_in_force_from_its_first_midnight_to_its_last_in_its_own_zone(self) -> None:
        # London is an hour ahead of UTC in summer: 1 April begins at 23:00 UTC on 31 March.
        assert DESK.begins_at == datetime(2026, 3, 31, 23, tzinfo=UTC)
        assert DESK.ends_at == datetime(2026, 8, 31, 23, tzinfo=UTC)
        assert not DESK.covers_instant(datetime(2026, 3, 31, 22, 59, 59, tzinfo=UTC))
        assert DESK.covers_instant(datetime(2026, 3, 31, 23, tzinfo=UTC))
        assert DESK.covers_instant(datetime(2026, 8, 31, 22, 59, 59, tzinfo=UTC))
        assert not DESK.covers_instant(datetime(2026, 8, 31, 23, tzinfo=UTC))

    def test_a_version_without_an_end_stays_in_force(self) -> None:
        lasting = replace(DESK, effective_until=None)
        assert lasting.ends_at is None
        assert lasting.covers_instant(datetime(2126, 1, 1, tzinfo=UTC))

    def test_verdicts_before_enforcement_do_not_count(self) -> None:
        version = replace(DESK, enforce_from=date(2026, 5, 1))
        assert not version.counts(datetime(2026, 4, 30, 22, 59, tzinfo=UTC))
        assert version.counts(datetime(2026, 4, 30, 23, tzinfo=UTC))
        assert DESK.counts(datetime(2026, 4, 1, tzinfo=UTC))

    def test_it_is_cited_by_agreement_and_number(self) -> None:
        assert DESK.label == "service-desk/1"

    def test_by_default_pauses_stop_every_clock_but_that_of_the_first_response(self) -> None:
        assert DESK.pauses_of(FIX) == {"waiting for user"}
        assert DESK.pauses_of(ANSWER) == set()

    def test_a_target_may_say_which_pauses_stop_its_own_clock(self) -> None:
        assert DESK.pauses_of(replace(ANSWER, pauses=frozenset({"waiting for user"}))) == {"waiting for user"}
        assert DESK.pauses_of(replace(FIX, pauses=frozenset())) == set()

    @pytest.mark.parametrize(
        ("change", "check"),
        [
            ({"agreement": ""}, "ids"),
            ({"number": 0}, "ids"),
            ({"effective_until": date(2026, 3, 31)}, "dates"),
            ({"effective_from": date(1, 1, 1), "effective_until": None}, "dates"),
            ({"effective_until": date(9999, 12, 31)}, "dates"),
            ({"enforce_from": date(2026, 3, 31)}, "dates"),
            ({"enforce_from": date(2026, 9, 1)}, "dates"),
            ({"targets": ()}, "targets"),
            ({"targets": (FIX, FIX)}, "ids"),
            ({"targets": (replace(ANSWER, limits={"P9": Limit(1, Unit.OPEN_TIME)}),)}, "limits"),
            ({"targets": (replace(FIX, unlimited=frozenset({"P9"})),)}, "limits"),
            ({"targets": (replace(FIX, pauses=frozenset({"lunch"})),)}, "pauses"),
            ({"services": frozenset({"a"}), "targets": (replace(FIX, services=frozenset({"b"})),)}, "scope"),
            ({"customers": frozenset({"a"}), "targets": (replace(FIX, customers=frozenset({"b"})),)}, "scope"),
            ({"kind": AgreementKind.OLA, "targets": (FIX,)}, "kind"),
            ({"kind": AgreementKind.UNDERPINNING_CONTRACT, "targets": (FIX,)}, "kind"),
            (
                {"credits": Credits(Money(Decimal(1), "EUR"), "month", (CreditTier("x", Fraction(1), Fraction(1)),))},
                "credits",
            ),
        ],
    )
    def test_a_version_that_contradicts_itself_is_refused(self, change: dict[str, object], check: str) -> None:
        with pytest.raises(InvalidAgreement) as refusal:
            replace(DESK, **change)  # type: ignore[arg-type]  # any field
        assert {fault.check for fault in refusal.value.faults} == {check}

    def test_every_contradiction_is_told_at_once_with_the_target_it_is_in(self) -> None:
        with pytest.raises(InvalidAgreement) as refusal:
            replace(
                DESK,
                effective_until=date(2026, 3, 31),
                targets=(replace(FIX, pauses=frozenset({"lunch"})), ANSWER),
            )
        assert [(fault.check, fault.part) for fault in refusal.value.faults] == [("dates", ""), ("pauses", "fix")]

    def test_an_unknown_zone_is_refused(self) -> None:
        with pytest.raises(UnknownZone):
            replace(DESK, zone="Europe/Lodnon")


class TestContentHash:
    """The hash stands in signed files: if one of these changes, every signature in the world is broken."""

    def test_the_hash_of_a_version_never_changes(self) -> None:
        assert DESK.content_hash() == ("sha256:b1daa96ddf10ac676a7572488e8571eca5e982c37e6f3b87fd75345827a409f6")

    def test_the_canonical_form_leaves_out_what_has_its_default(self) -> None:
        form = DESK.canonical()
        assert form["form"] == "servanda-version/1"
        assert "starter" not in form
        assert form["targets"][0]["limits"] == {"*": {"amount": 14_400_000_000, "unit": "open time"}}

    def test_the_signature_is_no_part_of_what_is_signed(self) -> None:
        signed = replace(DESK, signed=Signature(date(2026, 3, 1), DESK.content_hash()))
        assert signed.content_hash() == DESK.content_hash()

    @pytest.mark.parametrize(
        "change",
        [
            {"number": 2},
            {"name": "Help desk"},
            {"effective_until": None},
            {"enforce_from": date(2026, 5, 1)},
            {"owner": "Head of ICT"},
            {"targets": (FIX,)},
            {"targets": (replace(FIX, limits={ANY_PRIORITY: Limit(5 * HOUR, Unit.OPEN_TIME)}), ANSWER)},
            {"calendar": replace(OFFICE, holidays={date(2026, 5, 4): "Bank holiday"})},
            {"priorities": replace(SCHEME, values={"Urgent": "P2"})},
            {"pause_reasons": frozenset()},
            {"parties": (Party("provider", "ICT support"),)},
        ],
    )
    def test_any_change_of_content_changes_the_hash(self, change: dict[str, object]) -> None:
        changed = replace(DESK, **change)  # type: ignore[arg-type]  # any field
        assert changed.content_hash() != DESK.content_hash()

    def test_an_order_that_means_nothing_does_not_change_the_hash(self) -> None:
        turned = replace(SCHEME, matrix=dict(reversed(list(SCHEME.matrix.items()))))
        assert replace(DESK, priorities=turned).content_hash() == DESK.content_hash()

    def test_amounts_of_money_are_the_same_with_and_without_trailing_zeros(self) -> None:
        tiers = (CreditTier("fix", Fraction(9, 10), Fraction(1, 10)),)
        hashes = {
            replace(DESK, credits=Credits(Money(Decimal(text), "EUR"), "month", tiers)).content_hash()
            for text in ("1250", "1250.0", "1250.00", "1.25E+3")
        }
        assert len(hashes) == 1

    def test_a_later_end_is_no_part_of_the_content(self) -> None:
        ended = replace(DESK, ended_on=date(2026, 6, 30))
        assert ended.content_hash() == DESK.content_hash()
        assert AgreementVersion.from_canonical(ended.canonical(), ended_on=date(2026, 6, 30)) == ended

    def test_a_later_end_ends_the_version(self) -> None:
        ended = replace(DESK, ended_on=date(2026, 6, 30))
        assert ended.last_day == date(2026, 6, 30)
        assert ended.ends_at == datetime(2026, 6, 30, 23, tzinfo=UTC)
        assert replace(DESK, effective_until=None, ended_on=DESK.effective_from).last_day == DESK.effective_from

    @pytest.mark.parametrize("day", ["2026-03-31", "2026-09-01"])
    def test_a_later_end_lies_within_the_dates_of_the_version(self, day: str) -> None:
        with pytest.raises(InvalidAgreement, match=f"was ended on {day}, outside its dates"):
            replace(DESK, ended_on=date.fromisoformat(day))


class TestParts:
    def test_an_exclusion_leaves_out_tickets_that_fit_every_condition_given(self) -> None:
        freeze = Exclusion(
            "exams",
            "no changes on exam days",
            "Head",
            services=frozenset({"classroom"}),
            opened_from=date(2026, 5, 11),
            opened_until=date(2026, 5, 22),
        )

        def left_out(on: date, service: str) -> bool:
            return freeze.leaves_out(opened_on=on, service=service, customer="", ticket="1")

        assert left_out(date(2026, 5, 11), "classroom")
        assert left_out(date(2026, 5, 22), "classroom")
        assert not left_out(date(2026, 5, 10), "classroom")
        assert not left_out(date(2026, 5, 23), "classroom")
        assert not left_out(date(2026, 5, 11), "printing")

    def test_an_exclusion_may_name_tickets_or_customers(self) -> None:
        named = Exclusion("drill", "alarm test", "Head", tickets=frozenset({"7"}), customers=frozenset({"office"}))
        assert named.leaves_out(opened_on=date(2026, 1, 1), service="", customer="office", ticket="7")
        assert not named.leaves_out(opened_on=date(2026, 1, 1), service="", customer="teachers", ticket="7")
        assert not named.leaves_out(opened_on=date(2026, 1, 1), service="", customer="office", ticket="8")

    @pytest.mark.parametrize(
        "make",
        [
            lambda: Exclusion("x", "", "Head", tickets=frozenset({"1"})),
            lambda: Exclusion("x", "alarm test", "", tickets=frozenset({"1"})),
            lambda: Exclusion("x", "alarm test", "Head"),
            lambda: Exclusion("x", "r", "Head", opened_from=date(2026, 2, 1), opened_until=date(2026, 1, 1)),
            lambda: Money(Decimal(1), "euro"),
            lambda: Money(Decimal(-1), "EUR"),
            lambda: Money(Decimal("NaN"), "EUR"),
            lambda: CreditTier("fix", Fraction(11, 10), Fraction(1, 10)),
            lambda: CreditTier("fix", Fraction(9, 10), Fraction(0)),
            lambda: Credits(Money(Decimal(1), "EUR"), "fortnight", ()),
            lambda: Credits(Money(Decimal(1), "EUR"), "month", (), cap=Fraction(2)),
            lambda: WorkloadLimit("w", 0, "month"),
            lambda: WorkloadLimit("w", 1, "fortnight"),
            lambda: Signature(date(2026, 1, 1), "sha256:short"),
        ],
    )
    def test_parts_that_make_no_sense_are_refused(self, make: Callable[[], object]) -> None:
        with pytest.raises(InvalidAgreement):
            make()


class TestBook:
    def test_versions_that_follow_each_other_are_a_book(self) -> None:
        second = replace(DESK, number=2, effective_from=date(2026, 9, 1), effective_until=None)
        whole = book(second, DESK)
        assert whole.agreements() == {"service-desk": [DESK, second]}
        assert list(overlaps(whole.versions)) == []
        assert list(gaps(whole.versions)) == []

    @pytest.mark.parametrize(
        ("dates", "told"),
        [
            (
                {"effective_from": date(1, 1, 1)},
                "begins on 0001-01-01, outside the years 1900 to 2199. Correct 'from'.",
            ),
            (
                {"effective_until": date(9999, 12, 31)},
                "ends on 9999-12-31, outside the years 1900 to 2199. "
                "Correct 'until', or leave it out where no end is agreed.",
            ),
        ],
    )
    def test_a_date_out_of_reach_is_told_with_the_key_that_is_at_fault(self, dates: dict[str, Any], told: str) -> None:
        with pytest.raises(InvalidAgreement) as refusal:
            replace(DESK, **dates)
        assert [fault.sentence for fault in refusal.value.faults] == [f"Agreement version service-desk/1 {told}"]

    def test_versions_in_force_at_once_are_refused_with_the_date_to_mend(self) -> None:
        second = replace(DESK, number=2, effective_from=date(2026, 8, 31), effective_until=None)
        with pytest.raises(InvalidAgreement, match="End version 1 with 'until: 2026-08-30'"):
            book(DESK, second)

    def test_a_version_without_an_end_lasts_until_the_next_begins(self) -> None:
        first, second, third = self.open_ended("2026-04-01", "2026-09-01", "2027-01-01")
        whole = book(third, first, second)
        assert followed_at(whole.versions) == {
            "service-desk/1": datetime(2026, 8, 31, 23, tzinfo=UTC),
            "service-desk/2": datetime(2027, 1, 1, tzinfo=UTC),
        }
        assert list(gaps(whole.versions)) == []

    def test_a_version_without_an_end_is_not_followed_by_one_of_a_lower_number(self) -> None:
        first, second = self.open_ended("2026-09-01", "2026-04-01")
        assert followed_at([first, second]) == {}
        with pytest.raises(InvalidAgreement, match="are both in force from 2026-09-01"):
            book(first, second)

    def test_a_version_without_an_end_is_followed_by_the_first_that_begins_whatever_its_number(self) -> None:
        first, second, third = self.open_ended("2026-04-01", "2026-06-01", "2026-05-01")
        assert followed_at([first, second, third]) == {"service-desk/1": datetime(2026, 4, 30, 23, tzinfo=UTC)}
        with pytest.raises(InvalidAgreement, match="service-desk/3 and service-desk/2 are both in force"):
            book(first, second, third)

    def test_two_versions_without_an_end_from_one_day_are_refused(self) -> None:
        with pytest.raises(InvalidAgreement, match="both begin on 2026-04-01"):
            book(*self.open_ended("2026-04-01", "2026-04-01"))

    def test_in_another_zone_the_next_version_takes_over_at_its_own_first_instant(self) -> None:
        first, second = self.open_ended("2026-04-01", "2026-09-01")
        for zone in ("Asia/Tokyo", "America/New_York"):
            assert list(overlaps([first, replace(second, zone=zone)])) == []
        assert followed_at([first, replace(second, zone="Asia/Tokyo")]) == {
            "service-desk/1": datetime(2026, 8, 31, 15, tzinfo=UTC)
        }

    def open_ended(self, *begins: str) -> list[AgreementVersion]:
        """Return versions, numbered from 1, that begin on these days and have no end."""
        return [
            replace(DESK, number=number, effective_from=date.fromisoformat(day), effective_until=None)
            for number, day in enumerate(begins, 1)
        ]

    def test_an_end_agreed_later_makes_room_for_the_next_version(self) -> None:
        second = replace(DESK, number=2, effective_from=date(2026, 7, 1))
        whole = book(replace(DESK, ended_on=date(2026, 6, 30)), second)
        assert list(gaps(whole.versions)) == []

    def test_a_signed_version_that_reaches_into_the_next_is_to_be_ended_and_not_edited(self) -> None:
        signed = replace(DESK, signed=Signature(date(2026, 3, 1), DESK.content_hash()))
        with pytest.raises(InvalidAgreement, match="End version 1 with 'ended: 2026-06-30'"):
            book(signed, replace(DESK, number=2, effective_from=date(2026, 7, 1)))

    def test_two_versions_from_one_date_are_refused(self) -> None:
        with pytest.raises(InvalidAgreement, match="both begin on 2026-04-01"):
            book(DESK, replace(DESK, number=2))

    def test_days_between_two_versions_are_a_gap_and_no_fault(self) -> None:
        second = replace(DESK, number=2, effective_from=date(2026, 9, 2), effective_until=None)
        assert list(gaps(book(DESK, second).versions)) == [(DESK, second)]

    def test_versions_of_two_agreements_may_be_in_force_at_once(self) -> None:
        assert len(book(DESK, replace(DESK, agreement="registration")).versions) == 2

    @pytest.mark.parametrize(
        ("parts", "sentence"),
        [
            ({"calendars": ()}, "uses a calendar that is not in the book"),
            ({"priorities": ()}, "uses a priority scheme that is not in the book"),
            ({"calendars": (OFFICE, OFFICE)}, "Two calendars have the id 'office'"),
            ({"priorities": (SCHEME, SCHEME)}, "Two priority schemes have the id 'school'"),
            ({"services": (Service("a", "A"), Service("a", "B"))}, "Two services have the id 'a'"),
            ({"customers": (Customer("a", "A"), Customer("a", "B"))}, "Two customers have the id 'a'"),
        ],
    )
    def test_a_book_holds_what_its_versions_refer_to_once(self, parts: dict[str, object], sentence: str) -> None:
        with pytest.raises(InvalidAgreement, match=sentence):
            book(DESK, **parts)

    def test_versions_may_each_hold_another_content_of_one_calendar(self) -> None:
        changed = replace(OFFICE, holidays={date(2026, 12, 25): "Christmas Day"})
        fix = replace(FIX, calendar=changed)
        second = replace(
            DESK, number=2, effective_from=date(2026, 9, 1), effective_until=None, targets=(fix,), calendar=changed
        )
        assert len(book(DESK, second, calendars=(OFFICE, changed)).calendars) == 2

    @pytest.mark.parametrize("scope", ["services", "customers"])
    def test_services_and_customers_are_listed_before_they_are_named(self, scope: str) -> None:
        with pytest.raises(InvalidAgreement, match="that is not listed"):
            book(replace(DESK, **{scope: frozenset({"unknown"})}))  # type: ignore[arg-type]  # any field

    def test_an_agreement_keeps_its_kind_and_name(self) -> None:
        second = replace(DESK, number=2, name="Help desk", effective_from=date(2026, 9, 1), effective_until=None)
        with pytest.raises(InvalidAgreement, match="differ in kind or name"):
            book(DESK, second)
