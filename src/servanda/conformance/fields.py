"""The fields of a question as it is written: each is read as what it must be, or refused with its place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from fractions import Fraction
from typing import Any, TypeVar

Word = TypeVar("Word", bound=Enum)
DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
LONGEST = 300_000_000_000  # seconds; more than all the years a date can have


class UnreadableQuestion(ValueError):
    """A field of a question that is missing or is not what the format says."""

    def __init__(self, place: str, found: object, wanted: str) -> None:
        super().__init__(f"{place}: found {found if isinstance(found, Nothing) else repr(found)}, expected {wanted}")


class Nothing:
    """What is found where a field is missing."""

    def __str__(self) -> str:
        return "nothing"


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of a question and where it stands in it; a field that is null counts as missing."""

    written: Mapping[str, Any]
    place: str = "input"

    @classmethod
    def of(cls, written: object, place: str = "input") -> "Fields":
        """Return the fields of an object; refuse anything else."""
        if not isinstance(written, Mapping):
            raise UnreadableQuestion(place, written, "an object")
        return cls(written, place)

    def has(self, key: str) -> bool:
        """Say whether the field is there."""
        return self.written.get(key) is not None

    def need(self, key: str, kind: type | tuple[type, ...], wanted: str) -> Any:
        """Return a field of one of the kinds; a truth value is no number."""
        found = self.written.get(key, NOTHING)
        if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
            raise UnreadableQuestion(f"{self.place}.{key}", found, wanted)
        return found

    def instant(self, key: str) -> datetime:
        """Return an instant."""
        return instant(self.need(key, str, AN_INSTANT), f"{self.place}.{key}")

    def instant_or(self, key: str, otherwise: datetime) -> datetime:
        """Return an instant, or another where there is none."""
        return self.instant(key) if self.has(key) else otherwise

    def date(self, key: str) -> date:
        """Return a date."""
        text = self.need(key, str, A_DATE)
        try:
            return date.fromisoformat(text if DATE.fullmatch(text) else "")
        except ValueError:
            raise UnreadableQuestion(f"{self.place}.{key}", text, A_DATE) from None

    def whole(self, key: str, otherwise: int | None = None) -> int:
        """Return a whole number."""
        if otherwise is not None and not self.has(key):
            return otherwise
        return int(self.need(key, int, "a whole number"))

    def exact(self, key: str) -> Fraction:
        """Return a number as the fraction that its digits say."""
        return Fraction(str(self.need(key, (int, float), "a number")))

    def length(self, key: str) -> timedelta:
        """Return an amount of time, written in seconds."""
        return length(self.need(key, (int, float), "a number of seconds"), f"{self.place}.{key}")

    def true(self, key: str) -> bool:
        """Return whether the field is there and true."""
        return self.has(key) and bool(self.need(key, bool, "true or false"))

    def word(self, key: str, words: type[Word], otherwise: Word | None = None) -> Word:
        """Return one of the words of a list."""
        if otherwise is not None and not self.has(key):
            return otherwise
        known = [each.value for each in words]
        wanted = f"one of: {', '.join(map(str, known))}"
        text = self.need(key, str, wanted)
        if text not in known:
            raise UnreadableQuestion(f"{self.place}.{key}", text, wanted)
        return words(text)

    def inner(self, key: str) -> "Fields":
        """Return the fields of an object within."""
        return Fields(self.need(key, Mapping, "an object"), f"{self.place}.{key}")

    def list(self, key: str) -> Sequence[Any]:
        """Return a list; nothing written is an empty one."""
        return list(self.need(key, list, "a list")) if self.has(key) else []

    def objects(self, key: str) -> Iterator["Fields"]:
        """Yield the fields of each object of a list."""
        for number, each in enumerate(self.list(key)):
            yield Fields.of(each, f"{self.place}.{key}[{number}]")


NOTHING = Nothing()
AN_INSTANT = "an instant in ISO 8601 with its offset, such as 2026-01-09T16:00:00+01:00"
A_DATE = "a date as YYYY-MM-DD"


def instant(text: object, place: str) -> datetime:
    """Return an instant written in ISO 8601 with its offset."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UnreadableQuestion(place, text, AN_INSTANT)
    return at


def length(seconds: float, place: str) -> timedelta:
    """Return an amount of time from seconds, to the microsecond."""
    if not abs(seconds) <= LONGEST:  # false for what is no number too
        raise UnreadableQuestion(place, seconds, f"at most {LONGEST} seconds")
    return timedelta(seconds=seconds)


def in_seconds(length: timedelta) -> int | float:
    """Return an amount of time as the format writes it: in seconds, whole where it is whole."""
    total = length.total_seconds()
    return int(total) if total == int(total) else total
