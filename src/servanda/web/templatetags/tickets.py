"""How clocks look in lists and on cards."""

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from servanda.queries.clocks import ClockNow
from servanda.reports import countdown
from servanda.reports.countdown import Countdown
from servanda.reports.tickets.as_list import kind_word
from servanda.web.templatetags.servanda import MARKS

register = template.Library()


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


@register.filter
def kind(clock: ClockNow) -> str:
    """Return what a clock measures: the kind of its target, and for a hand-over to whom."""
    return f"{kind_word(clock.kind)} to {clock.party}" if clock.party else kind_word(clock.kind)
