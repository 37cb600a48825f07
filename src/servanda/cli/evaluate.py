"""`servanda evaluate`: judge every ticket of a log and write a row for each ticket and target."""

import argparse
import json
from pathlib import Path

from servanda.bad_input import BadInput
from servanda.cli.command import DONE, FINDINGS, Subparsers, add_command
from servanda.cli.log_options import add_log_options, input_files, log_of, show_progress
from servanda.engine.logs import Account, Judged, judged_in_passing
from servanda.engine.rights import Action
from servanda.files.outputs import check_outputs, write_rows, written
from servanda.reports import evaluation

EXAMPLE = (
    "servanda evaluate --agreements agreements.yaml --mapping mapping.yaml --tickets log.csv.gz --out readings.csv"
)


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "evaluate",
        says="Judge every ticket of a log: a row for each ticket and target, with its state and due instant.",
        example=EXAMPLE,
        run=run,
    )
    add_log_options(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="readings, as .csv or .jsonl")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Judge the log, write the readings and print the summary; 1 when some row or ticket could not be judged."""
    if arguments.out.suffix.lower() not in (".csv", ".jsonl"):
        raise BadInput(
            f"an output called '{arguments.out.name}'",
            expected="a name that ends in .csv or .jsonl",
            mend="rename the output",
            file=arguments.out,
        )
    check_outputs([arguments.out], input_files(arguments))
    with log_of(arguments, Action.SEE_TICKET) as log:
        account = write(arguments.out, judged_in_passing(log, show_progress))
        if arguments.json:
            print(json.dumps(evaluation.summary(log, account), indent=2))
        else:
            print(*evaluation.in_words(log, account), sep="\n")
            print(f"Readings written to {arguments.out}.")
        return DONE if account.complete(log) else FINDINGS


def write(path: Path, judged: Judged) -> Account:
    """Write the readings as they are judged, as CSV or as one JSON object a line, and return what was counted."""
    account = Account()
    rows = evaluation.rows(judged, account)
    if path.suffix.lower() == ".csv":
        write_rows(path, evaluation.COLUMNS, rows)
        return account
    with written(path) as file:
        for row in rows:
            file.write(json.dumps(dict(zip(evaluation.COLUMNS, row, strict=True))) + "\n")
    return account
