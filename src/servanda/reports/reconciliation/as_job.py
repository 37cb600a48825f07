"""A reconciliation of everything that is kept, worked out at once or as a long job whose report is kept.

`payload`: the `kind` of target, and, where only one is wanted, the `source`.
"""

from collections.abc import Mapping
from typing import Any

from servanda.bad_input import BadInput
from servanda.engine.logs import judged_in_passing
from servanda.engine.reconciliation import TOLERANCE
from servanda.engine.rights import Action, Viewer
from servanda.engine.targets import TargetKind
from servanda.queries import logs
from servanda.queries.reconciliation import state_of
from servanda.reports import reconciliation
from servanda.reports.reconciliation import as_json
from servanda.reports.words import count
from servanda.services import reconciliations
from servanda.services.jobs import Handler, Job
from servanda.services.reconciliations import WorkedOut
from servanda.store.snapshots import snapshot

EXAMPLES = 3


def worked_out(viewer: Viewer, source: str, kind: TargetKind) -> WorkedOut:
    """Return the reconciliation of all tickets of an organisation, or of one of its sources, as of its last event.

    It is the report that `servanda reconcile --json` prints. Raise `NotFound` where the viewer may not see every
    ticket, and `BadInput` where none is kept.
    """
    with snapshot():
        state = state_of(viewer, source)
        log = logs.kept(viewer, Action.SEE_TICKET, source=source or None)
        reconciled = reconciliation.of(judged_in_passing(log), kind=kind, tolerance=TOLERANCE, holidays={})
        content = as_json.report(reconciled, EXAMPLES)
    return WorkedOut(source, kind.value, log.as_of, state.tickets, state.events, state.audited, content)


def work_out(job: Job) -> str:
    """Work out what was ordered and keep it."""
    found = worked_out(job.viewer, *asked(job.payload))
    kept = reconciliations.keep(job.viewer, found, now=job.now)
    return f"{count(found.tickets, 'ticket')} reconciled{'' if kept else '; a later one was kept meanwhile'}"


def asked(payload: Mapping[str, Any]) -> tuple[str, TargetKind]:
    """Return the source and the kind that a job is about; raise `BadInput` for a kind that there is not."""
    kind = str(payload.get("kind", ""))
    try:
        return str(payload.get("source", "")), TargetKind(kind)
    except ValueError:
        raise BadInput(
            f"a reconciliation of the kind '{kind}'",
            expected=f"one of {', '.join(each.value for each in TargetKind)}",
            mend="Order it again.",
        ) from None


RECONCILE = Handler("reconcile", Action.SEE_TICKET, work_out)
