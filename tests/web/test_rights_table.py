"""Every address × method × actor: each cell of the closed table, and nothing else than the table has."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from servanda.engine.agreements import AgreementKind
from servanda.engine.catalogue import CatalogueEntry
from servanda.engine.directory import CustomerGroup, Everybody, Supplier, Team
from servanda.engine.negotiation import StepKind
from servanda.engine.requirements import Requirement, SpecSheet, Survey
from servanda.engine.rights import Assignment, Role, Viewer
from servanda.reports import starter_agreements
from servanda.services import catalogue, everybody, negotiations, people, requirements, surveys, transfers
from servanda.store import models, translate
from servanda.store.negotiations import Proposal
from tests.cli.kept import run
from tests.tenancy import canary, school
from tests.tenancy.commands import SETTING_UP
from tests.web.browsers import SignedIn, give_account, nobody
from tests.web.rights_table import METHODS, OF_ORGANISATION, OPEN, REFUSED, OfOrganisation, Open

NOBODY = "nobody"
STRANGERS = ("another organisation's administrator", "a person without a role", "a person whose role has ended")
ACTORS = (NOBODY, *(role.value for role in Role), *STRANGERS)
REPORTED = (
    ("reports", "draft", "2026-01"),
    ("reports", "check", "2026-01"),
    ("reports", "issue", "2026-01"),
    ("reports", "draft", "2025-12"),
)
"""The report of January is issued, that of December is in preparation."""
RECORDS = Everybody(
    groups={"pupils": CustomerGroup("Pupils")},
    suppliers={"acme": Supplier("Acme")},
    teams={"copiers": Team("Copiers", supplier="acme")},
)

Browsers = Mapping[str, Client]


@dataclass(frozen=True)
class Cell:
    """One request by one actor, and the status that answers it."""

    name: str
    method: str
    actor: str
    expected: int


@pytest.fixture
def browsers(
    kept_school: models.Organisation, signed_in: SignedIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Browsers:
    """Keep the tickets of the school and another organisation beside it; return a browser of every actor."""
    places = school.written(tmp_path / "files")
    for words in SETTING_UP:
        told = [word.format(**places) for word in words]
        assert run(monkeypatch, *told, "--organisation", "school", "--as", "administrator") == 0
    for words in REPORTED:
        assert run(monkeypatch, *words, "--organisation", "school", "--as", "administrator") == 0
    other = canary.add_canary(kept_school)
    other.zone = "Europe/Paris"
    other.save()
    foreign, without, ended = (nobody() for _ in STRANGERS)
    foreign.force_login(give_account(models.Person.objects.get(organisation=other, slug="administrator")))
    without.force_login(give_account(person(kept_school, "without")))
    person(kept_school, "spare")
    kim = people.viewer(kept_school, "administrator", now=school.NOW)
    catalogue.write(kim, "printing", CatalogueEntry("Printing"), after=0, now=school.NOW)
    begin_letters(kim)
    require(kim)
    everybody.apply(kim, RECORDS, now=school.NOW)
    gone = person(kept_school, "ended")
    translate.record_of_assignment(Assignment(Role.ADMINISTRATOR, until_on=date(2026, 2, 1)), gone).save()
    ended.force_login(give_account(gone))
    return {
        NOBODY: nobody(),
        **{role.value: signed_in(role) for role in Role},
        **dict(zip(STRANGERS, (foreign, without, ended), strict=True)),
    }


def begin_letters(kim: Viewer) -> None:
    """Open the negotiation of an agreement."""
    draft = starter_agreements.version(
        AgreementKind.SLA, "letters", "Letters home", "Europe/London", date(2026, 6, 1), "kim"
    )
    negotiations.begin(kim, Proposal(draft), now=school.NOW)
    negotiations.take(kim, "letters", 1, StepKind.OPENED, now=school.NOW)


def require(viewer: Viewer) -> None:
    """Keep a requirement with its spec sheet and a question to a team, and a survey."""
    requirements.capture(viewer, Requirement("pupils", "Soon."), now=school.NOW)
    requirements.write_sheet(viewer, 1, SpecSheet("By hand."), after=0, now=school.NOW)
    requirements.ask(viewer, 1, 1, requirements.PartyKind.TEAM, "ICT", "Can you?", now=school.NOW)
    surveys.open_survey(viewer, Survey("printing", ("pupils",), school.NOW.date()), now=school.NOW)


def person(organisation: models.Organisation, slug: str) -> models.Person:
    """Keep a person."""
    return models.Person.objects.create(organisation=organisation, slug=slug, email=f"{slug}@example.org")


def every_name(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    """Yield the name of every address."""
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from every_name(each.url_patterns)
        else:
            yield each.name or f"{each.pattern}"


def cells() -> Iterator[Cell]:
    """Yield the whole table, cell by cell."""
    for method in METHODS:
        for actor in ACTORS:
            for name, row in OF_ORGANISATION.items():
                yield Cell(name, method, actor, _of_organisation(row, method, actor))
            for name, open_row in OPEN.items():
                yield Cell(name, method, actor, _open(open_row, method, actor, name))


def _of_organisation(row: OfOrganisation, method: str, actor: str) -> int:
    if method not in row.methods:
        return REFUSED
    if actor == NOBODY:
        return 302
    if actor in {role.value for role in row.seen_by}:
        return row.done if method == "POST" else row.status
    return 404


def _open(row: Open, method: str, actor: str, name: str) -> int:
    if name == "start" and actor in STRANGERS[1:] and method in row.signed_in:
        return 200  # without a role there is nowhere to be led to
    return (row.nobody if actor == NOBODY else row.signed_in).get(method, REFUSED)


def address(name: str) -> str:
    """Return the address of a row, filled with what is there."""
    if name in OPEN:
        return reverse(name, kwargs=dict(OPEN[name].parts))
    return reverse(name, kwargs={"organisation": "school", **OF_ORGANISATION[name].parts})


def ask(browser: Client, method: str, path: str, form: Mapping[str, str] | None = None) -> HttpResponseBase:
    """Send a request and return the answer."""
    send: Callable[..., HttpResponseBase] = getattr(browser, method.lower())
    return send(path, form or {}) if method == "POST" else send(path)


def state() -> str:
    """Return a hash of everything that is kept."""
    links = sorted(models.SetUpLink.objects.values_list("secret_hash", "until"))
    return f"{transfers.dump(None).state_hash} {links}"


def test_every_address_is_in_the_table() -> None:
    assert sorted(every_name(get_resolver().url_patterns)) == sorted([*OF_ORGANISATION, *OPEN])


def deviations(browsers: Browsers, chosen: list[Cell]) -> list[str]:
    """Ask for each cell and tell those whose answer is another."""
    found = []
    for cell in chosen:
        form = OF_ORGANISATION[cell.name].form if cell.name in OF_ORGANISATION else {}
        answer = ask(browsers[cell.actor], cell.method, address(cell.name), form)
        if answer.status_code != cell.expected:
            found.append(f"{cell.method} {cell.name}, {cell.actor}: {answer.status_code}, not {cell.expected}")
    return found


def changes(cell: Cell) -> bool:
    """Whether a cell is about a form that is taken."""
    return cell.method == "POST" and cell.expected != REFUSED


@pytest.mark.slow
def test_every_cell_is_as_the_table_says(browsers: Browsers, figure: Callable[[str, object], None], store: str) -> None:
    every = list(cells())
    before = state()
    assert deviations(browsers, [each for each in every if not changes(each)]) == []
    assert state() == before, "something was changed by asking, or by what is refused"
    last = sorted(filter(changes, every), key=lambda each: each.name == "account_logout")
    assert deviations(browsers, last) == []
    figure(f"cells of addresses × methods × actors ({store})", f"{len(every)}, 0 deviations")


@pytest.mark.slow
def test_what_is_foreign_gets_the_page_of_what_is_missing(browsers: Browsers) -> None:
    compared = 0
    for name, row in OF_ORGANISATION.items():
        if not row.missing:
            continue
        foreign = {part: canary.value_of(place) for part, place in row.foreign.items()}
        for actor in (role.value for role in row.seen_by):
            for method in sorted(row.methods):
                told = [not_here(browsers[actor], method, name, parts) for parts in (row.missing, foreign)]
                assert told[0] == told[1], (name, actor, method)
                compared += 1
    assert compared


def not_here(browser: Client, method: str, name: str, parts: Mapping[str, object]) -> str:
    """Return the page of something that is not there, without its address and the secrets of forms."""
    path = reverse(name, kwargs={"organisation": "school", **parts})
    answer = ask(browser, method, path)
    assert answer.status_code == 404, (name, path, answer.status_code)
    text = bytes(getattr(answer, "content", b"")).decode()
    return re.sub(r'name="(csrfmiddlewaretoken|next)" value="[^"]*"', "", text)


@pytest.mark.slow
def test_an_organisation_that_is_not_there_is_as_one_that_is_not_mine(browsers: Browsers) -> None:
    browser = browsers[STRANGERS[0]]
    for name, row in OF_ORGANISATION.items():
        paths = [reverse(name, kwargs={"organisation": slug, **row.parts}) for slug in ("school", "none-such")]
        method = "GET" if "GET" in row.methods else "POST"
        first, second = (ask(browser, method, path) for path in paths)
        assert (first.status_code, second.status_code) == (404, 404)
        texts = [
            re.sub(r'value="[^"]*"', "", bytes(getattr(each, "content", b"")).decode()) for each in (first, second)
        ]
        assert texts[0] == texts[1]
