"""An organisation in which every text is one of `tests.journeys.payloads`: `python -m tests.journeys.prepare_payloads`.

Names of the organisation, its people, services, customers, calendar, agreements, targets and their sources; numbers,
sources, actors, reasons, classes and assignments of tickets; the name of an imported file and of its mapping; the
sentences of an issued report; every text of the service catalogue, of drafts of agreements and of what was said of
them, of requirements, of questions about them and their answers, of spec sheets and surveys.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from servanda import wall_time
from servanda.config import setup
from servanda.engine.agreement_terms import Announcement, Duty, Goal, Termination
from servanda.engine.agreements import Party
from servanda.engine.periods import Period
from servanda.engine.rights import Assignment, Role, Viewer
from tests.journeys.payloads import PAYLOADS
from tests.journeys.prepare import EMAIL, PASSWORD

LONGEST_SENTENCE = 600
SOURCE, FILE, MAPPING, ORGANISATION, PERSON, CALENDAR = PAYLOADS[20], PAYLOADS[49], *PAYLOADS[26:30]


def main(folder: Path) -> None:
    """Make the database in a folder."""
    setup(f"sqlite:///{folder / 'servanda.sqlite3'}", folder)
    from servanda.services import accounts, agreements, people
    from servanda.store import models, tables

    now = wall_time.now()
    tables.make()
    secret = accounts.way_in(now)
    assert secret is not None
    first = accounts.FirstOrganisation(ORGANISATION, "Europe/London", PERSON)
    accounts.set_up(secret, first, EMAIL, PASSWORD, now=now)
    own = models.Organisation.objects.get()
    viewer = people.viewer(own, people.only_administrator(own, now), now=now)
    for number, payload in enumerate(PAYLOADS):
        people.add(viewer, f"person-{number}", payload, payload, now=now)
    from servanda.files import agreements as files

    path = folder / "agreements.yaml"
    path.write_text(json.dumps(book(own.slug)), encoding="utf-8")
    agreements.apply(viewer, files.load(path), now=now)
    write_catalogue(viewer, now)
    negotiate(viewer, now)
    require(viewer, now)
    direct(viewer, now)
    record(viewer, now)
    take_in(viewer, folder, now)
    issue_report(viewer, now)


def book(organisation: str) -> Mapping[str, Any]:
    """Return agreements in which every name is a payload; JSON is YAML too."""
    numbered = list(enumerate(PAYLOADS))
    return {
        "format": "servanda/1",
        "organisation": {"id": organisation, "name": ORGANISATION, "zone": "Europe/London"},
        "customers": [{"id": f"c{number}", "name": each} for number, each in numbered],
        "services": [{"id": f"s{number}", "name": each} for number, each in numbered],
        "calendars": [{"id": "always", "name": CALENDAR, "always_open": True}],
        "agreements": [agreement(number, each) for number, each in numbered],
    }


def agreement(number: int, payload: str) -> Mapping[str, Any]:
    """Return an agreement about one service whose texts are a payload."""
    target = {
        "id": "fix",
        "name": payload,
        "kind": "resolution",
        "limit": "8 hours",
        "share": "90 %",
        "source": payload,
    }
    version = {
        "number": 1,
        "from": "2018-01-01",
        "calendar": "always",
        "services": [f"s{number}"],
        "owner": payload,
        "targets": [target],
    }
    return {"id": f"a{number}", "name": payload, "kind": "SLA", "versions": [version]}


def write_catalogue(viewer: Viewer, now: datetime) -> None:
    """Write an entry for each payload, all of whose texts it is."""
    from servanda.engine.catalogue import CatalogueEntry, Component, ComponentKind
    from servanda.engine.levels import Estimate, LevelKind
    from servanda.services import catalogue, levels

    for number, each in enumerate(PAYLOADS):
        entry = CatalogueEntry(
            name=each,
            description=each,
            not_covered=each,
            used_by=(f"c{number}", each),
            place=each,
            hours=each,
            first_contact=each,
            process=each,
            owner=f"person-{number}",
            supplied_by=each,
            supported_by=each,
            components=(Component(each, ComponentKind.SOFTWARE, critical=True),),
        )
        catalogue.write(viewer, f"s{number}", entry, after=0, now=now)
        of_hours = Estimate(LevelKind.SUPPORT_HOURS, each[:200], each, viewer.on)
        of_time = Estimate(LevelKind.RESOLUTION, "4 hours", each, viewer.on, each[:200])
        for told in (of_hours, of_time):
            levels.estimate(viewer, f"s{number}", told, now=now)


def negotiate(viewer: Viewer, now: datetime) -> None:
    """Open a negotiation for each payload, all of whose texts it is, and say something, propose, waive and sign."""
    from servanda.engine.agreements import AgreementKind
    from servanda.engine.negotiation import Side, StepKind
    from servanda.queries import negotiations as kept
    from servanda.reports import starter_agreements
    from servanda.services import negotiations
    from servanda.store.negotiations import Proposal

    for number, each in enumerate(PAYLOADS):
        id, on = f"n{number}", now.date()
        version = starter_agreements.version(AgreementKind.SLA, id, each, "Europe/London", on, each)
        named = replace(version.targets[0], name=each, source=each, owner=each, maturity="agreed")
        duty, line = Duty(each, each), Announcement(each, each, each, each, each)
        goal = Goal("g", Decimal(40), each, Fraction(-1, 5), on, each)
        text = replace(
            version,
            targets=(named,),
            pause_reasons=frozenset({each}),
            not_covered=(each,),
            duties=(duty,),
            communication=(line,),
            goals=(goal,),
            termination=Termination(90, "year", each),
            parties=(Party(each, each, each),),
        )
        negotiations.begin(viewer, Proposal(text), now=now)
        told = {"remark": each, "target": named.id}
        for kind in (StepKind.OPENED, StepKind.REMARKED, StepKind.COUNTERED):
            negotiations.take(viewer, id, 1, kind, now=now, **({} if kind is StepKind.OPENED else told))
        negotiations.take(viewer, id, 1, StepKind.ACCEPTED, now=now, answers=3, remark=each)
        for found in negotiations.advice(kept.one(viewer, id, 1)):
            waived = {"rule": found.rule, "target": found.target, "remark": each}
            negotiations.take(viewer, id, 1, StepKind.WAIVED, now=now, **waived)
        paper = {"side": Side.CUSTOMER, "signatory": each, "remark": each, "on_paper": True}
        negotiations.take(viewer, id, 1, StepKind.APPROVED, now=now, **paper)


def direct(viewer: Viewer, now: datetime) -> None:
    """Keep a supplier and a team for each payload, all of whose texts it is, and say the same of its group of users."""
    from servanda.engine.directory import CustomerGroup, Everybody, Supplier, Team
    from servanda.services import everybody

    numbered = list(enumerate(PAYLOADS))
    told = Everybody(
        groups={f"c{number}": CustomerGroup(each, number, each) for number, each in numbered},
        suppliers={each: Supplier(each, each, each, each) for each in PAYLOADS},
        teams={
            each: Team(each, 2, each, each, each, each, frozenset({f"person-{number}"})) for number, each in numbered
        },
    )
    everybody.apply(viewer, told, now=now)


def require(viewer: Viewer, now: datetime) -> None:
    """Capture a requirement for each payload, all of whose texts it is, with all that is said of it."""
    from servanda.engine.levels import LevelKind
    from servanda.engine.requirements import (
        Answer,
        EstimatedShare,
        Expectation,
        Occasion,
        Reply,
        RequiredLevel,
        Requirement,
        SpecSheet,
        Survey,
    )
    from servanda.services import requirements, surveys

    technician, representative = (
        Viewer(viewer.organisation, "person-0", viewer.on, (Assignment(role),))
        for role in (Role.TECHNICIAN, Role.REPRESENTATIVE)
    )
    for number, each in enumerate(PAYLOADS):
        need = Requirement(
            customer=each,
            wording=each,
            service=f"s{number}",
            outcome=each,
            reason=each,
            level=RequiredLevel(LevelKind.SUPPORT_HOURS, hours=each),
            said_by=f"person-{number}",
            occasion=Occasion.MEETING,
            occasion_name=each,
        )
        made = requirements.capture(viewer, need, now=now)
        asked = requirements.ask(viewer, made, 1, requirements.PartyKind.TEAM, each, each, now=now)
        requirements.answer(technician, made, asked, Answer(Reply.CAN, remark=each), now=now)
        requirements.estimate(viewer, made, 1, EstimatedShare(Fraction(1), each, viewer.on), now=now)
        requirements.judge(representative, made, 1, met=False, remark=each, now=now)
        sheet = SpecSheet(each, each, each, each, each, agreements=(each, f"a{number}"), gaps=each)
        requirements.write_sheet(viewer, made, sheet, after=0, now=now)
        survey = surveys.open_survey(viewer, Survey(f"s{number}", (each,), viewer.on, each), now=now)
        surveys.answer(representative, survey, each, Expectation(hours=each, hurts=each), now=now)


def record(viewer: Viewer, now: datetime) -> None:
    """Record a ticket for each payload: opened, assigned, paused and resumed, and every other one resolved late."""
    from servanda.engine.events import Event, EventKind
    from servanda.services import events

    start = now - timedelta(days=40)
    for number, each in enumerate(PAYLOADS):
        classes = {
            "service": f"s{number}",
            "customer": f"c{number}",
            "component": each,
            "impact": each,
            "urgency": each,
        }
        to = {"team": each, "person": each, "supplier": each}
        at = start + timedelta(hours=number)
        told = [
            Event(EventKind.OPENED, at, id=f"1{each}", actor=each, reason=each, changes=classes),
            Event(EventKind.ASSIGNED, at + timedelta(hours=1), id=f"2{each}", actor=each, reason=each, changes=to),
            Event(EventKind.PAUSED, at + timedelta(hours=2), id=f"3{each}", actor=each, reason=each),
            Event(EventKind.RESUMED, at + timedelta(hours=3), id=f"4{each}", actor=each, reason=each),
        ]
        if number % 2:
            told.append(Event(EventKind.RESOLVED, at + timedelta(hours=30), id=f"5{each}", actor=each, reason=each))
        events.record(viewer, SOURCE, each, told, now=now)


def take_in(viewer: Viewer, folder: Path, now: datetime) -> None:
    """Import a file whose name is a payload, with a row that is refused."""
    from servanda.services import imports

    mapping, table = folder / "mapping.yaml", folder / f"{FILE}.csv"
    mapping.write_text(
        json.dumps(
            {
                "format": "servanda-mapping/1",
                "id": "file",
                "name": MAPPING,
                "source": "file",
                "times": {"formats": ["iso"], "zone": "Europe/London"},
                "rows": {"are": "tickets", "ticket": "number"},
                "events": {"opened": "opened", "resolved": "resolved"},
                "classes": {"service": {"column": "service"}},
            }
        ),
        encoding="utf-8",
    )
    lines = ["number,opened,resolved,service"]
    for number, each in enumerate(PAYLOADS):
        quoted = each.replace('"', '""')
        lines.append(f'"{quoted} file",2026-01-05T09:00:00,2026-01-05T1{number % 10}:00:00,s{number}')
        lines.append(f'"{quoted} refused","{quoted}",,"{quoted}"')
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with imports.plan(viewer, table, mapping, now=now) as planned:
        imports.commit(viewer, planned, good_rows_only=True, now=now)


def issue_report(viewer: Viewer, now: datetime) -> None:
    """Issue the report of the month in which the tickets were opened, its sentences full of payloads."""
    from servanda.queries import reports as kept
    from servanda.reports.monthly import issuing
    from servanda.services import reports

    opened = now - timedelta(days=40)
    month = Period.of_months(opened.year, opened.month)
    issuing.prepare(viewer, month, now)
    for place, sentence in zip((1, 2, 3), sentences(), strict=False):
        reports.write_sentence(viewer, month, place, sentence, now=now)
    draft = kept.draft(viewer, month.first)
    assert draft is not None
    reports.check(viewer, month, draft.figures_hash, now=now)
    issuing.issue(viewer, month, draft.figures_hash, now)


def sentences() -> list[str]:
    """Return the payloads as sentences, each as long as it may be."""
    found = [""]
    for each in PAYLOADS:
        if len(found[-1]) + len(each) + 1 > LONGEST_SENTENCE:
            found.append("")
        found[-1] += f"{each} "
    return [each.strip() for each in found]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
