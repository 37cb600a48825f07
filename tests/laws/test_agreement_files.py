"""Laws of agreement files: what is written is read again, and no text whatever breaks the reader."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from servanda.bad_input import BadInput
from servanda.engine.agreements import Book
from servanda.engine.targets import InvalidTarget, Limit
from servanda.files import agreements, notation, yaml_text
from servanda.files.agreement_writing import written
from servanda.files.findings import RULES, Findings
from servanda.files.notation import UnknownNotation
from servanda.files.yaml_text import Node
from tests.files.agreement_examples import SMALL
from tests.files.schema_keys import Figure, Seen
from tests.laws.agreement_books import books, limits

FILE = Path("agreements.yaml")
# A signature of another content, and two clauses on one level, are faults of the book and not of its writing.
OF_THE_BOOK = {"SV202", "SV206", "SV304", "SV501"}
DAMAGES = 150
BOOKS = 500
UNSHRUNK = (Phase.explicit, Phase.generate)
"""A book has hundreds of parts: the search for a simpler one would take minutes."""


@pytest.mark.slow
def test_a_book_written_as_a_file_is_read_as_the_same_book(figure: Figure) -> None:
    seen = Seen(agreements.schema())

    @settings(max_examples=BOOKS, deadline=None, suppress_health_check=list(HealthCheck), phases=UNSHRUNK)
    @given(books())
    def law(book: Book) -> None:
        file = yaml_text.parse(written(book), FILE)
        seen.add(yaml_text.plain(file))
        check_read_as(file, book)

    law()
    seen.check("books of agreements", figure)


def check_read_as(file: Node, book: Book) -> None:
    """Check that a file is read as a book."""
    read = agreements.draft(file, Findings(FILE))
    assert {each.rule for each in read.findings.errors} <= OF_THE_BOOK
    again = (read.organisation, read.customers, read.services, read.calendars, read.priorities, read.versions)
    told = (book.organisation, book.customers, book.services, book.calendars, book.priorities, book.versions)
    assert [part if i == 0 else tuple(part) for i, part in enumerate(again)] == list(told)  # type: ignore[arg-type]  # pieces of two kinds


@given(limits())
def test_a_limit_is_read_as_it_is_spoken(limit: Limit) -> None:
    assert notation.limit(str(limit)) == limit


@given(st.text(max_size=30))
def test_any_text_is_a_limit_or_refused_in_words(text: str) -> None:
    refusal = refused(lambda: notation.limit(text), UnknownNotation, InvalidTarget)
    assert refusal is None or str(refusal)


@settings(max_examples=DAMAGES, deadline=None)
@given(st.integers(0, len(SMALL) - 1), st.integers(0, 12), st.text(max_size=4))
def test_however_a_file_is_damaged_it_is_read_or_refused_in_words(place: int, length: int, other: str) -> None:
    damaged = SMALL[:place] + other + SMALL[place + length :]
    refusal = refused(lambda: findings_on(damaged), BadInput)
    assert refusal is None or (isinstance(refusal, BadInput) and refusal.line and refusal.mend)


@given(st.text(max_size=200))
def test_any_text_is_yaml_or_refused_in_words(text: str) -> None:
    refusal = refused(lambda: yaml_text.plain(yaml_text.parse(text, FILE)), BadInput)
    assert refusal is None or (isinstance(refusal, BadInput) and refusal.line and refusal.mend)


def refused(act: Callable[[], object], *kinds: type[Exception]) -> Exception | None:
    """Return the refusal of one of these kinds that an act meets; any other is a fault of ours."""
    try:
        act()
    except kinds as refusal:
        return refusal
    return None


def findings_on(text: str) -> None:
    """Read a text as an agreement file, and see that each finding has its rule, words and a line of the text."""
    read = agreements.draft(yaml_text.parse(text, FILE), Findings(FILE))
    for each in read.findings.all():
        assert each.rule in RULES
        assert each.reason
        assert each.mend
        assert 1 <= each.line <= text.count("\n") + 1
    if not read.findings.errors:
        read.book()
