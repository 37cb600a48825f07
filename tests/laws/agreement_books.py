"""Strategies for agreement books: values that make sense, of every feature the format has."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from servanda.engine.agreement_terms import Announcement, Duty, Goal, Termination
from servanda.engine.agreements import (
    NO_PRIORITIES,
    PERIODS,
    AgreementKind,
    AgreementVersion,
    Book,
    Credits,
    CreditTier,
    Customer,
    Exclusion,
    Money,
    Organisation,
    Party,
    PriorityScheme,
    Service,
    Signature,
    WorkloadLimit,
)
from servanda.engine.calendars import Calendar
from servanda.engine.shifts import Season, Shift, Shifts, Week
from servanda.engine.targets import (
    ANY_PRIORITY,
    MATURITIES,
    STOPS,
    DueRolls,
    Limit,
    Target,
    TargetKind,
    Unit,
)

ZONES = ("Europe/London", "America/New_York", "Asia/Kathmandu", "UTC", "Australia/Lord_Howe")
SERVICES = ("mail", "print", "wifi")
CUSTOMERS = ("acme", "beta")
REASONS = ("waiting for user", "appointment", "no")
CODES = ("P1", "P2", "1", "no", "1.10")
HOUR = 3_600_000_000

names = st.one_of(
    st.sampled_from(["no", "on", "1.10", "08:00", "2026-01-01", "null", "~", "7", "- a", "a: b", "'", "#x", "%"]),
    st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=12).filter(
        lambda text: text == text.strip() and bool(text)
    ),
)
dates = st.dates(date(2015, 1, 1), date(2030, 12, 31))
shares = st.integers(1, 10_000).map(lambda number: Fraction(number, 10_000))


@st.composite
def shifts(draw: st.DrawFn) -> Shifts:
    """Return shifts of a date, in order and apart; the last may run past midnight."""
    edges = sorted(draw(st.sets(st.integers(0, 86_399), min_size=0, max_size=4)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    past_midnight = draw(st.booleans())
    if pairs and past_midnight:
        pairs[-1] = (pairs[-1][0], draw(st.integers(86_400, 48 * 3600)))
    return tuple(Shift(start, end) for start, end in pairs)


@st.composite
def weeks(draw: st.DrawFn) -> Week:
    """Return hours of a week, with days alike more often than not."""
    usual = draw(shifts())
    kinds: list[st.SearchStrategy[Shifts]] = [st.just(usual), st.just(()), shifts()]
    days = [draw(st.one_of(kinds)) for _ in range(7)]
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = days
    return monday, tuesday, wednesday, thursday, friday, saturday, sunday


def dated(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Mapping[date, Any]]:
    """Return a few dates with a value each."""
    return st.dictionaries(dates, values, max_size=3)


@st.composite
def seasons(draw: st.DrawFn) -> tuple[Season, ...]:
    """Return seasons that do not overlap, in order."""
    edges = sorted(draw(st.sets(dates, max_size=4)))
    return tuple(Season(first, last, draw(weeks())) for first, last in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn, id: str) -> Calendar:
    """Return a calendar that opens every Monday morning besides whatever else."""
    if draw(st.integers(0, 4)) == 0:
        return Calendar.always_open(draw(st.sampled_from(ZONES)), id)
    _, *others = draw(weeks())
    tuesday, wednesday, thursday, friday, saturday, sunday = others
    recurring = st.dictionaries(st.tuples(st.integers(1, 12), st.integers(1, 28)), names, max_size=2)
    first, last = sorted((draw(dates), draw(dates)))
    return Calendar(
        id,
        draw(st.sampled_from(ZONES)),
        ((Shift(8 * 3600, 12 * 3600),), tuesday, wednesday, thursday, friday, saturday, sunday),
        weekly_breaks=draw(weeks()),
        breaks=draw(dated(shifts())),
        holidays=draw(dated(names)),
        recurring=draw(recurring),
        special=draw(dated(shifts())),
        seasons=draw(seasons()),
        valid_from=draw(st.sampled_from([None, first])),
        valid_until=draw(st.sampled_from([None, last])),
        name=draw(st.one_of(st.just(""), names)),
    )


@st.composite
def schemes(draw: st.DrawFn, id: str) -> PriorityScheme:
    """Return a priority scheme."""
    codes = tuple(draw(st.permutations(CODES))[: draw(st.integers(1, 4))])
    return PriorityScheme(
        id,
        codes,
        matrix=draw(st.dictionaries(st.tuples(names, names), st.sampled_from(codes), max_size=3)),
        values=draw(st.dictionaries(names, st.sampled_from(codes), max_size=3)),
        name=draw(st.one_of(st.just(""), names)),
    )


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    """Return a limit of any unit."""
    unit = draw(st.sampled_from(Unit))
    if unit.in_days:
        return Limit(draw(st.integers(0, 400)), unit, unit is Unit.WORKING_DAYS and draw(st.booleans()))
    return Limit(draw(st.one_of(st.integers(0, 200 * HOUR), st.integers(0, 200).map(lambda n: n * HOUR))), unit)


def some(of: tuple[str, ...]) -> st.SearchStrategy[frozenset[str]]:
    """Return some of the names, often none."""
    return st.one_of(st.just(frozenset()), st.frozensets(st.sampled_from(of))) if of else st.just(frozenset())


@st.composite
def targets(draw: st.DrawFn, id: str, version: Mapping[str, Any], known: tuple[Calendar, ...]) -> Target:
    """Return a target that fits the parts of its version."""
    sla = version["kind"] is AgreementKind.SLA
    kind = draw(st.sampled_from(TargetKind)) if sla else TargetKind.HAND_OVER
    codes = (ANY_PRIORITY, *version["priorities"].codes)
    limited = draw(st.dictionaries(st.sampled_from(codes), limits(), min_size=1))
    return Target(
        id,
        kind,
        limited,
        draw(st.sampled_from(known)),
        name=draw(st.one_of(st.just(""), names)),
        unlimited=draw(st.frozensets(st.sampled_from(codes))).difference(limited),
        stop=draw(st.sampled_from(STOPS)) if kind is TargetKind.RESOLUTION else "resolved",
        pauses=draw(st.one_of(st.none(), some(tuple(version["pause_reasons"])))),
        due_rolls=draw(st.sampled_from(DueRolls)),
        start_rolls=draw(st.booleans()),
        services=draw(some(tuple(sorted(version["services"])) or SERVICES)),
        customers=draw(some(tuple(sorted(version["customers"])) or CUSTOMERS)),
        party=draw(st.sampled_from(["Network team", "Copier company"])) if kind is TargetKind.HAND_OVER else "",
        share=draw(st.one_of(st.none(), shares)),
        maturity=draw(st.sampled_from(MATURITIES)),
        owner=draw(st.one_of(st.just(""), names)),
        source=draw(st.one_of(st.just(""), names)),
    )


@st.composite
def exclusions(draw: st.DrawFn, id: str) -> Exclusion:
    """Return an exclusion by tickets and whatever else."""
    first, last = sorted((draw(dates), draw(dates)))
    return Exclusion(
        id,
        draw(names),
        draw(names),
        tickets=frozenset(draw(st.sets(names, min_size=1, max_size=2))),
        services=draw(some(SERVICES)),
        customers=draw(some(CUSTOMERS)),
        opened_from=draw(st.sampled_from([None, first])),
        opened_until=draw(st.sampled_from([None, last])),
    )


goals = st.builds(
    Goal,
    id=st.just("g0"),
    baseline=st.decimals(1, 10**6, places=2),
    measure=names,
    change=st.integers(-100, 300).filter(bool).map(lambda each: Fraction(each, 100)),
    by=dates,
    source=names,
)


@st.composite
def terms(draw: st.DrawFn) -> dict[str, Any]:
    """Return what a version says of duties, communication, goals, review and ending."""
    maybe = st.one_of(st.just(""), names)
    period = st.sampled_from(("", *PERIODS))
    return {
        "review_every": draw(period),
        "not_covered": tuple(draw(st.lists(names, max_size=2, unique=True))),
        "duties": tuple(draw(st.lists(st.builds(Duty, names, names), max_size=2))),
        "communication": tuple(draw(st.lists(st.builds(Announcement, names, names, names, maybe, maybe), max_size=2))),
        "goals": tuple(draw(st.lists(goals, max_size=1))),
        "termination": draw(st.one_of(st.none(), st.builds(Termination, st.integers(1, 900), period, maybe))),
    }


@st.composite
def credit_rules(draw: st.DrawFn, target: str) -> Credits:
    """Return credits for one target."""
    amount = Decimal(draw(st.integers(0, 10**7))).scaleb(-2)
    tiers = st.builds(CreditTier, st.just(target), shares, shares)
    return Credits(
        Money(amount, draw(st.sampled_from(["EUR", "GBP", "JPY"]))),
        draw(st.sampled_from(PERIODS)),
        tuple(draw(st.lists(tiers, min_size=1, max_size=2))),
        draw(st.one_of(st.none(), shares)),
    )


@st.composite
def versions(
    draw: st.DrawFn, agreement: str, first: date, last: date | None, number: int, shared: Mapping[str, Any]
) -> AgreementVersion:
    """Return one version of an agreement between two dates."""
    known, scheme_choices = shared["calendars"], shared["schemes"]
    parts: dict[str, Any] = {
        "kind": shared["kind"],
        "name": shared["name"],
        "starter": shared["starter"],
        "zone": shared["zone"],
        "calendar": draw(st.one_of(st.none(), st.sampled_from(known))),
        "priorities": draw(st.sampled_from((NO_PRIORITIES, *scheme_choices))),
        "services": draw(some(SERVICES)),
        "customers": draw(some(CUSTOMERS)),
        "pause_reasons": draw(some(REASONS)),
    }
    count = draw(st.integers(1, 3))
    promised = tuple(draw(targets(f"t{place}", parts, known)) for place in range(count))
    return AgreementVersion(
        agreement,
        number,
        effective_from=first,
        effective_until=last,
        enforce_from=draw(st.sampled_from([None, first])),
        targets=promised,
        exclusions=tuple(draw(exclusions(f"e{place}")) for place in range(draw(st.integers(0, 2)))),
        workload=tuple(
            WorkloadLimit(f"w{place}", draw(st.integers(1, 999)), draw(st.sampled_from(PERIODS)), draw(some(SERVICES)))
            for place in range(draw(st.integers(0, 2)))
        ),
        credits=draw(st.one_of(st.none(), credit_rules("t0"))),
        parties=tuple(draw(st.lists(st.builds(Party, names, names, st.one_of(st.just(""), names)), max_size=2))),
        owner=draw(st.one_of(st.just(""), names)),
        review_on=draw(st.one_of(st.none(), dates)),
        **draw(terms()),
        signed=draw(st.one_of(st.none(), st.just(Signature(first, "sha256:" + "0" * 64)))),
        ended_on=draw(st.sampled_from([None, first, last])),
        **parts,
    )


@st.composite
def agreements(draw: st.DrawFn, id: str, shared: Mapping[str, Any]) -> list[AgreementVersion]:
    """Return one or two versions of an agreement that follow each other, with or without a gap."""
    own = {
        **shared,
        "kind": draw(st.sampled_from(AgreementKind)),
        "name": draw(names),
        "starter": draw(st.booleans()),
        "zone": draw(st.sampled_from(ZONES)),
    }
    first = draw(dates)
    if draw(st.booleans()):
        return [draw(versions(id, first, draw(st.sampled_from([None, first + timedelta(90)])), 1, own))]
    turn = first + timedelta(draw(st.integers(1, 400)))
    last = turn - timedelta(draw(st.integers(1, 1 + (turn - first).days)))
    last = max(first, last)
    return [
        draw(versions(id, first, draw(st.sampled_from([None, last])), 1, own)),
        draw(versions(id, last + timedelta(1 + (turn - last).days), None, 2, own)),
    ]


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Return a book with up to three agreements."""
    known = tuple(draw(calendars(f"c{place}")) for place in range(draw(st.integers(1, 2))))
    scheme_choices = tuple(draw(schemes(f"s{place}")) for place in range(draw(st.integers(0, 2))))
    shared = {"calendars": known, "schemes": scheme_choices}
    made = [draw(agreements(f"a{place}", shared)) for place in range(draw(st.integers(0, 3)))]
    return Book(
        Organisation("org", draw(names), draw(st.sampled_from(ZONES))),
        tuple(Customer(id, draw(names)) for id in CUSTOMERS),
        tuple(Service(id, draw(names)) for id in SERVICES),
        known,
        scheme_choices,
        tuple(version for of_one in made for version in of_one),
    )
