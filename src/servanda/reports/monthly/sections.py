"""The report in words and tables: the one form of it that the page, the PDF, the workbook and the CSV all show.

A whole number in a table stays a number; everything else is the text that every rendering shows.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from servanda.files.notation import share_text
from servanda.reports.monthly.misses import in_minutes
from servanda.reports.monthly.values import Counts, MonthFigures, MonthReport, Sentence
from servanda.reports.pictures.marks import Mark
from servanda.reports.ratios import COUNTS_ONLY_BELOW, percent
from servanda.reports.words import MONTHS, count, day, instant, length

Cell = str | int

FRONT = 12
PRINTED = 40
MOST_PRINTED = 600
HASH_SHOWN = len("sha256:") + 16
NOT_MEASURED = "not measured yet"
BY_MACHINE = "written by the program"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its headings, which of its columns hold figures, its rows, and how many of them are printed."""

    headings: tuple[str, ...]
    figures: frozenset[int]
    rows: tuple[tuple[Cell, ...], ...]
    printed: int

    @property
    def on_paper(self) -> tuple[tuple[Cell, ...], ...]:
        """The rows that a page and a PDF show; the files for spreadsheets and machines have all."""
        return self.rows[: self.printed]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: sentences, then a table. `annex` parts begin after the page for readers in a hurry."""

    id: str
    title: str
    sentences: tuple[str, ...] = ()
    table: Table | None = None
    annex: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report: what it is, its summary with who wrote each sentence, and its sections in order."""

    title: str
    organisation: str
    period: str
    standing: str
    facts: tuple[tuple[str, str], ...]
    summary: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]

    def section(self, id: str) -> Section | None:
        """Return the section of an id; `None` where the report has none."""
        return next((each for each in self.sections if each.id == id), None)


def of(report: MonthReport) -> Document:
    """Return a report in words and tables."""
    figures = report.figures
    made = (each(report) for each in _SECTIONS)
    return Document(
        title=report.title,
        organisation=figures.organisation_name,
        period=f"{figures.period}",
        standing=_standing(report),
        facts=tuple(_facts(report)),
        summary=tuple((each.text, _author(each, figures.zone)) for each in report.summary),
        sections=tuple(_told_what_is_printed(section) for section in made if section is not None),
    )


def _told_what_is_printed(section: Section) -> Section:
    """Return a section that says so where not all of its rows are printed."""
    table = section.table
    if table is None or len(table.on_paper) == len(table.rows):
        return section
    said = (
        f"The first {len(table.on_paper):,} rows are printed; the files for spreadsheets have all {len(table.rows):,}."
    )
    return replace(section, sentences=(*section.sentences, said))


def _standing(report: MonthReport) -> str:
    stamp, zone = report.stamp, report.figures.zone
    if stamp is None:
        return "Draft: nothing of it is issued"
    return f"Issued as report {stamp.number} on {instant(stamp.issued_at, zone)} by {stamp.issued_by}"


def _author(sentence: Sentence, zone: str) -> str:
    if sentence.by_machine:
        return BY_MACHINE
    return f"written by {sentence.written_by}, {instant(sentence.written_at, zone)}"


def _facts(report: MonthReport) -> Iterator[tuple[str, str]]:
    figures = report.figures
    yield "Period", f"{figures.period}, midnight to midnight in {' and '.join(figures.zones)}"
    yield "As of", f"{instant(figures.as_of, figures.zone)}; what was recorded later is not in it"
    yield "Counts", f"Cohort {figures.cohort}: {figures.rule}"
    if report.stamp:
        yield "Checked by", report.stamp.checked_by
    if report.restated:
        yield "Restates", f"Report {report.restated.number}"


# --- the front page ---


def _changes(report: MonthReport) -> Section | None:
    told = report.restated
    if told is None:
        return None
    digits, zone = report.figures.digits, report.figures.zone
    was, now = _with_n(told.counts, digits), _with_n(report.figures.total, digits)
    sentences = [
        f"This report takes the place of report {told.number}, issued {instant(told.issued_at, zone)}. "
        f"That one counted {was}; it is {now} now. {count(told.in_all, 'verdict')} changed."
    ]
    if len(told.changes) < told.in_all:
        sentences.append(f"The first {len(told.changes):,} are listed.")
    rows = tuple((each.ticket, each.source, each.target, each.then, each.now, each.why) for each in told.changes)
    table = _table(("Ticket", "Source", "Target", "Then", "Now", "Why"), rows, printed=PRINTED)
    return Section("changes", f"What changed since report {told.number}", tuple(sentences), table, annex=False)


def _cautions(report: MonthReport) -> Section | None:
    cautions = report.figures.notes.cautions
    return Section("cautions", "Mind this", cautions, annex=False) if cautions else None


def _services(report: MonthReport) -> Section:
    figures = report.figures
    more = len(figures.services) > FRONT
    said = [f"The {FRONT} services with most misses; all {len(figures.services):,} are in the annex."] if more else []
    if not figures.services:
        said.append(f"No service had anything to decide in {figures.period}.")
    table = _services_table(figures, FRONT)
    return Section("services", "Promised and kept, by service", tuple(said), table, annex=False)


def _all_services(report: MonthReport) -> Section | None:
    if len(report.figures.services) <= FRONT:
        return None
    return Section("all-services", "All services", table=_services_table(report.figures, None))


def _services_table(figures: MonthFigures, most: int | None) -> Table | None:
    if not figures.services:
        return None
    rows: list[tuple[Cell, ...]] = [
        (each.name, *_counted(each.counts, figures), each.before.shown(figures.digits), Mark(each.standing).word)
        for each in figures.services[:most]
    ]
    rows.append(("All services", *_counted(figures.total, figures), figures.before.shown(figures.digits), ""))
    headings = ("Service", "Decided", "Met", "Missed", "Attainment", "Month before", "Agreed share")
    return _table(headings, rows)


def _trend(report: MonthReport) -> Section:
    figures = report.figures
    rows = [(_month(each.month), *_counted(each.counts, figures)) for each in figures.trend]
    headings = ("Month", "Decided", "Met", "Missed", "Attainment")
    return Section("trend", f"The last {len(rows)} months", table=_table(headings, rows), annex=False)


# --- the annex ---


def _slam(report: MonthReport) -> Section | None:
    figures = report.figures
    if not figures.slam:
        return None
    rows = [
        (row.name, *(f"{Mark(cell.standing).word}: {cell.counts.shown(figures.digits)}" for cell in row.cells))
        for row in figures.slam
    ]
    headings = ("Service", *map(_month, figures.months))
    title = f"Services over {len(figures.months)} months"
    return Section(
        "slam", title, table=Table(headings, frozenset(), tuple(rows), MOST_PRINTED), annex=len(rows) > FRONT
    )


def _promises(report: MonthReport) -> Section | None:
    figures = report.figures
    if not figures.promises:
        return None
    rows = [
        (
            each.target_name,
            " ".join(each.versions),
            share_text(each.share) if each.share is not None else "none agreed",
            each.maturity,
            *_counted(each.counts, figures),
            each.outcome,
        )
        for each in figures.promises
    ]
    headings = ("Target", "Agreement version", "Agreed share", "Level", "Decided", "Met", "Missed", "Attainment")
    return Section("promises", "Targets and their agreed shares", table=_table((*headings, "Outcome"), rows))


def _lines(report: MonthReport) -> Section | None:
    figures = report.figures
    rows = [
        (
            each.service_name,
            each.priority or "any",
            each.target_name,
            " ".join(each.versions),
            *_counted(each.counts, figures),
            each.still_open,
            sum(each.beside.values()),
        )
        for each in figures.lines
    ]
    if not rows:
        return None
    rows.append(
        ("All", "", "", "", *_counted(figures.total, figures), figures.still_open, sum(figures.beside.values()))
    )
    headings = ("Service", "Priority", "Target", "Agreement version", "Decided", "Met", "Missed", "Attainment")
    table = _table((*headings, "Of missed still open", "Not counted"), rows)
    rule = f"Attainment is met / decided, rounded down; below {COUNTS_ONLY_BELOW} verdicts the counts alone are shown."
    return Section("lines", "By service, priority and target", (rule,), table)


def _beside(report: MonthReport) -> Section | None:
    rows = tuple(report.figures.beside.items())
    if not rows:
        return None
    said = ("Each stands in the month in which its ticket was logged, and in no attainment.",)
    return Section("beside", "Not counted", said, _table(("Because", "Promises"), rows))


def _misses(report: MonthReport) -> Section | None:
    figures = report.figures
    missed, listed = figures.total.missed, len(figures.misses)
    if not missed:
        return None
    said = [f"{count(missed, 'promise')} missed, the longest overdue first. Too late by is in opening hours."]
    if listed < missed:
        said.append(f"The first {listed:,} are listed.")
    several = len({each.source for each in figures.misses}) > 1
    rows = [
        (
            f"{each.source}/{each.ticket}" if several else each.ticket,
            each.service_name,
            each.priority or "any",
            each.target_name,
            length(in_minutes(timedelta(microseconds=each.late))),
            each.sentence,
        )
        for each in figures.misses
    ]
    headings = ("Ticket", "Service", "Priority", "Target", "Too late by", "Why it counts as missed")
    return Section("misses", "What went wrong, and why", tuple(said), _table(headings, rows, printed=PRINTED))


def _whose(report: MonthReport) -> Section | None:
    whose = report.figures.whose
    if not whose:
        return None
    in_all = sum(each.amount for each in whose)
    rows = [(each.words, each.use, _hours(each.amount), _part(each.amount, in_all), each.tickets) for each in whose]
    rows.append(("All", "", _hours(in_all), "", report.figures.total.missed))
    said = ("From the start of each missed clock to its end, all of them together.",)
    headings = ("The time was", "Use", "Hours", "Part", "Promises")
    return Section("whose", "Whose time the missed tickets took", said, _table(headings, rows))


def _processes(report: MonthReport) -> Section:
    rows = [
        (process.group, process.name, measure.name, NOT_MEASURED if measure.shown is None else measure.shown)
        for process in report.figures.processes
        for measure in process.measures
    ]
    table = Table(("Group", "Process", "Line", "Figure"), frozenset(), tuple(rows), MOST_PRINTED)
    return Section("processes", "The ten processes", table=table)


def _claims(report: MonthReport) -> Section:
    told = report.figures.claims
    title = "Beside what the source says"
    if told is None:
        return Section("claims", title, ("The source says nothing of its own about these tickets.",))
    tolerance = length(timedelta(microseconds=told.tolerance))
    rows: list[tuple[Cell, ...]] = []
    if told.verdicts:
        rows.append(
            ("Verdicts that both sides have", told.verdicts, told.verdicts_same, told.verdicts - told.verdicts_same)
        )
    if told.dues:
        rows.append((f"Due instants, give or take {tolerance}", told.dues, told.dues_same, told.dues - told.dues_same))
    said = (
        f"The source has a verdict on {count(told.claimed, 'ticket')} of the month, "
        f"{_with_n(Counts(told.claimed_met, told.claimed - told.claimed_met), 1)} of them met; "
        f"we have one on the resolution of {told.ours:,}, "
        f"{_with_n(Counts(told.ours_met, told.ours - told.ours_met), 1)} met.",
    )
    table = _table(("Compared", "Pairs", "The same", "Different"), rows) if rows else None
    return Section("claims", title, said, table)


def _notes(report: MonthReport) -> Section:
    figures, notes = report.figures, report.figures.notes
    zone = figures.zone
    said = [
        f"Counted by Servanda {notes.program} with the time zones of {notes.zone_edition}, from "
        f"{count(notes.tickets, 'ticket')} of the {notes.kept:,} kept.",
        f"What is kept runs from {instant(notes.first_at, zone)} to {instant(notes.last_at, zone)}.",
        *(f"Not covered: {number:,} ({why})." for why, number in notes.not_covered.items()),
        *(f"Fault accepted: {fault}, {count(number, 'ticket')}." for fault, number in notes.faults.items()),
        *(_late(each.batch, each.events, instant(each.last_at, zone)) for each in notes.late),
    ]
    if not notes.late:
        said.append("No event of the month was recorded after the month had ended.")
    if notes.unjudged:
        said.append(f"Not judged: {count(notes.unjudged, 'ticket')}; {'; '.join(notes.unjudged_first)}.")
    rows = [
        (
            each.label,
            each.name,
            each.kind,
            day(each.effective_from),
            day(each.last_day) if each.last_day else "until further notice",
            day(each.signed_on) if each.signed_on else "not signed",
            f"{each.content_hash[:HASH_SHOWN]}…",
        )
        for each in notes.versions
    ]
    headings = ("Version", "Agreement", "Kind", "In force from", "Until", "Signed", "Hash of its content")
    return Section("notes", "How the figures came about", tuple(said), _table(headings, rows) if rows else None)


def _late(batch: int, events: int, last: str) -> str:
    by = f"brought by import {batch}" if batch else "recorded by hand or by a connector"
    return f"Recorded after the month had ended: {count(events, 'event')}, {by}, the last {last}."


_SECTIONS: tuple[Callable[[MonthReport], Section | None], ...] = (
    _cautions,
    _changes,
    _services,
    _slam,
    _trend,
    _all_services,
    _promises,
    _lines,
    _beside,
    _misses,
    _whose,
    _processes,
    _claims,
    _notes,
)


# --- words ---


def _table(headings: tuple[str, ...], rows: Iterable[tuple[Cell, ...]], printed: int = MOST_PRINTED) -> Table:
    """Return a table whose columns of figures are those that say so."""
    figures = frozenset(place for place, each in enumerate(headings) if each in _FIGURES)
    return Table(headings, figures, tuple(rows), printed)


_FIGURES = {
    "Decided",
    "Met",
    "Missed",
    "Attainment",
    "Month before",
    "Of missed still open",
    "Not counted",
    "Promises",
    "Hours",
    "Part",
    "Pairs",
    "The same",
    "Different",
    "Too late by",
}


def _counted(counts: Counts, figures: MonthFigures) -> tuple[int, int, int, str]:
    return counts.verdicts, counts.met, counts.missed, counts.shown(figures.digits)


def _with_n(counts: Counts, digits: int) -> str:
    """Return an attainment with its n, whatever that is."""
    if counts.attainment is None or counts.verdicts < COUNTS_ONLY_BELOW:
        return f"{counts.met:,} of {counts.verdicts:,}"
    return f"{counts.met:,} of {counts.verdicts:,} ({percent(counts.attainment, digits)})"


def _month(on: date) -> str:
    return f"{MONTHS[on.month - 1]} {on.year}"


def _hours(microseconds: int) -> str:
    """Return an amount in whole and tenths of hours, rounded down."""
    tenths = microseconds // 360_000_000
    return f"{tenths // 10:,}.{tenths % 10} h"


def _part(amount: int, in_all: int) -> str:
    return percent(Fraction(amount, in_all))
