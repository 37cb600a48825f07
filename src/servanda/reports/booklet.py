"""The service catalogue as a booklet for users: what each service is, what is promised, and what is not covered.

Nothing technical stands in it, and of each part only what its reader may see.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from servanda.engine import zones
from servanda.engine.catalogue import Support
from servanda.engine.rights import Viewer
from servanda.queries import catalogue as kept
from servanda.queries import levels as of_levels
from servanda.queries.catalogue import Listed, Names
from servanda.queries.levels import Levels
from servanda.reports import catalogue as words
from servanda.reports import levels
from servanda.reports.paper import printed
from servanda.reports.words import count, day

TITLE = "Service catalogue"


@dataclass(frozen=True, slots=True)
class ServicePage:
    """A service as its users read of it: the facts with their labels, and what is agreed of each level."""

    name: str
    description: str
    in_part: bool
    facts: tuple[tuple[str, str], ...]
    promises: tuple[tuple[str, str], ...]
    not_covered: str
    version: str


@dataclass(frozen=True, slots=True)
class Booklet:
    """What is printed; `changed_on` is the day of the last change to any of it, `not_covered` names what is outside."""

    organisation: str
    as_of: date
    changed_on: date | None
    services: tuple[ServicePage, ...]
    not_covered: tuple[tuple[str, str], ...]

    @property
    def edition(self) -> str:
        """Which state of the catalogue this is, in words."""
        changed = f" Last changed {day(self.changed_on)}." if self.changed_on else ""
        return f"As it stood {day(self.as_of)}: {count(len(self.services), 'service')}.{changed}"


def of(viewer: Viewer, organisation: str, zone: str, now: datetime) -> Booklet:
    """Return the booklet of what a viewer may see; raise `NotFound` where that is nothing at all."""
    names = kept.names(viewer)
    every = [each for each in kept.catalogue(viewer) if not each.entry.withdrawn]
    supported = [each for each in every if each.entry.supported is not Support.NONE]
    promised = of_levels.of(viewer, supported, now=now)
    return Booklet(
        organisation,
        zones.to_local(zone, now).date(),
        max((zones.to_local(zone, each.written_at).date() for each in every), default=None),
        tuple(_page(each, names, promised[each.service], zone) for each in supported),
        tuple(_not_covered(every)),
    )


def _page(listed: Listed, names: Names, of_service: Levels, zone: str) -> ServicePage:
    entry = listed.entry
    return ServicePage(
        entry.name,
        entry.description,
        entry.supported is Support.PART,
        tuple(words.for_users(entry, names)),
        tuple(_promises(of_service, names)),
        entry.not_covered,
        f"Version {listed.number} of {day(zones.to_local(zone, listed.written_at).date())}",
    )


def _promises(of_service: Levels, names: Names) -> Iterator[tuple[str, str]]:
    """Yield what is agreed, each level by its name; nothing that is only proposed or estimated."""
    for each in levels.shown(of_service, names.customers):
        if each.agreed:
            priority = f", priority {each.priority}" if each.priority else ""
            yield f"{each.kind_word}{priority}", "; ".join(dict.fromkeys(one.said for one in each.agreed))


def _not_covered(every: Iterable[Listed]) -> Iterator[tuple[str, str]]:
    for each in every:
        if each.entry.supported is Support.NONE:
            yield each.entry.name, f"not supported. {each.entry.not_covered}".strip()
        elif each.entry.not_covered:
            yield each.entry.name, each.entry.not_covered


def record(booklet: Booklet) -> dict[str, Any]:
    """Return what the program that sets it is told."""
    on = booklet.as_of
    return {
        "title": TITLE,
        "organisation": booklet.organisation,
        "edition": booklet.edition,
        "made_at": f"{on.isoformat()}T00:00:00+00:00",
        "made_on": [on.year, on.month, on.day],
        "services": [
            {
                "name": each.name,
                "description": each.description,
                "in_part": each.in_part,
                "facts": [list(fact) for fact in each.facts],
                "promises": [list(promise) for promise in each.promises],
                "not_covered": each.not_covered,
                "version": each.version,
            }
            for each in booklet.services
        ],
        "not_covered": [list(each) for each in booklet.not_covered],
    }


def pdf(booklet: Booklet) -> bytes:
    """Return the booklet as PDF, the same bytes all day for the same catalogue; raise `NotSet` where it fails."""
    return printed("booklet", record(booklet))
