"""Attendance: who came to meetings is noted by day, corrected beside what stood, and three absences prompt."""

from datetime import date

import pytest
from django.test import Client

from servanda.engine.attendance import absences_in_a_row, is_to_be_replaced
from servanda.engine.rights import Role, Viewer
from servanda.services import attendance, audit
from servanda.services.attendance import AttendanceRefused
from servanda.store import models
from servanda.store.access import NotFound
from tests.tenancy import school
from tests.web.browsers import SignedIn
from tests.web.test_catalogue import MANAGER, said

PEOPLE = "/o/school/people/"
PAGE, NOTE = f"{PEOPLE}attendance/", f"{PEOPLE}attendance/note/"
DAYS = [date(2025, 10, 6), date(2025, 11, 3), date(2025, 12, 1), date(2026, 1, 12)]


def test_only_the_last_absences_in_a_row_count() -> None:
    came = dict(zip(DAYS, (False, True, False, False), strict=True))
    assert absences_in_a_row(came) == 2
    assert not is_to_be_replaced(came)
    assert is_to_be_replaced(came | {DAYS[1]: False})
    assert absences_in_a_row({}) == 0


def note(client: Client, on: date, *present: str, status: int = 302) -> str:
    """Note a meeting by the form; return what the answer says."""
    return said(client.post(NOTE, {"on": f"{on}", "present": list(present)}), status)


@pytest.fixture
def desk(kept_school: models.Organisation, manager: Client) -> Client:
    """Return the browser of the service manager."""
    return manager


def test_three_absences_in_a_row_prompt_for_a_replacement(desk: Client) -> None:
    note(desk, DAYS[0], "representative")
    note(desk, DAYS[1])
    note(desk, DAYS[2])
    assert "missed the last" not in said(desk.get(PEOPLE))
    note(desk, DAYS[3])
    for address in (PEOPLE, PAGE):
        assert "representative missed the last 3 meetings. Ask whether somebody else should" in said(desk.get(address))
    table = said(desk.get(PAGE))
    assert "Representative 12 Jan 2026 1 Dec 2025 3 Nov 2025 6 Oct 2025" in table
    assert "6 October 2025: came" in said(desk.get(f"{PEOPLE}person/representative/"))


def test_a_correction_stands_beside_what_was_noted(desk: Client, kept_school: models.Organisation) -> None:
    note(desk, DAYS[0])
    note(desk, DAYS[0])
    note(desk, DAYS[0], "representative")
    kept = models.Attendance.objects.order_by("sequence").values_list("sequence", "present", "noted_by")
    assert list(kept) == [(1, False, "service-manager"), (2, True, "service-manager")]
    assert "Came" in said(desk.get(PAGE))
    entries = models.Entry.objects.filter(action="note_attendance").order_by("sequence")
    assert [(each.subject, each.content["absent"]) for each in entries] == [
        ("meeting 2025-10-06", ["representative"]),
        ("meeting 2025-10-06", []),
    ]
    assert list(audit.breaks(kept_school)) == []


def test_what_cannot_be_noted_is_refused_in_words(desk: Client) -> None:
    assert "is still to come" in note(desk, date(2126, 1, 1), status=400)
    assert "not one of the available choices" in note(desk, DAYS[0], "technician", status=400)
    models.RoleAssignment.objects.filter(role=Role.REPRESENTATIVE.value).update(from_on=date(2025, 12, 1))
    assert "Nobody spoke for users on 2025-10-06" in note(desk, DAYS[0], status=400)
    with pytest.raises(AttendanceRefused, match="was no representative"):
        attendance.note(MANAGER, DAYS[3], ["technician"], now=school.NOW)
    assert models.Attendance.objects.count() == 0


def test_an_auditor_sees_it_and_notes_nothing(desk: Client, signed_in: SignedIn) -> None:
    auditor = signed_in(Role.AUDITOR)
    assert "Note a meeting" not in said(auditor.get(PAGE))
    assert auditor.post(NOTE, {"on": f"{DAYS[0]}"}).status_code == 404
    with pytest.raises(NotFound):
        attendance.note(auditor_viewer(), DAYS[0], [], now=school.NOW)


def auditor_viewer() -> Viewer:
    """Return the auditor as somebody who asks."""
    return Viewer("school", "auditor", school.NOW.date())


def test_without_a_representative_there_is_nothing_to_note(desk: Client) -> None:
    models.RoleAssignment.objects.filter(role=Role.REPRESENTATIVE.value).delete()
    told = said(desk.get(PAGE))
    assert "Nobody is a representative today." in told
    assert "Note a meeting" not in told
