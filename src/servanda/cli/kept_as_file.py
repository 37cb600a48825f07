"""Commands with two steps: `export` takes what is kept out as a file, `apply` keeps what a file says."""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from servanda.bad_input import BadInput
from servanda.cli.command import Subparsers, add_command
from servanda.cli.database_options import Step, add_database_options, run_step
from servanda.engine.rights import Viewer
from servanda.files import outputs

if TYPE_CHECKING:
    from servanda.services.applied_listing import AppliedListing


@dataclass(frozen=True, slots=True)
class Says:
    """What the steps, and a command that has no others, say of themselves; `file` is what FILE is to be."""

    export: str
    apply: str
    file: str
    command: str = ""


def add_steps(subparsers: Subparsers, name: str, says: Says, export: Step, apply: Step) -> None:
    """Announce a command with the two steps; the examples name a file like the command."""
    parser = _add(subparsers, name, says.command, export, example=f"servanda {name} apply {name}.yaml --plan")
    add_export_and_apply(parser.add_subparsers(metavar="STEP", required=True), name, says, export, apply)


def add_export_and_apply(steps: Subparsers, name: str, says: Says, export: Step, apply: Step) -> None:
    """Announce the two steps beside others that a command has."""
    out = _add(steps, "export", says.export, export, example=f"servanda {name} export --out {name}.yaml")
    out.add_argument("--out", type=Path, metavar="FILE", help="write to this file, which appears whole or not at all")
    into = _add(steps, "apply", says.apply, apply, example=f"servanda {name} apply {name}.yaml --plan")
    into.add_argument("file", type=Path, metavar="FILE", help=says.file)
    into.add_argument("--plan", action="store_true", help="show what would be kept, and keep nothing")
    for step in (out, into):
        add_database_options(step)


def _add(subparsers: Subparsers, name: str, says: str, step: Step, *, example: str) -> argparse.ArgumentParser:
    return add_command(subparsers, name, says=says, example=example, run=partial(run_step, step))


def exported(text: str, out: Path | None, what: str) -> Iterator[str]:
    """Yield a text to print, or write it to a file, whole or not at all, and yield that `what` are there."""
    if out is None:
        yield text.rstrip("\n")
        return
    outputs.check_outputs([out])
    with outputs.written(out) as file:
        file.write(text)
    yield f"{what} are in {out}."


def refuse_other(organisation: str, viewer: Viewer, what: str, file: Path) -> None:
    """Raise `BadInput` for a file of another organisation."""
    if organisation != viewer.organisation:
        raise BadInput(
            f"the file is of the organisation '{organisation}'",
            expected=f"{what} of '{viewer.organisation}'",
            mend="Take the right file, or name its organisation with --organisation.",
            file=file,
        )


def said(applied: "AppliedListing[str] | AppliedListing[int]", then: str, *, plan: bool, of: str = "") -> Iterator[str]:
    """Yield what is new, what changed and what `then` comes of it, and how much stays; `of` stands before each id."""
    yield from (f"{'to add' if plan else 'added'}: {of}{each}" for each in applied.new)
    yield from (f"{'to change' if plan else 'changed'}: {of}{each}; {then}" for each in applied.changed)
    yield f"{len(applied.same)} as kept."
    if plan:
        yield "Nothing was written."
