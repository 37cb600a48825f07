"""Who of those who speak for users came to which meeting, and of whom somebody should ask whether they still can."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from servanda.engine.attendance import absences_in_a_row, is_to_be_replaced
from servanda.engine.rights import Action, Role, Viewer
from servanda.queries import people
from servanda.queries.people import Person
from servanda.store import models
from servanda.store.access import access_organisation

SHOWN = 12
"""How many meetings are shown."""


@dataclass(frozen=True, slots=True)
class Attending:
    """A representative of today with the meetings that are noted of them, by day; `True` where they came."""

    person: Person
    present: Mapping[date, bool]

    @property
    def absences(self) -> int:
        """How many of the last meetings they missed one after the other."""
        return absences_in_a_row(self.present)

    @property
    def is_to_be_replaced(self) -> bool:
        """Whether somebody should ask for a replacement."""
        return is_to_be_replaced(self.present)


@dataclass(frozen=True, slots=True)
class Attendance:
    """The representatives of today by name, and the last meetings of which something is noted, the newest first."""

    representatives: tuple[Attending, ...]
    meetings: tuple[date, ...]

    @property
    def to_be_replaced(self) -> tuple[Attending, ...]:
        """Those who missed so many meetings in a row that somebody should ask."""
        return tuple(each for each in self.representatives if each.is_to_be_replaced)


def of(viewer: Viewer) -> Attendance:
    """Return who came to meetings; raise `NotFound` where the viewer may not see people. In a fixed number of steps."""
    organisation = access_organisation(viewer, Action.SEE_PEOPLE)
    found = _by_person(organisation)
    holding = people.directory(viewer).holding(Role.REPRESENTATIVE)
    meetings = sorted({on for present in found.values() for on in present}, reverse=True)
    return Attendance(tuple(Attending(each, found.get(each.id, {})) for each in holding), tuple(meetings[:SHOWN]))


def of_person(viewer: Viewer, id: str) -> Mapping[date, bool]:
    """Return the meetings that are noted of somebody, the newest first."""
    found = _by_person(access_organisation(viewer, Action.SEE_PEOPLE), id)
    return dict(sorted(found.get(id, {}).items(), reverse=True))


def _by_person(organisation: models.Organisation, id: str = "") -> dict[str, dict[date, bool]]:
    """Return what stands of each person: of several rows of a day the last."""
    rows = models.Attendance.objects.filter(organisation=organisation)
    rows = rows.filter(person__slug=id) if id else rows
    found: dict[str, dict[date, bool]] = {}
    told = rows.order_by("met_on", "sequence").values_list("person__slug", "met_on", "present")
    for slug, on, present in told:
        found.setdefault(slug, {})[on] = present
    return found
