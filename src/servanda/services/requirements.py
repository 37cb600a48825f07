"""What users need, as it is captured, asked about, answered and judged; each version and each answer stays."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from servanda.bad_input import BadInput
from servanda.engine.canonical import plain, revive, sha256
from servanda.engine.requirements import Answer, EstimatedShare, Requirement, SpecSheet
from servanda.engine.rights import Action, Viewer, may
from servanda.services import audit
from servanda.services.applied_listing import AppliedListing
from servanda.store import models
from servanda.store.access import NotFound, lock_organisation
from servanda.store.keepable import check_name, check_text
from servanda.store.requirements import may_answer, may_see_sheet, may_write, requirement_of, subject_of

TEXTS = ("wording", "outcome", "reason", "occasion_name")
SHEET_TEXTS = ("delivery", "components", "teams", "suppliers", "resources", "gaps")
MOST_AGREEMENTS = 50

Versions = type[models.RequirementVersion] | type[models.SpecSheetVersion]
Version = models.RequirementVersion | models.SpecSheetVersion
PartyKind = models.RequirementQuestion.PartyKind


class RequirementRefused(BadInput):
    """Something that cannot be said of a requirement."""


class WrittenMeanwhile(RequirementRefused):
    """Somebody else wrote it since it was read."""

    def __init__(self, what: str, last: Version) -> None:
        super().__init__(
            f"'{last.written_by}' has written version {last.number} of {what} since you opened it.",
            expected="what stood there when you opened it",
            mend="Compare it with what you wrote, and save once more what is to stand.",
        )


# --- requirements ---


def capture(viewer: Viewer, told: Requirement, *, now: datetime) -> int:
    """Keep a new requirement and return its number; raise `NotFound` where the viewer may not for that group."""
    _check_keepable(told)
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        if not may_write(viewer, told):
            raise NotFound("group of users and service for which you may capture what they need")
        return add(organisation, viewer, told, Action.WRITE_REQUIREMENT, now)


def write(viewer: Viewer, requirement: int, told: Requirement, *, after: int, now: datetime) -> int:
    """Keep a requirement in other words from now on; return the number of the version.

    `after` is the number of the version that was read before. The same again makes no new version. Raise
    `WrittenMeanwhile` where there is a later one, and `NotFound` where the viewer may not.
    """
    _check_keepable(told)
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        last = newest(organisation, requirement)
        if last is None or not (may_write(viewer, told) and may_write(viewer, requirement_of(last))):
            raise not_here(requirement)
        if last.number != after:
            raise WrittenMeanwhile(f"requirement {requirement}", last)
        if requirement_of(last) == told:
            return last.number
        _check_speaker(organisation, told)
        return _keep(organisation, viewer, requirement, last.number + 1, told, Action.WRITE_REQUIREMENT, now)


def apply(viewer: Viewer, told: Mapping[int, Requirement], *, now: datetime, plan: bool = False) -> AppliedListing[int]:
    """Keep what a file says of its requirements, all of it or nothing; with `plan` tell what that would be, no more.

    Each is kept under the number that it has in the file; those that the file does not name stay as they are. Raises
    what `capture` and `write` raise.
    """
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        kept = {number: newest(organisation, number) for number in told}
        same = [number for number, last in kept.items() if last and requirement_of(last) == told[number]]
        for number, last in kept.items():
            _check_keepable(told[number])
            if not (may_write(viewer, told[number]) and (last is None or may_write(viewer, requirement_of(last)))):
                raise not_here(number)
            if number not in same:
                _check_speaker(organisation, told[number])
                version = (last.number if last else 0) + 1
                _keep(organisation, viewer, number, version, told[number], Action.WRITE_REQUIREMENT, now)
        transaction.set_rollback(plan)
    return AppliedListing(
        new=tuple(number for number, last in kept.items() if last is None),
        changed=tuple(number for number, last in kept.items() if last and number not in same),
        same=tuple(same),
    )


def add(organisation: models.Organisation, viewer: Viewer, told: Requirement, action: Action, now: datetime) -> int:
    """Keep a new requirement of an organisation that is kept for this transaction alone; return its number."""
    _check_speaker(organisation, told)
    every = models.RequirementVersion.objects.filter(organisation=organisation)
    number = (every.aggregate(last=Max("requirement"))["last"] or 0) + 1
    _keep(organisation, viewer, number, 1, told, action, now)
    return number


def _keep(
    organisation: models.Organisation,
    viewer: Viewer,
    requirement: int,
    number: int,
    told: Requirement,
    action: Action,
    now: datetime,
) -> int:
    hashed = _add_version(models.RequirementVersion, organisation, viewer, requirement, number, plain(told), now)
    content = {"done": "written", "number": number, "progress": told.progress.value, "hash": hashed}
    audit.note(organisation, viewer, action, f"requirement {requirement}", now=now, content=content)
    return number


def _add_version(
    versions: Versions,
    organisation: models.Organisation,
    viewer: Viewer,
    requirement: int,
    number: int,
    content: object,
    now: datetime,
) -> str:
    """Add a version and return the hash of its content."""
    hashed = sha256(content)
    versions.objects.create(
        organisation=organisation,
        requirement=requirement,
        number=number,
        content=content,
        content_hash=hashed,
        written_by=viewer.person,
        written_at=now,
    )
    return hashed


def newest(organisation: models.Organisation, requirement: int) -> models.RequirementVersion | None:
    """Return the last version of a requirement."""
    versions = models.RequirementVersion.objects.filter(organisation=organisation, requirement=requirement)
    return versions.order_by("-number").first()


# --- what is said of a requirement ---


def judge(viewer: Viewer, requirement: int, number: int, *, met: bool, remark: str, now: datetime) -> None:
    """Keep what a representative finds: whether the need of their group is met; earlier verdicts stay."""
    check_text("the remark", remark)
    content = {"met": met, "remark": remark}
    kind = models.RequirementMark.Kind.VERDICT
    _mark(viewer, requirement, number, Action.JUDGE_REQUIREMENT, kind, content, now)


def estimate(viewer: Viewer, requirement: int, number: int, told: EstimatedShare, *, now: datetime) -> None:
    """Keep how often the required level is reckoned to be kept today; it counts until something is measured."""
    check_text("what the estimate rests on", told.source)
    kind = models.RequirementMark.Kind.ESTIMATE
    _mark(viewer, requirement, number, Action.WRITE_REQUIREMENT, kind, plain(told), now)


def _mark(
    viewer: Viewer,
    requirement: int,
    number: int,
    action: Action,
    kind: models.RequirementMark.Kind,
    content: object,
    now: datetime,
) -> None:
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        last = _last_for(viewer, organisation, requirement, number, action)
        marks = models.RequirementMark.objects.filter(version=last)
        models.RequirementMark.objects.create(
            organisation=organisation,
            version=last,
            sequence=marks.count() + 1,
            kind=kind,
            content=content,
            person=viewer.person,
            marked_at=now,
        )
        told = {"done": kind.value, "number": number}
        audit.note(organisation, viewer, action, f"requirement {requirement}", now=now, content=told)


def _last_for(
    viewer: Viewer, organisation: models.Organisation, requirement: int, number: int, action: Action
) -> models.RequirementVersion:
    """Return the last version, for something done to it; refuse where it is not the one that was read."""
    last = newest(organisation, requirement)
    if last is None or not may(viewer, action, subject_of(viewer, requirement_of(last))):
        raise not_here(requirement)
    if last.number != number:
        raise WrittenMeanwhile(f"requirement {requirement}", last)
    return last


# --- asking those who deliver ---


def ask(
    viewer: Viewer, requirement: int, number: int, kind: PartyKind, party: str, wording: str, *, now: datetime
) -> int:
    """Ask a team or a supplier whether it can do what a version of a requirement says; return the question's number.

    Raise `RequirementRefused` where the same party was asked about this version already.
    """
    check_name(f"the {kind.label.lower()}", party)
    check_text("the question", wording)
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        last = _last_for(viewer, organisation, requirement, number, Action.WRITE_REQUIREMENT)
        _refuse_closed(requirement, requirement_of(last))
        questions = models.RequirementQuestion.objects.filter(organisation=organisation, requirement=requirement)
        if questions.filter(version=number, party_kind=kind, party=party).exists():
            raise RequirementRefused(
                f"'{party}' was asked about version {number} of requirement {requirement} already.",
                expected="somebody who was not asked yet",
                mend="Wait for the answer, or change the requirement and ask anew.",
            )
        asked = questions.count() + 1
        models.RequirementQuestion.objects.create(
            organisation=organisation,
            requirement=requirement,
            number=asked,
            version=number,
            party_kind=kind,
            party=party,
            wording=wording,
            asked_by=viewer.person,
            asked_at=now,
        )
        content = {"done": "asked", "question": asked, "number": number, kind.value: party}
        _note(organisation, viewer, Action.WRITE_REQUIREMENT, requirement, content, now)
    return asked


def answer(viewer: Viewer, requirement: int, number: int, told: Answer, *, now: datetime) -> None:
    """Keep what is answered to a question by who speaks for the party that was asked; the last answer counts."""
    check_text("the remark", told.remark)
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        questions = models.RequirementQuestion.objects.filter(organisation=organisation, requirement=requirement)
        question = questions.filter(number=number).first()
        last = newest(organisation, requirement)
        if (
            question is None
            or last is None
            or not may_answer(viewer, requirement_of(last), question.party_kind, question.party)
        ):
            raise NotFound(f"question {number} about requirement {requirement}")
        _refuse_outdated(question, last)
        answers = models.RequirementAnswer.objects.filter(question=question)
        models.RequirementAnswer.objects.create(
            organisation=organisation,
            question=question,
            sequence=answers.count() + 1,
            content=plain(told),
            person=viewer.person,
            answered_at=now,
        )
        content = {"done": "answered", "question": number, "reply": told.reply.value}
        _note(organisation, viewer, Action.ANSWER_REQUIREMENT, requirement, content, now)


def _refuse_closed(requirement: int, told: Requirement) -> None:
    if not told.progress.is_open:
        raise RequirementRefused(
            f"Requirement {requirement} is {told.progress.value}.",
            expected="one that still asks for something",
            mend="Take it up again first.",
        )


def _refuse_outdated(question: models.RequirementQuestion, last: models.RequirementVersion) -> None:
    if question.version != last.number:
        raise RequirementRefused(
            f"Requirement {question.requirement} was changed since this was asked.",
            expected="a question about what is required now",
            mend="Ask the service manager to ask anew.",
        )


# --- spec sheets ---


def write_sheet(viewer: Viewer, requirement: int, told: SpecSheet, *, after: int, now: datetime) -> int:
    """Keep how a requirement is to be delivered from now on; return the number of the version.

    `after` is the number of the version that was read before, 0 where there is none.
    """
    _check_sheet(told)
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        of = newest(organisation, requirement)
        if of is None or not may_write(viewer, requirement_of(of)) or not may_see_sheet(viewer, requirement_of(of)):
            raise not_here(requirement)
        sheets = models.SpecSheetVersion.objects.filter(organisation=organisation, requirement=requirement)
        last = sheets.order_by("-number").first()
        if last is not None and last.number != after:
            raise WrittenMeanwhile(f"the spec sheet of requirement {requirement}", last)
        if last is not None and revive(SpecSheet, last.content) == told:
            return last.number
        number = (last.number if last else 0) + 1
        hashed = _add_version(models.SpecSheetVersion, organisation, viewer, requirement, number, plain(told), now)
        content = {"done": "spec sheet written", "number": number, "hash": hashed}
        _note(organisation, viewer, Action.WRITE_REQUIREMENT, requirement, content, now)
    return number


def _note(
    organisation: models.Organisation,
    viewer: Viewer,
    action: Action,
    requirement: int,
    content: dict[str, object],
    now: datetime,
) -> None:
    audit.note(organisation, viewer, action, f"requirement {requirement}", now=now, content=content)


def not_here(requirement: int) -> NotFound:
    """Return the refusal for a requirement that is not there, or not for this viewer."""
    return NotFound(f"requirement {requirement}")


# --- what is refused ---


def _check_keepable(told: Requirement) -> None:
    check_name("the group of users", told.customer)
    check_name("the id of the service", told.service, may_be_empty=True)
    for what in TEXTS:
        check_text(f"the text of '{what.replace('_', ' ')}'", getattr(told, what))
    check_text("the hours", told.level.hours if told.level else "")


def _check_speaker(organisation: models.Organisation, told: Requirement) -> None:
    people = models.Person.objects.filter(organisation=organisation)
    if told.said_by and not people.filter(slug=told.said_by).exists():
        raise RequirementRefused(
            f"There is no person '{told.said_by}' here who could have said it.",
            expected="somebody who is known here",
            mend="Add the person first, or leave it empty.",
        )
    if told.service and not _known_services(organisation, told.service):
        raise RequirementRefused(
            f"There is no service '{told.service}' here.",
            expected="a service that the catalogue or an agreement names",
            mend="Add it to the catalogue first, or leave it empty.",
        )


def _known_services(organisation: models.Organisation, service: str) -> bool:
    return models.Service.objects.filter(organisation=organisation, slug=service).exists()


def _check_sheet(told: SpecSheet) -> None:
    for what in SHEET_TEXTS:
        check_text(f"the text of '{what}'", getattr(told, what))
    if len(told.agreements) > MOST_AGREEMENTS:
        raise RequirementRefused(
            f"the spec sheet names {len(told.agreements):,} agreements",
            expected=f"at most {MOST_AGREEMENTS}",
            mend="Name those that promise this requirement.",
        )
    for each in told.agreements:
        check_name("the id of an agreement", each)
