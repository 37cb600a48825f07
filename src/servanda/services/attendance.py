"""Who came to a meeting and who did not, of those who speak for users; a correction stands beside what was noted."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from servanda.bad_input import BadInput
from servanda.engine.rights import Action, Role, Viewer
from servanda.services import audit
from servanda.store import models, translate
from servanda.store.access import access_organisation, lock_organisation


class AttendanceRefused(BadInput):
    """Something that cannot be noted of a meeting."""


def note(viewer: Viewer, on: date, present: Collection[str], *, now: datetime) -> int:
    """Keep which representatives came to the meeting of a day; all others of that day did not. Return how many are new.

    Raise `AttendanceRefused` for a day to come, one on which nobody spoke for users, or somebody who did not, and
    `NotFound` where the viewer may not note it.
    """
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        access_organisation(viewer, Action.NOTE_ATTENDANCE)
        representatives = _representatives(organisation, on)
        _refuse(viewer, on, present, representatives)
        noted = [each for each in representatives.values() if _keep(viewer, each, on, each.slug in present, now)]
        if noted:
            told = {"present": sorted(present), "absent": sorted(representatives.keys() - set(present))}
            audit.note(organisation, viewer, Action.NOTE_ATTENDANCE, f"meeting {on}", now=now, content=told)
        return len(noted)


def _representatives(organisation: models.Organisation, on: date) -> dict[str, models.Person]:
    """Return who spoke for users on a day, by id, whether or not they are still here."""
    kept = models.RoleAssignment.objects.filter(organisation=organisation, role=Role.REPRESENTATIVE.value)
    rows = kept.select_related("person").order_by("person__slug")
    return {each.person.slug: each.person for each in rows if translate.assignment_of(each).holds_on(on)}


def _refuse(viewer: Viewer, on: date, present: Collection[str], representatives: Collection[str]) -> None:
    if on > viewer.on:
        raise AttendanceRefused(
            f"The meeting of {on} is still to come.", expected="a meeting that was", mend="Correct the day."
        )
    if not representatives:
        raise AttendanceRefused(
            f"Nobody spoke for users on {on}.",
            expected="a day on which somebody is a representative",
            mend="Give somebody the role first, or correct the day.",
        )
    others = sorted(set(present) - set(representatives))
    if others:
        raise AttendanceRefused(
            f"'{others[0]}' was no representative on {on}.",
            expected="those who spoke for users on that day",
            mend="Choose among them.",
        )


def _keep(viewer: Viewer, person: models.Person, on: date, present: bool, now: datetime) -> bool:
    """Keep whether somebody came, unless that is noted already."""
    before = models.Attendance.objects.filter(organisation_id=person.organisation_id, person=person, met_on=on)
    last = before.order_by("-sequence").first()
    if last is not None and last.present is present:
        return False
    models.Attendance.objects.create(
        organisation_id=person.organisation_id,
        person=person,
        met_on=on,
        sequence=(last.sequence if last else 0) + 1,
        present=present,
        noted_by=viewer.person,
        noted_at=now,
    )
    return True
