"""Hill School as its pages are tested: what is kept there, made by the services that commands use.

A program of its own (`python -m tests.journeys.prepare FOLDER`): what runs a browser must not touch the database. Its
tickets are the eight of `tests.june`, more in each of the last weeks, some that are open now, and a morning of a real
log. Nobody can sign in yet.
"""

import gzip
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from servanda import wall_time
from servanda.config import setup
from servanda.engine.instants import HOUR
from servanda.engine.rights import Assignment, Role
from tests import june
from tests.architecture.sources import ROOT

REAL = ROOT / "sample" / "servicenow"
MORNING = "1/3/2016 0"
"""The hours of the real log whose incidents are taken, as the log writes them."""

WEEKS = 26
"""For how many weeks back there are tickets."""

MORE_ROWS = (  # number, hours from 09:00 of a Monday until it is opened, and hours until it is resolved or cancelled
    ("early", 0, 4, "resolved"),
    ("punctual", 1, 8, "resolved"),
    ("late", 2, 9, "resolved"),
    ("given-up", 3, 1, "cancelled"),
)


EMAIL = "kim@hill.example"
PASSWORD = "eight tickets around June"


def main(folder: Path) -> None:
    """Make the database in a folder."""
    setup(f"sqlite:///{folder / 'servanda.sqlite3'}", folder)
    from servanda.services import organisations, people
    from servanda.store import tables

    now = wall_time.now()
    tables.make()
    own = organisations.add("hill", "Hill School", june.LONDON, "kim", now)
    administrator = people.viewer(own, "kim", now=now)
    people.assign(administrator, "kim", Assignment(Role.SERVICE_MANAGER), now=now)
    viewer = people.viewer(own, "kim", now=now)
    agreements, mapping, table = june.write_files(folder, rows=list(recent_rows(now)))
    keep(viewer, agreements, mapping, table, now)
    keep(viewer, real_agreements(folder), REAL / "mapping.yaml", real_morning(folder), now)
    require(viewer, now)
    direct(viewer, now)


def direct(viewer: Any, now: datetime) -> None:
    """Keep who the teachers are, a supplier and two teams."""
    from servanda.engine.directory import CustomerGroup, Everybody, Supplier, Team
    from servanda.services import everybody

    told = Everybody(
        groups={"teachers": CustomerGroup("Teachers", 60, "Everybody who teaches.")},
        suppliers={"wires": Supplier("Wires & Sons", "Cables and switches.", "020 7946 0000", "Head office")},
        teams={
            "Help desk": Team("Help desk", email="help@hill.example", members=frozenset({"kim"})),
            "Network": Team("Network", 2, "wires", "Mends cables and switches.", active=False),
        },
    )
    everybody.apply(viewer, told, now=now)


def require(viewer: Any, now: datetime) -> None:
    """Capture what teachers need of the mail, ask about it, write its spec sheet, and open a survey."""
    from servanda.engine.levels import LevelKind
    from servanda.engine.requirements import EstimatedShare, RequiredLevel, Requirement, SpecSheet, Survey
    from servanda.engine.targets import Limit, Unit
    from servanda.services import requirements, surveys

    level = RequiredLevel(LevelKind.RESOLUTION, Limit(4 * HOUR, Unit.OPEN_TIME), Fraction(95, 100))
    need = Requirement("teachers", "Mail must work again before the lesson is over.", "mail", level=level)
    number = requirements.capture(viewer, need, now=now)
    team = requirements.PartyKind.TEAM
    requirements.ask(viewer, number, 1, team, "Network", "Can you mend it within 4 hours?", now=now)
    requirements.write_sheet(viewer, number, SpecSheet("A second server.", agreements=("desk",)), after=0, now=now)
    there = replace(
        need, wording="Mail must be there all day.", level=RequiredLevel(LevelKind.SUPPORT_HOURS, hours="all day")
    )
    other = requirements.capture(viewer, there, now=now)
    requirements.estimate(viewer, other, 1, EstimatedShare(Fraction(9, 10), "the fault book", viewer.on), now=now)
    surveys.open_survey(viewer, Survey("mail", ("teachers",), viewer.on), now=now)


def keep(viewer: Any, agreement_file: Path, mapping: Path, table: Path, now: datetime) -> None:
    """Apply agreements and import a table that they judge."""
    from servanda.files import agreements as files
    from servanda.services import agreements, imports

    agreements.apply(viewer, files.load(agreement_file), now=now)
    with imports.plan(viewer, table, mapping, now=now) as planned:
        imports.commit(viewer, planned, now=now)


def recent_rows(now: datetime) -> Iterator[str]:
    """Yield rows of the last months, then of what is open now: one ticket in time and one that is late."""
    monday = (now - timedelta(days=now.weekday())).replace(hour=9, minute=0, second=0, microsecond=0)
    for week in range(1, WEEKS + 1):
        start = monday - timedelta(weeks=week)
        for name, opened, lasted, kind in MORE_ROWS:
            at = start + timedelta(hours=opened)
            yield row(f"{name}-{start:%Y-%m-%d}", at, {kind: at + timedelta(hours=lasted)})
    yield row("open-now", now - timedelta(hours=1), {})
    yield row("open-late", now - timedelta(hours=30), {})


def row(number: str, opened: datetime, ends: dict[str, datetime]) -> str:
    """Return a ticket as a line of the table."""
    times = (opened, ends.get("resolved"), ends.get("cancelled"))
    return ",".join((number, *(f"{each:%Y-%m-%d %H:%M}" if each else "" for each in times), "mail"))


def real_agreements(folder: Path) -> Path:
    """Write the agreement of the real log as one of Hill School, and return the path."""
    path = folder / "incidents.yaml"
    told = (REAL / "agreements.yaml").read_text(encoding="utf-8")
    named = (
        ("id: it-company", "id: hill"),
        ("IT company (anonymous)", "Hill School"),
        ("America/Los_Angeles", june.LONDON),
    )
    for before, after in named:
        assert before in told
        told = told.replace(before, after)
    path.write_text(told, encoding="utf-8")
    return path


def real_morning(folder: Path) -> Path:
    """Write the rows of the incidents opened on a morning of the real log, and return the path."""
    path = folder / "incidents.csv"
    with gzip.open(REAL / "incident_event_log.csv.gz", "rt", encoding="utf-8") as log, path.open("w") as morning:
        morning.write(next(log))
        morning.writelines(line for line in log if line.split(",")[9].startswith(MORNING))
    return path


if __name__ == "__main__":
    main(Path(sys.argv[1]))
