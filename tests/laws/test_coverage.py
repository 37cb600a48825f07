"""Laws of coverage, against a slow and plain reading of the rule: filter, then take the most specific."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from servanda.engine.agreements import (
    NO_PRIORITIES,
    AgreementKind,
    AgreementVersion,
    Book,
    Customer,
    Organisation,
    PriorityScheme,
    Service,
    UnknownPriority,
)
from servanda.engine.calendars import Calendar
from servanda.engine.coverage import Cover, Coverage, TiedCoverage
from servanda.engine.targets import ANY_PRIORITY, Limit, Target, TargetKind, Unit

ALWAYS = Calendar.always_open()
SERVICES, CUSTOMERS, CODES = ("mail",), ("acme",), ("P1", "P2")
SCHEMES = (PriorityScheme("two", CODES), PriorityScheme("one", ("P1",)), NO_PRIORITIES)
DAYS = tuple(date(2026, 3, day) for day in (27, 28, 29, 30))
"""The days around the change to summer time in London, on the 29th."""
LIMIT = Limit(1, Unit.OPEN_TIME)
HALF_HOUR = timedelta(minutes=30)

of_services = st.frozensets(st.sampled_from(SERVICES), max_size=1)
of_customers = st.frozensets(st.sampled_from(CUSTOMERS), max_size=1)


@st.composite
def versions(draw: st.DrawFn, place: int, number: int = 1) -> AgreementVersion:
    """Return a version that competes with others: few services, customers, priorities and days."""
    scheme = draw(st.sampled_from(SCHEMES))
    codes = (ANY_PRIORITY, *scheme.codes)
    services, customers = draw(of_services), draw(of_customers)
    promised = []
    for count in range(draw(st.integers(1, 2))):
        limits = dict.fromkeys(draw(st.sets(st.sampled_from(codes), max_size=2)) or {ANY_PRIORITY}, LIMIT)
        promised.append(
            Target(
                f"t{count}",
                draw(st.sampled_from((TargetKind.RESOLUTION, TargetKind.UPDATE))),
                limits,
                ALWAYS,
                unlimited=frozenset(draw(st.sets(st.sampled_from(codes)))) - limits.keys(),
                services=services or draw(of_services),
                customers=customers or draw(of_customers),
            )
        )
    first, last = draw(st.sampled_from(DAYS[:2])), draw(st.sampled_from(DAYS[2:]))
    return AgreementVersion(
        f"a{place}",
        number,
        AgreementKind.SLA,
        "Agreement",
        draw(st.sampled_from(("Europe/London", "America/New_York", "Asia/Tokyo"))),
        first,
        tuple(promised),
        effective_until=draw(st.sampled_from((None, last))),
        ended_on=draw(st.sampled_from((None, None, DAYS[1], last))),
        priorities=scheme,
        starter=draw(st.integers(0, 5)) == 0,
        services=services,
        customers=customers,
    )


@st.composite
def books(draw: st.DrawFn) -> Book:
    """Return a book of two to four agreements, of which the first may have a second version that follows."""
    made = [draw(versions(place)) for place in range(draw(st.integers(2, 4)))]
    made += draw(following(made[0])) if draw(st.booleans()) else []
    return Book(
        Organisation("o", "O", "UTC"),
        tuple(Customer(id, id) for id in CUSTOMERS),
        tuple(Service(id, id) for id in SERVICES),
        (ALWAYS,),
        SCHEMES[:2],
        tuple(made),
    )


@st.composite
def following(draw: st.DrawFn, first: AgreementVersion) -> list[AgreementVersion]:
    """Return a version that follows another, if that leaves room for one; none has an end of its own."""
    last = first.effective_until or first.ended_on
    begins = max(last + timedelta(1) if last else DAYS[2], DAYS[2])
    second = replace(
        draw(versions(0, 2)),
        effective_from=begins,
        effective_until=None,
        ended_on=None,
        zone=first.zone,
        starter=first.starter,
    )
    return [second]


questions = st.fixed_dictionaries(
    {
        "opened_at": st.integers(0, 6 * 48).map(lambda halves: datetime(2026, 3, 26, tzinfo=UTC) + halves * HALF_HOUR),
        "service": st.sampled_from((*SERVICES, "")),
        "customer": st.sampled_from((*CUSTOMERS, "")),
        "priority": st.sampled_from(("", *CODES)),
    }
)
Question = dict[str, object]
Pair = tuple[AgreementVersion, Target]


def level(version: AgreementVersion, target: Target) -> int:
    """Return how specific a clause is, 0 being the most."""
    if version.starter:
        return 4
    by_service = bool(target.services or version.services)
    by_customer = bool(target.customers or version.customers)
    return {(True, True): 0, (False, True): 1, (True, False): 2, (False, False): 3}[by_service, by_customer]


def day_before_next(book: Book, version: AgreementVersion) -> date | None:
    """Return the day before the next version of an agreement begins, all of which are in one zone here."""
    later = [
        each.effective_from for each in book.versions if each.agreement == version.agreement and each is not version
    ]
    return min((on - timedelta(1) for on in later if on > version.effective_from), default=None)


def fits(book: Book, question: Question, version: AgreementVersion, target: Target) -> bool:
    """Whether a clause is in force and for the ticket, whatever its priority."""
    at = question["opened_at"]
    assert isinstance(at, datetime)
    on = version.local_date(at)
    last = min(filter(None, (version.effective_until, version.ended_on, day_before_next(book, version))), default=on)
    in_force = version.effective_from <= on <= last
    services = target.services or version.services or {question["service"]}
    customers = target.customers or version.customers or {question["customer"]}
    return in_force and question["service"] in services and question["customer"] in customers


def expected(book: Book, question: Question) -> dict[tuple[object, str], Pair | str | None]:
    """Return the winner of each kind and party, `None` without one, 'tie' or 'unknown' for the errors."""
    clauses = [(version, target) for version in book.versions for target in version.targets]
    groups = dict.fromkeys((target.kind, target.party) for _, target in clauses)
    return {
        (kind, party): winner([(v, t) for v, t in clauses if (t.kind, t.party) == (kind, party)], question, book)
        for kind, party in groups
    }


def winner(clauses: list[Pair], question: Question, book: Book) -> Pair | str | None:
    """Return the winning clause of one kind and party."""
    known, speaking = [], []
    in_scope = [(version, target) for version, target in clauses if fits(book, question, version, target)]
    for version, target in in_scope:
        try:
            code = version.priorities.code(value=str(question["priority"]))
        except UnknownPriority:
            continue
        known.append(version)
        if target.limit_for(code) or target.agrees_no_limit(code):
            speaking.append((version, target))
    if in_scope and not known:
        return "unknown"
    best = min((level(*clause) for clause in speaking), default=None)
    of_best = [clause for clause in speaking if level(*clause) == best]
    return "tie" if len(of_best) > 1 else of_best[0] if of_best else None


def answer(coverage: Coverage, question: Question) -> tuple[Cover, ...] | type[Exception]:
    """Return what covers a ticket, or the kind of error."""
    try:
        return coverage.of(**question)  # type: ignore[arg-type]  # drawn
    except (TiedCoverage, UnknownPriority) as refusal:
        return type(refusal)


@settings(max_examples=200, deadline=None)
@given(books(), st.lists(questions, min_size=1, max_size=8))
def test_the_most_specific_clause_that_speaks_of_a_ticket_judges_it(book: Book, asked: list[Question]) -> None:
    coverage = Coverage(book)
    for question in asked:
        right = expected(book, question)
        found = answer(coverage, question)
        if not isinstance(found, tuple):
            assert ("tie" if found is TiedCoverage else "unknown") in right.values()
            continue
        assert not {"tie", "unknown"} & {each for each in right.values() if isinstance(each, str)}
        assert {(cover.kind, cover.party) for cover in found} == right.keys()
        for cover in found:
            check(cover, right[cover.kind, cover.party], book)


def check(cover: Cover, right: Pair | str | None, book: Book) -> None:
    """See that a cover is the right one, and that every other candidate is refused once with a reason."""
    candidates = [
        (version.label, target.id)
        for version in book.versions
        for target in version.targets
        if (target.kind, target.party) == (cover.kind, cover.party)
    ]
    refused = [(each.version, each.target) for each in cover.refused]
    chosen = [] if right is None else [(right[0].label, right[1].id)]  # type: ignore[union-attr]  # drawn
    assert sorted(refused + chosen) == sorted(candidates)
    assert all(each.reason for each in cover.refused)
    assert cover.reason
    if cover.state == "not covered":
        assert cover.target is None
    else:
        assert (cover.version, cover.target) == right


@settings(max_examples=60, deadline=None)
@given(books(), st.lists(questions, min_size=1, max_size=12))
def test_an_answer_does_not_depend_on_what_was_asked_before(book: Book, asked: list[Question]) -> None:
    used = Coverage(book)
    for question in (*asked, *reversed(asked)):
        assert answer(used, question) == answer(Coverage(book), question)
