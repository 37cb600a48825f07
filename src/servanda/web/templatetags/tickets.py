"""How clocks look in lists and on cards."""

from collections.abc import Iterable

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from servanda.queries.clocks import ClockNow
from servanda.queries.tickets import Row
from servanda.reports import countdown
from servanda.reports.countdown import Countdown
from servanda.reports.tickets import TableRow
from servanda.reports.tickets.as_list import kind_word
from servanda.web.templatetags.servanda import MARKS, mark, time_of

register = template.Library()

_SPANS = (
    '<tr{}><td data-label="From">{}</td><td data-label="Until">{}</td><td data-label="Counted" class="number">{}</td>'
    '<td data-label="Paused" class="number">{}</td><td data-label="Outside hours" class="number">{}</td>'
    '<td data-label="Because">{}</td></tr>\n'
)
_DUE = SafeString(' class="spans__due"')
_ROW = (
    '\n<tr>\n<th scope="row"><a href="{}"><bdi>{}</bdi></a><br><small class="muted"><bdi>{}</bdi></small></th>\n'
    '<td data-label="Service"><bdi>{}</bdi>{}</td>\n<td data-label="Priority"><bdi>{}</bdi></td>\n'
    '<td data-label="Opened">{}</td>\n<td data-label="Clocks">\n{}{}\n</td>\n</tr>\n'
)
_NEVER_OPENED = SafeString('<span class="muted">Never opened</span>')
_CLOCK = '<div class="clock">{} <span class="clock__of">{}{}</span></div>\n'


@register.simple_tag(takes_context=True)
def clock_chip(context: Context, clock: ClockNow) -> SafeString:
    """Show how a clock stands as of now: its mark, its state, and the open time left or over."""
    return chip(countdown.of(clock, context["now"]))


@register.simple_tag
def chip(told: Countdown) -> SafeString:
    """Show what a chip says: the state in the chip, the time beside it."""
    sign, _ = MARKS[told.mark]
    return format_html(
        '<span class="chip chip--{}"><span class="mark" aria-hidden="true">{}</span> {}</span>{}',
        told.mark,
        sign,
        told.word,
        format_html_join("", ' <span class="countdown">{}</span>', [(told.amount,)] if told.amount else []),
    )


@register.simple_tag(takes_context=True)
def ticket_rows(context: Context, rows: Iterable[Row]) -> SafeString:
    """Show the rows of a list of tickets: put together here, as a page of them has hundreds of parts."""
    return format_html_join("", _ROW, (_cells(context, row) for row in rows))


def _cells(context: Context, row: Row) -> tuple[str, ...]:
    parts = {"organisation": context["viewer"].organisation, "source": row.source, "number": row.number}
    return (
        reverse("ticket", kwargs=parts),
        row.number,
        row.source,
        row.service_name or "–",
        format_html('<br><small class="muted">for <bdi>{}</bdi></small>', row.customer_name) if row.customer else "",
        row.priority or "–",
        time_of(row.opened_at, context["zone"]) if row.opened_at else "–",
        format_html_join("", _CLOCK, (_clock(context, each) for each in row.clocks)) or _without_a_clock(row),
        format_html('<small class="muted">{}</small>', "; ".join(row.remarks)) if row.remarks else "",
    )


def _clock(context: Context, clock: ClockNow) -> tuple[str, ...]:
    due = format_html(", due {}", time_of(clock.due_at, clock.zone or context["zone"])) if clock.due_at else ""
    return clock_chip(context, clock), kind(clock), due


def _without_a_clock(row: Row) -> SafeString:
    if row.unjudged:
        return format_html('<span class="muted">Not judged: <bdi>{}</bdi></span>\n', row.unjudged)
    return SafeString(f"{mark('notagreed', 'No clock')}\n" if row.opened_at else f"{_NEVER_OPENED}\n")


@register.simple_tag
def span_rows(rows: Iterable[TableRow]) -> SafeString:
    """Show the rows of a table of spans: put together here, as a clock of many years has hundreds of them."""
    return format_html_join("", _SPANS, ((_DUE if row.due else "", *row.cells[:-1], _cause(row)) for row in rows))


def _cause(row: TableRow) -> str:
    return format_html("<bdi>{}</bdi>", row.cells[-1]) if row.cells[-1] else ""


@register.filter
def kind(clock: ClockNow) -> str:
    """Return what a clock measures: the kind of its target, and for a hand-over to whom."""
    return f"{kind_word(clock.kind)} to {clock.party}" if clock.party else kind_word(clock.kind)
