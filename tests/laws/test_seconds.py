"""The oracle against a life lived second by second: two readings of the rules that share no arithmetic."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from tests.oracle import seconds
from tests.oracle.answers import answer
from tests.oracle.calendar_oracle import DAY, EPOCH, zone
from tests.oracle.generator import (
    LIMITS,
    TEAMS,
    ZONES,
    Case,
    base_date,
    event_words,
    history_words,
    random_calendar,
    random_target,
)
from tests.oracle.ticket_oracle import cycles

SEED = 20_260_109
PER_PLACE = 6


def short_calendar(rng: Random, name: str, on: date) -> Case:
    """Return a calendar that is open on most dates and that nothing spoils."""
    entry = random_calendar(rng, name, on, daily=rng.random() < 0.5, about=(-1, 3))
    while "error" in answer("is_open", entry, {"at": "2020-01-01T00:00:00+00:00"}):
        entry = random_calendar(rng, name, on, daily=True, about=(-1, 3))
    return entry


def noon(on: date) -> int:
    """Return noon in UTC of a date, in seconds."""
    return on.toordinal() * DAY - date(1970, 1, 1).toordinal() * DAY + DAY // 2


def text(second: int, name: str) -> str:
    """Write a second of UTC in a zone."""
    return (EPOCH + timedelta(seconds=second)).astimezone(zone(name)).isoformat()


def steps(rng: Random, entry: Case, base: date, count: int) -> list[int]:
    """Return seconds in order, from about noon of the base date on, some of them openings and closings."""
    own, times = seconds.lived(json.dumps(entry), base), []
    at = noon(base) + rng.randint(-DAY // 2, DAY // 2)
    for _ in range(count):
        at += rng.choice((0, 1, rng.randint(1, 900), rng.randint(600, 9000), rng.randint(3600, 30000)))
        if rng.random() < 0.3:
            at = next((each for each in range(at, at + DAY // 2) if own.is_open(each) != own.is_open(each - 1)), at)
        times.append(at)
    return times


def plain(value: object) -> object:
    """Return an answer of the oracle with its instants as seconds of UTC."""
    is_instant = isinstance(value, str) and len(value) > 18 and value[10] == "T"
    return seconds.second_of(value) if is_instant and isinstance(value, str) else value


def agrees(lived: object, told: object, own: seconds.SecondCalendar) -> bool:
    """Tell whether the answer lived through is the oracle's, or lies outside the window as the oracle's does."""
    value = plain(told)
    if lived == seconds.BEYOND:
        return not isinstance(value, int) or not own.covers(value)
    return lived == value


def whole_window(entry: Case, base: date) -> None:
    """Compare every opening of the window, and which of its dates are open."""
    own, name = seconds.lived(json.dumps(entry), base), entry["tz"]
    told = answer("segments", entry, {"from": text(own.from_, name), "to": text(own.until, name)})
    openings = [[seconds.second_of(edge) for edge in each] for each in told["segments"]]
    assert openings == own.openings(), json.dumps({"calendar": entry, "base": base.isoformat()})
    for on in own.dates[1:-1]:
        is_open = on in own.closes and not own.is_holiday(on)
        assert answer("is_open_date", entry, {"date": on.isoformat()}) == {"open": is_open}, (json.dumps(entry), on)


def calendar_questions(rng: Random, entry: Case, base: date) -> int:
    """Ask one calendar everything the seconds can tell; return how many answers were compared."""
    own = seconds.lived(json.dumps(entry), base)
    start, end = steps(rng, entry, base, 2)
    amount = rng.choice((0, 1, 60, 3600, rng.randint(1, 50_000), own.elapsed(start, end)))
    here, name = text(start, entry["tz"]), entry["tz"]
    asked: list[tuple[str, Case, str, object]] = [
        ("is_open", {"at": here}, "open", own.is_open(start)),
        ("elapsed", {"start": here, "end": text(end, name)}, "seconds", own.elapsed(start, end)),
        ("due", {"start": here, "seconds": amount}, "at", own.due(start, amount)),
        ("due", {"start": here, "seconds": -amount}, "at", own.due_back(start, amount) if amount else None),
        ("next_open", {"at": here}, "at", own.due(start, 0)),
        ("roll_back", {"at": here}, "at", own.due_back(start, 0)),
        ("add_days", {"start": here, "days": 1}, "at", own.working_days(start, 1, False)),
        ("end_of_day_after_days", {"start": here, "days": 2}, "at", own.working_days(start, 2, True)),
    ]
    for op, question, key, lived in asked:
        told = answer(op, entry, question).get(key)
        assert lived is None or agrees(lived, told, own), json.dumps(
            {"op": op, "calendar": entry, "input": question, "lived": lived, "told": told}
        )
    return len(asked)


def clock_history(rng: Random, entry: Case, base: date) -> None:
    """Live through one clock of the case format."""
    times = steps(rng, entry, base, rng.randint(1, 9))
    name = entry["tz"]
    targets = {kind: rng.choice(LIMITS[1:8]) for kind in ("first_response", "resolution", "update")}
    events: list[Case] = [
        {"at": text(at, name), "type": word}
        for at, word in zip(times[1:], event_words(rng, len(times) - 1), strict=True)
    ]
    for event in events:
        if event["type"] == "set_targets":
            event["targets"] = {kind: rng.choice(LIMITS[1:8]) for kind in targets}
    question: Case = {
        "created": text(times[0], name),
        "targets": targets,
        "events": events,
        "as_of": text(times[-1], name),
    }
    question["customer_opens"] = rng.random() < 0.6
    question["created_paused"] = rng.random() < 0.1
    lived = seconds.live_clock(entry, question, base)
    told = answer("clock", entry, question)
    own = seconds.lived(json.dumps(entry), base)
    wrong = [key for key, value in lived.items() if not agrees(value, told[key], own)]
    if seconds.BEYOND in lived.values() and "state" in wrong:
        wrong.remove("state")
    case = {"op": "clock", "calendar": entry, "input": question, "wrong": wrong, "lived": lived, "told": told}
    assert not wrong, json.dumps(case, default=str)


def ticket_history(rng: Random, entry: Case, base: date) -> None:
    """Live through one ticket under one target."""
    times = steps(rng, entry, base, rng.randint(1, 10))
    target, name = random_target(rng), entry["tz"]
    if target["limit"]["unit"] in ("open time", "elapsed"):
        target["limit"]["amount"] = rng.choice((1, 60, 900, 3600, 7200, 14400, 28800, rng.randint(1, 60_000)))
    events: list[Case] = [{"kind": "opened", "at": text(times[0], name)}]
    if rng.random() < 0.5:
        events[0]["changes"] = {"by": rng.choice(("customer", "desk")), "team": rng.choice(TEAMS)}
    for number, event in enumerate(history_words(rng, len(times) - 1, target)):
        events.append({**event, "at": text(times[number + 1], name), "sequence": number, "id": f"e{number}"})
    as_of = text(times[-1] + rng.choice((0, 1, rng.randint(0, 20_000))), name)
    lived = seconds.live(target, entry, events, as_of, base)
    told = cycles(target, entry, events, as_of)
    own = seconds.lived(json.dumps(entry), base)
    wrong = [
        f"{number} {key}"
        for number, (run, cycle) in enumerate(zip(lived, told, strict=True))
        for key, value in run.items()
        if not agrees(value, cycle[key], own)
    ]
    case = {"target": target, "calendar": entry, "events": events, "as_of": as_of, "wrong": wrong}
    assert not wrong, json.dumps({**case, "lived": lived, "told": told})


def live_through(places: int, seed: int) -> dict[str, Any]:
    """Live through some days in so many places; return what was compared."""
    rng = Random(seed)
    histories = answers = 0
    for _ in range(places):
        name = rng.choice(ZONES)
        base = base_date(rng, name)
        for turn in range(PER_PLACE):
            entry = short_calendar(rng, name, base)
            whole_window(entry, base)
            if turn == 0:
                answers += calendar_questions(rng, entry, base)
            elif turn < 3:
                clock_history(rng, entry, base)
            else:
                ticket_history(rng, entry, base)
            histories += turn > 0
    return {"histories": histories, "calendar answers": answers}


@pytest.mark.slow
def test_the_oracle_tells_what_a_life_second_by_second_shows(figure: Callable[[str, object], None]) -> None:
    figure("oracle lived through by the second", live_through(2, SEED))


@pytest.mark.full
def test_the_oracle_tells_what_300_lives_second_by_second_show(figure: Callable[[str, object], None]) -> None:
    figure("oracle lived through by the second", live_through(60, SEED + 1))
