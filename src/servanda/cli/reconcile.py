"""`servanda reconcile`: our readings beside what the source itself claims, and why they differ."""

import argparse
import json
import re
from datetime import timedelta
from pathlib import Path

from servanda.bad_input import BadInput
from servanda.cli.command import DONE, FINDINGS, Subparsers, add_command
from servanda.cli.log_options import add_log_options, input_files, log_of, show_progress
from servanda.engine.logs import Log, judged_in_passing
from servanda.engine.reconciliation import TOLERANCE
from servanda.engine.rights import Action
from servanda.engine.targets import TargetKind
from servanda.files.holiday_lists import read_holidays
from servanda.files.outputs import check_outputs, write_rows, written
from servanda.reports import reconciliation
from servanda.reports.reconciliation import Reconciled, as_csv, as_json, as_text
from servanda.reports.reconciliation.sentences import tolerance_words
from servanda.services import logs

EXAMPLE = (
    "servanda reconcile --agreements agreements.yaml --mapping mapping.yaml --tickets log.csv.gz "
    "--holidays holidays.csv --csv differences.csv"
)
TO_TERMINAL = Path("-")
EXAMPLES = 3
_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "": "seconds"}


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "reconcile",
        says="Compare due times and verdicts with the source's own, and say why they differ.",
        example=EXAMPLE,
        run=run,
    )
    add_log_options(parser)
    parser.add_argument(
        "--kind",
        choices=[each.value for each in TargetKind],
        default=TargetKind.RESOLUTION.value,
        help="what the claims are about (default: %(default)s)",
    )
    parser.add_argument(
        "--tolerance",
        type=amount,
        default=TOLERANCE,
        metavar="TIME",
        help=f"by how much due times may differ, such as 30s or 2min (default: {tolerance_words(TOLERANCE)})",
    )
    parser.add_argument(
        "--holidays",
        type=Path,
        metavar="FILE",
        help="a list of holidays (CSV: date,name): which did the source observe?",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write every difference as a row")
    parser.add_argument(
        "--json", type=Path, nargs="?", const=TO_TERMINAL, metavar="FILE", help="write all as JSON; alone: print it"
    )
    parser.add_argument(
        "--examples",
        type=number,
        default=EXAMPLES,
        metavar="N",
        help=f"tickets shown for each cause (default: {EXAMPLES})",
    )


def amount(text: str) -> timedelta:
    """Return an amount of time from the command line, such as 120s or 2min."""
    found = re.fullmatch(r"(\d{1,9}) ?(s|min|h|)", text.strip())
    if found is None:
        raise argparse.ArgumentTypeError(f"'{text}' is no amount of time; write 120s, 2min or 1h")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def number(text: str) -> int:
    """Return a number of rows from the command line, from 0 up."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"'{text}' is no number of tickets; write 0 or more")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Compare, print and write what was asked for; 1 when anything differs or was left out."""
    outputs = [path for path in (arguments.csv, arguments.json) if path is not None and path != TO_TERMINAL]
    check_outputs(outputs, [*input_files(arguments), *([arguments.holidays] if arguments.holidays else [])])
    holidays = read_holidays(arguments.holidays) if arguments.holidays else {}
    with log_of(arguments, Action.SEE_TICKET) as log:
        if isinstance(log, logs.Log):
            refuse_without_claims(log, arguments.mapping)
        refuse_without_targets(log, arguments.kind, arguments.agreements)
        reconciled = reconciliation.of(
            judged_in_passing(log, show_progress),
            kind=TargetKind(arguments.kind),
            tolerance=arguments.tolerance,
            holidays=holidays,
            progress=show_progress,
        )
    show(reconciled, arguments)
    return DONE if reconciled.agrees else FINDINGS


def refuse_without_claims(log: logs.Log, mapping: Path) -> None:
    """Raise `BadInput` when the mapping names no claim that could be compared."""
    claims = log.mapping.claims
    if not claims.due and claims.verdict is None:
        raise BadInput(
            "the mapping names no due time and no verdict of the source",
            expected="'due' or 'verdict' under 'claims', or both",
            mend="name the columns in which the source says when a ticket was due and whether that was met",
            file=mapping,
        )


def refuse_without_targets(log: Log, kind: str, agreements: Path | None) -> None:
    """Raise `BadInput` when no agreement has a target of the kind that is to be compared."""
    kinds = sorted({target.kind.value for version in log.book.versions for target in version.targets})
    if kind not in kinds:
        raise BadInput(
            f"no target of the kind {kind}",
            expected=f"one of the kinds that the agreements have: {', '.join(kinds)}",
            mend="choose one of them with --kind",
            file=agreements,
        )


def show(reconciled: Reconciled, arguments: argparse.Namespace) -> None:
    """Print the report, or the JSON in its place; write the files that were asked for."""
    told = json.dumps(as_json.report(reconciled, arguments.examples), indent=2, ensure_ascii=False)
    if arguments.csv:
        write_rows(arguments.csv, as_csv.COLUMNS, as_csv.rows(reconciled))
    if arguments.json == TO_TERMINAL:
        print(told)
        return
    if arguments.json:
        with written(arguments.json) as file:
            file.write(f"{told}\n")
    print(*as_text.lines(reconciled, arguments.examples), sep="\n")
    if arguments.csv:
        print(f"\nEvery difference is in {arguments.csv}.")
