"""A provider keeps 200 agreements in a folder: checked, planned, applied, shown; a changed target rewrites nothing."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from servanda import wall_time
from servanda.engine.events import Event, EventKind, Ticket
from servanda.services import clocks, organisations
from servanda.store import models
from tests.builders import instant
from tests.cli.kept import run
from tests.queries.kept import keep_tickets
from tests.web.browsers import give_account

pytestmark = pytest.mark.slow

AGREEMENTS = 200
NOW = instant("2026-06-10 09:00 Europe/London")
SHARED = """\
format: servanda/1
organisation: {id: msp, name: A provider, zone: Europe/London}
services:
  - {id: workplace, name: Workplace}
calendars:
  - id: office
    hours: {mon-fri: ["09:00-17:00"]}
priorities:
  - {id: usual, codes: [P1, P2]}
"""
ONE = """\
customers:
  - {id: c{number}, name: Customer {number}}
agreements:
  - id: desk-c{number}
    name: Desk of customer {number}
    kind: SLA
    versions:
      - number: 1
        from: 2026-01-01
        review_on: 2027-01-01
{terms}
"""
TERMS = """\
        customers: [c{number}]
        calendar: office
        priorities: usual
        owner: account manager
        targets:
          - {id: fix, kind: resolution, limits: {P1: {limit}, P2: 16 hours}, share: 90 %, source: ticket log}
"""
SECOND = "      - number: 2\n        from: 2026-05-01\n        review_on: 2027-01-01\n"


def filled(text: str, number: int, limit: str = "8 hours") -> str:
    """Return a part of a file for one customer."""
    return text.replace("{number}", f"{number}").replace("{limit}", limit)


def written(folder: Path) -> str:
    """Write the folder; return its path."""
    made = folder / "agreements"
    (made / "customers").mkdir(parents=True)
    (made / "shared.yaml").write_text(SHARED, "utf-8")
    for number in range(AGREEMENTS):
        text = filled(ONE, number).replace("{terms}\n", filled(TERMS, number))
        (made / "customers" / f"c{number}.yaml").write_text(text, "utf-8")
    return str(made)


def ticket(number: int, month: int) -> Ticket:
    """Return a ticket of a customer with priority P1, solved after three hours."""
    begun = instant(f"2026-{month:02}-12 09:00 Europe/London")
    about = {"service": "workplace", "customer": f"c{number}", "priority": "P1"}
    solved = Event(EventKind.RESOLVED, begun + timedelta(hours=3), id="b")
    return Ticket(f"T{number}-{month}", (Event(EventKind.OPENED, begun, id="a", changes=about), solved), "desk", "msp")


@pytest.fixture
def browser(store: str, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Return the browser of whoever runs the provider's Servanda."""
    monkeypatch.setattr(wall_time, "now", lambda: NOW)
    organisations.add("msp", "A provider", "Europe/London", "kim", NOW)
    client = Client(SERVER_NAME="localhost")
    client.force_login(give_account(models.Person.objects.get(slug="kim")))
    return client


def planned(capsys: pytest.CaptureFixture[str]) -> tuple[list[str], list[str]]:
    """Return what a plan says, and the words of the command that it ends with."""
    *told, last = capsys.readouterr().out.splitlines()
    return told, last.removeprefix("Apply it with: servanda ").split()


def test_two_hundred_agreements_in_a_folder(
    browser: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = written(tmp_path)
    assert run(monkeypatch, "lint", folder) == 0
    assert run(monkeypatch, "plan", folder) == 0
    told, command = planned(capsys)
    assert sum(each.startswith("to add: version ") for each in told) == AGREEMENTS
    assert run(monkeypatch, *command) == 0
    capsys.readouterr()
    listed = "".join(browser.get(f"/o/msp/agreements/?page={page}").content.decode() for page in (1, 2))
    assert len(set(re.findall(r"/agreements/desk-c\d+/\"", listed))) == AGREEMENTS
    assert "And 188 more within a year." in listed
    assert "Desk of customer 7" in browser.get("/o/msp/agreements/desk-c7/").content.decode()
    report = keep_and_issue(browser, monkeypatch)

    changed = Path(folder) / "customers" / "c7.yaml"
    changed.write_text(changed.read_text("utf-8") + SECOND + filled(TERMS, 7, "2 hours"), "utf-8")
    capsys.readouterr()
    assert run(monkeypatch, "plan", folder) == 0
    told, command = planned(capsys)
    assert [each for each in told if not each.startswith("as kept: ")] == [
        "to add: version desk-c7/2",
        "Nothing was written.",
        "superseded: version desk-c7/1, for tickets opened from 2026-05-01",
        # Of every customer's tickets since May, that of customer 7 alone is judged otherwise.
        "20 tickets would be judged anew, 0 of them open.",
        "2026-05: 20 met and 0 missed would be 19 and 1",
        "No issued report would change.",
    ]
    assert run(monkeypatch, *command) == 0
    page = browser.get("/o/msp/agreements/desk-c7/2/").content.decode()
    assert "2 hours of open time" in page
    assert {form: browser.get(address).content for form, address in FILES.items()} == report


FILES = {form: f"/o/msp/reports/issued/1/report.{form}" for form in ("pdf", "xlsx", "csv", "json")}


def keep_and_issue(browser: Client, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """Keep tickets of April and May, and issue the report of May; return its files."""
    own = models.Organisation.objects.get(slug="msp")
    keep_tickets(own, [ticket(number, month) for number in range(20) for month in (4, 5)])
    clocks.rebuild(own, clocks.agreed(own).coverage, opened_from=None)
    for step in ("draft", "check", "issue"):
        assert run(monkeypatch, "reports", step, "2026-05") == 0
    return {form: browser.get(address).content for form, address in FILES.items()}
