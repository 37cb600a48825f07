"""What people call the things that results are split by, and the order in which they look for them."""

from collections.abc import Iterable

from servanda.engine.agreements import Book
from servanda.engine.targets import TargetKind

WITHOUT = {"service": "no service", "customer": "no customer", "priority": "any"}

_KINDS = {kind.value: f"({kind.value.replace('_', ' ')})" for kind in TargetKind}


class Names:
    """The names of a book's services, customers and targets; an id where it has no name."""

    def __init__(self, book: Book) -> None:
        self._named = {
            "service": {each.id: each.name for each in book.services if each.name},
            "customer": {each.id: each.name for each in book.customers if each.name},
        }
        self._targets = {
            (version.agreement, target.id): target.name
            for versions in book.agreements().values()
            for version in versions
            for target in version.targets
            if target.name
        }
        self._ranks = {
            "priority": _ranks(code for scheme in book.priorities for code in scheme.codes),
            "target": _ranks(target.id for version in book.versions for target in version.targets),
        }

    def of(self, word: str, id: str, agreement: str = "") -> str:
        """Return the name of a service, customer, priority or target."""
        if word == "target":
            return self._targets.get((agreement, id), id) if agreement else _KINDS.get(id, id)
        return self._named.get(word, {}).get(id, id) or WITHOUT[word]

    def place(self, word: str, id: str) -> tuple[int, str]:
        """Return where an id stands: priorities from the most urgent, targets as in the book, all else by name."""
        ranks = self._ranks.get(word, {})
        return ranks.get(id, len(ranks)), self.of(word, id).casefold()


def _ranks(ids: Iterable[str]) -> dict[str, int]:
    return {id: rank for rank, id in enumerate(dict.fromkeys(ids))}
