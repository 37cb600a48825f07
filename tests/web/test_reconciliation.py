"""The page of reconciliation: worked out at once where there is little, ordered and waited for where there is much."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from servanda.engine.events import Claims, Event, EventKind, Ticket
from servanda.engine.rights import Role
from servanda.reports.reconciliation.as_job import RECONCILE
from servanda.services import events, people
from servanda.services.jobs import Worker
from servanda.store import models
from servanda.web.views import reconciliation
from tests.queries.kept import keep_tickets
from tests.tenancy import school
from tests.web.browsers import SignedIn
from tests.web.test_agreements import text

PAGE = "/o/school/reconciliation/"
MONDAY = datetime.fromisoformat("2026-01-12T09:00+00:00")


def claimed(number: int, source: str = "desk") -> Ticket:
    """Return a ticket of priority P2, due after eight open hours, which its source puts at ten for every third."""
    told = (
        Event(EventKind.OPENED, MONDAY, id=f"{number}-1", changes={"service": "printing", "priority": "P2"}),
        Event(EventKind.RESOLVED, MONDAY + timedelta(hours=2), id=f"{number}-2"),
    )
    due_at = MONDAY + timedelta(hours=8 if number % 3 else 7)
    return Ticket(f"T{number}", told, source, "school", Claims(due_at=due_at, met=True))


@pytest.fixture
def tickets(kept_school: models.Organisation) -> models.Organisation:
    """Keep twelve tickets with what their source claims of them."""
    keep_tickets(kept_school, [claimed(number) for number in range(12)])
    return kept_school


@pytest.fixture
def much(tickets: models.Organisation, monkeypatch: pytest.MonkeyPatch) -> models.Organisation:
    """Let twelve tickets be too many to wait for."""
    monkeypatch.setattr(reconciliation, "AT_ONCE", 11)
    return tickets


def work() -> str:
    """Let a worker do the next job and return what came of it."""
    ended = Worker("w", {RECONCILE.kind: RECONCILE}, lambda: school.NOW).run_one()
    return ended.verdict if ended else "nothing"


def test_little_is_worked_out_at_once(tickets: models.Organisation, manager: Client) -> None:
    told = text(manager, PAGE)
    assert "4 tickets differ from what the source says." in told
    assert "8 of 12 (66.66 %)" in told
    assert "12 of 12 (100.00 %)" in told
    assert "12 , every source" in told or "12, every source" in told
    assert "servanda reconcile --organisation school --kind resolution --json" in told
    assert "Work it out" not in told
    assert not models.Message.objects.exists()


def test_nothing_to_compare_is_said(manager: Client) -> None:
    assert "no ticket is kept" in text(manager, PAGE)


def test_much_is_ordered_waited_for_and_then_shown(much: models.Organisation, manager: Client) -> None:
    assert "This was not worked out yet." in text(manager, PAGE)
    answer = manager.post(PAGE, {"source": "", "kind": "resolution"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"{PAGE}?source=&kind=resolution")
    assert "It is ordered and waits for its turn." in text(manager, PAGE)
    manager.post(PAGE, {"source": "", "kind": "resolution"})
    assert "It was ordered already." in text(manager, PAGE)
    assert models.Message.objects.count() == 1
    assert work() == "done"
    told = text(manager, PAGE)
    assert "8 of 12 (66.66 %)" in told
    assert "Nothing was written since that could change a figure." in told
    assert "over 12 tickets with 24 events" in told


def test_newer_events_are_told(much: models.Organisation, manager: Client) -> None:
    manager.post(PAGE, {"source": "", "kind": "resolution"})
    work()
    administrator = people.viewer(much, "administrator", now=school.NOW)
    events.record(administrator, "desk", "T1", [Event(EventKind.NOTED, school.NOW, id="late")], now=school.NOW)
    assert "Newer events came since: 1 recording of events after this was worked out" in text(manager, PAGE)
    manager.post(PAGE, {"source": "", "kind": "resolution"})
    assert work() == "done"
    assert "Newer events" not in text(manager, PAGE)


def test_a_job_that_failed_says_why(much: models.Organisation, manager: Client) -> None:
    manager.post(PAGE, {"source": "", "kind": "resolution"})
    models.RoleAssignment.objects.filter(person__slug="service-manager").delete()
    assert work() == "refused"
    told = text(administrator_of(much), PAGE)
    assert "The last attempt failed" in told
    assert "Work it out" in told


def administrator_of(organisation: models.Organisation) -> Client:
    """Return the browser of the administrator."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(models.Account.objects.get(people__slug="administrator", people__organisation=organisation))
    return client


def test_a_source_and_a_kind_are_chosen(tickets: models.Organisation, manager: Client) -> None:
    keep_tickets(tickets, [claimed(number, "other & <else>") for number in range(3)])
    assert "other & <else>" in text(manager, PAGE)
    told = text(manager, f"{PAGE}?source=other+%26+%3Celse%3E")
    assert "2 of 3" in told
    assert "66.66 %" not in told, "a few are counts only"


@pytest.mark.parametrize("asked", ["?source=none", "?kind=none", "?kind=update", "?source=%00"])
def test_what_is_forged_is_refused(tickets: models.Organisation, manager: Client, asked: str) -> None:
    assert manager.get(f"{PAGE}{asked}").status_code == 400


@pytest.mark.parametrize("form", [{}, {"kind": "update"}, {"kind": "resolution", "source": "none"}, {"kind": "\0"}])
def test_a_forged_form_orders_nothing(much: models.Organisation, manager: Client, form: dict[str, str]) -> None:
    assert manager.post(PAGE, form).status_code == 400
    assert not models.Message.objects.exists()


def test_who_does_not_see_every_ticket_sees_and_orders_nothing(much: models.Organisation, signed_in: SignedIn) -> None:
    for role in (Role.EXECUTIVE, Role.SUPPLIER_CONTACT):
        assert signed_in(role).get(PAGE).status_code == 404
        assert signed_in(role).post(PAGE, {"kind": "resolution"}).status_code == 404
    assert not models.Message.objects.exists()
    assert signed_in(Role.TECHNICIAN).get(PAGE).status_code == 200


def test_the_way_there_is_offered_to_whoever_would_be_let_in(tickets: models.Organisation, signed_in: SignedIn) -> None:
    offered = {role for role in Role if PAGE in signed_in(role).get("/o/school/").content.decode()}
    assert offered == set(Role) - {Role.EXECUTIVE, Role.SUPPLIER_CONTACT}
