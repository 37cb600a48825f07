"""The only way to a protected row, with a fixed cast: who gets a ticket, and who is told that there is none."""

from dataclasses import replace
from datetime import date

import pytest

from servanda.engine.events import Event, EventKind
from servanda.engine.rights import Action, Assignment, Role, Scope, Viewer
from servanda.store import models
from servanda.store.access import NotFound, access_organisation, access_ticket
from tests.builders import instant
from tests.store.rows import HISTORY, keep, school

TODAY = date(2026, 1, 12)
ASSIGNED = Event(
    EventKind.ASSIGNED, instant("2026-01-05 09:30 Europe/London"), id="e2", changes={"supplier": "copier-company"}
)
WITH_SUPPLIER = replace(HISTORY, events=(*HISTORY.events, ASSIGNED))


def viewer(role: Role, organisation: str = "school", **scope: set[str]) -> Viewer:
    """Return somebody with one role who asks today."""
    limits = Scope(**{sort: frozenset(names) for sort, names in scope.items()})
    return Viewer(organisation, "kim", TODAY, (Assignment(role, limits),))


def answer(who: Viewer, action: Action = Action.SEE_TICKET, number: str = "T1") -> models.Ticket | str:
    """Return the ticket, or the words of the refusal."""
    try:
        return access_ticket(who, action, "desk", number).record
    except NotFound as refusal:
        return str(refusal)


def test_a_technician_gets_the_ticket(store: str) -> None:
    record = keep(HISTORY, school())
    assert answer(viewer(Role.TECHNICIAN)) == record


def test_missing_foreign_and_forbidden_get_the_same_answer(store: str) -> None:
    keep(HISTORY, school())
    school("college")
    foreign = answer(viewer(Role.ADMINISTRATOR, "college"))
    forbidden = answer(viewer(Role.REPRESENTATIVE, customers={"pupils"}))
    missing = str(NotFound("ticket 'T1' of source 'desk'"))
    assert foreign == forbidden == missing


def test_a_ticket_of_the_same_number_next_door_is_never_taken_for_ours(store: str) -> None:
    keep(HISTORY, school("college"))
    ours = keep(HISTORY, school())
    assert answer(viewer(Role.AUDITOR)) == ours


def test_a_supplier_gets_the_tickets_it_was_assigned_to(store: str) -> None:
    record = keep(WITH_SUPPLIER, school())
    assert answer(viewer(Role.SUPPLIER_CONTACT, suppliers={"copier-company"})) == record
    with pytest.raises(NotFound):
        access_ticket(viewer(Role.SUPPLIER_CONTACT, suppliers={"telephone-company"}), Action.SEE_TICKET, "desk", "T1")


def test_seeing_is_not_changing(store: str) -> None:
    keep(HISTORY, school())
    with pytest.raises(NotFound):
        access_ticket(viewer(Role.AUDITOR), Action.RECORD_EVENT, "desk", "T1")


def test_the_whole_organisation_is_for_those_who_may_touch_all_of_it(store: str) -> None:
    own = school()
    assert access_organisation(viewer(Role.SERVICE_MANAGER), Action.IMPORT_LOG) == own
    for who in (viewer(Role.TECHNICIAN), viewer(Role.SERVICE_MANAGER, services={"mail"})):
        with pytest.raises(NotFound):
            access_organisation(who, Action.IMPORT_LOG)
    with pytest.raises(NotFound):
        access_organisation(viewer(Role.ADMINISTRATOR, "nowhere"), Action.IMPORT_LOG)
