"""The service catalogue as a file in the format `servanda-catalogue/1`: read whole or not at all, and written again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from servanda.bad_input import BadInput
from servanda.engine.canonical import plain, revive
from servanda.engine.catalogue import CatalogueEntry, InvalidEntry
from servanda.files import shape, yaml_text
from servanda.files.findings import Finding, Findings, quoted
from servanda.files.yaml_text import Listing, Node, Table
from servanda.files.yaml_writing import written_yaml

FORMAT = "servanda-catalogue/1"


class RefusedCatalogue(BadInput):
    """A catalogue file with errors; `findings` has every one of them."""

    def __init__(self, file: Path, findings: tuple[Finding, ...]) -> None:
        first, others = findings[0], len(findings) - 1
        super().__init__(
            first.reason + (f", and {others} more error{'s' if others > 1 else ''}" if others else ""),
            expected=f"a service catalogue in the format {FORMAT} without errors",
            mend=first.mend,
            file=file,
            line=first.line,
        )
        self.findings = findings


@dataclass(frozen=True, slots=True)
class CatalogueFile:
    """What a file says: of which organisation, and the entries by the ids of their services, in their order."""

    organisation: str
    entries: Mapping[str, CatalogueEntry]


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of the format."""
    text = resources.files("servanda.files").joinpath("catalogue.schema.json").read_text("utf-8")
    return dict(json.loads(text))


def load(path: Path) -> CatalogueFile:
    """Return what a file says; raise `UnreadableYaml` or `RefusedCatalogue`, with line and mend."""
    root, findings = yaml_text.read(path), Findings(path)
    sound = shape.check(root, schema(), findings)
    entries = dict(_entries(sound, findings)) if isinstance(sound, Table) else {}
    if findings.errors:
        raise RefusedCatalogue(path, findings.errors)
    assert isinstance(sound, Table)  # else there was an error
    return CatalogueFile(str(yaml_text.plain(sound.entries["organisation"])), entries)


def _entries(file: Table, findings: Findings) -> Iterator[tuple[str, CatalogueEntry]]:
    """Yield each entry by its id, and add a finding for each that cannot be."""
    seen: set[str] = set()
    for node in _services(file):
        told = yaml_text.plain(node)
        id = told.pop("id", "")
        if id in seen:
            findings.add("SV107", node.line, f"the service {quoted(id)} is listed twice", "Keep one of the two.")
        seen.add(id)
        try:
            yield id, revive(CatalogueEntry, told)
        except InvalidEntry as refusal:
            findings.add_sentences("SV105", node.line, f"{refusal}")


def _services(file: Table) -> Iterator[Node]:
    listed = file.entries.get("services")
    yield from (each for each in (listed.items if isinstance(listed, Listing) else ()) if isinstance(each, Table))


def written(organisation: str, entries: Mapping[str, CatalogueEntry]) -> str:
    """Return the text of a file from which the same entries are read again."""
    services = [{"id": id, **_in_order(entry)} for id, entry in entries.items()]
    return written_yaml({"format": FORMAT, "organisation": organisation, "services": services})


def _in_order(entry: CatalogueEntry) -> dict[str, Any]:
    """Return what an entry tells, in the order in which one reads it."""
    told = plain(entry)
    return {name: told[name] for name in CatalogueEntry.__dataclass_fields__ if name in told}
