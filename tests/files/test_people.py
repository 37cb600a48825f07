"""People, groups, suppliers and teams as a file: what it says, and each fault with its line and its mend.

That nothing is lost on the way into a database and out again stands in `tests/services/test_everybody.py`.
"""

from datetime import date
from pathlib import Path

import pytest

from servanda.bad_input import BadInput
from servanda.engine.directory import CustomerGroup, Everybody, PersonRecord, Supplier, Team
from servanda.engine.rights import Assignment, Role, Scope
from servanda.files import people
from servanda.files.listed import RefusedListing

WHOLE = """\
format: servanda-people/1
organisation: hill
people:
- id: kim
  name: Kim Roe
  email: kim@hill.example
  roles:
  - {role: administrator}
  - role: representative
    customers: [pupils]
    from: 2026-09-01
    until: 2027-07-31
customers:
- {id: pupils, name: Pupils, users: 800}
suppliers:
- id: acme
  name: Acme
  since: 2026-01-01
  until: 2026-12-31
teams:
- {id: copiers, name: Copiers, line: 2, supplier: acme, members: [kim], active: false}
"""


def load(folder: Path, text: str) -> people.PeopleFile:
    """Return what a file with a text says."""
    path = folder / "people.yaml"
    path.write_text(text, encoding="utf-8")
    return people.load(path)


def test_a_file_says_what_it_says_and_where(tmp_path: Path) -> None:
    found = load(tmp_path, WHOLE)
    of_pupils = Scope(customers=frozenset({"pupils"}))
    speaking = Assignment(Role.REPRESENTATIVE, of_pupils, date(2026, 9, 1), date(2027, 7, 31))
    roles = frozenset({Assignment(Role.ADMINISTRATOR), speaking})
    assert found.organisation == "hill"
    assert found.everybody == Everybody(
        {"kim": PersonRecord("Kim Roe", "kim@hill.example", roles=roles)},
        {"pupils": CustomerGroup("Pupils", 800)},
        {"acme": Supplier("Acme", since=date(2026, 1, 1), until=date(2026, 12, 31))},
        {"copiers": Team("Copiers", 2, "acme", members=frozenset({"kim"}), active=False)},
    )
    assert found.lines == {
        ("person", "kim"): 4,
        ("group", "pupils"): 14,
        ("supplier", "acme"): 16,
        ("team", "copiers"): 21,
    }
    assert load(tmp_path, people.written("hill", found.everybody)).everybody == found.everybody


def test_a_file_needs_no_list_at_all(tmp_path: Path) -> None:
    assert load(tmp_path, "format: servanda-people/1\norganisation: hill\n").everybody == Everybody()


@pytest.mark.parametrize("text", ["", "- a\n", "a: [", "\0", "just words", "format: &a [*a]"])
def test_what_is_no_file_of_the_format_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput):
        load(tmp_path, text)


@pytest.mark.parametrize(
    ("this", "that", "line", "reason"),
    [
        ("servanda-people/1", "servanda/1", 1, "servanda/1"),
        ("organisation: hill\n", "", 1, "organisation"),
        ("id: kim", "id: Kim", 4, "Kim"),
        ("  name: Kim Roe\n", "", 4, "does not say 'name'"),
        ("role: administrator", "role: head", 8, "head"),
        ("customers: [pupils]", "customer: [pupils]", 10, "customer"),
        ("from: 2026-09-01", "from: soon", 11, "soon"),
        ("from: 2026-09-01", "from: 2026-02-30", 4, "A day is none of the calendar"),
        ("until: 2027-07-31", "until: 2026-08-31", 4, "A role ends on 2026-08-31, before it begins"),
        ("role: administrator", "role: supplier_contact", 4, "needs the supplier"),
        ("  - {role: administrator}\n", "  - {role: auditor}\n  - {role: auditor}\n", 4, "A role is listed twice"),
        ("users: 800", "users: -1", 14, "-1"),
        ("until: 2026-12-31", "until: 2025-12-31", 16, "A supplier ends on 2025-12-31, before"),
        ("line: 2", "line: 4", 21, "4"),
        ("name: Copiers", "name: ' '", 21, "name"),
        ("members: [kim]", "members: [Kim Roe]", 21, "Kim Roe"),
        ("- id: acme", "- {id: acme, name: A}\n- id: acme", 17, "the supplier 'acme' is listed twice"),
    ],
)
def test_each_fault_has_its_line(tmp_path: Path, this: str, that: str, line: int, reason: str) -> None:
    assert this in WHOLE
    with pytest.raises(RefusedListing) as refused:
        load(tmp_path, WHOLE.replace(this, that, 1))
    told = [(each.line, each.reason) for each in refused.value.findings]
    assert any(at == line and reason in said for at, said in told), told
