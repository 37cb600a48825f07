"""Requirements as a file in the format `servanda-requirements/1`: read whole or not at all, and written again."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from servanda.bad_input import BadInput
from servanda.engine.canonical import UnreadableContent, plain, revive
from servanda.engine.requirements import InvalidRequirement, RequiredLevel, Requirement
from servanda.engine.targets import InvalidTarget
from servanda.files import notation, shape, yaml_text
from servanda.files.findings import Finding, Findings
from servanda.files.yaml_text import Listing, Node, Table
from servanda.files.yaml_writing import written_yaml

FORMAT = "servanda-requirements/1"


class RefusedRequirements(BadInput):
    """A file of requirements with errors; `findings` has every one of them."""

    def __init__(self, file: Path, findings: tuple[Finding, ...]) -> None:
        first, others = findings[0], len(findings) - 1
        super().__init__(
            first.reason + (f", and {others} more error{'s' if others > 1 else ''}" if others else ""),
            expected=f"requirements in the format {FORMAT} without errors",
            mend=first.mend,
            file=file,
            line=first.line,
        )
        self.findings = findings


@dataclass(frozen=True, slots=True)
class RequirementsFile:
    """What a file says: of which organisation, and the requirements by their numbers, in their order."""

    organisation: str
    requirements: Mapping[int, Requirement]


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of the format."""
    text = resources.files("servanda.files").joinpath("requirements.schema.json").read_text("utf-8")
    return dict(json.loads(text))


def load(path: Path) -> RequirementsFile:
    """Return what a file says; raise `UnreadableYaml` or `RefusedRequirements`, with line and mend."""
    root, findings = yaml_text.read(path), Findings(path)
    sound = shape.check(root, schema(), findings)
    found = dict(_requirements(sound, findings)) if isinstance(sound, Table) else {}
    if findings.errors:
        raise RefusedRequirements(path, findings.errors)
    assert isinstance(sound, Table)  # else there was an error
    return RequirementsFile(str(yaml_text.plain(sound.entries["organisation"])), found)


def _requirements(file: Table, findings: Findings) -> Iterator[tuple[int, Requirement]]:
    """Yield each requirement by its number, and add a finding for each that cannot be."""
    seen: set[int] = set()
    for node in _listed(file):
        told = yaml_text.plain(node)
        number = told.pop("number", 0)
        if number in seen:
            findings.add("SV107", node.line, f"requirement {number} is listed twice", "Keep one of the two.")
        seen.add(number)
        try:
            yield number, _requirement(told)
        except (InvalidRequirement, InvalidTarget, notation.UnknownNotation) as refusal:
            findings.add_sentences("SV105", node.line, f"{refusal}")
        except UnreadableContent:
            findings.add("SV105", node.line, "a day is none of the calendar", "Write it as 2026-09-01.")


def _listed(file: Table) -> Iterator[Node]:
    listed = file.entries.get("requirements")
    yield from (each for each in (listed.items if isinstance(listed, Listing) else ()) if isinstance(each, Table))


def _requirement(told: dict[str, Any]) -> Requirement:
    level = told.pop("level", None)
    return revive(Requirement, {**told, **({"level": plain(_level(level))} if level else {})})


def _level(told: Mapping[str, Any]) -> RequiredLevel:
    read = {"limit": notation.limit, "share": notation.share}
    parts = {name: plain(read[name](text)) if name in read else text for name, text in told.items()}
    return revive(RequiredLevel, parts)


def written(organisation: str, requirements: Mapping[int, Requirement]) -> str:
    """Return the text of a file from which the same requirements are read again."""
    told = [{"number": number, **_in_order(each)} for number, each in requirements.items()]
    return written_yaml({"format": FORMAT, "organisation": organisation, "requirements": told})


def _in_order(requirement: Requirement) -> dict[str, Any]:
    """Return what a requirement tells, in the order in which one reads it."""
    told = plain(requirement)
    if requirement.level:
        told["level"] = _level_told(requirement.level)
    return {name: told[name] for name in Requirement.__dataclass_fields__ if name in told}


def _level_told(level: RequiredLevel) -> dict[str, str]:
    """Return a level as files have it: a limit and a share as agreements write them."""
    told = {
        "kind": level.kind.value,
        "limit": f"{level.limit}" if level.limit else "",
        "share": notation.share_text(level.share) if level.share is not None else "",
        "hours": level.hours,
    }
    return {name: text for name, text in told.items() if text}
