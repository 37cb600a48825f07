"""The command `plan`: what applying would do to tickets and figures, and that a stale plan is refused."""

from datetime import timedelta
from pathlib import Path

import pytest

from servanda import wall_time
from servanda.engine.events import Event, EventKind, Ticket
from servanda.services import clocks, organisations
from servanda.store import models
from tests.builders import instant
from tests.cli.kept import run
from tests.files.agreement_examples import changed
from tests.queries.kept import keep_tickets

NOW = instant("2026-06-01 09:00 Europe/London")
UNENDED = ("        until: 2026-12-31\n", "")
SECOND = """\
      - number: 2
        from: 2026-03-01
        calendar: office-hours
        priorities: levels
        owner: Head of ICT
        review_on: 2027-01-01
        targets:
          - {id: fix, kind: resolution, limits: {P1: 1 hour, P2: 9 hours}, source: ticket log}
"""


@pytest.fixture
def own(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> models.Organisation:
    """Return an organisation with an agreement and three tickets of different months, solved after two hours."""
    monkeypatch.setattr(wall_time, "now", lambda: NOW)
    made = organisations.add("hill-school", "Hill School", "Europe/London", "kim", NOW)
    run(monkeypatch, "apply", folder(tmp_path))
    keep_tickets(made, [ticket(month) for month in (2, 3, 4)])
    made.refresh_from_db()
    clocks.rebuild(made, clocks.agreed(made).coverage, opened_from=None)
    return made


def ticket(month: int) -> Ticket:
    """Return a ticket of priority P1 that was solved after two hours."""
    begun = instant(f"2026-{month:02}-10 09:00 Europe/London")
    opened = Event(EventKind.OPENED, begun, id="a", changes={"service": "mail", "priority": "P1"})
    solved = Event(EventKind.RESOLVED, begun + timedelta(hours=2), id="b")
    return Ticket(f"T{month}", (opened, solved), "desk", "hill-school")


def folder(tmp_path: Path, more: str = "") -> str:
    """Return a folder with the agreement file, and more versions of the agreement at its end."""
    made = tmp_path / "agreements"
    made.mkdir(exist_ok=True)
    (made / "desk.yaml").write_text(changed(UNENDED) + more, "utf-8")
    return str(made)


def test_a_plan_tells_what_becomes_of_tickets_and_months_and_writes_nothing(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tallies = list(models.Tally.objects.order_by("pk").values())
    capsys.readouterr()
    assert run(monkeypatch, "plan", folder(tmp_path, SECOND)) == 0
    *told, last = capsys.readouterr().out.splitlines()
    assert told == [
        "to add: version desk/2",
        "as kept: version desk/1",
        "Nothing was written.",
        "superseded: version desk/1, for tickets opened from 2026-03-01",
        "2 tickets would be judged anew, 0 of them open.",
        "2026-03: 1 met and 0 missed would be 0 and 1",
        "2026-04: 1 met and 0 missed would be 0 and 1",
        "No issued report would change.",
    ]
    assert list(models.Tally.objects.order_by("pk").values()) == tallies
    assert models.AgreementVersion.objects.count() == 1
    assert run(monkeypatch, *last.removeprefix("Apply it with: servanda ").split()) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 tickets were judged anew."
    assert run(monkeypatch, "plan", folder(tmp_path, SECOND)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "Nothing is to be added."


def test_a_stale_plan_is_refused(
    own: models.Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    run(monkeypatch, "plan", folder(tmp_path, SECOND))
    planned = capsys.readouterr().out.splitlines()[-1].removeprefix("Apply it with: servanda ").split()
    folder(tmp_path, SECOND.replace("1 hour", "2 hours"))
    assert run(monkeypatch, *planned) == 2
    assert "is stale: since it was made the files were changed" in capsys.readouterr().err
    run(monkeypatch, "apply", folder(tmp_path, SECOND))
    assert run(monkeypatch, *planned) == 2
    assert models.AgreementVersion.objects.count() == 2
