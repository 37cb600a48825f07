"""Days on which somebody has to do something about an agreement: notice, renewal, review and end."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from servanda.queries.agreements import AgreementKept, VersionKept

LOOKED_AHEAD = timedelta(days=365)


@dataclass(frozen=True, slots=True, order=True)
class Reminder:
    """A day, what has to be done by then, of which agreement, and whether the day is over."""

    on: date
    agreement: str
    name: str
    what: str
    over: bool


def ahead(agreements: Iterable[AgreementKept], today: date) -> tuple[Reminder, ...]:
    """Return what is to be done within a year, and reviews that are overdue, the first first."""
    found = (each for agreement in agreements for each in _of(agreement, today))
    return tuple(sorted(each for each in found if each.on <= today + LOOKED_AHEAD))


def _of(agreement: AgreementKept, today: date) -> Iterator[Reminder]:
    for version in agreement.versions:
        if version.in_force_on(today):
            for on, what in _days(version):
                if on >= today or what == REVIEW:
                    yield Reminder(on, agreement.id, agreement.name, what, on < today)


REVIEW = "to be reviewed"


def _days(kept: VersionKept) -> Iterator[tuple[date, str]]:
    version = kept.version
    if version.review_on is not None:
        yield version.review_on, REVIEW
    if kept.last_day is None or version.last_day is None:
        return  # another version follows, or no end is agreed
    ending = version.termination
    yield version.last_day, "renews itself" if ending and ending.renews_every else "ends"
    if ending and ending.notice_days:
        yield version.last_day - timedelta(days=ending.notice_days), "last day for notice"
