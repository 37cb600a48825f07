"""Short surveys of what groups of users expect of a service; what is answered becomes drafts of requirements."""

from datetime import date, datetime

from django.db import transaction

from servanda.bad_input import BadInput
from servanda.engine import zones
from servanda.engine.canonical import plain
from servanda.engine.levels import LevelKind
from servanda.engine.requirements import (
    Expectation,
    Occasion,
    Progress,
    RequiredLevel,
    Requirement,
    Survey,
)
from servanda.engine.rights import Action, Viewer
from servanda.engine.targets import Limit
from servanda.services import audit, requirements
from servanda.store import models
from servanda.store.access import NotFound, lock_organisation
from servanda.store.keepable import check_name, check_text
from servanda.store.requirements import groups_to_answer_for, may_open, survey_of

MOST_GROUPS = 100


class SurveyRefused(BadInput):
    """A survey that cannot be opened or answered so."""


def open_survey(viewer: Viewer, told: Survey, *, now: datetime) -> int:
    """Open a survey and return its number; raise `NotFound` where the viewer may not ask one of its groups."""
    _check_keepable(told)
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        if not may_open(viewer, told):
            raise NotFound("group of users and service whose expectations you may ask for")
        if not models.Service.objects.filter(organisation=organisation, slug=told.service).exists():
            raise SurveyRefused(
                f"There is no service '{told.service}' here.",
                expected="a service that the catalogue or an agreement names",
                mend="Add it to the catalogue first.",
            )
        if told.closes_on < viewer.on:
            raise SurveyRefused(
                f"The survey would close on {told.closes_on}, which is over.",
                expected="today or a day to come",
                mend="Choose a later day.",
            )
        number = models.ExpectationSurvey.objects.filter(organisation=organisation).count() + 1
        models.ExpectationSurvey.objects.create(
            organisation=organisation, number=number, content=plain(told), opened_by=viewer.person, opened_at=now
        )
        content = {"done": "opened", "service": told.service, "customers": list(told.customers)}
        audit.note(organisation, viewer, Action.WRITE_REQUIREMENT, f"survey {number}", now=now, content=content)
    return number


def answer(viewer: Viewer, number: int, customer: str, told: Expectation, *, now: datetime) -> tuple[int, ...]:
    """Keep what a representative answers for a group of theirs; return the numbers of the requirements drafted of it.

    Raise `SurveyRefused` after the last day, or where they have answered for the group already.
    """
    check_text("the hours", told.hours)
    check_text("what hurts most", told.hurts)
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        survey = models.ExpectationSurvey.objects.filter(organisation=organisation, number=number).first()
        if survey is None or customer not in groups_to_answer_for(viewer, survey_of(survey)):
            raise NotFound(f"survey {number}")
        _refuse_closed(survey, _today(organisation, now))
        _refuse_twice(survey, viewer, customer)
        drafted = tuple(
            requirements.add(organisation, viewer, each, Action.JUDGE_REQUIREMENT, now)
            for each in drafts(survey_of(survey), number, customer, told, viewer)
        )
        models.SurveyAnswer.objects.create(
            organisation=organisation,
            survey=survey,
            customer=customer,
            person=viewer.person,
            content=plain(told),
            requirements=list(drafted),
            answered_at=now,
        )
        content = {"done": "answered", "customer": customer, "requirements": list(drafted)}
        audit.note(organisation, viewer, Action.JUDGE_REQUIREMENT, f"survey {number}", now=now, content=content)
    return drafted


def drafts(survey: Survey, number: int, customer: str, told: Expectation, viewer: Viewer) -> tuple[Requirement, ...]:
    """Return the requirements that an answer drafts: one for each level that is expected, one for what hurts."""
    worded = [*((_words(each), each) for each in told.levels()), *([(told.hurts, None)] if told.hurts.strip() else [])]
    return tuple(
        Requirement(
            customer=customer,
            wording=wording,
            service=survey.service,
            level=level,
            said_by=viewer.person,
            said_on=viewer.on,
            occasion=Occasion.SURVEY,
            occasion_name=f"survey {number}",
            progress=Progress.DRAFT,
        )
        for wording, level in worded
    )


def _words(level: RequiredLevel) -> str:
    """Return the answer to a question of the survey as its sentence."""
    if level.kind is LevelKind.SUPPORT_HOURS:
        return f"We need it: {level.hours}"
    assert level.share is not None
    of = f"in {float(level.share * 100):g} of 100 cases"
    within = _within(level.limit)
    if level.kind is LevelKind.FIRST_RESPONSE:
        return f"When we report something, we need a first answer within {within}, {of}."
    return f"When it fails, it must work again within {within}, {of}."


def _within(limit: Limit | None) -> str:
    return f"{limit} of opening time"


# --- what is refused ---


def _today(organisation: models.Organisation, now: datetime) -> date:
    return zones.to_local(organisation.zone, now).date()


def _refuse_closed(record: models.ExpectationSurvey, today: date) -> None:
    closes_on = survey_of(record).closes_on
    if closes_on < today:
        raise SurveyRefused(
            f"Survey {record.number} was open until {closes_on}.",
            expected="a survey that is open",
            mend="Tell the service manager what you need; they write it down.",
        )


def _refuse_twice(record: models.ExpectationSurvey, viewer: Viewer, customer: str) -> None:
    if models.SurveyAnswer.objects.filter(survey=record, customer=customer, person=viewer.person).exists():
        raise SurveyRefused(
            f"You have answered survey {record.number} for '{customer}' already.",
            expected="one answer for each group",
            mend="Tell the service manager what is different; they change the requirement.",
        )


def _check_keepable(told: Survey) -> None:
    check_name("the id of the service", told.service)
    check_text("the note", told.note)
    if len(told.customers) > MOST_GROUPS:
        raise SurveyRefused(
            f"the survey asks {len(told.customers):,} groups", expected=f"at most {MOST_GROUPS}", mend="Ask fewer."
        )
    for each in told.customers:
        check_name("a group of users", each)
