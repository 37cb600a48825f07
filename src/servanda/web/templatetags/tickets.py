"""How clocks look in lists and on cards."""

from collections.abc import Iterable

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from servanda.queries.clocks import ClockNow
from servanda.reports import countdown
from servanda.reports.countdown import Countdown
from servanda.reports.tickets import TableRow
from servanda.reports.tickets.as_list import kind_word
from servanda.web.templatetags.servanda import MARKS

register = template.Library()

_SPANS = (
    '<tr{}><td data-label="From">{}</td><td data-label="Until">{}</td><td data-label="Counted" class="number">{}</td>'
    '<td data-label="Paused" class="number">{}</td><td data-label="Outside hours" class="number">{}</td>'
    '<td data-label="Because">{}</td></tr>\n'
)
_DUE = SafeString(' class="spans__due"')


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
