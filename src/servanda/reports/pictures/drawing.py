"""What every picture is made of: elements with escaped text, the palette for paper, patterns, and the finished picture.

A class on each painted element lets a stylesheet repaint it for dark screens; without one, the attributes suffice.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, NewType
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

Svg = NewType("Svg", str)
"""Markup whose text has been escaped."""

Painted = dict[str, Any]
"""Attributes that say how something is painted."""

FONT = "Source Sans Pro, sans-serif"
MIN_WIDTH = 240

_INK, _SOFT, _STRONG, _PAPER = "#16211f", "#4d5b59", "#7c8987", "#ffffff"
_FILLS = {
    "ink": _INK,
    "soft": _SOFT,
    "paper": _PAPER,
    "sunk": "#eef1f1",
    "line": "#d5dcdb",
    "strong": _STRONG,
    "met": "#1b6b3a",
    "met-bar": "#5fa77d",
    "near": "#7a4b00",
    "near-ground": "#fdf0d2",
    "missed": "#a1231c",
    "paused": "#4a4388",
    "paused-ground": "#ebe9f8",
    "counted": "#0d5484",
    "calm": "#46545a",
}
PALETTE = MappingProxyType(_FILLS)
"""The paints by name, on white paper."""

PATTERNS = ("hatch", "dots", "diagonal", "late", "near")

_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[] -/"), frozenset("mwMW%@")
_BOLD = 1.1
_JOINED = ("\u200d", "\ufe0e", "\ufe0f")


@dataclass(frozen=True, slots=True)
class Table:
    """What a picture shows, as a table in words."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture of a kind: its SVG text, title, description in sentences, and a table that says the same."""

    kind: str
    svg: Svg
    title: str
    description: str
    table_twin: Table


def cleaned(text: str) -> str:
    """Return text as a picture may hold it: on one line, without what XML forbids or what turns its direction."""
    visible = _FORBIDDEN.sub("\ufffd", text)
    return " ".join(_TURNS.sub("", visible).split())


def element(tag: str, *inside: Svg, **attributes: object) -> Svg:
    """Return an element with its attributes escaped; `class_` is `class`, `stroke_width` is `stroke-width`."""
    written = "".join([_attribute(name, value) for name, value in attributes.items() if value is not None])
    return Svg(f"<{tag}{written}>{''.join(inside)}</{tag}>" if inside else f"<{tag}{written}/>")


@lru_cache(maxsize=16_384, typed=True)
def _attribute(argument: str, value: object) -> str:
    """Return an attribute as it is written; a picture writes few of them, and each many times."""
    return f" {_name(argument)}={quoteattr(_value(value))}"


@cache
def _name(argument: str) -> str:
    return argument.rstrip("_").replace("_", "-")


def group(*inside: Svg, **attributes: object) -> Svg:
    """Return elements as one."""
    return element("g", *inside, **attributes)


def words_of(text: str) -> Svg:
    """Return text as markup."""
    return Svg(escape(cleaned(text)))


def hint(text: str) -> Svg:
    """Return what a pointer that rests on an element is told."""
    return element("title", words_of(text))


def text(
    said: str,
    x: float,
    y: float,
    *,
    size: float = 12,
    paint: str = "ink",
    anchor: str = "start",
    bold: bool = False,
    room: float | None = None,
) -> Svg:
    """Return a line of text on its base line, cut where there is no room, then with the whole of it as a hint."""
    whole = cleaned(said)
    shown = whole if room is None else shortened(whole, size, room / (_BOLD if bold else 1))
    more = () if shown == whole else (hint(whole),)
    return element(
        "text",
        Svg(escape(shown)),
        *more,
        x=x,
        y=y,
        font_size=size,
        font_weight=600 if bold else None,
        text_anchor=None if anchor == "start" else anchor,
        **filled(paint),
    )


def filled(paint: str) -> Painted:
    """Return the attributes of an area in a paint."""
    return {"class_": f"p-{paint}", "fill": PALETTE[paint]}


def lined(paint: str, width: float = 1) -> Painted:
    """Return the attributes of a line in a paint."""
    return {"class_": f"p-line-{paint}", "stroke": PALETTE[paint], "stroke_width": width, "fill": "none"}


def patterned(pattern: str, prefix: str) -> Painted:
    """Return the attributes of an area in a pattern of the picture with this prefix."""
    return {"fill": f"url(#{prefix}-{pattern})"}


def box(x: float, y: float, width: float, height: float, *inside: Svg, **attributes: object) -> Svg:
    """Return a rectangle."""
    return element("rect", *inside, x=x, y=y, width=width, height=height, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, **attributes: object) -> Svg:
    """Return a straight line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide text is, rather more than less, in whatever sans-serif it is shown."""
    return size * sum(_advance(each) for each in text) * (_BOLD if bold else 1)


def shortened(said: str, size: float, room: float) -> str:
    """Return text that fits the room, cut between letters with an ellipsis where it must be."""
    if width_of(said, size) <= room:
        return said
    left, end = room - width_of("…", size), 0
    for place, letter in enumerate(said):
        left -= size * _advance(letter)
        if left < 0:
            break
        end = place + 1
    while 0 < end < len(said) and _belongs_to_the_last(said, end):
        end -= 1
    return f"{said[:end].rstrip()}…"


def wrapped(said: str, size: float, room: float, lines: int) -> list[str]:
    """Return text in at most so many lines that fit the room, the last one cut where it must be."""
    found: list[str] = []
    rest = cleaned(said).split()
    while rest and len(found) < lines - 1:
        taken = 1
        while taken < len(rest) and width_of(" ".join(rest[: taken + 1]), size) <= room:
            taken += 1
        found.append(" ".join(rest[:taken]))
        rest = rest[taken:]
    return [*found, *([" ".join(rest)] if rest else [])]


def finished(
    kind: str,
    prefix: str,
    size: tuple[float, float],
    told: tuple[str, str],
    inside: Iterable[Svg],
    table_twin: Table,
    *,
    linked: bool = False,
) -> Picture:
    """Return the picture of elements: `size` is its width and height, `told` its title and description.

    `linked` says that there are links inside, which a reader must be able to walk to. Raises `ValueError` for a
    prefix that could not begin an id.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"a picture's ids begin with a letter, not as in '{prefix}'")
    width, height = size
    title, description = (cleaned(each) for each in told)
    drawn = Svg("".join(inside))
    svg = element(
        "svg",
        element("title", Svg(escape(title)), id=f"{prefix}-title"),
        element("desc", Svg(escape(description)), id=f"{prefix}-desc"),
        *_defs(prefix, drawn),
        drawn,
        xmlns="http://www.w3.org/2000/svg",
        class_="picture",
        role="group" if linked else "img",
        aria_labelledby=f"{prefix}-title",
        aria_describedby=f"{prefix}-desc",
        width=width,
        height=height,
        viewBox=f"0 0 {_value(width)} {_value(height)}",
        font_family=FONT,
    )
    return Picture(kind, svg, title, description, table_twin)


def legend(entries: Iterable[tuple[Svg, str]], width: float, top: float) -> tuple[list[Svg], float]:
    """Return samples, each drawn in a box of 14 by 12, with their words in as many lines as it takes, and its end."""
    parts, x, y = [], 0.0, top
    for sample, said in entries:
        needed = 20 + width_of(said, 12) + 16
        if x and x + needed - 16 > width:
            x, y = 0.0, y + 18
        shown = text(said, 20, 10, room=width - 20)
        parts.append(group(sample, shown, transform=f"translate({_value(x)} {_value(y)})"))
        x += needed
    return parts, y + 18


def _defs(prefix: str, drawn: str) -> Iterator[Svg]:
    """Yield the definitions of the patterns that are used."""
    used = [each for each in PATTERNS if f"url(#{prefix}-{each})" in drawn]
    if used:
        yield element("defs", *(_pattern(prefix, each) for each in used))


def _pattern(prefix: str, name: str) -> Svg:
    side = {"hatch": 6, "dots": 6, "diagonal": 7, "late": 5, "near": 5}[name]
    ground = {"diagonal": "paused-ground", "late": "missed", "near": "near-ground"}.get(name, "paper")
    return element(
        "pattern",
        box(0, 0, side, side, **filled(ground)),
        *_strokes(name, side),
        id=f"{prefix}-{name}",
        patternUnits="userSpaceOnUse",
        width=side,
        height=side,
    )


def _strokes(name: str, side: int) -> Iterator[Svg]:
    slant = {"hatch": ("strong", 0.8), "diagonal": ("paused", 1.8)}
    if name in slant:
        paint, width = slant[name]
        path = f"M-1 {side + 1}L{side + 1} -1M-1 1L1 -1M{side - 1} {side + 1}L{side + 1} {side - 1}"
        yield element("path", d=path, **lined(paint, width))
    elif name == "late":
        yield line(0, 2.5, side, 2.5, **lined("paper", 1.2))
    else:
        yield element("circle", cx=side / 2, cy=side / 2, r=1.1, **filled("soft" if name == "dots" else "near"))


def _advance(letter: str) -> float:
    """Return how wide a letter is, in parts of its size."""
    if letter in _NARROW:
        return 0.38
    if letter in _WIDE:
        return 0.97
    if letter.isascii():
        return 0.72 if letter.isupper() else 0.63
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 1.1 if unicodedata.east_asian_width(letter) in "WF" else 0.72


def _belongs_to_the_last(said: str, place: int) -> bool:
    """Whether the letter at a place is one sign together with the letter before it."""
    here, before = said[place], said[place - 1]
    return here in _JOINED or before == _JOINED[0] or unicodedata.combining(here) != 0


def address(written: str) -> str:
    """Return an address as an attribute may hold it, whatever was written into it."""
    return quote(_FORBIDDEN.sub("\ufffd", written), safe="/?&=%#+~:@!$'()*,;")


def _value(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
