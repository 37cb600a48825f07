"""Laws of coverage, against a slow and plain reading of the rule: filter, then take the most specific."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servanda.engine.agreements import AgreementVersion, Book, UnknownPriority
from servanda.engine.coverage import Cover, Coverage, TiedCoverage
from servanda.engine.targets import Target
from tests.laws.agreement_books import CODES, CUSTOMERS, SERVICES, books

FIRST = datetime(2015, 1, 1, tzinfo=UTC)
instants = st.integers(0, 16 * 366 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
questions = st.fixed_dictionaries(
    {
        "opened_at": instants,
        "service": st.sampled_from(("", *SERVICES)),
        "customer": st.sampled_from(("", *CUSTOMERS)),
        "priority": st.sampled_from(("", *CODES)),
        "ticket": st.sampled_from(("1", "no")),
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


def fits(question: Question, version: AgreementVersion, target: Target) -> bool:
    """Whether a clause is in force and for the ticket, whatever its priority."""
    at = question["opened_at"]
    assert isinstance(at, datetime)
    on = version.local_date(at)
    in_force = version.effective_from <= on <= (version.effective_until or on)
    services = target.services or version.services or {question["service"]}
    customers = target.customers or version.customers or {question["customer"]}
    return in_force and question["service"] in services and question["customer"] in customers


def expected(book: Book, question: Question) -> dict[tuple[object, str], Pair | str | None]:
    """Return the winner of each kind and party, `None` without one, 'tie' or 'unknown' for the errors."""
    clauses = [(version, target) for version in book.versions for target in version.targets]
    groups = dict.fromkeys((target.kind, target.party) for _, target in clauses)
    return {
        (kind, party): winner([(v, t) for v, t in clauses if (t.kind, t.party) == (kind, party)], question)
        for kind, party in groups
    }


def winner(clauses: list[Pair], question: Question) -> Pair | str | None:
    """Return the winning clause of one kind and party."""
    known, speaking = [], []
    in_scope = [(version, target) for version, target in clauses if fits(question, version, target)]
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
        return coverage.of(**question)  # type: ignore[arg-type]
    except (TiedCoverage, UnknownPriority) as refusal:
        return type(refusal)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(books(), st.lists(questions, min_size=1, max_size=12))
def test_the_most_specific_clause_that_speaks_of_a_ticket_judges_it(book: Book, asked: list[Question]) -> None:
    coverage = Coverage(book)
    for question in asked:
        right = expected(book, question)
        found = answer(coverage, question)
        if not isinstance(found, tuple):
            assert ("tie" if found is TiedCoverage else "unknown") in right.values()
            continue
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
    chosen = [] if right is None else [(right[0].label, right[1].id)]  # type: ignore[union-attr]
    assert sorted(refused + chosen) == sorted(candidates)
    assert all(each.reason for each in cover.refused)
    assert cover.reason
    if cover.state == "not covered":
        assert cover.target is None
    else:
        assert (cover.version, cover.target) == right


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(books(), st.lists(questions, min_size=1, max_size=12))
def test_an_answer_does_not_depend_on_what_was_asked_before(book: Book, asked: list[Question]) -> None:
    used = Coverage(book)
    for question in (*asked, *reversed(asked)):
        assert answer(used, question) == answer(Coverage(book), question)
