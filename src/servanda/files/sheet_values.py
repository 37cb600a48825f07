"""What a cell of a sheet shows, as the text that a table has there: numbers, dates, texts, without a spreadsheet.

A date is a number in a sheet; only the cell's number format says that it is meant as one.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import Enum

_DAY_0 = {False: datetime.fromisoformat("1899-12-30"), True: datetime.fromisoformat("1904-01-01")}
_DATES = {*range(14, 18), *range(27, 32), 36, *range(50, 55), 57, 58}
_TIMES = {*range(18, 22), *range(32, 36), 55, 56}
_DATE_AND_TIME = 22
_LENGTHS = {45, 46, 47}
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_NO_SIGN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ZEROS = re.compile(r"0{2,}\Z")
_MOST_DIGITS = 15  # what a spreadsheet keeps of a number
_LONGEST_NUMBER = 40
_DAY = 86_400_000  # milliseconds
_LAST_DAY = 2_958_466  # 10000-01-01


class Meant(Enum):
    """What the number in a cell is meant as, by its format."""

    NUMBER = "number"
    DATE = "date"
    DATE_AND_TIME = "date and time"
    TIME = "time"
    LENGTH = "length of time"


@dataclass(frozen=True, slots=True)
class Look:
    """What a style makes of a number; `digits` is the least number of digits shown."""

    meant: Meant = Meant.NUMBER
    digits: int = 0


PLAIN = Look()


def look_of(id: int, code: str | None) -> Look:
    """Return what a number format means: a custom one by its code, one of the usual ones by its number."""
    if code is not None:
        return _look_of_code(code)
    if id in _DATES:
        return Look(Meant.DATE)
    if id in _TIMES:
        return Look(Meant.TIME)
    if id in _LENGTHS:
        return Look(Meant.LENGTH)
    return Look(Meant.DATE_AND_TIME) if id == _DATE_AND_TIME else PLAIN


def _look_of_code(code: str) -> Look:
    first = code.partition(";")[0]
    if _ZEROS.match(first):
        return Look(digits=len(first))
    if _ELAPSED.search(first):
        return Look(Meant.LENGTH)
    signs = _NO_SIGN.sub("", first).lower()
    if "general" in signs:
        return PLAIN
    signs = signs.replace("am/pm", "h").replace("a/p", "h")
    has_time = "h" in signs or "s" in signs
    has_date = "y" in signs or "d" in signs or ("m" in signs and not has_time)
    if has_date:
        return Look(Meant.DATE_AND_TIME if has_time else Meant.DATE)
    return Look(Meant.TIME) if has_time else PLAIN


def number_text(text: str, look: Look) -> str:
    """Return a number as it is meant to be read: whole ones without a point, those that lost digits as `1.23E+17`."""
    number = _number(text)
    if number is None:
        return text
    if number.adjusted() >= _MOST_DIGITS:
        return f"{number:.14E}"
    if number == number.to_integral_value():
        return ("-" if number < 0 else "") + str(abs(int(number))).zfill(look.digits)
    return format(Decimal(repr(float(number))), "f")


def moment(text: str, look: Look, epoch_1904: bool) -> datetime | date | str:
    """Return the date or the date and time of a number, to the millisecond; a text for what is neither.

    A length of time, or a time of day without a date, comes as `H:MM:SS`; a number beyond all dates as itself.
    """
    number = _number(text)
    if number is None or not 0 <= number < _LAST_DAY:
        return number_text(text, PLAIN)
    since = timedelta(milliseconds=round(number * _DAY))
    if look.meant is Meant.LENGTH or since < timedelta(days=1):
        return _length(since)
    at = _DAY_0[epoch_1904] + since
    return at.date() if look.meant is Meant.DATE and since % timedelta(days=1) == timedelta(0) else at


def _number(text: str) -> Decimal | None:
    """Return the number in a cell, nothing for what is none or is longer than any that a spreadsheet writes."""
    try:
        number = Decimal(text) if len(text) <= _LONGEST_NUMBER else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() else None


def _length(since: timedelta) -> str:
    hours, rest = divmod(round(since.total_seconds()), 3_600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"


def unescaped(text: str) -> str:
    """Return a text with its escaped signs, such as `_x000D_`, as what they stand for."""
    return _ESCAPED.sub(_sign, text) if "_x" in text else text


def _sign(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code < 0xE000 else chr(code)  # half of a pair stands for nothing by itself
