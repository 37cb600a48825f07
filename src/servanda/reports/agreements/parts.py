"""What an agreement version is written as: parts with statements, each of which a reader can compare with another's."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol


class Names(Protocol):
    """What services and customers are called, by their ids."""

    def of_services(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return the names of services in order."""

    def of_customers(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return the names of customers in order."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a version says: what about, and what. `key` is the same for the same thing in another version.

    A `listed` statement says several things beside each other; any other says one, in as many sentences as it needs.
    """

    key: str
    about: str
    says: tuple[str, ...]
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the document under a heading."""

    key: str
    heading: str
    statements: tuple[Statement, ...]

    @property
    def by_key(self) -> Mapping[str, Statement]:
        """The statements by what they are the same by."""
        return {each.key: each for each in self.statements}


@dataclass(frozen=True, slots=True)
class Promise:
    """One target in words: what is promised, its limit for each priority, and its other terms.

    `heading` is its name and `summary` what is promised without any limit; `not_agreed` says so where it is only
    assumed or proposed.
    """

    target: str
    heading: str
    summary: str
    limits: tuple[Statement, ...]
    terms: tuple[Statement, ...]
    not_agreed: str = ""

    @property
    def part(self) -> Part:
        """The promise as a part like any other, to be compared."""
        own = (
            Statement("name", "Name", (self.heading,)),
            Statement("summary", "Promise", (self.summary,)),
            Statement("standing", "Standing", (self.not_agreed or "Agreed.",)),
        )
        return Part(f"target {self.target}", self.heading, (*own, *self.limits, *self.terms))


def told(*statements: Statement | None) -> tuple[Statement, ...]:
    """Return the statements that say something."""
    return tuple(each for each in statements if each is not None and each.says)


def stated(key: str, about: str, *says: str) -> Statement | None:
    """Return a statement of sentences, nothing where all are empty."""
    sentences = tuple(filter(None, says))
    return Statement(key, about, sentences) if sentences else None


def listing(key: str, about: str, says: Iterable[str]) -> Statement | None:
    """Return a statement of things beside each other, nothing where there is none."""
    things = tuple(says)
    return Statement(key, about, things, listed=True) if things else None


def joined(words: Iterable[str]) -> str:
    """Return words as a sentence lists them: `a`, `a and b`, `a, b and c`."""
    *first, last = tuple(words) or ("",)
    return f"{', '.join(first)} and {last}" if first else last


def quoted(names: Iterable[str]) -> Iterator[str]:
    """Yield names in quotes."""
    return (f"'{each}'" for each in names)
