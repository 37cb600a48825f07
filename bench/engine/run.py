#!/usr/bin/env python3
"""Measure the engine against the libraries of the package index, all in one run.

    python3 bench/engine/run.py [--rounds 7] [--json FILE]

Makes `out/bench-venv` with the versions of `requirements.txt` the first time. What is compared, and how, is said in
`bench/README.md`.
"""

import argparse
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VENV = ROOT / "out" / "bench-venv"
PYTHON = VENV / "bin" / "python"
PINNED = HERE / "requirements.txt"


def main() -> int:
    """Set up and measure; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="how often every candidate has its turn (7)")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    if Path(sys.prefix).resolve() != VENV:
        install()
        return subprocess.call([PYTHON, __file__, *sys.argv[1:]])
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    from bench.engine import measure

    measure.report(options.rounds, options.json)
    return 0


def install() -> None:
    """Bring the benchmark's own environment to the pinned versions."""
    stamp = VENV / "installed.txt"
    if stamp.exists() and stamp.read_bytes() == PINNED.read_bytes():
        return
    venv.create(VENV, with_pip=True, clear=True)
    subprocess.check_call([PYTHON, "-m", "pip", "install", "--quiet", "--requirement", PINNED])
    stamp.write_bytes(PINNED.read_bytes())


if __name__ == "__main__":
    sys.exit(main())
