"""Long lists in pages, narrowed down by what is looked for; a page beyond the last is the last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest

from servanda.web import parameters

Item = TypeVar("Item")

A_PAGE = 100
"""Up to how many rows a list shows at once."""


@dataclass(frozen=True, slots=True)
class Paged(Generic[Item]):
    """A page of a list: its items, how many there are in all, and where the pages before and after it are.

    `sought` is what was looked for, and `found` how many have it; `is_long` says whether looking is worth offering.
    """

    items: tuple[Item, ...]
    sought: str
    found: int
    of: int
    number: int
    pages: int
    previous: str
    following: str

    @property
    def is_long(self) -> bool:
        """Whether there are more than fit on a page."""
        return self.of > A_PAGE


def paged(request: HttpRequest, every: Sequence[Item], text_of: Callable[[Item], str]) -> Paged[Item]:
    """Return the page of a list that is asked for by `find` and `page`; `text_of` tells what an item is found by.

    Raise `BadInput` for a page that is no number.
    """
    sought = request.GET.get("find", "").strip()
    words = sought.casefold().split()
    found = [each for each in every if all(word in text_of(each).casefold() for word in words)] if words else every
    pages = max(1, -(-len(found) // A_PAGE))
    number = min(max(parameters.number(request, "page") or 1, 1), pages)
    start = (number - 1) * A_PAGE
    return Paged(
        tuple(found[start : start + A_PAGE]),
        sought,
        len(found),
        len(every),
        number,
        pages,
        _address(request, number - 1) if number > 1 else "",
        _address(request, number + 1) if number < pages else "",
    )


def _address(request: HttpRequest, number: int) -> str:
    return f"?{urlencode({**request.GET.dict(), 'page': number})}"
