"""Attainment as a table for a spreadsheet: one row a line, without a total, so that any sum of rows is right."""

from collections.abc import Iterator

from servanda.engine.results import Standing
from servanda.reports.attainment.figures import Figures, Line
from servanda.reports.ratios import COUNTS_ONLY_BELOW, percent

_BESIDE = tuple(each for each in Standing if each not in (Standing.MET, Standing.MISSED))
COLUMNS = (
    "period",
    "cohort",
    "service",
    "service_name",
    "customer",
    "customer_name",
    "priority",
    "agreement",
    "target",
    "target_name",
    "agreement_versions",
    "verdicts",
    "met",
    "missed",
    "of_missed_still_open",
    "attainment_percent",
    "agreed_share_percent",
    "agreed_share",
    *(each.value.replace(" ", "_") for each in _BESIDE),
)


def rows(figures: Figures) -> Iterator[tuple[object, ...]]:
    """Yield the lines; a column that they are not split by is empty, and so is a percentage of few verdicts.

    A line is compared with the agreed share where it holds all that its target came to.
    """
    period = figures.period.label if figures.period else "all"
    for line in figures.lines:
        yield (period, figures.cohort.value, *_who(figures, line), *_what(figures, line))


def _who(figures: Figures, line: Line) -> Iterator[str | None]:
    for word in ("service", "customer"):
        yield line.ids.get(word)
        yield figures.names.of(word, line.ids[word]) if word in line.ids else None
    yield line.ids.get("priority")
    yield line.agreement
    yield line.target
    yield figures.names.of("target", line.target, line.agreement) if line.target else None
    yield " ".join(line.versions)


def _what(figures: Figures, line: Line) -> Iterator[object]:
    result, promise = line.result, figures.whole(line)
    yield from (result.verdicts, result.met, result.missed, result.still_open)
    yield in_percent(figures, line)
    share = promise.share if promise else None
    yield None if share is None else percent(share, figures.digits).removesuffix(" %")
    yield promise.verdict if promise else None
    yield from (result.beside.get(each, 0) for each in _BESIDE)


def in_percent(figures: Figures, line: Line) -> str | None:
    """Return the attainment as digits, rounded down; nothing where counts alone are shown."""
    attainment = line.result.attainment
    if attainment is None or line.result.verdicts < COUNTS_ONLY_BELOW:
        return None
    return percent(attainment, figures.digits).removesuffix(" %")
