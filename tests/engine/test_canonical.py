"""The canonical form of small values, written out by hand, and what is refused on the way back."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from servanda.engine.agreements import AgreementVersion, CreditTier, Money, PriorityScheme, WorkloadLimit
from servanda.engine.calendars import Calendar
from servanda.engine.canonical import UnreadableContent, plain, revive, sha256
from servanda.engine.shifts import Season, Shift

NINE_TO_FIVE = (Shift(9 * 3600, 17 * 3600),)
SCHOOL = Calendar(
    "school",
    "Europe/London",
    (NINE_TO_FIVE,) * 5 + ((), ()),
    holidays={date(2026, 12, 25): "Christmas Day"},
    recurring={(1, 1): "New Year's Day"},
    seasons=(Season(date(2026, 7, 20), date(2026, 8, 31), (NINE_TO_FIVE,) + ((),) * 6),),
)


def test_a_calendar_is_written_with_dates_and_pairs_as_text() -> None:
    content = plain(SCHOOL)
    assert content["holidays"] == {"2026-12-25": "Christmas Day"}
    assert content["recurring"] == {"[1, 1]": "New Year's Day"}
    assert content["weekly"][0] == [{"start": 32_400, "end": 61_200}]
    assert "special" not in content


def test_a_calendar_comes_back_equal_and_with_the_same_hash() -> None:
    back = revive(Calendar, plain(SCHOOL))
    assert back == SCHOOL
    assert sha256(plain(back)) == sha256(plain(SCHOOL))


def test_money_and_shares_come_back_exact() -> None:
    assert revive(Money, {"amount": "1200.5", "currency": "EUR"}) == Money(Decimal("1200.50"), "EUR")
    tier = CreditTier("resolve", Fraction(19, 20), Fraction(1, 3))
    assert plain(tier) == {"target": "resolve", "below": "19/20", "credit": "1/3"}
    assert revive(CreditTier, plain(tier)) == tier


def test_a_matrix_comes_back_with_its_pairs() -> None:
    scheme = PriorityScheme("usual", ("P1", "P2"), matrix={("high", "high"): "P1", ("low", 'with "quotes"'): "P2"})
    assert revive(PriorityScheme, plain(scheme)) == scheme


@pytest.mark.parametrize(
    ("kind", "content", "found"),
    [
        (WorkloadLimit, {"id": "w", "at_most": "10", "every": "day"}, "expected int, but found '10'"),
        (WorkloadLimit, {"id": "w", "at_most": True, "every": "day"}, "expected int, but found True"),
        (WorkloadLimit, {"id": "w", "at_most": 10}, r"unknown \[\], missing \['every'\]"),
        (WorkloadLimit, {"id": "w", "at_most": 10, "every": "day", "each": "day"}, r"unknown \['each'\]"),
        (WorkloadLimit, {"id": "w", "at_most": 1, "every": "day", "services": "mail"}, "expected a list"),
        (WorkloadLimit, ["w", 10, "day"], "expected names and values"),
        (Season, {"first": "yesterday", "last": "2026-01-01", "weekly": [[]] * 7}, "expected date"),
        (Season, {"first": "2026-01-01", "last": "2026-01-02", "weekly": [[]] * 6}, "expected 7 entries, but found 6"),
        (Money, {"amount": 12.5, "currency": "EUR"}, "expected Decimal, but found 12.5"),
        (Money, {"amount": "much", "currency": "EUR"}, "expected Decimal, but found 'much'"),
        (PriorityScheme, {"id": "u", "codes": ["P1"], "matrix": {"high": "P1"}}, "expected a list as a key"),
    ],
)
def test_content_of_another_form_is_refused_with_what_was_found(kind: type, content: Any, found: str) -> None:
    with pytest.raises(UnreadableContent, match=found):
        revive(kind, content)


def test_a_value_that_makes_no_sense_is_refused_by_itself() -> None:
    with pytest.raises(ValueError, match="allows 0 tickets"):
        revive(WorkloadLimit, {"id": "w", "at_most": 0, "every": "day"})


def test_a_version_of_an_unknown_form_is_not_read() -> None:
    with pytest.raises(
        UnreadableContent, match="expected the form 'servanda-version/1', but found 'servanda-version/9'"
    ):
        AgreementVersion.from_canonical({"form": "servanda-version/9"})
