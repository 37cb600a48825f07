"""What users need: versions that stay, questions to those who deliver, verdicts, spec sheets, and who may do what."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servanda.bad_input import BadInput
from servanda.engine.agreements import Money
from servanda.engine.levels import LevelKind
from servanda.engine.requirements import (
    Answer,
    EstimatedShare,
    Feasibility,
    Progress,
    Reply,
    RequiredLevel,
    Requirement,
    SpecSheet,
)
from servanda.engine.rights import Action, Assignment, Role, Scope, Viewer
from servanda.queries import requirements as kept
from servanda.services import audit, organisations, requirements
from servanda.services.requirements import PartyKind, RequirementRefused, WrittenMeanwhile
from servanda.store import models
from servanda.store.access import NotFound
from servanda.store.keepable import Unkeepable
from servanda.store.keeping import OnlyAdded
from tests.builders import instant, open_time

NOW = instant("2026-06-01 09:00 Europe/London")
LEVEL = RequiredLevel(LevelKind.RESOLUTION, open_time(hours=4), Fraction(95, 100))
NEED = Requirement("pupils", "The printer must work again before the next lesson.", "printing", level=LEVEL)
ESTIMATE = EstimatedShare(Fraction(8, 10), "the fault book", date(2026, 5, 29))


def who(role: Role, **scope: set[str]) -> Viewer:
    """Return somebody with a role who asks today."""
    limits = Scope(**{sort: frozenset(names) for sort, names in scope.items()})
    return Viewer("school", role.value, date(2026, 6, 1), (Assignment(role, limits),))


MANAGER = who(Role.SERVICE_MANAGER)
TECHNICIAN = who(Role.TECHNICIAN)
PUPILS = who(Role.REPRESENTATIVE, customers={"pupils"})
ACME = who(Role.SUPPLIER_CONTACT, suppliers={"acme"})


@pytest.fixture
def own(store: str) -> models.Organisation:
    """Return an organisation in which one requirement is captured."""
    made = organisations.add("school", "A school", "Europe/London", "kim", NOW)
    for slug in ("printing", "mail"):
        models.Service.objects.create(organisation=made, slug=slug, name=slug)
    assert requirements.capture(MANAGER, NEED, now=NOW) == 1
    return made


def told(own: models.Organisation) -> list[tuple[str, str, str]]:
    """Return what the audit keeps of requirements."""
    assert list(audit.breaks(own)) == []
    entries = models.Entry.objects.filter(subject__startswith="requirement").order_by("sequence")
    return [(each.subject, each.action, each.content["done"]) for each in entries]


def ask(kind: PartyKind = PartyKind.SUPPLIER, party: str = "acme", number: int = 1) -> int:
    """Ask somebody about a version of the requirement."""
    return requirements.ask(MANAGER, 1, number, kind, party, "Can you mend it within 4 hours?", now=NOW)


def test_each_wording_stays_and_the_same_again_makes_none(own: models.Organisation) -> None:
    other = replace(NEED, wording="The printer must work again within two lessons.")
    assert requirements.write(MANAGER, 1, other, after=1, now=NOW + timedelta(days=1)) == 2
    assert requirements.write(MANAGER, 1, other, after=2, now=NOW + timedelta(days=2)) == 2
    found = kept.one(MANAGER, 1)
    assert [(each.number, each.told) for each in found.versions] == [(2, other), (1, NEED)]
    assert (found.captured.written_by, found.captured.written_at) == ("service_manager", NOW)
    assert told(own) == [("requirement 1", "write_requirement", "written")] * 2
    with pytest.raises(OnlyAdded):
        models.RequirementVersion.objects.update(content={})


def test_of_two_who_write_at_once_the_second_is_told_and_nothing_is_lost(own: models.Organisation) -> None:
    first = replace(NEED, reason="exams")
    requirements.write(MANAGER, 1, first, after=1, now=NOW)
    with pytest.raises(WrittenMeanwhile, match="'service_manager' has written version 2 of requirement 1"):
        requirements.write(MANAGER, 1, replace(NEED, reason="lessons"), after=1, now=NOW)
    assert kept.one(MANAGER, 1).told == first


def test_requirements_are_numbered_for_each_organisation(own: models.Organisation) -> None:
    organisations.add("college", "A college", "Europe/London", "kim", NOW)
    college = replace(MANAGER, organisation="college")
    assert requirements.capture(college, replace(NEED, service=""), now=NOW) == 1
    assert requirements.capture(MANAGER, NEED, now=NOW) == 2
    assert [each.told.service for each in kept.requirements(college)] == [""]
    with pytest.raises(NotFound):
        kept.one(college, 2)


@pytest.mark.parametrize(
    "viewer",
    [
        TECHNICIAN,
        PUPILS,
        ACME,
        who(Role.AUDITOR),
        who(Role.EXECUTIVE),
        who(Role.SERVICE_MANAGER, services={"mail"}),
        who(Role.SERVICE_MANAGER, customers={"staff"}),
        replace(MANAGER, assignments=()),
    ],
    ids=["technician", "representative", "supplier", "auditor", "executive", "other service", "other users", "no role"],
)
def test_who_may_not_write_changes_nothing(own: models.Organisation, viewer: Viewer) -> None:
    before = told(own)
    with pytest.raises(NotFound):
        requirements.capture(viewer, NEED, now=NOW)
    with pytest.raises(NotFound):
        requirements.write(viewer, 1, replace(NEED, reason="exams"), after=1, now=NOW)
    with pytest.raises(NotFound):
        requirements.ask(viewer, 1, 1, PartyKind.TEAM, "ICT", "Can you?", now=NOW)
    with pytest.raises(NotFound):
        requirements.estimate(viewer, 1, 1, ESTIMATE, now=NOW)
    with pytest.raises(NotFound):
        requirements.write_sheet(viewer, 1, SpecSheet("By hand."), after=0, now=NOW)
    assert told(own) == before


def test_a_manager_of_some_users_cannot_take_anothers_need_to_theirs(own: models.Organisation) -> None:
    of_staff = who(Role.SERVICE_MANAGER, customers={"staff"})
    with pytest.raises(NotFound):
        requirements.write(of_staff, 1, replace(NEED, customer="staff"), after=1, now=NOW)
    assert requirements.capture(of_staff, replace(NEED, customer="staff"), now=NOW) == 2
    with pytest.raises(NotFound):
        requirements.write(of_staff, 2, NEED, after=1, now=NOW)


# --- asking and answering ---


def test_what_is_asked_is_answered_by_who_speaks_for_it_and_by_nobody_else(own: models.Organisation) -> None:
    assert (ask(), ask(PartyKind.TEAM, "ICT")) == (1, 2)
    bell = replace(ACME, assignments=(Assignment(Role.SUPPLIER_CONTACT, Scope(suppliers=frozenset({"bell"}))),))
    of_mail = who(Role.TECHNICIAN, services={"mail"})
    can = Answer(Reply.CAN)
    for number, strangers in (
        (1, (bell, TECHNICIAN, MANAGER, PUPILS, who(Role.ADMINISTRATOR))),
        (2, (ACME, of_mail, MANAGER, PUPILS, who(Role.ADMINISTRATOR))),
    ):
        for viewer in strangers:
            with pytest.raises(NotFound):
                requirements.answer(viewer, 1, number, can, now=NOW)
    requirements.answer(ACME, 1, 1, Answer(Reply.WITH_COST, Money(Decimal("1200.00"), "EUR"), "a spare"), now=NOW)
    assert kept.one(MANAGER, 1).feasibility is Feasibility.WAITING
    requirements.answer(TECHNICIAN, 1, 2, can, now=NOW)
    found = kept.one(MANAGER, 1)
    assert found.feasibility is Feasibility.WITH_COST
    assert [each.last.answer.cost for each in found.asked if each.last] == [Money(Decimal("1200.00"), "EUR"), None]


def test_the_last_answer_counts_and_the_first_stays(own: models.Organisation) -> None:
    ask()
    requirements.answer(ACME, 1, 1, Answer(Reply.CANNOT, remark="no spare part"), now=NOW)
    assert kept.one(MANAGER, 1).feasibility is Feasibility.CANNOT
    requirements.answer(ACME, 1, 1, Answer(Reply.CAN), now=NOW + timedelta(days=1))
    found = kept.one(MANAGER, 1)
    assert found.feasibility is Feasibility.CAN
    assert [each.answer.reply for each in found.asked[0].answers] == [Reply.CANNOT, Reply.CAN]


def test_a_supplier_sees_what_is_asked_of_it_and_neither_who_needs_it_nor_what_others_answer(
    own: models.Organisation,
) -> None:
    ask()
    ask(PartyKind.SUPPLIER, "bell")
    ask(PartyKind.TEAM, "acme")
    shown = kept.questions(ACME)
    assert [(each.asked.party_kind, each.asked.party) for each in shown] == [("supplier", "acme")]
    assert kept.question(ACME, 1, 1).asked.wording == "Can you mend it within 4 hours?"
    for number in (2, 3, 9):
        with pytest.raises(NotFound):
            kept.question(ACME, 1, number)
    with pytest.raises(NotFound):
        kept.requirements(ACME)
    with pytest.raises(NotFound):
        kept.one(ACME, 1)
    assert [each.asked.party for each in kept.questions(TECHNICIAN)] == ["acme"]
    with pytest.raises(NotFound):
        kept.questions(PUPILS)


def test_a_supplier_of_some_services_answers_for_those(own: models.Organisation) -> None:
    ask()
    of_mail = who(Role.SUPPLIER_CONTACT, suppliers={"acme"}, services={"mail"})
    assert kept.questions(of_mail) == ()
    with pytest.raises(NotFound):
        requirements.answer(of_mail, 1, 1, Answer(Reply.CAN), now=NOW)


def test_after_a_change_one_asks_anew(own: models.Organisation) -> None:
    ask()
    requirements.answer(ACME, 1, 1, Answer(Reply.CAN), now=NOW)
    requirements.judge(PUPILS, 1, 1, met=True, remark="", now=NOW)
    requirements.estimate(MANAGER, 1, 1, ESTIMATE, now=NOW)
    assert kept.one(MANAGER, 1).verdict
    requirements.write(MANAGER, 1, replace(NEED, level=replace(LEVEL, share=Fraction(1))), after=1, now=NOW)
    found = kept.one(MANAGER, 1)
    assert (found.feasibility, found.verdict, found.estimate) == (Feasibility.NOT_ASKED, None, None)
    assert (len(found.asked), len(found.judged), len(found.estimated)) == (1, 1, 1)
    with pytest.raises(RequirementRefused, match="changed since this was asked"):
        requirements.answer(ACME, 1, 1, Answer(Reply.CANNOT), now=NOW)
    with pytest.raises(WrittenMeanwhile):
        ask(number=1)
    assert ask(number=2) == 2


def test_nobody_is_asked_twice_about_the_same_nor_about_what_is_declined(own: models.Organisation) -> None:
    ask()
    with pytest.raises(RequirementRefused, match="'acme' was asked about version 1"):
        ask()
    requirements.write(MANAGER, 1, replace(NEED, progress=Progress.DECLINED), after=1, now=NOW)
    with pytest.raises(RequirementRefused, match="Requirement 1 is declined"):
        ask(party="bell", number=2)


# --- judging and reckoning ---


def test_a_representative_judges_what_their_group_needs_and_nobody_else_does(own: models.Organisation) -> None:
    strangers = (MANAGER, who(Role.ADMINISTRATOR), TECHNICIAN, who(Role.REPRESENTATIVE, customers={"staff"}))
    for viewer in strangers:
        with pytest.raises(NotFound):
            requirements.judge(viewer, 1, 1, met=True, remark="", now=NOW)
    requirements.judge(PUPILS, 1, 1, met=True, remark="", now=NOW)
    requirements.judge(PUPILS, 1, 1, met=False, remark="Not on Mondays.", now=NOW + timedelta(days=1))
    found = kept.one(PUPILS, 1)
    assert found.verdict is not None
    assert (found.verdict.met, found.verdict.remark) == (False, "Not on Mondays.")
    assert [each.met for each in found.judged] == [True, False]


def test_an_estimate_is_kept_with_what_it_rests_on(own: models.Organisation) -> None:
    requirements.estimate(MANAGER, 1, 1, ESTIMATE, now=NOW)
    found = kept.one(PUPILS, 1).estimate
    assert found is not None
    assert (found.estimate, found.person) == (ESTIMATE, "service_manager")


# --- spec sheets ---


def test_a_spec_sheet_is_never_shown_to_who_speaks_for_users_or_pays(own: models.Organisation) -> None:
    sheet = SpecSheet("A second printer.", cost=Money(Decimal(900), "EUR"), agreements=("print-ola", "desk"))
    assert requirements.write_sheet(MANAGER, 1, sheet, after=0, now=NOW) == 1
    ask()
    for viewer in (MANAGER, TECHNICIAN, who(Role.AUDITOR), who(Role.ADMINISTRATOR)):
        found = kept.one(viewer, 1)
        assert found.sheet is not None
        assert (found.sheet.told, len(found.asked), found.narrowed) == (sheet, 1, False)
    for viewer in (PUPILS, who(Role.REPRESENTATIVE), who(Role.EXECUTIVE)):
        found = kept.one(viewer, 1)
        assert (found.sheet, found.asked, found.narrowed) == (None, (), True)
        assert "second printer" not in f"{kept.requirements(viewer)}"
        with pytest.raises(NotFound):
            kept.known_agreements(viewer)


def test_who_is_inside_for_one_service_alone_reads_no_sheet_of_another(own: models.Organisation) -> None:
    requirements.write_sheet(MANAGER, 1, SpecSheet("A second printer."), after=0, now=NOW)
    both = replace(PUPILS, assignments=(*PUPILS.assignments, *who(Role.TECHNICIAN, services={"mail"}).assignments))
    assert kept.one(both, 1).sheet is None


def test_each_spec_sheet_stays_and_the_same_again_makes_none(own: models.Organisation) -> None:
    sheet = SpecSheet("A second printer.")
    requirements.write_sheet(MANAGER, 1, sheet, after=0, now=NOW)
    assert requirements.write_sheet(MANAGER, 1, sheet, after=1, now=NOW) == 1
    assert requirements.write_sheet(MANAGER, 1, replace(sheet, gaps="no room"), after=1, now=NOW) == 2
    with pytest.raises(WrittenMeanwhile, match="version 2 of the spec sheet of requirement 1"):
        requirements.write_sheet(MANAGER, 1, sheet, after=1, now=NOW)
    assert models.SpecSheetVersion.objects.count() == 2


# --- who sees what ---


def test_a_need_is_seen_by_whom_it_concerns(own: models.Organisation) -> None:
    requirements.capture(MANAGER, Requirement("staff", "Mail at home.", "mail"), now=NOW)
    requirements.capture(MANAGER, Requirement("staff", "Somebody who listens."), now=NOW)
    seen = {
        "all": MANAGER,
        "pupils": PUPILS,
        "mail": who(Role.TECHNICIAN, services={"mail"}),
        "head": who(Role.EXECUTIVE),
        "nobody": who(Role.REPRESENTATIVE, customers={"parents"}),
    }
    assert {name: [each.id for each in kept.requirements(viewer)] for name, viewer in seen.items()} == {
        "all": [1, 2, 3],
        "pupils": [1],
        "mail": [2],
        "head": [1, 2, 3],
        "nobody": [],
    }


def test_what_was_anothers_before_is_left_out_of_how_it_was_worded(own: models.Organisation) -> None:
    requirements.judge(PUPILS, 1, 1, met=False, remark="Only we know.", now=NOW)
    requirements.write(MANAGER, 1, replace(NEED, customer="staff"), after=1, now=NOW)
    found = kept.one(who(Role.REPRESENTATIVE, customers={"staff"}), 1)
    assert [each.number for each in found.versions] == [2]
    assert found.judged == ()
    with pytest.raises(NotFound):
        kept.one(PUPILS, 1)


def test_they_are_read_in_as_many_statements_however_many_there_are(own: models.Organisation) -> None:
    counts = []
    for number in (1, 20):
        for _ in range(number):
            added = requirements.capture(MANAGER, NEED, now=NOW)
            asked = requirements.ask(MANAGER, added, 1, PartyKind.TEAM, "ICT", "Can you?", now=NOW)
            requirements.answer(TECHNICIAN, added, asked, Answer(Reply.CAN), now=NOW)
            requirements.judge(PUPILS, added, 1, met=True, remark="", now=NOW)
        with CaptureQueriesContext(connection) as captured:
            kept.requirements(MANAGER)
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"customer": "pu\x1b[2Jpils"}, Unkeepable),
        ({"customer": "x" * 201}, Unkeepable),
        ({"wording": "x" * 10_001}, Unkeepable),
        ({"wording": "soon\0"}, Unkeepable),
        ({"reason": "\ud800"}, Unkeepable),
        ({"level": RequiredLevel(LevelKind.SUPPORT_HOURS, hours="always\0")}, Unkeepable),
        ({"service": "none-such"}, RequirementRefused),
        ({"said_by": "nobody-here"}, RequirementRefused),
    ],
)
def test_what_cannot_be_kept_is_refused(
    own: models.Organisation, changed: dict[str, object], refusal: type[BadInput]
) -> None:
    need = replace(NEED, **changed)  # type: ignore[arg-type]  # fields by name, of many types
    with pytest.raises(refusal):
        requirements.write(MANAGER, 1, need, after=1, now=NOW)
    with pytest.raises(refusal):
        requirements.capture(MANAGER, need, now=NOW)
    assert len(told(own)) == 1


def test_texts_that_cannot_be_kept_are_refused_everywhere(own: models.Organisation) -> None:
    ask()
    with pytest.raises(Unkeepable):
        requirements.judge(PUPILS, 1, 1, met=True, remark="\0", now=NOW)
    with pytest.raises(Unkeepable):
        requirements.estimate(MANAGER, 1, 1, replace(ESTIMATE, source="a\0"), now=NOW)
    with pytest.raises(Unkeepable):
        requirements.ask(MANAGER, 1, 1, PartyKind.TEAM, "IC\nT", "Can you?", now=NOW)
    with pytest.raises(Unkeepable):
        requirements.ask(MANAGER, 1, 1, PartyKind.TEAM, "ICT", "\0", now=NOW)
    with pytest.raises(Unkeepable):
        requirements.answer(ACME, 1, 1, Answer(Reply.CAN, remark="\0"), now=NOW)
    with pytest.raises(Unkeepable):
        requirements.write_sheet(MANAGER, 1, SpecSheet("a\0"), after=0, now=NOW)
    many = tuple(f"a{number}" for number in range(51))
    with pytest.raises(RequirementRefused, match="names 51 agreements"):
        requirements.write_sheet(MANAGER, 1, SpecSheet("a", agreements=many), after=0, now=NOW)


def test_everything_that_is_done_is_in_the_audit(own: models.Organisation) -> None:
    ask()
    requirements.answer(ACME, 1, 1, Answer(Reply.CAN), now=NOW)
    requirements.judge(PUPILS, 1, 1, met=True, remark="", now=NOW)
    requirements.estimate(MANAGER, 1, 1, ESTIMATE, now=NOW)
    requirements.write_sheet(MANAGER, 1, SpecSheet("By hand."), after=0, now=NOW)
    write, answer, judge = (
        each.value for each in (Action.WRITE_REQUIREMENT, Action.ANSWER_REQUIREMENT, Action.JUDGE_REQUIREMENT)
    )
    assert [(action, done) for _, action, done in told(own)] == [
        (write, "written"),
        (write, "asked"),
        (answer, "answered"),
        (judge, "verdict"),
        (write, "estimate"),
        (write, "spec sheet written"),
    ]
