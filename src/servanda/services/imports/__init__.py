"""Imports: a file is read, judged and planned as a whole, then written in one transaction, or not at all.

with imports.plan(viewer, file, mapping, now=now) as planned:
    imports.commit(viewer, planned, now=now)
"""

from servanda.services.imports.committing import Committed, PlanOutdated, RowsRefused, commit
from servanda.services.imports.planning import Plan, plan
from servanda.services.imports.undoing import Undone, UndoRefused, undo

__all__ = ["Committed", "Plan", "PlanOutdated", "RowsRefused", "UndoRefused", "Undone", "commit", "plan", "undo"]
