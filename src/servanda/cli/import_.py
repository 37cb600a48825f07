"""`servanda import`: take a table of tickets or events into the database, all of it or nothing."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from servanda import wall_time
from servanda.cli.command import DONE, FINDINGS, Subparsers, add_command
from servanda.cli.database_options import add_database_options, opened, viewer_of
from servanda.cli.log_options import show_progress
from servanda.files.outputs import check_outputs

if TYPE_CHECKING:
    from servanda.engine.rights import Viewer
    from servanda.services.imports import Committed, Plan

EXAMPLE = "servanda import tickets.csv --mapping mapping.yaml"
ATTEMPTS = 3


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "import",
        says="Take a table into the database, all of it or nothing. The same file again changes nothing; "
        "a file that has grown adds what is new.",
        example=EXAMPLE,
        run=run,
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="the table, as CSV, CSV.gz or XLSX")
    parser.add_argument("--mapping", type=Path, required=True, metavar="FILE", help="how the table is read, as YAML")
    parser.add_argument("--plan", action="store_true", help="show what would be done, and write nothing")
    parser.add_argument("--good-rows", action="store_true", help="import the good rows alone, where some are refused")
    parser.add_argument(
        "--rejects",
        type=Path,
        metavar="FILE",
        help="write the refused rows here, in their own columns, with the reason",
    )
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")
    add_database_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Import the file; 1 where rows were refused."""
    if arguments.rejects:
        check_outputs([arguments.rejects], [arguments.file, arguments.mapping])
    with opened(arguments):
        from servanda.services.imports import PlanOutdated

        viewer = viewer_of(arguments, wall_time.now())
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return _import(arguments, viewer)
            except PlanOutdated:  # somebody else wrote meanwhile: what is right now has to be found out anew
                if attempt == ATTEMPTS:
                    raise
    return FINDINGS


def _import(arguments: argparse.Namespace, viewer: "Viewer") -> int:
    from servanda.reports import import_plan
    from servanda.services import imports

    with imports.plan(
        viewer, arguments.file, arguments.mapping, now=wall_time.now(), progress=show_progress
    ) as planned:
        if arguments.rejects and planned.rejects:
            _write_rejects(arguments.rejects, planned)
        committed = None if _only_shown(arguments, planned) else _commit(arguments, viewer, planned)
        if arguments.json:
            print(json.dumps(import_plan.as_json(planned, committed), indent=2))
        else:
            print(*import_plan.in_words(planned, committed), sep="\n")
    return FINDINGS if planned.refused else DONE


def _only_shown(arguments: argparse.Namespace, planned: "Plan") -> bool:
    return bool(arguments.plan or (planned.refused and not arguments.good_rows))


def _commit(arguments: argparse.Namespace, viewer: "Viewer", planned: "Plan") -> "Committed":
    from servanda.services import imports

    return imports.commit(
        viewer, planned, good_rows_only=arguments.good_rows, now=wall_time.now(), progress=show_progress
    )


def _write_rejects(path: Path, planned: "Plan") -> None:
    from servanda.files.refused_rows import write_refused_rows

    write_refused_rows(path, planned.file, planned.mapping, planned.rejects)
