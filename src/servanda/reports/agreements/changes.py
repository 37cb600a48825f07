"""Two versions of an agreement compared in words: what was added, changed and removed, part by part."""

from collections.abc import Iterator
from dataclasses import dataclass

from servanda.reports.agreements import Document
from servanda.reports.agreements.parts import Part, Statement

ADDED, CHANGED, REMOVED = "Added", "Changed", "Removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs: added, changed or removed, what it is about, and what it said and says.

    Of things beside each other, `of_several`, only those that went and those that came are told.
    """

    what: str
    about: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    of_several: bool = False


@dataclass(frozen=True, slots=True)
class PartChanged:
    """A part of the document in which something differs; `what` is empty where it is in both versions."""

    heading: str
    what: str
    changes: tuple[Change, ...]


def between(earlier: Document, later: Document) -> tuple[PartChanged, ...]:
    """Return what differs from one version to the other, in the order of the later document."""
    one, other = ({each.key: each for each in document.parts} for document in (earlier, later))
    return tuple(_parts(one, other))


def _parts(one: dict[str, Part], other: dict[str, Part]) -> Iterator[PartChanged]:
    for key, part in other.items():
        before = one.get(key)
        changes = tuple(_changes(before, part))
        if changes:
            yield PartChanged(part.heading, "" if before and before.statements else ADDED, changes)
    for key, part in one.items():
        if key not in other and part.statements:
            yield PartChanged(part.heading, REMOVED, tuple(_removed(each) for each in part.statements))


def _changes(before: Part | None, part: Part) -> Iterator[Change]:
    earlier = before.by_key if before else {}
    for key, statement in part.by_key.items():
        if key not in earlier:
            yield Change(ADDED, statement.about, after=statement.says)
        elif earlier[key].says != statement.says:
            yield _changed(earlier[key], statement)
    yield from (_removed(each) for key, each in earlier.items() if key not in part.by_key)


def _removed(statement: Statement) -> Change:
    return Change(REMOVED, statement.about, before=statement.says)


def _changed(earlier: Statement, later: Statement) -> Change:
    """Return a change; of things listed only those that came or went, unless only their order is another."""
    before, after = earlier.says, later.says
    if later.listed and set(before) != set(after):
        gone = tuple(each for each in before if each not in after)
        come = tuple(each for each in after if each not in before)
        return Change(CHANGED, later.about, gone, come, of_several=True)
    return Change(CHANGED, later.about, before, after)
