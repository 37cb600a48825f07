"""`servanda catalogue`: the service catalogue as a file, out of the database and into it."""

import argparse
from collections.abc import Iterator
from datetime import datetime

from servanda.bad_input import BadInput
from servanda.cli.command import Subparsers
from servanda.cli.kept_as_file import Says, add_steps, refuse_other, said
from servanda.engine.rights import Viewer
from servanda.files import catalogue_tables, outputs
from servanda.files.catalogue import CATALOGUE

SAYS = Says(
    command="Take the service catalogue out as a file, or keep what a file says of services.",
    export="Print the catalogue as YAML, or write it to a file: YAML, or a table where the name ends so.",
    apply="Keep what a file says of its services, all of it or nothing; others stay as they are.",
    file="a catalogue as YAML, or a table (.csv or .xlsx)",
)
AGREE_AGAIN = "users are to agree again"


def add(subparsers: Subparsers) -> None:
    """Announce the command and its steps."""
    add_steps(subparsers, "catalogue", SAYS, export, apply)


def export(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Write the entries that the viewer may see: as YAML with withdrawn ones among them, as a table without."""
    if arguments.out is None:
        yield _yaml(viewer).rstrip("\n")
        return
    outputs.check_outputs([arguments.out])
    content = _content(arguments.out.suffix.lower(), viewer, now)
    with outputs.placed(arguments.out) as beside:
        beside.write_bytes(content)
    yield f"The catalogue is in {arguments.out}."


def _content(suffix: str, viewer: Viewer, now: datetime) -> bytes:
    """Return the bytes of a file whose name ends so."""
    from servanda.reports import catalogue as words

    if suffix == ".csv":
        return words.as_csv(words.tabled(viewer, now))
    if suffix == ".xlsx":
        return words.as_workbook(words.tabled(viewer, now))
    return _yaml(viewer).encode()


def _yaml(viewer: Viewer) -> str:
    from servanda.queries import catalogue

    return CATALOGUE.written(viewer.organisation, {each.service: each.entry for each in catalogue.catalogue(viewer)})


def apply(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Keep what a file says, or what a table does."""
    if arguments.file.suffix.lower() in catalogue_tables.SUFFIXES:
        yield from _apply_table(arguments, viewer, now)
        return
    from servanda.reports import catalogue_plan
    from servanda.services import catalogue

    told = CATALOGUE.load(arguments.file)
    refuse_other(told.organisation, viewer, "a catalogue", arguments.file)
    if lost := catalogue_plan.lossy(viewer, told.listed, now=now):
        raise BadInput(
            f"you see a part of the entry '{lost[0]}' alone, and the rest would be lost",
            expected="entries that you see whole",
            mend="Take it out of the file, and ask whoever writes for all users.",
            file=arguments.file,
        )
    applied = catalogue.apply(viewer, told.listed, now=now, plan=arguments.plan)
    yield from said(applied, AGREE_AGAIN, plan=arguments.plan)


def _apply_table(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    from servanda.reports import catalogue_plan
    from servanda.services.applied_listing import AppliedListing

    path = arguments.file
    if not path.is_file():
        raise BadInput("there is no such file", expected="a table", mend="Check the name.", file=path)
    plan = catalogue_plan.of_table(viewer, path, now=now)
    if plan.refused:
        yield from (f"refused: {each}" for each in plan.refused)
        raise BadInput(
            f"{len(plan.refused)} of the rows cannot be kept",
            expected="a table of which every row can be kept",
            mend="Mend the rows above. Nothing was written.",
            file=path,
        )
    if not arguments.plan:
        yield from said(catalogue_plan.keep(viewer, plan, now=now), AGREE_AGAIN, plan=False)
        return
    would = AppliedListing(plan.new, tuple(each.service for each in plan.changed), plan.same)
    yield from said(would, AGREE_AGAIN, plan=True)
