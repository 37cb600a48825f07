"""Names that sources give, as one part of an address: any text, also one with a slash in it, or nothing but dots."""

import re

_ESCAPED = re.compile("((?:~[0-9A-F]{2})+)")
_UNSAFE = re.compile(r"[/\\~%\x00-\x1f\x7f]|^\.+$", re.ASCII)
EMPTY = "~"


class Name:
    """A name as a part of an address: slash, backslash, tilde, percent and control signs as `~` and two hex digits.

    Servers take a percent-encoded slash for a slash, and browsers leave out a part of dots, so neither can stand there.
    """

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """Return the name; raise `ValueError` for a part that stands for none."""
        return "" if value == EMPTY else _ESCAPED.sub(_decoded, value)

    def to_url(self, value: str) -> str:
        """Return the part of an address that stands for a name."""
        return _UNSAFE.sub(_encoded, value) or EMPTY


def _encoded(found: re.Match[str]) -> str:
    return "".join(f"~{byte:02X}" for byte in found[0].encode())


def _decoded(found: re.Match[str]) -> str:
    return bytes.fromhex(found[0].replace("~", "")).decode()
