"""The canonical form loses nothing: every agreement value comes back from plain JSON as it was."""

import json

from hypothesis import given

from servanda.engine.agreements import AgreementVersion, Book, PriorityScheme
from servanda.engine.calendars import Calendar
from servanda.engine.canonical import plain, revive, sha256
from tests.laws.agreement_books import books, calendars, schemes


def through_json(content: object) -> object:
    """Return what a database or a file gives back of plain JSON: keys sorted, nothing shared."""
    return json.loads(json.dumps(content, sort_keys=True, ensure_ascii=False))


@given(calendars("office"))
def test_a_calendar_comes_back_from_its_canonical_form(calendar: Calendar) -> None:
    assert revive(Calendar, through_json(plain(calendar))) == calendar


@given(schemes("usual"))
def test_a_priority_scheme_comes_back_from_its_canonical_form(scheme: PriorityScheme) -> None:
    assert revive(PriorityScheme, through_json(plain(scheme))) == scheme


@given(books())
def test_a_book_comes_back_from_its_canonical_form_with_every_hash(book: Book) -> None:
    back = revive(Book, through_json(plain(book)))
    assert back == book
    assert [each.content_hash() for each in back.versions] == [each.content_hash() for each in book.versions]
    assert sha256(plain(back)) == sha256(plain(book))


@given(books())
def test_a_version_comes_back_from_its_canonical_form_its_signature_and_its_end(book: Book) -> None:
    for version in book.versions:
        content = through_json(version.canonical())
        assert isinstance(content, dict)
        assert AgreementVersion.from_canonical(content, version.signed, version.ended_on) == version
