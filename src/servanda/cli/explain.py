"""`servanda explain`: the story of one ticket's clocks."""

import argparse
import json

from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.log_options import add_log_options, log_of
from servanda.engine.rights import Action
from servanda.reports import explanation

EXAMPLE = "servanda explain INC0000045 --agreements agreements.yaml --mapping mapping.yaml --tickets log.csv.gz"


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "explain",
        says="Tell how a ticket's clocks came to their reading, with a table of its time that adds up.",
        example=EXAMPLE,
        run=run,
    )
    parser.add_argument("ticket", metavar="TICKET", help="the number of the ticket")
    add_log_options(parser)
    parser.add_argument("--json", action="store_true", help="print everything as JSON, span by span")


def run(arguments: argparse.Namespace) -> int:
    """Explain the ticket."""
    with log_of(arguments, Action.SEE_TICKET) as log:
        history = log.history(arguments.ticket.strip())
        told = explanation.explain(log, history, file=arguments.tickets)
    if arguments.json:
        print(json.dumps(explanation.as_json(told), indent=2))
    else:
        print(*explanation.in_words(told), sep="\n")
    return DONE
