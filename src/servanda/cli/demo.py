"""`servanda demo`: judge the logs shipped as samples, say in a minute what came out, and serve the pages of it."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from servanda import wall_time
from servanda.bad_input import BadInput
from servanda.cli import demo_database
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.demo_database import Keeping, Sample
from servanda.cli.log_options import show_progress
from servanda.cli.serve import port, serve
from servanda.config import setup
from servanda.config.addresses import USUAL_PORT
from servanda.config.serving.ports import free_port_or_another
from servanda.engine.clocks import State
from servanda.engine.logs import judged_in_memory
from servanda.engine.reconciliation import cases_of, reconcile
from servanda.files import agreements as agreement_files
from servanda.files.holiday_lists import read_holidays
from servanda.reports.attainment import figures
from servanda.reports.demonstration import glance
from servanda.services import logs

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "sample"
OUT = ROOT / "out" / "demo"


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "demo",
        says="Judge the real logs shipped as samples: what was promised, kept and missed, and what the source claims. "
        "At a terminal it ends by serving their pages until Ctrl-C.",
        example="servanda demo",
        run=run,
    )
    parser.add_argument("--samples", type=Path, default=SAMPLES, metavar="FOLDER", help="another folder of samples")
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="FOLDER", help="where the database of the demo is made anew"
    )
    serving = parser.add_mutually_exclusive_group()
    serving.add_argument("--serve", action="store_true", help="serve the pages also where the output is no terminal")
    serving.add_argument("--no-serve", action="store_true", help="end without serving the pages")
    parser.add_argument(
        "--port", type=port, default=USUAL_PORT, help="where the pages are served, if it is free (default: 8080)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Judge every sample and print a glance of each, then the commands that show more; then serve the pages."""
    found = list(samples(arguments.samples))
    if not found:
        raise BadInput(
            "no folder with agreements.yaml, mapping.yaml and a .csv.gz table",
            expected="the samples that come with the source",
            mend="run it from a copy of the source, or name the folder with --samples",
            file=arguments.samples,
        )
    print(f"{len(found)} logs of real work, judged from their files alone. Nothing in them was made up.", flush=True)
    keeping = Keeping(arguments.out, found, wall_time.now())
    shown = []
    for sample in found:
        print()
        shown.append(show(sample))
    print("\nIn a database", "-------------", sep="\n", flush=True)
    for sentence in keeping:
        print(sentence, flush=True)
    print_next(found[0], shown[0], arguments.out / demo_database.FILE)
    return go_on(arguments) if demo_database.has_database() else DONE


def go_on(arguments: argparse.Namespace) -> int:
    """Serve the pages of the demo; without a terminal nobody is there to end it, so then only say how it is done."""
    database = arguments.out / demo_database.FILE
    if arguments.serve or (sys.stdout.isatty() and not arguments.no_serve):
        print()
        setup(f"sqlite:///{database}", arguments.out)
        return serve("127.0.0.1", free_port_or_another("127.0.0.1", arguments.port))
    print("\nServe its pages:")
    print(f"  {_near(Path(sys.executable))} -m servanda serve --database sqlite:///{_near(database)}")
    return DONE


def samples(folder: Path) -> Iterator[Sample]:
    """Yield the samples of a folder that have their table."""
    for each in sorted(folder.glob("*/mapping.yaml")):
        agreements = each.with_name("agreements.yaml")
        table = next(iter(sorted(each.parent.glob("*.csv.gz"))), None)
        if agreements.exists() and table:
            yield Sample(agreements, each, table, next(iter(sorted(each.parent.glob("*holidays*.csv"))), None))


def show(sample: Sample) -> str:
    """Judge one sample, print its glance and return the number of a ticket worth explaining."""
    log = logs.read(sample.agreements, sample.mapping, sample.table, progress=show_progress)
    judged = judged_in_memory(log, show_progress)
    holidays = read_holidays(sample.holidays) if sample.holidays else {}
    found = reconcile(
        list(cases_of(log.tickets, judged.readings, log.as_of)), holidays=holidays, progress=show_progress
    )
    print(*glance(log.name, figures.of(judged), found), sep="\n")
    missed = (reading.ticket for reading in judged.readings if reading.state is State.MISSED)
    return next(missed, log.tickets[0].number)


def print_next(sample: Sample, ticket: str, database: Path) -> None:
    """Print the commands that follow a figure to its records."""
    options = " ".join(
        f"--{name} {_near(path)}"
        for name, path in (("agreements", sample.agreements), ("mapping", sample.mapping), ("tickets", sample.table))
    )
    servanda = _near(Path(sys.executable)) + " -m servanda"
    print("\nFollow any figure to its records:")
    for command in ("report --period 2017-06", "reconcile", f"explain {ticket}", "evaluate --out readings.csv"):
        print(f"  {servanda} {command} {options}")
    if database.exists():
        organisation = agreement_files.load(sample.agreements).organisation.id
        for command in ("verify", f"explain {ticket}", "audit"):
            print(f"  {servanda} {command} --organisation {organisation} --database sqlite:///{_near(database)}")


def _near(path: Path) -> str:
    """Return a path as it is typed from here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
