"""Every difference as a row: what we say, what the source says, and what would explain it."""

from collections.abc import Iterator

from servanda.engine.reconciliation import Difference
from servanda.reports.reconciliation import Reconciled
from servanda.reports.words import iso

COLUMNS = (
    "ticket",
    "service",
    "priority",
    "agreement_version",
    "target",
    "opened_at",
    "stopped_at",
    "our_due_at",
    "claimed_due_at",
    "seconds_later",
    "our_verdict",
    "claimed_verdict",
    "cause",
    "explanation",
    "due_at_if_so",
)
VERDICT = {True: "met", False: "missed", None: None}


def rows(reconciled: Reconciled) -> Iterator[tuple[object, ...]]:
    """Yield a row for each difference, cause by cause; instants with the offset of the agreement's zone."""
    for each in reconciled.found.explained.differences:
        yield row(reconciled, each)


def row(reconciled: Reconciled, each: Difference) -> tuple[object, ...]:
    """Return the row of one difference; `seconds_later` is how much later the source's due instant is."""
    case, zone = each.case, reconciled.zone(each.case)
    reading = case.reading
    assert reading is not None
    ours, theirs = case.due_at, case.claims.due_at
    return (
        case.ticket.number,
        reading.service,
        reading.priority,
        reading.version,
        reading.target,
        iso(reading.opened_at, zone),
        iso(case.stopped_at, zone),
        iso(ours, zone),
        iso(theirs, zone),
        f"{(theirs - ours).total_seconds():.0f}" if ours and theirs else None,
        VERDICT[case.met],
        VERDICT[case.claims.met],
        each.cause,
        each.words or None,
        iso(each.trial.due_at, zone) if each.trial else None,
    )
