"""The service catalogue: what each service is, in its users' words, and what must not be said of it.

An entry tells of a service, never of a piece of equipment: equipment hangs below a service as a component (FITS,
service level management, step 1). Who wrote an entry, who agreed to it and when is kept beside it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

LOWEST_RANK, HIGHEST_RANK = 1, 999


class InvalidEntry(ValueError):
    """Something that an entry cannot say."""


class Support(Enum):
    """Whether technical support is given for a service: for all of it, for a part, or not at all."""

    FULL = "full"
    PART = "part"
    NONE = "none"


class ComponentKind(Enum):
    """What a component of a service is."""

    HARDWARE = "hardware"
    SOFTWARE = "software"
    NETWORK = "network"
    CONSUMABLES = "consumables"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Component:
    """A thing that a service is made of; without a critical one the service is down."""

    name: str
    kind: ComponentKind
    critical: bool = False


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What the catalogue says of a service.

    `description` is in users' words; `used_by` has ids of customers, or names of groups that nothing else names;
    `process` is the work that rests on the service; `owner` is the id of a person; `rank` 1 comes first, two may share
    a rank, and none is unranked; `depends_on` has ids of services; what is `withdrawn` is offered no more.
    """

    name: str
    description: str = ""
    supported: Support = Support.FULL
    not_covered: str = ""
    used_by: tuple[str, ...] = ()
    users: int | None = None
    place: str = ""
    hours: str = ""
    first_contact: str = ""
    process: str = ""
    owner: str = ""
    supplied_by: str = ""
    supported_by: str = ""
    rank: int | None = None
    components: tuple[Component, ...] = ()
    depends_on: tuple[str, ...] = ()
    withdrawn: bool = False

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InvalidEntry("An entry has the name of its service. Give one.")
        if self.rank is not None and not LOWEST_RANK <= self.rank <= HIGHEST_RANK:
            raise InvalidEntry(
                f"A rank is a whole number from {LOWEST_RANK} to {HIGHEST_RANK}; this one is {self.rank}."
            )
        if self.users is not None and self.users < 0:
            raise InvalidEntry(f"A number of users is at least 0; this one is {self.users}.")
        for what, names in (("group of users", self.used_by), ("service", self.depends_on)):
            _refuse_twice(what, names)
        _refuse_twice("component", [each.name for each in self.components])

    @property
    def critical(self) -> tuple[Component, ...]:
        """The components without which the service is down."""
        return tuple(each for each in self.components if each.critical)


def _refuse_twice(what: str, names: Sequence[str]) -> None:
    twice = sorted({each for each in names if names.count(each) > 1})
    if twice:
        raise InvalidEntry(f"The {what} '{twice[0]}' is named twice. Name each once.")


_WORDS = (
    *("printers?", "laser ?jet", "desk ?jet", "ink ?jet", "toners?", "cartridges?", "scanners?", "cameras?"),
    *("computers?", "pcs?", "workstations?", "laptops?", "notebooks?", "chrome ?books?", "mac ?books?"),
    *("tablets?", "i ?pads?", "monitors?", "screens?", "keyboards?", "mouse", "mice", "hand ?sets?", "usb ?sticks?"),
    *("servers?", "switch(es)?", "routers?", "access points?", "cables?", "projectors?", "white ?boards?"),
)
_EQUIPMENT = re.compile(rf"\b({'|'.join(_WORDS)})\b", re.IGNORECASE)


def equipment_in(name: str) -> str:
    """Return the word in the name of a service that sounds like equipment, such as `printer`; nothing without one.

    It is a prompt and no proof: "Printer support" may well be a service.
    """
    found = _EQUIPMENT.search(name)
    return found[0].lower() if found else ""


def circle(depends_on: Mapping[str, Iterable[str]], through: str = "") -> tuple[str, ...]:
    """Return services that depend on one another in a circle, the first one again at the end; nothing without one.

    With `through` only what one service rests on is looked at: enough where nothing else was changed.
    """
    done: set[str] = set()
    for start in [through] if through else sorted(depends_on):
        found = _circle_from(start, depends_on, done)
        if found:
            return found
    return ()


def _circle_from(start: str, depends_on: Mapping[str, Iterable[str]], done: set[str]) -> tuple[str, ...]:
    """Walk along what a service depends on, without a stack of calls that a long chain would overrun."""
    if start in done:
        return ()
    path, waiting = [start], [(start, iter(sorted(depends_on.get(start, ()))))]
    while waiting:
        service, rest = waiting[-1]
        following = next(rest, None)
        if following is None:
            done.add(service)
            waiting.pop()
            path.pop()
        elif following in path:
            return (*path[path.index(following) :], following)
        elif following not in done:
            path.append(following)
            waiting.append((following, iter(sorted(depends_on.get(following, ())))))
    return ()


class Unlisted(Enum):
    """Why a ticket is for something that technical support has not agreed to look after."""

    SERVICE = "service"
    WITHDRAWN = "withdrawn"
    NOT_SUPPORTED = "not_supported"
    COMPONENT = "component"


def unlisted(entry: CatalogueEntry | None, component: str = "") -> Unlisted | None:
    """Return why a ticket for a service, with what the catalogue says of it, is unlisted; `None` where it is listed.

    A component counts where the entry names components, whatever the case of its letters.
    """
    if entry is None:
        return Unlisted.SERVICE
    if entry.withdrawn:
        return Unlisted.WITHDRAWN
    if entry.supported is Support.NONE:
        return Unlisted.NOT_SUPPORTED
    named = {each.name.casefold() for each in entry.components}
    return Unlisted.COMPONENT if component and named and component.casefold() not in named else None
