"""How instants, amounts, shares and states look on every page: the same words as in every report."""

from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from servanda.queries import people
from servanda.reports import ratios, words

register = template.Library()

MARKS = MappingProxyType(
    {
        "met": ("✓", "Met"),
        "near": ("▲", "Near"),
        "missed": ("✕", "Missed"),
        "paused": ("‖", "Paused"),
        "outside": ("☾", "Outside hours"),
        "nodata": ("–", "No data"),
        "notagreed": ("○", "Not agreed"),
        "running": ("▶", "Running"),
        "exempt": ("⊘", "Exempt"),
        "cancelled": ("∅", "Cancelled"),
    }
)
"""The mark and the word of each state, by the end of its class."""


@register.simple_tag(takes_context=True)
def instant(context: Context, at: datetime | None, zone: str = "") -> SafeString:
    """Show an instant on the organisation's wall clock, with the zone where a machine or a pointer asks."""
    return SafeString("–") if at is None else time_of(at, zone or context["zone"])


@lru_cache(maxsize=16_384)
def time_of(at: datetime, zone: str) -> SafeString:
    """Return an instant on the wall clock of a zone, as an element; a list shows the same ones again and again."""
    return format_html('<time datetime="{}" title="{}">{}</time>', words.iso(at, zone), zone, words.instant(at, zone))


@register.simple_tag(takes_context=True)
def person(context: Context, id: str) -> SafeString:
    """Show who did something by name; by their id where they have none, or none any more."""
    request = context["request"]
    if not hasattr(request, "people_called"):
        request.people_called = people.called(request.viewer)
    return format_html("<bdi>{}</bdi>", request.people_called.get(id, id))


@register.simple_tag
def length(amount: timedelta | None) -> str:
    """Show an amount of time, such as 62 h 14 min."""
    return "–" if amount is None else words.length(amount)


@register.simple_tag
def share(met: int, verdicts: int, digits: int = 1) -> str:
    """Show an attainment: percent with its counts, counts alone where they are few."""
    return ratios.attained(met, verdicts, digits)


@register.simple_tag
def count(number: int, noun: str, plural: str = "") -> str:
    """Show a number with its noun."""
    return words.count(number, noun, plural)


@register.simple_tag
def mark(state: str, word: str = "") -> SafeString:
    """Show a state as its mark and its word, in a chip."""
    return _chip(state, word)


@lru_cache(maxsize=1_024)
def _chip(state: str, word: str) -> SafeString:
    sign, usual = MARKS[state]
    return format_html(
        '<span class="chip chip--{}"><span class="mark" aria-hidden="true">{}</span> {}</span>',
        state,
        sign,
        word or usual,
    )


@register.simple_tag
def sign(state: str) -> SafeString:
    """Show the mark of a state alone, where its word stands beside it anyway."""
    return format_html('<span class="mark mark--{}" aria-hidden="true">{}</span>', state, MARKS[state][0])
