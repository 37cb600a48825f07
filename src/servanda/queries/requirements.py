"""Requirements as somebody may see them: what users need, what was asked and answered, and what was judged.

Whoever may not see spec sheets, such as who speaks for users, sees neither the sheets nor what was asked inside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from django.db.models import Q

from servanda.engine import zones
from servanda.engine.canonical import revive
from servanda.engine.requirements import (
    Answer,
    EstimatedShare,
    Expectation,
    Feasibility,
    Requirement,
    SpecSheet,
    Survey,
    feasibility_of,
)
from servanda.engine.rights import Action, Viewer
from servanda.store import models
from servanda.store.access import NotFound, access_part
from servanda.store.requirements import (
    groups_to_answer_for,
    may_answer,
    may_open,
    may_see,
    may_see_sheet,
    requirement_of,
    survey_of,
)
from servanda.store.slugs import PSEUDONYM

BY_SOURCE = Q(slug__regex=f"^{PSEUDONYM.pattern}$")


@dataclass(frozen=True, slots=True)
class VersionKept:
    """A requirement as it was worded, by whom and when."""

    number: int
    told: Requirement
    written_by: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """What a representative found, and at which version."""

    version: int
    met: bool
    remark: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Estimated:
    """What somebody reckoned, and at which version."""

    version: int
    estimate: EstimatedShare
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to a question."""

    answer: Answer
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to a team or supplier, about a version, with its answers; the last one counts."""

    number: int
    version: int
    party_kind: str
    party: str
    wording: str
    asked_by: str
    asked_at: datetime
    answers: tuple[Answered, ...]

    @property
    def last(self) -> Answered | None:
        """The answer that counts."""
        return self.answers[-1] if self.answers else None


@dataclass(frozen=True, slots=True)
class SheetKept:
    """The last version of a spec sheet."""

    number: int
    told: SpecSheet
    written_by: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A requirement with its versions, the last one first, and all that was said of it, the earliest first.

    Where it is `narrowed`, what is internal is left out.
    """

    id: int
    versions: tuple[VersionKept, ...]
    judged: tuple[Judged, ...] = ()
    estimated: tuple[Estimated, ...] = ()
    asked: tuple[Asked, ...] = ()
    sheet: SheetKept | None = None
    narrowed: bool = False

    @property
    def told(self) -> Requirement:
        """What it says now."""
        return self.versions[0].told

    @property
    def number(self) -> int:
        """The number of its last version."""
        return self.versions[0].number

    @property
    def captured(self) -> VersionKept:
        """Its first version."""
        return self.versions[-1]

    @property
    def verdict(self) -> Judged | None:
        """What a representative found last; nothing where it was changed since."""
        last = self.judged[-1] if self.judged else None
        return last if last and last.version == self.number else None

    @property
    def estimate(self) -> Estimated | None:
        """The last estimate; nothing where the requirement was changed since."""
        last = self.estimated[-1] if self.estimated else None
        return last if last and last.version == self.number else None

    @property
    def asked_now(self) -> tuple[Asked, ...]:
        """The questions about what is required now."""
        return tuple(each for each in self.asked if each.version == self.number)

    @property
    def feasibility(self) -> Feasibility:
        """What the answers come to."""
        return feasibility_of(each.last.answer.reply if each.last else None for each in self.asked_now)


@dataclass(frozen=True, slots=True)
class QuestionShown:
    """A question as who was asked sees it: what is required, and nothing of who requires it or who else was asked."""

    requirement: int
    service: str
    told: Requirement
    asked: Asked
    outdated: bool


@dataclass(frozen=True, slots=True)
class Names:
    """What people, groups of users and services are called, by their ids."""

    people: Mapping[str, str]
    customers: Mapping[str, str]
    services: Mapping[str, str]

    def of(self, told: Requirement) -> str:
        """Return what the service of a requirement is called."""
        return self.services.get(told.service, told.service)


def requirements(viewer: Viewer) -> tuple[Kept, ...]:
    """Return the requirements that a viewer may see, by number; raise `NotFound` where they may see none at all.

    However many there are, it takes as many statements.
    """
    organisation = access_part(viewer, Action.SEE_REQUIREMENT)
    every = _read(organisation, Q())
    return tuple(seen for each in every if (seen := _as_seen(viewer, each)))


def one(viewer: Viewer, requirement: int) -> Kept:
    """Return a requirement; raise `NotFound` where there is none of that number for the viewer."""
    organisation = access_part(viewer, Action.SEE_REQUIREMENT)
    found = [seen for each in _read(organisation, Q(requirement=requirement)) if (seen := _as_seen(viewer, each))]
    if not found:
        raise NotFound(f"requirement {requirement}")
    return found[0]


def questions(viewer: Viewer) -> tuple[QuestionShown, ...]:
    """Return the questions to whomever a viewer speaks for, the open ones first and then the newest first."""
    organisation = access_part(viewer, Action.ANSWER_REQUIREMENT)
    every = [shown for each in _read(organisation, Q()) for shown in _shown(viewer, each)]
    return tuple(sorted(every, key=lambda each: (bool(each.asked.answers) or each.outdated, -each.asked.version)))


def question(viewer: Viewer, requirement: int, number: int) -> QuestionShown:
    """Return a question; raise `NotFound` where none of that number was put to whomever the viewer speaks for."""
    organisation = access_part(viewer, Action.ANSWER_REQUIREMENT)
    every = (shown for each in _read(organisation, Q(requirement=requirement)) for shown in _shown(viewer, each))
    found = next((each for each in every if each.asked.number == number), None)
    if found is None:
        raise NotFound(f"question {number} about requirement {requirement}")
    return found


def names(viewer: Viewer) -> Names:
    """Return what a requirement may refer to, by name; raise `NotFound` where the viewer has no part in any."""
    organisation = access_part(viewer, Action.SEE_REQUIREMENT)
    people = models.Person.objects.filter(~BY_SOURCE, organisation=organisation, active=True)
    return Names(
        _named(people.values_list("slug", "name")),
        _customers(organisation),
        _named(models.Service.objects.filter(organisation=organisation).values_list("slug", "name")),
    )


def service_names(viewer: Viewer) -> Mapping[str, str]:
    """Return what services are called, for somebody who is asked about some."""
    organisation = access_part(viewer, Action.ANSWER_REQUIREMENT)
    return _named(models.Service.objects.filter(organisation=organisation).values_list("slug", "name"))


def known_agreements(viewer: Viewer) -> frozenset[str]:
    """Return the ids of the agreements that are kept."""
    organisation = access_part(viewer, Action.SEE_SPEC_SHEET)
    kept = models.AgreementVersion.objects.filter(organisation=organisation)
    return frozenset(kept.values_list("agreement", flat=True).distinct())


def _customers(organisation: models.Organisation) -> Mapping[str, str]:
    """Return the groups that agreements name, and those of which the catalogue alone knows."""
    named = _named(models.Customer.objects.filter(organisation=organisation).values_list("slug", "name"))
    entries = models.CatalogueVersion.objects.filter(organisation=organisation).values_list("content", flat=True)
    others = {str(group) for content in entries for group in content.get("used_by", ())}
    return _named([*named.items(), *((each, each) for each in others if each not in named)])


def _named(rows: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    return dict(sorted(((slug, name or slug) for slug, name in rows), key=lambda item: (item[1].casefold(), item[0])))


# --- who sees what ---


def _as_seen(viewer: Viewer, kept: Kept) -> Kept | None:
    """Return a requirement as a viewer may see it; versions of another group of users are left out."""
    versions = tuple(each for each in kept.versions if may_see(viewer, each.told))
    if not versions or versions[0].number != kept.number:
        return None
    if may_see_sheet(viewer, kept.told):
        return replace(kept, versions=versions)
    judged = tuple(each for each in kept.judged if any(each.version == one.number for one in versions))
    return replace(kept, versions=versions, judged=judged, asked=(), sheet=None, narrowed=True)


def _shown(viewer: Viewer, kept: Kept) -> Iterable[QuestionShown]:
    by_number = {each.number: each.told for each in kept.versions}
    for each in kept.asked:
        told = by_number[each.version]
        if may_answer(viewer, told, each.party_kind, each.party) and may_answer(
            viewer, kept.told, each.party_kind, each.party
        ):
            yield QuestionShown(kept.id, told.service, told, each, outdated=each.version != kept.number)


# --- reading ---


def _read(organisation: models.Organisation, chosen: Q) -> list[Kept]:
    """Return requirements with everything that was said of them, in five statements."""
    within = Q(organisation=organisation) & chosen
    marks = _marks(organisation, chosen)
    asked, sheets = _asked(organisation, within), _sheets(within)
    records = models.RequirementVersion.objects.filter(within).order_by("requirement", "-number")
    found = []
    for id, rows in groupby(records, key=lambda each: each.requirement):
        of_marks = marks.get(id, [])
        found.append(
            Kept(
                id,
                tuple(map(_version, rows)),
                tuple(_judged(each) for each in of_marks if each.kind == models.RequirementMark.Kind.VERDICT),
                tuple(_estimated(each) for each in of_marks if each.kind == models.RequirementMark.Kind.ESTIMATE),
                tuple(asked.get(id, ())),
                sheets.get(id),
            )
        )
    return found


def _version(record: models.RequirementVersion) -> VersionKept:
    assert record.written_at is not None  # as the column has it
    return VersionKept(record.number, requirement_of(record), record.written_by, record.written_at)


def _marks(organisation: models.Organisation, chosen: Q) -> dict[int, list[models.RequirementMark]]:
    of_versions = models.RequirementVersion.objects.filter(chosen, organisation=organisation)
    marks = models.RequirementMark.objects.filter(version__in=of_versions).select_related("version")
    found: dict[int, list[models.RequirementMark]] = {}
    for each in marks.order_by("version__number", "sequence"):
        found.setdefault(each.version.requirement, []).append(each)
    return found


def _judged(mark: models.RequirementMark) -> Judged:
    assert mark.marked_at is not None  # as the column has it
    return Judged(mark.version.number, mark.content["met"], mark.content["remark"], mark.person, mark.marked_at)


def _estimated(mark: models.RequirementMark) -> Estimated:
    assert mark.marked_at is not None  # as the column has it
    return Estimated(mark.version.number, revive(EstimatedShare, mark.content), mark.person, mark.marked_at)


def _asked(organisation: models.Organisation, within: Q) -> dict[int, list[Asked]]:
    records = models.RequirementQuestion.objects.filter(within)
    answers: dict[int, list[Answered]] = {}
    for each in models.RequirementAnswer.objects.filter(question__in=records).order_by("question", "sequence"):
        assert each.answered_at is not None  # as the column has it
        told = Answered(revive(Answer, each.content), each.person, each.answered_at)
        answers.setdefault(each.question_id, []).append(told)
    found: dict[int, list[Asked]] = {}
    for record in records.order_by("requirement", "number"):
        assert record.asked_at is not None  # as the column has it
        asked = Asked(
            record.number,
            record.version,
            record.party_kind,
            record.party,
            record.wording,
            record.asked_by,
            record.asked_at,
            tuple(answers.get(record.pk, ())),
        )
        found.setdefault(record.requirement, []).append(asked)
    return found


def _sheets(within: Q) -> dict[int, SheetKept]:
    """Return the last version of each spec sheet."""
    found = {}
    for each in models.SpecSheetVersion.objects.filter(within).order_by("requirement", "number"):
        assert each.written_at is not None  # as the column has it
        found[each.requirement] = SheetKept(
            each.number, revive(SpecSheet, each.content), each.written_by, each.written_at
        )
    return found


# --- surveys ---


@dataclass(frozen=True, slots=True)
class SurveyAnswered:
    """What somebody answered for a group, and the requirements that were drafted of it."""

    customer: str
    person: str
    at: datetime
    told: Expectation
    requirements: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SurveyKept:
    """A survey with its answers; `groups` are those for which the viewer may answer and has not yet."""

    number: int
    told: Survey
    opened_by: str
    opened_at: datetime
    is_open: bool
    answers: tuple[SurveyAnswered, ...]
    groups: tuple[str, ...]


def surveys(viewer: Viewer, now: datetime) -> tuple[SurveyKept, ...]:
    """Return the surveys that a viewer opened or may open or answer, the newest first."""
    organisation = access_part(viewer, Action.SEE_REQUIREMENT)
    records = models.ExpectationSurvey.objects.filter(organisation=organisation).order_by("-number")
    return tuple(_surveys(viewer, organisation, records, now))


def survey(viewer: Viewer, number: int, now: datetime) -> SurveyKept:
    """Return a survey; raise `NotFound` where there is none of that number for the viewer."""
    organisation = access_part(viewer, Action.SEE_REQUIREMENT)
    records = models.ExpectationSurvey.objects.filter(organisation=organisation, number=number)
    found = _surveys(viewer, organisation, records, now)
    if not found:
        raise NotFound(f"survey {number}")
    return found[0]


def _surveys(
    viewer: Viewer,
    organisation: models.Organisation,
    records: Iterable[models.ExpectationSurvey],
    now: datetime,
) -> list[SurveyKept]:
    answers: dict[int, list[SurveyAnswered]] = {}
    every = models.SurveyAnswer.objects.filter(organisation=organisation).order_by("survey", "answered_at", "pk")
    for each in every:
        assert each.answered_at is not None  # as the column has it
        told = revive(Expectation, each.content)
        answered = SurveyAnswered(each.customer, each.person, each.answered_at, told, tuple(each.requirements))
        answers.setdefault(each.survey_id, []).append(answered)
    today = zones.to_local(organisation.zone, now).date()
    seen = (_survey_seen(viewer, record, answers.get(record.pk, []), today) for record in records)
    return [each for each in seen if each]


def _survey_seen(
    viewer: Viewer, record: models.ExpectationSurvey, answers: Iterable[SurveyAnswered], today: date
) -> SurveyKept | None:
    told = survey_of(record)
    opens, groups = may_open(viewer, told), groups_to_answer_for(viewer, told)
    if not (opens or groups):
        return None
    # Who speaks for a group sees what was answered for it, and not what others need.
    shown = tuple(each for each in answers if opens or each.customer in groups)
    own = {each.customer for each in shown if each.person == viewer.person}
    if not opens:
        told = replace(told, customers=groups)
    assert record.opened_at is not None  # as the column has it
    return SurveyKept(
        record.number,
        told,
        record.opened_by,
        record.opened_at,
        today <= told.closes_on,
        shown,
        tuple(each for each in groups if each not in own),
    )
