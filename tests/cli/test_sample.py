"""The command `sample`: an invented school is loaded, for an account or for whoever is invited, and goes again."""

import io

import pytest

from servanda.services import organisations, samples, transfers
from servanda.store import models
from tests.builders import instant
from tests.cli.kept import run

NOW = instant("2026-06-01 09:00 Europe/London")


def dumped() -> bytes:
    """Return the dump of everything."""
    stream = io.BytesIO()
    transfers.dump(stream)
    return stream.getvalue()


@pytest.fixture
def own(store: str) -> models.Organisation:
    """Return an organisation that kim administers, by an account."""
    made = organisations.add("school", "A school", "Europe/London", "kim", NOW)
    account = models.Account.objects.create(email="kim@school.example", password="!none", made_at=NOW)
    models.Person.objects.filter(organisation=made).update(account=account)
    return made


def test_it_is_loaded_for_an_account_and_goes_without_a_trace(
    own: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dumped()
    assert run(monkeypatch, "sample", "load", "--account", " Kim@school.example ") == 0
    assert capsys.readouterr().out.splitlines() == [
        "The sample school is loaded as 'sample-school': open /o/sample-school/ in the pages.",
        "Take it away again: servanda sample unload sample-school",
    ]
    account = models.Account.objects.get()
    assert [each.organisation.slug for each in account.people.order_by("pk")] == ["school", "sample-school"]
    assert run(monkeypatch, "sample", "unload") == 0
    assert capsys.readouterr().out.startswith("'sample-school' is taken away with all its ")
    assert dumped() == before


def test_without_an_account_it_says_how_to_let_somebody_in(
    own: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "sample", "load", "second") == 0
    said = capsys.readouterr().out
    assert "servanda people invite visitor --organisation second" in said
    assert run(monkeypatch, "people", "invite", "visitor", "--organisation", "second") == 0
    assert "/set-up/" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("load", "--account", "nobody@school.example"), "Nobody signs in here as 'nobody@school.example'"),
        (("load", "school"), "There is an organisation 'school' already"),
        (("unload",), "There is no sample organisation here"),
        (("unload", "school"), "'school' is no sample organisation"),
        (("unload", "nowhere"), "There is no organisation 'nowhere' here"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    own: models.Organisation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    said: str,
) -> None:
    before = dumped()
    assert run(monkeypatch, "sample", *words) == 2
    assert said in capsys.readouterr().err
    assert dumped() == before
    assert not samples.is_sample("school")
