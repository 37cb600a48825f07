"""Verdicts by month out of the database: equal, cell by cell, to judging every kept ticket anew."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

import pytest

from servanda.engine.logs import Judged, judged_in_memory
from servanda.engine.periods import Period
from servanda.engine.rights import Action, Assignment, Role, Viewer
from servanda.queries import attainment, logs
from servanda.queries.attainment import Months, Verdicts
from servanda.reports.attainment import figures
from servanda.services import clocks
from servanda.store import models
from tests.examples import test_real_imports as real
from tests.examples.test_real_logs import log
from tests.queries.kept import TODAY, keep_book, keep_tickets

TICKETS = 2_000
WORDS = ("service", "customer", "priority", "target")
Cells = Mapping[tuple[object, ...], tuple[int, int]]


def queried(who: Viewer, now: datetime) -> Cells:
    """Return met and missed by month and class, as the pages count them."""
    seen = attainment.standpoint(who, now)
    months = attainment.months_with_verdicts(seen)
    found = Verdicts(seen, months).by("month", *WORDS, "version") if months else {}
    summed: Counter[tuple[object, ...]] = Counter()
    for (*key, version), each in found.items():
        summed[*key, version.rpartition("/")[0], "met"] += each.met
        summed[*key, version.rpartition("/")[0], "missed"] += each.missed
    return {key[:-1]: (summed[*key[:-1], "met"], summed[*key[:-1], "missed"]) for key in summed}


def judged_anew(who: Viewer, now: datetime) -> Cells:
    """Return the same out of every ticket that somebody may see, as the report of each month has it."""
    judged = judged_in_memory(logs.kept(who, Action.SEE_RESULTS, as_of=now))
    cells = {}
    for month in months_of(judged, now):
        period = Period.of_months(month.year, month.month)
        for line in figures.of(judged, period=period, split=WORDS).lines:
            if line.result.verdicts:
                key = (month, *(line.ids[word] for word in WORDS), line.agreement)
                cells[key] = (line.result.met, line.result.missed)
    return cells


def months_of(judged: Judged, now: datetime) -> Iterator[date]:
    """Yield every month in which a verdict can have fallen."""
    opened = [reading.opened_at for reading in judged.readings]
    first = (min(opened) - timedelta(days=31)).date().replace(day=1)
    yield from Months(first, now.date().replace(day=1))


def keep_clocks(organisation: models.Organisation) -> None:
    """Judge what is kept, so that its clocks and tallies are there."""
    clocks.rebuild(organisation, clocks.agreed(organisation).coverage, opened_from=None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sample", "later"), [(real.SERVICENOW, (0, 45)), (real.BOSTON, (45,))], ids=["servicenow", "boston"]
)
def test_on_a_real_log_every_cell_is_that_of_the_report(
    store: str, sample: tuple[str, str], later: tuple[int, ...]
) -> None:
    who = taken_in(*sample)
    last = logs.kept(who, Action.SEE_RESULTS).as_of
    for days in later:
        now = last + timedelta(days=days)
        assert queried(who, now) == judged_anew(who, now)


def taken_in(folder: str, table: str) -> Viewer:
    """Keep some tickets of a sample, and return who may see them."""
    known = log(folder, table)
    organisation = keep_book(known.book)
    keep_tickets(organisation, known.tickets[:: len(known.tickets) // TICKETS])
    keep_clocks(organisation)
    return Viewer(organisation.slug, "kim", TODAY, (Assignment(Role.ADMINISTRATOR),))
