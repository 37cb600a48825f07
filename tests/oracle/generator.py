"""Random questions of an awkward kind: zones that change by night, at midnight, by half an hour or by a whole day.

Everything follows from the `random.Random` given, so a seed names a run. Instants are drawn near the edges
at which answers change: openings, closings, breaks, midnights, changes of the clocks, year ends, leap days.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.oracle.calendar_oracle import DATES, DAY, EPOCH, MICRO, OracleCalendar, Span, instant, wall, zone

Case = dict[str, Any]
Entry = dict[str, Any]
Row = list[str]
NOTHING = timedelta()

ZONES = (
    "UTC",
    "Europe/Berlin",
    "Europe/Dublin",  # winter is the exception
    "Europe/Istanbul",
    "Europe/Volgograd",
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",  # changed at 00:01 until 2011
    "America/Sao_Paulo",  # changed at midnight until 2019
    "America/Havana",
    "America/Asuncion",
    "America/Caracas",  # half an hour in 2007 and 2016
    "America/Nuuk",
    "America/Santiago",
    "Africa/Cairo",
    "Africa/Casablanca",  # back to the other offset for Ramadan
    "Africa/Juba",
    "Africa/Khartoum",
    "Antarctica/Troll",  # two hours at once
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Pyongyang",  # half an hour in 2015 and 2018
    "Asia/Tehran",
    "Australia/Lord_Howe",  # half an hour twice a year
    "Australia/Sydney",
    "Pacific/Apia",  # had no 2011-12-30
    "Pacific/Bougainville",
    "Pacific/Chatham",
    "Pacific/Easter",
    "Pacific/Fakaofo",  # had no 2011-12-30 either
    "Pacific/Kiritimati",
    "Pacific/Norfolk",
    "Pacific/Tongatapu",
)
LEAP_YEARS = (2012, 2016, 2020, 2024, 2028)
LIMITS = (0, 1, 900, 1800, 3600, 7200, 14400, 28800, 57600, 86400, 172800, 432000)
OPERATIONS = {
    "due": 30,
    "elapsed": 14,
    "segments": 12,
    "next_open": 9,
    "is_open": 9,
    "clock": 16,
    "availability": 8,
    "add_days": 5,
    "end_of_day_after_days": 3,
    "is_open_date": 3,
    "roll_back": 4,
    "wall": 2,
    "next_close": 1,
    "next_start": 1,
    "prev_start": 1,
    "prev_close": 1,
    "same_due": 1,
    "open_dates": 1,
}


@functools.cache
def changes(name: str) -> tuple[int, ...]:
    """Return the seconds of UTC, 2009 to 2030, at which the zone changed its offset."""
    where, found = zone(name), []

    def offset(second: int) -> timedelta | None:
        return (EPOCH + timedelta(seconds=second)).astimezone(where).utcoffset()

    first, last = instant("2009-01-01T00:00:00+00:00") // MICRO, instant("2031-01-01T00:00:00+00:00") // MICRO
    for low in range(first, last, DAY):
        high = low + DAY
        if offset(low) != offset(high):
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
            found.append(high)
    return tuple(found)


def base_date(rng: Random, name: str) -> date:
    """Return a date the question turns about, more often than not one on which something is odd."""
    draw = rng.random()
    if draw < 0.5 and changes(name):
        at = EPOCH + timedelta(seconds=rng.choice(changes(name)))
        return at.astimezone(zone(name)).date() + timedelta(rng.randint(-2, 2))
    if draw < 0.6:
        return date(rng.choice(LEAP_YEARS), 2, 29) + timedelta(rng.randint(-3, 3))
    if draw < 0.7:
        return date(rng.randint(2009, 2030), 12, 31) + timedelta(rng.randint(-5, 5))
    if draw < 0.75 and name in ("Pacific/Apia", "Pacific/Fakaofo"):
        return date(2011, 12, 30) + timedelta(rng.randint(-2, 2))
    return date(2009, 1, 8) + timedelta(rng.randrange(22 * 365 - 20))


def time_of(second: int, rng: Random) -> str:
    """Return seconds from midnight as the case format writes them."""
    hours, rest = divmod(second, 3600)
    text = f"{hours:02}:{rest // 60:02}"
    return f"{text}:{rest % 60:02}" if rest % 60 or rng.random() < 0.02 else text


def moment_of_day(rng: Random, last: int) -> int:
    """Return a second of the day: mostly a quarter of an hour, now and then any minute or second."""
    step = rng.choice((3600, 3600, 1800, 900, 60, 60, 1 if rng.random() < 0.2 else 60))
    return rng.randrange(0, last // step) * step


def random_rows(rng: Random, last: int, most: int) -> list[Row]:
    """Return the shifts of a date, in order and without overlap; now and then touching ones."""
    cuts = sorted({moment_of_day(rng, last) for _ in range(2 * rng.randint(1, most))} | {0})
    if len(cuts) % 2:
        cuts = cuts[1:] if len(cuts) > 1 else [0, last]
    if rng.random() < 0.1 and len(cuts) > 3:
        cuts[2] = cuts[1]
    return [[time_of(a, rng), time_of(b, rng)] for a, b in zip(cuts[::2], cuts[1::2], strict=True) if a < b]


def random_day(rng: Random) -> list[Row]:
    """Return the shifts of one date: office hours, several shifts, a night, round the clock, one minute."""
    draw = rng.random()
    if draw < 0.25:
        start = rng.randint(5, 11) * 3600 + rng.choice((0, 0, 1800))
        return [[time_of(start, rng), time_of(start + rng.randint(4, 10) * 3600, rng)]]
    if draw < 0.5:
        return random_rows(rng, DAY, 3) or [["09:00", "17:00"]]
    if draw < 0.75:
        return random_night(rng)
    if draw < 0.9:
        return [["00:00", "24:00"]]
    start = rng.choice((0, 60, 7200, 9000, DAY - 60, rng.randrange(1440) * 60))
    return [[time_of(start, rng), time_of(start + 60, rng)]]


def random_night(rng: Random) -> list[Row]:
    """Return a shift that runs past midnight, up to 32:00, sometimes with one before it."""
    start = rng.randint(16, 24) * 3600 - rng.choice((0, 0, 900, 60))
    end = DAY + rng.randint(0, 8) * 3600 + rng.choice((0, 0, 1800, 60, 1 if rng.random() < 0.1 else 0))
    late = [[time_of(min(start, DAY), rng), time_of(max(end, start + 60), rng)]]
    if rng.random() < 0.3:
        opens = rng.randint(0, 12) * 3600
        late = [[time_of(opens, rng), time_of(opens + rng.randint(1, 4) * 3600, rng)], *late]
    return late


def random_calendar(rng: Random, name: str, on: date, daily: bool = False, about: Span = (-6, 10)) -> Entry:
    """Return a calendar of the case format whose oddities lie about the date; `daily` has no long closed spells."""
    if rng.random() < 0.05:
        return {"tz": name, "always_open": True}
    days = DATES if daily else rng.choice((DATES[:5], DATES[:5], DATES, rng.sample(DATES, rng.randint(1, 6))))
    same = random_day(rng) if rng.random() < 0.4 else None
    entry: Entry = {"tz": name, "weekly": {day: same or random_day(rng) for day in DATES if day in days}}
    if rng.random() < 0.35:
        entry["weekly_breaks"] = random_weekly_breaks(rng, list(days))
    if rng.random() < 0.3:
        entry["breaks"] = {text: random_break(rng) for text in near(rng, on, 2, about)}
    if not daily:
        add_closed_dates(rng, entry, on, about)
    if rng.random() < 0.4:
        entry["special"] = {text: random_special(rng) for text in near(rng, on, 3, about)}
        if entry.get("holidays") and rng.random() < 0.5:
            entry["special"][rng.choice(entry["holidays"])] = random_special(rng)
    if rng.random() < 0.25:
        put_into_gap(rng, entry, on)
    if rng.random() < 0.004:
        spoil(rng, entry)
    return entry


def put_into_gap(rng: Random, entry: Entry, on: date) -> None:
    """Where the clocks jump near the date, put a break or a special shift into the gap or across its ends."""
    where, near_on = zone(entry["tz"]), wall(zone(entry["tz"]), on, 0)
    for second in changes(entry["tz"]):
        before, after = ((EPOCH + timedelta(seconds=each)).astimezone(where) for each in (second - 1, second))
        jump = int(((after.utcoffset() or NOTHING) - (before.utcoffset() or NOTHING)).total_seconds())
        if jump > 0 and abs(second * MICRO - near_on) < 4 * DAY * MICRO:
            opens = (before + timedelta(seconds=1)).replace(tzinfo=None)
            midnight = opens.replace(hour=0, minute=0, second=0)
            start = int((opens - midnight).total_seconds()) + rng.choice((-1800, 0, 60, jump // 6, jump // 2))
            end = start + rng.choice((60, jump // 6, jump // 3, jump, jump + 1800))
            if 0 <= start < end <= 2 * DAY:
                kind = rng.choice(("special", "breaks"))
                entry.setdefault(kind, {})[midnight.date().isoformat()] = [[time_of(start, rng), time_of(end, rng)]]


def add_closed_dates(rng: Random, entry: Entry, on: date, about: Span) -> None:
    """Put holidays, once and every year, about the date."""
    if rng.random() < 0.5:
        entry["holidays"] = near(rng, on, 5, about)
    if rng.random() < 0.4:
        entry["holidays_recurring"] = ["01-01", "12-25", *(text[5:] for text in near(rng, on, 1, about))]
        if rng.random() < 0.5:
            entry["holidays_recurring"].append("02-29")


def near(rng: Random, on: date, most: int, about: Span) -> list[str]:
    """Return some dates about this one, from so many days before to so many after."""
    return sorted({(on + timedelta(rng.randint(*about))).isoformat() for _ in range(rng.randint(1, most))})


def random_break(rng: Random) -> list[Row]:
    """Return a break, some of them by night and past midnight."""
    start = rng.choice((rng.randint(10, 15) * 3600, moment_of_day(rng, DAY), rng.randint(22, 27) * 3600))
    return [[time_of(start, rng), time_of(start + rng.choice((900, 1800, 3600, 5400, 9900)), rng)]]


def random_weekly_breaks(rng: Random, days: list[str]) -> dict[str, list[Row]]:
    """Return the same break for every day, or one for some."""
    rows = random_break(rng)
    return {day: rows if rng.random() < 0.9 else random_break(rng) for day in DATES if day in days}


def random_special(rng: Random) -> list[Row]:
    """Return the shifts of a special date; none at all closes it."""
    return [] if rng.random() < 0.15 else random_day(rng)


def spoil(rng: Random, entry: Entry) -> None:
    """Make the calendar one that has to be refused."""
    day = rng.choice(list(entry["weekly"]))
    fault: Any = rng.choice(
        (
            [["09:00", "09:00"]],
            [["17:00", "09:00"]],
            [["09:00", "12:00"], ["11:00", "13:00"]],
            "zone",
            "never",
        )
    )
    if fault == "zone":
        entry["tz"] = "Europe/Atlantis"
    elif fault == "never":
        entry["weekly"] = {}
        entry.pop("special", None)
    else:
        entry["weekly"][day] = fault


def clock_times(entry: Entry) -> list[str]:
    """Return every wall-clock time the calendar names."""
    rows: list[Row] = [["00:00", "24:00"]]
    for key in ("weekly", "weekly_breaks", "breaks", "special"):
        for each in entry.get(key, {}).values():
            rows += each
    return [text for row in rows for text in row]


def random_instant(rng: Random, entry: Entry, on: date) -> int:
    """Return an instant within days of the date, biased to the edges."""
    name = entry["tz"] if entry["tz"] in ZONES else "UTC"
    draw = rng.random()
    if draw < 0.15 and changes(name):
        close = min(changes(name), key=lambda second: abs(second * MICRO - wall(zone(name), on, 0)))
        at = close * MICRO
        if abs(at - wall(zone(name), on, 0)) > 9 * DAY * MICRO:
            at = wall(zone(name), on, 0)
        return at + nudge(rng) + rng.choice((0, 0, 1800, -1800, 3600, -3600)) * MICRO
    day = on + timedelta(rng.randint(-5, 8))
    if draw < 0.65:
        hours, minutes, *rest = map(int, rng.choice(clock_times(entry)).split(":"))
        return wall(zone(name), day, hours * 3600 + minutes * 60 + sum(rest)) + nudge(rng)
    return wall(zone(name), day, rng.randrange(0, DAY, rng.choice((1, 60, 900)))) + nudge(rng) * (draw < 0.75)


def nudge(rng: Random) -> int:
    """Return a step of microseconds around an edge, most often none."""
    return rng.choice((0, 0, 0, 0, 0, MICRO, -MICRO, 60 * MICRO, -60 * MICRO, 1, -1, rng.randint(-DAY, DAY) * MICRO))


def text_of(rng: Random, entry: Entry, at: int) -> str:
    """Write an instant with the offset of the calendar's zone, or of any other."""
    name = entry["tz"] if entry["tz"] in ZONES and rng.random() < 0.9 else rng.choice(ZONES)
    return (EPOCH + timedelta(microseconds=at)).astimezone(zone(name)).isoformat()


def as_written(amount: int) -> int | float:
    """Return microseconds as the seconds a case holds."""
    return amount // MICRO if amount % MICRO == 0 else amount / MICRO


def random_amount(rng: Random, entry: Entry, start: int) -> int | float:
    """Return an amount of open seconds; often one that is used up exactly at an edge."""
    draw = rng.random()
    if draw < 0.08:
        return 0
    if draw < 0.3:
        try:
            calendar = OracleCalendar(entry)
            edge = next_edge(calendar, start + rng.randrange(12) * DAY * MICRO, 1)
            return as_written(calendar.elapsed(start, edge))
        except ValueError:  # a spoilt calendar
            return 3600
    if draw < 0.6:
        return rng.choice(LIMITS[1:])
    most = 1 + open_in_ten_years(entry, start)
    if draw < 0.9:
        return rng.randrange(1, min(most + 1, 10 * DAY))
    if draw < 0.95:
        return rng.randrange(0, min(most, 4 * DAY) * MICRO) / MICRO
    return rng.randrange(1, min(most + 1, 120 * DAY))


def open_in_ten_years(entry: Entry, start: int) -> int:
    """Return about how many seconds a calendar is open in ten years; not many if its shifts last a minute."""
    later = start + 40 * DAY * MICRO  # past the special dates
    try:
        return OracleCalendar(entry).elapsed(later, later + 56 * DAY * MICRO) * 65 // MICRO
    except ValueError:  # a spoilt calendar
        return DAY


def random_case(rng: Random) -> Case:
    """Return one question of the case format: op, calendar, input."""
    name = rng.choice(ZONES)
    on = base_date(rng, name)
    op = rng.choices(list(OPERATIONS), list(OPERATIONS.values()))[0]
    entry: Entry | None = random_calendar(rng, name, on)
    assert entry is not None
    question = QUESTIONS.get(op, at_question)(rng, entry, on)
    if op == "availability" and rng.random() < 0.05:
        entry = None
    return {"op": op, "calendar": entry, "input": question}


def at_question(rng: Random, entry: Entry, on: date) -> Case:
    """Return the input of an operation on one instant."""
    return {"at": text_of(rng, entry, random_instant(rng, entry, on))}


def due_question(rng: Random, entry: Entry, on: date) -> Case:
    """Return the input of `due`."""
    start = random_instant(rng, entry, on)
    amount = random_amount(rng, entry, start)
    question: Case = {"start": text_of(rng, entry, start), "seconds": amount}
    if rng.random() < 0.45:
        question["direction"] = "backward"
    if rng.random() < 0.05:
        question["seconds"] = -amount
    if rng.random() < 0.2:
        question["due_rolls"] = "next_opening"
    return question


def same_due_question(rng: Random, entry: Entry, on: date) -> Case:
    """Return the input of `same_due`."""
    starts = [text_of(rng, entry, random_instant(rng, entry, on)) for _ in range(2)]
    return {"starts": starts, "seconds": rng.choice((0, 3600, -3600, 28800))}


def elapsed_question(rng: Random, entry: Entry, on: date) -> Case:
    """Return the input of `elapsed`; now and then the wrong way round, or over years."""
    start, end = sorted(random_instant(rng, entry, on) for _ in range(2))
    if rng.random() < 0.05:
        end += rng.randrange(800) * DAY * MICRO
    if rng.random() < 0.06:
        start, end = end, start
    return {"start": text_of(rng, entry, start), "end": text_of(rng, entry, end)}


def segments_question(rng: Random, entry: Entry, on: date) -> Case:
    """Return the input of `segments`."""
    start, end = sorted(random_instant(rng, entry, on) for _ in range(2))
    if rng.random() < 0.7:
        return {"from": text_of(rng, entry, start), "to": text_of(rng, entry, end)}
    question: Case = {"from": text_of(rng, entry, start), "count": rng.randint(1, 6)}
    if rng.random() < 0.5:
        question["direction"] = "backward"
    return question


def days_question(rng: Random, entry: Entry, on: date) -> Case:
    """Return the input of an operation that steps over open dates."""
    return {"start": text_of(rng, entry, random_instant(rng, entry, on)), "days": rng.randint(-6, 9)}


def date_question(rng: Random, entry: Entry, on: date) -> Case:
    """Return the input of `is_open_date`."""
    return {"date": (on + timedelta(rng.randint(-4, 4))).isoformat()}


def dates_question(rng: Random, entry: Entry, on: date) -> Case:
    """Return the input of `open_dates`."""
    return {"from": on.isoformat(), "to": (on + timedelta(rng.randint(0, 20))).isoformat()}


def wall_question(rng: Random, entry: Entry, on: date) -> Case:
    """Return the input of `wall`."""
    time = time_of(rng.choice((0, DAY, moment_of_day(rng, 2 * DAY), moment_of_day(rng, 4 * 3600))), rng)
    return {"date": (on + timedelta(rng.randint(-2, 2))).isoformat(), "time": time}


def random_targets(rng: Random) -> Case:
    """Return a set of targets in seconds or days."""
    targets: Case = {}
    for kind, chance in (("first_response", 0.8), ("resolution", 0.85), ("update", 0.45), ("response", 0.1)):
        if rng.random() < chance:
            targets[kind] = rng.choice(LIMITS[2:])
            if rng.random() < 0.04:
                targets[kind] = rng.choice(LIMITS[:2])
            if rng.random() < 0.06:
                targets[kind] = {"days": rng.randint(1, 4)}
                if rng.random() < 0.4:
                    targets[kind]["end_of_day"] = True
    if rng.random() < 0.03:
        targets["keep_in_loop"] = 14400
    return targets


def next_edge(calendar: OracleCalendar, at: int, side: int) -> int:
    """Return the next opening (side 0) or closing (side 1) of the week that follows; the instant itself if none."""
    week = at + 7 * DAY * MICRO
    return next((span[side] for span in calendar.open_between(at, week) if at <= span[side] < week), at)


def event_times(rng: Random, entry: Entry, start: int, count: int) -> list[int]:
    """Return instants after the start in order: steps of seconds to days, ties, and edges of the calendar."""
    calendar, times, at = OracleCalendar(entry), [], start
    for _ in range(count):
        step = rng.choice(
            (
                0 if rng.random() < 0.4 else 60,
                rng.randint(1, 900),
                rng.randint(600, 20000),
                rng.randrange(3600, 3 * DAY),
                3600 * rng.randint(1, 48),
            )
        )
        at += step * MICRO
        if rng.random() < 0.25:
            at = next_edge(calendar, at, 1 if rng.random() < 0.6 else 0)
        if rng.random() < 0.03:
            at += rng.randint(1, MICRO)
        times.append(at)
    return times


def some_too_early(rng: Random, times: list[int]) -> list[int]:
    """Return the instants, now and then with one moved back a day: before the ticket was there, or out of turn."""
    if times and rng.random() < 0.05:
        times = list(times)
        times[rng.randrange(len(times))] -= rng.choice((1, 58 * MICRO, DAY * MICRO))
    return times


def event_words(rng: Random, count: int) -> Iterator[str]:
    """Yield words of the case format in a likely order, and now and then an unlikely one."""
    paused = resolved = False
    for _ in range(count):
        words = ["first_response", "agent_reply", "reply", "customer_message", "customer_message", "set_targets"]
        words += ["reopen"] * 4 if resolved else ["resume"] * 5 if paused else ["pause"] * 4 + ["resolve"] * 2
        if resolved and rng.random() < 0.7:
            words = ["reopen"]
        if rng.random() < 0.05:
            words = ["pause", "resume", "resolve", "reopen"]
        word = rng.choice(words)
        if word in ("pause", "resume") and not resolved:
            paused = word == "pause"
        if word in ("resolve", "reopen"):
            resolved, paused = word == "resolve", False
        yield word


def clock_question(rng: Random, entry: Entry, on: date) -> Case:
    """Return the input of `clock`."""
    created = random_instant(rng, entry, on)
    count = rng.choice((0, 1, 2, 3, 4, 5, 6, 8, 11))
    try:
        times = event_times(rng, entry, created, count)
    except ValueError:  # a spoilt calendar
        times = [created + each * 3600 * MICRO for each in range(count)]
    times = some_too_early(rng, times)
    events: list[Case] = []
    for at, word in zip(times, event_words(rng, count), strict=True):
        events.append({"at": text_of(rng, entry, at), "type": word})
        if word == "set_targets":
            events[-1]["targets"] = random_targets(rng) if rng.random() < 0.9 else {}
    if rng.random() < 0.2 and len(set(times)) == len(times):
        rng.shuffle(events)
    question: Case = {"created": text_of(rng, entry, created), "targets": random_targets(rng), "events": events}
    if rng.random() < 0.9:
        last = max([created, *times])
        question["as_of"] = text_of(rng, entry, last + rng.choice((0, 1, 60 * MICRO, rng.randrange(5 * DAY) * MICRO)))
    if rng.random() < 0.55:
        question["customer_opens"] = True
    if rng.random() < 0.05:
        question["created_paused"] = True
    return question


def random_spans(rng: Random, entry: Entry, start: int, end: int, most: int) -> list[list[str | None]]:
    """Return spans about a period, as outages are: short and long, before it and past it, open ones too."""
    spans: list[list[str | None]] = []
    for _ in range(rng.randint(0, most)):
        first = rng.randint(start - DAY * MICRO, end + DAY * MICRO // 4) // MICRO * MICRO
        length = rng.choice((60, 600, 3600, 18000, 2 * DAY)) * MICRO
        last = None if rng.random() < 0.08 else text_of(rng, entry, first + length)
        spans.append([text_of(rng, entry, first), last])
    return spans


def availability_question(rng: Random, entry: Entry, on: date) -> Case:
    """Return the input of `availability`."""
    start, end = sorted(random_instant(rng, entry, on) for _ in range(2))
    question: Case = {"from": text_of(rng, entry, start), "to": text_of(rng, entry, end)}
    if rng.random() < 0.3:
        question["history"] = random_states(rng, entry, start, end)
        if rng.random() < 0.5:
            question["current"] = rng.choice(("ok", "down"))
    else:
        question["outages"] = random_spans(rng, entry, start, end, 6)
    if rng.random() < 0.6:
        question["maintenance"] = random_spans(rng, entry, start, end, 3)
    if rng.random() < 0.3:
        question["unknown"] = random_spans(rng, entry, start, end, 2)
    if rng.random() < 0.6:
        question["slo"] = rng.choice((95, 99, 99.5, 99.9, 99.99))
    return question


def random_states(rng: Random, entry: Entry, start: int, end: int) -> list[Case]:
    """Return changes of state; what was before is told rightly, wrongly or not at all."""
    times = sorted(rng.sample(range(start - DAY * MICRO, end + DAY * MICRO, 60 * MICRO), rng.randint(0, 6)))
    state, rows = rng.choice(("ok", "down")), []
    for at in times:
        before = state if rng.random() < 0.8 else "unknown"
        state = "down" if state == "ok" and rng.random() < 0.9 else "ok"
        rows.append({"at": text_of(rng, entry, at), "state": state, "previous": before})
    return rows


QUESTIONS = {
    "due": due_question,
    "same_due": same_due_question,
    "elapsed": elapsed_question,
    "segments": segments_question,
    "add_days": days_question,
    "end_of_day_after_days": days_question,
    "is_open_date": date_question,
    "open_dates": dates_question,
    "wall": wall_question,
    "clock": clock_question,
    "availability": availability_question,
}


KINDS = ("first_response", "update", "informed", "resolution", "resolution", "hand_over")
REASONS = ("customer", "supplier", "approval", "part")
TEAMS = ("network", "desk", "acme")


def random_target(rng: Random) -> Case:
    """Return a target for the judge."""
    kind = rng.choice(KINDS)
    unit = rng.choice(("open time", "open time", "open time", "elapsed", "working days", "calendar days"))
    limit: Case = {"unit": unit, "amount": rng.choice(LIMITS[2:])}
    if unit in ("working days", "calendar days"):
        limit["amount"] = rng.randint(1, 4)
    if unit == "working days" and rng.random() < 0.4:
        limit["end_of_day"] = True
    target: Case = {"kind": kind, "limit": limit}
    target["pauses"] = sorted(rng.sample(REASONS, rng.choice((0, 1, 2, 2)))) if rng.random() < 0.9 else []
    target["due_rolls"] = rng.choice(("closing", "closing", "next_opening"))
    target["start_rolls"] = rng.random() < 0.3
    if kind == "resolution":
        target["stop"] = rng.choice(("resolved", "resolved", "closed", "first_responded", "replied"))
    if kind == "hand_over":
        target["party"] = rng.choice(TEAMS[1:])
    return target


FAVOURED = {
    "update": ["customer_replied"] * 5 + ["replied"] * 3,
    "informed": ["replied"] * 5,
    "hand_over": ["assigned"] * 6,
}


def history_words(rng: Random, count: int, target: Case) -> Iterator[Case]:
    """Yield kinds of events, with their reasons and changes, in a likely order and now and then an unlikely one."""
    reasons: set[str] = set()
    ended = False
    for _ in range(count):
        words = ["first_responded", "replied", "customer_replied", "customer_replied", "assigned", "assigned", "noted"]
        words += FAVOURED.get(target["kind"], [])
        words += ["reopened"] * 5 if ended else ["paused"] * 4 + ["resolved"] * 2 + ["closed"]
        words += ["resumed"] * 5 * bool(reasons)
        if rng.random() < 0.04:
            words = ["paused", "resumed", "resolved", "reopened", "closed"]
        if rng.random() < 0.02:
            words = ["cancelled"]
        event: Case = {"kind": rng.choice(words)}
        if event["kind"] == "paused":
            event["reason"] = rng.choice(target["pauses"] if target["pauses"] and rng.random() < 0.6 else REASONS)
            reasons.add(event["reason"])
        if event["kind"] == "resumed":
            event["reason"] = rng.choice(sorted(reasons) or REASONS) if rng.random() < 0.85 else ""
            reasons = reasons - {event["reason"]} if event["reason"] else set()
        if event["kind"] == "assigned":
            event["changes"] = {rng.choice(("team", "team", "supplier", "person")): rng.choice(TEAMS)}
        if event["kind"] in ("resolved", "closed", "reopened"):
            ended, reasons = event["kind"] != "reopened", set()
        yield event


def random_history(rng: Random, most: int = 11) -> Case:
    """Return {target, calendar, events, as_of} for the judge; the events come in any order."""
    target = random_target(rng)
    name = rng.choice(ZONES)
    on = base_date(rng, name)
    entry = random_calendar(rng, name, on)
    try:
        opened = random_instant(rng, entry, on)
        count = rng.randint(0, most)
        times = event_times(rng, entry, opened, count)
    except ValueError:  # a spoilt calendar: its times are as good as any
        opened = random_instant(rng, entry, on)
        times = [opened + each * 7200 * MICRO for each in range(count)]
    times = some_too_early(rng, times)
    opening: Case = {"kind": "opened", "at": text_of(rng, entry, opened)}
    if rng.random() < 0.2:
        opening["changes"] = {"team": rng.choice(TEAMS)}
    if rng.random() < 0.4:
        opening["changes"] = {**opening.get("changes", {}), "by": "customer"}
    events = [opening]
    for number, (at, event) in enumerate(zip(times, history_words(rng, count, target), strict=True)):
        events.append({**event, "at": text_of(rng, entry, at), "sequence": number, "id": f"e{number}"})
    if count and rng.random() < 0.05:
        events.append({"kind": "retracted", "at": events[-1]["at"], "id": "r", "retracts": f"e{rng.randrange(count)}"})
    rng.shuffle(events)
    end = max([opened, *times]) + rng.choice((0, 1, MICRO, rng.randrange(6 * DAY) * MICRO))
    as_of = rng.randint(opened, end) if rng.random() < 0.15 else end
    return {"target": target, "calendar": entry, "events": events, "as_of": text_of(rng, entry, as_of)}
