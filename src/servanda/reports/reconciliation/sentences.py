"""The sentences that matter, each with its figures: every rendering says the same."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction
from itertools import groupby

from servanda.engine.reconciliation import CalendarFit, Holiday, Published, Reconciliation, Same, Stretch
from servanda.reports.ratios import COUNTS_ONLY_BELOW, percent
from servanda.reports.reconciliation import Reconciled
from servanda.reports.words import count, length

FEWEST_IN_A_YEAR = 2
NAMED = 12


def heading(reconciled: Reconciled) -> Iterator[str]:
    """Yield the paragraphs for somebody who reads no further: what agrees, what was published, what was ignored."""
    found = reconciled.found
    yield " ".join(_agreement(found))
    yield from filter(None, (" ".join(_rates(found)), " ".join(_own(found))))
    for fit in found.calendars:
        where = f"Calendar '{fit.calendar.name or fit.calendar.id}': " if len(found.calendars) > 1 else ""
        yield from (f"{where}{sentence}" for sentence in years(fit))


def share(part: int, whole: int) -> str:
    """Return counts with their percentage, rounded down: 100.00 % is all of them. Few have no percentage."""
    counts = f"{part:,} of {whole:,}"
    return counts if whole < COUNTS_ONLY_BELOW else f"{counts} ({percent(Fraction(part, whole), 2)})"


def rate(part: int, whole: int) -> str:
    """Return a rate as a source publishes it, to the nearest tenth of a percent, with its counts."""
    if whole < COUNTS_ONLY_BELOW:
        return f"{part} of {whole}"
    tenths = (Fraction(part, whole) * 1000 + Fraction(1, 2)) // 1
    return f"{tenths // 10}.{tenths % 10} % ({part:,} of {whole:,})"


def _agreement(found: Reconciliation) -> Iterator[str]:
    if found.dues.compared:
        within = length(found.tolerance) if found.tolerance else "to the second"
        exact = f", {found.dues.exact:,} of them to the second" if found.tolerance else ""
        yield (
            f"Due times: {_same(found.dues)} are those of the source "
            f"{'within ' if found.tolerance else ''}{within}{exact}."
        )
    if found.verdicts.compared:
        differing = count(found.verdicts.different, "differs", "differ")
        yield f"Verdicts: {_same(found.verdicts)} are those of the source; {differing}."
    if not (found.dues.compared or found.verdicts.compared):
        yield "Nothing to compare: no ticket has both a claim of the source and a clock of ours."


def _same(same: Same) -> str:
    return share(same.same, same.compared)


def _rates(found: Reconciliation) -> Iterator[str]:
    told, ours = found.published, found.our_met + found.our_missed
    if not told.verdicts:
        return
    mine = f" We find {rate(found.our_met, ours)}." if ours else ""
    if not told.with_due:
        yield f"The source counts {rate(told.met, told.verdicts)} as met.{mine}"
        return
    yield (
        f"The source's published rate is {rate(told.met, told.verdicts)}; of the tickets with a due time it is "
        f"{rate(told.met_with_due, told.with_due)}.{mine}"
    )
    yield from _gap(told)


def _gap(told: Published) -> Iterator[str]:
    if not told.without_due:
        return
    how = "all count" if told.met_without_due == told.without_due else f"{told.met_without_due:,} count"
    still = f", {told.open_without_due:,} of them though never stopped" if told.open_without_due else ""
    yield (
        f"The gap: {count(told.without_due, 'ticket has', 'tickets have')} a verdict but no due time, "
        f"and {how} as met{still}."
    )


def _own(found: Reconciliation) -> Iterator[str]:
    own = found.own
    if own is None:
        return
    stopped, still = own.stopped, own.open_past_due
    yield (
        f"The source's verdict follows from its own due time on {stopped.same:,} of {stopped.compared:,} tickets "
        f"{own.stop.word.replace('_', ' ')}"
        + (f", and on {still.same:,} of {still.compared:,} still open past it" if still.compared else "")
        + (f" ({count(own.no_verdict, 'ticket')} with a due time but no verdict)." if own.no_verdict else ".")
    )


# --- Holidays ----------------------------------------------------------------------------------------------


def years(fit: CalendarFit) -> Iterator[str]:
    """Yield the years that were run without holidays, as a whole or up to, or from, some day of them."""
    told = [each for each in fit.holidays if each.observed is not None]
    for year, those in groupby(told, key=lambda each: each.on.year):
        yield from _year(year, list(those))


def _year(year: int, told: Sequence[Holiday]) -> Iterator[str]:
    ignored = [each for each in told if not each.observed]
    if len(ignored) < max(FEWEST_IN_A_YEAR, -(-len(told) // 2)):
        return
    rows = _rows(ignored)
    if len(ignored) == len(told):
        yield f"{year} was run without holidays: the source's clock observed none of the {len(told)} listed {rows}."
    elif ignored == told[: len(ignored)]:
        back = told[len(ignored)]
        yield (
            f"{year} was run without holidays until {back.name} on {back.on}: the source's clock observed none of "
            f"the {len(ignored)} listed before it {rows}."
        )
    elif ignored == told[-len(ignored) :]:
        yield (
            f"{year} was run without holidays from {ignored[0].on} on: the source's clock observed none of the "
            f"{len(ignored)} listed since {rows}."
        )


def _rows(holidays: Sequence[Holiday]) -> str:
    in_favour, against = sum(each.rows_for for each in holidays), sum(each.rows_against for each in holidays)
    return f"({count(in_favour, 'row')} for, {against:,} against)"


def stretch(each: Stretch) -> str:
    """Return what the source did with a run of holidays."""
    did = "observed" if each.observed else "ignored"
    first, last = each.holidays[0], each.holidays[-1]
    if first is last:
        return f"On {first.on} the source's clock {did} {first.name} {_rows(each.holidays)}."
    all_of_them = "both" if len(each.holidays) == 2 else f"all {len(each.holidays)}"
    return (
        f"From {first.on} to {last.on} the source's clock {did} {all_of_them} listed holidays {_rows(each.holidays)}."
    )


def unlisted(fit: CalendarFit) -> Iterator[str]:
    """Yield the dates that look closed at the source but are not in the list."""
    for each in fit.unlisted:
        yield f"{each.on:%A} {each.on} is not listed, but the source's clock stood still {_rows([each])}."


def untold(fit: CalendarFit) -> Iterator[str]:
    """Yield the listed holidays that no row tells of."""
    if fit.untold:
        dates = ", ".join(f"{each.on}" for each in fit.untold[:NAMED])
        more = f" and {len(fit.untold) - NAMED} more" if len(fit.untold) > NAMED else ""
        which = count(len(fit.untold), "listed holiday was", "listed holidays were")
        yield f"No row tells whether {which} observed: {dates}{more}."


def reproduced(fit: CalendarFit) -> str:
    """Return how many claims come out with which holidays."""
    parts = [
        ("without holidays", fit.without_any),
        ("with all that are listed", fit.with_all),
        ("with those found observed", fit.as_found),
    ]
    if fit.unlisted:
        parts.append(("with the unlisted ones too", fit.with_unlisted))
    shown = "; ".join(f"{words} {share(part, fit.rows)}" for words, part in parts)
    return f"Claims that come out: {shown}."


def tolerance_words(tolerance: timedelta) -> str:
    """Return a tolerance as it is written on the command line."""
    return f"{tolerance // timedelta(seconds=1)}s"
