"""The worked examples of the method pages: the page and the engine say the same."""

from pathlib import Path

import pytest

from servanda.engine import zones
from servanda.engine.clocks import Cycle
from servanda.engine.targets import Limit
from tests.builders import (
    HOUR,
    ZONE,
    calendar_days,
    clock,
    elapsed_time,
    instant,
    named,
    office,
    open_time,
    resolution,
    working_days,
)

PAGES = Path(__file__).parents[2] / "docs" / "method"
TICKET = (
    ("Fri 9 Jan 14:00", "2026-01-09 14:00 opened"),
    ("Fri 15:00", "2026-01-09 15:00 paused supplier"),
    ("Fri 16:00", "2026-01-09 16:00 paused customer"),
    ("Mon 12 Jan 10:00", "2026-01-12 10:00 resumed customer"),
    ("Mon 11:00", "2026-01-12 11:00 resolved"),
    ("Mon 15:00", "2026-01-12 15:00 reopened"),
    ("Mon 16:30", "2026-01-12 16:30 resolved"),
)


def rows(page: str) -> dict[str, list[str]]:
    """Return the cells of a page's tables by their first."""
    lines = (PAGES / page).read_text(encoding="utf-8").splitlines()
    cells = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|"))
    return {first: rest for first, *rest in cells}


def due(cycle: Cycle) -> str:
    """Return a due instant as the pages write it."""
    assert cycle.due_at is not None
    return f"{zones.to_local(ZONE, cycle.due_at):%a %H:%M}"


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("8 hours, open time", open_time(hours=8)),
        ("2 working days", working_days(2)),
        ("1 working day, end of day", working_days(1, end_of_day=True)),
        ("4 calendar days", calendar_days(4)),
        ("72 elapsed hours", elapsed_time(hours=72)),
    ],
)
def test_each_unit_is_due_when_the_page_on_targets_says(name: str, limit: Limit) -> None:
    texts = ("2026-01-09 11:00 opened", "2026-01-09 15:00 paused customer", "2026-01-12 12:00 resumed")
    without, with_pause = rows("targets.md")[name]
    assert due(clock(resolution(limit), "2026-01-09 11:00", *texts)) == without
    assert with_pause.startswith(due(clock(resolution(limit), "2026-01-12 12:00", *texts)))


@pytest.mark.parametrize("place", range(len(TICKET)))
def test_the_ticket_of_the_page_on_clocks_reads_as_it_says(place: int) -> None:
    name, text = TICKET[place]
    _, elapsed, paused, expected = rows("clocks.md")[name]
    found = clock(resolution(open_time(hours=4)), text[:16], *(text for _, text in TICKET))
    spoken = {"0": 0 * HOUR, "4 h 30 min": 4.5 * HOUR} | {f"{hour} h": hour * HOUR for hour in range(1, 9)}
    assert (found.elapsed, found.paused) == (spoken[elapsed], spoken[paused])
    assert (due(found) if found.due_at else "none while paused") in expected


def test_the_limit_of_the_page_on_calendars_is_due_on_tuesday_at_noon() -> None:
    closed = office(holidays=named("2026-01-12"))
    start = instant("2026-01-09 16:00")
    assert closed.due(start, 4 * HOUR) == instant("2026-01-13 12:00")
    assert closed.add_days(start, 1) == instant("2026-01-13 16:00")
    assert "**Tuesday 13 January, 12:00**" in (PAGES / "calendars.md").read_text(encoding="utf-8")
