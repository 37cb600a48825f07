"""What keeps a proposed version from being agreed, and what is to be weighed: each rule by an example."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from servanda.engine.agreement_terms import Announcement, Duty, Goal
from servanda.engine.agreements import AgreementKind, AgreementVersion, Organisation
from servanda.engine.targets import Target
from servanda.files import smart
from tests.builders import OFFICE, open_time, target

OWN = Organisation("school", "A school", "Europe/London")
SOUND = target("resolution", open_time(hours=8), share=Fraction(9, 10), source="ticket log", owner="desk lead")
WHOLE = AgreementVersion(
    "desk",
    1,
    AgreementKind.SLA,
    "Service desk",
    "Europe/London",
    date(2026, 7, 1),
    (SOUND,),
    calendar=OFFICE,
    owner="head of ICT",
    review_on=date(2027, 6, 1),
)


def found(version: AgreementVersion) -> list[tuple[str, str, bool]]:
    """Return the rule, the target and whether it stops, of each thing found."""
    return [(each.rule, each.target, each.stops) for each in smart.advice(version, OWN)]


def with_target(**changes: object) -> AgreementVersion:
    """Return the version with its target changed."""
    changed: Target = replace(SOUND, **changes)  # type: ignore[arg-type]  # fields by name, of many types
    return replace(WHOLE, targets=(changed,))


def test_nothing_is_found_in_a_version_that_says_what_it_must() -> None:
    assert found(WHOLE) == []


def test_words_that_each_side_reads_differently() -> None:
    assert found(with_target(name="Faults are mended promptly")) == [("SV601", SOUND.id, False)]
    duty = replace(WHOLE, duties=(Duty("provider", "answers as soon as possible"),))
    assert found(duty) == [("SV601", "", False)]
    assert "'as soon as possible'" in smart.advice(duty, OWN)[0].reason
    told = Announcement("an outage", "all staff", "the desk", within="in good time")
    assert found(replace(WHOLE, communication=(told,))) == [("SV601", "", False)]
    # A wish with its number and day is a goal; "fast" inside a word, or a measure, is no vague word.
    goal = Goal("g", Decimal(40), "complaints at breakfast", Fraction(-1, 5), date(2027, 3, 31), "book")
    assert found(replace(WHOLE, goals=(goal,))) == []


def test_how_many_tickets_must_keep_it_and_who_confirmed_it() -> None:
    assert found(with_target(share=None)) == [("SV602", SOUND.id, False)]
    assert found(with_target(maturity="assumed")) == [("SV603", SOUND.id, False)]


def test_what_stops_comes_first() -> None:
    bare = replace(with_target(share=None, source=""), owner="", review_on=None)
    assert found(bare) == [
        ("SV305", "", True),
        ("SV306", "", True),
        ("SV410", SOUND.id, True),
        ("SV602", SOUND.id, False),
    ]
