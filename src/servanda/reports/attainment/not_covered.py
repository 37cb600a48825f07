"""Why tickets are not covered, by kind of reason, so that whoever reads it mends what is at fault."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from servanda.engine.agreements import Book
from servanda.engine.coverage import NOT_COVERED, Clause, clauses_of
from servanda.engine.judging import Reading
from servanda.engine.periods import Period


class WhyNot(Enum):
    """What keeps every target of a kind from covering a ticket."""

    NOT_NAMED = "outside the scope of every agreement in force"
    NO_PRIORITY = "limits go by priority and the ticket has none"
    NO_LIMIT = "no limit for the priority"
    OUTSIDE_DATES = "opened outside the dates of every agreement"


class NotCovered:
    """What nothing covers, counted as readings pass: by reason, then by the id it names.

    The id is the priority that has no limit, else the service. What is not covered stands in the period of its opening.
    """

    def __init__(self, book: Book, period: Period | None) -> None:
        self._clauses = clauses_of(book.versions)
        self._period = period
        self._zone = book.organisation.zone
        self._found: dict[WhyNot, Counter[str]] = {why: Counter() for why in WhyNot}

    def of(self, readings: Iterable[Reading]) -> Iterator[Reading]:
        """Yield readings as they come, counted."""
        for reading in readings:
            if reading.cover.state == NOT_COVERED and self._counts(reading):
                why = _why(self._clauses, reading)
                self._found[why][reading.priority if why is WhyNot.NO_LIMIT else reading.service] += 1
            yield reading

    def _counts(self, reading: Reading) -> bool:
        return self._period is None or self._period.holds(reading.opened_at, self._zone)

    @property
    def by_reason(self) -> Mapping[WhyNot, Mapping[str, int]]:
        """How many readings each reason has left out, by the id it names."""
        return {why: named for why, named in self._found.items() if named}


def _why(clauses: Iterable[Clause], reading: Reading) -> WhyNot:
    of_kind = (each for each in clauses if _kind(each) == (reading.cover.kind, reading.cover.party))
    in_force = [each for each in of_kind if each.covers_instant(reading.opened_at)]
    if not in_force:
        return WhyNot.OUTSIDE_DATES
    if not any(_in_scope(each, reading) for each in in_force):
        return WhyNot.NOT_NAMED
    return WhyNot.NO_LIMIT if reading.priority else WhyNot.NO_PRIORITY


def _kind(clause: Clause) -> tuple[object, str]:
    return clause.target.kind, clause.target.party


def _in_scope(clause: Clause, reading: Reading) -> bool:
    in_services = not clause.services or reading.service in clause.services
    return in_services and (not clause.customers or reading.customer in clause.customers)
