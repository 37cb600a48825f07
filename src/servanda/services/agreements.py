"""Agreements: keep what a book says, once and for ever.

The database holds the truth of what was agreed; a book is a proposal. A version that is kept never changes: the same
again is no news, another content under its number is refused, and a signature or an end may be added later, once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Sum

from servanda.bad_input import BadInput
from servanda.engine.agreements import AgreementVersion, Book, Customer, InvalidAgreement, Service, followed_at
from servanda.engine.canonical import plain, sha256
from servanda.engine.coverage import Coverage
from servanda.engine.rights import Action, Viewer
from servanda.engine.targets import Target
from servanda.files.agreement_draft import Draft
from servanda.files.findings import Findings
from servanda.files.lint import tied_clauses
from servanda.services import audit, clocks
from servanda.store import crash_points, models, translate
from servanda.store.access import access_organisation, lock_organisation
from servanda.store.books import book_from, book_of, coverage_of, versions
from servanda.store.confirmations import AGREED, ASSUMED, confirmed, is_same_promise
from servanda.store.keepable import check_name

__all__ = ["Applied", "BookRefused", "apply", "book_of", "coverage_of", "plan"]

Kept = Mapping[str, AgreementVersion]
Verdicts = tuple[int, int]
NONE: Verdicts = (0, 0)
MARK = 12
DAY = timedelta(days=1)
HIGHEST_NUMBER = 2**31 - 1


class BookRefused(BadInput):
    """A book that contradicts what is kept, or itself together with what is kept; nothing of it was applied."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What a book adds, by label or id, the versions that were kept already, and how many tickets were judged anew."""

    versions: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    calendars: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    judged: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was added."""
        beside = self.calendars or self.priorities or self.customers or self.services
        return bool(self.versions or self.endings or self.signatures or beside)


@dataclass(frozen=True, slots=True)
class Effect:
    """What applying a book would do to figures: verdicts met and missed by month, before and after, where they differ.

    `superseded` tells from which day another version takes over, by label; `still_open` how many of the tickets judged
    anew are open. `mark` stands for the book and for what was kept when this was worked out.
    """

    applied: Applied
    mark: str
    superseded: Mapping[str, date]
    still_open: int
    months: Mapping[date, tuple[Verdicts, Verdicts]]


def apply(viewer: Viewer, book: Book, now: datetime, *, as_planned: str = "") -> Applied:
    """Keep all of a book that is not kept yet, and judge anew the tickets that it changes, in one transaction.

    Applying the same book again changes nothing and leaves no entry. `as_planned` is the mark of an `Effect` that was
    read before. Raises `BookRefused`, also where that plan is stale, and `NotFound` where the viewer may not.
    """
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        access_organisation(viewer, Action.APPLY_AGREEMENT)
        _refuse_stale(organisation, book, as_planned)
        crash_points.reach("apply.begun")
        kept = _kept(organisation)
        applied = _add(organisation, book, kept, now)
        if not applied.changed:
            return applied
        crash_points.reach("apply.versions")
        organisation.agreements_applied += 1
        organisation.save(update_fields=["agreements_applied"])
        judged = replace(applied, judged=_judge_anew(organisation, book, applied))
        crash_points.reach("apply.clocks")
        subject = f"book {book.organisation.id}"
        audit.note(organisation, viewer, Action.APPLY_AGREEMENT, subject, now=now, content=_told(book, judged))
        crash_points.reach("apply.audit")
    crash_points.reach("apply.committed")
    return judged


def _told(book: Book, applied: Applied) -> dict[str, Any]:
    """Return what the audit keeps of a book applied: all that was added, versions with the hash of their content."""
    hashes = {each.label: each.content_hash() for each in book.versions if each.label in applied.versions}
    return {**plain(replace(applied, same=())), "versions": hashes}


def plan(viewer: Viewer, book: Book, now: datetime) -> Applied:
    """Return what applying a book would add, without tickets judged anew; keep nothing. Raises as `apply` does."""
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        access_organisation(viewer, Action.APPLY_AGREEMENT)
        applied = _add(organisation, book, _kept(organisation), now)
        transaction.set_rollback(True)
        return applied


def effect(viewer: Viewer, book: Book, now: datetime) -> Effect:
    """Return what applying a book would do, worked out to the last verdict; keep nothing. Raises as `apply` does."""
    with transaction.atomic():
        organisation = lock_organisation(viewer)
        access_organisation(viewer, Action.APPLY_AGREEMENT)
        before, kept = _by_month(organisation), _kept(organisation)
        applied = _add(organisation, book, kept, now)
        judged = _judge_anew(organisation, book, applied)
        after, whole = _by_month(organisation), _kept(organisation)
        still_open = _open_since(organisation, _begun(book, applied))
        transaction.set_rollback(True)
    months = sorted(month for month in {*before, *after} if before.get(month) != after.get(month))
    return Effect(
        replace(applied, judged=judged),
        _mark(organisation, book),
        _superseded(kept, whole),
        still_open,
        {each: (before.get(each, NONE), after.get(each, NONE)) for each in months},
    )


def _mark(organisation: models.Organisation, book: Book) -> str:
    told = [organisation.slug, organisation.agreements_applied, *(each.content_hash() for each in book.versions)]
    named = [*((each.id, each.name) for each in book.customers), *((each.id, each.name) for each in book.services)]
    ends = [f"{each.label} {each.signed} {each.ended_on}" for each in book.versions]
    return sha256([told, named, ends]).removeprefix("sha256:")[:MARK]


def _refuse_stale(organisation: models.Organisation, book: Book, as_planned: str) -> None:
    if as_planned and as_planned != _mark(organisation, book):
        raise BookRefused(
            f"The plan {as_planned} is stale: since it was made the files were changed, or agreements were applied.",
            expected="what was planned, and nothing else",
            mend="Plan again, read what it says, and apply that; nothing was applied.",
        )


def _by_month(organisation: models.Organisation) -> dict[date, Verdicts]:
    rows = models.Tally.objects.filter(organisation=organisation).order_by().values("month")
    summed = rows.annotate(of_met=Sum("met"), of_missed=Sum("missed")).values_list("month", "of_met", "of_missed")
    return {month: (met, missed) for month, met, missed in summed if met or missed}


def _superseded(kept: Kept, whole: Kept) -> dict[str, date]:
    """Return the versions that were kept and end otherwise now, with the first day on which they hold no more."""
    before, after = followed_at(kept.values()), followed_at(whole.values())
    ends = {label: version.local_date(after[label]) for label, version in kept.items() if label in after}
    ends |= {label: each.last_day + DAY for label, each in whole.items() if label in kept and each.last_day}
    same = {label for label, version in kept.items() if version.last_day == whole[label].last_day}
    return {label: on for label, on in ends.items() if label not in same or before.get(label) != after.get(label)}


def _open_since(organisation: models.Organisation, begun: datetime | None) -> int:
    """Return how many of the tickets opened since an instant have a clock that has not stopped."""
    if begun is None:
        return 0
    clocks_open = models.Clock.objects.filter(organisation=organisation, stopped_at=None, ticket__opened_at__gte=begun)
    return clocks_open.values("ticket").distinct().count()


def _kept(organisation: models.Organisation) -> Kept:
    return {version.label: version for version in versions(organisation)}


# --- what is refused ---


def _refuse(sentences: Iterable[str]) -> None:
    found = list(sentences)
    if found:
        raise BookRefused(
            " ".join(found),
            expected="a book that adds to what is kept, and leaves what is kept as it is",
            mend="Start a new version for what is to change; nothing of this book was applied.",
        )


def _contradictions(organisation: models.Organisation, book: Book, kept: Kept) -> Iterator[str]:
    if book.organisation.id != organisation.slug:
        yield f"The book is of the organisation '{book.organisation.id}', not of '{organisation.slug}'."
    if book.organisation.zone != organisation.zone:
        yield f"The book speaks of dates in {book.organisation.zone}, the organisation in {organisation.zone}."
    for version in book.versions:
        yield from _changed(version, kept.get(version.label))


def _changed(version: AgreementVersion, kept: AgreementVersion | None) -> Iterator[str]:
    """Yield how a version contradicts its own signature or what is kept under its label."""
    label, signed = version.label, version.signed
    if signed and signed.content_hash != version.content_hash():
        yield f"Agreement version {label} says something else than what was signed on {signed.on}."
    if kept is None:
        return
    if kept.content_hash() != version.content_hash():
        on = f", signed on {kept.signed.on}" if kept.signed else ""
        yield f"Agreement version {label} is kept with another content{on}: {_differing(version, kept)}."
    elif signed and kept.signed and signed != kept.signed:
        yield f"Agreement version {label} is kept as signed on {kept.signed.on}, and the book says {signed.on}."
    if version.ended_on and kept.ended_on and version.ended_on != kept.ended_on:
        yield f"Agreement version {label} is kept as ended on {kept.ended_on}, and the book says {version.ended_on}."


def _differing(version: AgreementVersion, kept: AgreementVersion) -> str:
    """Return the parts in which two contents of one version differ, as the engine names them."""
    one, other = version.canonical(), kept.canonical()
    names = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
    return f"its {' and '.join(name.replace('_', ' ') for name in names)} would change"


def _check_keepable(book: Book) -> None:
    """Raise `BadInput` for a name or a number that no database could keep."""
    for version in book.versions:
        if version.number > HIGHEST_NUMBER:
            raise BookRefused(
                f"agreement version {version.label} has the number {version.number}",
                expected=f"a number up to {HIGHEST_NUMBER}",
                mend="Number versions from 1.",
            )
        for code in version.priorities.codes:
            check_name(f"a priority of {version.label}", code)
        for target in version.targets:
            check_name(f"the party of '{target.id}' of {version.label}", target.party, may_be_empty=True)


def _check_together(organisation: models.Organisation, of_versions: Iterable[AgreementVersion]) -> None:
    """Raise `BookRefused` where versions contradict each other, or two of their clauses cover the same tickets."""
    try:
        whole = book_from(organisation, of_versions)
    except InvalidAgreement as invalid:
        _refuse([f"{invalid}"])
    else:
        draft = Draft(Findings(Path()), whole.organisation, versions=list(whole.versions))
        _refuse(f"{found.reason}. {found.mend}" for found in tied_clauses(draft))


def _refuse_unconfirmed(organisation: models.Organisation, fresh: Sequence[AgreementVersion], kept: Kept) -> None:
    """Raise `BookRefused` where a target is to be agreed that was assumed, and that nobody confirmed for its users.

    A version that is signed is agreed by its signature.
    """
    known = confirmed(organisation, (each.agreement for each in fresh))
    for version in fresh:
        earlier = [each for each in kept.values() if each.agreement == version.agreement]
        before = max((each for each in earlier if each.number < version.number), key=_number, default=None)
        for target in version.targets if before and not version.signed else ():
            if _was_assumed(before, target) and not _is_confirmed(target, earlier, known):
                raise BookRefused(
                    f"Target '{target.id}' of {version.label} is agreed, but nobody who speaks for its users has "
                    "confirmed what was assumed before.",
                    expected="a target that stays assumed until a representative confirms it, or a signed version",
                    mend="Let a representative confirm it on the page of the agreement, or write 'maturity: assumed'.",
                )


def _number(version: AgreementVersion) -> int:
    return version.number


def _was_assumed(before: AgreementVersion | None, target: Target) -> bool:
    named = {each.id: each.maturity for each in before.targets} if before else {}
    return target.maturity == AGREED and named.get(target.id) == ASSUMED


def _is_confirmed(target: Target, earlier: Iterable[AgreementVersion], known: frozenset[tuple[str, int, str]]) -> bool:
    """Whether the same promise was confirmed under some earlier version."""
    return any(
        is_same_promise(each, target)
        for version in earlier
        for each in version.targets
        if each.id == target.id and (version.agreement, version.number, each.id) in known
    )


# --- what is added ---


def _add(organisation: models.Organisation, book: Book, kept: Kept, now: datetime) -> Applied:
    """Add what is not kept yet, and refuse what does not go together with what is."""
    _check_keepable(book)
    _refuse(_contradictions(organisation, book, kept))
    customers = _name(models.Customer, organisation, book.customers)
    services = _name(models.Service, organisation, book.services)
    told = {each.label: each for each in book.versions}
    ended = [each for each in book.versions if each.ended_on and not (each.label in kept and kept[each.label].ended_on)]
    _check_together(organisation, _merged(kept, told))
    fresh = [each for each in book.versions if each.label not in kept]
    _refuse_unconfirmed(organisation, fresh, kept)
    for version in fresh:
        translate.record_of_version(version, organisation, now).save()
    signed = [each for each in book.versions if each.signed and not (each.label in kept and kept[each.label].signed)]
    _add_rows(organisation, ended, signed, now)
    return Applied(
        versions=_labels(fresh),
        endings=_labels(ended),
        signatures=_labels(signed),
        calendars=_add_calendars(organisation, book, now),
        priorities=_add_schemes(organisation, book, now),
        customers=customers,
        services=services,
        same=_labels(each for each in book.versions if each.label in kept),
    )


def _labels(of_versions: Iterable[AgreementVersion]) -> tuple[str, ...]:
    return tuple(each.label for each in of_versions)


def _merged(kept: Kept, told: Kept) -> Iterator[AgreementVersion]:
    """Yield every version as it will be kept: an end that the book tells of one that has none comes to it."""
    for label, version in kept.items():
        ended_on = told[label].ended_on if label in told else None
        yield replace(version, ended_on=version.ended_on or ended_on)
    yield from (version for label, version in told.items() if label not in kept)


def _add_rows(
    organisation: models.Organisation,
    ended: Iterable[AgreementVersion],
    signed: Iterable[AgreementVersion],
    now: datetime,
) -> None:
    """Add the rows that stand beside a version: its later end and its signature."""
    for version in ended:
        assert version.ended_on is not None  # as chosen by the caller
        record = _record(organisation, version)
        models.Ending.objects.create(
            organisation=organisation, version=record, ended_on=version.ended_on, recorded_at=now
        )
    for version in signed:
        assert version.signed is not None  # as chosen by the caller
        translate.record_of_signature(version.signed, _record(organisation, version), now).save()


def _record(organisation: models.Organisation, version: AgreementVersion) -> models.AgreementVersion:
    return models.AgreementVersion.objects.get(
        organisation=organisation, agreement=version.agreement, number=version.number
    )


def _add_calendars(organisation: models.Organisation, book: Book, now: datetime) -> tuple[str, ...]:
    known = models.CalendarVersion.objects.filter(organisation=organisation)
    held = set(known.values_list("slug", "content_hash"))
    fresh = [each for each in book.calendars if (each.id, sha256(plain(each))) not in held]
    for calendar in fresh:
        translate.record_of_calendar(calendar, organisation, now).save()
    return tuple(each.id for each in fresh)


def _add_schemes(organisation: models.Organisation, book: Book, now: datetime) -> tuple[str, ...]:
    known = models.PrioritySchemeVersion.objects.filter(organisation=organisation)
    held = set(known.values_list("slug", "content_hash"))
    fresh = [each for each in book.priorities if (each.id, sha256(plain(each))) not in held]
    for scheme in fresh:
        translate.record_of_scheme(scheme, organisation, now).save()
    return tuple(each.id for each in fresh)


def _name(
    kind: type[models.Customer] | type[models.Service],
    organisation: models.Organisation,
    named: Sequence[Customer] | Sequence[Service],
) -> tuple[str, ...]:
    """Keep customers or services under the names they have now, and return the ids of those that are news."""
    held = dict(kind.objects.filter(organisation=organisation).values_list("slug", "name"))
    news = [each for each in named if held.get(each.id) != each.name]
    for each in news:
        kind.objects.update_or_create(organisation=organisation, slug=each.id, defaults={"name": each.name})
    return tuple(each.id for each in news)


# --- what is judged anew ---


def _judge_anew(organisation: models.Organisation, book: Book, applied: Applied) -> int:
    """Judge the tickets opened since the first instant at which something else is in force now; return how many."""
    begun = _begun(book, applied)
    if begun is None:
        return 0
    # Not the coverage that is remembered: it would outlive this transaction where that is rolled back.
    return clocks.rebuild(organisation, Coverage(book_of(organisation)), opened_from=begun)


def _begun(book: Book, applied: Applied) -> datetime | None:
    """Return the first instant at which something else is in force; nothing where nothing is."""
    told = {each.label: each for each in book.versions}
    begun = [told[label].begins_at for label in applied.versions]
    ended = [at for label in applied.endings if (at := told[label].ends_at)]
    return min([*begun, *ended], default=None)
