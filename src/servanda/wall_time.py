"""The machine's own time, read here and nowhere else.

Every figure is a function of its inputs, so an entry point asks once for `now` and passes it on.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one place
