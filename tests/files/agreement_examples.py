"""A small agreement file, and ways to change it, for the tests of reading and lint."""

from pathlib import Path
from textwrap import dedent

from servanda.files import agreements, yaml_text
from servanda.files.agreement_draft import Draft
from servanda.files.findings import Findings

ROOT = Path(__file__).parents[2]
SAMPLES = sorted((ROOT / "sample").glob("*/agreements.yaml"))
SCHOOL = ROOT / "sample" / "school" / "agreements.yaml"
FILE = Path("agreements.yaml")

SMALL = dedent("""\
    format: servanda/1
    organisation: {id: hill-school, name: Hill School, zone: Europe/London}
    services:
      - {id: mail, name: E-mail}
      - {id: print, name: Printing}
    customers:
      - {id: office, name: School office}
    calendars:
      - id: office-hours
        hours:
          mon-fri: ["08:00-17:00"]
    priorities:
      - id: levels
        codes: [P1, P2]
    agreements:
      - id: desk
        name: Service desk
        kind: SLA
        versions:
          - number: 1
            from: 2026-01-01
            until: 2026-12-31
            calendar: office-hours
            priorities: levels
            pause_reasons: [waiting for user]
            owner: Head of ICT
            targets:
              - id: fix
                kind: resolution
                limits: {P1: 4 hours, P2: 9 hours}
                source: ticket log
    """)


def changed(*changes: tuple[str, str]) -> str:
    """Return the small file with texts replaced, each of which occurs in it exactly once."""
    text = SMALL
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def draft(text: str) -> Draft:
    """Return what a text says as an agreement file."""
    return agreements.draft(yaml_text.parse(text, FILE), Findings(FILE))


def found(text: str) -> list[tuple[str, int]]:
    """Return the rule and line of each finding on a text."""
    return [(each.rule, each.line) for each in draft(text).findings.all()]


def line_of(text: str, part: str) -> int:
    """Return the line on which a part of a text first stands."""
    return text.count("\n", 0, text.index(part)) + 1
