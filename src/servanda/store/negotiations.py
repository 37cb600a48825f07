"""Versions of agreements under way, as they are kept, and who may read, write and approve them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from servanda.engine.agreements import AgreementVersion, Book, Customer, Service
from servanda.engine.negotiation import SPEAKING, Negotiation, Side, State, StepKind, concerns, sides
from servanda.engine.rights import GRANTED, Action, Assignment, Subject, Viewer, may
from servanda.store import models, translate
from servanda.store.books import remembered_book


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version as somebody proposes it, with the names of customers and services that it brings along."""

    version: AgreementVersion
    customers: Mapping[str, str] = field(default_factory=dict)
    services: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> dict[str, dict[str, str]]:
        """The names as they are kept."""
        return {"customers": dict(self.customers), "services": dict(self.services)}


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A negotiation as it is kept: its record, its last text with its record, and where it stands."""

    record: models.Negotiation
    text: models.ProposedText
    proposal: Proposal
    standing: Negotiation

    @property
    def version(self) -> AgreementVersion:
        """The version as it is proposed last."""
        return self.proposal.version


# --- who may ---


def may_draft(viewer: Viewer, version: AgreementVersion) -> bool:
    """Whether a viewer may write a version: for every service and customer that it names, or for all of them."""
    return all(may(viewer, Action.DRAFT_AGREEMENT, each) for each in _subjects(viewer, version))


def speaks_for(viewer: Viewer, version: AgreementVersion) -> tuple[Side, ...]:
    """Return the sides of a version for which a viewer may approve."""
    return tuple(each for each in sides(version) if _speaks(viewer, version, each))


def _speaks(viewer: Viewer, version: AgreementVersion, side: Side) -> bool:
    return any(each.role in SPEAKING[side] for each in _concerned(viewer, version, Action.APPROVE_AGREEMENT))


def discusses(viewer: Viewer, version: AgreementVersion) -> bool:
    """Whether a viewer may see a version under negotiation and say something about it."""
    return any(_concerned(viewer, version, Action.DISCUSS_AGREEMENT))


def _concerned(viewer: Viewer, version: AgreementVersion, action: Action) -> Iterator[Assignment]:
    """Yield the assignments of a viewer that bring an action and to whose scope a version promises something."""
    for each in viewer.assignments:
        if each.holds_on(viewer.on) and action in GRANTED[each.role] and concerns(each.scope, version):
            yield each


def _subjects(viewer: Viewer, version: AgreementVersion) -> Iterator[Subject]:
    """Yield what a version is for, each customer with each service."""
    suppliers = frozenset(each.party for each in version.targets if each.party)
    for service in sorted(version.services) or [""]:
        for customer in sorted(version.customers) or [""]:
            yield Subject(viewer.organisation, service, customer, suppliers)


def may_see(viewer: Viewer, found: UnderWay) -> bool:
    """Whether a viewer may read a version under way: a draft only who writes it, then also who discusses it."""
    if may_draft(viewer, found.version):
        return True
    opened = any(each.kind is StepKind.OPENED for each in found.standing.steps)
    return opened and found.standing.state is not State.DRAFT and discusses(viewer, found.version)


def read(record: models.Negotiation) -> UnderWay:
    """Return a negotiation with its last text and all its steps."""
    return _made(record, record.texts.order_by("-number")[0], record.steps.order_by("number"))


def read_open(organisation: models.Organisation) -> tuple[UnderWay, ...]:
    """Return every negotiation of an organisation that is not over, by agreement; in two statements, however many."""
    of_one = {"negotiation__organisation": organisation, "organisation": organisation}
    steps: dict[int, list[models.NegotiationStep]] = {}
    for step in models.NegotiationStep.objects.filter(**of_one).order_by("negotiation_id", "number"):
        steps.setdefault(step.negotiation_id, []).append(step)
    over = [pk for pk, taken in steps.items() if taken[-1].kind in _OVER]
    texts = models.ProposedText.objects.filter(**of_one).exclude(negotiation__in=over)
    last = {each.negotiation_id: each for each in texts.select_related("negotiation__organisation").order_by("number")}
    found = (_made(each.negotiation, each, steps.get(pk, ())) for pk, each in last.items())
    return tuple(sorted(found, key=lambda each: each.record.agreement))


_OVER = frozenset({StepKind.WITHDRAWN.value, StepKind.KEPT.value})


def _made(record: models.Negotiation, text: models.ProposedText, taken: Iterable[models.NegotiationStep]) -> UnderWay:
    proposal = proposal_of(text)
    steps = tuple(map(translate.step_of, taken))
    return UnderWay(record, text, proposal, Negotiation(text.number, sides(proposal.version), steps))


def proposal_of(text: models.ProposedText) -> Proposal:
    """Return what a text proposes."""
    version = AgreementVersion.from_canonical(text.content)
    return Proposal(version, text.names["customers"], text.names["services"])


def book(organisation: models.Organisation, proposal: Proposal, *others: AgreementVersion) -> Book:
    """Return the book of a proposed version, and of others, with the names that are kept.

    Raise `InvalidAgreement` where it contradicts itself.
    """
    kept, every = remembered_book(organisation), (proposal.version, *others)
    used = [x for each in every for x in (each.calendar, *(one.calendar for one in each.targets)) if x is not None]
    schemes = [each.priorities for each in every if each.priorities.codes]
    services = {each.id: each.name for each in kept.services} | dict(proposal.services)
    customers = {each.id: each.name for each in kept.customers} | dict(proposal.customers)
    return Book(
        kept.organisation,
        customers=tuple(Customer(*each) for each in customers.items()),
        services=tuple(Service(*each) for each in services.items()),
        calendars=tuple(each for place, each in enumerate(used) if each not in used[:place]),
        priorities=tuple(each for place, each in enumerate(schemes) if each not in schemes[:place]),
        versions=every,
    )
