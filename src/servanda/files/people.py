"""People with their roles, groups of users, suppliers and teams as one file in the format `servanda-people/1`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from servanda.engine.canonical import UnreadableContent, plain, revive
from servanda.engine.directory import CustomerGroup, Everybody, InvalidRecord, PersonRecord, Supplier, Team, in_order
from servanda.engine.rights import Assignment, InvalidAssignment
from servanda.files.findings import quoted
from servanda.files.listed import Section, Unusable, organisation_of, schema_of, sound
from servanda.files.listed import in_order as keys_in_order
from servanda.files.yaml_writing import written_yaml

NAME = "servanda-people/1"
WHAT = "people, groups, suppliers and teams"

Kind = TypeVar("Kind", PersonRecord, CustomerGroup, Supplier, Team)

_SCOPE = ("services", "customers", "suppliers")
_DAYS: Mapping[str, str] = {"from": "from_on", "until": "until_on"}


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """What a file says: of which organisation, who is there, and on which line each stands, by sort and id."""

    organisation: str
    everybody: Everybody
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)


def load(path: Path) -> PeopleFile:
    """Return what a file says; raise `UnreadableYaml` or `RefusedListing`, with line and mend."""
    told: dict[str, dict[str, Any]] = {}
    lines: dict[tuple[str, str], int] = {}
    with sound(path, NAME, WHAT) as (file, findings):
        for sort, (part, section) in SECTIONS.items():
            found = list(section.read(file, findings))
            told[part] = {id: value for id, value, _ in found}
            lines |= {(sort, id): line for id, _, line in found}
    return PeopleFile(organisation_of(file), Everybody(**told), lines)


def written(organisation: str, everybody: Everybody) -> str:
    """Return the text of a file from which the same is read again, each list by id."""
    lists = {
        section.list_key: section.told(dict(sorted(getattr(everybody, part).items())))
        for part, section in SECTIONS.values()
    }
    return written_yaml(
        {"format": NAME, "organisation": organisation, **{key: told for key, told in lists.items() if told}}
    )


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the format."""
    return schema_of(NAME)


# --- one of each ---


def _made(kind: type[Kind], told: dict[str, Any]) -> Kind:
    try:
        return revive(kind, told)
    except (InvalidRecord, InvalidAssignment) as refusal:
        raise Unusable(f"{refusal}") from None
    except UnreadableContent:
        raise Unusable("A day is none of the calendar. Write it as 2026-09-01.") from None


def _told(record: Kind) -> dict[str, Any]:
    return keys_in_order(plain(record), type(record).__dataclass_fields__)


def _made_person(told: dict[str, Any]) -> PersonRecord:
    roles = [_role_content(each) for each in told.pop("roles", ())]
    made = _made(PersonRecord, {**told, "roles": roles})
    if len(made.roles) < len(roles):
        raise Unusable("A role is listed twice. Keep one of the two.")
    return made


def _role_content(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a role as the canonical form has it, its scope in one."""
    scope = {each: told[each] for each in _SCOPE if each in told}
    days = {field: told[day] for day, field in _DAYS.items() if day in told}
    return {"role": told["role"], "scope": scope, **days}


def _told_person(record: PersonRecord) -> dict[str, Any]:
    told = _told(PersonRecord(record.name, record.email, record.active))
    return told | ({"roles": [*map(_told_role, in_order(record.roles))]} if record.roles else {})


def _told_role(role: Assignment) -> dict[str, Any]:
    content = plain(role)
    days = {day: content[field] for day, field in _DAYS.items() if field in content}
    return {"role": content["role"], **content.get("scope", {}), **days}


def _section(
    list_key: str, word: str, make: Callable[[dict[str, Any]], Kind], tell: Callable[[Kind], dict[str, Any]]
) -> Section[str, Any]:
    return Section(list_key, "id", lambda id: f"the {word} {quoted(id)}", make, tell)


def _sections() -> Iterator[tuple[str, tuple[str, Section[str, Any]]]]:
    yield "person", ("people", _section("people", "person", _made_person, _told_person))
    yield "group", ("groups", _section("customers", "group of users", partial(_made, CustomerGroup), _told))
    yield "supplier", ("suppliers", _section("suppliers", "supplier", partial(_made, Supplier), _told))
    yield "team", ("teams", _section("teams", "team", partial(_made, Team), _told))


SECTIONS: Mapping[str, tuple[str, Section[str, Any]]] = dict(_sections())
"""The lists of a file by the sort of what they list, each with the part of `Everybody` that it fills."""
