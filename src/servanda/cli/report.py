"""`servanda report`: attainment over a period, to the terminal, to CSV and to JSON."""

import argparse
import json
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path

from servanda.cli.command import DONE, FINDINGS, Subparsers, add_command
from servanda.cli.log_options import add_log_options, input_files, log_of, show_progress
from servanda.engine.logs import judged_in_passing
from servanda.engine.periods import InvalidPeriod, Period
from servanda.engine.results import Cohort
from servanda.engine.rights import Action
from servanda.files.outputs import check_outputs, table_to, written
from servanda.reports.attainment import as_csv, as_json, as_text, figures
from servanda.reports.attainment.figures import SPLITS, USUAL_SPLIT, Figures

EXAMPLE = "servanda report --agreements agreements.yaml --mapping mapping.yaml --tickets log.csv.gz --period 2016-03"
PRINTED = Path("-")


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "report",
        says="Report attainment over a period: verdicts met and missed by service, priority and target.",
        example=EXAMPLE,
        run=run,
    )
    add_log_options(parser)
    parser.add_argument(
        "--period",
        type=period,
        metavar="PERIOD",
        help="2018-06, 2018-Q2, 2018, or two dates such as 2018-06-01..2018-06-15, midnight to midnight in the "
        "agreement's zone (default: the whole log as one period)",
    )
    parser.add_argument(
        "--cohort",
        choices=[each.value for each in Cohort],
        default=Cohort.DECIDED_IN.value,
        help="which verdicts the period counts, named with its rule in the report (default: %(default)s)",
    )
    parser.add_argument(
        "--by",
        type=split,
        default=USUAL_SPLIT,
        metavar="WORDS",
        help=f"split by any of {', '.join(SPLITS)}, parted by commas (default: {','.join(USUAL_SPLIT)})",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="also write every line as CSV")
    parser.add_argument(
        "--json",
        type=Path,
        nargs="?",
        const=PRINTED,
        metavar="FILE",
        help="also write everything as JSON; without FILE print JSON in place of the table",
    )


def period(text: str) -> Period:
    """Return a period from the command line."""
    try:
        return Period.read(text)
    except InvalidPeriod as refusal:
        raise argparse.ArgumentTypeError(f"{refusal}") from None


def split(text: str) -> tuple[str, ...]:
    """Return what results are split by, from the command line."""
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",")))
    for word in words:
        if word not in SPLITS:
            raise argparse.ArgumentTypeError(f"results are not split by '{word}'; use any of {', '.join(SPLITS)}")
    return words


def run(arguments: argparse.Namespace) -> int:
    """Judge the log, write the files asked for and print the report; 1 when a row or a ticket could not be judged."""
    json_file = arguments.json if arguments.json != PRINTED else None
    outputs = [path for path in (arguments.csv, json_file) if path is not None]
    check_outputs(outputs, input_files(arguments))
    found = figures_of(arguments)
    write(found, arguments.csv, json_file)
    if arguments.json == PRINTED:
        print(json_text(found))
    else:
        print(*as_text.lines(found, width()), sep="\n")
        print(*(f"Written to {path}." for path in outputs), sep="\n", end="\n" if outputs else "")
    return DONE if found.log.complete else FINDINGS


def figures_of(arguments: argparse.Namespace) -> Figures:
    """Return the figures that the options ask for."""
    with log_of(arguments, Action.SEE_RESULTS) as log:
        judged = judged_in_passing(log, show_progress)
        return figures.of(judged, period=arguments.period, cohort=Cohort(arguments.cohort), split=arguments.by)


def write(found: Figures, csv_file: Path | None, json_file: Path | None) -> None:
    """Write the files asked for; both appear, or neither."""
    with ExitStack() as files:
        if csv_file:
            table_to(files.enter_context(written(csv_file)), as_csv.COLUMNS, as_csv.rows(found))
        if json_file:
            files.enter_context(written(json_file)).write(json_text(found) + "\n")


def json_text(found: Figures) -> str:
    """Return the report as JSON text."""
    return json.dumps(as_json.record(found), ensure_ascii=False, indent=2)


def width() -> int | None:
    """Return the width of the terminal; none where the output goes to a file or another program."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None
