"""There and back between engine values and the rows of both databases, and nothing lost."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servanda.engine.agreements import AgreementVersion, Book, PriorityScheme, Signature
from servanda.engine.calendars import Calendar
from servanda.engine.events import CLASSIFICATION, Claims, Event, EventKind, Ticket
from servanda.engine.rights import Assignment, Role, Scope
from servanda.store import models, translate
from tests.builders import instant
from tests.laws.agreement_books import books, calendars, schemes
from tests.store.rows import HISTORY, MONDAY_NINE, keep, kept, school

FEW = settings(max_examples=15, suppress_health_check=list(HealthCheck))

texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
instants = st.datetimes(datetime(1970, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Return any event that makes sense."""
    kind = draw(st.sampled_from(EventKind))
    return Event(
        kind,
        draw(instants),
        id=draw(texts),
        sequence=draw(st.integers(0, 2**40)),
        recorded_at=draw(st.none() | instants),
        actor=draw(texts),
        reason=draw(texts),
        changes=draw(st.dictionaries(st.sampled_from(CLASSIFICATION), texts, max_size=3)),
        retracts=draw(texts.filter(bool)) if kind is EventKind.RETRACTED else "",
    )


def named(event: Event) -> Event:
    """Return an event as it comes back: its id is its key, which is the hash of its content where it had none."""
    return replace(event, id=translate.event_key(event))


def test_a_ticket_comes_back_with_its_events_claims_and_flags(store: str) -> None:
    own = school()
    keep(HISTORY, own)
    assert kept(own) == replace(HISTORY, events=tuple(named(each) for each in HISTORY.events))


def test_the_copies_in_a_ticket_say_what_its_events_say(store: str) -> None:
    record = keep(HISTORY, school())
    assert (record.service, record.customer, record.priority) == ("mail", "staff", "P1")
    assert record.opened_at == MONDAY_NINE
    assert record.last_event_at == instant("2026-01-05 12:00 Europe/London")
    assert record.event_count == 5


@FEW
@given(st.lists(events(), max_size=4, unique_by=translate.event_key))
def test_any_event_comes_back_as_it_was(store: str, history: list[Event]) -> None:
    own = models.Organisation.objects.filter(slug="any").first() or school("any")
    number = str(models.Ticket.objects.count())
    keep(Ticket(number, tuple(history), source="desk"), own)
    assert list(kept(own, number=number).events) == [named(each) for each in history]


@given(st.lists(events(), max_size=6).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_the_hash_of_a_history_is_the_same_in_any_order_and_in_any_slices(
    both: tuple[list[Event], list[Event]],
) -> None:
    history, shuffled = both
    half = len(history) // 2
    assert translate.history_hash(shuffled) == translate.history_hash(history)
    sliced = translate.added_hash(translate.history_hash(shuffled[half:]), shuffled[:half])
    assert sliced == translate.history_hash(history)


def test_the_hash_of_a_history_leaves_out_its_id_and_when_it_was_recorded_and_nothing_else() -> None:
    event = HISTORY.events[0]
    same = replace(event, recorded_at=instant("2027-01-01 00:00 Europe/London"))
    assert translate.history_hash([same]) == translate.history_hash([event])
    assert translate.history_hash([replace(event, id="e9")]) == translate.history_hash([event])
    others = [
        replace(event, actor="sam"),
        replace(event, sequence=9),
        replace(event, reason="because"),
        replace(event, changes={"priority": "P2"}),
        replace(event, happened_at=instant("2026-01-05 09:01 Europe/London")),
        replace(event, kind=EventKind.NOTED),
    ]
    assert len({translate.history_hash([each]) for each in [event, *others]}) == 7


def test_an_event_without_an_id_is_known_by_what_it_says() -> None:
    paused = HISTORY.events[1]
    assert translate.event_key(HISTORY.events[0]) == "e1"
    assert translate.event_key(paused) == translate.event_content_hash(paused)
    assert translate.event_key(paused) != translate.event_key(replace(paused, sequence=9))


def test_claims_of_nothing_come_back_as_nothing(store: str) -> None:
    record = keep(replace(HISTORY, claims=Claims()), school())
    assert translate.claims_of(models.Claim.objects.get(ticket=record)) == Claims()


@pytest.mark.slow
@FEW
@given(books())
def test_any_version_comes_back_with_its_hash_and_signature(store: str, book: Book) -> None:
    own = models.Organisation.objects.filter(slug="any").first() or school("any")
    number = models.AgreementVersion.objects.count()
    for place, each in enumerate(book.versions):
        version = replace(each, number=number + place + 1, signed=None, ended_on=None)
        added = translate.record_of_version(version, own, MONDAY_NINE)
        added.save()
        translate.record_of_signature(Signature(date(2026, 1, 5), added.content_hash), added, MONDAY_NINE).save()
        record = models.AgreementVersion.objects.get(agreement=version.agreement, number=version.number)
        back: AgreementVersion = translate.version_of(record, models.Signature.objects.get(version=record))
        assert back == replace(version, signed=Signature(date(2026, 1, 5), version.content_hash()))
        assert translate.version_of(record, None) == version
        assert record.content_hash == back.content_hash() == version.content_hash()


@FEW
@given(calendars("office"), schemes("usual"))
def test_any_calendar_and_any_scheme_come_back(store: str, calendar: Calendar, scheme: PriorityScheme) -> None:
    own = models.Organisation.objects.filter(slug="any").first() or school("any")
    kept_calendar = translate.record_of_calendar(calendar, own, MONDAY_NINE)
    kept_scheme = translate.record_of_scheme(scheme, own, MONDAY_NINE)
    if not models.CalendarVersion.objects.filter(content_hash=kept_calendar.content_hash).exists():
        kept_calendar.save()
    if not models.PrioritySchemeVersion.objects.filter(content_hash=kept_scheme.content_hash).exists():
        kept_scheme.save()
    found = models.CalendarVersion.objects.get(content_hash=kept_calendar.content_hash)
    assert translate.calendar_of(found) == calendar
    assert (
        translate.scheme_of(models.PrioritySchemeVersion.objects.get(content_hash=kept_scheme.content_hash)) == scheme
    )


def test_a_role_comes_back_with_its_scope_and_dates(store: str) -> None:
    own = school()
    kim = models.Person.objects.create(organisation=own, slug="kim", name="Kim", email="kim@example.org")
    scope = Scope(services=frozenset({"print", "mail"}), suppliers=frozenset({"copier-company"}))
    given_role = Assignment(Role.SUPPLIER_CONTACT, scope, date(2026, 1, 1), None)
    translate.record_of_assignment(given_role, kim).save()
    assert [translate.assignment_of(each) for each in kim.assignments.all()] == [given_role]
