"""Files of any size to import, the same at every run: a log of states, and a wide export with long descriptions."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
STATES = ("open", "waiting", "open", "done")
TEXT = "printer screen network mailbox password slow cannot since this morning again room teacher nobody knows why"

LOG_MAPPING = """\
format: servanda-mapping/1
id: bench-log
name: A log of states
source: desk
times: {formats: ["%Y-%m-%d %H:%M"], zone: Europe/London}
rows: {are: events, ticket: number, happened_at: at, order: step, actor: who, grouped: true}
state: {column: state, working: [open], paused: {user: [waiting]}, resolved: [done]}
classes: {service: {always: mail}}
"""
WIDE_MAPPING = """\
format: servanda-mapping/1
id: bench-wide
name: A wide export
source: desk
times: {formats: ["%Y-%m-%d %H:%M"], zone: UTC}
rows: {are: tickets, ticket: number}
events: {opened: opened, resolved: resolved}
classes: {service: {column: service}}
"""
AGREEMENTS = """\
format: servanda/1
organisation: {id: bench, name: Bench, zone: Europe/London}
services:
  - {id: mail, name: E-mail}
calendars:
  - {id: office, name: Office, hours: {mon-fri: ["09:00-17:00"]}}
agreements:
  - id: desk
    name: Service desk
    kind: SLA
    versions:
      - number: 1
        from: 2025-01-01
        calendar: office
        services: [mail]
        owner: Head of ICT
        pause_reasons: [user]
        targets:
          - {id: answer, name: First answer, kind: first_response, limit: 4 hours, share: 90 %, source: agreed}
          - {id: fix, name: Working again, kind: resolution, limit: 16 hours, share: 90 %, source: agreed}
"""


def write_event_log(path: Path, tickets: int) -> int:
    """Write a log with four states of each ticket; return the number of rows."""
    chance = random.Random(1)
    with path.open("w", encoding="utf-8") as file:
        file.write("number,at,step,state,who\n")
        for number in range(tickets):
            at = START + timedelta(minutes=7 * number)
            for step, state in enumerate(STATES):
                file.write(f"T{number:07},{at:%Y-%m-%d %H:%M},{step},{state},agent {chance.randrange(40)}\n")
                at += timedelta(minutes=chance.randrange(5, 900))
    return tickets * len(STATES)


def write_wide_tickets(path: Path, size: int) -> int:
    """Write a table of tickets with long texts until it has so many bytes; return the number of rows."""
    rows = written = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("number,opened,resolved,service,description\n")
        for row in _wide_rows():
            written += file.write(row)
            rows += 1
            if written >= size:
                return rows
    return rows


def _wide_rows() -> Iterator[str]:
    chance = random.Random(2)
    texts = [" ".join(chance.choices(TEXT.split(), k=600)) for _ in range(50)]
    number = 0
    while True:
        opened = START + timedelta(minutes=number % 400_000)
        resolved = opened + timedelta(minutes=chance.randrange(5, 3000))
        yield f"T{number:08},{opened:%Y-%m-%d %H:%M},{resolved:%Y-%m-%d %H:%M},mail,{chance.choice(texts)}\n"
        number += 1
