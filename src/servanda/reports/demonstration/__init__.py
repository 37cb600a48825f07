"""A log in one glance: what was promised, what was kept and missed, what the source claims, and why it differs."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from textwrap import wrap

from servanda.engine.reconciliation import Cause, Reconciliation, Stretch
from servanda.engine.targets import ANY_PRIORITY, Target
from servanda.reports.attainment.figures import Figures, Promise
from servanda.reports.ratios import as_published, percent
from servanda.reports.words import count

WIDTH = 110
INDENT = 12
SHOWN = 4


def glance(title: str, figures: Figures, found: Reconciliation) -> Iterator[str]:
    """Yield the lines of one log, each part under its heading."""
    yield title
    yield "-" * len(title)
    for heading, sentences in (
        ("Promised", _promised(figures)),
        ("Kept", _kept(figures)),
        ("Claimed", _claimed(found)),
        ("Compared", _compared(found)),
        ("Why", _why(found)),
        ("Holidays", _holidays(found)),
    ):
        yield from _part(heading, list(sentences))


def _part(heading: str, sentences: Sequence[str]) -> Iterator[str]:
    """Yield sentences beside their heading, each on lines of its own."""
    for number, sentence in enumerate(sentences):
        first = f"{heading if number == 0 else '':<{INDENT}}"
        yield from wrap(sentence, WIDTH, initial_indent=first, subsequent_indent=" " * INDENT)


def _promised(figures: Figures) -> Iterator[str]:
    promises = sorted(figures.promises, key=lambda each: -each.result.verdicts)
    versions = ", ".join(version.label for version in figures.versions)
    assumed = all(promise.target.maturity == "assumed" for promise in promises)
    yield f"{versions}{' (assumed, not agreed)' if assumed else ''}: {count(len(promises), 'target')} with verdicts."
    for promise in promises[:SHOWN]:
        yield f"{_name(promise, figures)}: {_limits(promise.target)}."
    if len(promises) > SHOWN:
        yield f"And {len(promises) - SHOWN} more."


def _name(promise: Promise, figures: Figures) -> str:
    """Return what a target is called: its own name, or that of the one service it is for."""
    services = {service.id: service.name for service in figures.book.services}
    (only,) = promise.target.services if len(promise.target.services) == 1 else ("",)
    return promise.target.name or services.get(only, promise.target.id)


def _limits(target: Target) -> str:
    limits = target.limits.items()
    return ", ".join(f"{limit}" if code == ANY_PRIORITY else f"{code} {limit}" for code, limit in limits)


def _kept(figures: Figures) -> Iterator[str]:
    total = figures.total
    if total.attainment is None:
        yield "No verdict has fallen."
        return
    yield f"{total.met:,} of {total.verdicts:,} ({percent(total.attainment)}); {total.missed:,} missed."
    worst = [promise for promise in figures.promises if promise.result.verdicts >= 100]
    if len(worst) > 1:
        lowest = min(worst, key=_attainment)
        yield f"Lowest: {_name(lowest, figures)}, {percent(_attainment(lowest))} of {lowest.result.verdicts:,}."
    for standing, number in total.beside.items():
        yield f"Beside these: {count(number, 'ticket')} {standing.value}."


def _attainment(promise: Promise) -> Fraction:
    return promise.result.attainment or Fraction(0)


def _claimed(found: Reconciliation) -> Iterator[str]:
    said = found.published
    if not said.verdicts:
        return
    yield f"The source says {said.met:,} of {said.verdicts:,} met ({as_published(said.met, said.verdicts)})."
    if said.with_due and said.without_due:
        yield (
            f"Of those with a due time {said.met_with_due:,} of {said.with_due:,} "
            f"({as_published(said.met_with_due, said.with_due)}): {said.met_without_due:,} tickets without any due "
            "time count as met there."
        )


def _compared(found: Reconciliation) -> Iterator[str]:
    if found.dues.compared:
        yield (
            f"Our due instants are the source's within {found.tolerance.seconds // 60} minutes on "
            f"{found.dues.same:,} of {found.dues.compared:,}."
        )
    if found.verdicts.compared:
        share = percent(Fraction(found.verdicts.same, found.verdicts.compared), 2)
        yield f"Our verdict is the source's on {found.verdicts.same:,} of {found.verdicts.compared:,} ({share})."
    if found.own and found.own.stopped.compared:
        own = found.own.stopped
        yield f"The source's verdict follows from its own due time on {own.same:,} of {own.compared:,}."


def _why(found: Reconciliation) -> Iterator[str]:
    for cause in found.explained.causes[:SHOWN]:
        yield _cause(cause)
    rest = sum(len(cause.differences) for cause in found.explained.causes[SHOWN:])
    if rest:
        yield f"{rest:,} for {count(len(found.explained.causes) - SHOWN, 'other cause')}."


def _cause(cause: Cause) -> str:
    tickets = ", ".join(each.case.ticket.number for each in cause.differences[:2])
    return f"{len(cause.differences):,}: {cause.name} (such as {tickets})."


def _holidays(found: Reconciliation) -> Iterator[str]:
    for calendar in found.calendars:
        for stretch in calendar.stretches:
            if not stretch.observed and stretch.rows_against >= 100:
                yield _ignored(stretch)


def _ignored(stretch: Stretch) -> str:
    first, last = stretch.holidays[0].on, stretch.holidays[-1].on
    return (
        f"From {first} to {last} the source's clock ignored {count(len(stretch.holidays), 'holiday')} in a row "
        f"({stretch.rows_against:,} due times say so, {stretch.rows_for:,} say otherwise)."
    )
