"""Who may do what: pages, commands, imports and services all ask `may`, so that none allows what another forbids.

What nobody has granted is refused: without an assignment, in another organisation, before or after the dates of an
assignment, or outside its scope.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import MappingProxyType

_ANY: frozenset[str] = frozenset()


class Role(Enum):
    """What somebody is to an organisation; a person can be several things at once."""

    ADMINISTRATOR = "administrator"
    SERVICE_MANAGER = "service_manager"
    TECHNICIAN = "technician"
    REPRESENTATIVE = "representative"
    EXECUTIVE = "executive"
    SUPPLIER_CONTACT = "supplier_contact"
    AUDITOR = "auditor"


class Action(Enum):
    """What can be done; each service and each query names one before it does anything."""

    SEE_TICKET = "see_ticket"
    SEE_RESULTS = "see_results"
    RECORD_EVENT = "record_event"
    CORRECT_EVENT = "correct_event"
    EXEMPT = "exempt"
    SEE_AGREEMENT = "see_agreement"
    APPLY_AGREEMENT = "apply_agreement"
    DRAFT_AGREEMENT = "draft_agreement"
    DISCUSS_AGREEMENT = "discuss_agreement"
    APPROVE_AGREEMENT = "approve_agreement"
    IMPORT_LOG = "import_log"
    UNDO_IMPORT = "undo_import"
    VERIFY = "verify"
    SEE_AUDIT = "see_audit"
    SEE_CATALOGUE = "see_catalogue"
    WRITE_CATALOGUE = "write_catalogue"
    AGREE_CATALOGUE = "agree_catalogue"
    DECIDE_UNLISTED = "decide_unlisted"
    SEE_REQUIREMENT = "see_requirement"
    WRITE_REQUIREMENT = "write_requirement"
    JUDGE_REQUIREMENT = "judge_requirement"
    ANSWER_REQUIREMENT = "answer_requirement"
    SEE_SPEC_SHEET = "see_spec_sheet"
    CONFIRM_TARGET = "confirm_target"
    SEE_PEOPLE = "see_people"
    SEE_GROUP = "see_group"
    SEE_SUPPLIER = "see_supplier"
    NOTE_ATTENDANCE = "note_attendance"
    MANAGE_PEOPLE = "manage_people"
    ANONYMISE = "anonymise"
    TRY_SAMPLE = "try_sample"
    BACK_UP = "back_up"
    RESTORE = "restore"
    SEE_REPORT = "see_report"
    SEE_INTERNAL_REPORT = "see_internal_report"
    PREPARE_REPORT = "prepare_report"
    ISSUE_REPORT = "issue_report"


_SEEING = frozenset(
    {
        Action.SEE_TICKET,
        Action.SEE_RESULTS,
        Action.SEE_AGREEMENT,
        Action.SEE_CATALOGUE,
        Action.SEE_REQUIREMENT,
        Action.SEE_REPORT,
    }
)
_AGREEING = frozenset({Action.DISCUSS_AGREEMENT, Action.APPROVE_AGREEMENT})
_WORKING = _SEEING | _AGREEING | {Action.RECORD_EVENT, Action.SEE_INTERNAL_REPORT, Action.SEE_SPEC_SHEET}
_MANAGING = _WORKING | {
    Action.WRITE_REQUIREMENT,
    Action.CORRECT_EVENT,
    Action.EXEMPT,
    Action.APPLY_AGREEMENT,
    Action.DRAFT_AGREEMENT,
    Action.IMPORT_LOG,
    Action.UNDO_IMPORT,
    Action.VERIFY,
    Action.SEE_AUDIT,
    Action.SEE_PEOPLE,
    Action.SEE_GROUP,
    Action.SEE_SUPPLIER,
    Action.NOTE_ATTENDANCE,
    Action.WRITE_CATALOGUE,
    Action.DECIDE_UNLISTED,
    Action.PREPARE_REPORT,
    Action.ISSUE_REPORT,
}

_FOR_USERS = frozenset({Action.AGREE_CATALOGUE, Action.JUDGE_REQUIREMENT, Action.CONFIRM_TARGET})
_FOR_OTHERS = _FOR_USERS | {Action.ANSWER_REQUIREMENT, Action.APPROVE_AGREEMENT}
"""What only they can say who use a service, or deliver it."""

GRANTED: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        # Who runs the program speaks neither for the users nor for those who deliver.
        Role.ADMINISTRATOR: frozenset(Action) - _FOR_OTHERS,
        Role.SERVICE_MANAGER: _MANAGING,
        Role.TECHNICIAN: _WORKING | {Action.ANSWER_REQUIREMENT},
        # What is internal, such as a spec sheet, is for no customer: not for who speaks for users, nor for who pays.
        Role.REPRESENTATIVE: _SEEING | _AGREEING | _FOR_USERS | {Action.SEE_GROUP},
        Role.EXECUTIVE: _SEEING - {Action.SEE_TICKET} | _AGREEING | {Action.SEE_GROUP},
        Role.SUPPLIER_CONTACT: _AGREEING
        | {
            Action.SEE_TICKET,
            Action.SEE_RESULTS,
            Action.SEE_AGREEMENT,
            Action.SEE_SUPPLIER,
            Action.ANSWER_REQUIREMENT,
        },
        Role.AUDITOR: _SEEING
        | {
            Action.SEE_AUDIT,
            Action.SEE_PEOPLE,
            Action.SEE_GROUP,
            Action.SEE_SUPPLIER,
            Action.SEE_SPEC_SHEET,
            Action.VERIFY,
            Action.SEE_INTERNAL_REPORT,
        },
    }
)
"""The actions that each role brings, inside the scope of its assignment."""

WHOLE_ORGANISATION = frozenset(
    {
        Action.APPLY_AGREEMENT,
        Action.IMPORT_LOG,
        Action.UNDO_IMPORT,
        Action.VERIFY,
        Action.SEE_AUDIT,
        Action.SEE_PEOPLE,
        Action.NOTE_ATTENDANCE,
        Action.MANAGE_PEOPLE,
        Action.ANONYMISE,
        Action.TRY_SAMPLE,
        Action.BACK_UP,
        Action.RESTORE,
        Action.SEE_INTERNAL_REPORT,
        Action.PREPARE_REPORT,
        Action.ISSUE_REPORT,
    }
)
"""Actions that touch everything, so that only an assignment without any limit of scope grants them."""

BOUND_TO_A_SUPPLIER = frozenset({Role.SUPPLIER_CONTACT})
"""Roles that see nothing unless their assignment names whose contact they are."""


class InvalidAssignment(ValueError):
    """An assignment that grants nothing, or more than its role can hold."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The services, customers and suppliers an assignment is for; naming none of a sort means all of it."""

    services: frozenset[str] = _ANY
    customers: frozenset[str] = _ANY
    suppliers: frozenset[str] = _ANY

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return not (self.services or self.customers or self.suppliers)

    def holds(self, subject: "Subject") -> bool:
        """Whether a subject lies inside on every side."""
        return (
            _inside(subject.service, self.services)
            and _inside(subject.customer, self.customers)
            and (not self.suppliers or not self.suppliers.isdisjoint(subject.suppliers))
        )


def _inside(name: str, names: frozenset[str]) -> bool:
    return not names or name in names


@dataclass(frozen=True, slots=True)
class Subject:
    """What an action would touch: whose it is, and where in it. A name left empty lies in no limited scope."""

    organisation: str
    service: str = ""
    customer: str = ""
    suppliers: frozenset[str] = _ANY


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role that somebody has, in a scope, from one date to another, both included."""

    role: Role
    scope: Scope = Scope()
    from_on: date | None = None
    until_on: date | None = None

    def __post_init__(self) -> None:
        if self.from_on and self.until_on and self.until_on < self.from_on:
            raise InvalidAssignment(
                f"A role ends on {self.until_on}, before it begins on {self.from_on}. Correct a date."
            )
        if self.role in BOUND_TO_A_SUPPLIER and not self.scope.suppliers:
            raise InvalidAssignment(
                f"The role {self.role.value} needs the supplier whose contact it is. Name one in its scope."
            )

    def holds_on(self, on: date) -> bool:
        """Whether the assignment is in force on a date."""
        return (self.from_on is None or self.from_on <= on) and (self.until_on is None or on <= self.until_on)

    def overlaps(self, other: "Assignment") -> bool:
        """Whether there is a day on which both are in force."""
        begin = max(each.from_on or date.min for each in (self, other))
        return begin <= min(each.until_on or date.max for each in (self, other))

    def grants(self, action: Action, subject: Subject) -> bool:
        """Whether role and scope together grant an action on a subject of the organisation, dates aside."""
        if action not in GRANTED[self.role]:
            return False
        return self.scope.is_whole if action in WHOLE_ORGANISATION else self.scope.holds(subject)


_OTHER_SIDE = MappingProxyType({Role.SERVICE_MANAGER: Role.REPRESENTATIVE, Role.REPRESENTATIVE: Role.SERVICE_MANAGER})


def other_side(held: Iterable[Assignment], wanted: Assignment) -> Assignment | None:
    """Return what somebody holds that makes a role impossible for them: nobody is on both sides for the same users.

    A service manager speaks for those who give support, and so cannot at the same time represent the users of a
    customer group to whom it is given (FITS, service level management: roles).
    """
    facing = (each for each in held if each.role is _OTHER_SIDE.get(wanted.role))
    return next((each for each in facing if each.overlaps(wanted) and _share_users(each.scope, wanted.scope)), None)


def undivided(others: Iterable[Assignment], wanted: Assignment) -> Assignment | None:
    """Return another's role as service manager for the same users, which a second one would have to be divided from.

    One is usual. More than one each look after customer groups of their own; who has the role for a time that ends
    stands in for the other (FITS, service level management: roles).
    """
    if wanted.role is not Role.SERVICE_MANAGER or wanted.scope.customers or wanted.until_on is not None:
        return None
    managing = (each for each in others if each.role is Role.SERVICE_MANAGER and each.until_on is None)
    return next((each for each in managing if not each.scope.customers and each.overlaps(wanted)), None)


def _share_users(one: Scope, other: Scope) -> bool:
    return not (one.customers and other.customers) or not one.customers.isdisjoint(other.customers)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: a person of an organisation on a date there, with the roles assigned to them."""

    organisation: str
    person: str
    on: date
    assignments: tuple[Assignment, ...] = ()

    def __post_init__(self) -> None:
        if not (self.organisation and self.person):
            raise InvalidAssignment("Somebody who asks has an organisation and a name there. Give both.")


def may(viewer: Viewer, action: Action, subject: Subject) -> bool:
    """Say whether a viewer may do something to a subject: by one assignment alone, never by two put together."""
    return viewer.organisation == subject.organisation and any(
        each.holds_on(viewer.on) and each.grants(action, subject) for each in viewer.assignments
    )
