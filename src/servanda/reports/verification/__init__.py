"""What a verification found, in words and as JSON."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servanda.services.verification import Verified


def in_words(verified: "Verified") -> Iterator[str]:
    """Yield each difference, what was worked out again, and the verdict."""
    yield from (str(each) for each in verified.differences)
    yield (
        f"{verified.tickets:,} tickets, {verified.events:,} events, {verified.clocks:,} clocks, "
        f"{verified.versions:,} agreement versions and {verified.entries:,} audit entries: "
        + ("equal." if verified.equal else f"{len(verified.differences):,} differences.")
    )
    yield f"State {verified.state_hash}"


def as_json(verified: "Verified") -> dict[str, Any]:
    """Return the same as plain values."""
    return {
        "equal": verified.equal,
        "tickets": verified.tickets,
        "events": verified.events,
        "clocks": verified.clocks,
        "versions": verified.versions,
        "audit_entries": verified.entries,
        "state": verified.state_hash,
        "differences": [{"subject": each.subject, "says": each.sentence} for each in verified.differences],
    }
