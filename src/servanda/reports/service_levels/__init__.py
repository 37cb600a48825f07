"""How services and promises stand, in words and in the values that pictures are drawn from; the same on every page."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from servanda.engine.coverage import Clause
from servanda.engine.periods import MONTHS, Period
from servanda.engine.results import Result
from servanda.engine.targets import ANY_PRIORITY, Limit, TargetKind
from servanda.queries.attainment import ByPromise, Months, Promise
from servanda.queries.board import Board
from servanda.queries.overview import Steps
from servanda.queries.services import Covering, Listing, OneService
from servanda.reports import ratios
from servanda.reports.agreements.promises import codes_of, limit_words, promised, share_as_agreed
from servanda.reports.pictures import slam, trend
from servanda.reports.pictures.marks import Mark
from servanda.reports.words import count

CLAUSES_SHOWN = 2
_KINDS = (
    TargetKind.RESOLUTION,
    TargetKind.FIRST_RESPONSE,
    TargetKind.UPDATE,
    TargetKind.INFORMED,
    TargetKind.HAND_OVER,
)
_GRAVITY = (Mark.MISSED, Mark.NEAR, Mark.MET, Mark.NOT_AGREED, Mark.NODATA)

TargetNames = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class PromiseShown:
    """A promise with what was kept of it: its mark, the verdict in words, and the share that was agreed."""

    promise: Promise
    name: str
    result: Result
    mark: Mark
    digits: int

    @property
    def word(self) -> str:
        """Whether the share was reached, in a word."""
        return mark_word(self.mark)

    @property
    def agreed(self) -> str:
        """The share that was agreed, in words."""
        return share_as_agreed(self.promise.share) if self.promise.share is not None else "no share agreed"

    @property
    def actual(self) -> str:
        """What was attained, with its counts where they are few."""
        return ratios.attained(self.result.met, self.result.verdicts, self.digits)


def promises_of(kept: ByPromise, names: TargetNames) -> list[PromiseShown]:
    """Return promises with what was kept of them, the worst first: by mark, then by what is lacking to the share.

    Those with few verdicts come after the others of their mark, as one miss in three says little.
    """
    shown = [
        PromiseShown(
            promise,
            names.get((promise.agreement, promise.target), promise.target),
            result,
            slam.mark_of(result, promise.share),
            ratios.digits_of(promise.share),
        )
        for promise, result in kept.items()
    ]
    return sorted(shown, key=_place)


def _place(shown: PromiseShown) -> tuple[int, bool, Fraction, str]:
    few = shown.result.verdicts < ratios.COUNTS_ONLY_BELOW
    return _GRAVITY.index(shown.mark), few, -_lacking(shown), shown.name.casefold()


def _lacking(shown: PromiseShown) -> Fraction:
    share = shown.promise.share if shown.promise.share is not None else Fraction(1)
    attained = shown.result.attainment
    return Fraction(0) if attained is None else share - attained


def mark_word(mark: Mark) -> str:
    """Return the word of a mark for something that was promised: of what is not agreed it is the share."""
    return "No share agreed" if mark is Mark.NOT_AGREED else mark.word


def cell_of(kept: ByPromise, address: str = "") -> slam.Cell:
    """Return the cell of a service's month: the figure of all its promises, the mark of the worst."""
    return slam.cell_of([(result, promise.share) for promise, result in kept.items()], address=address)


def row_of(
    name: str, months: Months, kept: Mapping[date, ByPromise], addresses: Callable[[date | None], str]
) -> slam.Row:
    """Return the row of a service; `addresses` gives that of a month's tickets, and of its page for no month."""
    cells = tuple(cell_of(kept.get(month, {}), addresses(month) if month in kept else "") for month in months)
    return slam.Row(name, cells, addresses(None))


def rows_of(found: OneService, addresses: Callable[[Promise, date], str]) -> list[slam.Row]:
    """Return a row for each promise of a service, by name; `addresses` gives that of its tickets in a month."""
    same: dict[tuple[str, str], dict[date, dict[Promise, Result]]] = {}
    for month, kept in found.kept.items():
        for promise, result in kept.items():
            same.setdefault((promise.agreement, promise.target), {}).setdefault(month, {})[promise] = result
    return [
        slam.Row(
            found.names.get(key, key[1]),
            tuple(_cell_of_promise(by.get(month, {}), month, addresses) for month in found.months),
        )
        for key, by in sorted(same.items(), key=lambda item: found.names.get(item[0], item[0][1]).casefold())
    ]


def _cell_of_promise(
    kept: Mapping[Promise, Result], month: date, addresses: Callable[[Promise, date], str]
) -> slam.Cell:
    return cell_of(kept, addresses(next(iter(kept)), month) if kept else "")


def chart_of(title: str, months: Months, rows: Iterable[slam.Row], *, so_far: bool) -> slam.Chart:
    """Return the chart of some rows."""
    periods = tuple(Period.of_months(month.year, month.month) for month in months)
    return slam.Chart(title, periods, tuple(rows), so_far=so_far)


def trend_of(title: str, months: Months, kept: Mapping[date, ByPromise]) -> trend.Trend:
    """Return the trend of a service's months; with the agreed share where one holds for all of them."""
    shares = {promise.share for by in kept.values() for promise in by}
    share = shares.pop() if len(shares) == 1 else None
    points = tuple(
        trend.Point(Period.of_months(month.year, month.month), sum(kept.get(month, {}).values(), Result()))
        for month in months
    )
    return trend.Trend(title, points, share, ratios.digits_of(share))


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell of the chart as a table has it: under which month, its mark, its words, and the tickets behind it."""

    month: str
    mark: Mark
    said: str
    address: str


@dataclass(frozen=True, slots=True)
class Grid:
    """The chart as a table."""

    months: tuple[str, ...]
    rows: tuple[tuple[slam.Row, tuple[GridCell, ...]], ...]


def grid_of(chart: slam.Chart) -> Grid:
    """Return the chart as a table, in the words of its own twin."""
    twin = slam.table_twin(chart)
    months = twin.headings[1:]
    rows = tuple(
        (row, tuple(GridCell(*told) for told in _told(months, row, said[1:])))
        for row, said in zip(chart.rows, twin.rows, strict=True)
    )
    return Grid(months, rows)


def _told(months: Iterable[str], row: slam.Row, said: Iterable[str]) -> Iterable[tuple[str, Mark, str, str]]:
    for month, cell, words in zip(months, row.cells, said, strict=True):
        yield month, cell.mark, words, cell.address


@dataclass(frozen=True, slots=True)
class PartShown:
    """A promise in one month, and how its result is parted by priority: each with its limit, where one is known."""

    shown: PromiseShown
    parts: tuple[tuple[str, str, Result], ...]


def parts_of(found: OneService) -> list[PartShown]:
    """Return the promises of a service in its month, the worst first, each by priority."""
    kept = found.kept.get(found.month, {})
    return [PartShown(each, tuple(_by_priority(found, each.promise))) for each in promises_of(kept, found.names)]


def _by_priority(found: OneService, promise: Promise) -> Iterator[tuple[str, str, Result]]:
    for priority, result in sorted(
        (priority, result) for (of, priority), result in found.parts.items() if of == promise
    ):
        yield priority or "any", _limit(found, promise, priority), result


def _limit(found: OneService, promise: Promise, priority: str) -> str:
    """Return the limit of a priority in words, as the clauses that are shown have it."""
    for clause in found.covering.clauses:
        if (clause.version.agreement, clause.target.id) == (promise.agreement, promise.target):
            limit = clause.target.limit_for(priority)
            return limit_words(limit) if limit else ""
    return ""


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step of setting up: what it says, whether it is done, how to do it, and the name of the page where.

    `next` is the first that is not done; steps can be taken in any order, and left for later.
    """

    says: str
    done: bool
    how: str
    page: str
    next: bool


def steps_of(steps: Steps) -> list[StepShown]:
    """Return the eight steps of setting up in their order."""
    told = (
        ("Name your organisation", True, "", ""),
        ("List your services", steps.catalogue, "In users’ words; a set of twenty helps to begin.", "catalogue"),
        (
            "Say how well you think each is given",
            steps.estimates,
            "An estimate for each service, on its page in the catalogue. Measured figures will stand beside it.",
            "catalogue",
        ),
        (
            "Write down hours and promises",
            steps.agreements,
            "Draft an agreement from figures to begin with, or keep a file: servanda apply agreements.yaml",
            "negotiation_begin",
        ),
        (
            "Take in tickets",
            steps.tickets,
            "Save an export of your tickets, and take it in: servanda import tickets.csv --mapping mapping.yaml",
            "imports",
        ),
        ("Name a service manager", bool(steps.service_managers), "Somebody who owns the promises.", "people"),
        (
            "Name somebody who speaks for the users",
            bool(steps.representatives),
            "At least one representative, who agrees to the catalogue for them.",
            "people",
        ),
        ("Issue the first report of a month", steps.report, "Once a month is over.", "reports"),
    )
    first = next((says for says, done, _, _ in told if not done), "")
    return [StepShown(says, done, how, page, says == first) for says, done, how, page in told]


# --- in words ---


def month_words(month: date) -> str:
    """Return a month such as `March 2026`."""
    return f"{MONTHS[month.month - 1]} {month.year}"


def promise_line(covering: Covering, customers: Mapping[str, str]) -> str:
    """Return in one line what is promised for a service, first to everybody; empty where nothing is."""
    ordered = sorted(covering.clauses, key=lambda each: (bool(each.customers), _KINDS.index(each.target.kind)))
    said_of_all = is_assumed(covering)
    told = list(dict.fromkeys(_clause_words(each, customers, said_of_all) for each in ordered))
    more = len(told) - CLAUSES_SHOWN
    shown = [*told[:CLAUSES_SHOWN], *([f"and {count(more, 'more promise')}"] if more > 0 else [])]
    line = "; ".join(shown)
    return f"{line[:1].upper()}{line[1:]}".replace(" %", "\u00a0%")


def is_assumed(covering: Covering) -> bool:
    """Say whether nothing of what covers a service is agreed yet."""
    return bool(covering.clauses) and all(each.target.maturity != "agreed" for each in covering.clauses)


def not_agreed_of(covering: Covering) -> Mapping[tuple[str, str], str]:
    """Return the targets that cover a service and are not agreed, by agreement and id, each with how it stands."""
    return {
        (each.version.agreement, each.target.id): each.target.maturity
        for each in covering.clauses
        if each.target.maturity != "agreed"
    }


def agreed_words(kept: ByPromise) -> str:
    """Return the shares that were agreed for some promises; empty where none was."""
    shares = sorted({promise.share for promise in kept if promise.share is not None})
    return " and ".join(share_as_agreed(each) for each in shares).replace(" %", "\u00a0%")


def _clause_words(clause: Clause, customers: Mapping[str, str], said_of_all: bool) -> str:
    """Return a clause in words, with whether it is agreed unless that is said of all of them together."""
    named = sorted(customers.get(each) or each for each in clause.customers)
    whose = f"for {' and '.join(named)}: " if named else ""
    standing = "" if said_of_all or clause.target.maturity == "agreed" else f" ({clause.target.maturity}, not agreed)"
    return f"{whose}{limits_words(clause)}{standing}"


def limits_words(clause: Clause) -> str:
    """Return what a clause promises, with its limits and its share."""
    target = clause.target
    codes = [code for code in codes_of(target, clause.version) if code in target.limits]
    limits = [target.limits[code] for code in codes]
    share = f", {share_as_agreed(target.share)} of them" if target.share is not None else ""
    if len(set(limits)) == 1:
        return f"{promised(target, limits[0])}{share}"
    return f"{promised(target, limits[0])} for {_code(codes[0])}, {_rest(codes[-1], limits[-1])}{share}"


def _rest(code: str, limit: Limit) -> str:
    return f"{limit_words(limit)} for {_code(code)}"


def _code(code: str) -> str:
    return "any other" if code == ANY_PRIORITY else code


def board_words(board: Board) -> str:
    """Return in a sentence which clocks press now."""
    if board.is_empty:
        return "Nothing that was promised is open now."
    told = [
        f"{count(board.overdue, 'open ticket')} {'is' if board.overdue == 1 else 'are'} overdue"
        if board.overdue
        else "",
        f"{board.due_soon:,} {'is' if board.due_soon == 1 else 'are'} due soon" if board.due_soon else "",
    ]
    pressing = [each for each in told if each]
    if not pressing:
        return "No open ticket is overdue or due soon."
    sentence = " and ".join(pressing)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def state_sentence(board: Board | None, month: date, shown: Iterable[PromiseShown], *, so_far: bool) -> str:
    """Return how everything stands: what presses now, and how the promises of a month were kept."""
    now = f"{board_words(board)} " if board is not None else ""
    return f"{now}{month_sentence(month, shown, so_far=so_far)}"


def listing_sentence(found: Listing) -> str:
    """Return in a sentence how many services there are, and how those shown kept their promises in the later month."""
    shown = f"{count(found.total, 'service')}{f' of {found.all:,}' if found.total != found.all else ''}"
    marks = [cell_of(line.months[-1]).mark for line in found.lines if line.months[-1]]
    missed, without = marks.count(Mark.MISSED), sum(not line.covering.clauses for line in found.lines)
    told = [
        f"{count(missed, 'service')} missed a promise in {month_words(found.months[-1])}" if missed else "",
        f"nothing is promised for {without}" if without else "",
    ]
    said = "; ".join(each for each in told if each)
    if not said:
        return f"{shown}."
    return f"{shown}. On this page: {said}." if found.pages > 1 else f"{shown}: {said}."


def month_sentence(month: date, shown: Iterable[PromiseShown], *, so_far: bool) -> str:
    """Return in a sentence how the promises of a month stand."""
    told = [each for each in shown if each.result.verdicts]
    name = f"{month_words(month)}{' so far' if so_far else ''}"
    if not told:
        return f"{name}: no verdict has fallen."
    with_share = [each for each in told if each.promise.share is not None]
    if not with_share:
        whole = sum((each.result for each in told), Result())
        attained = ratios.attained(whole.met, whole.verdicts)
        of = f" of {whole.verdicts:,}" if whole.verdicts >= ratios.COUNTS_TOO_BELOW else ""
        return f"{name}: {attained}{of} kept their time. No share was agreed to compare that with."
    missed = sum(each.mark is Mark.MISSED for each in with_share)
    near = sum(each.mark is Mark.NEAR for each in with_share)
    kept = f"{len(with_share) - missed} of {count(len(with_share), 'promise')} with an agreed share kept"
    return f"{name}: {kept}{f', {near} of them near' if near else ''}."
