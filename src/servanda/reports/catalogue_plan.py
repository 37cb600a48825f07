"""What a table or a file would change in the catalogue, row by row, before anything is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from servanda.bad_input import BadInput
from servanda.engine.catalogue import CatalogueEntry
from servanda.engine.rights import Viewer
from servanda.files import catalogue_tables
from servanda.files.catalogue_tables import Refusal
from servanda.queries import catalogue as kept
from servanda.queries.catalogue import Listed
from servanda.reports import catalogue as words
from servanda.services import accounts, catalogue
from servanda.services.applied_listing import AppliedListing
from servanda.services.catalogue import NO_NUMBERS, CatalogueRefused


@dataclass(frozen=True, slots=True)
class Changed:
    """A service of which something else is to be said, and which parts of its entry those are."""

    service: str
    name: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be kept: entries by their ids, made of which versions; which are new, changed or the same; refusals.

    `numbers` are those of the versions that stand now. Where anything is refused nothing may be kept.
    """

    entries: Mapping[str, CatalogueEntry]
    after: Mapping[str, int]
    new: tuple[str, ...]
    changed: tuple[Changed, ...]
    same: tuple[str, ...]
    refused: tuple[Refusal, ...]
    numbers: Mapping[str, int]

    @property
    def can_be_kept(self) -> bool:
        """Whether nothing is refused, and there is something to keep."""
        return not self.refused and bool(self.new or self.changed)


def of_table(viewer: Viewer, path: Path, *, now: datetime) -> Plan:
    """Return what a table would change for a viewer; raise `RefusedTable` for one that cannot be read at all."""
    listed = {each.service: each for each in kept.catalogue(viewer)}
    told = catalogue_tables.read(
        path,
        words.called(kept.names(viewer)),
        {id: each.entry for id, each in listed.items()},
        id_of=lambda name: accounts.slug_of(name, "service"),
        beside=words.BESIDE,
    )
    return _plan(viewer, told.entries, listed, now, told.after, told.rows, told.refused)


def _plan(
    viewer: Viewer,
    entries: Mapping[str, CatalogueEntry],
    listed: Mapping[str, Listed],
    now: datetime,
    after: Mapping[str, int] = NO_NUMBERS,
    rows: Mapping[str, int] = NO_NUMBERS,
    refused: tuple[Refusal, ...] = (),
) -> Plan:
    applied, why = catalogue.planned(viewer, entries, now=now, after=after)
    more = [_refused(rows.get(id, 0), id, each) for id, each in why.items()]
    more += [
        _narrowed(rows[id], id) for id in applied.changed if id not in why and id in listed and listed[id].narrowed
    ]
    return Plan(
        entries,
        after,
        tuple(id for id in applied.new if id not in why),
        tuple(_changed(id, entries[id], listed) for id in applied.changed if id not in why and id in listed),
        tuple(id for id in applied.same if id not in why),
        tuple(sorted((*refused, *more), key=lambda each: each.row)),
        {id: listed[id].number for id in entries if id in listed},
    )


def _refused(row: int, service: str, why: BadInput) -> Refusal:
    part = why.part.replace("_", " ") if isinstance(why, CatalogueRefused) else ""
    return Refusal(row, part, f"{service}: {why.found}", why.mend)


def _changed(service: str, entry: CatalogueEntry, listed: Mapping[str, Listed]) -> Changed:
    return Changed(service, entry.name, words.changes(listed[service].entry, entry))


def _narrowed(row: int, service: str) -> Refusal:
    return Refusal(
        row,
        "",
        f"{service}: you see a part of this entry alone, and the rest would be lost.",
        "Take the row out, and ask whoever writes for all users.",
    )


def lossy(viewer: Viewer, entries: Mapping[str, CatalogueEntry], *, now: datetime) -> tuple[str, ...]:
    """Return the services of which a viewer sees a part alone and that a file would change: the rest would be lost."""
    listed = {each.service: each for each in kept.catalogue(viewer)}
    applied, _ = catalogue.planned(viewer, entries, now=now)
    return tuple(id for id in applied.changed if id in listed and listed[id].narrowed)


def keep(viewer: Viewer, plan: Plan, *, now: datetime) -> AppliedListing[str]:
    """Keep what was planned, all of it or nothing; raise the first refusal where there is one."""
    for refusal in plan.refused:
        raise BadInput(f"{refusal}", expected="a table of which every row can be kept", mend=refusal.mend)
    return catalogue.apply(viewer, plan.entries, now=now, after=plan.after)
