"""What a database can keep of a source's texts: refused here in words, alike on every database."""

import re
from collections.abc import Iterable
from datetime import datetime

from servanda.bad_input import BadInput
from servanda.engine.calendars import FIRST_DATE, LAST_DATE
from servanda.engine.events import Event

LONGEST_NAME = 200
LONGEST_TEXT = 10_000
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f]")
_HALF_OF_A_PAIR = re.compile("[\ud800-\udfff]")


class Unkeepable(BadInput):
    """A text or an instant that no database could keep, or nobody could judge."""


def check_name(what: str, name: str, *, may_be_empty: bool = False) -> None:
    """Raise `Unkeepable` for a name that is empty or blank, too long, no text, or holds a control character."""
    if not name and not may_be_empty:
        raise Unkeepable(f"{what} is empty", expected="a name", mend="Give one.")
    _check_text(what, name, LONGEST_NAME)
    _check_shown(what, name)


def check_event(event: Event) -> None:
    """Raise `Unkeepable` for an event with a text that is too long or no text, or outside the years of calendars."""
    for what, name in _names(event):
        check_name(what, name, may_be_empty=True)
    for what, text in (("the actor", event.actor), ("the reason", event.reason)):
        _check_text(what, text, LONGEST_TEXT)
    _check_shown("the actor", event.actor)
    _check_year(event.happened_at)


def check_text(what: str, text: str) -> None:
    """Raise `Unkeepable` for a text that is too long or no text."""
    _check_text(what, text, LONGEST_TEXT)


def _names(event: Event) -> Iterable[tuple[str, str]]:
    yield "the id of an event", event.id
    yield "the id of the event taken back", event.retracts
    for key, value in event.changes.items():
        yield f"the {key}", value


def _check_text(what: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise Unkeepable(
            f"{what} has {len(text):,} characters",
            expected=f"at most {longest:,}",
            mend="Shorten it at the source.",
        )
    if "\0" in text or (not text.isascii() and _HALF_OF_A_PAIR.search(text)):
        raise Unkeepable(
            f"{what} holds a sign that is no text (NUL, or half of a pair)",
            expected="text",
            mend="Clean the value at the source.",
        )


def _check_shown(what: str, name: str) -> None:
    """Raise `Unkeepable` for a name that nobody would see, or that would steer a terminal."""
    if name.isprintable() and not name.isspace():
        return
    if control := _CONTROL.search(name):
        raise Unkeepable(
            f"{what} holds the control character U+{ord(control[0]):04X}",
            expected="a name on one line, of signs that are seen",
            mend="Clean the value at the source.",
        )
    if name.isspace():
        raise Unkeepable(f"{what} is blank", expected="a name", mend="Give one.")


def _check_year(at: datetime) -> None:
    if not FIRST_DATE.year < at.year < LAST_DATE.year - 1:
        raise Unkeepable(
            f"an event happened at {at.isoformat()}",
            expected=f"a year from {FIRST_DATE.year + 1} to {LAST_DATE.year - 2}, which calendars reach",
            mend="Correct the time at the source.",
        )
