"""What a page of reconciliation rests on, and the law that it shows what `servanda reconcile --json` prints."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servanda.engine.events import Claims, Event, EventKind, Ticket
from servanda.engine.rights import Action, Role, Viewer
from servanda.engine.targets import TargetKind
from servanda.queries import reconciliation
from servanda.reports.reconciliation import as_page
from servanda.reports.reconciliation.as_job import RECONCILE, worked_out
from servanda.services import events, jobs, reconciliations
from servanda.services.jobs import Worker
from servanda.store import models
from servanda.store.access import NotFound
from tests.cli.kept import run
from tests.queries.kept import keep_tickets
from tests.services.hill import KIM, NOW, hill, viewer

RESOLUTION = TargetKind.RESOLUTION
OPENED = datetime.fromisoformat("2018-06-04T08:00+00:00")


def claimed(number: int, source: str = "desk") -> Ticket:
    """Return a ticket that takes as many hours as its number says; of every fifth its source has another due time."""
    opened_at = OPENED + timedelta(days=number)
    told = (
        Event(EventKind.OPENED, opened_at, id=f"{number}-1", changes={"service": "mail"}),
        Event(EventKind.RESOLVED, opened_at + timedelta(hours=number % 12), id=f"{number}-2"),
    )
    due_at = opened_at + timedelta(hours=8, minutes=30 if number % 5 == 0 else 0)
    return Ticket(f"T{number}", told, source, "hill", Claims(due_at=due_at, met=number % 12 <= 8))


@pytest.fixture
def school(store: str, tmp_path: Path) -> models.Organisation:
    own = hill(tmp_path)
    keep_tickets(own, [claimed(number) for number in range(30)])
    person = models.Person.objects.create(organisation=own, slug="kim", name="Kim")
    models.RoleAssignment.objects.create(organisation=own, person=person, role=Role.SERVICE_MANAGER.value)
    return own


def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> object:
    """Return what `servanda reconcile --json` prints."""
    run(monkeypatch, "reconcile", "--json", "--organisation", "hill", "--as", "kim", *words)
    return json.loads(capsys.readouterr().out)


def work() -> str:
    """Order a reconciliation and let a worker do it; return what it says."""
    key, payload = reconciliation.job_key("", RESOLUTION), {"source": "", "kind": "resolution"}
    assert jobs.order(KIM, RECONCILE, key, payload, now=NOW) or jobs.order_again(KIM, RECONCILE, key, payload, now=NOW)
    ended = Worker("w", {RECONCILE.kind: RECONCILE}, lambda: NOW).run_one()
    assert ended
    return f"{ended.verdict}: {ended.sentence}"


@pytest.mark.parametrize("words", [(), ("--source", "desk"), ("--source", "other")])
def test_what_is_worked_out_is_what_the_command_prints(
    school: models.Organisation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
) -> None:
    keep_tickets(school, [claimed(number, "other") for number in range(7)])
    source = words[-1] if words else ""
    found = worked_out(KIM, source, RESOLUTION)
    assert found.content == printed(monkeypatch, capsys, *words)
    assert found.tickets == found.content["tickets"] == {"": 37, "desk": 30, "other": 7}[source]
    assert found.events == 2 * found.tickets
    if source != "other":
        assert found.content["due_times"]["different"] >= 6


def test_the_page_shows_the_figures_of_the_report_and_no_others(school: models.Organisation) -> None:
    content = worked_out(KIM, "", RESOLUTION).content
    shown = as_page.page(content)
    assert [each.replace("\N{NO-BREAK SPACE}", " ") for each in shown.sentences] == content["sentences"]
    whole, told = shown.compared[0], content["due_times"]
    assert whole.dues.startswith(f"{told['same']:,} of {told['compared']:,}")
    assert told["share"] in whole.dues.replace("\N{NO-BREAK SPACE}", " ")
    assert (whole.dues_differ, whole.exact) == (f"{told['different']}", f"{told['to_the_second']}")
    assert shown.differences == sum(each["differences"] for each in content["causes"]) > 0
    assert [len(each.proofs) for each in shown.causes] == [len(each["examples"]) for each in content["causes"]]
    assert shown.ends[0].tickets == f"{content['ends']['tickets']}"
    assert shown.agrees == content["agrees"]


def test_a_job_keeps_what_the_command_prints(
    school: models.Organisation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert reconciliation.kept(KIM, "", RESOLUTION) is None
    assert work() == "done: 30 tickets reconciled"
    found = reconciliation.kept(KIM, "", RESOLUTION)
    assert found is not None
    assert found.content == printed(monkeypatch, capsys)
    assert (found.tickets, found.events, found.made_by, found.made_at, found.is_stale) == (30, 60, "kim", NOW, False)
    assert reconciliation.kept(KIM, "desk", RESOLUTION) is None
    assert reconciliation.ordered(KIM, "", RESOLUTION) is None, "what is done is waited for no more"


def test_what_was_written_since_makes_it_stale(school: models.Organisation) -> None:
    work()
    told = Event(EventKind.NOTED, NOW, id="late")
    events.record(KIM, "desk", "T1", [told], now=NOW + timedelta(days=1))
    found = reconciliation.kept(KIM, "", RESOLUTION)
    assert found is not None
    assert found.since == {Action.RECORD_EVENT: 1}
    assert found.is_stale
    assert work() == "done: 30 tickets reconciled"
    again = reconciliation.kept(KIM, "", RESOLUTION)
    assert again is not None
    assert not again.is_stale
    assert models.Reconciliation.objects.count() == 1


def test_an_older_state_never_comes_in_the_place_of_a_later_one(school: models.Organisation) -> None:
    old = worked_out(KIM, "", RESOLUTION)
    events.record(KIM, "desk", "T1", [Event(EventKind.NOTED, OPENED, id="late")], now=NOW)
    assert reconciliations.keep(KIM, worked_out(KIM, "", RESOLUTION), now=NOW)
    assert not reconciliations.keep(KIM, old, now=NOW)


def test_a_job_for_a_kind_that_there_is_not_is_refused(school: models.Organisation) -> None:
    assert jobs.order(KIM, RECONCILE, "bad", {"kind": "nonsense"}, now=NOW)
    ended = Worker("w", {RECONCILE.kind: RECONCILE}, lambda: NOW).run_one()
    assert ended is not None
    assert (ended.verdict, "nonsense" in ended.sentence) == ("refused", True)


def test_who_does_not_see_every_ticket_sees_no_reconciliation(school: models.Organisation) -> None:
    limited = Viewer("hill", "kim", KIM.on, (viewer(Role.TECHNICIAN).assignments[0],))
    assert reconciliation.choices(limited).sources == ("desk",)
    for somebody in (viewer(Role.EXECUTIVE), viewer(organisation="another")):
        with pytest.raises(NotFound):
            reconciliation.choices(somebody)
        with pytest.raises(NotFound):
            reconciliation.kept(somebody, "", RESOLUTION)
        with pytest.raises(NotFound):
            worked_out(somebody, "", RESOLUTION)


def test_sources_are_found_one_after_the_other(school: models.Organisation) -> None:
    keep_tickets(school, [claimed(1, source) for source in ("Aa", "büro", "zz")])
    assert set(reconciliation.choices(KIM).sources) == {"Aa", "büro", "desk", "zz"}
    assert reconciliation.choices(KIM).kinds == (RESOLUTION,)


def test_no_more_tickets_are_counted_than_asked_for(school: models.Organisation) -> None:
    assert reconciliation.at_most(KIM, "", 30)
    assert not reconciliation.at_most(KIM, "", 29)
    assert reconciliation.at_most(KIM, "none", 0)


def test_the_key_of_a_job_is_its_own_even_for_long_names() -> None:
    keys = {reconciliation.job_key("s" * 199 + end, RESOLUTION) for end in "ab"}
    assert len(keys) == 2
    assert all(len(each) <= 200 for each in keys)


def test_a_kept_reconciliation_takes_as_many_statements_for_many_tickets_as_for_few(
    school: models.Organisation,
) -> None:
    work()
    ask()  # from now on the book is remembered
    with CaptureQueriesContext(connection) as few:
        ask()
    keep_tickets(school, [claimed(number) for number in range(30, 330)])
    with CaptureQueriesContext(connection) as many:
        ask()
    assert len(many) == len(few)


def ask() -> None:
    """Ask everything that the page of a large organisation asks."""
    reconciliation.choices(KIM)
    reconciliation.at_most(KIM, "", 20)
    reconciliation.kept(KIM, "", RESOLUTION)
    reconciliation.ordered(KIM, "", RESOLUTION)
