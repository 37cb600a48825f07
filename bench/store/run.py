#!/usr/bin/env python3
"""Measure the store: imports against the floor of the same database, live events, and memory by the size of the file.

    python3 bench/store/run.py [--rounds 3] [--large]

Uses the environment that `start.py test` makes, on both databases. `--large` adds the file of 1 GB.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="how often everything has its turn (3)")
    parser.add_argument("--large", action="store_true", help="also measure the memory for a file of 1 GB")
    options = parser.parse_args()
    if not PYTHON.exists():
        print("There is no environment yet: run 'python3 start.py check' first.", file=sys.stderr)
        return 2
    if Path(sys.prefix).resolve() != PYTHON.parents[1]:
        return subprocess.call([PYTHON, __file__, *sys.argv[1:]])
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    from bench.store import measure

    measure.report(options.rounds, large=options.large)
    return 0


if __name__ == "__main__":
    sys.exit(main())
