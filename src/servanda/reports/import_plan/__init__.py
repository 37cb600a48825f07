"""The plan of an import and what came of it, in words and as JSON."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from servanda.services.imports import Committed, Plan

REFUSED_SHOWN = 20
VERDICTS = ("new", "changed", "same", "refused")


def in_words(plan: "Plan", committed: "Committed | None") -> Iterator[str]:
    """Yield what the file holds against what is kept, what is refused and why, and whether anything was written."""
    counts = plan.counts
    yield f"{plan.file.name}: {plan.notes.rows:,} rows, source '{plan.mapping.source}'."
    yield "  " + ", ".join(f"{counts[each]:,} {each}" for each in VERDICTS) + " (tickets)"
    yield f"  {counts['events added']:,} events to add, {counts['events taken back']:,} to take back"
    for fault, tickets in sorted(plan.notes.flags.items()):
        yield f"  accepted and flagged: {fault} ({tickets:,})"
    yield from _refused(plan)
    yield _end(plan, committed)


def _refused(plan: "Plan") -> Iterator[str]:
    for cause, count in plan.causes.items():
        yield f"  refused: {cause} ({count:,})"
    for each in plan.rejects[:REFUSED_SHOWN]:
        yield f"    {each}"
    if len(plan.rejects) > REFUSED_SHOWN:
        yield f"    and {len(plan.rejects) - REFUSED_SHOWN:,} more; --rejects FILE writes them all"


def _end(plan: "Plan", committed: "Committed | None") -> str:
    if committed is None:
        if plan.refused:
            return "Nothing was written. Mend the refused rows, or import the others alone with --good-rows."
        return "Nothing was written: this was the plan."
    if not committed.batch:
        return "Nothing to write: all of it is kept already."
    return f"Written as batch {committed.batch}. 'servanda undo {committed.batch}' takes it back."


def as_json(plan: "Plan", committed: "Committed | None") -> dict[str, Any]:
    """Return the same as plain values."""
    return {
        "file": plan.file.name,
        "file_hash": plan.file_hash,
        "source": plan.mapping.source,
        "rows": plan.notes.rows,
        "counts": {name: plan.counts[name] for name in (*VERDICTS, "events added", "events taken back")},
        "flags": dict(plan.notes.flags),
        "refused": [str(each) for each in plan.rejects],
        "batch": committed.batch if committed else None,
    }
