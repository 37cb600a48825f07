"""Terms of an agreement as lines of a form: what is shown is read again, and what cannot be is refused in words."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servanda.engine.agreement_terms import Goal
from servanda.engine.agreements import AgreementVersion, Credits, CreditTier, Exclusion, Money, WorkloadLimit
from servanda.files import agreement_writing
from servanda.web import agreement_lines
from tests.builders import open_time, target
from tests.builders import version as built

WORDS = st.from_regex(r"[a-zäß][a-z0-9 é]{0,12}[a-z0-9]", fullmatch=True)
SETS = st.frozensets(WORDS, max_size=3)
DAYS = st.dates(min_value=date(2001, 1, 1), max_value=date(2150, 1, 1))
SHARES = st.integers(1, 10_000).map(lambda parts: Fraction(parts, 10_000))
PERIODS = st.sampled_from(["day", "month", "year"])
EXCLUSIONS = st.builds(Exclusion, WORDS, WORDS, WORDS, SETS, SETS, SETS, DAYS, st.none())
LIMITS = st.builds(WorkloadLimit, WORDS, st.integers(1, 10**8), PERIODS, SETS)
AMOUNTS = st.decimals(1, 10**6, places=2)
GOALS = st.builds(Goal, WORDS, AMOUNTS, WORDS, SHARES.map(lambda share: -share), DAYS, WORDS)
TIERS = st.lists(st.builds(CreditTier, st.just("fix"), SHARES, SHARES), max_size=3).map(tuple)
CREDITS = st.builds(Credits, st.builds(Money, AMOUNTS, st.just("EUR")), PERIODS, TIERS, st.none() | SHARES)


def version() -> AgreementVersion:
    """Return a version with one target, by which credits can go."""
    return built(replace(target("resolution", open_time(hours=4), share=Fraction(9, 10)), id="fix"))


def lines(name: str, **terms: object) -> list[str]:
    """Return the lines in which a form shows terms."""
    told = agreement_writing.terms(replace(version(), **terms))  # type: ignore[arg-type]  # fields by name
    return agreement_lines.text_of(told[name]).splitlines()


@settings(max_examples=200, deadline=None)
@given(exclusion=EXCLUSIONS, limit=LIMITS, goal=GOALS)
def test_what_a_form_shows_is_read_again(exclusion: Exclusion, limit: WorkloadLimit, goal: Goal) -> None:
    assert [*map(agreement_lines.exclusion, lines("exclusions", exclusions=(exclusion,)))] == [exclusion]
    assert [*map(agreement_lines.workload_limit, lines("workload", workload=(limit,)))] == [limit]
    assert [*map(agreement_lines.goal, lines("goals", goals=(goal,)))] == [goal]


@settings(max_examples=200, deadline=None)
@given(credits=CREDITS)
def test_credits_are_read_again(credits: Credits) -> None:
    shown = agreement_lines.text_of(agreement_writing.terms(_unchecked(credits))["credits"]).splitlines()
    assert agreement_lines.credits(shown) == credits


def _unchecked(credits: Credits) -> AgreementVersion:
    """Return a version whose credits no version could have, such as tiers in no order."""
    changed = version()
    object.__setattr__(changed, "credits", credits)
    return changed


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("reason: flood; approved by: head", "begins with no short name"),
        ("storm; reason: flood; approved by: head", "would leave out every ticket"),
        ("storm; reason: flood; opened from: 2026-05-01", "needs both its reason and who approved it"),
        ("storm; because: flood", "'because: flood' is none of: reason: …"),
        ("storm; reason: a; reason: b", "'reason' is told twice"),
        ("storm; reason: a; approved by: b; opened from: 2026-02-30", "There is no day 2026-02-30"),
        ("storm; reason:", "'reason:' is none of"),
    ],
)
def test_a_line_that_is_no_exclusion_is_refused(line: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        agreement_lines.exclusion(line)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("desk; at most: many; every: month", "'many' is no number of tickets"),
        ("desk; at most: 0; every: month", "allows 0 tickets"),
        ("desk; at most: 10; every: fortnight", "per 'fortnight'"),
        ("desk; at most: 10", "lacks 'every: …'"),
        ("desk; at most: ²; every: month", "'²' is no number"),
    ],
)
def test_a_line_that_is_no_workload_limit_is_refused(line: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        agreement_lines.workload_limit(line)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("every: month", "lacks 'charge: …'"),
        ("charge: much EUR; every: month", "'much' is no number"),
        ("charge: NaN EUR; every: month", "An amount of money is a number from 0 up"),
        ("charge: 10 euro; every: month", "'euro' is no ISO 4217 code"),
        ("charge: 10 EUR; every: month; cap: half", "'half' is no percentage"),
        ("charge: 10 EUR; every: month\ntarget: fix; below: 95 %", "lacks 'credit: …'"),
        ("charge: 10 EUR; every: month\ntarget: fix; below: 1/0 %; credit: 5 %", "'1/0 %' is no percentage"),
    ],
)
def test_lines_that_are_no_credits_are_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        agreement_lines.credits(text.splitlines())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("calls; baseline: few; change: -20 %; by: 2027-06-30; source: log", "'few' is no number"),
        ("calls; baseline: 40; change: -20 %; by: 2027-06-30; source: log", "needs what is counted"),
        ("calls; baseline: 40 calls; change: less; by: 2027-06-30; source: log", "'less' is no percentage"),
        ("calls; baseline: 40 calls; change: -20 %; by: soon; source: log", "There is no day soon"),
    ],
)
def test_a_line_that_is_no_goal_is_refused(line: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        agreement_lines.goal(line)
