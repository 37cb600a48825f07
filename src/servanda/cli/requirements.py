"""`servanda requirements`: what users need as a file, out of the database and into it."""

import argparse
from collections.abc import Iterator
from datetime import datetime

from servanda.cli.command import Subparsers
from servanda.cli.kept_as_file import Says, add_steps, exported, refuse_other, said
from servanda.engine.rights import Viewer
from servanda.files.requirements import REQUIREMENTS

SAYS = Says(
    command="Take what users need out as a file, or keep what a file says of it.",
    export="Print the requirements as YAML, or write them to a file.",
    apply="Keep what a file says of its requirements, all of it or nothing; others stay as they are.",
    file="requirements as YAML",
)


def add(subparsers: Subparsers) -> None:
    """Announce the command and its steps."""
    add_steps(subparsers, "requirements", SAYS, export, apply)


def export(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Write the requirements that the viewer may see, each as it is worded now; closed ones among them."""
    from servanda.queries import requirements

    text = REQUIREMENTS.written(viewer.organisation, {each.id: each.told for each in requirements.requirements(viewer)})
    yield from exported(text, arguments.out, "The requirements")


def apply(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Keep what a file says."""
    from servanda.services import requirements

    told = REQUIREMENTS.load(arguments.file)
    refuse_other(told.organisation, viewer, "requirements", arguments.file)
    applied = requirements.apply(viewer, told.listed, now=now, plan=arguments.plan)
    yield from said(applied, "those who deliver are to be asked anew", plan=arguments.plan, of="requirement ")
