"""The list of tickets in words: what was asked for, what can be asked for, and where its other pages are."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import urlencode

from servanda.engine import judging
from servanda.engine.periods import Period
from servanda.engine.targets import TargetKind
from servanda.queries.saved_views import View
from servanda.queries.ticket_filters import Asked, Filters, Order, Outside
from servanda.queries.tickets import LISTED, Listing
from servanda.reports.words import count

STATES: Mapping[Asked, str] = MappingProxyType(
    {
        Asked.OPEN: "Open",
        Asked.RUNNING: "Running",
        Asked.DUE_SOON: "Due soon",
        Asked.PAUSED: "Paused",
        Asked.MISSED: "Missed",
        Asked.OVERDUE: "Missed, still open",
        Asked.MET: "Met",
        Asked.EXEMPT: "Exempt",
        Asked.CANCELLED: "Cancelled",
        Asked.NO_CLOCK: "No clock",
        Asked.UNJUDGED: "Not judged",
    }
)
ORDERS: Mapping[Order, str] = MappingProxyType(
    {
        Order.NEWEST: "Newest first",
        Order.OLDEST: "Oldest first",
        Order.DUE: "Next due first",
        Order.NUMBER: "By number",
        Order.NUMBER_DOWN: "By number, last first",
        Order.PRIORITY: "By priority",
        Order.PRIORITY_DOWN: "By priority, last first",
    }
)
OUTSIDE: Mapping[Outside, str] = MappingProxyType(
    {
        Outside.ANY: "Not in the catalogue",
        Outside.UNDECIDED: "Not in it, and nothing is decided",
        Outside.ACCEPTED_ONCE: "Accepted once",
        Outside.REFUSED: "Refused",
        Outside.PROPOSED: "Proposed for it",
    }
)
REMARKS = (judging.UNLISTED_PAUSE, judging.RECLASSIFIED, judging.STOPPED_BY_CLOSING, judging.NOT_ENFORCED)
_LABELS: Mapping[str, str] = MappingProxyType(
    {
        "find": "Number begins with",
        "service": "Service",
        "customer": "Customer",
        "priority": "Priority",
        "source": "Source",
        "state": "State",
        "kind": "Promise",
        "party": "Handed to",
        "target": "Target",
        "agreement": "Agreement",
        "version": "Version",
        "month": "Decided in",
        "flag": "Remark",
        "catalogue": "Catalogue",
    }
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """One filter that is set: what it is, what it is set to, and the address of the list without it."""

    name: str
    label: str
    value: str
    without: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose in a form: the word sent, the word shown, and whether it is chosen now."""

    value: str
    word: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column by which the list can be ordered: the address that does it, and how it is ordered now, if it is."""

    word: str
    address: str
    ordered: str


@dataclass(frozen=True, slots=True)
class ViewShown:
    """A view that was saved: its name, its address, and whether it is the list shown now."""

    name: str
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class ListShown:
    """What a page of the list shows around its rows; `asked` is all that is asked for, as parameters of an address."""

    summary: str
    notices: tuple[str, ...]
    chosen: tuple[Chosen, ...]
    kept_beside: tuple[tuple[str, str], ...]
    states: tuple[Choice, ...]
    orders: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    services: tuple[Choice, ...]
    customers: tuple[Choice, ...]
    priorities: tuple[Choice, ...]
    flags: tuple[Choice, ...]
    outside: tuple[Choice, ...]
    columns: Mapping[str, Column]
    previous: str
    following: str
    more: bool
    views: tuple[ViewShown, ...]
    asked: str


UNDER_MORE = ("customer", "source", "kind", "month", "flag", "catalogue")
IN_THE_FORM = ("find", "service", "priority", "state", *UNDER_MORE, "sort")


def shown(listing: Listing, views: Iterable[View] = ()) -> ListShown:
    """Return what stands around the rows of a page of the list, with the views that were saved."""
    filters, choices = listing.filters, listing.choices
    return ListShown(
        summary=_summary(listing),
        notices=tuple(_notices(listing)),
        chosen=tuple(_chosen(filters, listing)),
        kept_beside=tuple((name, value) for name, value in filters.written().items() if name not in IN_THE_FORM),
        states=_choices({each.value: word for each, word in STATES.items()}, filters.written().get("state", "")),
        orders=_choices({each.value: word for each, word in ORDERS.items()}, filters.sort.value),
        kinds=_choices(
            {each.value: kind_word(each) for each in TargetKind}, filters.kind.value if filters.kind else ""
        ),
        services=_choices(choices.services, filters.service),
        customers=_choices(choices.customers, filters.customer),
        priorities=_choices({each: each for each in choices.priorities}, filters.priority),
        flags=_choices({each: each for each in REMARKS}, filters.flag),
        outside=_choices(
            {each.value: word for each, word in OUTSIDE.items()}, filters.catalogue.value if filters.catalogue else ""
        ),
        columns=_columns(filters),
        previous=_address(filters, listing.page - 1) if listing.page > 1 else "",
        following=_address(filters, listing.page + 1) if listing.page < listing.pages else "",
        more=any(filters.written().get(each) for each in UNDER_MORE),
        views=tuple(_view(each, filters) for each in views),
        asked=urlencode(filters.written()),
    )


def _view(view: View, filters: Filters) -> ViewShown:
    return ViewShown(view.name, f"?{urlencode(view.filters)}", dict(view.filters) == filters.written())


def kind_word(kind: TargetKind) -> str:
    """Return the kind of a target as it is shown: `First response`."""
    return kind.value.replace("_", " ").capitalize()


def _summary(listing: Listing) -> str:
    if not listing.total:
        return "No ticket is as asked for."
    shown = f", {listing.first:,} to {listing.last:,} shown" if listing.total > len(listing.rows) else ""
    return f"{count(listing.total, 'ticket')}{shown}."


def _notices(listing: Listing) -> Iterator[str]:
    if listing.asked_page > listing.pages:
        yield f"There is no page {listing.asked_page:,}: this is the last one."
    if listing.left_out:
        yield f"The pages show the first {LISTED:,} of them. To see the others, narrow the list down or turn its order."
    if listing.filters.sort is Order.DUE:
        yield "Ordered by what is due next, the list has only tickets with a running clock."


def _chosen(filters: Filters, listing: Listing) -> Iterator[Chosen]:
    for name, value in filters.written().items():
        if name in _LABELS:
            yield Chosen(name, _LABELS[name], _value(name, value, filters, listing), _address(filters.without(name)))


def _value(name: str, value: str, filters: Filters, listing: Listing) -> str:
    if name == "state" and filters.state:
        return STATES[filters.state]
    if name == "kind" and filters.kind:
        return kind_word(filters.kind)
    if name == "catalogue" and filters.catalogue:
        return OUTSIDE[filters.catalogue]
    if name == "month":
        return str(Period.read(value))
    names = {"service": listing.choices.services, "customer": listing.choices.customers}.get(name, {})
    return names.get(value, value)


def _choices(words: Mapping[str, str], chosen: str) -> tuple[Choice, ...]:
    """Return what can be chosen, and what was, though nobody offers it."""
    known = words if not chosen or chosen in words or not words else {**words, chosen: chosen}
    return tuple(Choice(value, word, value == chosen) for value, word in known.items())


def _columns(filters: Filters) -> Mapping[str, Column]:
    turned = (
        ("number", "Ticket", Order.NUMBER, Order.NUMBER_DOWN),
        ("priority", "Priority", Order.PRIORITY, Order.PRIORITY_DOWN),
        ("opened", "Opened", Order.NEWEST, Order.OLDEST),
    )
    columns = {name: _column(filters, word, first, second) for name, word, first, second in turned}
    due = "ascending" if filters.sort is Order.DUE else ""
    return {**columns, "due": Column("Clocks", _address(replace(filters, sort=Order.DUE)), due)}


def _column(filters: Filters, word: str, first: Order, second: Order) -> Column:
    """Return a column that is ordered one way at first, and the other way when it is chosen again."""
    wanted = second if filters.sort is first else first
    now = filters.sort.value if filters.sort in (first, second) else ""
    ordered = ("descending" if now.startswith("-") else "ascending") if now else ""
    return Column(word, _address(replace(filters, sort=wanted)), ordered)


def _address(filters: Filters, page: int = 1) -> str:
    """Return the address of a list on the same page of the site."""
    told = filters.written() | ({"page": str(page)} if page > 1 else {})
    return f"?{urlencode(told)}" if told else "?"
