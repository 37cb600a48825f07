"""The peak memory of this very program, for a test that measures in a process of its own."""

import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak_memory() -> int:
    """Return the most bytes that this program has held; Linux would count in what its parent held at its start."""
    if STATUS.exists():
        line = next(each for each in STATUS.read_text().splitlines() if each.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
