"""Times as a source writes them, read into instants: format, zone, known publishing faults, daylight saving.

A text is read in three steps: a format gives the wall clock (and an offset, where one is written), the
repairs undo what the publisher is known to have done to it, and the zone turns it into an instant.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from functools import cache, lru_cache, partial
from typing import NamedTuple

from servanda.engine.periods import FIRST_YEAR, LAST_YEAR, MONTHS
from servanda.engine.zones import zone

NAMED_FORMATS = ("iso", "unix seconds", "unix milliseconds", "serial 1900", "serial 1904")
GAP = "time in a daylight-saving gap"
OVERLAP = "time in a daylight-saving overlap"
NONE_READ = "none read"
_REMEMBERED = 200_000
_DAY_0_OF_1900 = datetime.fromisoformat("1899-12-30")  # spreadsheets count 29 February 1900, which never was
_DAY_0_OF_1904 = datetime.fromisoformat("1904-01-01")

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SECOND = timedelta(seconds=1)
_DIRECTIVES = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{2})",
    "S": r"(?P<S>\d{2})",
    "f": r"(?P<f>\d{1,6})",
    "p": r"(?P<p>[AaPp])\.?[Mm]\.?",
    "b": r"(?P<b>[A-Za-z]{3})[a-z]*\.?",
    "B": r"(?P<b>[A-Za-z]{3})[a-z]*\.?",
    "a": r"[A-Za-z]+\.?",
    "A": r"[A-Za-z]+\.?",
    "z": r"(?P<z>Z|[+-]\d{2}:?\d{2}(?::?\d{2})?)",
    "%": "%",
}
_DATE_ONLY = re.compile(r"\d{4}-?\d{2}-?\d{2}\Z")
_SERIAL = re.compile(r"[1-9]\d{4}(?:[.,]\d+)?\Z")
_DURATION = re.compile(
    r"(?:\d+(?:[.,]\d+)?\s*(?:d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)\s*)+\Z", re.IGNORECASE
)
_CLOCK_DURATION = re.compile(r"\d+:\d{2}(?::\d{2})?\Z")


_Format = Callable[[str], datetime | None]
"""From a text to its wall clock, with an offset if one is written, or to nothing if the text does not fit."""


class InvalidTimeStyle(ValueError):
    """A description of written times that contradicts itself or names nothing known."""


class UnreadableTime(ValueError):
    """A text that is no instant in this style: the fault's name, what was expected, what to do."""

    def __init__(self, fault: str, expected: str, mend: str) -> None:
        super().__init__(f"{fault}: expected {expected}. {mend}")
        self.fault = fault
        self.expected = expected
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Doubt:
    """A reason to mistrust an instant that could be read all the same."""

    fault: str
    expected: str
    mend: str


class WrittenTime(NamedTuple):
    """The instant a text stands for, in UTC, and the doubts about it."""

    at: datetime
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class TimeStyle:
    """How a source writes its times.

    `zone` is that of times without an offset, empty where there are none; `trusts_offsets` says that a
    written offset is right. `taken_for_utc` names the zone in a known publishing fault: local wall time was
    taken for UTC and converted to that zone's local time once more.
    """

    formats: tuple[str, ...]
    zone: str = ""
    trusts_offsets: bool = False
    taken_for_utc: str = ""

    def __post_init__(self) -> None:
        for name in filter(None, (self.zone, self.taken_for_utc)):
            zone(name)
        if not self.formats:
            raise InvalidTimeStyle("No format is listed. List at least one, such as '%d/%m/%Y %H:%M' or iso.")
        if not self.zone and not self.trusts_offsets:
            raise InvalidTimeStyle("Neither a zone nor 'offsets: trusted' is given. Say one, or both.")
        if len({order for order in map(_day_order, self.formats) if order}) > 1:
            raise InvalidTimeStyle(
                "One format has the day first and another the month first, so 3/4 could be read either way."
            )


def _day_order(written: str) -> str:
    """Return `dm` or `md` for a format whose day and month are told apart by their place alone, else nothing."""
    directives = re.findall("%(.)", written)
    if "d" not in directives or "m" not in directives or directives[0] == "Y":
        return ""
    return "dm" if directives.index("d") < directives.index("m") else "md"


@dataclass(slots=True)
class _Precision:
    """The finest unit seen in a column, and whether some day proved the order of day and month."""

    read: int = 0
    minutes: bool = False
    seconds: bool = False
    microseconds: bool = False
    day_above_12: bool = False

    def note(self, wall: datetime) -> None:
        self.read += 1
        self.minutes |= wall.minute != 0 or wall.hour != 0
        self.seconds |= wall.second != 0
        self.microseconds |= wall.microsecond != 0
        self.day_above_12 |= wall.day > 12

    @property
    def word(self) -> str:
        if not self.read:
            return NONE_READ
        if self.microseconds:
            return "below a second"
        if self.seconds:
            return "second"
        return "minute" if self.minutes else "day"


@dataclass(slots=True)
class TimeReader:
    """Reads the texts of one column, and remembers what it saw of their precision."""

    style: TimeStyle
    seen: _Precision = field(default_factory=_Precision)
    _formats: tuple[_Format, ...] = ()
    _known: dict[str, WrittenTime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._formats = tuple(_compiled(each) for each in self.style.formats)

    def read(self, text: str) -> WrittenTime:
        """Return the instant that `text` stands for; raise `UnreadableTime` if it stands for none."""
        known = self._known.get(text)
        if known is None:
            known = self._read(text)
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[text] = known
        return known

    def known(self, text: str) -> WrittenTime | None:
        """Return the instant of a text that was read before, or nothing."""
        return self._known.get(text)

    @property
    def precision(self) -> str:
        """The finest unit that occurs: `day`, `minute`, `second`, `below a second`, or `none read`."""
        return self.seen.word

    @property
    def needs_proof(self) -> bool:
        """Whether times were read in which only the place of day and month tells them apart."""
        return self.seen.read > 0 and any(map(_day_order, self.style.formats))

    @property
    def proves_order(self) -> bool:
        """Whether a day above 12 proved the places of day and month right."""
        return self.seen.day_above_12

    def _read(self, text: str) -> WrittenTime:
        for each in self._formats:
            wall = each(text)
            if wall is not None:
                _check_year(wall)
                written = self._instant(wall)
                _check_year(written.at)
                self.seen.note(wall)
                return written
        raise _unreadable(text, self.style)

    def _instant(self, wall: datetime) -> WrittenTime:
        if wall.tzinfo is not None:
            return self._trusted(wall)
        if not self.style.zone:
            raise UnreadableTime(
                "zone missing",
                "an offset such as +01:00 after the time",
                "If times without an offset are local, name their zone: 'zone: Europe/London'.",
            )
        if self.style.taken_for_utc:
            return _repaired(wall, self.style)
        at, doubts = _in_zone(wall, self.style.zone)
        return WrittenTime(at, doubts)

    def _trusted(self, wall: datetime) -> WrittenTime:
        if not self.style.trusts_offsets:
            raise UnreadableTime(
                "zone mixed",
                f"a local time of {self.style.zone} without an offset",
                "If written offsets are right, say 'offsets: trusted'.",
            )
        return WrittenTime(wall.astimezone(UTC))


def _check_year(at: datetime) -> None:
    """Raise for a year in which no ticket was or will be open; calendars and zones end there."""
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise UnreadableTime(
            "implausible year",
            f"a year from {FIRST_YEAR} to {LAST_YEAR}",
            "Mend the cell; if it stands for 'never', list its text in 'nothing' under 'table' in the mapping.",
        )


def _repaired(wall: datetime, style: TimeStyle) -> WrittenTime:
    """Undo that local time was taken for UTC and made local again: the published time, in UTC, is the local one."""
    published, doubts = _in_zone(wall, style.taken_for_utc)
    at, more = _in_zone(published.replace(tzinfo=None), style.zone)
    return WrittenTime(at, doubts + more)


def _in_zone(wall: datetime, name: str) -> tuple[datetime, tuple[Doubt, ...]]:
    """Return the instant of a wall-clock time in a zone: the offset before a gap, the first of an overlap."""
    if name == "UTC":
        return wall.replace(tzinfo=UTC), ()
    steady = _steady_offset(name, wall.toordinal())
    if steady is not None:
        return wall.replace(tzinfo=UTC) - steady, ()
    local = zone(name)
    first = wall.replace(tzinfo=local)
    second = wall.replace(tzinfo=local, fold=1)
    before, after = first.utcoffset(), second.utcoffset()
    at = first.astimezone(UTC)
    if before == after or before is None or after is None:
        return at, ()
    return at, (_doubt(name, gap=before < after),)


@cache
def _steady_offset(name: str, ordinal: int) -> timedelta | None:
    """Return the zone's offset on a date, or nothing if it changes on it."""
    local = zone(name)
    midnights = (datetime.fromordinal(ordinal), datetime.fromordinal(ordinal + 1))
    offsets = {each.replace(tzinfo=local, fold=fold).utcoffset() for each in midnights for fold in (0, 1)}
    return offsets.pop() if len(offsets) == 1 else None


def _doubt(name: str, *, gap: bool) -> Doubt:
    if gap:
        return Doubt(
            GAP,
            f"a local time that occurs in {name}",
            "Check the zone; 'flag' takes the offset before the gap, as of a clock not yet set forward.",
        )
    return Doubt(OVERLAP, f"a local time that occurs once in {name}", "Export times with their offset.")


def check_format(written: str) -> None:
    """Raise `InvalidTimeStyle` for a format that cannot be read."""
    _compiled(written)


def _compiled(written: str) -> _Format:
    named: dict[str, _Format] = {
        "iso": _iso,
        "unix seconds": lambda text: _unix(text, 1),
        "unix milliseconds": lambda text: _unix(text, 1000),
        "serial 1900": lambda text: _serial(text, _DAY_0_OF_1900),
        "serial 1904": lambda text: _serial(text, _DAY_0_OF_1904),
    }
    if written in named:
        return named[written]
    pattern = _pattern(written)
    return _plain(pattern) or partial(_matched, pattern)


def _plain(pattern: re.Pattern[str]) -> _Format | None:
    """Return a quick reader of formats that hold numbers only, the commonest, or nothing for others."""
    parts = [each for each in "YmdHMS" if each in pattern.groupindex]
    if set(pattern.groupindex) != set(parts) or parts != list("YmdHMS")[: len(parts)]:
        return None
    match = pattern.match

    def wall(text: str) -> datetime | None:
        found = match(text)
        if found is None:
            return None
        try:
            year, month, day, hour, minute, second = (*map(int, found.group(*parts)), 0, 0, 0)[:6]
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  # a wall clock, as yet without zone
        except ValueError:
            return None

    return wall


def _pattern(written: str) -> re.Pattern[str]:
    if "%" not in written:
        raise InvalidTimeStyle(
            f"'{written}' is no format. Use one of {', '.join(NAMED_FORMATS)}, or directives as in %d/%m/%Y %H:%M."
        )
    parts, place = [], 0
    for found in re.finditer(r"%(.)", written):
        parts.append(_literal(written[place : found.start()]))
        parts.append(_directive(found[1], written))
        place = found.end()
    parts.append(_literal(written[place:]))
    _needs(written)
    return re.compile("".join(parts) + r"\Z")


def _literal(text: str) -> str:
    return re.sub(r"(?:\\ )+", r"\\s+", re.escape(text))


def _directive(letter: str, written: str) -> str:
    if letter not in _DIRECTIVES:
        known = " ".join(f"%{each}" for each in _DIRECTIVES)
        raise InvalidTimeStyle(
            f"'%{letter}' in '{written}' is not known. Use {known}; write a fixed word such as UTC as it is."
        )
    return _DIRECTIVES[letter]


def _needs(written: str) -> None:
    """Raise unless a format names each part of a date once."""
    letters = re.findall("%(.)", written)
    for options, what in (("Yy", "year"), ("mbB", "month"), ("d", "day")):
        if sum(letters.count(each) for each in options) != 1:
            raise InvalidTimeStyle(
                f"'{written}' must name the {what} once, with {' or '.join('%' + each for each in options)}."
            )
    if "I" in letters and "p" not in letters:
        raise InvalidTimeStyle(
            f"'{written}' has a 12-hour clock (%I) without AM or PM (%p). Use %H for a 24-hour clock."
        )


def _matched(pattern: re.Pattern[str], text: str) -> datetime | None:
    found = pattern.match(text)
    if found is None:
        return None
    try:
        return _wall(found.groupdict())
    except ValueError:
        return None


def _wall(parts: dict[str, str | None]) -> datetime:
    """Return the wall clock of matched parts; raise `ValueError` if there is no such date or time."""
    return datetime(
        _year(parts),
        _month(parts),
        int(parts["d"] or 0),
        _hour(parts),
        int(parts.get("M") or 0),
        int(parts.get("S") or 0),
        int((parts.get("f") or "").ljust(6, "0")),
        tzinfo=_offset(parts.get("z")),
    )


def _year(parts: dict[str, str | None]) -> int:
    if parts.get("Y"):
        return int(parts["Y"] or 0)
    short = int(parts["y"] or 0)
    return short + (2000 if short < 69 else 1900)


def _month(parts: dict[str, str | None]) -> int:
    name = parts.get("b")
    return _MONTHS.index(name.lower()) + 1 if name else int(parts.get("m") or 0)


def _hour(parts: dict[str, str | None]) -> int:
    half = parts.get("p")
    if parts.get("I") is None or half is None:
        return int(parts.get("H") or 0)
    hour = int(parts["I"] or 0)
    if not 1 <= hour <= 12:
        raise ValueError(f"{hour} is no hour of a 12-hour clock")
    return hour % 12 + (12 if half in "Pp" else 0)


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "")
    length = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:] or 0))
    return timezone(-length if text[0] == "-" else length)


def _iso(text: str) -> datetime | None:
    if _DATE_ONLY.match(text) or "W" in text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _unix(text: str, parts_of_second: int) -> datetime | None:
    if not re.fullmatch(r"\d{9,14}", text):
        return None
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=1) * int(text) / parts_of_second
    except OverflowError:
        return None


def _serial(text: str, first: datetime) -> datetime | None:
    """Return the wall clock of a spreadsheet's day number, to the nearest second, as a spreadsheet shows it."""
    if not _SERIAL.match(text) or "," in text:
        return None
    seconds = round(Fraction(text) * 86_400)
    return first + timedelta(seconds=seconds)


@lru_cache(maxsize=_REMEMBERED)
def text_of(at: date, formats: tuple[str, ...]) -> str:
    """Return a date, or a date and time without a zone, in the first of the formats that loses nothing of it.

    Where none does, it comes as ISO 8601 has it.
    """
    wall = at if isinstance(at, datetime) else datetime(at.year, at.month, at.day)  # noqa: DTZ001  # without a zone
    for each in formats:
        if isinstance(at, datetime) or _shows_dates_only(each):
            text = _rendered(wall, each)
            if text and _compiled(each)(text) == wall:
                return text
    return at.isoformat()


def _shows_dates_only(written: str) -> bool:
    return "%" in written and not re.search("%[HIMSpf]", written)


def _rendered(wall: datetime, written: str) -> str:
    """Return a wall clock in a format, nothing where the format needs an offset."""
    if written == "iso":
        return wall.isoformat()
    if written in ("serial 1900", "serial 1904"):
        seconds = Fraction((wall - (_DAY_0_OF_1900 if "1900" in written else _DAY_0_OF_1904)) // _SECOND)
        return f"{float(seconds / 86_400):.10f}".rstrip("0").rstrip(".") if not wall.microsecond else ""
    if "%" not in written or "%z" in written:
        return ""
    return re.sub("%(.)", lambda found: _part_of(wall, found[1]), written)


def _part_of(wall: datetime, letter: str) -> str:
    """Return what a directive stands for, in English."""
    if letter in "bB":
        name = MONTHS[wall.month - 1]
        return name if letter == "B" else name[:3]
    if letter in "aA":
        name = _DAY_NAMES[wall.weekday()]
        return name if letter == "A" else name[:3]
    if letter == "p":
        return "AM" if wall.hour < 12 else "PM"
    return wall.strftime(f"%{letter}") if letter != "Y" else f"{wall.year:04}"


def _unreadable(text: str, style: TimeStyle) -> UnreadableTime:
    """Return the refusal that names the damage most likely."""
    expected = "a time written as " + " or ".join(style.formats)
    swapped = [each for each in style.formats if _day_order(each) and _matched(_pattern(_swapped(each)), text)]
    if swapped:
        mend = f"Day and month stand the other way round than in '{swapped[0]}'. Export again with one date style."
        return UnreadableTime("mixed date styles", expected, mend)
    return UnreadableTime(*_likely_damage(text, expected))


def _swapped(written: str) -> str:
    return written.replace("%d", "%\0").replace("%m", "%d").replace("%\0", "%m")


def _likely_damage(text: str, expected: str) -> tuple[str, str, str]:
    if _SERIAL.match(text):
        return _serial_damage(text, expected)
    if _DURATION.match(text) or _CLOCK_DURATION.match(text):
        return (
            "duration for a time",
            expected,
            "Map the column that holds the instant; a length of time does not say when it began.",
        )
    if _DATE_ONLY.match(text) or _date_of_format(text):
        return (
            "date without a time",
            expected,
            "Export the time of day too, or add the date's format to take it as 00:00.",
        )
    return "time unreadable", expected, "Add this way of writing times to 'formats', or mend the cell."


def _serial_damage(text: str, expected: str) -> tuple[str, str, str]:
    if "," in text:
        return "decimal comma", expected, "Export numbers with a decimal point, or dates as text."
    return (
        "spreadsheet serial date",
        expected,
        "Format the column as text in the spreadsheet and export again, or add 'serial 1900' to 'formats'.",
    )


def _date_of_format(text: str) -> bool:
    return re.fullmatch(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", text) is not None
