"""Tickets for what the catalogue does not list: flagged, found in the list, decided about, and proposed."""

import pytest
from django.test import Client

from servanda.engine.catalogue import CatalogueEntry, Component, ComponentKind, Support, Unlisted, unlisted
from servanda.engine.events import Event, EventKind, Ticket
from servanda.engine.rights import Role
from servanda.reports.unlisted import STANDARD_REFUSAL
from servanda.services import audit, catalogue
from servanda.store import books, models
from tests.builders import instant
from tests.queries.kept import keep_tickets
from tests.queries.test_attainment import keep_clocks
from tests.tenancy import school
from tests.web.browsers import SignedIn
from tests.web.test_catalogue import CATALOGUE, MANAGER, said

TICKETS = "/o/school/tickets/"
ENTRIES = {
    "printing": CatalogueEntry("Printing", components=(Component("queue", ComponentKind.SOFTWARE),)),
    "heating": CatalogueEntry("Heating", supported=Support.NONE),
    "fax": CatalogueEntry("Fax", withdrawn=True),
}


def ticket(number: str, **known: str) -> Ticket:
    """Return a ticket that was opened and nothing more."""
    opened = Event(EventKind.OPENED, instant("2026-01-12 09:00 Europe/London"), id=f"{number}-1", changes=known)
    return Ticket(number, (opened,), "desk", "school")


@pytest.fixture
def desk(kept_school: models.Organisation, manager: Client) -> Client:
    """Keep five tickets and a catalogue that lists the first one's service alone."""
    tickets = [
        ticket("T1", service="printing", priority="P1", component="Queue"),
        ticket("T2", service="gaming", priority="P1"),
        ticket("T3", service="heating", priority="P1"),
        ticket("T4", service="fax", priority="P1"),
        ticket("T5", service="printing", priority="P1", component="home printer"),
    ]
    keep_tickets(kept_school, tickets)
    keep_clocks(kept_school)
    books.forget()
    catalogue.apply(MANAGER, ENTRIES, now=school.NOW)
    return manager


def listed(client: Client, asked: str) -> list[str]:
    """Return the numbers of the tickets that a list shows."""
    text = client.get(f"{TICKETS}?sort=number&catalogue={asked}").text
    return [number for number in ("T1", "T2", "T3", "T4", "T5") if f"<bdi>{number}</bdi></a>" in text]


@pytest.mark.parametrize(
    ("entry", "component", "why"),
    [
        (None, "", Unlisted.SERVICE),
        (ENTRIES["fax"], "", Unlisted.WITHDRAWN),
        (ENTRIES["heating"], "boiler", Unlisted.NOT_SUPPORTED),
        (ENTRIES["printing"], "home printer", Unlisted.COMPONENT),
        (ENTRIES["printing"], "QUEUE", None),
        (ENTRIES["printing"], "", None),
        (CatalogueEntry("Mail"), "whatever", None),
    ],
)
def test_what_makes_a_ticket_unlisted(entry: CatalogueEntry | None, component: str, why: Unlisted | None) -> None:
    assert unlisted(entry, component) is why


def test_a_ticket_says_why_it_is_not_authorised(desk: Client) -> None:
    for number, told in (
        ("T2", "Not authorised The catalogue does not list the service gaming. Nothing is decided yet."),
        ("T3", "Not authorised The catalogue says that heating is not supported."),
        ("T4", "Not authorised The service fax is withdrawn from the catalogue."),
        ("T5", "Not authorised The catalogue does not name home printer as a part of Printing."),
    ):
        assert told.lower() in said(desk.get(f"{TICKETS}desk/{number}/")).lower()
    assert "Not authorised" not in said(desk.get(f"{TICKETS}desk/T1/"))


def test_without_a_catalogue_no_ticket_is_flagged(kept_school: models.Organisation, manager: Client) -> None:
    keep_tickets(kept_school, [ticket("T2", service="gaming", priority="P1")])
    assert "Not authorised" not in said(manager.get(f"{TICKETS}desk/T2/"))
    assert listed(manager, "outside") == []


def test_the_list_finds_them_and_what_was_decided(desk: Client) -> None:
    assert listed(desk, "outside") == ["T2", "T3", "T4"]
    for number, decision in (("T2", "proposed"), ("T3", "refused"), ("T4", "refused"), ("T4", "accepted_once")):
        told = {"decision": decision, "text": "No."}
        assert desk.post(f"{TICKETS}desk/{number}/decide/", told).status_code == 302
    assert listed(desk, "undecided") == []
    assert listed(desk, "proposed") == ["T2"]
    assert listed(desk, "refused") == ["T3"]
    assert listed(desk, "accepted_once") == ["T4"]
    assert desk.get(f"{TICKETS}?catalogue=whatever").status_code == 400


def test_each_decision_stays_with_its_text_and_is_audited(desk: Client, kept_school: models.Organisation) -> None:
    page = desk.get(f"{TICKETS}desk/T2/").text
    assert STANDARD_REFUSAL in page
    desk.post(f"{TICKETS}desk/T2/decide/", {"decision": "refused", "text": "Not <b>here</b>."})
    desk.post(f"{TICKETS}desk/T2/decide/", {"decision": "accepted_once", "text": ""})
    page = desk.get(f"{TICKETS}desk/T2/").text
    assert "Not &lt;b&gt;here&lt;/b&gt;." in page
    assert page.index("Accepted once, ") < page.index("Refused, ")
    entries = models.Entry.objects.filter(action="decide_unlisted").order_by("sequence")
    assert [each.content["decision"] for each in entries] == ["refused", "accepted_once"]
    assert list(audit.breaks(kept_school)) == []


@pytest.mark.parametrize(
    ("number", "told", "why"),
    [
        ("T1", {"decision": "refused", "text": "No."}, "for something that the catalogue lists"),
        ("T2", {"decision": "refused", "text": " "}, "A refusal has no text."),
        ("T2", {"decision": "perhaps", "text": ""}, "It is not said what is decided."),
    ],
)
def test_what_cannot_be_decided_is_refused_in_words(desk: Client, number: str, told: dict[str, str], why: str) -> None:
    answer = desk.post(f"{TICKETS}desk/{number}/decide/", told)
    assert why in said(answer, 400)
    assert models.ListingDecision.objects.count() == 0


def test_only_whoever_manages_decides_and_a_supplier_is_told_nothing(desk: Client, signed_in: SignedIn) -> None:
    technician = signed_in(Role.TECHNICIAN)
    assert "Not authorised" in said(technician.get(f"{TICKETS}desk/T2/"))
    assert "Keep the decision" not in said(technician.get(f"{TICKETS}desk/T2/"))
    assert technician.post(f"{TICKETS}desk/T2/decide/", {"decision": "proposed"}).status_code == 404
    supplier = signed_in(Role.SUPPLIER_CONTACT)
    assert supplier.get(f"{TICKETS}?catalogue=outside").status_code == 404
    assert 'name="catalogue"' not in supplier.get(TICKETS).text


def test_what_is_proposed_is_added_under_the_id_that_tickets_have(desk: Client) -> None:
    desk.post(f"{TICKETS}desk/T2/decide/", {"decision": "proposed", "text": ""})
    assert "Proposed for the catalogue gaming , for 1 ticket – add it" in said(desk.get(CATALOGUE))
    told = {"after": "0", "name": "Games lab", "supported": "full"}
    answer = desk.post(f"{CATALOGUE}add/?service=gaming", told)
    assert answer.headers["Location"] == f"{CATALOGUE}of/gaming/"
    assert "Proposed for the catalogue" not in said(desk.get(CATALOGUE))
    assert "The catalogue lists it by now." in said(desk.get(f"{TICKETS}desk/T2/"))
