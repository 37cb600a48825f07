"""Reports of Hill School: that of the last month issued, that of the month before in preparation.

A program of its own (`python -m tests.journeys.prepare_reports FOLDER`), on what `tests.journeys.prepare` has made.
"""

import sys
from datetime import timedelta
from pathlib import Path

from servanda import wall_time
from servanda.config import setup
from servanda.engine.periods import Period


def main(folder: Path) -> None:
    """Issue one report and prepare another."""
    setup(f"sqlite:///{folder / 'servanda.sqlite3'}", folder)
    from servanda.queries import reports as kept
    from servanda.reports.monthly import issuing
    from servanda.services import people, reports
    from servanda.store import models

    now = wall_time.now()
    viewer = people.viewer(models.Organisation.objects.get(), "kim", now=now)
    last = now.date().replace(day=1) - timedelta(days=1)
    before = last.replace(day=1) - timedelta(days=1)
    for month in (Period.of_months(each.year, each.month) for each in (last, before)):
        issuing.prepare(viewer, month, now)
        draft = kept.draft(viewer, month.first)
        assert draft is not None
        if month.last == last:
            reports.check(viewer, month, draft.figures_hash, now=now)
            issuing.issue(viewer, month, draft.figures_hash, now)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
