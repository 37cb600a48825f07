#!/usr/bin/env python3
"""Measure the pages: how fast they answer people who read, over 60,000 tickets, and how many statements each takes.

    python3 bench/pages/run.py [--people 20] [--seconds 60] [--only sqlite|postgresql] [--folder FOLDER]

Uses the environment that `start.py test` makes. `--folder` keeps the databases there for the next time.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
VENDORS = ("sqlite", "postgresql")


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=20, help="how many read at once (20)")
    parser.add_argument("--seconds", type=int, default=60, help="for how long on each database (60)")
    parser.add_argument("--only", choices=VENDORS, help="one of the databases alone")
    parser.add_argument("--folder", type=Path, help="where databases are kept for the next time")
    options = parser.parse_args()
    if not PYTHON.exists():
        print("There is no environment yet: run 'python3 start.py check' first.", file=sys.stderr)
        return 2
    if Path(sys.prefix).resolve() != PYTHON.parents[1]:
        return subprocess.call([PYTHON, __file__, *sys.argv[1:]])
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    from bench.pages import measure

    with tempfile.TemporaryDirectory(prefix="servanda-bench-") as passing:
        folder = options.folder or Path(passing)
        for vendor in (options.only,) if options.only else VENDORS:
            measure.report(vendor, folder.absolute(), options.people, options.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
