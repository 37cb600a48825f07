"""How dates, numbers and kinds of promise look on pages that are read as documents."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template

from servanda.engine.targets import TargetKind
from servanda.reports import words
from servanda.reports.agreements.promises import KIND_WORDS

register = template.Library()


@register.filter
def on_day(on: date | None) -> str:
    """Show a date, such as Tue 3 Mar 2026."""
    return "–" if on is None else words.day(on)


@register.filter
def with_commas(number: int) -> str:
    """Show a whole number, such as 20,768."""
    return f"{number:,}"


@register.filter
def kind_words(kind: TargetKind) -> str:
    """Show a kind of promise, such as First answer."""
    return KIND_WORDS[kind]


@register.filter
def spoken(word: str) -> str:
    """Show a word of a file as it is spoken: first_responded as first responded."""
    return word.replace("_", " ")


@register.filter
def of_key(named: Mapping[str, Any], key: str) -> Any:
    """Return what stands under a key; nothing where nothing does."""
    return named.get(key)
