"""A log of five tickets small enough to be judged by hand, with its agreement and its mapping."""

from pathlib import Path

AGREEMENTS = """\
format: servanda/1
organisation: {id: school, name: School, zone: Europe/London}
services:
  - {id: printing, name: Printing}
calendars:
  - id: office
    name: Office hours
    hours: {mon-fri: ["08:00-17:00"]}
priorities:
  - {id: plain, codes: [P1, P2]}
agreements:
  - id: desk
    name: Desk
    kind: SLA
    versions:
      - number: 1
        from: 2026-01-01
        services: [printing]
        calendar: office
        priorities: plain
        pause_reasons: [user]
        targets:
          - {id: fix, kind: resolution, limits: {P1: 4 hours, P2: 8 hours}}
"""

MAPPING = """\
format: servanda-mapping/1
id: small
name: Small log
source: sheet
times: {formats: [iso], zone: Europe/London}
rows: {are: events, ticket: number, happened_at: at, order: time}
state:
  column: state
  working: [New, Working]
  paused: {user: [Waiting]}
  resolved: [Done]
  closed: [Closed]
classes:
  service: {column: service, as: id}
  priority: priority
"""

# T1 opened Mon 16:00, 8 h: due Tue 15:00, done at that very instant.
# T2 as T1, done a minute later.
# T3 opened Fri 16:00, 4 h: due Mon 11:00, waiting for the user Fri 16:30 to Mon 09:00 (1 h 30 min of office hours),
#    so due Mon 12:30; done Mon 12:00.
# T4 still open at the end of the log, Mon 19 January 12:00.
# T5 is of a service nobody promised anything for.
TICKETS = """\
number,at,state,service,priority
T1,2026-01-12T16:00:00,New,printing,P2
T1,2026-01-13T15:00:00,Done,printing,P2
T2,2026-01-12T16:00:00,New,printing,P2
T2,2026-01-13T15:01:00,Done,printing,P2
T3,2026-01-16T16:00:00,New,printing,P1
T3,2026-01-16T16:30:00,Waiting,printing,P1
T3,2026-01-19T09:00:00,Working,printing,P1
T3,2026-01-19T12:00:00,Done,printing,P1
T4,2026-01-19T11:00:00,New,printing,P1
T5,2026-01-14T11:00:00,New,heating,P1
"""


def written(folder: Path) -> list[str]:
    """Write the three files into a folder and return the options that name them."""
    for name, text in (("agreements.yaml", AGREEMENTS), ("mapping.yaml", MAPPING), ("tickets.csv", TICKETS)):
        (folder / name).write_text(text, encoding="utf-8")
    return [
        *("--agreements", f"{folder / 'agreements.yaml'}"),
        *("--mapping", f"{folder / 'mapping.yaml'}"),
        *("--tickets", f"{folder / 'tickets.csv'}"),
    ]
