"""Files that list things of one sort by an id, each in its format: read whole or not at all, and written again."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Generic, TypeVar

from servanda.files import shape, yaml_text
from servanda.files.findings import Findings, Refused
from servanda.files.yaml_text import Listing, Node, Table
from servanda.files.yaml_writing import written_yaml

Id = TypeVar("Id", str, int)
Value = TypeVar("Value")


class RefusedListing(Refused):
    """A file of a format with errors; `findings` has every one of them."""


class Unusable(ValueError):
    """What is listed in one place cannot be; the sentence says what is wrong, and a second one what to do."""


@dataclass(frozen=True, slots=True)
class ListedFile(Generic[Id, Value]):
    """What a file says: of which organisation, and what it lists, by id, in its order."""

    organisation: str
    listed: Mapping[Id, Value]


@dataclass(frozen=True, slots=True)
class Section(Generic[Id, Value]):
    """A list in a file: the key where it stands, that of its ids, `called` for words, and how both ways go.

    `make` raises `Unusable`; `tell` returns a value in the order in which one reads it.
    """

    list_key: str
    id_key: str
    called: Callable[[Id], str]
    make: Callable[[dict[str, Any]], Value]
    tell: Callable[[Value], dict[str, Any]]

    def read(self, file: Table, findings: Findings) -> Iterator[tuple[Id, Value, int]]:
        """Yield each value with its id and its line, and add a finding for each that cannot be."""
        seen: set[Id] = set()
        for node in _tables(file.entries.get(self.list_key)):
            told = yaml_text.plain(node)
            id = told.pop(self.id_key, None)
            if id in seen:
                findings.add("SV107", node.line, f"{self.called(id)} is listed twice", "Keep one of the two.")
            seen.add(id)
            try:
                yield id, self.make(told), node.line
            except Unusable as refusal:
                findings.add_sentences("SV105", node.line, f"{refusal}")

    def told(self, listed: Mapping[Id, Value]) -> list[dict[str, Any]]:
        """Return the list as it stands in a file."""
        return [{self.id_key: id, **self.tell(value)} for id, value in listed.items()]


@dataclass(frozen=True, slots=True)
class Format(Generic[Id, Value]):
    """A format with one list: its `name`, `what` a file of it has, and the parts of its `Section`."""

    name: str
    what: str
    list_key: str
    id_key: str
    called: Callable[[Id], str]
    make: Callable[[dict[str, Any]], Value]
    tell: Callable[[Value], dict[str, Any]]

    @property
    def section(self) -> Section[Id, Value]:
        """The one list of a file."""
        return Section(self.list_key, self.id_key, self.called, self.make, self.tell)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the format."""
        return schema_of(self.name)

    def load(self, path: Path) -> ListedFile[Id, Value]:
        """Return what a file says; raise `UnreadableYaml` or `RefusedListing`, with line and mend."""
        listed: dict[Id, Value] = {}
        with sound(path, self.name, self.what) as (file, findings):
            listed |= {id: value for id, value, _ in self.section.read(file, findings)}
        return ListedFile(organisation_of(file), listed)

    def written(self, organisation: str, listed: Mapping[Id, Value]) -> str:
        """Return the text of a file from which the same is read again."""
        told = self.section.told(listed)
        return written_yaml({"format": self.name, "organisation": organisation, self.list_key: told})


NOTHING = Table(1, {}, {})


@contextmanager
def sound(path: Path, format: str, what: str) -> Iterator[tuple[Table, Findings]]:
    """Give what is sound of a file of a format and a place for more findings.

    Raise `UnreadableYaml` before, and `RefusedListing` after it was read, where there is any.
    """
    root, findings = yaml_text.read(path), Findings(path)
    left = shape.check(root, schema_of(format), findings)
    yield (left if isinstance(left, Table) else NOTHING), findings
    if findings.errors:
        raise RefusedListing(path, findings.errors, f"{what} in the format {format} without errors")


def organisation_of(file: Table) -> str:
    """Return whose a file is, of which the shape was checked."""
    return str(yaml_text.plain(file.entries["organisation"]))


@cache
def schema_of(name: str) -> dict[str, Any]:
    """Return the JSON Schema of a format such as 'servanda-catalogue/1'."""
    file = f"{name.removeprefix('servanda-').partition('/')[0]}.schema.json"
    return dict(json.loads(resources.files("servanda.files").joinpath(file).read_text("utf-8")))


def _tables(listed: Node | None) -> Iterator[Table]:
    for each in listed.items if isinstance(listed, Listing) else ():
        if isinstance(each, Table):
            yield each


def in_order(told: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told in the order of the fields of its class."""
    return {name: told[name] for name in fields if name in told}
