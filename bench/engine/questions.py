"""What every candidate is asked: an English office, instants in 2026, and tickets with two clocks."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from servanda.engine import kernel
from servanda.engine.calendars import Calendar, Shift
from servanda.engine.events import Event, EventKind
from servanda.engine.instants import from_microseconds, to_microseconds

LONDON = ZoneInfo("Europe/London")
ENGLISH_BANK_HOLIDAYS = """
    2025-01-01 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26
    2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28
    2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28
"""
HOLIDAYS = [date.fromisoformat(day) for day in ENGLISH_BANK_HOLIDAYS.split()]
LIMIT = timedelta(hours=8)
FIRST = datetime(2026, 1, 2, tzinfo=UTC)
NINE_TO_FIVE = (Shift(9 * 3600, 17 * 3600),)
OFFICE = Calendar(
    id="office",
    zone="Europe/London",
    weekly=(NINE_TO_FIVE,) * 5 + ((), ()),
    holidays=dict.fromkeys(HOLIDAYS, "bank holiday"),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two instants in each of the forms that candidates take: UTC, London with zone, London without, microseconds."""

    utc: tuple[datetime, datetime]
    zoned: tuple[datetime, datetime]
    naive: tuple[datetime, datetime]
    micros: tuple[int, int]


def pair(start: datetime, end: datetime) -> Pair:
    """Return two UTC instants in every form."""
    zoned = start.astimezone(LONDON), end.astimezone(LONDON)
    naive = zoned[0].replace(tzinfo=None), zoned[1].replace(tzinfo=None)
    return Pair((start, end), zoned, naive, (to_microseconds(start), to_microseconds(end)))


def pairs(count: int, length: timedelta | None = None) -> list[Pair]:
    """Return pairs to the second; without a length the spans have a median of 20 h and a mean of 53 h."""
    draw = Random(f"pairs {length}")
    asked = []
    for _ in range(count):
        start = FIRST + timedelta(seconds=draw.randrange(280 * 86_400))
        span = length or timedelta(seconds=int(draw.lognormvariate(11.18, 1.4)) % (300 * 86_400))
        asked.append(pair(start, start + span))
    return asked


TICKETS_JUDGED_AT = to_microseconds(datetime(2026, 12, 1, tzinfo=UTC))
HOUR = 3_600 * 10**6
FIRST_RESPONSE = (kernel.FIRST_RESPONSE, 4 * HOUR, kernel.OPEN_TIME, 0, 0, 0, kernel.RESOLVED)
RESOLUTION = (kernel.RESOLUTION, 16 * HOUR, kernel.OPEN_TIME, 0, 0, 0, kernel.RESOLVED)
WAITING = 1  # the bit of the one reason


def history(draw: Random) -> list[tuple[int, int, int]]:
    """Return a ticket's events as (at, kind, word), 5.9 of them on average."""
    at = to_microseconds(FIRST) + draw.randrange(280 * 86_400) * 10**6
    events = [(at, kernel.OPENED, 0)]

    def then(kind: int, hours: float, word: int = 0) -> None:
        nonlocal at
        at += 1_000_000 + int(draw.expovariate(1 / hours) * 3_600) * 1_000_000
        events.append((at, kind, word))

    if draw.random() < 0.9:
        then(kernel.FIRST_RESPONDED, 3)
    while draw.random() < 0.5:
        then(kernel.PAUSED, 3, WAITING)
        then(kernel.RESUMED, 20, WAITING)
    if draw.random() < 0.95:
        then(kernel.RESOLVED, 8)
        if draw.random() < 0.1:
            then(kernel.REOPENED, 20)
            then(kernel.RESOLVED, 8)
        if draw.random() < 0.9:
            then(kernel.CLOSED, 40)
    return events


def histories(count: int) -> list[list[tuple[int, int, int]]]:
    """Return the histories of so many tickets."""
    draw = Random("tickets")
    return [history(draw) for _ in range(count)]


def as_events(one: list[tuple[int, int, int]]) -> list[Event]:
    """Return a history as the engine's events."""
    return [
        Event(EventKind(kind), from_microseconds(at), id=str(place), reason="customer" if word else "")
        for place, (at, kind, word) in enumerate(one)
    ]
