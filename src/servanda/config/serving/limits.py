"""What no request may exceed, held before Django sees it."""

from collections.abc import Callable, Iterable
from typing import Any

LONGEST_BODY = 1_000_000
"""Bytes: forms are small, and files are imported by commands."""

LONGEST_HEAD = 32_768
"""Bytes of all lines before the body, the address among them."""

HEAD_MILLISECONDS = 10_000
"""How long the head of a request may take to arrive."""

Environment = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environment, Start], Iterable[bytes]]


def within_limits(application: Application) -> Application:
    """Return the application, with longer bodies refused (413) and lengths that are none (400)."""

    def limited(environment: Environment, start: Start) -> Iterable[bytes]:
        told = str(environment.get("CONTENT_LENGTH") or "0")
        if not (told.isascii() and told.isdecimal()):
            return _refused(start, "400 Bad Request", "The length of the request is no number.")
        if len(told) > len(str(LONGEST_BODY)) or int(told) > LONGEST_BODY:
            return _refused(start, "413 Content Too Large", f"A request may hold {LONGEST_BODY:,} bytes at most.")
        return application(environment, start)

    return limited


def _refused(start: Start, status: str, sentence: str) -> list[bytes]:
    body = f"{sentence}\n".encode()
    start(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]
