"""`servanda organisation`: make an organisation in a database, and the tables where there are none."""

import argparse

from servanda import wall_time
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_option, opened

EXAMPLE = 'servanda organisation add school --name "A school" --zone Europe/London --administrator kim'


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "organisation",
        says="Make an organisation in a database, with the person who administers it.",
        example=EXAMPLE,
        run=run,
    )
    steps = parser.add_subparsers(metavar="STEP", required=True)
    step = add_command(
        steps,
        "add",
        says="Make an organisation; also the tables, where the database has none.",
        example=EXAMPLE,
        run=run,
    )
    step.add_argument("id", help="a short id, such as school; agreement files name the organisation by it")
    step.add_argument("--name", default="", help="the organisation as it is called (default: its id)")
    step.add_argument("--zone", required=True, help="the zone in which it speaks of dates, such as Europe/London")
    step.add_argument(
        "--administrator",
        required=True,
        metavar="PERSON",
        help="the id of the person who may do everything, such as kim",
    )
    add_database_option(step)


def run(arguments: argparse.Namespace) -> int:
    """Make the organisation."""
    with opened(arguments, without_tables=True):
        from servanda.services import organisations
        from servanda.store import tables

        if tables.standing() is tables.Standing.NONE:
            tables.make()
        tables.refuse_unless_current(tables.standing())
        made = organisations.add(arguments.id, arguments.name, arguments.zone, arguments.administrator, wall_time.now())
        print(f"Organisation '{made.slug}' is made; '{arguments.administrator}' administers it.")
    return DONE
