"""`servanda requirements`: what users need as a file, out of the database and into it."""

import argparse
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from servanda.bad_input import BadInput
from servanda.cli.command import Subparsers, add_command
from servanda.cli.database_options import add_database_options, run_step
from servanda.engine.rights import Viewer
from servanda.files import outputs
from servanda.files import requirements as files


def add(subparsers: Subparsers) -> None:
    """Announce the command and its steps."""
    parser = add_command(
        subparsers,
        "requirements",
        says="Take what users need out as a file, or keep what a file says of it.",
        example="servanda requirements apply requirements.yaml --plan",
        run=partial(run_step, export),
    )
    steps = parser.add_subparsers(metavar="STEP", required=True)
    out = add_command(
        steps,
        "export",
        says="Print the requirements as YAML, or write them to a file.",
        example="servanda requirements export --out requirements.yaml",
        run=partial(run_step, export),
    )
    out.add_argument("--out", type=Path, metavar="FILE", help="write to this file, which appears whole or not at all")
    add_database_options(out)
    into = add_command(
        steps,
        "apply",
        says="Keep what a file says of its requirements, all of it or nothing; others stay as they are.",
        example="servanda requirements apply requirements.yaml --plan",
        run=partial(run_step, apply),
    )
    into.add_argument("requirements", type=Path, metavar="FILE", help="requirements as YAML")
    into.add_argument("--plan", action="store_true", help="show what would be kept, and keep nothing")
    add_database_options(into)


def export(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Write the requirements that the viewer may see, each as it is worded now; closed ones among them."""
    from servanda.queries import requirements

    text = files.written(viewer.organisation, {each.id: each.told for each in requirements.requirements(viewer)})
    if arguments.out is None:
        yield text.rstrip("\n")
        return
    outputs.check_outputs([arguments.out])
    with outputs.written(arguments.out) as file:
        file.write(text)
    yield f"The requirements are in {arguments.out}."


def apply(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Keep what a file says."""
    from servanda.services import requirements

    told = files.load(arguments.requirements)
    if told.organisation != viewer.organisation:
        raise BadInput(
            f"the file is of the organisation '{told.organisation}'",
            expected=f"requirements of '{viewer.organisation}'",
            mend="Take the right file, or name its organisation with --organisation.",
            file=arguments.requirements,
        )
    applied = requirements.apply(viewer, told.requirements, now=now, plan=arguments.plan)
    for number in applied.new:
        yield f"{'to add' if arguments.plan else 'added'}: requirement {number}"
    for number in applied.changed:
        done = "to change" if arguments.plan else "changed"
        yield f"{done}: requirement {number}; those who deliver are to be asked anew"
    yield f"{len(applied.same)} as kept."
    if arguments.plan:
        yield "Nothing was written."
