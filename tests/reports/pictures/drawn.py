"""What the tests of pictures share: drawings to look into, and names that mean harm."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from xml.etree.ElementTree import Element, fromstring

from servanda.engine import zones
from servanda.engine.agreements import Book, Organisation
from servanda.engine.clocks import State
from servanda.engine.coverage import Coverage
from servanda.engine.events import Ticket
from servanda.engine.evidence import Use
from servanda.engine.logs import History
from servanda.engine.periods import Period
from servanda.engine.results import Result, Standing
from servanda.reports.explanation import Story, explain
from servanda.reports.pictures.clock_band import Band, Stretch
from servanda.reports.pictures.drawing import Picture

ZONE = "Europe/London"
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "<script>alert(1)</script>",
    "</text></svg><img src=x onerror=alert(1)>",
    "\"' onload='alert(1)' x=\"",
    "]]><!-- &lt;script&gt; &#x3c;",
    "javascript:alert(1)",
    "nul\x00, bell\x07, escape\x1b[31m, half a pair \ud800, \ufffe",
    "\u202eevil\u202c \u2067turned\u2069",
    "مشروع الطباعة والنسخ",
    "👩‍👩‍👧‍👦 🖨️ e\u0301cole 日本語",
    "=cmd|' /C calc'!A0",
    "x" * 5_000,
    "",
)


def at(written: str) -> datetime:
    """Return an instant written on the wall clock of the zone."""
    return datetime.fromisoformat(written).replace(tzinfo=zones.zone(ZONE)).astimezone(UTC)


def result(met: int, missed: int = 0) -> Result:
    """Return a result of so many verdicts."""
    return Result({Standing.MET: met, Standing.MISSED: missed})


def months(number: int = 12, year: int = 2025) -> tuple[Period, ...]:
    """Return months from April of a year on."""
    return tuple(Period.of_months(year + (3 + place) // 12, (3 + place) % 12 + 1) for place in range(number))


def repair(why: str = "waiting for parts", title: str = "Repair") -> Band:
    """Return a clock of 8 open hours (08:00 to 17:00), missed by half an hour after a pause of one."""
    marks = [
        ("2026-03-02 15:00", Use.COUNTED, "running since opened"),
        ("2026-03-02 16:00", Use.PAUSED, why),
        ("2026-03-02 17:00", Use.OUTSIDE_HOURS, "no opening hours"),
        ("2026-03-03 08:00", Use.COUNTED, "running since resumed"),
        ("2026-03-03 15:30", Use.COUNTED, ""),
    ]
    pairs = pairwise(marks)
    stretches = tuple(Stretch(at(start), at(end), use, said) for (start, use, said), (end, _, _) in pairs)
    due = at("2026-03-03 15:00")
    return Band(
        title, ZONE, stretches, at("2026-03-05 09:00"), State.MISSED, timedelta(hours=8), due, due, stretches[-1].end
    )


def parsed(picture: Picture) -> Element:
    """Return the drawing as XML, which it must be."""
    return fromstring(picture.svg)


def texts(picture: Picture) -> list[str]:
    """Return the lines of text that are drawn, as they can be read."""
    return [each.text or "" for each in parsed(picture).iter(f"{SVG}text")]


def faults(picture: Picture) -> Iterator[str]:
    """Yield whatever a picture must not have in it."""
    root = parsed(picture)
    ids = [each.get("id") for each in root.iter() if each.get("id")]
    if len(set(ids)) != len(ids):
        yield "two elements of one id"
    for each in root.iter():
        if each.tag not in {SVG + name for name in ALLOWED}:
            yield f"element {each.tag}"
        for name, value in each.items():
            if (
                name == "style"
                or name.startswith("on")
                or name.endswith("}href")
                or (name == "href" and value[0] not in "/?")
            ):
                yield f"attribute {name}={value[:40]}"
            if value.startswith("url(") and value[5:-1] not in ids:
                yield f"{value} paints with what is not there"
    if any(letter in picture.svg for letter in "\x00\x07\x1b\ufffe\u202e\u2067"):
        yield "a sign that XML forbids or that turns text round"


ALLOWED = (
    "svg",
    "title",
    "desc",
    "defs",
    "pattern",
    "g",
    "a",
    "rect",
    "line",
    "path",
    "circle",
    "text",
)


@dataclass(frozen=True)
class JuneLog:
    """The log of one ticket of June, judged round the clock unless its coverage says otherwise."""

    ticket: Ticket
    coverage: Coverage
    as_of: datetime
    name: str = "June"
    size: int = 1
    rows: int | None = None
    left_out: tuple[str, ...] = ()
    accepted: Mapping[str, int] = field(default_factory=dict)

    @property
    def book(self) -> Book:
        """The organisation, whose zone is all that a story asks of it."""
        return Book(Organisation("hill", "Hill School", ZONE), (), (), (), (), ())

    @property
    def tickets(self) -> tuple[Ticket, ...]:
        """The one ticket."""
        return (self.ticket,)

    def history(self, number: str) -> History:
        """Return the one ticket, whatever its number."""
        return History(self.ticket)


def story(ticket: Ticket, coverage: Coverage, as_of: datetime) -> Story:
    """Return the story of a ticket's only target."""
    return explain(JuneLog(ticket, coverage, as_of), History(ticket)).stories[0]
