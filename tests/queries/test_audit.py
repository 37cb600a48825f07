"""The audit, read: by whoever may see it, by dates of the organisation, in as many statements as for one entry."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from servanda.engine.rights import Action, Assignment, Role, Viewer
from servanda.queries.audit import Asked, entries
from servanda.services import audit
from servanda.store import models
from servanda.store.access import NotFound
from tests.builders import instant
from tests.queries.kept import TODAY, viewer
from tests.store.rows import school

SEEING = viewer(Role.AUDITOR)


def write(count: int) -> None:
    """Write entries of two people, one an hour from midnight in Tokyo on."""
    organisation = school()
    organisation.zone = "Asia/Tokyo"
    organisation.save()
    for place in range(count):
        somebody = Viewer("school", "kim" if place % 2 else "lee", TODAY)
        action = Action.RECORD_EVENT if place % 3 else Action.IMPORT_LOG
        now = instant("2026-01-05 00:00 Asia/Tokyo") + timedelta(hours=place)
        with transaction.atomic():
            audit.note(organisation, somebody, action, f"desk/T{place}", now=now)


def sequences(asked: Asked) -> list[int]:
    """Return the numbers of the entries."""
    return [entry.sequence for entry in entries(SEEING, asked)]


def test_entries_come_from_the_first_on(store: str) -> None:
    write(5)
    assert sequences(Asked()) == [1, 2, 3, 4, 5]
    assert entries(SEEING, Asked()).zone == "Asia/Tokyo"


def test_a_day_begins_at_midnight_of_the_organisation(store: str) -> None:
    write(50)
    assert sequences(Asked(first=date(2026, 1, 6), last=date(2026, 1, 6))) == list(range(25, 49))
    assert sequences(Asked(first=date(2026, 1, 7))) == [49, 50]
    assert sequences(Asked(last=date(2026, 1, 4))) == []


def test_entries_are_chosen_by_who_did_what(store: str) -> None:
    write(6)
    assert sequences(Asked(actor="kim")) == [2, 4, 6]
    assert sequences(Asked(action=Action.IMPORT_LOG)) == [1, 4]
    assert sequences(Asked(actor="kim", action=Action.IMPORT_LOG)) == [4]


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.REPRESENTATIVE, Role.EXECUTIVE])
def test_who_may_not_see_the_audit_finds_nothing(store: str, role: Role) -> None:
    write(1)
    with pytest.raises(NotFound):
        entries(viewer(role), Asked())


def test_a_limited_scope_shows_no_audit(store: str) -> None:
    write(1)
    with pytest.raises(NotFound):
        entries(viewer(Role.AUDITOR, services=["mail"]), Asked())


def test_another_organisation_has_no_audit_here(store: str) -> None:
    write(1)
    school("college")
    other = Viewer("college", "kim", TODAY, (Assignment(Role.AUDITOR),))
    assert list(entries(other, Asked())) == []


def test_ten_entries_take_as_many_statements_as_a_thousand(store: str) -> None:
    write(10)
    with CaptureQueriesContext(connection) as few:
        assert len(sequences(Asked())) == 10
    organisation = school_again()
    for place in range(990):
        with transaction.atomic():
            audit.note(organisation, SEEING, Action.RECORD_EVENT, f"desk/M{place}", now=instant("2026-02-01 09:00"))
    with CaptureQueriesContext(connection) as many:
        assert len(sequences(Asked())) == 1000
    assert len(few) == len(many) == 2


def school_again() -> models.Organisation:
    """Return the school as it is kept."""
    return models.Organisation.objects.get(slug="school")
