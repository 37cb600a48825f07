"""`servanda sample`: an invented school to look around in, loaded into a database and taken away again whole."""

import argparse

from servanda import wall_time
from servanda.bad_input import BadInput
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_option, opened

LOAD, UNLOAD = "servanda sample load --account kim@hill.example", "servanda sample unload"
USUAL = "sample-school"


def add(subparsers: Subparsers) -> None:
    """Announce the command and its steps."""
    parser = add_command(
        subparsers,
        "sample",
        says="Load an invented school to look around in, as an organisation of its own, and take it away again.",
        example=LOAD,
        run=load,
    )
    steps = parser.add_subparsers(metavar="STEP", required=True)
    loading = add_command(
        steps, "load", says="Load the sample school; nothing of any other organisation changes.", example=LOAD, run=load
    )
    loading.add_argument("id", nargs="?", default=USUAL, help=f"a short id that is free (default: {USUAL})")
    loading.add_argument(
        "--account", metavar="ADDRESS", help="who administers it: the address of somebody's account here"
    )
    unloading = add_command(
        steps,
        "unload",
        says="Take a sample school away with everything in it; nothing else can ever be taken away.",
        example=UNLOAD,
        run=unload,
    )
    unloading.add_argument("id", nargs="?", default="", help="which one (default: the only one)")
    for step in (loading, unloading):
        add_database_option(step)


def load(arguments: argparse.Namespace) -> int:
    """Load the school; make the tables where there are none."""
    with opened(arguments, without_tables=True):
        from servanda.reports import sample_school
        from servanda.store import models, tables

        if tables.standing() is tables.Standing.NONE:
            tables.make()
        tables.refuse_unless_current(tables.standing())
        account = models.Account.objects.filter(email=(arguments.account or "").strip().lower()).first()
        if arguments.account and account is None:
            raise _no_account(arguments.account)
        slug = sample_school.load(arguments.id, account=account, now=wall_time.now())
        print(f"The sample school is loaded as '{slug}': open /o/{slug}/ in the pages.")
        if account is None:
            print(f"Let somebody in: servanda people invite {sample_school.VISITOR} --organisation {slug}")
        print(f"Take it away again: servanda sample unload {slug}")
    return DONE


def unload(arguments: argparse.Namespace) -> int:
    """Take the school away."""
    with opened(arguments):
        from servanda.services import samples

        slug = arguments.id or samples.only()
        removed = samples.take_away(slug, now=wall_time.now())
        print(f"'{slug}' is taken away with all its {removed:,} rows.")
    return DONE


def _no_account(address: str) -> BadInput:
    return BadInput(
        f"Nobody signs in here as '{address}'.",
        expected="the address of an account of this database",
        mend="Correct it; or leave it out, and invite somebody afterwards.",
    )
