"""Attainment for a person at a terminal: what was kept, under which rule, and where every reading went."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from servanda.engine.periods import in_words as date_in_words
from servanda.engine.results import Result, Standing
from servanda.engine.zones import to_local
from servanda.files.notation import share_text
from servanda.reports.attainment.figures import Figures, Line, Promise
from servanda.reports.attainment.not_covered import WhyNot
from servanda.reports.ratios import COUNTS_ONLY_BELOW, attained, digits_of, percent
from servanda.reports.words import count, instant

NAMED = 3
NARROWEST = 12
LONGEST = 100

_BLANK = (
    " Give a priority to a blank one in the mapping, such as `priority: {column: Priority, default: Low}`, or one limit"
    " for every priority in the target."
)
_WHY = {
    Standing.RUNNING: "running: no verdict yet",
    Standing.PAUSED: "paused: no verdict yet",
    Standing.CANCELLED: "cancelled before a verdict fell",
    Standing.EXEMPT: "exempt: left out by an exclusion of the agreement",
    Standing.NOT_COVERED: "not covered: no target promises it",
    Standing.NOT_STOPPED: "missed and still open, which this cohort does not count",
    Standing.MET_UNENFORCED: "met, but opened before the agreement is enforced",
    Standing.MISSED_UNENFORCED: "missed, but opened before the agreement is enforced",
}


def lines(figures: Figures, width: int | None = None) -> Iterator[str]:
    """Yield the report line by line; names are shortened where the table would not fit a width."""
    parts = [_heading(figures), _account(figures)]
    if figures.total.readings:
        remarks = (*_remarks(figures), *_promises(figures))
        parts[1:1] = [_table(figures, width), _wrapped(remarks, width)]
    parts[0] = _wrapped(parts[0], width)
    for number, part in enumerate(parts):
        yield from ("",) if number else ()
        yield from part


def _wrapped(sentences: Iterable[str], width: int | None) -> Iterator[str]:
    """Yield sentences, each broken where it would be longer than a line of text should be."""
    longest = min(width or LONGEST, LONGEST)
    for sentence in sentences:
        yield from textwrap.wrap(sentence, max(longest, 40), subsequent_indent="  ", break_on_hyphens=False)


def _heading(figures: Figures) -> Iterator[str]:
    about = f"{figures.period}" if figures.period else "the whole log"
    yield f"Attainment, {about}: {figures.book.organisation.name}"
    judged = ", ".join(each.label for each in figures.versions)
    yield f"Agreement {judged}, {_times(figures)}." if judged else f"No agreement judged anything, {_times(figures)}."
    yield f"Cohort {figures.cohort.value}: {figures.cohort.rule}."
    if not figures.total.verdicts:
        yield f"No data: no verdict is counted in {figures.period or 'the log'}."
    yield from _warnings(figures)


def _times(figures: Figures) -> str:
    as_of = f"as of {instant(figures.as_of, figures.zones[0])}"
    zones = " and ".join(figures.zones)
    return f"{as_of}; the period runs from midnight to midnight in {zones}" if figures.period else f"{as_of}, {zones}"


def _warnings(figures: Figures) -> Iterator[str]:
    """Yield what makes the period less than whole: it is not over, or the log holds only a part of it or nothing."""
    period, first, zone = figures.period, figures.log.first_opened_at, figures.zones[0]
    if period is None or first is None:
        return
    opened, last = to_local(zone, first).date(), to_local(zone, figures.as_of).date()
    runs = f"The log runs from {date_in_words(opened)} to {date_in_words(last)}"
    if period.ends_at(zone) <= first or figures.as_of < period.starts_at(zone):
        yield f"{runs} and holds nothing of {period}."
        return
    if figures.as_of < period.ends_at(zone):
        yield f"{period} is not over: {runs[0].lower()}{runs[1:]}."
    if period.starts_at(zone) < first:
        yield f"{runs}, so it holds only a part of {period}."


def _table(figures: Figures, width: int | None) -> Iterator[str]:
    covered = [line for line in figures.lines if line.covered]
    same = _same(figures, covered)
    words = [word for word in figures.split if word not in same]
    body = [[*(_shown(figures, line, word) for word in words), *_numbers(figures, line.result)] for line in covered]
    if uncovered := _uncovered(figures):
        body.append([*_label("not covered", words), *_numbers(figures, uncovered)])
    total = [*_label("total", words), *_numbers(figures, figures.total)]
    if same:
        yield f"Every line: {', '.join(_named(word, name) for word, name in same.items())}."
    yield from columns([*words, *_headings(figures.total)], [*body, total], len(words), width)


def _uncovered(figures: Figures) -> Result | None:
    """Return the result of all lines that nothing covers; `None` where there is none."""
    results = [line.result for line in figures.lines if not line.covered]
    return sum(results, Result()) if results else None


def _same(figures: Figures, covered: Sequence[Line]) -> dict[str, str]:
    """Return what is the same in every line and so needs no column, where there are several lines."""
    if len(covered) < 2:
        return {}
    shown = {word: {_shown(figures, line, word) for line in covered} for word in figures.split}
    same = {word: next(iter(names)) for word, names in shown.items() if len(names) == 1}
    if "target" not in same and all(line.target == line.ids.get("service") for line in covered):
        same["target"] = "of the same name as the service"
    return same


def _shown(figures: Figures, line: Line, word: str) -> str:
    """Return the name of one of a line's ids, a target with its agreement where several agreements judge."""
    name = figures.names.of(word, line.ids[word], line.agreement)
    several = len({each.agreement for each in figures.versions}) > 1
    return f"{line.agreement}: {name}" if word == "target" and several else name


def _named(word: str, name: str) -> str:
    """Return a name after its word, as in `service Printing`; `no service` where there is none."""
    return name if name == f"no {word}" else f"{word} {name}"


def _label(label: str, words: Sequence[str]) -> list[str]:
    return [label, *[""] * (len(words) - 1)]


def _headings(total: Result) -> list[str]:
    """Return the headings of the numbers; what is nought in every line needs no column."""
    some = [*(["open"] if total.still_open else []), "attainment", *(["beside"] if total.beside else [])]
    return ["verdicts", "met", "missed", *some]


def _numbers(figures: Figures, result: Result) -> list[str]:
    numbers = {
        "verdicts": f"{result.verdicts:,}",
        "met": f"{result.met:,}",
        "missed": f"{result.missed:,}",
        "open": f"{result.still_open:,}",
        "attainment": _ratio(figures, result),
        "beside": f"{sum(result.beside.values()):,}",
    }
    return [numbers[heading] for heading in _headings(figures.total)]


def _ratio(figures: Figures, result: Result) -> str:
    """Return the attainment as it stands in a column beside its counts."""
    if result.attainment is None or result.verdicts < COUNTS_ONLY_BELOW:
        return attained(result.met, result.verdicts)
    return percent(result.attainment, figures.digits)


def _remarks(figures: Figures) -> Iterator[str]:
    """Yield how the table is read, and who is not covered."""
    few = any(0 < line.result.verdicts < COUNTS_ONLY_BELOW for line in figures.lines)
    too_few = f" of fewer than {COUNTS_ONLY_BELOW} verdicts, counts only" if few else ""
    yield f"Attainment is met / verdicts, rounded down{';' + too_few if few else ''}."
    if figures.total.still_open:
        yield "Open: of the missed, how many are still open."
    if figures.total.beside:
        yield "Beside: not counted, for the reasons below."
    yield from _who_is_not_covered(figures)


def _who_is_not_covered(figures: Figures) -> Iterator[str]:
    """Yield why tickets are not covered, each kind of reason with whom it leaves out, those with the most first."""
    for why, named in figures.uncovered.items():
        most = Counter(named).most_common(NAMED)
        names = "; ".join(f"{_left_bare(figures, why, id)} ({number:,})" for id, number in most)
        more = f"; and {len(named) - NAMED:,} more" if len(named) > NAMED else ""
        yield f"Not covered, {why.value}: {names}{more}.{_BLANK if why is WhyNot.NO_PRIORITY else ''}"


def _left_bare(figures: Figures, why: WhyNot, id: str) -> str:
    """Return what a reason names: the priority that has no limit, else the service."""
    word = "priority" if why is WhyNot.NO_LIMIT else "service"
    return _named(word, figures.names.of(word, id))


def _promises(figures: Figures) -> Iterator[str]:
    """Yield whether each agreed share was kept, and how many targets nobody has agreed a share for."""
    with_share = [promise for promise in figures.promises if promise.share is not None]
    for promise in with_share:
        yield f"{_promise(figures, promise)}."
    without = len(figures.promises) - len(with_share)
    if without:
        others = "other target" if with_share else "target"
        yield f"No share of verdicts is agreed for {count(without, others)}, so there is nothing to compare with."
    unagreed = Counter(promise.target.maturity for promise in figures.promises if promise.target.maturity != "agreed")
    for maturity, number in unagreed.items():
        yield f"{maturity.capitalize()}, not agreed: {number} of {count(len(figures.promises), 'target')}."


def _promise(figures: Figures, promise: Promise) -> str:
    """Return one promise in a sentence, its figures with as many decimals as its share."""
    assert promise.share is not None
    result = promise.result
    name = figures.names.of("target", promise.target.id, promise.agreement)
    came_to = attained(result.met, result.verdicts, digits_of(promise.share))
    return f"{name} ({', '.join(promise.versions)}): {share_text(promise.share)} agreed, {came_to}: {promise.verdict}"


def _account(figures: Figures) -> Iterator[str]:
    """Yield where every reading of the log went, and what never came to one."""
    log = figures.log
    parts = [
        *_parts(figures),
        (log.readings, f"in all, from {count(log.tickets, 'ticket')}{_in_rows(log.rows)}"),
    ]
    yield "Where everything went, each ticket once for each kind of target:"
    widest = len(f"{log.readings:,}")
    for number, why in parts:
        yield f"  {number:>{widest},}  {why}"
    yield from _left_out(log.left_out)
    if log.unjudged:
        first = log.unjudged[0]
        yield f"{count(len(log.unjudged), 'ticket')} could not be judged, the first {first.ticket}: {first.reason}"


def _in_rows(rows: int | None) -> str:
    return "" if rows is None else f" in {count(rows, 'row')}"


def _left_out(rows: Sequence[str]) -> Iterator[str]:
    """Yield how many rows were left out, and the first of them with their reasons."""
    if not rows:
        return
    were = "was left out with its ticket" if len(rows) == 1 else "were left out with their tickets"
    yield f"{count(len(rows), 'row')} could not be read and {were}:"
    yield from (f"  {sentence}" for sentence in rows[:NAMED])
    if len(rows) > NAMED:
        yield f"  and {count(len(rows) - NAMED, 'more row')}, all of them in 'servanda mapping check'"


def _parts(figures: Figures) -> Iterator[tuple[int, str]]:
    """Yield how many readings went where; what has no verdict stands in the period of its opening."""
    total, opened = figures.total, ", opened in the period" if figures.period else ""
    yield total.verdicts, f"counted: {total.met:,} met, {total.missed:,} missed"
    yield from ((number, f"{_WHY[standing]}{opened}") for standing, number in total.beside.items())
    if figures.period:
        yield figures.elsewhere, "in other periods"


def columns(
    headings: Sequence[str], rows: Sequence[Sequence[str]], names: int, width: int | None = None
) -> Iterator[str]:
    """Yield rows under their headings: the first `names` columns to the left, numbers to the right.

    Where the table is wider than `width`, the longest names are cut.
    """
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    while (
        width is not None and sum(widths) + 2 * len(widths) - 2 > width and max(widths[:names], default=0) > NARROWEST
    ):
        widths[widths.index(max(widths[:names]))] -= 1
    for row in (headings, *rows):
        left = (f"{_cut(cell, wide):<{wide}}" for cell, wide in zip(row[:names], widths, strict=False))
        right = (f"{cell:>{wide}}" for cell, wide in zip(row[names:], widths[names:], strict=True))
        yield "  ".join((*left, *right)).rstrip()


def _cut(cell: str, wide: int) -> str:
    return cell if len(cell) <= wide else f"{cell[: wide - 1]}…"
