"""The first organisation: the small log as the commands themselves take it in, and a person for each role."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from servanda.engine.rights import BOUND_TO_A_SUPPLIER, Assignment, Role, Scope
from servanda.files import agreements
from servanda.store import models, translate
from tests.examples import small_log

NOW = datetime(2026, 2, 2, 9, tzinfo=UTC)
EVENTS = """\
{"source": "desk", "ticket": "R1", "kind": "opened", "happened_at": "2026-01-05T09:00:00+00:00", "id": "e1", \
"actor": "kim", "changes": {"service": "printing", "priority": "P1"}}
{"source": "desk", "ticket": "R1", "kind": "assigned", "happened_at": "2026-01-05T10:00:00+00:00", "id": "e2", \
"changes": {"supplier": "acme", "person": "Pat Doe"}}
"""
MORE_EVENTS = """\
{"source": "desk", "ticket": "R1", "kind": "resolved", "happened_at": "2026-01-06T09:00:00+00:00", "id": "e3"}
"""
NOTED = '{"source": "desk", "ticket": "TICKET", "kind": "noted", "happened_at": "2026-01-06T09:00:00+00:00"}\n'
RETRACTED = (
    '{"source": "desk", "ticket": "R1", "kind": "retracted", "happened_at": "2026-01-06T09:00:00+00:00", '
    '"id": "e9", "retracts": "KEY"}\n'
)
LATER = f"""{small_log.AGREEMENTS}\
      - number: 2
        from: 2026-01-15
        services: [printing]
        calendar: office
        priorities: plain
        targets:
          - {{id: fix, kind: resolution, limits: {{P1: 2 hours, P2: 6 hours}}}}
"""
TICKETS = "\n".join(
    f"{row},{'person' if row.startswith('number') else 'Pat Doe'}" for row in small_log.TICKETS.splitlines()
)
DAMAGED = f"{TICKETS}\nT6,2026-01-13T11:00:00,New,printing,P2,Kim Roe\nT9,31/31/2026,New,printing,P1,Kim Roe\n"
MAPPING = f"{small_log.MAPPING}assignment:\n  person: person\n"

CATALOGUE = """\
format: servanda-catalogue/1
organisation: school
services:
- {id: printing, name: Printing, description: Print and copy., used_by: [pupils]}
"""

REQUIREMENTS = """\
format: servanda-requirements/1
organisation: school
requirements:
- {number: 1, customer: pupils, wording: Before the lesson is over., service: printing}
"""

PEOPLE = """\
format: servanda-people/1
organisation: school
people:
- {id: alex, name: Alex, roles: [{role: representative, customers: [pupils], until: "2026-12-31"}]}
customers:
- {id: pupils, name: Pupils, users: 800}
suppliers:
- {id: acme, name: Acme}
teams:
- {id: copiers, name: Copiers, line: 2, supplier: acme, members: [alex]}
"""


def keep(folder: Path) -> models.Organisation:
    """Keep the school with its agreement and its people; its tickets come by commands."""
    files = written(folder)
    book = agreements.load(Path(files["agreements"]))
    own = book.organisation
    made = models.Organisation.objects.create(slug=own.id, name=own.name, zone=own.zone, pseudonym_key="5" * 64)
    for service in book.services:
        models.Service.objects.create(organisation=made, slug=service.id, name=service.name)
    for version in book.versions:
        translate.record_of_version(version, made, NOW).save()
    for role in Role:
        _person(made, role)
    return made


def _person(organisation: models.Organisation, role: Role) -> None:
    email = f"{role.value}@example.org"
    person = models.Person.objects.create(organisation=organisation, slug=slug_of(role), name=role.value, email=email)
    suppliers = frozenset({"acme"}) if role in BOUND_TO_A_SUPPLIER else frozenset()
    translate.record_of_assignment(Assignment(role, Scope(suppliers=suppliers)), person).save()


def slug_of(role: Role) -> str:
    """Return the id of the person who has a role."""
    return role.value.replace("_", "-")


def written(folder: Path) -> Mapping[str, str]:
    """Write the files that commands read, and return their places by name."""
    folder.mkdir(exist_ok=True)
    small_log.written(folder)
    for name, text in (
        ("events.jsonl", EVENTS),
        ("more.jsonl", MORE_EVENTS),
        ("later.yaml", LATER),
        ("tickets.csv", f"{TICKETS}\n"),
        ("damaged.csv", DAMAGED),
        ("mapping.yaml", MAPPING),
        ("catalogue.yaml", CATALOGUE),
        ("services.csv", "id,service,used by\nprinting,Printing,pupils\nlibrary,Library,pupils\n"),
        ("requirements.yaml", REQUIREMENTS),
        ("people.yaml", PEOPLE),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return {path.stem: f"{path}" for path in folder.iterdir()}
