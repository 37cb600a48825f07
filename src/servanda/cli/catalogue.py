"""`servanda catalogue`: the service catalogue as a file, out of the database and into it."""

import argparse
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from servanda.bad_input import BadInput
from servanda.cli.command import Subparsers, add_command
from servanda.cli.database_options import add_database_options, run_step
from servanda.engine.rights import Viewer
from servanda.files import catalogue as files
from servanda.files import catalogue_tables, outputs

if TYPE_CHECKING:
    from servanda.services.catalogue import Applied


def add(subparsers: Subparsers) -> None:
    """Announce the command and its steps."""
    parser = add_command(
        subparsers,
        "catalogue",
        says="Take the service catalogue out as a file, or keep what a file says of services.",
        example="servanda catalogue apply catalogue.yaml --plan",
        run=partial(run_step, export),
    )
    steps = parser.add_subparsers(metavar="STEP", required=True)
    out = add_command(
        steps,
        "export",
        says="Print the catalogue as YAML, or write it to a file: YAML, or a table where the name ends so.",
        example="servanda catalogue export --out catalogue.yaml",
        run=partial(run_step, export),
    )
    out.add_argument("--out", type=Path, metavar="FILE", help="write to this file, which appears whole or not at all")
    add_database_options(out)
    into = add_command(
        steps,
        "apply",
        says="Keep what a file says of its services, all of it or nothing; others stay as they are.",
        example="servanda catalogue apply catalogue.yaml --plan",
        run=partial(run_step, apply),
    )
    into.add_argument("catalogue", type=Path, metavar="FILE", help="a catalogue as YAML, or a table (.csv or .xlsx)")
    into.add_argument("--plan", action="store_true", help="show what would be kept, and keep nothing")
    add_database_options(into)


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

    return files.written(viewer.organisation, {each.service: each.entry for each in catalogue.catalogue(viewer)})


def apply(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Keep what a file says, or what a table does."""
    if arguments.catalogue.suffix.lower() in catalogue_tables.SUFFIXES:
        yield from _apply_table(arguments, viewer, now)
        return
    from servanda.reports import catalogue_plan
    from servanda.services import catalogue

    told = files.load(arguments.catalogue)
    if told.organisation != viewer.organisation:
        raise BadInput(
            f"the file is of the organisation '{told.organisation}'",
            expected=f"a catalogue of '{viewer.organisation}'",
            mend="Take the right file, or name its organisation with --organisation.",
            file=arguments.catalogue,
        )
    if lost := catalogue_plan.lossy(viewer, told.entries, now=now):
        raise BadInput(
            f"you see a part of the entry '{lost[0]}' alone, and the rest would be lost",
            expected="entries that you see whole",
            mend="Take it out of the file, and ask whoever writes for all users.",
            file=arguments.catalogue,
        )
    yield from _said(catalogue.apply(viewer, told.entries, now=now, plan=arguments.plan), plan=arguments.plan)


def _apply_table(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    from servanda.reports import catalogue_plan
    from servanda.services.catalogue import Applied

    path = arguments.catalogue
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
        yield from _said(catalogue_plan.keep(viewer, plan, now=now), plan=False)
        return
    yield from _said(Applied(plan.new, tuple(each.service for each in plan.changed), plan.same), plan=True)


def _said(applied: "Applied", *, plan: bool) -> Iterator[str]:
    for service in applied.new:
        yield f"{'to add' if plan else 'added'}: {service}"
    for service in applied.changed:
        yield f"{'to change' if plan else 'changed'}: {service}; users are to agree again"
    yield f"{len(applied.same)} as kept."
    if plan:
        yield "Nothing was written."
