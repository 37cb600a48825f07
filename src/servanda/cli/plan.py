"""`servanda plan`: what applying agreement files would do, down to the verdicts that change; nothing is written."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from servanda import wall_time
from servanda.cli.apply import lines
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_options, opened, viewer_of
from servanda.files import agreements

if TYPE_CHECKING:
    from servanda.services.agreements import Effect


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "plan",
        says="Show what applying agreements would add, which tickets and months it would touch; write nothing.",
        example="servanda plan agreements/",
        run=run,
    )
    parser.add_argument("agreements", type=Path, metavar="AGREEMENTS", help="a YAML file, or a folder of them")
    add_database_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the plan and its mark; raise `BadInput` where the files contradict what is kept."""
    book = agreements.load(arguments.agreements)
    with opened(arguments):
        from servanda.services import agreements as services

        now = wall_time.now()
        effect = services.effect(viewer_of(arguments, now), book, now)
    print(*told(effect, arguments.agreements), sep="\n")
    return DONE


def told(effect: "Effect", source: Path) -> Iterator[str]:
    """Yield what would be added, what holds no more, and what would become of tickets and figures."""
    applied = effect.applied
    yield from lines(applied, planned=True)
    for label, on in sorted(effect.superseded.items()):
        yield f"superseded: version {label}, for tickets opened from {on}"
    if not applied.changed:
        return
    yield f"{applied.judged:,} tickets would be judged anew, {effect.still_open:,} of them open."
    for month, ((met, missed), (met_then, missed_then)) in effect.months.items():
        yield f"{month:%Y-%m}: {met:,} met and {missed:,} missed would be {met_then:,} and {missed_then:,}"
    yield "No issued report would change." if effect.months else "No past figure would change."
    yield f"Apply it with: servanda apply {source} --as-planned {effect.mark}"
