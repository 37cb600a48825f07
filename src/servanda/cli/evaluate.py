"""`servanda evaluate`: judge every ticket of a log and write a row for each ticket and target."""

import argparse
import json
from pathlib import Path

from servanda.bad_input import BadInput
from servanda.cli.command import DONE, FINDINGS, Subparsers, add_command
from servanda.cli.log_options import add_log_options, judge_log
from servanda.files.outputs import check_outputs, write_rows, written
from servanda.reports import evaluation
from servanda.services.logs import Judged

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
    check_outputs([arguments.out], [arguments.agreements, arguments.mapping, arguments.tickets])
    judged = judge_log(arguments)
    write(arguments.out, judged)
    if arguments.json:
        print(json.dumps(evaluation.summary(judged), indent=2))
    else:
        print(*evaluation.in_words(judged), sep="\n")
        print(f"Readings written to {arguments.out}.")
    return DONE if judged.complete else FINDINGS


def write(path: Path, judged: Judged) -> None:
    """Write the readings as CSV, or as one JSON object a line."""
    if path.suffix.lower() == ".csv":
        write_rows(path, evaluation.COLUMNS, evaluation.rows(judged))
        return
    with written(path) as file:
        for row in evaluation.rows(judged):
            file.write(json.dumps(dict(zip(evaluation.COLUMNS, row, strict=True))) + "\n")
