"""What a source claims beside what we find: in sentences for a person, as JSON and as a table of differences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from servanda.engine.logs import Account, Judged, Log, Progress, Unjudged, quiet
from servanda.engine.reconciliation import Case, Reconciliation, cases_of, reconcile
from servanda.engine.targets import TargetKind

__all__ = ["Reconciled", "of"]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A log, and what came of laying its claims beside the readings."""

    log: Log
    unjudged: tuple[Unjudged, ...]
    found: Reconciliation
    kind: TargetKind

    @property
    def name(self) -> str:
        """What the log is called."""
        return self.log.name

    @property
    def left_out(self) -> int:
        """Rows that could not be read."""
        return len(self.log.left_out)

    @property
    def agrees(self) -> bool:
        """Whether something was compared, nothing differs and nothing was left out."""
        compared = self.found.dues.compared or self.found.verdicts.compared
        return bool(compared) and self.found.agrees and not self.left_out and not self.unjudged

    def zone(self, case: Case) -> str:
        """Return the zone in which a case is told: that of its agreement version."""
        version = case.reading.cover.version if case.reading else None
        return version.zone if version else self.log.book.organisation.zone


def of(
    judged: Judged,
    *,
    kind: TargetKind = TargetKind.RESOLUTION,
    tolerance: timedelta,
    holidays: Mapping[date, str],
    progress: Progress = quiet,
) -> Reconciled:
    """Return a judged log reconciled with its source's claims about one kind of target."""
    log, account = judged.log, Account()
    cases = [
        case for each in account.of(judged.tickets) for case in cases_of([each.ticket], each.readings, log.as_of, kind)
    ]
    found = reconcile(cases, tolerance=tolerance, holidays=holidays, progress=progress)
    return Reconciled(log, tuple(account.unjudged), found, kind)
