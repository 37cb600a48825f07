"""What came of keeping a file, or would come of it."""

from dataclasses import dataclass
from typing import Generic, TypeVar

Id = TypeVar("Id", str, int)


@dataclass(frozen=True, slots=True)
class AppliedListing(Generic[Id]):
    """What a file adds: what is new, what it says otherwise than before, and what stays, each by its id."""

    new: tuple[Id, ...]
    changed: tuple[Id, ...]
    same: tuple[Id, ...]
