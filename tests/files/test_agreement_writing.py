"""A book written as a file is read again as the same book, and reads well."""

from pathlib import Path

import pytest

from servanda.engine.agreements import Book, Organisation, Service
from servanda.files import agreements, yaml_text
from servanda.files.agreement_writing import written
from servanda.files.findings import Findings
from tests.files.agreement_examples import FILE, SAMPLES, SMALL, draft


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.parent.name)
def test_a_sample_is_read_again_as_the_same_book(sample: Path) -> None:
    book = agreements.load(sample)
    again = agreements.draft(yaml_text.parse(written(book), FILE), Findings(FILE))
    assert again.findings.all() == ()
    assert again.book() == book
    assert [version.content_hash() for version in again.versions] == [
        version.content_hash() for version in book.versions
    ]


def test_a_book_is_written_as_a_person_would_write_it() -> None:
    assert (
        written(draft(SMALL).book())
        == """\
format: servanda/1

organisation: {id: hill-school, name: Hill School, zone: Europe/London}

customers:
- {id: office, name: School office}

services:
- {id: mail, name: E-mail}
- {id: print, name: Printing}

calendars:
- id: office-hours
  hours:
    mon-fri: ['08:00-17:00']

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
"""
    )


@pytest.mark.parametrize(
    "name",
    [
        "no",
        "Yes",
        "1.10",
        "007",
        "12:30",
        "2026-01-01",
        "null",
        "~",
        "- dash",
        "a: b",
        "#",
        "*",
        "'",
        '"',
        "é\u2028x",
        "=",
        "<<",
        "1e3",
        "y",
        "%",
    ],
)
def test_a_name_keeps_its_words_whatever_they_look_like(name: str) -> None:
    book = Book(Organisation("o", name, "UTC"), services=(Service("s", name),))
    again = agreements.draft(yaml_text.parse(written(book), FILE), Findings(FILE))
    assert again.findings.all() == ()
    assert again.book() == book
