"""Files that list things of one sort by an id, each in its format: read whole or not at all, and written again."""

import json
from collections.abc import Callable, Iterator, Mapping
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
class Format(Generic[Id, Value]):
    """A format: its `name`, `what` a file of it has, where the list and its ids stand, and how both ways go.

    `make` raises `Unusable`; `tell` returns a value in the order in which one reads it.
    """

    name: str
    what: str
    list_key: str
    id_key: str
    called: Callable[[Id], str]
    make: Callable[[dict[str, Any]], Value]
    tell: Callable[[Value], dict[str, Any]]

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the format."""
        return _schema(self.name)

    def load(self, path: Path) -> ListedFile[Id, Value]:
        """Return what a file says; raise `UnreadableYaml` or `RefusedListing`, with line and mend."""
        root, findings = yaml_text.read(path), Findings(path)
        sound = shape.check(root, self.schema(), findings)
        listed = dict(self._listed(sound, findings)) if isinstance(sound, Table) else {}
        if findings.errors:
            raise RefusedListing(path, findings.errors, f"{self.what} in the format {self.name} without errors")
        assert isinstance(sound, Table)  # else there was an error
        return ListedFile(str(yaml_text.plain(sound.entries["organisation"])), listed)

    def _listed(self, file: Table, findings: Findings) -> Iterator[tuple[Id, Value]]:
        """Yield each value by its id, and add a finding for each that cannot be."""
        seen: set[Id] = set()
        for node in _tables(file.entries.get(self.list_key)):
            told = yaml_text.plain(node)
            id = told.pop(self.id_key, None)
            if id in seen:
                findings.add("SV107", node.line, f"{self.called(id)} is listed twice", "Keep one of the two.")
            seen.add(id)
            try:
                yield id, self.make(told)
            except Unusable as refusal:
                findings.add_sentences("SV105", node.line, f"{refusal}")

    def written(self, organisation: str, listed: Mapping[Id, Value]) -> str:
        """Return the text of a file from which the same is read again."""
        told = [{self.id_key: id, **self.tell(value)} for id, value in listed.items()]
        return written_yaml({"format": self.name, "organisation": organisation, self.list_key: told})


@cache
def _schema(name: str) -> dict[str, Any]:
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
