"""Three sentences for whoever reads no further; a person may replace each of them."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction

from servanda.engine.evidence import Use
from servanda.engine.periods import Period
from servanda.reports.monthly.misses import OWN
from servanda.reports.monthly.values import Counts, PromiseFigure, ServiceFigure, Whose
from servanda.reports.ratios import COUNTS_ONLY_BELOW, percent
from servanda.reports.words import count, length

PLACES = (1, 2, 3)


def of(
    month: Period,
    total: Counts,
    before: Counts,
    services: Sequence[ServiceFigure],
    promises: Sequence[PromiseFigure],
    whose: Sequence[Whose],
    digits: int,
) -> tuple[str, str, str]:
    """Return the sentences: how it stands, what went wrong, and whether that is better or worse than before."""
    return (
        f"{_standing(month, total, digits)}{_shares(promises)}.",
        _missed(total, services, whose, digits),
        _compared(month, total, before, digits),
    )


def _share(counts: Counts, digits: int) -> str:
    """Return an attainment with its n: `77.7 % of 5,320`, and of few verdicts the counts alone."""
    if counts.attainment is None or counts.verdicts < COUNTS_ONLY_BELOW:
        return f"{counts.met:,} of {counts.verdicts:,}"
    return f"{percent(counts.attainment, digits)} of {counts.verdicts:,}"


def _standing(month: Period, total: Counts, digits: int) -> str:
    if not total.verdicts:
        return f"No promise was decided in {month}, so there is no figure, good or bad"
    promised = count(total.verdicts, "promise")
    was = "was" if total.verdicts == 1 else "were"
    shown = percent(Fraction(total.met, total.verdicts), digits)
    in_percent = "" if total.verdicts < COUNTS_ONLY_BELOW else f" ({shown})"
    return f"Of {promised} decided in {month}, {total.met:,} {was} kept{in_percent}"


def _shares(promises: Sequence[PromiseFigure]) -> str:
    compared = [each for each in promises if each.outcome in ("kept", "not kept")]
    if not compared:
        return "; no share to be reached is agreed" if promises else ""
    kept = sum(each.outcome == "kept" for each in compared)
    return f"; the agreed share was reached for {kept} of {count(len(compared), 'target')}"


def _missed(total: Counts, services: Sequence[ServiceFigure], whose: Sequence[Whose], digits: int) -> str:
    if not total.verdicts:
        return "Without a figure, nothing can be said of what went wrong."
    if not total.missed:
        return "Nothing was missed."
    worst = max(services, key=lambda each: (each.counts.missed, each.name))
    missed = f"{worst.counts.missed:,} of {worst.counts.verdicts:,}"
    several = sum(bool(each.counts.missed) for each in services) > 1
    where = f"Most misses were in {worst.name}: {missed}" if several else f"All misses were in {worst.name}: {missed}"
    return f"{where}{''.join(_time(whose))}."


def _time(whose: Sequence[Whose]) -> Iterator[str]:
    """Yield where most of the missed tickets' counted time was spent."""
    counted = [each for each in whose if each.use == Use.COUNTED.value]
    others = [each for each in counted if each.words != OWN]
    in_all = sum(each.amount for each in counted)
    own = in_all - sum(each.amount for each in others)
    if in_all:
        yield f"; of the {_hours(in_all)} that counted, {_hours(own)} were {OWN}"
    if others:
        yield f" and {_hours(others[0].amount)} {others[0].words.partition(',')[0]}"


def _hours(microseconds: int) -> str:
    amount = timedelta(microseconds=microseconds)
    return length(amount) if amount < timedelta(hours=10) else f"{amount // timedelta(hours=1):,} h"


def _compared(month: Period, total: Counts, before: Counts, digits: int) -> str:
    earlier = Period.of_months(month.first.year - (month.first.month == 1), (month.first.month - 2) % 12 + 1)
    if before.attainment is None:
        return f"{earlier} has no figure to compare with."
    if total.attainment is None:
        return f"In {earlier} it was {_share(before, digits)}."
    if min(total.verdicts, before.verdicts) < COUNTS_ONLY_BELOW:
        return f"In {earlier} it was {_share(before, digits)}, too few of either to tell a trend."
    if total.attainment == before.attainment:
        return f"In {earlier} it was the same: {_share(before, digits)}."
    word = "better" if total.attainment > before.attainment else "worse"
    return f"That is {word} than in {earlier}, when it was {_share(before, digits)}."
