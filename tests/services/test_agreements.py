"""Applying agreements: what is kept stays, what is new is added, and the tickets it changes are judged anew."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from servanda.bad_input import BadInput
from servanda.engine.agreements import Book, Signature
from servanda.engine.canonical import UnreadableContent
from servanda.engine.events import Event, EventKind
from servanda.engine.rights import Action, Assignment, Role, Scope, Viewer
from servanda.services import agreements, audit, events, organisations, verification
from servanda.services.agreements import Applied, BookRefused
from servanda.store import models
from servanda.store.access import NotFound
from servanda.store.books import coverage_of, forget, read_ahead, remembered_book
from tests.builders import instant
from tests.files.agreement_examples import SMALL, changed, draft
from tests.laws.agreement_books import books

NOW = instant("2026-06-01 09:00 Europe/London")
SLUG = "hill-school"
EVERYTHING = Scope()


def school(slug: str = SLUG, zone: str = "Europe/London") -> models.Organisation:
    """Return an organisation that is kept, with somebody who administers it."""
    return organisations.add(slug, "Hill School", zone, "kim", NOW)


def fresh(organisation: models.Organisation) -> models.Organisation:
    """Return the organisation as it is kept now."""
    return models.Organisation.objects.get(pk=organisation.pk)


def viewer(role: Role = Role.SERVICE_MANAGER, organisation: str = SLUG, scope: Scope = EVERYTHING) -> Viewer:
    """Return somebody with a role today."""
    return Viewer(organisation, "kim", date(2026, 6, 1), (Assignment(role, scope),))


def book(*changes: tuple[str, str], more: str = "") -> Book:
    """Return the small book with texts replaced and others put at its end."""
    return draft(changed(*changes) + more).book()


def second(begins: str, limits: str = "{P1: 2 hours, P2: 9 hours}") -> str:
    """Return the text of a second version without an end."""
    text = SMALL[SMALL.index("      - number: 1") :].replace("number: 1", "number: 2")
    text = text.replace("from: 2026-01-01\n        until: 2026-12-31", f"from: {begins}\n        review_on: 2027-01-01")
    return text.replace("{P1: 4 hours, P2: 9 hours}", limits)


OPEN_ENDED = ("until: 2026-12-31", "review_on: 2026-12-01")


def apply(told: Book, now: datetime = NOW) -> Applied:
    """Apply a book as the service manager."""
    return agreements.apply(viewer(), told, now)


def open_ticket(number: str, at: str) -> None:
    """Record a ticket of priority P1 that was opened at an instant."""
    opened = Event(EventKind.OPENED, instant(f"{at} Europe/London"), changes={"service": "mail", "priority": "P1"})
    events.record(viewer(), "desk", number, [opened], now=instant(f"{at} Europe/London"))


def due(number: str) -> tuple[datetime | None, int] | None:
    """Return the due instant of a ticket's clock and the number of the version that judges it."""
    clock = models.Clock.objects.filter(ticket__number=number).select_related("version").first()
    return (clock.due_at, clock.version.number) if clock else None


def test_a_first_book_is_kept_whole_and_noted(store: str) -> None:
    own = school()
    applied = apply(book())
    assert applied == Applied(
        versions=("desk/1",),
        calendars=("office-hours",),
        priorities=("levels",),
        customers=("office",),
        services=("mail", "print"),
    )
    assert fresh(own).agreements_applied == 1
    assert agreements.book_of(fresh(own)).versions == book().versions
    entry = audit.newest(own)
    assert entry is not None
    assert (entry.actor, entry.action, entry.subject) == ("kim", "apply_agreement", "book hill-school")
    assert entry.content["versions"] == {"desk/1": book().versions[0].content_hash()}
    assert list(audit.breaks(own)) == []


def test_a_book_of_the_database_is_the_book_of_the_file(store: str) -> None:
    own = school()
    apply(book())
    kept = agreements.book_of(fresh(own))
    assert kept == book()


def test_without_agreements_the_book_is_empty_and_covers_nothing(store: str) -> None:
    own = school()
    assert agreements.book_of(own).versions == ()
    assert agreements.coverage_of(own).of(opened_at=NOW) == ()


def test_the_same_book_again_changes_nothing_and_is_not_noted(store: str) -> None:
    own = school()
    apply(book())
    again = apply(book())
    assert again == Applied(same=("desk/1",))
    assert fresh(own).agreements_applied == 1
    assert models.Entry.objects.filter(organisation=own).count() == 2


def test_a_plan_shows_the_same_and_writes_nothing(store: str) -> None:
    own = school()
    planned = agreements.plan(viewer(), book(), NOW)
    assert planned.versions == ("desk/1",)
    for model in (models.AgreementVersion, models.CalendarVersion, models.Service, models.Customer):
        assert model.objects.filter(organisation=own).count() == 0
    assert fresh(own).agreements_applied == 0
    assert replace(apply(book()), judged=0) == planned


def test_a_kept_version_with_other_content_is_refused_whether_signed_or_not(store: str) -> None:
    own = school()
    apply(book())
    with pytest.raises(BookRefused, match="desk/1 is kept with another content: its targets would change"):
        apply(book(("P1: 4 hours", "P1: 3 hours")))
    apply(signed(book()))
    with pytest.raises(BookRefused, match="desk/1 is kept with another content, signed on 2026-01-05"):
        apply(book(("P1: 4 hours", "P1: 3 hours")))
    assert agreements.book_of(fresh(own)).versions[0].content_hash() == book().versions[0].content_hash()
    assert fresh(own).agreements_applied == 2


def signed(told: Book, on: date = date(2026, 1, 5)) -> Book:
    """Return a book whose versions are all signed."""
    return replace(
        told, versions=tuple(replace(each, signed=Signature(on, each.content_hash())) for each in told.versions)
    )


def test_a_signature_is_added_later_and_once(store: str) -> None:
    own = school()
    apply(book())
    assert apply(signed(book())).signatures == ("desk/1",)
    kept = agreements.book_of(fresh(own)).versions[0]
    assert kept.signed == Signature(date(2026, 1, 5), kept.content_hash())
    assert not apply(signed(book())).changed
    assert not apply(book()).changed
    with pytest.raises(BookRefused, match="kept as signed on 2026-01-05, and the book says 2026-02-01"):
        apply(signed(book(), date(2026, 2, 1)))


def test_a_signature_of_something_else_is_refused(store: str) -> None:
    school()
    wrong = replace(book().versions[0], signed=Signature(date(2026, 1, 5), "sha256:" + "0" * 64))
    with pytest.raises(BookRefused, match="says something else than what was signed"):
        apply(replace(book(), versions=(wrong,)))
    assert models.AgreementVersion.objects.count() == 0


def test_a_second_version_ends_a_signed_one_without_an_end_and_judges_its_tickets_anew(store: str) -> None:
    own = school()
    apply(signed(book(OPEN_ENDED)))
    open_ticket("T1", "2026-04-01 09:00")
    open_ticket("T2", "2026-05-04 09:00")
    assert (due("T1"), due("T2")) == (
        (instant("2026-04-01 13:00 Europe/London"), 1),
        (instant("2026-05-04 13:00 Europe/London"), 1),
    )
    applied = apply(book(OPEN_ENDED, more=second("2026-05-01")))
    assert (applied.versions, applied.same, applied.judged) == (("desk/2",), ("desk/1",), 1)
    assert (due("T1"), due("T2")) == (
        (instant("2026-04-01 13:00 Europe/London"), 1),
        (instant("2026-05-04 11:00 Europe/London"), 2),
    )
    entry = audit.newest(own)
    assert entry is not None
    assert entry.content["judged"] == 1
    assert verification.verify(viewer(Role.AUDITOR)).differences == ()


def test_agreements_that_come_after_the_tickets_judge_them(store: str) -> None:
    school()
    open_ticket("T1", "2026-04-01 09:00")
    assert due("T1") is None
    assert apply(book()).judged == 1
    assert due("T1") == (instant("2026-04-01 13:00 Europe/London"), 1)


def test_a_book_with_the_new_version_alone_adds_to_what_is_kept(store: str) -> None:
    own = school()
    apply(book(OPEN_ENDED))
    whole = book(OPEN_ENDED, more=second("2026-05-01"))
    alone = replace(whole, versions=whole.versions[1:])
    assert apply(alone).versions == ("desk/2",)
    assert [each.label for each in agreements.book_of(fresh(own)).versions] == ["desk/1", "desk/2"]


def test_versions_of_two_books_may_each_hold_another_calendar_of_one_name(store: str) -> None:
    own = school()
    apply(book(OPEN_ENDED))
    later = book(OPEN_ENDED, ("08:00-17:00", "08:00-12:00"), more=second("2026-07-01"))
    assert apply(replace(later, versions=later.versions[1:])).calendars == ("office-hours",)
    kept = agreements.book_of(fresh(own))
    assert [each.id for each in kept.calendars] == ["office-hours", "office-hours"]
    assert kept.versions[0].calendar != kept.versions[1].calendar
    assert kept.versions[0].calendar is kept.versions[0].targets[0].calendar


def test_an_end_agreed_later_is_kept_once_and_takes_its_tickets_away(store: str) -> None:
    own = school()
    apply(signed(book()))
    open_ticket("T1", "2026-04-01 09:00")
    open_ticket("T2", "2026-05-04 09:00")
    ended = book(("until: 2026-12-31", "until: 2026-12-31\n        ended: 2026-04-30"))
    applied = apply(ended)
    assert (applied.versions, applied.endings, applied.judged) == ((), ("desk/1",), 1)
    assert due("T1") is not None
    assert due("T2") is None
    kept = agreements.book_of(fresh(own)).versions[0]
    assert (kept.ended_on, kept.signed is not None) == (date(2026, 4, 30), True)
    assert not apply(ended).changed
    with pytest.raises(BookRefused, match="kept as ended on 2026-04-30, and the book says 2026-04-29"):
        apply(book(("until: 2026-12-31", "until: 2026-12-31\n        ended: 2026-04-29")))
    assert verification.verify(viewer(Role.AUDITOR)).differences == ()


def test_a_new_version_may_come_ended(store: str) -> None:
    own = school()
    applied = apply(book(("until: 2026-12-31", "until: 2026-12-31\n        ended: 2026-04-30")))
    assert (applied.versions, applied.endings) == (("desk/1",), ("desk/1",))
    assert agreements.book_of(fresh(own)).versions[0].ended_on == date(2026, 4, 30)


def test_a_version_that_overlaps_one_that_is_kept_is_refused(store: str) -> None:
    school()
    apply(book())
    alone = book(OPEN_ENDED, more=second("2026-05-01"))
    with pytest.raises(BookRefused, match="desk/1 and desk/2 are both in force from 2026-05-01"):
        apply(replace(alone, versions=alone.versions[1:]))
    assert models.AgreementVersion.objects.count() == 1


def test_another_agreement_for_the_same_tickets_is_refused(store: str) -> None:
    school()
    apply(book())
    other = book(("  - id: desk\n", "  - id: help\n"))
    with pytest.raises(BookRefused, match="'fix' of desk/1 and 'fix' of help/1 cover the same tickets"):
        apply(other)


def test_a_book_of_somebody_else_or_of_another_zone_is_refused(store: str) -> None:
    school()
    with pytest.raises(BookRefused, match="of the organisation 'valley', not of 'hill-school'"):
        apply(book(("id: hill-school", "id: valley")))
    with pytest.raises(BookRefused, match="in Europe/Paris, the organisation in Europe/London"):
        apply(book(("zone: Europe/London", "zone: Europe/Paris")))


@pytest.mark.parametrize(
    "change", [("number: 1", "number: 99999999999"), ("codes: [P1, P2]", f"codes: [P1, P2, {'P' * 201}]")]
)
def test_what_no_database_could_keep_is_refused_in_words(store: str, change: tuple[str, str]) -> None:
    school()
    with pytest.raises(BadInput):
        apply(book(change))


def test_coverage_is_read_once_until_agreements_are_applied(store: str) -> None:
    own = school()
    apply(book(OPEN_ENDED))
    first = agreements.coverage_of(fresh(own))
    record = fresh(own)
    with CaptureQueriesContext(connection) as statements:
        assert agreements.coverage_of(record) is first
    assert len(statements) == 0
    apply(book(OPEN_ENDED, more=second("2026-05-01")))
    assert agreements.coverage_of(fresh(own)) is not first


def test_what_was_read_ahead_is_read_again_once_agreements_are_applied(store: str) -> None:
    own = school()
    apply(book(OPEN_ENDED))
    forget()
    read_ahead(NOW)
    record = fresh(own)
    with CaptureQueriesContext(connection) as statements:
        ahead = remembered_book(record)
    assert len(statements) == 0
    assert [each.number for each in ahead.versions] == [1]
    apply(book(OPEN_ENDED, more=second("2026-05-01")))
    assert [each.number for each in remembered_book(fresh(own)).versions] == [1, 2]


def test_a_book_that_cannot_be_read_ahead_keeps_no_other_from_it(store: str) -> None:
    own = school()
    apply(book(OPEN_ENDED))
    newer = models.Organisation.objects.create(id=0, slug="newer", name="Newer", zone="Europe/London")
    kept = models.AgreementVersion.objects.values().get()
    written = {"id": None, "organisation_id": newer.pk, "content": {"form": "of a newer Servanda"}}
    models.AgreementVersion.objects.create(**kept | written)
    with pytest.raises(UnreadableContent):
        remembered_book(newer)
    forget()
    read_ahead(NOW)
    record = fresh(own)
    with CaptureQueriesContext(connection) as statements:
        remembered_book(record)
    assert len(statements) == 0


def test_coverage_of_a_transaction_that_was_undone_is_not_remembered(store: str) -> None:
    own = school()
    open_ticket("T1", "2026-04-01 09:00")
    agreements.plan(viewer(), book(), NOW)
    with pytest.raises(RuntimeError), undone():
        apply(book(("P1: 4 hours", "P1: 1 hour")))
    apply(book())
    (cover,) = agreements.coverage_of(fresh(own)).of(opened_at=NOW, priority="P1")
    assert str(cover.limit) == "4 hours"
    assert coverage_of(fresh(own)) is agreements.coverage_of(fresh(own))


@contextmanager
def undone() -> Iterator[None]:
    """A transaction that fails at its end."""
    with transaction.atomic():
        yield
        raise RuntimeError


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(books())
def test_any_book_is_refused_or_comes_back_as_it_was(store: str, told: Book) -> None:
    unsigned = tuple(replace(each, signed=None) for each in told.versions)
    with transaction.atomic():
        own = organisations.add("org", "Any", told.organisation.zone, "kim", NOW)
        found = refused_or_applied(replace(told, versions=unsigned))
        if isinstance(found, str):
            assert "cover the same tickets" in found
        else:
            kept = agreements.book_of(fresh(own))
            assert (kept.versions, kept.customers, kept.services) == (unsigned, told.customers, told.services)
            assert refused_or_applied(replace(told, versions=unsigned)) == Applied(same=found.versions)
        transaction.set_rollback(True)


def refused_or_applied(told: Book) -> Applied | str:
    """Apply a book of the organisation 'org'; return what it added, or why it was refused."""
    try:
        return agreements.apply(viewer(organisation="org"), told, NOW)
    except BookRefused as refusal:
        return refusal.found


def cast() -> list[Viewer]:
    """Return people who may not apply agreements: without a role, with another, with part of one, and next door."""
    return [
        Viewer(SLUG, "sam", date(2026, 6, 1)),
        viewer(Role.TECHNICIAN),
        viewer(Role.SERVICE_MANAGER, scope=Scope(services=frozenset({"mail"}))),
        viewer(Role.ADMINISTRATOR, organisation="valley"),
        viewer(Role.ADMINISTRATOR, organisation="nowhere"),
    ]


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("step", [agreements.apply, agreements.plan])
def test_only_who_may_change_the_whole_organisation_applies_agreements(
    store: str, place: int, step: Callable[[Viewer, Book, datetime], Applied]
) -> None:
    school()
    school("valley")
    who = cast()[place]
    if who.organisation == "valley":
        with pytest.raises(BookRefused, match="not of 'valley'"):
            step(who, book(), NOW)
    else:
        with pytest.raises(NotFound) as refusal:
            step(who, book(), NOW)
        assert str(refusal.value) == str(NotFound(f"organisation '{who.organisation}'"))
    assert models.AgreementVersion.objects.count() == 0
    assert models.Entry.objects.filter(action=Action.APPLY_AGREEMENT.value).count() == 0
