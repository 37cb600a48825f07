"""The program that answers browsers: granian, with Django's application in each of its processes."""

import gc
import multiprocessing
from typing import Any

from servanda.config.serving.lifeline import follow_parent, follow_supervisor
from servanda.config.serving.limits import HEAD_MILLISECONDS, LONGEST_HEAD, Application, within_limits

PROCESSES = 2
THREADS = 4
LET_FINISH = 2
"""Seconds that requests under way may take after the order to stop."""

# Its own remarks go to stderr, and addresses of visitors nowhere.
LOGS: dict[str, Any] = {
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "generic", "stream": "ext://sys.stderr"},
        "access": {"class": "logging.NullHandler"},
    }
}


def serve(host: str, port: int) -> None:
    """Answer on a port until told to stop, and no longer than the supervisor lives."""
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server import Server

    follow_supervisor()
    server = Server(
        "servanda",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=min(PROCESSES, multiprocessing.cpu_count()),
        blocking_threads=THREADS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_MILLISECONDS, max_buffer_size=LONGEST_HEAD),
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=LOGS,
        respawn_failed_workers=True,
        workers_kill_timeout=LET_FINISH,
    )
    server.serve(target_loader=application, wrap_loader=False)


def application() -> Application:
    """Return Django's application for one process of the web program, which ends with that program."""
    follow_parent()
    from servanda.config.wsgi import application as pages
    from servanda.web.warming import warm_up

    warm_up()
    gc.collect()
    gc.freeze()  # what is loaded by now stays, and the search for garbage need not look at it each time
    return within_limits(pages)
