"""Which of the listed holidays a source's clock observed, told from its due times alone.

The agreement's calendars are taken without any holiday. For each listed one every ticket is asked whose due instant
would be another if that day had been open: what the source claims then speaks for the holiday or against it. The
others meanwhile count as best told so far; a few passes settle them.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby

from servanda.engine import zones
from servanda.engine.calendars import Calendar, NoOpeningHours
from servanda.engine.reconciliation.cases import Case
from servanda.engine.targets import Unit

PASSES = 4
FEWEST_ROWS = 3
SHOWN = 5
MOST_UNLISTED = 20
LONGEST_SUGGESTING = 31

Dates = frozenset[date]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Holiday:
    """A date with the tickets that speak for its having been observed, and those against; the first few of each.

    `observed` is `None` where no ticket can tell.
    """

    on: date
    name: str
    rows_for: int
    rows_against: int
    tickets_for: tuple[str, ...] = ()
    tickets_against: tuple[str, ...] = ()

    @property
    def observed(self) -> bool | None:
        """Whether the source's clock stood still on that date."""
        if self.rows_for == self.rows_against:
            return None
        return self.rows_for > self.rows_against


@dataclass(frozen=True, slots=True)
class Stretch:
    """Holidays one after another that the source all observed, or all ignored."""

    observed: bool
    holidays: tuple[Holiday, ...]

    @property
    def rows_for(self) -> int:
        """The rows that speak for the holidays' having been observed."""
        return sum(each.rows_for for each in self.holidays)

    @property
    def rows_against(self) -> int:
        """The rows that speak against it."""
        return sum(each.rows_against for each in self.holidays)


@dataclass(frozen=True, slots=True)
class CalendarFit:
    """What the due times say of the holidays on one calendar.

    `rows` tickets run on it. `without_any`, `with_all` and `as_found` are how many of their claims come out within
    the tolerance without holidays, with all listed ones, and with those found; `with_unlisted` also with the
    `unlisted` dates that look closed.
    """

    calendar: Calendar
    rows: int
    without_any: int
    with_all: int
    as_found: int
    with_unlisted: int
    holidays: tuple[Holiday, ...]
    unlisted: tuple[Holiday, ...]

    @property
    def stretches(self) -> tuple[Stretch, ...]:
        """The holidays that rows tell of, in stretches of one behaviour."""
        told = [each for each in self.holidays if each.observed is not None]
        return tuple(Stretch(bool(way), tuple(those)) for way, those in groupby(told, key=lambda each: each.observed))

    @property
    def untold(self) -> tuple[Holiday, ...]:
        """The holidays that no row tells of, or as many for as against."""
        return tuple(each for each in self.holidays if each.observed is None)


def find(
    cases: Iterable[Case],
    listed: Mapping[date, str],
    tolerance: timedelta,
    progress: Progress = lambda done, total: None,
) -> tuple[CalendarFit, ...]:
    """Return what the claims say of the listed holidays, for each calendar on which claimed clocks run.

    A source that claims due times is asked for those alone; another for its verdicts.
    """
    dependent = [case for case in cases if _depends(case)]
    with_due = [case for case in dependent if case.claims.due_at is not None]
    groups: list[tuple[Calendar, list[Case]]] = []
    for case in with_due or dependent:
        calendar = case.terms.calendar
        group = next((those for known, those in groups if known is calendar or known == calendar), None)
        if group is None:
            groups.append((calendar, group := []))
        group.append(case)
    return tuple(_Fitting(calendar, those, listed, tolerance, progress).fit() for calendar, those in groups)


def _depends(case: Case) -> bool:
    """Whether a holiday could change what the claim is compared with."""
    reading = case.covered
    claims = case.claims.due_at is not None or case.claims.met is not None
    return bool(
        claims and reading and reading.cover.limit
        and reading.cover.limit.unit in (Unit.WORKING_DAYS, Unit.OPEN_TIME)
    )  # what is there, then what it is  # fmt: skip


class _Fitting:
    """The work on one calendar."""

    def __init__(
        self,
        calendar: Calendar,
        cases: list[Case],
        listed: Mapping[date, str],
        tolerance: timedelta,
        progress: Progress,
    ) -> None:
        self._calendar, self._cases, self._listed = calendar, cases, listed
        self._tolerance, self._progress = tolerance, progress
        self._variants: dict[Dates, Calendar] = {}
        self._spans = [_span(case) for case in cases]

    def fit(self) -> CalendarFit:
        listed = frozenset(self._listed)
        touched = self._touched(sorted(listed))
        found = self._settled(touched)
        observed = frozenset(each.on for each in found if each.observed)
        plain = [self._holds(case, frozenset()) for case in self._cases]
        fitted = self._held(plain, touched, observed)
        unlisted = self._unlisted(fitted, observed)
        closed = observed | {each.on for each in unlisted}
        wider = {**touched, **self._touched(sorted(each.on for each in unlisted))}
        return CalendarFit(
            calendar=self._calendar,
            rows=len(self._cases),
            without_any=sum(plain),
            with_all=sum(self._held(plain, touched, listed)),
            as_found=sum(fitted),
            with_unlisted=sum(self._held(plain, wider, closed)) if unlisted else sum(fitted),
            holidays=found,
            unlisted=unlisted,
        )

    def _touched(self, dates: Sequence[date]) -> dict[int, None]:
        """Return the places of the cases whose span holds one of the sorted dates."""
        places = (
            place
            for place, (first, last) in enumerate(self._spans)
            if bisect_left(dates, first) < bisect_right(dates, last)
        )
        return dict.fromkeys(places)

    def _settled(self, touched: Mapping[int, None]) -> tuple[Holiday, ...]:
        """Return the holidays as they come to rest: each judged with the others as found before."""
        observed = frozenset(self._listed)
        found: tuple[Holiday, ...] = ()
        for turn in range(PASSES):
            found = tuple(self._weighed(on, name, touched, observed, turn) for on, name in sorted(self._listed.items()))
            after = frozenset(each.on for each in found if each.observed)
            if after == observed:
                break
            observed = after
        return found

    def _weighed(self, on: date, name: str, places: Iterable[int], others: Dates, turn: int = 0) -> Holiday:
        """Return the rows for and against one date, given what else is closed."""
        self._progress(turn, PASSES)
        observed, ignored = others | {on}, others - {on}
        tickets: dict[bool, list[str]] = {True: [], False: []}
        for place in places:
            first, last = self._spans[place]
            if first <= on <= last:
                case = self._cases[place]
                with_it, without = self._holds(case, observed), self._holds(case, ignored)
                if with_it is not without:
                    tickets[with_it].append(case.ticket.number)
        return Holiday(
            on,
            name,
            len(tickets[True]),
            len(tickets[False]),
            tuple(tickets[True][:SHOWN]),
            tuple(tickets[False][:SHOWN]),
        )

    def _unlisted(self, fitted: Sequence[bool], observed: Dates) -> tuple[Holiday, ...]:
        """Return the dates not listed that rows call closed: the surest first, the others then weighed anew."""
        dates = self._suggested(fitted)
        found: list[Holiday] = []
        while dates and len(found) < MOST_UNLISTED:
            closed = observed | {each.on for each in found}
            weighed = [self._weighed(on, "", range(len(self._spans)), closed) for on in dates]
            best = max(weighed, key=lambda each: each.rows_for - each.rows_against)
            if best.rows_for < FEWEST_ROWS or not best.observed:
                break
            found.append(best)
            dates = [each.on for each in weighed if each is not best and each.rows_for >= FEWEST_ROWS]
        return tuple(sorted(found, key=lambda each: each.on))

    def _suggested(self, fitted: Sequence[bool]) -> list[date]:
        """Return the open dates, not listed, that lie within the spans of several claims not yet come out."""
        suggested: Counter[date] = Counter()
        for place, (first, last) in enumerate(self._spans):
            if not fitted[place] and (last - first).days <= LONGEST_SUGGESTING:
                suggested.update(first + timedelta(days=day) for day in range((last - first).days + 1))
        plain = self._variant(frozenset())
        return [
            on
            for on, rows in sorted(suggested.items())
            if rows >= FEWEST_ROWS and on not in self._listed and plain.is_open_date(on)
        ]

    def _held(self, plain: Sequence[bool], touched: Mapping[int, None], closed: Dates) -> list[bool]:
        """Return which claims come out with these dates closed; only the cases touched can differ from `plain`."""
        return [self._holds(self._cases[at], closed) if at in touched else held for at, held in enumerate(plain)]

    def _holds(self, case: Case, closed: Dates) -> bool:
        try:
            cycle = case.under(replace(case.terms, calendar=self._variant(closed)))
        except NoOpeningHours:
            return False
        return case.reproduced_by(cycle, self._tolerance)

    def _variant(self, closed: Dates) -> Calendar:
        """Return the calendar with these holidays and no others."""
        if closed not in self._variants:
            names = {on: self._listed.get(on, "not listed") for on in sorted(closed)}
            self._variants[closed] = replace(self._calendar, holidays=names, recurring={})
        return self._variants[closed]


def _span(case: Case) -> tuple[date, date]:
    """Return the local dates within which a holiday could change whether the claim comes out.

    A holiday after the claimed due instant (for a verdict alone: after the stop) makes no difference to it. A day's
    margin at the start lets a night shift end on the date of the opening.
    """
    assert case.reading is not None
    end = case.claims.due_at or case.stopped_at or case.as_of
    zone = case.terms.calendar.zone
    first = zones.to_local(zone, case.reading.opened_at).date()
    return first - timedelta(days=1), max(first, zones.to_local(zone, end).date())
