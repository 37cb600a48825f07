"""The pages of groups of users, suppliers and teams: who is shown what, how they are kept, and what is refused."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.datastructures import MultiValueDict
from hypothesis import given, settings
from hypothesis import strategies as st

from servanda.engine.directory import CustomerGroup, Everybody, PersonRecord, Record, Sort, Supplier, Team
from servanda.engine.rights import Assignment, Role, Scope, Viewer
from servanda.files import agreements as agreement_files
from servanda.files import people as people_file
from servanda.services import everybody
from servanda.store import books, models, translate
from servanda.web.directory_forms import GroupForm, RecordForm, SupplierForm, TeamForm, initial
from tests.examples import small_log
from tests.tenancy import school
from tests.web.browsers import SignedIn
from tests.web.test_people import said, text_of

PEOPLE = "/o/school/people/"
KIM = Viewer("school", "administrator", date(2026, 2, 2), (Assignment(Role.ADMINISTRATOR),))
CONTACT = Assignment(Role.SUPPLIER_CONTACT, Scope(suppliers=frozenset({"acme"})))
OF_PUPILS = Assignment(Role.REPRESENTATIVE, Scope(customers=frozenset({"pupils"})))
KEPT = Everybody(
    {"sam": PersonRecord("Sam Smith", roles=frozenset({CONTACT})), "ann": PersonRecord("Ann", active=False)},
    {"pupils": CustomerGroup("Pupils", 800, "Everybody who learns."), "staff": CustomerGroup("Staff")},
    {"acme": Supplier("Acme Copiers", contacts="0123", until=date(2026, 12, 31)), "other": Supplier("Other Ltd")},
    {"copiers": Team("Copiers", 2, "acme", members=frozenset({"sam", "ann"}))},
)
CONTRACT = """\
  - id: copiers
    name: Copier contract
    kind: UC
    versions:
      - number: 1
        from: 2026-01-01
        services: [printing]
        calendar: office
        targets:
          - {id: there, kind: hand_over, party: acme, limit: 8 hours}
          - {id: elsewhere, kind: hand_over, party: zenith, limit: 8 hours}
"""


@pytest.fixture
def administrator(signed_in: SignedIn) -> Client:
    """Return the browser of the administrator."""
    return signed_in(Role.ADMINISTRATOR)


@pytest.fixture
def told(kept_school: models.Organisation) -> None:
    """Keep two groups, two suppliers and a team with its people."""
    everybody.apply(KIM, KEPT, now=school.NOW)


@pytest.fixture
def contract(kept_school: models.Organisation, tmp_path: Path) -> None:
    """Keep a contract that names Acme, and one that nothing is kept of."""
    path = tmp_path / "contract.yaml"
    text = small_log.AGREEMENTS.rstrip("\n") + "\n" + CONTRACT
    path.write_text(text, encoding="utf-8")
    [version] = [each for each in agreement_files.load(path).versions if each.agreement == "copiers"]
    translate.record_of_version(version, kept_school, school.NOW).save()
    models.Organisation.objects.update(agreements_applied=9)
    books.forget()


def narrow(role: Role, assignment: Assignment) -> None:
    """Let the person of a role have it in a scope alone."""
    kept = models.Person.objects.get(slug=school.slug_of(role))
    kept.assignments.all().delete()
    translate.record_of_assignment(assignment, kept).save()


def mark_of(browser: Client, address: str) -> str:
    """Return the mark that a form sends along of what was read."""
    found = re.search(r'name="after" value="([^"]*)"', browser.get(address).content.decode())
    assert found is not None
    return found[1]


# --- seeing ---


def test_a_supplier_is_shown_with_its_contract_its_contacts_and_its_teams(
    administrator: Client, told: None, contract: None
) -> None:
    shown = text_of(administrator, f"{PEOPLE}suppliers/of/acme/")
    for each in (
        "A supplier, which is here until its last day.",
        "Copier contract , version 1",
        "Sam Smith",
        "Copiers",
    ):
        assert each in shown
    listed = text_of(administrator, f"{PEOPLE}suppliers/")
    assert "Acme Copiers until 31 December 2026" in listed
    assert "An agreement or a role names suppliers by these ids. zenith : say who it is" in listed
    asking = administrator.get(f"{PEOPLE}suppliers/add/?id=zenith").content.decode()
    assert 'name="id" value="zenith"' in asking


def test_open_tickets_are_counted_where_a_clock_of_a_hand_over_runs(
    administrator: Client, told: None, contract: None
) -> None:
    version = models.AgreementVersion.objects.get(agreement="copiers")
    for number, party, stopped in (("1", "acme", None), ("2", "acme", school.NOW), ("3", "zenith", None)):
        ticket = models.Ticket.objects.create(
            organisation=version.organisation, source="desk", number=number, opened_at=school.NOW
        )
        models.Clock.objects.create(
            organisation=version.organisation,
            ticket=ticket,
            kind="hand_over",
            party=party,
            target="there",
            version=version,
            state="met" if stopped else "running",
            started_at=school.NOW,
            stopped_at=stopped,
            elapsed=0,
            paused=0,
        )
    page = administrator.get(f"{PEOPLE}suppliers/of/acme/").content.decode()
    found = re.search(r'Open tickets there</dt><dd><a href="([^"]+)">1</a>', page)
    assert found is not None
    assert said(administrator.get(found[1].replace("&amp;", "&"))).count("desk") >= 1


def test_a_team_is_shown_with_its_line_and_who_is_in_it(administrator: Client, told: None) -> None:
    shown = text_of(administrator, f"{PEOPLE}teams/of/copiers/")
    for each in ("Second line. A team of Acme Copiers", "Sam Smith", "Ann has left", "Open tickets there none"):
        assert each in shown
    assert "Copiers 2 Acme Copiers 2 none none" in text_of(administrator, f"{PEOPLE}teams/")


def test_a_contact_sees_its_own_supplier_alone_and_no_names(signed_in: SignedIn, told: None, contract: None) -> None:
    contact = signed_in(Role.SUPPLIER_CONTACT)
    listed = text_of(contact, f"{PEOPLE}suppliers/")
    assert "Acme Copiers" in listed
    shown = text_of(contact, f"{PEOPLE}suppliers/of/acme/")
    assert "Copier contract" in shown
    for hidden in ("Other Ltd", "zenith", "Sam", "Its teams", "Change it", "What was done"):
        assert hidden not in listed + shown
    for foreign in ("suppliers/of/other/", "teams/", "teams/of/copiers/", "groups/", "groups/of/pupils/", ""):
        assert contact.get(f"{PEOPLE}{foreign}").status_code == 404


def test_who_speaks_for_a_group_sees_that_group_alone(signed_in: SignedIn, told: None) -> None:
    narrow(Role.REPRESENTATIVE, OF_PUPILS)
    speaking = signed_in(Role.REPRESENTATIVE)
    assert "Staff" not in text_of(speaking, f"{PEOPLE}groups/")
    shown = text_of(speaking, f"{PEOPLE}groups/of/pupils/")
    assert "A group of users of about 800 people." in shown
    assert "Everybody who learns." in shown
    for foreign in ("groups/of/staff/", "suppliers/", "suppliers/of/acme/", "teams/", "groups/of/pupils/write/"):
        assert speaking.get(f"{PEOPLE}{foreign}").status_code == 404


def test_each_list_takes_the_same_statements_however_long_it_is(
    administrator: Client, told: None, contract: None
) -> None:
    before = statements(administrator)
    more = [f"n{number}" for number in range(20)]
    longer = Everybody(
        {each: PersonRecord(each, roles=frozenset({CONTACT})) for each in more},
        {each: CustomerGroup(each) for each in more},
        {each: Supplier(each) for each in more},
        {each: Team(each, supplier=each, members=frozenset({each, "sam"})) for each in more},
    )
    everybody.apply(KIM, longer, now=school.NOW)
    assert statements(administrator) == before


def statements(browser: Client) -> list[int]:
    """Return how many statements each list takes, once everything is read that is read once."""
    counts = []
    for sort in ("groups", "suppliers", "teams"):
        browser.get(f"{PEOPLE}{sort}/")
        with CaptureQueriesContext(connection) as captured:
            browser.get(f"{PEOPLE}{sort}/")
        counts.append(len(captured))
    return counts


def test_the_page_of_a_person_says_what_files_did_to_them(administrator: Client, told: None) -> None:
    for last in (date(2026, 12, 31), date(2027, 12, 31), None):
        role = Assignment(Role.SUPPLIER_CONTACT, CONTACT.scope, until_on=last)
        sam = PersonRecord("Sam", "sam@school.example", roles=frozenset({role}))
        everybody.apply(KIM, Everybody({"sam": sam}), now=school.NOW)
    shown = text_of(administrator, f"{PEOPLE}person/sam/")
    for each in (
        "has another name and another address",
        "is supplier contact until 2026-12-31",
        "stays supplier contact until 2027-12-31",
        "stays supplier contact without an end",
    ):
        assert each in shown


# --- doing ---


def test_a_supplier_is_added_and_changed_and_the_audit_has_no_word_of_it(
    administrator: Client, kept_school: models.Organisation
) -> None:
    answer = administrator.post(f"{PEOPLE}suppliers/add/", {"name": "Acme Ltd", "contacts": "Pat Doe\r\n0123"})
    address = f"{PEOPLE}suppliers/of/acme-ltd/"
    assert answer.headers["Location"] == address
    after = mark_of(administrator, f"{address}write/")
    form = {"after": after, "name": "Acme Ltd", "contacts": "Kim Roe", "until": "2026-12-31"}
    assert administrator.post(f"{address}write/", form).headers["Location"] == address
    kept = everybody.everybody(KIM).suppliers["acme-ltd"]
    assert kept == Supplier("Acme Ltd", contacts="Kim Roe", until=date(2026, 12, 31))
    assert "changed: how it is reached, last day by administrator" in text_of(administrator, address)
    entries = models.Entry.objects.filter(subject="supplier acme-ltd").order_by("sequence")
    assert [each.content for each in entries] == [
        {"done": "added"},
        {"done": "changed", "fields": ["contacts", "until"]},
    ]


def test_a_team_is_added_changed_and_closed(administrator: Client, told: None) -> None:
    form = {
        "name": "Help desk",
        "id": "first line / desk",
        "line": "1",
        "members": ["sam"],
        "email": "desk@school.example",
    }
    address = administrator.post(f"{PEOPLE}teams/add/", form).headers["Location"]
    assert address == f"{PEOPLE}teams/of/first%20line%20~2F%20desk/"
    after = mark_of(administrator, f"{address}write/")
    form = {"after": after, "name": "Help desk", "line": "1", "supplier": "acme", "closed": "on"}
    assert administrator.post(f"{address}write/", form).status_code == 302
    assert everybody.everybody(KIM).teams["first line / desk"] == Team("Help desk", supplier="acme", active=False)
    assert "It is closed, and is given nothing more." in text_of(administrator, address)


def test_a_group_is_added_and_agreements_know_its_name(administrator: Client, kept_school: models.Organisation) -> None:
    applied = models.Organisation.objects.get(slug="school").agreements_applied
    form = {"name": "Parents", "users": "1200", "description": "Who write to us."}
    assert administrator.post(f"{PEOPLE}groups/add/", form).headers["Location"] == f"{PEOPLE}groups/of/parents/"
    assert models.Organisation.objects.get(slug="school").agreements_applied == applied + 1
    assert "Parents" in text_of(administrator, PEOPLE)


@pytest.mark.parametrize(
    ("sort", "form", "refusal"),
    [
        ("suppliers", {"name": ""}, "Name: This field is required."),
        ("suppliers", {"name": "Acme", "id": "acme"}, "Id: There is a supplier 'acme' already. Change that one."),
        (
            "suppliers",
            {"name": "A", "since": "2026-02-01", "until": "2026-01-01"},
            "Last day: A supplier ends on 2026-01-01, before it begins",
        ),
        ("teams", {"name": "Desk"}, "Line of support: This field is required."),
        ("teams", {"name": "Desk", "line": "4"}, "Line of support: Select a valid choice."),
        ("teams", {"name": "Desk", "line": "1", "members": ["nobody"]}, "Who is in it: Select a valid choice."),
        ("teams", {"name": "Desk", "line": "1", "supplier": "none-such"}, "Whose team: Select a valid choice."),
        ("groups", {"name": "Parents", "users": "-1"}, "About how many people"),
    ],
)
def test_what_cannot_be_is_said_beside_the_form(
    administrator: Client, told: None, sort: str, form: Mapping[str, Any], refusal: str
) -> None:
    before = everybody.everybody(KIM)
    assert refusal in said(administrator.post(f"{PEOPLE}{sort}/add/", form), 400)
    assert everybody.everybody(KIM) == before


def test_what_somebody_changed_meanwhile_is_not_written_over(administrator: Client, told: None) -> None:
    address = f"{PEOPLE}suppliers/of/acme/write/"
    after = mark_of(administrator, address)
    everybody.apply(KIM, Everybody(suppliers={"acme": Supplier("Acme & Sons")}), now=school.NOW)
    form = {"after": after, "name": "Acme Copiers", "contacts": "999"}
    answer = administrator.post(address, form)
    assert "Somebody has changed the supplier 'acme' since you opened it. What you wrote stands below." in said(
        answer, 400
    )
    assert everybody.everybody(KIM).suppliers["acme"] == Supplier("Acme & Sons")
    again = re.search(r'name="after" value="([^"]*)"', answer.content.decode())
    assert again is not None
    assert administrator.post(address, {**form, "after": again[1]}).status_code == 302
    assert everybody.everybody(KIM).suppliers["acme"] == Supplier("Acme Copiers", contacts="999")


def test_the_form_of_a_role_offers_the_suppliers_that_are_known(
    administrator: Client, told: None, contract: None
) -> None:
    page = administrator.get(f"{PEOPLE}person/sam/").content.decode()
    assert '<option value="acme">Acme Copiers</option>' in page
    assert '<option value="zenith">zenith</option>' in page
    assert 'list="known-suppliers"' in page
    assert "For Acme Copiers" in said(administrator.get(f"{PEOPLE}person/sam/"))


# --- form, file, form ---

LINE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=10)
LINES = st.lists(LINE | st.just(""), max_size=3).map("\r\n".join)
DAYS = st.sampled_from(["", "2026-01-01", "2026-05-04"])
MEMBERS = st.lists(st.sampled_from(["ann", "kim", "sam"]), unique=True)
CHOICES: Mapping[str, Any] = {
    "suppliers": {"acme": Supplier("Acme"), "12": Supplier("Twelve")},
    "people": {each: PersonRecord(each) for each in ("ann", "kim", "sam")},
}
FORMS = {
    Sort.GROUP: st.fixed_dictionaries({"name": LINE, "users": st.sampled_from(["", "0", "800"]), "description": LINES}),
    Sort.SUPPLIER: st.fixed_dictionaries(
        {
            "name": LINE,
            "description": LINES,
            "contacts": LINES,
            "dispute_contact": LINES,
            "since": DAYS,
            "until": st.sampled_from(["", "2026-12-31"]),
        }
    ),
    Sort.TEAM: st.fixed_dictionaries(
        {
            "name": LINE,
            "line": st.sampled_from(["1", "2", "3"]),
            "supplier": st.sampled_from(["", "acme", "12"]),
            "description": LINES,
            "email": st.sampled_from(["", "desk@school.example"]),
            "contact": LINES,
            "members": MEMBERS,
            "closed": st.sampled_from(["", "on"]),
        }
    ),
}
PARTS = {Sort.GROUP: "groups", Sort.SUPPLIER: "suppliers", Sort.TEAM: "teams"}


def form_of(sort: Sort, told: Mapping[str, Any] | None, **more: Any) -> RecordForm:
    """Return the form of a sort with what a browser sends."""
    data = MultiValueDict({name: each if isinstance(each, list) else [each] for name, each in (told or {}).items()})
    sent: Any = data if told is not None else None
    if sort is Sort.TEAM:
        return TeamForm(sent, is_new=False, **CHOICES, **more)
    return (GroupForm if sort is Sort.GROUP else SupplierForm)(sent, is_new=False, **more)


def record_of(form: RecordForm) -> Record:
    """Return what a form says."""
    assert form.is_valid(), form.errors
    found: Record = form.cleaned_data["record"]
    return found


@pytest.mark.parametrize("sort", list(Sort))
def test_form_file_form_is_identical(sort: Sort, tmp_path: Path) -> None:
    path = tmp_path / "people.yaml"

    @settings(max_examples=60, deadline=None)
    @given(told=FORMS[sort])
    def law(told: Mapping[str, Any]) -> None:
        form = form_of(sort, told)
        record = record_of(form)
        parts: dict[str, Any] = {PARTS[sort]: {"a b": record}}
        path.write_text(people_file.written("school", Everybody(**parts)), encoding="utf-8", newline="")
        [(id, again)] = people_file.load(path).everybody.of(sort).items()
        assert (id, again) == ("a b", record)
        shown = form_of(sort, None, initial=initial(again))
        sent = {each.name: each.value() for each in shown if not (each.value() is None or each.value() is False)}
        assert record_of(form_of(sort, {name: _sent(value) for name, value in sent.items()})) == record

    law()


def _sent(value: Any) -> Any:
    """Return what a browser sends of a value that it was shown."""
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, list) else "on" if value is True else f"{value}"
