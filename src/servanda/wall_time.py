"""The machine's own time, read here and nowhere else.

Every figure is a function of its inputs, so an entry point asks once for `now` and passes it on.
"""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one place


def stopwatch() -> float:
    """Return seconds since some instant, for waits that nobody's setting of the clock may lengthen."""
    return time.monotonic()
