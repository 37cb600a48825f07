"""What is printed: told as JSON to a program of its own, which sets it as PDF by one of its templates and ends."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from servanda.bad_input import BadInput

LONGEST = 120
"""Seconds until a PDF has to be there."""

PROGRAM = (sys.executable, "-m", "servanda.reports.paper.typesetting")


class NotSet(BadInput):
    """The PDF could not be made; nothing was kept."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The PDF was not made: {found}.",
            expected="the program that sets it to end well",
            mend="Nothing was issued or changed. Try again; if it happens again, ask whoever runs this machine.",
        )


def printed(
    template: str, record: Mapping[str, Any], *, program: Sequence[str] = PROGRAM, longest: float = LONGEST
) -> bytes:
    """Return the PDF of a record by a template, the same bytes for the same record.

    `record` has what the template shows, and `made_at`, its date and time. Raise `NotSet` where the PDF is not done
    within `longest` seconds.
    """
    content = json.dumps(record, ensure_ascii=False, sort_keys=True).encode()
    try:
        ended = subprocess.run([*program, template], input=content, capture_output=True, timeout=longest, check=False)
    except subprocess.TimeoutExpired:
        raise NotSet(f"it took more than {longest:g} seconds") from None
    except OSError as failure:
        raise NotSet(f"its program cannot be started ({failure.strerror})") from None
    if ended.returncode < 0:
        raise NotSet("its program was ended from outside")
    if ended.returncode or not ended.stdout.startswith(b"%PDF"):
        raise NotSet(f"its program gave up ({_last_line(ended.stderr)})")
    return ended.stdout


def _last_line(told: bytes) -> str:
    lines = told.decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "without a word"
