"""Versions of agreements from the first draft until they are kept: written, discussed, approved by every side.

Each text and each step stays. What all sides approved is kept as a version by `agreements.apply`, signed on the day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from servanda.bad_input import BadInput
from servanda.engine import zones
from servanda.engine.agreements import AgreementVersion, Book, InvalidAgreement, Organisation, Signature
from servanda.engine.negotiation import InvalidStep, Side, Step, StepKind
from servanda.engine.rights import Action, Subject, Viewer, may
from servanda.files import smart
from servanda.files.smart import Advice
from servanda.services import agreements, audit
from servanda.services.people import Pseudonyms
from servanda.store import models, translate
from servanda.store.access import NotFound, lock_organisation
from servanda.store.books import remembered_book
from servanda.store.keepable import check_name, check_text
from servanda.store.negotiations import Proposal, UnderWay, book, discusses, may_draft, may_see, read, speaks_for
from servanda.store.slugs import PSEUDONYM, check_slug

MOST_TARGETS = 500


class NegotiationRefused(BadInput):
    """Something that cannot be done to a version under way."""


class TextWrittenMeanwhile(NegotiationRefused):
    """Somebody else wrote another text since this one was read."""

    def __init__(self, last: models.ProposedText) -> None:
        super().__init__(
            f"'{last.written_by}' has written text {last.number} since you opened it.",
            expected="the text as it was when you opened it",
            mend="Compare it with yours, and save once more what is to stand.",
        )


# --- beginning and writing ---


def begin(viewer: Viewer, proposal: Proposal, *, now: datetime) -> int:
    """Keep the first draft of a version; return the number of its negotiation among those of its agreement.

    Raise `NegotiationRefused` where one is under way already, or the version does not follow on what is kept, and
    `NotFound` where the viewer may not.
    """
    version = replace(proposal.version, signed=None, ended_on=None)
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        check_slug("an agreement", version.agreement)
        check_drafter(viewer, version)
        _check_next(organisation, version)
        earlier = models.Negotiation.objects.filter(organisation=organisation, agreement=version.agreement)
        last = earlier.order_by("-sequence").first()
        if last is not None and read(last).standing.state.is_open:
            raise NegotiationRefused(
                f"A new version of '{version.agreement}' is under way already.",
                expected="one draft of an agreement at a time",
                mend="Go on with that one, or withdraw it first.",
            )
        record = models.Negotiation.objects.create(
            organisation=organisation,
            agreement=version.agreement,
            sequence=last.sequence + 1 if last else 1,
            version_number=version.number,
            begun_by=viewer.person,
            begun_at=now,
        )
        _keep_text(record, replace(proposal, version=version), 1, viewer, now)
    return record.sequence


def write(viewer: Viewer, agreement: str, sequence: int, proposal: Proposal, *, after: int, now: datetime) -> int:
    """Keep another text, which every side is asked to approve anew; return its number. The same again makes none.

    `after` is the number of the text that was read before. Raise `TextWrittenMeanwhile` where there is a later one.
    """
    version = replace(proposal.version, signed=None, ended_on=None)
    with transaction.atomic():
        found = _locked(viewer, agreement, sequence)
        check_drafter(viewer, found.version)
        check_drafter(viewer, version)
        _check_same_agreement(found.version, version)
        if not found.standing.state.is_open:
            raise _refused(InvalidStep("It is not under way any more. Start a new version for what is to change."))
        if found.text.number != after:
            raise TextWrittenMeanwhile(found.text)
        if found.proposal == replace(proposal, version=version):
            return after
        _check_next(found.record.organisation, version)
        return _keep_text(found.record, replace(proposal, version=version), after + 1, viewer, now)


def _keep_text(record: models.Negotiation, proposal: Proposal, number: int, viewer: Viewer, now: datetime) -> int:
    version = proposal.version
    _check_keepable(record.organisation, proposal)
    models.ProposedText.objects.create(
        organisation=record.organisation,
        negotiation=record,
        number=number,
        content=version.canonical(),
        names=proposal.names,
        content_hash=version.content_hash(),
        written_by=viewer.person,
        written_at=now,
    )
    told = {"done": "written", "text": number, "hash": version.content_hash()}
    _note(record, viewer, Action.DRAFT_AGREEMENT, told, now)
    return number


def _check_same_agreement(before: AgreementVersion, version: AgreementVersion) -> None:
    for what in ("agreement", "number", "kind"):
        if getattr(before, what) != getattr(version, what):
            raise NegotiationRefused(
                f"The {what} of a draft stays what it was: {_shown(getattr(before, what))}.",
                expected="another text of the same version",
                mend="Withdraw this draft and start another.",
            )


def _shown(value: object) -> str:
    return f"{getattr(value, 'value', value)}"


def _check_next(organisation: models.Organisation, version: AgreementVersion) -> None:
    """Raise where a version is not the next of its agreement, or contradicts what is kept."""
    kept = remembered_book(organisation).agreements().get(version.agreement, [])
    highest = max((each.number for each in kept), default=0)
    if version.number != highest + 1:
        raise NegotiationRefused(
            f"Version {version.number} of '{version.agreement}' does not follow on version {highest}.",
            expected=f"version {highest + 1}",
            mend="Number it so, or choose another agreement.",
        )


def _check_keepable(organisation: models.Organisation, proposal: Proposal) -> None:
    version = proposal.version
    if len(version.targets) > MOST_TARGETS:
        raise NegotiationRefused(
            f"The version has {len(version.targets):,} targets.",
            expected=f"at most {MOST_TARGETS}",
            mend="Part it into several agreements.",
        )
    check_name("the name of the agreement", version.name or version.agreement)
    for text in _texts(version.canonical()):
        check_text("a text of the agreement", text)
    _check_dates(organisation, version)
    checked_book(organisation, proposal)


def _check_dates(organisation: models.Organisation, version: AgreementVersion) -> None:
    kept = remembered_book(organisation).agreements().get(version.agreement, [])
    if kept and version.effective_from <= kept[-1].effective_from:
        raise NegotiationRefused(
            f"The version would begin on {version.effective_from}, and {kept[-1].label} on {kept[-1].effective_from}.",
            expected="a version that begins after the one before it",
            mend="Choose a later first day.",
        )


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield key
            yield from _texts(value)
    elif isinstance(content, list):
        for each in content:
            yield from _texts(each)


# --- steps ---


def take(viewer: Viewer, agreement: str, sequence: int, kind: StepKind, *, now: datetime, **told: Any) -> None:
    """Take a step in a negotiation; `told` are the fields of the engine's `Step` that it needs.

    The `signatory` of an approval on paper is given by name; the step keeps their id, and the name stands in the
    person's record alone, so that emptying it is enough to forget them.

    Raise `NegotiationRefused` for one that cannot be taken now, and `NotFound` where the viewer may not.
    """
    with transaction.atomic():
        found = _locked(viewer, agreement, sequence)
        _check_may(viewer, found.version, kind, told)
        on_text = told.pop("on_text", found.text.number)
        if told.get("on_paper"):
            told["signatory"] = _id_of(found, told["signatory"])
        try:
            number = len(found.standing.steps) + 1
            step = Step(number, kind, viewer.person, now, on_text, **told)
            found.standing.check(step, {each.id for each in found.version.targets})
        except InvalidStep as invalid:
            raise _refused(invalid) from None
        if kind is StepKind.WAIVED:
            _check_waivable(found, step)
        if kind is StepKind.APPROVED:
            _check_smart(found)
        _take(found, viewer, step)


def _id_of(found: UnderWay, name: str) -> str:
    """Return the id of whoever is called by a name here; one whom nobody knows yet is kept under a pseudonym."""
    name = " ".join(name.split())
    check_name("the name of who approved", name, may_be_empty=True)
    organisation = found.record.organisation
    here = Q(slug__in={each.signatory for each in found.standing.steps}) | ~Q(slug__regex=f"^{PSEUDONYM.pattern}$")
    people = models.Person.objects.filter(here, organisation=organisation).exclude(name="").order_by("pk")
    called = [slug for slug, theirs in people.values_list("slug", "name") if _plain(theirs) == _plain(name)]
    if called:
        return called[0]
    pseudonyms = Pseudonyms(organisation)
    id = pseudonyms.of(name)
    pseudonyms.keep()
    return id


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def approve(viewer: Viewer, agreement: str, sequence: int, side: Side, *, on_text: int, now: datetime) -> None:
    """Let somebody approve a text for a side that they speak for. Raises as `take` does."""
    told = {"side": side, "signatory": viewer.person, "on_text": on_text}
    take(viewer, agreement, sequence, StepKind.APPROVED, now=now, **told)


def put_into_force(viewer: Viewer, agreement: str, sequence: int, *, now: datetime) -> str:
    """Keep what every side approved as a version, signed today; return its label.

    The version before it ends on the day before, where it would last longer. Raise `BookRefused` where the version
    contradicts what is kept by now, and what `take` raises.
    """
    with transaction.atomic():
        found = _locked(viewer, agreement, sequence)
        if not may(viewer, Action.APPLY_AGREEMENT, Subject(viewer.organisation)):
            raise NotFound(f"draft of the agreement '{agreement}'")
        step = Step(len(found.standing.steps) + 1, StepKind.KEPT, viewer.person, now, found.text.number)
        try:
            found.standing.check(step)
        except InvalidStep as invalid:
            raise _refused(invalid) from None
        _check_smart(found)
        agreements.apply(viewer, _signed(found, now), now)
        _take(found, viewer, step)
    return found.version.label


def _signed(found: UnderWay, now: datetime) -> Book:
    """Return the book to apply: the version with its signature, and the one before it with its end."""
    organisation, version = found.record.organisation, found.version
    on = zones.to_local(organisation.zone, now).date()
    signed = replace(version, signed=Signature(on, found.text.content_hash))
    kept = remembered_book(organisation).agreements().get(version.agreement, [])
    last_day = version.effective_from - timedelta(days=1)
    ended = [replace(each, ended_on=last_day) for each in kept if each.last_day and each.last_day > last_day]
    return checked_book(organisation, replace(found.proposal, version=signed), *ended)


def checked_book(organisation: models.Organisation, proposal: Proposal, *others: AgreementVersion) -> Book:
    """Return the book of a proposed version; raise `NegotiationRefused` where it contradicts itself."""
    try:
        return book(organisation, proposal, *others)
    except InvalidAgreement as invalid:
        raise NegotiationRefused(
            f"{invalid}", expected="a version that fits what is kept", mend="Correct it, and save again."
        ) from None


def advice(found: UnderWay) -> tuple[Advice, ...]:
    """Return what a careful reader says of the last text, without what somebody let stand with a reason."""
    organisation = found.record.organisation
    every = smart.advice(found.version, Organisation(organisation.slug, organisation.name, organisation.zone))
    waived = found.standing.waived
    return tuple(each for each in every if each.stops or (each.rule, each.target) not in waived)


def _check_waivable(found: UnderWay, step: Step) -> None:
    if not any((each.rule, each.target, each.stops) == (step.rule, step.target, False) for each in advice(found)):
        raise NegotiationRefused(
            "That finding cannot be left as it is, or is there no more.",
            expected="a finding that is shown with a reason to let it stand",
            mend="Mend what it is about, or look at the page again.",
        )


def _check_smart(found: UnderWay) -> None:
    open_ones = advice(found)
    if open_ones:
        first, more = open_ones[0], len(open_ones) - 1
        others = f" {more} more finding{'s wait' if more > 1 else ' waits'}." if more else ""
        raise NegotiationRefused(
            f"It cannot be agreed yet: {first.reason}{others}",
            expected="targets that are specific, measurable, with a source and a date of review",
            mend=f"{first.mend} What is no fault here can be left with a reason.",
        )


def _take(found: UnderWay, viewer: Viewer, step: Step) -> None:
    translate.record_of_step(step, found.record).save()
    told = {"done": step.kind.value, "text": step.on_text, "step": step.number}
    if step.side:
        told |= {"side": step.side.value, "hash": found.text.content_hash}
    _note(found.record, viewer, _ACTIONS[step.kind], told, step.at)


def _note(record: models.Negotiation, viewer: Viewer, action: Action, told: dict[str, Any], now: datetime) -> None:
    subject = f"draft {record.agreement}/{record.version_number}"
    audit.note(record.organisation, viewer, action, subject, now=now, content={**told, "sequence": record.sequence})


def _refused(invalid: InvalidStep) -> NegotiationRefused:
    found, _, mend = f"{invalid}".partition(". ")
    return NegotiationRefused(f"{found}.", expected="a step that the negotiation allows", mend=mend or "Try again.")


# --- who may ---

_ACTIONS = {
    StepKind.OPENED: Action.DRAFT_AGREEMENT,
    StepKind.REOPENED: Action.DRAFT_AGREEMENT,
    StepKind.REMARKED: Action.DISCUSS_AGREEMENT,
    StepKind.COUNTERED: Action.DISCUSS_AGREEMENT,
    StepKind.ACCEPTED: Action.DRAFT_AGREEMENT,
    StepKind.DECLINED: Action.DRAFT_AGREEMENT,
    StepKind.WAIVED: Action.DRAFT_AGREEMENT,
    StepKind.APPROVED: Action.APPROVE_AGREEMENT,
    StepKind.WITHDRAWN: Action.DRAFT_AGREEMENT,
    StepKind.KEPT: Action.APPLY_AGREEMENT,
}


def check_drafter(viewer: Viewer, version: AgreementVersion) -> None:
    """Raise `NotFound` where a viewer may not write a version."""
    if not may_draft(viewer, version):
        raise NotFound(f"draft of the agreement '{version.agreement}'")


def _check_may(viewer: Viewer, version: AgreementVersion, kind: StepKind, told: Mapping[str, Any]) -> None:
    """Raise `NotFound` where somebody may not take a step."""
    action = _ACTIONS[kind]
    if action is Action.DISCUSS_AGREEMENT:
        allowed = discusses(viewer, version)
    elif action is Action.APPROVE_AGREEMENT and not told.get("on_paper"):
        allowed = told.get("side") in speaks_for(viewer, version)
    else:
        allowed = may_draft(viewer, version)
    if not allowed:
        raise NotFound(f"draft of the agreement '{version.agreement}'")


def _locked(viewer: Viewer, agreement: str, sequence: int) -> UnderWay:
    """Return a negotiation that is kept for this transaction alone and that the viewer may see."""
    organisation = lock_organisation(viewer)
    records = models.Negotiation.objects.select_related("organisation")
    record = records.filter(organisation=organisation, agreement=agreement, sequence=sequence).first()
    found = read(record) if record else None
    if found is None or not may_see(viewer, found):
        raise NotFound(f"draft {sequence} of the agreement '{agreement}'")
    return found
