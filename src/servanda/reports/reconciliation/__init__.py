"""What a source claims beside what we find: in sentences for a person, as JSON and as a table of differences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from servanda.engine.reconciliation import Case, Reconciliation, cases_of, reconcile
from servanda.engine.targets import TargetKind
from servanda.services.logs import Judged, Progress, quiet

__all__ = ["Reconciled", "of"]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A judged log and what came of laying its claims beside the readings."""

    judged: Judged
    found: Reconciliation
    kind: TargetKind

    @property
    def name(self) -> str:
        """The log as its mapping calls it."""
        mapping = self.judged.log.mapping
        return mapping.name or mapping.id

    @property
    def left_out(self) -> int:
        """Rows that could not be read."""
        return len(self.judged.log.notes.rejects)

    @property
    def agrees(self) -> bool:
        """Whether something was compared, nothing differs and nothing was left out."""
        compared = self.found.dues.compared or self.found.verdicts.compared
        return bool(compared) and self.found.agrees and not self.left_out and not self.judged.unjudged

    def zone(self, case: Case) -> str:
        """Return the zone in which a case is told: that of its agreement version."""
        version = case.reading.cover.version if case.reading else None
        return version.zone if version else self.judged.log.book.organisation.zone


def of(
    judged: Judged,
    *,
    kind: TargetKind = TargetKind.RESOLUTION,
    tolerance: timedelta,
    holidays: Mapping[date, str],
    progress: Progress = quiet,
) -> Reconciled:
    """Return a judged log reconciled with its source's claims about one kind of target."""
    cases = list(cases_of(judged.log.tickets, judged.readings, judged.log.as_of, kind))
    found = reconcile(cases, tolerance=tolerance, holidays=holidays, progress=progress)
    return Reconciled(judged, found, kind)
