"""`servanda mapping check`: what a mapping makes of a table, before anything is judged by it."""

import argparse
import json
from functools import partial
from pathlib import Path

from servanda import wall_time
from servanda.cli.command import DONE, FINDINGS, Subparsers, add_command
from servanda.cli.log_options import show_progress
from servanda.files.mapping_form import TicketMapping
from servanda.files.mappings import read_mapping
from servanda.files.tickets import ReadOutcome, read_tickets
from servanda.reports import table_check

EXAMPLE = "servanda mapping check mapping.yaml --tickets export.csv.gz"


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "mapping",
        says="Check a mapping, and show what it makes of a table: the first tickets, and every fault with its place.",
        example=EXAMPLE,
        run=run,
    )
    parser.add_argument("action", choices=["check"], help="what to do with the mapping")
    parser.add_argument("mapping", type=Path, metavar="MAPPING", help="how the table is read, as YAML")
    parser.add_argument("--tickets", type=Path, metavar="FILE", help="the table, as CSV, CSV.gz or XLSX")
    parser.add_argument("--show", type=int, default=3, metavar="N", help="how many tickets to show (default: 3)")
    parser.add_argument("--json", action="store_true", help="print the counts and every row left out as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print what the mapping makes of the table; 1 when rows are left out, 2 when a file cannot be used."""
    mapping = read_mapping(arguments.mapping)
    if arguments.tickets is None:
        print(f"{arguments.mapping}: in order; it uses {len(mapping.columns)} columns.")
        return DONE
    outcome = read_tickets(mapping, arguments.tickets, now=wall_time.now(), progress=partial(show_progress, "reading"))
    _show(mapping, outcome, arguments)
    return FINDINGS if outcome.notes.rejects else DONE


def _show(mapping: TicketMapping, outcome: ReadOutcome, arguments: argparse.Namespace) -> None:
    if arguments.json:
        print(json.dumps(table_check.summary(mapping, outcome), ensure_ascii=False, indent=2))
    else:
        print(*table_check.in_words(mapping, outcome, arguments.show), sep="\n")
