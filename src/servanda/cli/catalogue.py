"""`servanda catalogue`: the service catalogue as a file, out of the database and into it."""

import argparse
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from servanda.bad_input import BadInput
from servanda.cli.command import Subparsers, add_command
from servanda.cli.database_options import add_database_options, run_step
from servanda.engine.rights import Viewer
from servanda.files import catalogue as files
from servanda.files import outputs


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
        says="Print the catalogue as YAML, or write it to a file.",
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
    into.add_argument("catalogue", type=Path, metavar="FILE", help="a catalogue as YAML")
    into.add_argument("--plan", action="store_true", help="show what would be kept, and keep nothing")
    add_database_options(into)


def export(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Write the entries that the viewer may see, withdrawn ones among them."""
    from servanda.queries import catalogue

    text = files.written(viewer.organisation, {each.service: each.entry for each in catalogue.catalogue(viewer)})
    if arguments.out is None:
        yield text.rstrip("\n")
        return
    outputs.check_outputs([arguments.out])
    with outputs.written(arguments.out) as file:
        file.write(text)
    yield f"The catalogue is in {arguments.out}."


def apply(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Keep what a file says."""
    from servanda.services import catalogue

    told = files.load(arguments.catalogue)
    if told.organisation != viewer.organisation:
        raise BadInput(
            f"the file is of the organisation '{told.organisation}'",
            expected=f"a catalogue of '{viewer.organisation}'",
            mend="Take the right file, or name its organisation with --organisation.",
            file=arguments.catalogue,
        )
    applied = catalogue.apply(viewer, told.entries, now=now, plan=arguments.plan)
    for service in applied.new:
        yield f"{'to add' if arguments.plan else 'added'}: {service}"
    for service in applied.changed:
        yield f"{'to change' if arguments.plan else 'changed'}: {service}; users are to agree again"
    yield f"{len(applied.same)} as kept."
    if arguments.plan:
        yield "Nothing was written."
