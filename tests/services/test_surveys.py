"""Surveys of what groups of users expect: who opens and answers them, and the drafts that come of the answers."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from servanda.engine.levels import LevelKind
from servanda.engine.requirements import Expectation, Occasion, Progress, RequiredLevel, Survey
from servanda.engine.rights import Assignment, Role, Scope, Viewer
from servanda.queries import requirements as kept
from servanda.services import audit, organisations, surveys
from servanda.services.surveys import SurveyRefused
from servanda.store import models
from servanda.store.access import NotFound
from servanda.store.keepable import Unkeepable
from tests.builders import instant, open_time

NOW = instant("2026-06-01 09:00 Europe/London")
LAST = date(2026, 6, 14)
ASKED = Survey("printing", ("pupils", "staff"), LAST, "Before the exams, please.")
TOLD = Expectation("school days", open_time(hours=1), open_time(hours=4), Fraction(95, 100), "The exam papers.")


def who(role: Role, **scope: set[str]) -> Viewer:
    """Return somebody with a role who asks today."""
    limits = Scope(**{sort: frozenset(names) for sort, names in scope.items()})
    return Viewer("school", role.value, date(2026, 6, 1), (Assignment(role, limits),))


MANAGER = who(Role.SERVICE_MANAGER)
PUPILS = replace(who(Role.REPRESENTATIVE, customers={"pupils"}), person="kim")


@pytest.fixture
def own(store: str) -> models.Organisation:
    """Return an organisation in which a survey is open."""
    made = organisations.add("school", "A school", "Europe/London", "kim", NOW)
    models.Service.objects.create(organisation=made, slug="printing", name="Printing")
    assert surveys.open_survey(MANAGER, ASKED, now=NOW) == 1
    return made


def test_answers_become_drafts_in_the_words_of_the_survey_and_of_who_answers(own: models.Organisation) -> None:
    assert surveys.answer(PUPILS, 1, "pupils", TOLD, now=NOW) == (1, 2, 3, 4)
    drafts = [each.told for each in kept.requirements(MANAGER)]
    assert [each.wording for each in drafts] == [
        "We need it: school days",
        "When we report something, we need a first answer within 1 hour of opening time, in 95 of 100 cases.",
        "When it fails, it must work again within 4 hours of opening time, in 95 of 100 cases.",
        "The exam papers.",
    ]
    assert [each.level for each in drafts[2:]] == [
        RequiredLevel(LevelKind.RESOLUTION, open_time(hours=4), Fraction(95, 100)),
        None,
    ]
    assert {(each.progress, each.customer, each.service, each.occasion) for each in drafts} == {
        (Progress.DRAFT, "pupils", "printing", Occasion.SURVEY)
    }
    assert {(each.said_by, each.said_on, each.occasion_name) for each in drafts} == {("kim", NOW.date(), "survey 1")}
    assert list(audit.breaks(own)) == []


def test_a_representative_answers_for_their_group_alone_and_once(own: models.Organisation) -> None:
    with pytest.raises(NotFound):
        surveys.answer(PUPILS, 1, "staff", TOLD, now=NOW)
    with pytest.raises(NotFound):
        surveys.answer(PUPILS, 2, "pupils", TOLD, now=NOW)
    for viewer in (MANAGER, who(Role.ADMINISTRATOR), who(Role.TECHNICIAN)):
        with pytest.raises(NotFound):
            surveys.answer(viewer, 1, "pupils", TOLD, now=NOW)
    surveys.answer(PUPILS, 1, "pupils", TOLD, now=NOW)
    with pytest.raises(SurveyRefused, match="answered survey 1 for 'pupils' already"):
        surveys.answer(PUPILS, 1, "pupils", TOLD, now=NOW)
    assert models.SurveyAnswer.objects.count() == 1
    assert len(kept.requirements(MANAGER)) == 4


def test_a_survey_is_open_until_the_end_of_its_last_day_where_the_school_is(own: models.Organisation) -> None:
    assert kept.survey(PUPILS, 1, instant("2026-06-14 23:59 Europe/London")).is_open
    late = instant("2026-06-15 00:00 Europe/London")  # 23:00 of the day before in UTC
    assert not kept.survey(PUPILS, 1, late).is_open
    with pytest.raises(SurveyRefused, match="open until 2026-06-14"):
        surveys.answer(PUPILS, 1, "pupils", TOLD, now=late)
    assert surveys.answer(PUPILS, 1, "pupils", TOLD, now=late - timedelta(minutes=1))


def test_what_one_group_answers_is_not_for_another(own: models.Organisation) -> None:
    staff = replace(who(Role.REPRESENTATIVE, customers={"staff"}), person="kim")
    surveys.answer(PUPILS, 1, "pupils", TOLD, now=NOW)
    seen = kept.survey(staff, 1, NOW)
    assert (seen.told.customers, seen.answers, seen.groups) == (("staff",), (), ("staff",))
    whole = kept.survey(MANAGER, 1, NOW)
    assert [(each.customer, each.requirements) for each in whole.answers] == [("pupils", (1, 2, 3, 4))]
    assert (whole.told, whole.groups) == (ASKED, ())
    assert kept.survey(PUPILS, 1, NOW).groups == ()
    for viewer in (who(Role.REPRESENTATIVE, customers={"parents"}), who(Role.TECHNICIAN), who(Role.AUDITOR)):
        assert kept.surveys(viewer, NOW) == ()
        with pytest.raises(NotFound):
            kept.survey(viewer, 1, NOW)


@pytest.mark.parametrize(
    ("viewer", "told", "refusal"),
    [
        (who(Role.TECHNICIAN), ASKED, NotFound),
        (PUPILS, ASKED, NotFound),
        (who(Role.SERVICE_MANAGER, customers={"pupils"}), ASKED, NotFound),
        (MANAGER, replace(ASKED, service="none-such"), SurveyRefused),
        (MANAGER, replace(ASKED, closes_on=date(2026, 5, 31)), SurveyRefused),
        (MANAGER, replace(ASKED, note="\0"), Unkeepable),
        (MANAGER, replace(ASKED, customers=("a\nb",)), Unkeepable),
        (MANAGER, replace(ASKED, customers=tuple(f"group {each}" for each in range(101))), SurveyRefused),
    ],
)
def test_what_cannot_be_asked_is_refused(
    own: models.Organisation, viewer: Viewer, told: Survey, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        surveys.open_survey(viewer, told, now=NOW)
    assert models.ExpectationSurvey.objects.count() == 1
