"""A school and a college with something in every table, always the same: fixed instants, fixed keys, awkward texts.

`seed` fills the database that is worked on; `figures` are what a report says of it. At each release the maker runs
once, and what it makes is kept for ever, for `test_seeded.py`:

    PYTHONPATH=src:. python -m tests.upgrades.make_kept
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction

from servanda.engine.agreements import AgreementVersion, Book, Money, PriorityScheme, Signature
from servanda.engine.canonical import plain, sha256, written
from servanda.engine.catalogue import CatalogueEntry
from servanda.engine.events import Claims, Event, EventKind, Ticket
from servanda.engine.judging import judge
from servanda.engine.levels import LevelKind
from servanda.engine.negotiation import Side, Step, StepKind
from servanda.engine.requirements import (
    Answer,
    EstimatedShare,
    Expectation,
    Reply,
    RequiredLevel,
    Requirement,
    SpecSheet,
    Survey,
)
from servanda.engine.rights import Action, Assignment, Role, Scope, Viewer
from servanda.services import audit, clocks, transfers
from servanda.services.agreements import coverage_of
from servanda.store import models, translate
from tests.builders import OFFICE, book, elapsed_time, open_time, target, version

MAPPING = "a mapping that no seeded row is read by again\n"
FOLDER = Path(__file__).with_name("kept")
TICKETS = 60
START = datetime(2026, 1, 5, 8, tzinfo=UTC)
RECORDED = datetime(2026, 2, 2, 9, 30, 0, 123456, tzinfo=UTC)
AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
SLUGS = ("school", "college")
ESTIMATE = EstimatedShare(Fraction(4, 5), "a – “fault book”", date(2026, 1, 31))
# What a file, a quoting rule or a driver could take for something else.
TEXTS = (
    "",
    "waiting for customer",
    "Grüße – “eingehalten” 🏫",
    'a "quoted" cell, a ; and a tab\tand a\nnew line',
    "\\N",
    "NULL",
    "line\u2028separator and \x85 and \x1f",
    "back\\slash \\n %s %(name)s {brace}",
    "=1+1",
)


def agreed() -> Book:
    """Return the agreements: a first version that was ended early, and the one after it."""
    targets = (target("resolution", open_time(hours=16)), target("first_response", elapsed_time(minutes=45)))
    first = version(*targets, effective_until=date(2026, 1, 31), services=frozenset({"mail"}))
    second = version(*targets, number=2, effective_from=date(2026, 2, 1), services=frozenset({"mail"}))
    return book(first, second)


def ticket(number: int, organisation: str) -> Ticket:
    """Return the ticket of a number: opened some hours after the one before, then answered, paused, resolved or not."""
    opened = START + timedelta(minutes=97 * number)
    name, text = f"T{number:06d}", TEXTS[number % len(TEXTS)]
    events = [
        Event(
            EventKind.OPENED,
            opened,
            id=f"{name}-1",
            actor=f"person-{number % 7}",
            changes={"service": "mail" if number % 11 else "print", "priority": f"P{number % 4 + 1}"},
            recorded_at=RECORDED,
        ),
        Event(EventKind.PAUSED, opened + timedelta(minutes=30), sequence=1, reason="customer", recorded_at=RECORDED),
        Event(EventKind.RESUMED, opened + timedelta(hours=2), sequence=2, reason=text, recorded_at=RECORDED),
        Event(EventKind.FIRST_RESPONDED, opened + timedelta(minutes=number % 90), id=f"{name}-4", actor=text),
        Event(EventKind.RESOLVED, opened + timedelta(hours=number % 40), id=f"{name}-5", recorded_at=RECORDED),
    ]
    claims = Claims(due_at=opened + timedelta(days=1), met=(True, False, None)[number % 3], extra={"sla": text})
    return Ticket(
        name, tuple(events[: 3 + number % 3]), "desk", organisation, claims, (text,) if number % 5 == 0 else ()
    )


def seed(tickets: int = 40, slugs: Iterable[str] = SLUGS) -> None:
    """Fill an empty database, or add organisations to one."""
    with transaction.atomic():
        for slug in slugs:
            _seed_one(slug, tickets)


def _seed_one(slug: str, tickets: int) -> None:
    school = models.Organisation.objects.create(
        slug=slug, name=f"The {slug} – “{slug}”", zone="Europe/Paris", pseudonym_key=f"{slug}-" + "0" * 40
    )
    if slug == "college":
        models.SampleMark.objects.create(organisation=school, loaded_at=RECORDED)
    kim = _people(school)
    _catalogue(school)
    _requirements(school)
    _agreements(school, kim)
    batch = models.Batch.objects.create(
        organisation=school,
        number=1,
        source="desk",
        file_name="january – Büro.csv",
        file_hash="sha256:" + "1" * 64,
        mapping_hash=sha256(MAPPING),
        mapping=MAPPING,
        columns=["number", "note"],
        counts={"rows": tickets},
        actor="kim",
        committed_at=RECORDED,
    )
    school.refresh_from_db()
    by = clocks.agreed(school)
    for number in range(1, tickets + 1):
        record = _keep(ticket(number, slug), school, batch, number)
        record = models.Ticket.objects.get(pk=record.pk)
        clocks.refresh(record, translate.ticket_of(record, slug, record.events.all(), None), by)
    _reports(school)
    audit.note(school, kim, Action.IMPORT_LOG, "batch 1", now=RECORDED, content={"rows": tickets, "note": TEXTS[3]})
    models.SavedView.objects.create(
        organisation=school,
        person=models.Person.objects.filter(organisation=school).order_by("pk")[0],
        name=TEXTS[1],
        filters={"state": "missed", "find": TEXTS[2]},
        saved_at=RECORDED,
    )
    models.Reconciliation.objects.create(
        organisation=school,
        source="desk",
        kind="resolution",
        as_of=AS_OF,
        tickets=tickets,
        events=5 * tickets,
        audited=2,
        content={"sentences": [TEXTS[2]], "tickets": tickets},
        made_by="kim",
        made_at=RECORDED,
    )
    models.Message.objects.create(
        organisation=school,
        kind="breach",
        key=f"breach {slug}",
        payload={"text": TEXTS[2], "nested": [1, {"a": None}]},
        due_at=RECORDED,
        created_at=RECORDED,
        lease_until=RECORDED,
        error=TEXTS[4],
    )


def _people(school: models.Organisation) -> Viewer:
    account = models.Account.objects.create(
        email=f"kim@{school.slug}.example.org", password="!none", made_at=RECORDED, second_step=school.slug == "school"
    )
    models.Identity.objects.create(
        account=account, issuer="https://sign-on.example.org", subject=f"{school.slug}|42", made_at=RECORDED
    )
    kim = models.Person.objects.create(
        organisation=school, slug="kim", name="Kim Ångström", email="kim@example.org", account=account
    )
    translate.record_of_assignment(Assignment(Role.ADMINISTRATOR), kim).save()
    scope = Scope(frozenset({"mail"}), frozenset({"staff"}))
    for role in (Role.TECHNICIAN, Role.AUDITOR):
        translate.record_of_assignment(Assignment(role, scope, date(2026, 1, 1), None), kim).save()
    models.Person.objects.create(organisation=school, slug="person-1", anonymised_at=RECORDED, active=False)
    models.Attendance.objects.create(
        organisation=school,
        person=kim,
        met_on=date(2026, 1, 12),
        sequence=1,
        present=False,
        noted_by="kim",
        noted_at=RECORDED,
    )
    _teams(school, kim)
    return Viewer(school.slug, "kim", date(2026, 2, 2), (Assignment(Role.ADMINISTRATOR),))


def _teams(school: models.Organisation, kim: models.Person) -> None:
    acme = models.Supplier.objects.create(
        organisation=school, slug="acme", name=TEXTS[2], contacts=TEXTS[3], dispute_contact=TEXTS[4], since=START.date()
    )
    for slug, supplier in (("second line", None), ("copiers", acme)):
        team = models.Team.objects.create(
            organisation=school, slug=slug, name=TEXTS[2], line=2, supplier=supplier, active=supplier is None
        )
        models.TeamMember.objects.create(organisation=school, team=team, person=kim)


def _catalogue(school: models.Organisation) -> None:
    models.Customer.objects.create(organisation=school, slug="staff", name=TEXTS[2], users=80, description=TEXTS[3])
    for slug in ("mail", "print"):
        models.Service.objects.create(organisation=school, slug=slug, name=slug)
    content = plain(CatalogueEntry("mail", TEXTS[2], not_covered=TEXTS[4], used_by=("staff",), users=120))
    told = {"content": content, "content_hash": sha256(content), "written_by": "kim", "written_at": RECORDED}
    entry = models.CatalogueVersion.objects.create(organisation=school, service="mail", number=1, **told)
    agreed = models.CatalogueMark.Kind.AGREED
    models.CatalogueMark.objects.create(
        organisation=school, version=entry, sequence=1, kind=agreed, person="person-1", marked_at=RECORDED
    )
    models.LevelEstimate.objects.create(
        organisation=school,
        service="mail",
        sequence=1,
        kind="availability",
        figure="98 %",
        source=TEXTS[2],
        estimated_on=date(2026, 1, 12),
        written_by="kim",
        written_at=RECORDED,
    )


def _requirements(school: models.Organisation) -> None:
    """Keep a need with all that was said of it, and the survey that it comes from."""
    by = {"organisation": school}
    level = RequiredLevel(LevelKind.RESOLUTION, open_time(hours=4), Fraction(19, 20))
    content = plain(Requirement("staff", TEXTS[2], "mail", level=level, said_on=date(2026, 1, 12)))
    sheet = plain(SpecSheet(TEXTS[3], cost=Money(Decimal("12.50"), "EUR"), agreements=("service-desk",)))
    written = {"written_by": "kim", "written_at": RECORDED}
    need = models.RequirementVersion.objects.create(
        **by, requirement=1, number=1, content=content, content_hash=sha256(content), **written
    )
    for sequence, (kind, told) in enumerate(
        (("verdict", {"met": False, "remark": TEXTS[4]}), ("estimate", plain(ESTIMATE))), start=1
    ):
        models.RequirementMark.objects.create(
            **by, version=need, sequence=sequence, kind=kind, content=told, person="person-1", marked_at=RECORDED
        )
    question = models.RequirementQuestion.objects.create(
        **by,
        requirement=1,
        number=1,
        version=1,
        party_kind="supplier",
        party="acme",
        wording=TEXTS[5],
        asked_by="kim",
        asked_at=RECORDED,
    )
    models.RequirementAnswer.objects.create(
        **by, question=question, sequence=1, content=plain(Answer(Reply.CAN)), person="person-1", answered_at=RECORDED
    )
    models.SpecSheetVersion.objects.create(
        **by, requirement=1, number=1, content=sheet, content_hash=sha256(sheet), **written
    )
    survey = models.ExpectationSurvey.objects.create(
        **by,
        number=1,
        content=plain(Survey("mail", ("staff",), date(2026, 2, 14), TEXTS[6])),
        opened_by="kim",
        opened_at=RECORDED,
    )
    models.SurveyAnswer.objects.create(
        **by,
        survey=survey,
        customer="staff",
        person="person-1",
        content=plain(Expectation(hurts=TEXTS[2])),
        requirements=[1],
        answered_at=RECORDED,
    )
    models.TargetConfirmation.objects.create(
        **by, agreement="service-desk", number=1, target="resolution", person="person-1", confirmed_at=RECORDED
    )


def _agreements(school: models.Organisation, kim: Viewer) -> None:
    translate.record_of_calendar(OFFICE, school, RECORDED).save()
    scheme = PriorityScheme("usual", ("P1", "P2", "P3", "P4"))
    translate.record_of_scheme(scheme, school, RECORDED).save()
    kept = [_kept(each, school) for each in agreed().versions]
    translate.record_of_signature(Signature(date(2025, 12, 20), kept[0].content_hash), kept[0], RECORDED).save()
    models.Ending.objects.create(organisation=school, version=kept[0], ended_on=date(2026, 1, 31), recorded_at=RECORDED)
    models.Organisation.objects.filter(pk=school.pk).update(agreements_applied=1)
    _negotiation(school, agreed().versions[0])
    audit.note(school, kim, Action.APPLY_AGREEMENT, "service-desk", now=RECORDED)


def _negotiation(school: models.Organisation, version: AgreementVersion) -> None:
    begun = models.Negotiation.objects.create(
        organisation=school, agreement="desk", sequence=1, version_number=3, begun_by="kim", begun_at=RECORDED
    )
    text = {"content": version.canonical(), "content_hash": version.content_hash(), "names": {"customers": {}}}
    models.ProposedText.objects.create(
        organisation=school, negotiation=begun, number=1, written_by="kim", written_at=RECORDED, **text
    )
    for number, kind in enumerate((StepKind.OPENED, StepKind.REMARKED, StepKind.APPROVED), 1):
        translate.record_of_step(
            Step(number, kind, "person-1", RECORDED, 1, TEXTS[3], Side.CUSTOMER, "kim", on_paper=True), begun
        ).save()


def _reports(school: models.Organisation) -> None:
    """Keep an issued report with all that belongs to it, and the draft of the next month."""
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    content = {"sentences": list(TEXTS), "figures": {"met": 7, "verdicts": 9, "share": None}}
    hashed, by = sha256(content), {"organisation": school}
    models.ReportDraft.objects.create(
        **by, month=february, figures=content, figures_hash=hashed, made_by="kim", made_at=RECORDED, predecessor=1
    )
    models.SummaryEdit.objects.create(
        **by, month=january, place=1, sequence=1, text=TEXTS[2], written_by="kim", written_at=RECORDED
    )
    report = models.Report.objects.create(
        **by,
        number=1,
        month=january,
        content=content,
        content_hash=hashed,
        figures_hash=hashed,
        issued_by="kim",
        issued_at=RECORDED,
    )
    models.ReportFile.objects.create(
        **by, report=report, format="csv", content="bW9udGgK", content_hash=sha256("month")
    )
    models.Release.objects.create(
        **by, report=report, sequence=1, audience="pilot", readers=["person-1"], released_by="kim", released_at=RECORDED
    )
    models.PilotAnswer.objects.create(
        **by,
        report=report,
        reader="person-1",
        sequence=1,
        correct=True,
        clear=False,
        remark=TEXTS[3],
        answered_at=RECORDED,
    )


def _kept(agreement_version: AgreementVersion, school: models.Organisation) -> models.AgreementVersion:
    record = translate.record_of_version(agreement_version, school, RECORDED)
    record.save()
    return record


def _keep(told: Ticket, school: models.Organisation, batch: models.Batch, number: int) -> models.Ticket:
    """Keep a ticket, its events, its claims, the row that it came from, and now and then an exemption."""
    record = translate.record_of_ticket(replace(told, events=()), school)
    record.save()
    for event in told.events:
        kept = translate.record_of_event(event, record)
        kept.batch, kept.row = batch, number + 1
        kept.save()
    translate.record_of_claims(told.claims, record).save()
    cells = [told.number, TEXTS[number % len(TEXTS)]]
    models.SourceRow.objects.create(
        organisation=school,
        batch=batch,
        ticket=record,
        row=number + 1,
        cells=cells,
        cells_hash=translate.cells_hash(written(cells)),
    )
    if number % 10 == 0:
        models.Exemption.objects.create(
            organisation=school,
            ticket=record,
            target="resolution",
            reason=TEXTS[6],
            approved_by="head",
            recorded_at=RECORDED,
        )
        record.exempted = {"resolution": TEXTS[6]}
        record.save()
        models.ListingDecision.objects.create(
            organisation=school,
            ticket=record,
            sequence=1,
            decision=models.ListingDecision.Decision.REFUSED,
            service="print",
            component=TEXTS[1][:200],
            text=TEXTS[4],
            decided_by="kim",
            decided_at=RECORDED,
        )
    return record


def figures(slug: str) -> dict[str, int]:
    """Return how many tickets of an organisation stand how on each target, judged from what is kept."""
    school = models.Organisation.objects.get(slug=slug)
    coverage = coverage_of(school)
    found: Counter[str] = Counter()
    for record in models.Ticket.objects.filter(organisation=school).prefetch_related("events"):
        for reading in judge(translate.ticket_of(record, slug, record.events.all(), None), coverage, AS_OF):
            found[f"{reading.version} {reading.target} {reading.state.value}"] += 1
    return dict(sorted(found.items()))


def make(folder: Path, name: str) -> None:
    """Make the tables in an empty SQLite file that is worked on, seed it, and keep it in a folder.

    As a canonical dump, as the packed file, and with the figures beside both.
    """
    call_command("migrate", verbosity=0)
    seed(TICKETS)
    transfers.dump_file(folder / f"{name}.jsonl.gz", None)
    told = {slug: figures(slug) for slug in SLUGS}
    (folder / f"{name}.json").write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = Path(connection.settings_dict["NAME"]).read_bytes()
    (folder / f"{name}.sqlite3.gz").write_bytes(gzip.compress(content, mtime=0))
