"""A process that has loaded Servanda and forks itself for each command, which spares every one the time of loading.

Each line on its input is a command as JSON; it answers with the number of the process, and then with its exit code.
"""

import importlib
import json
import os
import pkgutil
import sys
import traceback
from typing import Any, NoReturn

from tests.rig import kills_limits


def serve() -> None:
    """Run a command for each line, one after the other."""
    load()
    for line in sys.stdin:
        asked = json.loads(line)
        process = os.fork()
        if process == 0:
            run(asked)
        say(process)
        _, status = os.waitpid(process, 0)
        say(os.waitstatus_to_exitcode(status))


def say(number: int) -> None:
    """Answer with a number."""
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def load() -> None:
    """Get ready for the database that the environment names, without any connection to it."""
    from servanda.config import setup

    setup()
    from django.db import connections

    connections.close_all()
    for layer in ("cli", "services", "services.imports", "queries", "reports", "store", "files"):
        package = importlib.import_module(f"servanda.{layer}")
        for found in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{found.name}")


def run(asked: dict[str, Any]) -> NoReturn:
    """Be the process of a command."""
    os.environ.update(asked["environment"])
    kills_limits.bind(asked["limits"])
    output = os.open(asked["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    code = 1
    try:
        from servanda.cli import main

        code = main(asked["words"])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
