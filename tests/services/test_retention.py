"""People can be forgotten: their names are in no byte of the database any more, and nothing else has changed."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection

from servanda.engine.events import Event, EventKind, Ticket
from servanda.engine.rights import Assignment, Role, Scope, Viewer
from servanda.services import audit, people, retention, transfers
from servanda.services.retention import AnonymisationRefused
from servanda.store import models, translate
from servanda.store.access import NotFound
from tests.databases import SQLITE_URL, work_on
from tests.services.fresh import made, on_server
from tests.upgrades import seeded

NOW = seeded.RECORDED + timedelta(days=1)
KIM = Viewer("school", "kim", date(2026, 2, 2), (Assignment(Role.ADMINISTRATOR),))
NAME = "Wilhelmina Quockerwodger"
OTHER = "Ethelbert Zyzzyva"


def import_people(*names: str) -> list[str]:
    """Keep people as an import of these names does, and return their pseudonyms."""
    met = people.Pseudonyms(models.Organisation.objects.get(slug="school"))
    slugs = [met.of(name) for name in names]
    met.keep()
    return slugs


def ticket(number: str, actor: str, given: str, on: date) -> None:
    """Keep a ticket that somebody opened and gave to somebody on a day."""
    at = seeded.START.replace(year=on.year, month=on.month, day=on.day)
    events = (
        Event(EventKind.OPENED, at, id="1", actor=actor),
        Event(EventKind.ASSIGNED, at, id="2", changes={"person": given}),
    )
    school = models.Organisation.objects.get(slug="school")
    record = translate.record_of_ticket(Ticket(number, events, "desk", "school"), school)
    record.save()
    for event in events:
        translate.record_of_event(event, record).save()


@pytest.fixture
def school(store: str) -> str:
    """Keep two organisations, and a person whom a source named; return the pseudonym."""
    seeded.seed(6)
    return import_people(NAME)[0]


def dumped() -> bytes:
    """Return the dump of everything."""
    stream = io.BytesIO()
    transfers.dump(stream)
    return stream.getvalue()


def test_a_forgotten_person_keeps_the_pseudonym_and_nothing_else(school: str) -> None:
    models.Person.objects.filter(slug=school).update(email="w.quockerwodger@example.org")
    retention.anonymise(KIM, school, now=NOW, reason="request of 3 May")
    person = models.Person.objects.get(slug=school)
    assert (person.name, person.email, person.anonymised_at, person.active) == ("", "", NOW, True)
    assert b"uockerwodger" not in dumped()


def test_counts_events_hashes_and_figures_stay(school: str) -> None:
    before = {line for line in dumped().splitlines() if b'"table"' not in line}
    figures = seeded.figures("school")
    retention.anonymise(KIM, "kim", now=NOW, reason="left in May")
    after = {line for line in dumped().splitlines() if b'"table"' not in line}
    # The person, the account, who it is elsewhere, a saved view, being in two teams, and the last line.
    assert len(before - after) == 7
    assert len(after - before) == 3  # and the entry
    assert seeded.figures("school") == figures


def test_the_audit_tells_the_reason_and_no_name(school: str) -> None:
    retention.anonymise(KIM, school, now=NOW, reason="request of 3 May")
    organisation = models.Organisation.objects.get(slug="school")
    entry = audit.newest(organisation)
    assert entry is not None
    assert (entry.action, entry.subject, entry.content) == (
        "anonymise",
        f"person {school}",
        {"reason": "request of 3 May"},
    )
    assert list(audit.breaks(organisation)) == []


@pytest.mark.parametrize("reason", ["", "  ", f"{NAME} asked for it", "WILHELMINA QUOCKERWODGER left"])
def test_a_reason_is_needed_and_must_not_repeat_the_name(school: str, reason: str) -> None:
    with pytest.raises(AnonymisationRefused):
        retention.anonymise(KIM, school, now=NOW, reason=reason)
    assert models.Person.objects.get(slug=school).name == NAME


def test_somebody_is_forgotten_once(school: str) -> None:
    retention.anonymise(KIM, school, now=NOW, reason="request of 3 May")
    with pytest.raises(AnonymisationRefused, match="was anonymised on 2026-02-03 already"):
        retention.anonymise(KIM, school, now=NOW, reason="request of 3 May")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_forgets_people(school: str, role: Role) -> None:
    scope = Scope(suppliers=frozenset({"s"})) if role is Role.SUPPLIER_CONTACT else Scope()
    asking = Viewer("school", "jo", KIM.on, (Assignment(role, scope),))
    with pytest.raises(NotFound):
        retention.anonymise(asking, school, now=NOW, reason="x")
    with pytest.raises(NotFound):
        retention.anonymise_unseen(asking, KIM.on, now=NOW, reason="x")
    assert models.Person.objects.get(slug=school).name == NAME


def test_nobody_of_another_organisation_is_forgotten_or_found(school: str) -> None:
    other = Viewer("college", "kim", KIM.on, KIM.assignments)
    with pytest.raises(NotFound):
        retention.anonymise(other, school, now=NOW, reason="x")
    with pytest.raises(NotFound):
        retention.find(other, NAME)


def test_a_person_is_found_by_id_or_by_a_name_that_is_theirs_alone(school: str) -> None:
    assert retention.find(KIM, school) == school
    assert retention.find(KIM, NAME) == school
    models.Person.objects.filter(organisation__slug="school", slug="kim").update(name=NAME)
    with pytest.raises(AnonymisationRefused, match="2 people are called"):
        retention.find(KIM, NAME)
    with pytest.raises(NotFound):
        retention.find(KIM, "Nobody")
    with pytest.raises(NotFound):
        retention.find(KIM, "")


def test_a_name_does_not_come_back_with_the_next_import(school: str) -> None:
    retention.anonymise(KIM, school, now=NOW, reason="request of 3 May")
    assert import_people(NAME) == [school]
    assert b"Quockerwodger" not in dumped()


def test_people_whose_last_event_is_long_ago_are_forgotten_together(school: str) -> None:
    old, busy, given, roled, never = import_people(OTHER, "Busy", "Given", "Roled", "Never")
    ticket("A1", old, "", date(2026, 1, 4))
    ticket("A2", busy, "", date(2026, 1, 4))
    ticket("A3", busy, given, date(2026, 1, 5))
    ticket("A4", roled, "", date(2025, 1, 5))
    person = models.Person.objects.get(slug=roled)
    translate.record_of_assignment(Assignment(Role.TECHNICIAN), person).save()
    gone = retention.anonymise_unseen(KIM, date(2026, 1, 5), now=NOW, reason="retention plan")
    assert sorted(gone) == sorted([old, never, school])
    names = models.Person.objects.filter(organisation__slug="school").exclude(name="").values_list("name", flat=True)
    assert sorted(names) == ["Busy", "Given", "Kim Ångström", "Roled"]
    organisation = models.Organisation.objects.get(slug="school")
    entry = audit.newest(organisation)
    assert entry is not None
    assert entry.subject == "people unseen since 2026-01-05"
    assert entry.content == {"reason": "retention plan", "people": sorted(gone)}


# --- the bytes on the disk ---


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """Work on an SQLite file of the test's own."""
    path = tmp_path / "own.sqlite3"
    made(f"sqlite:///{path}")
    yield path
    work_on(SQLITE_URL)


def everything_beside(file: Path) -> bytes:
    """Return all bytes of a database and of what lies beside it."""
    return b"".join(each.read_bytes() for each in sorted(file.parent.iterdir()))


def test_no_byte_of_the_file_or_its_log_holds_a_forgotten_name(file: Path) -> None:
    seeded.seed(6)
    many = import_people(*(f"{OTHER} {number}" for number in range(400)))
    (slug,) = import_people(NAME)
    # Names that were changed and moved about leave copies in pages that are free again.
    for number in range(3):
        models.Person.objects.filter(slug=slug).update(name=NAME * (number + 1), email=f"{NAME}@example.org")
    models.Person.objects.filter(slug=slug).update(name=NAME)
    assert everything_beside(file).count(NAME.encode()) > 1
    retention.anonymise(KIM, slug, now=NOW, reason="request of 3 May")
    retention.anonymise_unseen(KIM, date(2026, 3, 1), now=NOW, reason="retention plan")
    retention.leave_no_trace()
    assert sorted(models.Person.objects.filter(slug__in=many).values_list("name", flat=True).distinct()) == [""]
    left = everything_beside(file)
    assert [left.count(each.encode()) for each in (NAME, OTHER, "Kim Ångström")] == [0, 0, 2]


def test_a_reader_who_keeps_the_log_from_being_emptied_is_told_of(file: Path) -> None:
    seeded.seed(1)
    (slug,) = import_people(NAME)
    reader = connection.copy()
    with reader.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        cursor.execute("SELECT count(*) FROM store_person")
        retention.anonymise(KIM, slug, now=NOW, reason="request of 3 May")
        connection.cursor().execute("PRAGMA busy_timeout = 200")
        with pytest.raises(AnonymisationRefused, match="traces of it are left in its log"):
            retention.leave_no_trace()
    reader.close()
    retention.leave_no_trace()
    assert NAME.encode() not in everything_beside(file)


def test_a_server_rewrites_the_table_of_people(postgresql_url: str) -> None:
    made(on_server(postgresql_url, "forgotten"))
    seeded.seed(1)
    (slug,) = import_people(NAME)
    retention.anonymise(KIM, slug, now=NOW, reason="request of 3 May")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_filenode('store_person')")
        before = cursor.fetchone()
        retention.leave_no_trace()
        cursor.execute("SELECT pg_relation_filenode('store_person')")
        assert cursor.fetchone() != before
    work_on(SQLITE_URL)


def kim_of_the_school() -> models.Person:
    """Return the person."""
    return models.Person.objects.get(organisation__slug="school", slug="kim")


def test_who_is_forgotten_signs_in_no_more(school: str) -> None:
    models.SetUpLink.objects.create(person=kim_of_the_school(), secret_hash="1" * 64, until=NOW)
    retention.anonymise(KIM, "kim", now=NOW, reason="they asked")
    assert kim_of_the_school().account is None
    assert not models.SetUpLink.objects.exists()
    assert [each.email for each in models.Account.objects.all()] == ["kim@college.example.org"]


def test_an_account_of_two_organisations_stays_with_the_other(school: str) -> None:
    there = models.Person.objects.get(organisation__slug="college", slug="kim")
    here = kim_of_the_school()
    there.account = here.account
    there.save()
    retention.anonymise(KIM, "kim", now=NOW, reason="they asked")
    there.refresh_from_db()
    here.refresh_from_db()
    assert here.account is None
    assert there.account is not None
