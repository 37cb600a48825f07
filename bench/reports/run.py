#!/usr/bin/env python3
"""Measure the month's report: how long its figures and each of its forms take, for 50 services and for 250.

    python3 bench/reports/run.py

Uses the environment that `start.py test` makes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv" / "bin" / "python"
TICKETS = 20_000


def main() -> int:
    """Measure and print; return the exit code."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    if not PYTHON.exists():
        print("There is no environment yet: run 'python3 start.py check' first.", file=sys.stderr)
        return 2
    for services in (50, 250):
        told = measured(services)
        took = "   ".join(f"{name} {seconds:.2f} s" for name, seconds in told["took"].items())
        print(f"{told['services']} services, {told['verdicts']:,} verdicts, {told['pages']} pages:   {took}")
    return 0


def measured(services: int) -> dict[str, dict[str, float]]:
    """Return what one report came to, made by a process of its own."""
    with tempfile.TemporaryDirectory(prefix="servanda-bench-") as folder:
        own = {"SERVANDA_DATABASE": f"sqlite:///{folder}/servanda.sqlite3", "SERVANDA_DATA": folder}
        environment = {**os.environ, **own, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        command = [PYTHON, "-m", "bench.reports.one_report", folder, f"{services}", f"{TICKETS}"]
        done = subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    sys.exit(main())
