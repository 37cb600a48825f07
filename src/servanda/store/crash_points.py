"""Places where a test may kill the process, to show that the old state is kept or the new one, and nothing between.

For tests only: nothing happens unless the environment names a point in SERVANDA_CRASH_AT, as `import.tickets` or, for
the third time it is reached, `import.tickets:3`.
"""

import os
import signal
from collections import Counter

VARIABLE = "SERVANDA_CRASH_AT"

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
    "verify.begun",
    "verify.tickets",
    "outbox.claimed",
    "outbox.done",
    "backup.copied",
    "backup.verified",
    "restore.copied",
)

_reached: Counter[str] = Counter()


def reach(point: str) -> None:
    """Kill this process at once if a test asked for it to die here."""
    wanted = os.environ.get(VARIABLE)
    if wanted:
        _reached[point] += 1
        if wanted in (point, f"{point}:{_reached[point]}"):
            # Windows knows no such signal; there the process ends just as suddenly.
            os.kill(os.getpid(), signal.SIGKILL) if hasattr(signal, "SIGKILL") else os._exit(137)
