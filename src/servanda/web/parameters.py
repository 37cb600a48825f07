"""What somebody asks for behind the question mark of an address; whatever else stands there is refused in words."""

import re
from datetime import datetime

from django.http import HttpRequest

from servanda.bad_input import BadInput

_NUMBER = re.compile("[0-9]{1,9}", re.ASCII)
_WALL_CLOCK = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1970, 2150


def number(request: HttpRequest, name: str) -> int | None:
    """Return a whole number that was asked for; nothing where none was."""
    text = request.GET.get(name, "")
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise _refused(name, "a whole number such as 2")
    return int(text)


def wall_clock(request: HttpRequest, name: str) -> datetime | None:
    """Return a date and time without a zone that was asked for; nothing where none was."""
    text = request.GET.get(name, "")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text) if _WALL_CLOCK.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise _refused(name, f"a date and time from {FIRST_YEAR} to {LAST_YEAR}, such as 2026-11-27T15:50")
    return found


def choice(request: HttpRequest, name: str, known: tuple[str, ...], usual: str) -> str:
    """Return one of the known words that was asked for, or the usual one where nothing was."""
    text = request.GET.get(name, "") or usual
    if text not in known:
        raise _refused(name, "one of those that the page offers")
    return text


def _refused(name: str, expected: str) -> BadInput:
    return BadInput(
        f"the address asks for '{name}' in a way that is not understood",
        expected=expected,
        mend="Choose it on the page, or take it out of the address.",
    )
