"""Who is there beside tickets and promises: people with their roles, groups of users, teams and suppliers.

Tickets, agreements and roles name groups, teams and suppliers by an id; what is kept here says who is meant by it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

from servanda.engine.rights import Assignment

LINES = (1, 2, 3)
_NOBODY: frozenset[str] = frozenset()


class InvalidRecord(ValueError):
    """Something that cannot be said of a group of users, a team or a supplier."""


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """Somebody who is kept by name, with every role they have, had or are to have."""

    name: str
    email: str = ""
    active: bool = True
    roles: frozenset[Assignment] = frozenset()


@dataclass(frozen=True, slots=True)
class CustomerGroup:
    """A group of users: what it is called, about how many they are, and who they are, in words.

    One that only agreements named may have no name; it is called by its id then.
    """

    name: str = ""
    users: int | None = None
    description: str = ""

    def __post_init__(self) -> None:
        _refuse(
            self.users is not None and self.users < 0, f"A number of users is at least 0; this one is {self.users}."
        )


@dataclass(frozen=True, slots=True)
class Supplier:
    """Somebody outside who delivers: what they do, how they are reached, and whom one turns to in a dispute.

    `since` and `until` are the first and last day on which they do; left out, there is none.
    """

    name: str
    description: str = ""
    contacts: str = ""
    dispute_contact: str = ""
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        _refuse(not self.name.strip(), "A supplier has a name. Give one.")
        _refuse(
            bool(self.since and self.until and self.until < self.since),
            f"A supplier ends on {self.until}, before it begins on {self.since}. Correct a date.",
        )

    def standing_on(self, on: date) -> "SupplierStanding":
        """Return how far one is with a supplier on a day."""
        if self.since and on < self.since:
            return SupplierStanding.TO_COME
        if self.until and self.until < on:
            return SupplierStanding.ENDED
        return SupplierStanding.LEAVING if self.until else SupplierStanding.HERE


class SupplierStanding(Enum):
    """How far one is with a supplier: it is to begin, is here, is here until a last day, or was."""

    TO_COME = "to come"
    HERE = "here"
    LEAVING = "leaving"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Team:
    """A line of support: 1 is asked first, 3 last; what it does, how it is reached, and the ids of who is in it.

    `supplier` is the id of the supplier whose team it is; empty for one of one's own. One that is not `active` is
    closed: it stays known, and is given nothing.
    """

    name: str
    line: int = LINES[0]
    supplier: str = ""
    description: str = ""
    email: str = ""
    contact: str = ""
    members: frozenset[str] = _NOBODY
    active: bool = True

    def __post_init__(self) -> None:
        _refuse(not self.name.strip(), "A team has a name. Give one.")
        _refuse(self.line not in LINES, f"A line of support is 1, 2 or 3; this one is {self.line}.")


def _refuse(wrong: bool, sentence: str) -> None:
    if wrong:
        raise InvalidRecord(sentence)


Record = CustomerGroup | Supplier | Team


class Sort(Enum):
    """What a record is of."""

    GROUP = "group"
    SUPPLIER = "supplier"
    TEAM = "team"

    @property
    def kind(self) -> type[Record]:
        """The class of such a record."""
        return _KINDS[self]


_KINDS: Mapping[Sort, type[Record]] = {Sort.GROUP: CustomerGroup, Sort.SUPPLIER: Supplier, Sort.TEAM: Team}


@dataclass(frozen=True, slots=True)
class Everybody:
    """What an organisation keeps of all of them, each by its id."""

    people: Mapping[str, PersonRecord] = field(default_factory=dict)
    groups: Mapping[str, CustomerGroup] = field(default_factory=dict)
    suppliers: Mapping[str, Supplier] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)

    def of(self, sort: Sort) -> Mapping[str, Record]:
        """Return the records of a sort."""
        by_sort: Mapping[Sort, Mapping[str, Record]] = {
            Sort.GROUP: self.groups,
            Sort.SUPPLIER: self.suppliers,
            Sort.TEAM: self.teams,
        }
        return by_sort[sort]


# --- from the roles that somebody has to those that they are told to have ---


@dataclass(frozen=True, slots=True)
class Shifted:
    """A role that somebody has with another last day than before."""

    before: Assignment
    after: Assignment

    @property
    def is_shorter(self) -> bool:
        """Whether it ends earlier."""
        return (self.after.until_on or date.max) < (self.before.until_on or date.max)


def told_apart(
    held: frozenset[Assignment], told: frozenset[Assignment]
) -> tuple[tuple[Shifted, ...], tuple[Assignment, ...]]:
    """Return which held roles get another last day by what is told, and which told roles are new, each in order.

    A told role with the scope and first day of a held one that is not told as it stands is that one with another last
    day. Whatever is held and not told stays.
    """
    left = in_order(held - told)
    shifted, new = [], []
    for each in in_order(told - held):
        before = next((one for one in left if replace(one, until_on=each.until_on) == each), None)
        if before is None:
            new.append(each)
        else:
            left.remove(before)
            shifted.append(Shifted(before, each))
    return tuple(shifted), tuple(new)


def in_order(roles: frozenset[Assignment]) -> list[Assignment]:
    """Return roles in the one order in which files list them: by role, first day, scope and last day."""
    return sorted(roles, key=_place)


def _place(role: Assignment) -> tuple[object, ...]:
    scope = role.scope
    names = (sorted(scope.services), sorted(scope.customers), sorted(scope.suppliers))
    return role.role.value, role.from_on or date.min, names, role.until_on or date.max
