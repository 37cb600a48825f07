"""An agreement version in words: the sample school's, sentence by sentence, and nothing left unsaid."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

import pytest

from servanda.engine.agreements import (
    AgreementKind,
    AgreementVersion,
    Book,
    Credits,
    CreditTier,
    Exclusion,
    Money,
    Party,
    PriorityScheme,
    WorkloadLimit,
)
from servanda.engine.calendars import Calendar, Season, Shift
from servanda.engine.instants import HOUR
from servanda.engine.shifts import NO_WEEK
from servanda.engine.targets import DueRolls, Limit, Target, TargetKind, Unit
from servanda.files import agreements
from servanda.queries.agreements import Names
from servanda.reports.agreements import Document, changes, document, parties_words, title
from servanda.reports.agreements.examples import NEVER, due, examples, local_instant, usual_instant
from servanda.reports.agreements.hours import UnusualDay, shifts, unusual_days, week
from servanda.reports.agreements.promises import limit_words, promised, share_as_agreed
from tests.architecture.sources import ROOT

Value = TypeVar("Value", AgreementVersion, Calendar, PriorityScheme, Target, Exclusion, Credits)


@pytest.fixture(scope="module")
def book() -> Book:
    return agreements.load(ROOT / "sample" / "school" / "agreements.yaml")


@pytest.fixture(scope="module")
def versions(book: Book) -> dict[str, AgreementVersion]:
    return {each.label: each for each in book.versions}


@pytest.fixture(scope="module")
def names(book: Book) -> Names:
    return Names({each.id: each.name for each in book.services}, {each.id: each.name for each in book.customers})


def said(told: Document, part: str, key: str) -> tuple[str, ...]:
    """Return what one statement of a document says."""
    [found] = [each for each in told.parts if each.key == part]
    return found.by_key[key].says


def test_a_version_is_told_in_words(versions: dict[str, AgreementVersion], names: Names) -> None:
    told = document(versions["service-desk/2"], names)
    assert said(told, "scope", "kind") == ("Promise to users (SLA)",)
    assert said(told, "scope", "services") == ("Every service",)
    assert said(told, "hours", "week") == (
        "Monday to Thursday: 08:00 to 12:00 and 13:00 to 17:00",
        "Friday: 08:00 to 12:00 and 13:00 to 16:00",
        "Saturday and Sunday: closed",
    )
    assert said(told, "hours", "holidays")[3] == "Mon 4 May 2026: Early May bank holiday"
    assert said(told, "target fix", "limit P1") == ("resolved within 3 hours 30 minutes of open time",)
    assert said(told, "target fix", "limit P5") == ("no limit is agreed",)
    assert said(told, "target fix", "share") == ("92.5 % of them keep the limit, counted month by month.",)
    assert said(told, "target first-answer", "limit *") == ("first answer within 4 hours of open time",)
    assert said(told, "target kept-informed", "standing") == ("Proposed, not agreed yet.",)
    assert said(told, "exclusions", "exclusion fire-drill")[1] == "Tickets 1042 and 1043."
    assert said(told, "credits", "tiers")[0] == "5 % of the charge when less than 90 % keep 'Working again'."
    assert title(versions["service-desk/2"]) == "Service desk, version 2"
    assert parties_words(versions["service-desk/2"]) == "ICT support and Hill School"
    assert parties_words(versions["copier-contract/1"]) == "Copier company and Copier company by night"


def test_the_matrix_has_the_most_urgent_first(versions: dict[str, AgreementVersion], names: Names) -> None:
    matrix = document(versions["service-desk/2"], names).matrix
    assert matrix is not None
    assert matrix.urgencies == ("lesson stopped", "lesson slowed", "can wait")
    assert matrix.rows[0] == ("whole school", ("P1", "P2", "P3"))


def test_no_share_is_shown_where_none_is_agreed(versions: dict[str, AgreementVersion], names: Names) -> None:
    told = document(versions["registration/1"], names)
    assert "%" not in " ".join(says for part in told.parts for each in part.statements for says in each.says)
    assert said(told, "target fix", "share")[0].startswith("No share is agreed")


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit(9 * HOUR, Unit.OPEN_TIME), "9 hours of open time"),
        (Limit(1, Unit.WORKING_DAYS), "1 working day"),
        (Limit(5, Unit.WORKING_DAYS, end_of_day=True), "5 working days, until the last closing of that day"),
        (Limit(3, Unit.CALENDAR_DAYS), "3 calendar days"),
        (Limit(72 * HOUR, Unit.ELAPSED), "72 hours round the clock"),
    ],
)
def test_a_limit_says_what_it_counts(limit: Limit, words: str) -> None:
    assert limit_words(limit) == words


@pytest.mark.parametrize("kind", TargetKind)
def test_every_kind_of_target_has_its_sentence(kind: TargetKind) -> None:
    party = "Acme" if kind is TargetKind.HAND_OVER else ""
    target = Target("t", kind, {"*": Limit(HOUR, Unit.OPEN_TIME)}, Calendar.always_open(), party=party)
    assert "within 1 hour" in promised(target, target.limits["*"])


def test_a_share_that_decimals_cannot_say_stays_exact() -> None:
    assert share_as_agreed(Fraction(95, 100)) == "95 %"
    assert share_as_agreed(Fraction(1, 3)) == "1 of 3"


def test_hours_past_midnight_and_whole_days_are_told() -> None:
    assert shifts((Shift(22 * 3600, 30 * 3600),)) == "22:00 to 06:00 the next day"
    assert shifts((Shift(0, 86_400),)) == "the whole day"
    assert list(week(Calendar.always_open().weekly)) == ["Round the clock, every day"]


def test_the_next_unusual_days_are_found(versions: dict[str, AgreementVersion]) -> None:
    calendar = versions["service-desk/2"].calendar
    assert calendar is not None
    in_summer = "Tuesday: 09:00 to 12:00; Thursday: 09:00 to 12:00"
    assert unusual_days(calendar, date(2026, 4, 30), 4) == (
        UnusualDay(date(2026, 5, 4), "Early May bank holiday", "closed"),
        UnusualDay(date(2026, 7, 17), "", "08:00 to 12:00"),
        UnusualDay(date(2026, 7, 20), "", in_summer, date(2026, 8, 30)),
        UnusualDay(date(2026, 8, 31), "", "09:00 to 11:00"),
    )


# --- worked examples ---


def test_the_examples_are_the_engines(versions: dict[str, AgreementVersion]) -> None:
    version = versions["service-desk/1"]
    at = local_instant(datetime(2026, 5, 1, 15, 50), version)  # noqa: DTZ001 - a wall-clock time, the zone is the version's
    told = {(each.target, each.code): each.words for each in examples(version, at)}
    assert told["first-answer", "P1"] == "Tue 5 May 2026 08:05"  # ten minutes on Friday, Monday is a holiday
    assert told["fix", "P1"] == "Tue 5 May 2026 13:05"  # 3 h 45 min until noon with its break, the rest after lunch
    assert told["fix", "P3"] == "Wed 6 May 2026 15:50"


def test_the_example_is_a_friday_within_the_version(versions: dict[str, AgreementVersion]) -> None:
    version = versions["service-desk/1"]
    within = usual_instant(version, version.last_day, date(2026, 3, 4))
    after = usual_instant(version, version.last_day, date(2027, 1, 1))
    assert [within.date(), after.date()] == [date(2026, 3, 6), date(2026, 8, 28)]
    short = replace(version, effective_from=date(2026, 8, 29), enforce_from=None)
    assert usual_instant(short, short.last_day, date(2027, 1, 1)).date() == date(2026, 8, 29)


def test_every_kind_of_target_has_an_example() -> None:
    at = datetime(2026, 3, 6, 15, 50, tzinfo=UTC)
    for kind in TargetKind:
        party = "Acme" if kind is TargetKind.HAND_OVER else ""
        target = Target("t", kind, {"*": Limit(HOUR, Unit.ELAPSED)}, Calendar.always_open(), party=party)
        assert due(target, target.limits["*"], at) == datetime(2026, 3, 6, 16, 50, tzinfo=UTC)


def test_where_the_hours_run_out_nothing_is_ever_due(versions: dict[str, AgreementVersion]) -> None:
    over = Calendar("over", "UTC", weekly=Calendar.always_open().weekly, valid_until=date(2026, 1, 1))
    target = Target("t", TargetKind.RESOLUTION, {"*": Limit(HOUR, Unit.OPEN_TIME)}, over)
    version = replace(versions["service-desk/1"], targets=(target,))
    assert examples(version, datetime(2026, 3, 6, tzinfo=UTC))[0].words == NEVER


# --- two versions compared ---


def test_a_comparison_says_what_came_what_went_and_what_is_different(
    versions: dict[str, AgreementVersion], names: Names
) -> None:
    found = changes.between(*(document(versions[f"service-desk/{number}"], names) for number in (1, 2)))
    told = {(part.heading, each.about): each for part in found for each in part.changes}
    p1 = told["Working again", "Priority P1"]
    assert (p1.before, p1.after) == (
        ("resolved within 4 hours of open time",),
        ("resolved within 3 hours 30 minutes of open time",),
    )
    assert told["Pauses", "The clock may stand still while"].after == ("waiting for part",)
    assert told["What it is for", "Tickets opened until"].what == changes.REMOVED
    assert {part.heading for part in found if part.what == changes.ADDED} >= {"An answer to each message", "Credits"}
    back = changes.between(*(document(versions[f"service-desk/{number}"], names) for number in (2, 1)))
    assert {part.heading for part in back if part.what == changes.REMOVED} >= {"An answer to each message", "Credits"}


def test_a_version_does_not_differ_from_itself(versions: dict[str, AgreementVersion], names: Names) -> None:
    for version in versions.values():
        assert changes.between(document(version, names), document(version, names)) == ()


def mutants(version: AgreementVersion) -> Iterator[tuple[str, AgreementVersion]]:
    """Yield a version with one thing of it changed, for each thing that can."""
    calendar, scheme, first = version.calendar, version.priorities, version.targets[0]
    assert calendar is not None
    yield from _with(
        version,
        zone="Europe/Paris",
        effective_from=date(2026, 9, 2),
        effective_until=date(2030, 1, 1),
        enforce_from=date(2026, 10, 1),
        services=frozenset({"printing"}),
        customers=frozenset({"office"}),
        starter=True,
        pause_reasons=version.pause_reasons | {"a strike"},
        exclusions=version.exclusions[:1],
        workload=(),
        credits=None,
        parties=version.parties[:1],
        owner="Somebody else",
        review_on=None,
        priorities=replace(scheme, codes=(*scheme.codes, "P6")),
    )
    for name, other in _with(calendar, **CALENDARS):
        yield f"calendar.{name}", _on(version, other)
    for name, other_scheme in _with(scheme, name="Another", values={"Urgent": "P1"}, matrix={("a", "b"): "P1"}):
        yield f"priorities.{name}", replace(version, priorities=other_scheme)
    for name, target in _with(first, **targets(first)):
        yield f"target.{name}", replace(version, targets=(target, *version.targets[1:]))
    for name, exclusion in _with(version.exclusions[0], **EXCLUSIONS):
        yield f"exclusion.{name}", replace(version, exclusions=(exclusion, *version.exclusions[1:]))
    assert version.credits is not None
    for name, of_credits in _with(version.credits, **CREDITS):
        yield f"credits.{name}", replace(version, credits=of_credits)
    for limit in (WorkloadLimit("more", 3, "day"), replace(version.workload[0], at_most=9, services=frozenset())):
        yield f"workload.{limit.id}", replace(version, workload=(limit,))
    yield "party", replace(version, parties=(Party("provider", "ICT support", "elsewhere"), version.parties[1]))


def _with(value: Value, **others: Any) -> Iterator[tuple[str, Value]]:
    for name, other in others.items():
        yield name, replace(value, **{name: other})


def _on(version: AgreementVersion, calendar: Calendar) -> AgreementVersion:
    """Return a version with another calendar, also where its targets ran on the one before."""
    targets = (
        replace(each, calendar=calendar) if each.calendar == version.calendar else each for each in version.targets
    )
    return replace(version, calendar=calendar, targets=tuple(targets))


CALENDARS: dict[str, Any] = {
    "zone": "Europe/Paris",
    "weekly": Calendar.always_open().weekly,
    "weekly_breaks": NO_WEEK,
    "breaks": {},
    "holidays": {},
    "recurring": {(2, 29): "A leap day"},
    "special": {},
    "seasons": (Season(date(2026, 7, 20), date(2026, 8, 29), NO_WEEK),),
    "valid_from": None,
    "valid_until": None,
    "name": "Another office",
}
EXCLUSIONS: dict[str, Any] = {
    "id": "another",
    "reason": "another reason",
    "approved_by": "somebody else",
    "tickets": frozenset({"7"}),
    "services": frozenset(),
    "customers": frozenset(),
    "opened_from": None,
    "opened_until": None,
}
CREDITS: dict[str, Any] = {
    "charge": Money(Decimal("1250.00"), "EUR"),
    "every": "year",
    "tiers": (CreditTier("fix", Fraction(9, 10), Fraction(1, 100)),),
    "cap": None,
}


def targets(first: Target) -> dict[str, Any]:
    """Return another value for each term of a target."""
    return {
        "id": "another",
        "kind": TargetKind.UPDATE,
        "limits": {**first.limits, "P1": Limit(HOUR, Unit.OPEN_TIME)},
        "calendar": Calendar.always_open("Europe/London"),
        "name": "Another",
        "unlimited": frozenset({"P5"}),
        "pauses": frozenset(),
        "due_rolls": DueRolls.NEXT_OPENING,
        "start_rolls": True,
        "services": frozenset({"printing"}),
        "customers": frozenset({"office"}),
        "share": None,
        "maturity": "assumed",
        "owner": "Somebody else",
        "source": "another log",
    }


def test_whatever_changes_the_hash_of_a_version_shows_in_the_comparison(
    versions: dict[str, AgreementVersion], names: Names
) -> None:
    version = versions["service-desk/2"]
    before, unseen = document(version, names), []
    told = 0
    for name, mutant in mutants(version):
        told += 1
        if mutant.content_hash() != version.content_hash() and not changes.between(before, document(mutant, names)):
            unseen.append(name)
    assert (unseen, told > 45) == ([], True)


def test_names_of_any_script_stay_as_they_are() -> None:
    name = "<b>دعم 🚀</b>"
    target = Target("t", TargetKind.RESOLUTION, {"*": Limit(HOUR, Unit.OPEN_TIME)}, Calendar.always_open(), name=name)
    told = document(
        AgreementVersion(
            "a", 1, AgreementKind.SLA, name, "UTC", date(2026, 1, 1), (target,), services=frozenset({"s"})
        ),
        Names({"s": name}, {}),
    )
    assert said(told, "scope", "services") == (name,)
    assert told.promises[0].heading == name
    assert told.matrix is None
