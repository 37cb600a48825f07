"""What pages show of agreements beside their words: a row for each, and every promise with its worked example."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from servanda.engine.agreements import AgreementVersion
from servanda.queries.agreements import AgreementKept, Names, VersionKept
from servanda.reports.agreements import KINDS, parties_words
from servanda.reports.agreements.examples import Example, start_words
from servanda.reports.agreements.hours import UnusualDay, name_of, unusual_days
from servanda.reports.agreements.parts import Promise, Statement, joined
from servanda.reports.words import count, day

MOST_NAMED = 3
DAYS_AHEAD = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One agreement in a list: the version in force, or the next, or the last, and how many there are."""

    agreement: AgreementKept
    shown: VersionKept
    kind: str
    parties: str
    services: str
    standing: str
    days: str
    signed: str


@dataclass(frozen=True, slots=True)
class VersionShown:
    """One version in the list of an agreement's versions."""

    kept: VersionKept
    standing: str
    days: str
    signed: str


@dataclass(frozen=True, slots=True)
class LimitShown:
    """A limit with what is promised within it, and when that would be due in the example."""

    about: str
    says: str
    due: str


@dataclass(frozen=True, slots=True)
class PromiseShown:
    """A promise, its limits with their examples, its own terms, and what happens at the instant of the example."""

    promise: Promise
    limits: tuple[LimitShown, ...]
    terms: tuple[Statement, ...]
    starts_with: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """What is unlike other days on a calendar in the time to come."""

    calendar: str
    days: tuple[UnusualDay, ...]


def rows(agreements: Iterable[AgreementKept], names: Names, now: datetime) -> tuple[Row, ...]:
    """Return a row for each agreement."""
    return tuple(_row(each, each.on(now), names, now) for each in agreements)


def _row(agreement: AgreementKept, shown: VersionKept, names: Names, now: datetime) -> Row:
    version = shown.version
    return Row(
        agreement,
        shown,
        KINDS[version.kind],
        parties_words(version),
        some(names.of_services(version.services)) or "every service",
        standing(shown, now),
        days(shown),
        signed(shown),
    )


def versions(agreement: AgreementKept, now: datetime) -> tuple[VersionShown, ...]:
    """Return the versions of an agreement, the latest first."""
    found = (VersionShown(each, standing(each, now), days(each), signed(each)) for each in reversed(agreement.versions))
    return tuple(found)


def lead(kept: VersionKept, now: datetime) -> str:
    """Return how a version stands, in a few sentences."""
    told = signed(kept)
    sentences = (
        f"Version {kept.number}, {standing(kept, now)}: {days(kept)}.",
        f"{told[0].upper()}{told[1:]}.",
        ending(kept),
    )
    return " ".join(filter(None, sentences))


def some(names: Sequence[str]) -> str:
    """Return the first names of many, and how many more there are."""
    more = len(names) - MOST_NAMED
    return joined(names) if more <= 1 else f"{', '.join(names[:MOST_NAMED])} and {count(more, 'more', 'more')}"


def standing(kept: VersionKept, now: datetime) -> str:
    """Return whether a version is in force at an instant."""
    on = kept.version.local_date(now)
    if kept.in_force_on(on):
        return "in force"
    return "to come" if kept.version.effective_from > on else "ended"


def days(kept: VersionKept) -> str:
    """Return from when to when a version is in force."""
    first = day(kept.version.effective_from)
    return f"{first} to {day(kept.last_day)}" if kept.last_day else f"from {first}, no end agreed"


def signed(kept: VersionKept) -> str:
    """Return when a version was signed, and whether what is kept is still that."""
    signature = kept.version.signed
    if signature is None:
        return "not signed"
    on = f"signed {day(signature.on)}"
    return on if kept.signature_holds else f"{on}, but what is kept is not what was signed"


def ending(kept: VersionKept) -> str:
    """Return why a version ends otherwise than it says itself; empty where it does not."""
    version = kept.version
    if version.ended_on is not None:
        return f"Its end was agreed later than the version itself: {day(version.ended_on)}."
    if kept.last_day is not None and version.effective_until is None:
        return f"It ended on {day(kept.last_day)}, because the next version begins on the day after."
    return ""


def in_common(promises: Sequence[Promise]) -> tuple[Statement, ...]:
    """Return the terms that all promises of a version share, told once for all of them; none of a single one."""
    if len(promises) < 2:
        return ()
    return tuple(term for term in promises[0].terms if all(term in each.terms for each in promises))


def none_agreed(promises: Sequence[Promise]) -> str:
    """Return what several promises say in common of not being agreed; empty where they do not."""
    told = {each.not_agreed for each in promises}
    return next(iter(told)) if len(told) == 1 and len(promises) > 1 else ""


def promises_shown(
    version: AgreementVersion, promises: Sequence[Promise], found: Iterable[Example]
) -> tuple[PromiseShown, ...]:
    """Return the promises of a version, each limit with its example."""
    words = {(each.target, each.code): each.words for each in found}
    shared = in_common(promises)
    kinds = {each.id: each.kind for each in version.targets}
    return tuple(
        PromiseShown(
            each,
            tuple(_limits(each, words)),
            tuple(term for term in each.terms if term not in shared),
            start_words(kinds[each.target]),
        )
        for each in promises
    )


def _limits(promise: Promise, words: dict[tuple[str, str], str]) -> Iterator[LimitShown]:
    for each in promise.limits:
        code = each.key.removeprefix("limit ")
        yield LimitShown(each.about, each.says[0], words.get((promise.target, code), ""))


def days_ahead(version: AgreementVersion, today: date) -> tuple[Ahead, ...]:
    """Return the next holidays and other unusual days on each calendar of a version that has any."""
    calendars = {name_of(each.calendar): each.calendar for each in version.targets}
    if version.calendar is not None:
        calendars = {name_of(version.calendar): version.calendar} | calendars
    found = (Ahead(name, unusual_days(each, today, DAYS_AHEAD)) for name, each in calendars.items())
    return tuple(each for each in found if each.days)


def alone(ahead: tuple[Ahead, ...]) -> tuple[Ahead, ...]:
    """Return what lies ahead, the name of the calendar left out where it is the only one."""
    return tuple(replace(each, calendar="") for each in ahead) if len(ahead) == 1 else ahead
