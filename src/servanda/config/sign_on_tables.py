"""What a table of `sign-on.toml` tells, whatever the provider speaks: taken out of it, or refused in words."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from servanda.bad_input import BadInput

DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class InvalidSignOn(BadInput):
    """A file of providers that nobody could sign on by, or that would let in who should stay out."""


def invalid(found: str, expected: str) -> InvalidSignOn:
    """Return the refusal of what was found in the file, or in one that it names."""
    return InvalidSignOn(found, expected=expected, mend="Correct the file; docs/guide/sign-in.md shows examples.")


def check_names(table: Mapping[str, Any], texts: Iterable[str], others: Iterable[str], where: str) -> None:
    """Raise `InvalidSignOn` for a name that a table must not tell, and for what should be a text and is none."""
    known = (*texts, *others)
    for name in table.keys() - set(known):
        raise invalid(f"{where} tells '{name}'", f"only {', '.join(known)}")
    for name in texts:
        if not isinstance(table.get(name, ""), str):
            raise invalid(f"'{name}' of {where} is no text", "a text in quotes")


def text(table: Mapping[str, str], name: str, where: str) -> str:
    """Return a text that a table must tell."""
    told = table.get(name, "").strip()
    if not told:
        raise invalid(f"{where} has no '{name}'", f"a '{name}'")
    return told


def is_safe(address: str) -> bool:
    """Whether nobody on the way can change what is told at an address: over HTTPS, or on this very machine."""
    parts = urlsplit(address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in THIS_MACHINE)
    return bool(safe and parts.hostname and not parts.fragment and not parts.username)


def beside(path: Path, name: str) -> Path:
    """Return the file that is named in another, as seen from there."""
    return path.parent / Path(name).expanduser()


def domains(told: Any, where: str) -> tuple[str, ...]:
    """Return the domains that a table must list, in small letters."""
    if not isinstance(told, list) or not all(isinstance(each, str) for each in told):
        raise invalid(f"{where} does not list its 'domains'", 'a list such as ["school.example"]')
    for each in told:
        if not DOMAIN.fullmatch(each.lower()):
            raise invalid(f"{where} lists the domain '{each}'", "what comes after the @, such as school.example")
    return tuple(each.lower() for each in told)


def truth(table: Mapping[str, Any], name: str, where: str) -> bool:
    """Return what a table says to a question; no where it says nothing."""
    told = table.get(name, False)
    if not isinstance(told, bool):
        raise invalid(f"'{name}' of {where} is '{told}'", "true or false")
    return told
