"""Verdicts by month out of the database: equal, cell by cell, to judging every kept ticket anew."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servanda.engine.events import Event, EventKind
from servanda.engine.logs import Judged, judged_in_memory
from servanda.engine.periods import Period
from servanda.engine.rights import Action, Assignment, Role, Scope, Viewer
from servanda.queries import attainment, logs
from servanda.queries.attainment import Months, Verdicts
from servanda.reports.attainment import figures
from servanda.services import clocks
from servanda.store import models
from servanda.store.access import NotFound
from tests.builders import instant
from tests.examples import test_real_imports as real
from tests.examples.test_real_logs import log
from tests.queries.kept import TODAY, keep, keep_book, keep_tickets, small, viewer

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


# --- by hand: T1 and T3 are met, T2 is missed, T4 is due on 19 January at 15:00 and open, nothing covers T5 ---

JANUARY = date(2026, 1, 1)
EARLIER, LATER = instant("2026-01-19 15:00 Europe/London"), instant("2026-01-19 15:01 Europe/London")


@pytest.fixture
def school(store: str, tmp_path: Path) -> models.Organisation:
    """Keep the log of five tickets with its clocks."""
    organisation = keep(small(tmp_path))
    keep_clocks(organisation)
    return organisation


def by_service(who: Viewer, now: datetime, months: Months | None = None) -> dict[object, tuple[int, int]]:
    """Return met and missed by service."""
    found = Verdicts(attainment.standpoint(who, now), months or Months(JANUARY, JANUARY)).by("service")
    return {service: (each.met, each.missed) for (service,), each in found.items()}


def given(organisation: models.Organisation, files: Path, number: str, *events: Event, **known: str) -> None:
    """Keep another ticket like T4, with more events and other words of what it is about."""
    like = next(each for each in small(files).tickets if each.number == "T4")
    opened = replace(like.events[0], changes={**like.events[0].changes, **known})
    keep_tickets(organisation, [replace(like, number=number, events=(opened, *events))])
    keep_clocks(organisation)


def test_what_was_due_and_is_still_open_counts_as_missed_from_the_instant_after(school: models.Organisation) -> None:
    assert by_service(viewer(), EARLIER) == {"printing": (2, 1)}
    assert by_service(viewer(), LATER) == {"printing": (2, 2)}


def test_it_counts_in_the_month_of_its_breach_in_the_zone_of_its_agreement(store: str, tmp_path: Path) -> None:
    log = small(tmp_path)
    far = replace(log.book, versions=tuple(replace(each, zone="Pacific/Kiritimati") for each in log.book.versions))
    organisation = keep_book(far)
    keep_tickets(organisation, log.tickets)
    due = replace(log.tickets[3].events[0], happened_at=instant("2026-01-31 11:00 Europe/London"))
    keep_tickets(organisation, [replace(log.tickets[3], number="T9", events=(due,))])
    keep_clocks(organisation)
    # Opened on a Saturday, due on Monday at noon: in Kiritimati that is Tuesday, in either zone February.
    seen = attainment.standpoint(viewer(), instant("2026-03-01 09:00 Europe/London"))
    assert attainment.months_with_verdicts(seen) == Months(JANUARY, date(2026, 2, 1))
    found = Verdicts(seen, Months(JANUARY, date(2026, 2, 1))).by("month")
    assert {month.month: (each.met, each.missed) for (month,), each in found.items()} == {1: (2, 2), 2: (0, 1)}


def test_a_clock_paused_at_its_due_instant_is_missed_all_the_same(school: models.Organisation, tmp_path: Path) -> None:
    paused = Event(EventKind.PAUSED, EARLIER, id="p", reason="user")
    given(school, tmp_path, "P1", paused)
    assert models.Clock.objects.get(ticket__number="P1").state == "paused"
    assert by_service(viewer(), EARLIER) == {"printing": (2, 1)}
    assert by_service(viewer(), LATER) == {"printing": (2, 3)}
    assert queried(viewer(), LATER) == judged_anew(viewer(), LATER)


def test_a_clock_paused_before_it_is_due_waits(school: models.Organisation, tmp_path: Path) -> None:
    given(school, tmp_path, "P1", Event(EventKind.PAUSED, EARLIER - timedelta(hours=1), id="p", reason="user"))
    assert by_service(viewer(), LATER) == {"printing": (2, 2)}


def test_what_was_opened_before_enforcement_is_not_counted(store: str, tmp_path: Path) -> None:
    log = small(tmp_path)
    later = tuple(replace(each, enforce_from=date(2026, 1, 16)) for each in log.book.versions)
    organisation = keep_book(replace(log.book, versions=later))
    keep_tickets(organisation, log.tickets)
    keep_clocks(organisation)
    assert by_service(viewer(), LATER) == {"printing": (1, 1)}


def test_services_and_customers_limit_what_is_counted(school: models.Organisation, tmp_path: Path) -> None:
    given(school, tmp_path, "C1", customer="staff")
    assert by_service(viewer(), LATER) == {"printing": (2, 3)}
    assert by_service(viewer(customers=["staff"]), LATER) == {"printing": (0, 1)}
    assert by_service(viewer(services=["heating"]), LATER) == {}
    assert by_service(viewer(services=["printing"], customers=["pupils"]), LATER) == {}
    both = Assignment(Role.TECHNICIAN, Scope(customers=frozenset({"staff"})))
    wider = Assignment(Role.EXECUTIVE, Scope(services=frozenset({"printing"})))
    assert by_service(Viewer("school", "kim", TODAY, (both, wider)), LATER) == {"printing": (2, 3)}


def test_a_supplier_counts_the_tickets_that_were_ever_theirs(school: models.Organisation, tmp_path: Path) -> None:
    def assigned(id: str, supplier: str) -> Event:
        return Event(EventKind.ASSIGNED, EARLIER - timedelta(hours=3), id=id, changes={"supplier": supplier})

    met = Event(EventKind.RESOLVED, EARLIER, id="r")
    given(school, tmp_path, "S1", assigned("a", "acme"))
    given(school, tmp_path, "S2", assigned("a", "acme"), assigned("b", 'other","supplier":"acme'), met)
    given(school, tmp_path, "S3", assigned("a", "acme"), Event(EventKind.RETRACTED, EARLIER, id="x", retracts="a"))
    given(school, tmp_path, "S4", assigned("a", "ACME"))
    given(school, tmp_path, "S5", assigned("a", 'other","supplier":"acme'))
    acme = viewer(Role.SUPPLIER_CONTACT, suppliers=["acme"])
    assert by_service(acme, LATER) == {"printing": (1, 1)}
    assert queried(acme, LATER) == judged_anew(acme, LATER)
    assert by_service(viewer(Role.SUPPLIER_CONTACT, suppliers=["none"]), LATER) == {}


def test_results_are_parted_by_what_was_promised(school: models.Organisation) -> None:
    found = Verdicts(attainment.standpoint(viewer(), LATER), Months(JANUARY, JANUARY)).by_promise("service")
    promise = attainment.Promise("desk", "fix", None)
    assert found == {("printing",): {promise: attainment.result(2, 2)}}


def test_who_may_see_no_results_gets_none(school: models.Organisation) -> None:
    with pytest.raises(NotFound):
        attainment.standpoint(Viewer("school", "kim", TODAY), LATER)
    with pytest.raises(NotFound):
        attainment.standpoint(viewer(organisation="other"), LATER)


def test_months_are_counted_back_over_years() -> None:
    assert list(Months.until(date(2026, 2, 1), 4)) == [date(2025, 11, 1), date(2025, 12, 1), JANUARY, date(2026, 2, 1)]


def test_statements_do_not_grow_with_what_is_counted(school: models.Organisation) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            Verdicts(attainment.standpoint(viewer(), LATER), Months(JANUARY, JANUARY)).by("month", "service")
        return len(captured)

    before = statements()
    models.Tally.objects.bulk_create(
        models.Tally(
            organisation=school,
            month=JANUARY,
            service=f"s{each}",
            kind="resolution",
            target="fix",
            version="desk/1",
            met=1,
        )
        for each in range(1_000)
    )
    assert statements() == before
