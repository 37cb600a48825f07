"""A sample school comes and goes whole: what else is kept stays as it was to the byte, and nothing else can ever go."""

import io
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from servanda.bad_input import BadInput
from servanda.engine.rights import Assignment, Role, Scope, Viewer
from servanda.queries import overview
from servanda.reports import sample_school
from servanda.reports.sample_school import files
from servanda.services import accounts, audit, organisations, people, samples, transfers, verification
from servanda.store import models
from servanda.store.access import NotFound
from tests.services.fresh import Fresh, made
from tests.services.fresh import fresh as fresh
from tests.upgrades import seeded

NOW = datetime(2026, 11, 22, 19, tzinfo=UTC)
PASSWORD = "a long enough password"


def dumped(organisation: str = "") -> bytes:
    """Return the dump of everything, or of one organisation."""
    stream = io.BytesIO()
    transfers.dump(stream, organisation=organisation)
    return stream.getvalue()


def rows(organisation: str) -> list[bytes]:
    """Return the rows of the dump of one organisation, without the counts at its end."""
    return dumped(organisation).splitlines()[:-1]


def kim() -> tuple[Viewer, int]:
    """Keep an organisation that is empty, and return who administers it with their account."""
    own = organisations.add("hill-school", "Hill School", "Europe/London", "kim", NOW)
    account = models.Account.objects.create(email="kim@hill.example", password="!none", made_at=NOW)
    models.Person.objects.filter(organisation=own).update(account=account)
    return people.viewer(own, "kim", now=NOW), account.pk


def test_what_else_is_kept_is_the_same_to_the_byte(store: str) -> None:
    seeded.seed(3)
    before = dumped()
    slug = sample_school.load(now=NOW)
    assert dumped() != before
    assert samples.take_away(slug, now=NOW) > 1_000
    assert dumped() == before


def test_no_table_of_the_database_holds_anything_of_it(store: str) -> None:
    slug = sample_school.load(now=NOW)
    organisation = models.Organisation.objects.get(slug=slug)
    person = models.Person.objects.get(organisation=organisation, slug=sample_school.VISITOR)
    accounts.invite(people.viewer(organisation, person.slug, now=NOW), person.slug, now=NOW)
    counts = {each: each._base_manager.count() for each in apps.get_app_config("store").get_models()}
    assert counts[models.SetUpLink] == 1
    assert sum(counts.values()) == samples.take_away(slug, now=NOW)
    assert [each for each in counts if each._base_manager.exists()] == []


def test_whoever_loads_it_from_their_own_organisation_has_both_noted_there_and_nothing_else(store: str) -> None:
    viewer, account = kim()
    before = rows("hill-school")
    slug = sample_school.load_for(viewer, account, now=NOW)
    assert sample_school.load_for(viewer, account, now=NOW) == slug  # pressed twice
    visitor = accounts.standing(account, slug, NOW).viewer
    samples.take_away(slug, visitor, now=NOW)
    after = rows("hill-school")
    entries = models.Entry.objects.filter(organisation__slug="hill-school", action="try_sample").order_by("sequence")
    assert [each.content for each in entries] == [{"done": "loaded"}, {"done": "taken away"}]
    assert len(after) == len(before) + 2
    assert [each for each in before if each not in after] == []
    assert list(audit.breaks(models.Organisation.objects.get())) == []
    assert models.Account.objects.filter(pk=account).exists()


def test_each_who_asks_gets_a_school_of_their_own(store: str) -> None:
    viewer, account = kim()
    sample_school.load(now=NOW)
    slug = sample_school.load_for(viewer, account, now=NOW)
    assert slug == "sample-school-2"
    with pytest.raises(BadInput, match="2 sample organisations"):
        samples.only()
    samples.take_away("sample-school", now=NOW)
    assert samples.only() == slug
    assert samples.of_account(account) == models.Organisation.objects.get(slug=slug)


def test_an_account_made_inside_goes_with_it(store: str) -> None:
    viewer, account = kim()
    slug = sample_school.load_for(viewer, account, now=NOW)
    visitor = accounts.standing(account, slug, NOW).viewer
    accounts.choose_password(accounts.invite(visitor, "robin-hart", now=NOW), "robin@hill.example", PASSWORD, now=NOW)
    assert models.Account.objects.count() == 2
    samples.take_away(slug, visitor, now=NOW)
    assert list(models.Account.objects.values_list("email", flat=True)) == ["kim@hill.example"]


# --- what is no sample ---


def test_what_is_no_sample_is_never_taken_away(store: str) -> None:
    viewer, _ = kim()
    before = dumped()
    for asking in (viewer, None):
        with pytest.raises(samples.NoSample, match="'hill-school' is no sample"):
            samples.take_away("hill-school", asking, now=NOW)
    with pytest.raises(NotFound):
        samples.take_away("nowhere", now=NOW)
    with pytest.raises(samples.NoSample):
        samples.only()
    assert dumped() == before


def test_only_who_administers_a_sample_may(store: str) -> None:
    slug = sample_school.load(now=NOW)
    scope = Scope(suppliers=frozenset({"Copier company"}))
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(NotFound):
            samples.take_away(slug, Viewer(slug, "robin-hart", NOW.date(), (Assignment(role, scope),)), now=NOW)
    assert samples.is_sample(slug)


def test_the_database_itself_refuses_a_mark_that_comes_late(store: str) -> None:
    kim()
    own = models.Organisation.objects.get(slug="hill-school")
    with pytest.raises(DatabaseError, match="from its first moment or never"), transaction.atomic():
        models.SampleMark.objects.create(organisation=own, loaded_at=NOW)
    sample_school.load(now=NOW)
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        connection.cursor().execute("UPDATE store_samplemark SET organisation_id = %s", [own.pk])
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        connection.cursor().execute("DELETE FROM store_entry WHERE organisation_id = %s", [own.pk])


def test_what_a_sample_holds_cannot_be_changed_either(store: str) -> None:
    sample_school.load(now=NOW)
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
        connection.cursor().execute("UPDATE store_event SET reason = 'another'")


# --- interrupted ---


def unload(url: str, point: str) -> int:
    """Take the sample away in a process that is killed at a point, and return its exit code."""
    told = {**os.environ, "SERVANDA_CRASH_AT": point, "SERVANDA_DATABASE": url}
    command = [sys.executable, "-m", "servanda", "sample", "unload"]
    return subprocess.run(command, env=told, capture_output=True).returncode


@pytest.mark.slow
def test_a_process_killed_meanwhile_leaves_all_or_nothing(fresh: Fresh) -> None:
    url = made(fresh("samples"))
    kim()
    empty = dumped()
    sample_school.load(now=NOW)
    whole = dumped()
    for point in ("sample.begun", "sample.emptied"):
        assert unload(url, point) == -signal.SIGKILL
        assert dumped() == whole, point
    assert unload(url, "sample.committed") == -signal.SIGKILL
    assert dumped() == empty


def test_a_load_that_fails_leaves_nothing(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kim()
    before = dumped()

    def fails(*_: object, **__: object) -> None:
        raise BadInput("no room for a report", expected="room", mend="Make room.")

    monkeypatch.setattr("servanda.reports.monthly.issuing.issue", fails)
    with pytest.raises(BadInput, match="no room"), transaction.atomic():
        sample_school.load(now=NOW)
    assert dumped() == before


# --- what it holds ---


def test_every_step_of_setting_up_is_done_and_everything_kept_agrees(store: str) -> None:
    slug = sample_school.load(now=NOW)
    visitor = people.viewer(models.Organisation.objects.get(slug=slug), sample_school.VISITOR, now=NOW)
    assert overview.overview(visitor, NOW).steps.all_done
    assert verification.verify(visitor).equal


DAYS = (
    "2025-03-10T10:00+00:00",
    "2026-08-31T22:30+00:00",
    "2026-09-01T06:00+00:00",
    "2028-02-29T12:00+00:00",
    "2031-01-01T00:30+00:00",
)


@pytest.mark.slow
@pytest.mark.parametrize("written", DAYS)
def test_it_is_of_today_on_any_day(store: str, written: str) -> None:
    now = datetime.fromisoformat(written)
    organisation = models.Organisation.objects.get(slug=sample_school.load(now=now))
    opened = models.Ticket.objects.filter(organisation=organisation).latest("opened_at").opened_at
    assert opened is not None
    assert timedelta(0) <= now - opened <= timedelta(weeks=1, days=1)
    board = overview.overview(people.viewer(organisation, sample_school.VISITOR, now=now), now).board
    assert board is not None
    assert not board.is_empty


def test_files_move_by_whole_school_years() -> None:
    assert files.in_year("from: 2026-09-01 # of 2027, - every: 12-25", date(2031, 8, 31)) == (
        "from: 2030-09-01 # of 2027, - every: 12-25"
    )
    for before, after in pairwise(date(year, 9, 1) for year in range(2024, 2032)):
        books = files.book("x", before), files.book("x", after - timedelta(days=1))
        assert books[0] == books[1]
        in_force = [each for each in books[0].versions if each.effective_from <= before]
        assert {each.agreement for each in in_force} >= {"service-desk", "registration", "starter"}


def test_the_package_has_the_files() -> None:
    told = (files.IN_THE_SOURCE.parents[1] / "pyproject.toml").read_text("utf-8")
    assert files.PACKAGED.name == "sample_school"
    assert '"sample/school" = "servanda/sample_school"' in told
    assert '"/sample/school"' in told
