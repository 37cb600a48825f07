"""Form and file are one: what the form shows of a version and gets back unchanged is that very version."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from servanda.engine.agreements import AgreementVersion, Book
from servanda.queries.agreements import Names
from servanda.web.agreement_forms import TargetForm, VersionForm, first, forms_of
from servanda.web.views.negotiations import told_by
from tests.laws.agreement_books import books

UNSHRUNK = (Phase.explicit, Phase.generate)
"""A book has hundreds of parts: the search for a simpler one would take minutes."""

NO_CHANGE: Mapping[str, Any] = MappingProxyType({})


def sent(form: VersionForm, targets: list[TargetForm]) -> dict[str, Any]:
    """Return what a browser sends of forms as they are shown, lines ended as browsers end them."""
    told: dict[str, Any] = {}
    for each in (form, *targets):
        for field in each:
            value = field.value()
            if isinstance(value, list):
                told[field.html_name] = value
            elif value not in (None, False):
                told[field.html_name] = f"{value}".replace("\n", "\r\n")
    return told


class Posted(dict[str, Any]):
    """What was sent, as a form reads it."""

    def getlist(self, name: str) -> list[str]:
        """Return every value of a name."""
        value = self.get(name, [])
        return value if isinstance(value, list) else [value]


def again(
    version: AgreementVersion, names: Names, changes: Mapping[str, Any] = {}
) -> AgreementVersion | None:  # only read
    """Return the version that the form tells when it is sent as it is shown, some fields changed."""
    shown = VersionForm(None, version, names, initial=first(version, 1))
    told = Posted({**sent(shown, forms_of(None, version)), **changes})
    form, targets = VersionForm(told, version, names, initial=first(version, 1)), forms_of(told, version)
    read = told_by(form, targets)
    assert read is not None, (form.errors, [each.errors for each in targets])
    return read


@pytest.mark.slow
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=UNSHRUNK)
@given(books())
def test_a_version_that_is_shown_and_sent_again_is_the_same(book: Book) -> None:
    names = Names({each.id: each.name for each in book.services}, {each.id: each.name for each in book.customers})
    for version in book.versions:
        own = replace(version, signed=None, ended_on=None)
        assert again(own, names) == own


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=UNSHRUNK)
@given(books())
def test_a_change_of_one_field_changes_that_alone(book: Book) -> None:
    names = Names({each.id: each.name for each in book.services}, {each.id: each.name for each in book.customers})
    for version in book.versions:
        own = replace(version, signed=None, ended_on=None)
        assert again(own, names, {"owner": "Somebody else", "t0-source": "the log"}) == replace(
            own,
            owner="Somebody else",
            targets=(replace(own.targets[0], source="the log"), *own.targets[1:]),
        )
