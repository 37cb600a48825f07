"""How a version of an agreement comes about: drafted, negotiated, approved by every side, and then kept.

What was done is a list of steps that only grows; where a negotiation stands follows from them. An approval is of one
text: whoever writes another asks every side again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from types import MappingProxyType

from servanda.engine.agreements import AgreementKind, AgreementVersion
from servanda.engine.rights import Role, Scope


class Side(Enum):
    """Who has to approve: of an SLA the customer and the provider, and of the first one programme leadership too."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    PROGRAMME = "programme"
    TEAM = "team"
    SUPPLIER = "supplier"


SPEAKING: Mapping[Side, frozenset[Role]] = MappingProxyType(
    {
        Side.CUSTOMER: frozenset({Role.REPRESENTATIVE, Role.EXECUTIVE}),
        Side.PROVIDER: frozenset({Role.SERVICE_MANAGER}),
        Side.PROGRAMME: frozenset({Role.EXECUTIVE}),
        Side.TEAM: frozenset({Role.TECHNICIAN}),
        Side.SUPPLIER: frozenset({Role.SUPPLIER_CONTACT}),
    }
)
"""The roles that may approve for a side."""


def sides(version: AgreementVersion) -> tuple[Side, ...]:
    """Return the sides whose approval a version needs.

    First SLAs are drafted in agreement of business, IT leadership and programme leadership; later versions of one
    are agreed between customer and provider. An OLA is agreed with the team, a contract with the supplier.
    """
    if version.kind is AgreementKind.SLA:
        both = (Side.CUSTOMER, Side.PROVIDER)
        return (*both, Side.PROGRAMME) if version.number == 1 else both
    return (Side.PROVIDER, Side.TEAM if version.kind is AgreementKind.OLA else Side.SUPPLIER)


def concerns(scope: Scope, version: AgreementVersion) -> bool:
    """Whether a version promises anything to what lies in a scope; one that names nothing is for everybody."""
    suppliers = {each.party for each in version.targets if each.party}
    return (
        _meets(scope.services, version.services)
        and _meets(scope.customers, version.customers)
        and (not scope.suppliers or not scope.suppliers.isdisjoint(suppliers))
    )


def _meets(scope: frozenset[str], named: frozenset[str]) -> bool:
    return not scope or not named or not scope.isdisjoint(named)


class StepKind(Enum):
    """What was done in a negotiation."""

    OPENED = "opened"
    REOPENED = "reopened"  # as a draft that only its writers see
    REMARKED = "remarked"
    COUNTERED = "countered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WAIVED = "waived"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    KEPT = "kept"


class State(Enum):
    """Where a negotiation stands."""

    DRAFT = "draft"
    NEGOTIATING = "negotiating"
    AGREED = "agreed"
    KEPT = "kept"
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether anything can still be done."""
        return self not in (State.KEPT, State.WITHDRAWN)


class InvalidStep(ValueError):
    """A step that a negotiation does not allow where it stands; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done: by whom, when, and on which text, by its number.

    `signatory` is the id of who approved for a `side`; the person only wrote it down where that is `on_paper`;
    `target` what a remark or counter-proposal is about; `answers` the number of the counter-proposal that was accepted
    or declined; `rule` what was waived.
    """

    number: int
    kind: StepKind
    person: str
    at: datetime
    on_text: int
    remark: str = ""
    side: Side | None = None
    signatory: str = ""
    on_paper: bool = False
    target: str = ""
    answers: int = 0
    rule: str = ""

    def __post_init__(self) -> None:
        if self.kind in _NEED_WORDS and not self.remark.strip():
            raise InvalidStep(f"{_NEED_WORDS[self.kind]} needs words. Write them.")
        if self.kind is StepKind.APPROVED and not (self.side and self.signatory.strip()):
            raise InvalidStep("An approval needs its side and who gives it. Name both.")


_NEED_WORDS = {
    StepKind.REMARKED: "A remark",
    StepKind.COUNTERED: "A counter-proposal",
    StepKind.DECLINED: "Declining a counter-proposal",
    StepKind.WAIVED: "Letting a finding stand",
    StepKind.WITHDRAWN: "Withdrawing a draft",
}


@dataclass(frozen=True)
class Negotiation:
    """A version under way: its last text by number, the sides that must approve, and what was done."""

    text: int
    sides: tuple[Side, ...]
    steps: Sequence[Step] = field(default_factory=tuple)

    @property
    def approvals(self) -> Mapping[Side, Step]:
        """Who approved the last text, by side."""
        on_this = (each for each in self.steps if each.kind is StepKind.APPROVED and each.on_text == self.text)
        return {each.side: each for each in on_this if each.side is not None}

    @property
    def lacking(self) -> tuple[Side, ...]:
        """The sides that have not approved the last text yet."""
        return tuple(each for each in self.sides if each not in self.approvals)

    @property
    def state(self) -> State:
        """Where it stands."""
        turns = [each.kind for each in self.steps if each.kind in _TURNS]
        if not turns or turns[-1] is StepKind.REOPENED:
            return State.DRAFT
        if turns[-1] is StepKind.OPENED:
            return State.NEGOTIATING if self.lacking else State.AGREED
        return State.KEPT if turns[-1] is StepKind.KEPT else State.WITHDRAWN

    @property
    def unanswered(self) -> tuple[Step, ...]:
        """The counter-proposals that nobody has accepted or declined."""
        answered = {each.answers for each in self.steps}
        return tuple(each for each in self.steps if each.kind is StepKind.COUNTERED and each.number not in answered)

    @property
    def waived(self) -> Mapping[tuple[str, str], Step]:
        """The findings that somebody let stand with a reason, by rule and target, on whichever text."""
        return {(each.rule, each.target): each for each in self.steps if each.kind is StepKind.WAIVED}

    def check(self, step: Step, targets: Collection[str] = ()) -> None:
        """Raise `InvalidStep` where a step cannot be taken now; `targets` are the ids in the last text."""
        state = self.state
        if state not in _ALLOWED[step.kind]:
            raise InvalidStep(f"This cannot be done while it is {STATES[state]}. {_MENDS[state]}")
        if step.target and step.target not in targets:
            raise InvalidStep(f"There is no target '{step.target}' in it. Choose one of its targets.")
        if step.kind is StepKind.APPROVED:
            self._check_approval(step)
        if step.kind in (StepKind.ACCEPTED, StepKind.DECLINED) and step.answers not in {
            each.number for each in self.unanswered
        }:
            raise InvalidStep("That counter-proposal is answered already, or there is none. Look at the page again.")

    def _check_approval(self, step: Step) -> None:
        if step.on_text != self.text:
            raise InvalidStep(f"Text {self.text} is there by now; you read text {step.on_text}. Read it, then approve.")
        if step.side not in self.sides:
            raise InvalidStep("That side has nothing to approve here. Choose one of those asked.")
        if step.side in self.approvals:
            raise InvalidStep("That side has approved this text already. Nothing more is needed of it.")
        if self.unanswered:
            raise InvalidStep("A counter-proposal waits for an answer. Accept or decline it first.")
        for other in self.approvals.values():
            if step.signatory == other.signatory:
                raise InvalidStep("They have approved for another side. One person cannot fill two sides.")


_TURNS = frozenset({StepKind.OPENED, StepKind.REOPENED, StepKind.WITHDRAWN, StepKind.KEPT})
_WHILE_OPEN = frozenset({State.DRAFT, State.NEGOTIATING, State.AGREED})
_UNDER_WAY = frozenset({State.NEGOTIATING, State.AGREED})
_ALLOWED: Mapping[StepKind, frozenset[State]] = {
    StepKind.OPENED: frozenset({State.DRAFT}),
    StepKind.REOPENED: _UNDER_WAY,
    StepKind.REMARKED: _UNDER_WAY,
    StepKind.COUNTERED: frozenset({State.NEGOTIATING}),
    StepKind.ACCEPTED: _UNDER_WAY,
    StepKind.DECLINED: _UNDER_WAY,
    StepKind.WAIVED: _WHILE_OPEN,
    StepKind.APPROVED: frozenset({State.NEGOTIATING}),
    StepKind.WITHDRAWN: _WHILE_OPEN,
    StepKind.KEPT: frozenset({State.AGREED}),
}
STATES: Mapping[State, str] = {
    State.DRAFT: "a draft",
    State.NEGOTIATING: "under negotiation",
    State.AGREED: "agreed by every side",
    State.KEPT: "kept as a version",
    State.WITHDRAWN: "withdrawn",
}
_MENDS: Mapping[State, str] = {
    State.DRAFT: "Open the negotiation first.",
    State.NEGOTIATING: "Every side has to approve first, or it has to become a draft again.",
    State.AGREED: "Put it into force, or make it a draft again.",
    State.KEPT: "Start a new version for what is to change.",
    State.WITHDRAWN: "Start another draft.",
}
