"""What the commands with a database share: which database, whose rows, and who asks.

Django is imported when a command runs and no sooner, because the commands on files work without it.
"""

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from servanda import wall_time
from servanda.bad_input import BadInput
from servanda.cli.command import DONE
from servanda.engine.rights import Viewer

if TYPE_CHECKING:
    from servanda.store.models import Organisation

PERSON_VARIABLE = "SERVANDA_PERSON"


def add_database_option(parser: argparse._ActionsContainer) -> None:
    """Add the option that names the database."""
    parser.add_argument(
        "--database",
        metavar="URL",
        help="sqlite:///servanda.sqlite3 or postgresql://user@host/name (default: SERVANDA_DATABASE, else a file in "
        "the data folder)",
    )


def add_database_options(parser: argparse._ActionsContainer) -> None:
    """Add the options that name the database, the organisation in it, and who asks."""
    add_database_option(parser)
    parser.add_argument(
        "--organisation", metavar="ID", help="whose rows are meant (default: the only organisation of the database)"
    )
    parser.add_argument(
        "--as",
        dest="person",
        metavar="PERSON",
        help=f"who asks, by their id (default: {PERSON_VARIABLE}, else the only administrator)",
    )


@contextmanager
def opened(arguments: argparse.Namespace, *, without_tables: bool = False) -> Iterator[None]:
    """Work on the database that the options name; whatever it refuses meanwhile becomes `BadInput`.

    Raise `BadInput` where it cannot be used, or its tables are not those of this version; with `without_tables`
    they may be missing or older.
    """
    from servanda.config import setup

    setup(arguments.database)
    from servanda.store import failures, tables

    with failures.in_words():
        found = tables.standing()
        tables.refuse_newer(found) if without_tables else tables.refuse_unless_current(found)
        yield


Step = Callable[[argparse.Namespace, Viewer, datetime], Iterable[str]]


def run_step(step: Step, arguments: argparse.Namespace) -> int:
    """Do one step of a command as the viewer and print what came of it."""
    with opened(arguments):
        now = wall_time.now()
        for line in step(arguments, viewer_of(arguments, now), now):
            print(line)
    return DONE


def viewer_of(arguments: argparse.Namespace, now: datetime) -> Viewer:
    """Return who asks, with the roles they have today; raise `BadInput` where nobody of that name may ask."""
    from servanda.services import people

    organisation = organisation_of(arguments)
    told = arguments.person or os.environ.get(PERSON_VARIABLE)
    return people.viewer(organisation, told or people.only_administrator(organisation, now), now=now)


def organisation_of(arguments: argparse.Namespace) -> "Organisation":
    """Return the organisation that the options name, else the only one; raise `BadInput` where there is none."""
    from servanda.store import models

    if arguments.organisation:
        named = models.Organisation.objects.filter(slug=arguments.organisation).first()
        if named is None:
            raise _no_organisation(f"There is no organisation '{arguments.organisation}' in the database.")
        return named
    several = list(models.Organisation.objects.order_by("pk")[:2])
    if len(several) == 1:
        return several[0]
    raise _no_organisation(
        "The database has several organisations." if several else "The database has no organisation yet."
    )


def _no_organisation(found: str) -> BadInput:
    return BadInput(
        found,
        expected="the id of an organisation that is in the database",
        mend="Name it with --organisation, or make it with 'servanda organisation add'.",
    )
