"""Text as a terminal may get it: a control character that came with it is seen, and steers nothing."""

import re
from typing import Any, TextIO

_CONTROL = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f]")


def shown(text: str) -> str:
    """Return a text with each control character but line ends and tabs as its code, the way JSON writes it."""
    return text if text.isprintable() else _CONTROL.sub(_code, text)


def _code(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


class Shown:
    """An output through which no control character passes; with `returns` a carriage return does, as progress needs."""

    def __init__(self, stream: TextIO, *, returns: bool = False) -> None:
        self._stream = stream
        self._returns = returns

    def write(self, text: str) -> int:
        """Write a text as it may be shown."""
        if self._returns:
            self._stream.write("\r".join(map(shown, text.split("\r"))))
        else:
            self._stream.write(shown(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
