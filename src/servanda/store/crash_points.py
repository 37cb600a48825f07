"""Places where a test may kill the process, to show that the old state is kept or the new one, and nothing between.

For tests only: nothing happens unless the environment names a point in SERVANDA_CRASH_AT, as `import.tickets` or, for
the third time it is reached, `import.tickets:3`; or a file in SERVANDA_STAGES, which then gets a line for every point
that is reached, with the nanosecond of the machine's own clock, so that whoever kills the process knows how far it was.
"""

import os
import signal
import time
from collections import Counter

VARIABLE = "SERVANDA_CRASH_AT"
STAGES_VARIABLE = "SERVANDA_STAGES"

POINTS = (
    "record.begun",
    "record.events",
    "record.clocks",
    "record.audit",
    "record.committed",
    "import.staged",
    "import.begun",
    "import.tickets",
    "import.events",
    "import.rows",
    "import.clocks",
    "import.tallies",
    "import.audit",
    "import.committed",
    "undo.begun",
    "undo.audit",
    "undo.committed",
    "apply.begun",
    "apply.versions",
    "apply.clocks",
    "apply.audit",
    "apply.committed",
    "verify.begun",
    "verify.tickets",
    "outbox.claiming",
    "outbox.claimed",
    "outbox.finishing",
    "outbox.done",
    "watch.ordered",
    "watch.moving",
    "backup.copied",
    "backup.verified",
    "restore.copied",
    "report.rendered",
    "report.begun",
    "report.numbered",
    "report.files",
    "report.committed",
    "sample.begun",
    "sample.emptied",
    "sample.committed",
)

_reached: Counter[str] = Counter()


def reach(point: str) -> None:
    """Note that a point is reached, and kill this process at once, if a test asked for that."""
    stages, wanted = os.environ.get(STAGES_VARIABLE), os.environ.get(VARIABLE)
    if stages:
        _note(stages, point)
    if wanted:
        _reached[point] += 1
        if wanted in (point, f"{point}:{_reached[point]}"):
            # Windows knows no such signal; there the process ends just as suddenly.
            os.kill(os.getpid(), signal.SIGKILL) if hasattr(signal, "SIGKILL") else os._exit(137)


def _note(stages: str, point: str) -> None:
    """Add a line in one write, which outlives the process."""
    file = os.open(stages, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, f"{point} {time.monotonic_ns()}\n".encode())
    finally:
        os.close(file)
