"""Requirements as a file in the format `servanda-requirements/1`."""

from collections.abc import Mapping
from typing import Any

from servanda.engine.canonical import UnreadableContent, plain, revive
from servanda.engine.requirements import InvalidRequirement, RequiredLevel, Requirement
from servanda.engine.targets import InvalidTarget
from servanda.files import notation
from servanda.files.listed import Format, Unusable, in_order


def _made(told: dict[str, Any]) -> Requirement:
    try:
        level = told.pop("level", None)
        return revive(Requirement, {**told, **({"level": plain(_level(level))} if level else {})})
    except (InvalidRequirement, InvalidTarget, notation.UnknownNotation) as refusal:
        raise Unusable(f"{refusal}") from None
    except UnreadableContent:
        raise Unusable("A day is none of the calendar. Write it as 2026-09-01.") from None


def _level(told: Mapping[str, Any]) -> RequiredLevel:
    read = {"limit": notation.limit, "share": notation.share}
    parts = {name: plain(read[name](text)) if name in read else text for name, text in told.items()}
    return revive(RequiredLevel, parts)


def _told(requirement: Requirement) -> dict[str, Any]:
    told = plain(requirement)
    if requirement.level:
        told["level"] = _level_told(requirement.level)
    return in_order(told, Requirement.__dataclass_fields__)


def _level_told(level: RequiredLevel) -> dict[str, str]:
    """Return a level as files have it: a limit and a share as agreements write them."""
    told = {
        "kind": level.kind.value,
        "limit": f"{level.limit}" if level.limit else "",
        "share": notation.share_text(level.share) if level.share is not None else "",
        "hours": level.hours,
    }
    return {name: text for name, text in told.items() if text}


REQUIREMENTS: Format[int, Requirement] = Format(
    "servanda-requirements/1",
    "requirements",
    "requirements",
    "number",
    called=lambda number: f"requirement {number}",
    make=_made,
    tell=_told,
)
"""The requirements by their numbers."""
