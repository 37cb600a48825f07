"""Eight tickets around June 2018, small enough to count by hand; the method page on attainment tells them one by one.

Each was to be resolved within eight hours, day and night, under an agreement in London, where June began on 31 May
at 23:00 UTC. They are judged as of the midnight that ends June.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from servanda.engine.agreements import AgreementKind, AgreementVersion, Book, Organisation, Service
from servanda.engine.calendars import Calendar
from servanda.engine.coverage import Coverage
from servanda.engine.events import Event, EventKind, Ticket
from servanda.engine.instants import HOUR
from servanda.engine.judging import Reading, judge
from servanda.engine.targets import ANY_PRIORITY, Limit, Target, TargetKind, Unit
from servanda.engine.zones import zone

AS_OF = datetime(2018, 6, 30, 23, tzinfo=UTC)
LONDON = "Europe/London"
TICKETS = (
    ("T1", "2018-05-31 20:00", "resolved", "2018-06-01 02:00"),  # due 1 June 04:00: met
    ("T2", "2018-05-31 14:00", "resolved", "2018-06-02 09:00"),  # due 31 May 22:00: missed then
    ("T3", "2018-06-05 09:00", "resolved", "2018-06-05 17:00"),  # due that very minute: met
    ("T4", "2018-06-12 09:00", "resolved", "2018-06-12 18:00"),  # due 17:00: missed
    ("T5", "2018-06-30 20:00", "resolved", "2018-06-30 22:00"),  # due 1 July 04:00: met
    ("T6", "2018-06-29 10:00", "", ""),  # due 18:00, still open: missed
    ("T7", "2018-06-30 22:00", "", ""),  # due 1 July 06:00: running
    ("T8", "2018-06-20 10:00", "cancelled", "2018-06-20 12:00"),
)

AGREEMENTS = """\
format: servanda/1
organisation: {id: hill, name: Hill School, zone: Europe/London}
services:
  - {id: mail, name: E-mail}
  - {id: print, name: Printing}
calendars:
  - {id: always, name: Day and night, hours: {mon-sun: ["00:00-24:00"]}}
agreements:
  - id: desk
    name: Service desk
    kind: SLA
    versions:
      - number: 1
        from: 2018-01-01
        calendar: always
        services: [mail]
        owner: Head of ICT
        targets:
          - {id: fix, name: Working again, kind: resolution, limit: 8 hours, share: 90 %, source: agreed in May}
"""
MAPPING = """\
format: servanda-mapping/1
id: june
name: Eight tickets around June
source: desk
times: {formats: ["%Y-%m-%d %H:%M"], zone: Europe/London}
rows: {are: tickets, ticket: number}
events: {opened: opened, resolved: resolved, cancelled: cancelled}
classes: {service: {column: service}}
"""


def at(text: str) -> datetime:
    """Return the instant at which the clocks of London show a time."""
    return datetime.fromisoformat(text).replace(tzinfo=zone(LONDON)).astimezone(UTC)


def target(**parts: Any) -> Target:
    """Return the target of eight hours, with parts of it changed."""
    given: dict[str, Any] = {"id": "fix", "kind": TargetKind.RESOLUTION, "calendar": Calendar.always_open(LONDON)}
    given["limits"] = {ANY_PRIORITY: Limit(8 * HOUR, Unit.OPEN_TIME)}
    return Target(**{**given, **parts})


def coverage(*targets: Target, **parts: Any) -> Coverage:
    """Return the coverage by one version, of the target of eight hours unless others are given."""
    given: dict[str, Any] = {"services": frozenset({"mail"}), "effective_from": date(2018, 1, 1), **parts}
    version = AgreementVersion(
        "desk", 1, AgreementKind.SLA, "Service desk", LONDON, targets=targets or (target(),), **given
    )
    calendars = tuple({each.calendar.id: each.calendar for each in version.targets}.values())
    services = (Service("mail", "E-mail"), Service("print", "Printing"))
    return Coverage(Book(Organisation("hill", "Hill School", LONDON), (), services, calendars, (), (version,)))


def ticket(number: str, opened: str, *events: tuple[str, str], service: str = "mail") -> Ticket:
    """Return a ticket opened at a time in London, with events as kind and time."""
    happened = [Event(EventKind.of(kind), at(when)) for kind, when in events if kind]
    return Ticket(number, (Event(EventKind.OPENED, at(opened), changes={"service": service}), *happened))


def readings() -> list[Reading]:
    """Return the readings of the eight tickets."""
    tickets = [ticket(number, opened, (kind, when)) for number, opened, kind, when in TICKETS]
    return [reading for each in tickets for reading in judge(each, coverage(), AS_OF)]


def write_files(folder: Path, agreements: str = "", rows: Sequence[str] = ()) -> tuple[Path, Path, Path]:
    """Write the agreement, the mapping and the table of the eight tickets, with more of each, and return the paths."""
    lines = ["number,opened,resolved,cancelled,service"]
    for number, opened, kind, when in TICKETS:
        ends = {"resolved": (when, ""), "cancelled": ("", when), "": ("", "")}[kind]
        lines.append(",".join((number, opened, *ends, "mail")))
    paths = folder / "agreements.yaml", folder / "mapping.yaml", folder / "tickets.csv"
    for path, text in zip(paths, (AGREEMENTS + agreements, MAPPING, "\n".join([*lines, *rows]) + "\n"), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths
