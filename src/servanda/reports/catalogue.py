"""The catalogue in words: the two halves of an entry, what was changed, and the table that spreadsheets open."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from servanda.engine.catalogue import CatalogueEntry, Component, Support
from servanda.files.outputs import table_to
from servanda.queries.catalogue import Listed, Names
from servanda.reports.levels import COLUMNS as LEVEL_COLUMNS

SUPPORT = {Support.FULL: "supported", Support.PART: "supported in part", Support.NONE: "not supported"}
COLUMNS = (
    *("id", "service", "description", "supported", "not covered", "used by", "users", "place", "hours"),
    *("first contact", "process", "owner", "supplied by", "supported by", "rank", "components", "depends on"),
    *("version", "written at", "agreed by", "agreed at"),
)
"""The columns that say what an entry says, and how it stands; those of its levels follow."""


def used_by(entry: CatalogueEntry, names: Names) -> str:
    """Return who uses a service, with about how many they are."""
    groups = ", ".join(names.customers.get(each, each) for each in entry.used_by)
    about = f"about {entry.users:,}" if entry.users is not None else ""
    return f"{groups} ({about})" if groups and about else groups or about


def technical(entry: CatalogueEntry, names: Names) -> Iterator[tuple[str, str]]:
    """Yield what support staff look up of a service, with its label; nothing of what is not told."""
    told = (
        ("Owner", names.people.get(entry.owner, entry.owner)),
        ("Supported by", entry.supported_by),
        ("Supplied by", entry.supplied_by),
        ("Work that rests on it", entry.process),
        ("Depends on", ", ".join(names.services.get(each, each) for each in entry.depends_on)),
    )
    yield from ((label, text) for label, text in told if text)


def for_users(entry: CatalogueEntry, names: Names) -> Iterator[tuple[str, str]]:
    """Yield what users look up of a service, with its label; nothing of what is not told."""
    told = (
        ("For", used_by(entry, names)),
        ("Where", entry.place),
        ("When", entry.hours),
        ("First contact", entry.first_contact),
    )
    yield from ((label, text) for label, text in told if text)


def changes(earlier: CatalogueEntry, later: CatalogueEntry) -> tuple[str, ...]:
    """Return in words which parts of an entry were changed from one version to another."""
    names: Mapping[str, str] = {"used_by": "groups of users", "users": "number of users"}
    changed = [name for name in later.__dataclass_fields__ if getattr(earlier, name) != getattr(later, name)]
    return tuple(names.get(name, name.replace("_", " ")) for name in changed)


def table(entries: Iterable[Listed], names: Names, levels: Mapping[str, Sequence[str]]) -> bytes:
    """Return entries with the cells of their levels as CSV in UTF-8, with the mark that spreadsheets look for.

    No cell is a formula.
    """
    told = io.StringIO(newline="")
    rows = ((*_cells(each, names), *levels[each.service]) for each in entries)
    table_to(told, (*COLUMNS, *LEVEL_COLUMNS), rows)
    return told.getvalue().encode("utf-8-sig")


def _cells(listed: Listed, names: Names) -> tuple[str, ...]:
    entry = listed.entry
    agreed = listed.agreed[-1] if listed.agreed else None
    return (
        *(listed.service, entry.name, entry.description, SUPPORT[entry.supported], entry.not_covered),
        ", ".join(names.customers.get(each, each) for each in entry.used_by),
        "" if entry.users is None else str(entry.users),
        *(entry.place, entry.hours, entry.first_contact, entry.process),
        names.people.get(entry.owner, entry.owner),
        *(entry.supplied_by, entry.supported_by, "" if entry.rank is None else str(entry.rank)),
        "; ".join(map(component, entry.components)),
        ", ".join(names.services.get(each, each) for each in entry.depends_on),
        *(str(listed.number), listed.written_at.isoformat()),
        *((names.people.get(agreed.person, agreed.person), agreed.at.isoformat()) if agreed else ("", "")),
    )


def component(told: Component) -> str:
    """Return a component with its kind: `laser printer (hardware, critical)`."""
    return f"{told.name} ({told.kind.value}{', critical' if told.critical else ''})"
