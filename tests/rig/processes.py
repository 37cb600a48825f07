"""Programs started beside a test, on the database of the test."""

import os
import subprocess
import sys
from collections.abc import Sequence

from tests.architecture.sources import ROOT


def start(module: str, url: str, *words: object, **environment: str) -> subprocess.Popen[str]:
    """Start a module of the tests as a program."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    told = {**os.environ, "PYTHONPATH": path, "SERVANDA_DATABASE": url, **environment}
    command = [sys.executable, "-m", module, *(str(word) for word in words)]
    return subprocess.Popen(command, env=told, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(started: subprocess.Popen[str], seconds: float = 600) -> tuple[int, str, str]:
    """Wait for a program; return its exit code, what it printed and its errors."""
    try:
        printed, errors = started.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        started.kill()
        printed, errors = started.communicate()
    return started.returncode, printed, errors


def printed_by(all_started: Sequence[subprocess.Popen[str]], seconds: float = 600) -> list[str]:
    """Return what each of some programs printed; all must end well."""
    found = [ended(each, seconds) for each in all_started]
    assert [(code, errors) for code, _, errors in found if code or errors] == []
    return [printed for _, printed, _ in found]
