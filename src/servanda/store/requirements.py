"""Requirements out of their records, and who may read, write, judge and answer them: the same for every layer."""

from dataclasses import replace

from servanda.engine.canonical import revive
from servanda.engine.requirements import Requirement, Survey
from servanda.engine.rights import GRANTED, Action, Role, Subject, Viewer, may
from servanda.store import models


def requirement_of(version: models.RequirementVersion) -> Requirement:
    """Return what a version says."""
    return revive(Requirement, version.content)


def survey_of(record: models.ExpectationSurvey) -> Survey:
    """Return what a survey asks about."""
    return revive(Survey, record.content)


def subject_of(viewer: Viewer, told: Requirement) -> Subject:
    """Return what something done to a requirement touches: its service and its group of users."""
    return Subject(viewer.organisation, told.service, told.customer)


def may_see(viewer: Viewer, told: Requirement) -> bool:
    """Whether a viewer may read a requirement."""
    return may(viewer, Action.SEE_REQUIREMENT, subject_of(viewer, told))


def may_write(viewer: Viewer, told: Requirement) -> bool:
    """Whether a viewer may capture or change a requirement, and ask about it."""
    return may(viewer, Action.WRITE_REQUIREMENT, subject_of(viewer, told))


def may_judge(viewer: Viewer, told: Requirement) -> bool:
    """Whether a viewer speaks for the group that has a requirement."""
    return may(viewer, Action.JUDGE_REQUIREMENT, subject_of(viewer, told))


def may_see_sheet(viewer: Viewer, told: Requirement) -> bool:
    """Whether a viewer may read what is internal about a requirement: spec sheet, answers, costs, the gap."""
    return may(viewer, Action.SEE_SPEC_SHEET, subject_of(viewer, told))


def may_answer(viewer: Viewer, told: Requirement, party_kind: str, party: str) -> bool:
    """Whether a viewer speaks for the party that was asked: a contact for their supplier, a technician for a team."""
    held = [each for each in viewer.assignments if each.holds_on(viewer.on)]
    answering = [each for each in held if Action.ANSWER_REQUIREMENT in GRANTED[each.role]]
    subject = subject_of(viewer, told)
    if party_kind == models.RequirementQuestion.PartyKind.SUPPLIER:
        subject = replace(subject, suppliers=frozenset({party}))
        contacts = [each for each in answering if each.role is Role.SUPPLIER_CONTACT]
        return any(each.grants(Action.ANSWER_REQUIREMENT, subject) for each in contacts)
    inside = [each for each in answering if each.role is not Role.SUPPLIER_CONTACT]
    return any(each.grants(Action.ANSWER_REQUIREMENT, subject) for each in inside)


def survey_subjects(viewer: Viewer, survey: Survey) -> list[Subject]:
    """Return what a survey touches: its service for each of its groups."""
    return [Subject(viewer.organisation, survey.service, each) for each in survey.customers]


def groups_to_answer_for(viewer: Viewer, survey: Survey) -> tuple[str, ...]:
    """Return the groups of a survey for which a viewer may answer."""
    subjects = survey_subjects(viewer, survey)
    return tuple(each.customer for each in subjects if may(viewer, Action.JUDGE_REQUIREMENT, each))


def may_open(viewer: Viewer, survey: Survey) -> bool:
    """Whether a viewer may ask every group of a survey."""
    return all(may(viewer, Action.WRITE_REQUIREMENT, each) for each in survey_subjects(viewer, survey))
