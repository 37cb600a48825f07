"""Reconciliation for a person at a terminal: the sentences that matter, the tables, then the proofs."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from servanda.engine.reconciliation import CalendarFit, Case, Cause, Difference, Line, Stops
from servanda.engine.reconciliation.causes import NOT_EXAMINED, NOT_EXPLAINED
from servanda.engine.zones import to_local
from servanda.reports.reconciliation import Reconciled
from servanda.reports.reconciliation.sentences import heading, reproduced, share, stretch, unlisted, untold
from servanda.reports.words import count, instant

WIDTH = 110
MOST_TARGETS = 12
MOST_EXPLANATIONS = 6
VERDICT = {True: "met", False: "missed", None: "-"}


def lines(reconciled: Reconciled, examples: int) -> Iterator[str]:
    """Yield the report line by line, with up to `examples` rows as proof of each cause."""
    yield from _title(reconciled)
    for part in (_comparison, _left_alone, _ends):
        yield from ("", *part(reconciled))
    yield from ("", *_causes(reconciled, examples))
    yield from _weighed(reconciled)
    for fit in reconciled.found.calendars:
        yield from ("", *_holidays(fit))


def _title(reconciled: Reconciled) -> Iterator[str]:
    found, log = reconciled.found, reconciled.log
    as_of = instant(log.as_of, log.book.organisation.zone)
    yield f"{reconciled.name}: our readings beside the source's own claims"
    yield f"{count(found.tickets, 'ticket')}, targets of kind {reconciled.kind.value}, as of {as_of}."
    yield ""
    for sentence in heading(reconciled):
        yield from _wrapped(sentence, "- ", "  ")


def _wrapped(text: str, first: str = "", rest: str = "") -> Iterator[str]:
    yield from textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], left: int = 1, indent: str = "  ") -> Iterator[str]:
    """Yield a table: the first `left` columns run to the left, the others to the right."""
    body = [header, *rows]
    widths = [max(len(row[i]) for row in body) for i in range(len(header))]
    for row in body:
        cells = (
            cell.ljust(w) if i < left else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        yield (indent + "  ".join(cells)).rstrip()


# --- The comparison ----------------------------------------------------------------------------------------


def _comparison(reconciled: Reconciled) -> Iterator[str]:
    yield "Compared"
    found = reconciled.found
    with_dues = found.dues.compared > 0
    dues = ["due times the same", "different", "to the second"] if with_dues else []
    header = ["", *dues, "verdicts the same", "different"]
    rows = [_line(line, with_dues) for line in _shown(found.lines)]
    total = Line("", "all", found.dues, found.verdicts)
    yield from _table(header, [*rows, _line(total, with_dues)])
    targets = sum(line.by == "target" for line in found.lines)
    if targets > MOST_TARGETS:
        yield f"  ({count(targets - MOST_TARGETS, 'smaller target')} are in the JSON)"


def _shown(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines worth a row: no part that is alone of its sort, and only the largest targets."""
    sorts = Counter(line.by for line in lines)
    places: Counter[str] = Counter()
    for line in lines:
        places[line.by] += 1
        if sorts[line.by] > 1 and places[line.by] <= MOST_TARGETS:
            yield line


def _line(line: Line, with_dues: bool) -> list[str]:
    dues, verdicts = line.dues, line.verdicts
    name = f"{line.by} {line.name}" if line.by else line.name
    shown = [share(dues.same, dues.compared), f"{dues.different:,}", f"{dues.exact:,}"] if with_dues else []
    return [name, *shown, share(verdicts.same, verdicts.compared), f"{verdicts.different:,}"]


def _left_alone(reconciled: Reconciled) -> Iterator[str]:
    found = reconciled.found
    yield "Not compared"
    for state, tickets in sorted(found.uncompared.items(), key=lambda each: -each[1]):
        why = " (no target of the agreement is for them)" if state == "not covered" else ""
        yield f"  {count(tickets, 'ticket')} with a claim: {state}{why}"
    if not found.uncompared:
        yield "  nothing: every ticket with a claim was compared"
    for each in reconciled.unjudged[:3]:
        yield from _wrapped(f"{each.ticket} could not be judged: {each.reason}", "  ", "    ")
    if reconciled.left_out:
        yield f"  {count(reconciled.left_out, 'row')} could not be read"


def _ends(reconciled: Reconciled) -> Iterator[str]:
    found = reconciled.found
    yield f"How the clocks ended (the targets stop at: {found.stop or 'nothing'})"
    header = ["", "tickets", "stopped so", "by closing instead", "not ended", "not covered"]
    rows = [("all tickets", found.stops), *((f"flagged '{flag}'", stops) for flag, stops in found.flagged.items())]
    yield from _table(header, [_end(name, stops) for name, stops in rows])


def _end(name: str, stops: Stops) -> list[str]:
    numbers = (stops.tickets, stops.as_agreed, stops.by_closing, stops.neither, stops.not_covered)
    return [name, *(f"{number:,}" for number in numbers)]


# --- Causes and their proofs -------------------------------------------------------------------------------


def _causes(reconciled: Reconciled, examples: int) -> Iterator[str]:
    causes = reconciled.found.explained.causes
    differences = sum(len(cause.differences) for cause in causes)
    yield f"Differences by likely cause: {count(differences, 'ticket')}"
    for cause in causes:
        yield ""
        yield f"  {len(cause.differences):,}  {cause.name}{_sides(cause)}"
        yield from _explanations(cause)
        if cause.name == NOT_EXPLAINED:
            yield from _together(cause)
        if examples and cause.name != NOT_EXAMINED:
            yield from _proofs(reconciled, cause, examples)


def _sides(cause: Cause) -> str:
    """Return how many of a cause are met by us and missed by the source, and the other way round."""
    sides = Counter(each.case.met for each in cause.differences if each.verdict_differs)
    told = [(True, "met by us, missed by the source"), (False, "missed by us, met by the source")]
    shown = [f"{sides[side]:,} {words}" for side, words in told if sides[side]]
    return f" ({'; '.join(shown)})" if shown else ""


def _explanations(cause: Cause) -> Iterator[str]:
    words = cause.words
    for text, times in words[:MOST_EXPLANATIONS]:
        yield f"     {times:,} × {text}"
    if len(words) > MOST_EXPLANATIONS:
        yield f"     {sum(times for _, times in words[MOST_EXPLANATIONS:]):,} × something else of the kind"


def _together(cause: Cause) -> Iterator[str]:
    """Yield how many unexplained stops fall together, as they do where rows are edited at once."""
    stops = Counter(each.case.stopped_at for each in cause.differences if each.case.stopped_at)
    shared = sum(times for times in stops.values() if times > 1)
    if shared:
        yield f"     {shared:,} of them stopped at the very instant at which another of them did"


def _proofs(reconciled: Reconciled, cause: Cause, examples: int) -> Iterator[str]:
    """Yield the chosen tickets as a table, each with what would explain it where the cause has several ways."""
    chosen = _chosen(cause, examples)
    with_due = any(each.case.claims.due_at for each in chosen)
    names, *rows = _table(*_proof_table(reconciled, chosen, with_due=with_due), left=7, indent="     ")
    yield f"{names}  (times of {', '.join(sorted({reconciled.zone(each.case) for each in chosen}))})"
    for each, row in zip(chosen, rows, strict=True):
        yield row
        if len(cause.words) > 1:
            yield f"       if {each.words}"


def _proof_table(
    reconciled: Reconciled, chosen: Sequence[Difference], *, with_due: bool
) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows; the source's due times only where it has any."""
    header = ["ticket", "opened", "due, ours", "due, theirs", "stopped", "ours", "theirs"]
    rows = [_proof(reconciled, each) for each in chosen]
    if not with_due:
        for row in (header, *rows):
            del row[3]
    return header, rows


def _chosen(cause: Cause, examples: int) -> list[Difference]:
    """Return the first difference of each explanation in turn, then the second, up to so many."""
    seen: Counter[str] = Counter()
    ranked = []
    for place, each in enumerate(cause.differences):
        ranked.append((seen[each.words], place))
        seen[each.words] += 1
    return [cause.differences[place] for _, place in sorted(ranked)[:examples]]


def _proof(reconciled: Reconciled, each: Difference) -> list[str]:
    case, zone = each.case, reconciled.zone(each.case)
    opened_at = case.reading.opened_at if case.reading else None
    times = (opened_at, case.due_at, case.claims.due_at, case.stopped_at)
    return [case.ticket.number, *(_clock(at, zone) for at in times), *_verdicts(case)]


def _verdicts(case: Case) -> tuple[str, str]:
    return VERDICT[case.met], VERDICT[case.claims.met]


def _clock(at: datetime | None, zone: str) -> str:
    if at is None:
        return "-"
    local = to_local(zone, at)
    return f"{local:%Y-%m-%d %H:%M:%S}" if local.second else f"{local:%Y-%m-%d %H:%M}"


def _weighed(reconciled: Reconciled) -> Iterator[str]:
    weighed = reconciled.found.explained.weighed
    if weighed:
        yield ""
        yield "Rules weighed on every verdict they would turn"
        rows = [
            [each.words, f"{each.rows_for:,}", f"{each.rows_against:,}", "stands" if each.stands else "refuted"]
            for each in weighed
        ]
        yield from _table(["", "tickets for", "against", ""], rows)


# --- Holidays ----------------------------------------------------------------------------------------------


def _holidays(fit: CalendarFit) -> Iterator[str]:
    calendar = fit.calendar
    yield f"Holidays of the calendar '{calendar.name or calendar.id}', told from {count(fit.rows, 'claim')}"
    sentences = [*map(stretch, fit.stretches), *unlisted(fit), *untold(fit), reproduced(fit)]
    for sentence in sentences:
        yield from _wrapped(sentence, "  ", "    ")
    yield ""
    rows = [
        [
            f"{each.on}",
            each.name or "(not listed)",
            {True: "observed", False: "ignored", None: "no row tells"}[each.observed],
            ", ".join((each.tickets_for if each.observed else each.tickets_against)[:2]),
            f"{each.rows_for:,}",
            f"{each.rows_against:,}",
        ]
        for each in sorted((*fit.holidays, *fit.unlisted), key=lambda each: each.on)
    ]
    yield from _table(["date", "holiday", "by the source", "such as", "rows for", "against"], rows, left=4)
