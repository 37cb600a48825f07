"""Versions of agreements under way, as somebody may see them, and what a proposed one would have come to."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from servanda.engine.agreements import FIRST_YEAR, AgreementVersion, UnknownPriority
from servanda.engine.calendars import NoOpeningHours
from servanda.engine.coverage import Coverage
from servanda.engine.events import Ticket, first_opened
from servanda.engine.judging import Reading, judge
from servanda.engine.results import Result, Standing, verdict_of
from servanda.engine.rights import Action, Viewer
from servanda.queries.agreements import Names, names_of
from servanda.queries.logs import KeptTickets
from servanda.store import models
from servanda.store.access import NotFound, access_part, narrowed
from servanda.store.books import remembered_book
from servanda.store.negotiations import Proposal, UnderWay, book, may_see, proposal_of, read, read_open
from servanda.store.reports import instant_of

MOST_TRIED = 1_000
"""Up to how many tickets a proposed version is tried on."""


@dataclass(frozen=True, slots=True)
class Written:
    """One text of a version under way: its number, who wrote it and when, and what it proposes."""

    number: int
    person: str
    at: datetime
    proposal: Proposal


def listing(viewer: Viewer) -> tuple[UnderWay, ...]:
    """Return the versions under way that a viewer may see, by agreement; raise `NotFound` where they may see none."""
    organisation = access_part(viewer, Action.DISCUSS_AGREEMENT)
    return tuple(each for each in read_open(organisation) if may_see(viewer, each))


def one(viewer: Viewer, agreement: str, sequence: int) -> UnderWay:
    """Return a version under way, or one that was; raise `NotFound` where there is none for the viewer."""
    organisation = access_part(viewer, Action.DISCUSS_AGREEMENT)
    records = models.Negotiation.objects.filter(organisation=organisation, agreement=agreement, sequence=sequence)
    record = records.select_related("organisation").first()
    found = read(record) if record else None
    if found is None or not may_see(viewer, found):
        raise NotFound(f"draft {sequence} of the agreement '{agreement}'")
    return found


def behind(viewer: Viewer, version: AgreementVersion) -> UnderWay | None:
    """Return the negotiation that a kept version came out of; nothing for one that was applied from a file."""
    organisation = access_part(viewer, Action.SEE_AGREEMENT)
    records = models.Negotiation.objects.filter(
        organisation=organisation, agreement=version.agreement, version_number=version.number
    )
    record = records.select_related("organisation").order_by("-sequence").first()
    found = read(record) if record else None
    return found if found and found.text.content_hash == version.content_hash() else None


def texts(found: UnderWay) -> tuple[Written, ...]:
    """Return every text of a version under way, the last one first."""
    records = found.record.texts.order_by("-number")
    return tuple(
        Written(each.number, each.written_by, instant_of(each.written_at), proposal_of(each)) for each in records
    )


def last_kept(found: UnderWay) -> AgreementVersion | None:
    """Return the version of the same agreement that is kept last; nothing where it is the first."""
    versions = remembered_book(found.record.organisation).agreements().get(found.version.agreement, [])
    earlier = [each for each in versions if each.number < found.version.number]
    return earlier[-1] if earlier else None


def names(found: UnderWay) -> Names:
    """Return what services and customers are called, those that the text brings along among them."""
    kept, proposal = kept_names(found), found.proposal
    return Names({**kept.services, **proposal.services}, {**kept.customers, **proposal.customers})


def kept_names(found: UnderWay) -> Names:
    """Return what the services and customers that are kept are called."""
    return names_of(remembered_book(found.record.organisation))


def people(found: UnderWay) -> Mapping[str, str]:
    """Return what those are called who wrote the last text, took a step or approved, by their ids."""
    met = {found.text.written_by} | {id for each in found.standing.steps for id in (each.person, each.signatory)}
    people = models.Person.objects.filter(organisation=found.record.organisation, slug__in=met)
    return dict(people.values_list("slug", "name"))


# --- what it would have come to ---


@dataclass(frozen=True, slots=True)
class Trial:
    """What a proposed version would have come to, by target, over tickets opened from one date to another.

    `unjudged` are those among them for whose priority or dates the version has no word.
    """

    tickets: int
    unjudged: int
    first: date | None
    last: date | None
    by_target: Mapping[str, Result]


def tried(viewer: Viewer, found: UnderWay, now: datetime) -> Trial:
    """Judge the last `MOST_TRIED` tickets that a viewer may see by a proposed version, as if it had been in force.

    Nothing is kept.
    """
    version, organisation = found.version, found.record.organisation
    within = narrowed(viewer, Action.SEE_RESULTS)
    records = models.Ticket.objects.filter(within, organisation=organisation, opened_at__lt=now)
    if version.services:
        records = records.filter(service__in=version.services)
    if version.customers:
        records = records.filter(customer__in=version.customers)
    newest = list(records.order_by("-opened_at", "-pk").values_list("pk", flat=True)[:MOST_TRIED])
    tickets = list(KeptTickets(viewer, Action.SEE_RESULTS, models.Ticket.objects.filter(pk__in=newest)))
    coverage = Coverage(book(organisation, replace(found.proposal, version=_long_in_force(version))))
    judged = [_judged(each, coverage, now) for each in tickets]
    opened = [version.local_date(first_opened(each.number, each.ordered()).happened_at) for each in tickets]
    by_target = _results(reading for each in judged for reading in each or ())
    return Trial(len(tickets), judged.count(None), min(opened, default=None), max(opened, default=None), by_target)


def _long_in_force(version: AgreementVersion) -> AgreementVersion:
    """Return a version as if it had been in force all along."""
    return replace(version, effective_from=date(FIRST_YEAR, 1, 1), effective_until=None, enforce_from=None)


def _judged(ticket: Ticket, coverage: Coverage, now: datetime) -> tuple[Reading, ...] | None:
    """Return the readings of a ticket; nothing where the proposed priorities or calendar have no word for it."""
    try:
        return judge(ticket, coverage, now)
    except (UnknownPriority, NoOpeningHours):
        return None


def _results(readings: Iterable[Reading]) -> Mapping[str, Result]:
    counted: Counter[tuple[str, bool]] = Counter()
    for each in readings:
        verdict = verdict_of(each) if each.cover.target is not None and each.counted else None
        if verdict is not None:
            counted[each.target, verdict.met] += 1
    targets = {target for target, _ in counted}
    return {
        each: Result({Standing.MET: counted[each, True], Standing.MISSED: counted[each, False]}) for each in targets
    }
