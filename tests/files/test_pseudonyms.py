"""Tests of people under pseudonyms: the same events, with a pseudonym in place of each name."""

from pathlib import Path

import pytest

from servanda.engine.events import Ticket
from servanda.files.derivation import Derivation
from servanda.files.pseudonyms import Pseudonyms, with_pseudonyms
from servanda.files.row_groups import RowGroups
from tests.files.mapping_examples import EVENTS, mapping_of, story, table_of

HEADER = "Number,Updated,Opened,State,Priority,Team,By,To"
ROWS = (
    "A1,13/01/2026 09:05,13/01/2026 09:00,New,P2,Desk,Ann Lee,?",
    "A1,13/01/2026 09:30,13/01/2026 09:00,In Progress,P2,Desk,Ben, Ann Lee ",
    "A1,13/01/2026 10:00,13/01/2026 09:00,Resolved,P2,Desk,,ANN LEE",
)
WITH_PEOPLE = EVENTS.replace("team: Team", "team: Team\n      person: To").replace(
    "order: file", "order: file\n      actor: By"
)
NOTHING = 'table: {nothing: ["?"]}'


def of(name: str) -> str:
    return f"P({name})"


def read(mapping_text: str, *, pseudonyms: bool, rows: tuple[str, ...] = ROWS) -> Ticket:
    mapping = mapping_of(mapping_text, NOTHING, "faults: {values share an id: flag}")
    rewrite = Pseudonyms(mapping, of)
    derivation = Derivation(rewrite.mapping if pseudonyms else mapping, Path("kept"))
    with table_of("\n".join((HEADER, *rows, ""))) as path:
        ((number, group),) = RowGroups(mapping, path)
    ticket = derivation.ticket(number, [rewrite.row(row) for row in group] if pseudonyms else group)
    assert ticket is not None
    return ticket


def people(ticket: Ticket) -> list[tuple[str, str]]:
    return [(event.actor, event.changes.get("person", "")) for event in ticket.ordered()]


def test_the_cells_of_those_who_act_and_those_who_are_assigned_are_rewritten_and_no_others() -> None:
    mapping = mapping_of(WITH_PEOPLE, NOTHING)
    with table_of("\n".join((HEADER, *ROWS, ""))) as path:
        ((_, rows),) = RowGroups(mapping, path)
    columns = ("Number", "Updated", "State", "By", "To")
    places = [mapping.columns.index(each) for each in columns]
    rewritten = [with_pseudonyms(row, mapping, of) for row in rows]
    assert [[row.cells[place] for place in places] for row in rewritten] == [
        ["A1", "13/01/2026 09:05", "New", "P(Ann Lee)", "?"],
        ["A1", "13/01/2026 09:30", "In Progress", "P(Ben)", "P(Ann Lee)"],
        ["A1", "13/01/2026 10:00", "Resolved", "", "P(ANN LEE)"],
    ]
    assert [row.number for row in rewritten] == [2, 3, 4]


CASES = (
    WITH_PEOPLE,
    WITH_PEOPLE.replace("person: To", "person: {column: To, as: id}"),
    WITH_PEOPLE.replace("person: To", "person: {column: To, default: nobody}"),
    WITH_PEOPLE.replace("person: To", "person: {column: To, values: {Ann Lee: ann}}"),
    WITH_PEOPLE.replace("person: To", "person: {column: To, values: {Ann Lee: ann}, as: id}"),
    WITH_PEOPLE.replace("person: To", "person: {always: Ann Lee}"),
    WITH_PEOPLE.replace("actor: By", "actor: To"),
    WITH_PEOPLE.replace("\n      actor: By", ""),
    WITH_PEOPLE.replace("\n      person: To", ""),
)


@pytest.mark.parametrize("mapping", CASES)
def test_the_events_are_those_of_the_names_with_each_name_rewritten(mapping: str) -> None:
    plain, rewritten = read(mapping, pseudonyms=False), read(mapping, pseudonyms=True)
    assert story(rewritten) == story(plain)
    assert people(rewritten) == [
        (of(actor) if actor else "", of(person) if person else "") for actor, person in people(plain)
    ]


def test_names_that_come_to_one_id_are_one_person() -> None:
    ticket = read(WITH_PEOPLE.replace("person: To", "person: {column: To, as: id}"), pseudonyms=True)
    assert [person for _, person in people(ticket) if person] == ["P(ann-lee)"]


def test_a_condition_on_a_person_still_holds() -> None:
    mapping = WITH_PEOPLE.replace("opened: Opened", "opened: Opened\n      first_responded: {first: {To: [Ann Lee]}}")
    assert "13 09:30 first_responded" in story(read(mapping, pseudonyms=True))


def test_a_class_that_is_read_from_the_column_of_a_person_keeps_its_words() -> None:
    mapping = WITH_PEOPLE.replace("team: Team", "team: {column: To, values: {Ann Lee: first line}, unknown: keep}")
    teams = [event.changes.get("team") for event in read(mapping, pseudonyms=True).ordered()]
    assert teams == [None, "first line", "P(ANN LEE)", None]


def test_a_person_that_the_mapping_does_not_list_is_no_fault() -> None:
    ticket = read(WITH_PEOPLE.replace("person: To", "person: {column: To, values: {Ben: ben}}"), pseudonyms=False)
    assert [person for _, person in people(ticket) if person] == ["Ann Lee", "ANN LEE"]
