"""`servanda serve`: the pages and the worker, kept alive together until told to stop."""

import argparse
import os
import sys

from servanda import wall_time
from servanda.cli.command import DONE, Subparsers, add_command
from servanda.cli.database_options import add_database_option, opened
from servanda.config.addresses import ADDRESS_VARIABLE, USUAL_PORT, site
from servanda.config.serving.ports import HIGHEST, free_port

PROGRAM = (sys.executable, "-P", "-m")  # without the folder that one happens to be in
LOCAL = ("127.0.0.1", "::1", "localhost")


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "serve",
        says="Serve the pages and run the long jobs until told to stop (Ctrl-C); make the tables where there are none.",
        example="servanda serve --port 8080",
        run=run,
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="where to listen; 0.0.0.0 is all addresses (default: this machine alone)"
    )
    parser.add_argument("--port", type=port, default=USUAL_PORT, help="0 takes one that is free (default: 8080)")
    add_database_option(parser)


def port(text: str) -> int:
    """Return a port from the command line."""
    if not (text.isascii() and text.isdecimal()) or int(text) > HIGHEST:
        raise argparse.ArgumentTypeError(f"'{text}' is no port; use a number from 0 to {HIGHEST}")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop; raise `BadInput` where the port is taken or the database cannot be used."""
    return serve(arguments.host, free_port(arguments.host, arguments.port), prepared(arguments))


def prepared(arguments: argparse.Namespace) -> str | None:
    """Make the tables where there are none; return the path of the set-up link while nobody can sign in."""
    with opened(arguments, without_tables=True):
        from django.db import connections

        from servanda.services import accounts
        from servanda.store import tables
        from servanda.web.links import set_up_path

        if tables.standing() is tables.Standing.NONE:
            tables.make()
        tables.refuse_unless_current(tables.standing())
        secret = accounts.way_in(wall_time.now())
        connections.close_all()
        return set_up_path(secret) if secret else None


def serve(host: str, port: int, set_up: str | None = None) -> int:
    """Serve on a free port until told to stop, and say where, with the set-up link where one is given."""
    from servanda.config.serving.supervisor import Child, Supervisor, stopped_by_signals

    web = Child("the web program", (*PROGRAM, "servanda.config.serving", host, str(port)))
    worker = Child("the worker", (*PROGRAM, "servanda", "work"))
    supervisor = Supervisor((web, worker), {}, tell)
    with stopped_by_signals() as stop:
        try:
            supervisor.start()
            supervisor.await_answer(host, port, stop)
            if not stop.is_set():
                announce(host, port, set_up)
            supervisor.watch(stop)
        finally:
            supervisor.stop()
    print("Stopped.", flush=True)
    return DONE


def tell(sentence: str) -> None:
    """Say something of a child."""
    print(f"servanda: {sentence}", file=sys.stderr, flush=True)


def announce(host: str, port: int, set_up: str | None) -> None:
    """Print where the pages are, how to get in, and how to stop."""
    address = site(os.environ, port)
    print(f"Servanda is at {address}/ - stop it with Ctrl-C.")
    if host not in LOCAL and ADDRESS_VARIABLE not in os.environ:
        print(f"Other machines are answered once {ADDRESS_VARIABLE} names the address that they use.")
    if set_up:
        print("Nobody can sign in yet. Open this link within 24 hours to choose a password; it works once:")
        print(f"  {address}{set_up}")
    sys.stdout.flush()
