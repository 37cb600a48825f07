"""What is measured: one elapsed, one due, growth with the span, batches, and whole tickets with two clocks."""

import json
import os
import platform
from collections.abc import Callable, Sequence
from datetime import time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numba
import numpy as np
from bench.engine import questions
from bench.engine.peers import NAIVE, UTC, ZONED, Peer, all_peers, workclock
from bench.engine.questions import FIRST_RESPONSE, LIMIT, OFFICE, RESOLUTION, TICKETS_JUDGED_AT, Pair
from bench.engine.rounds import Work, measure, ratio

from servanda.engine import bulk, kernel
from servanda.engine.clocks import Terms, replay
from servanda.engine.instants import amount, day_number, from_microseconds
from servanda.engine.instants import date_of as date_after
from servanda.engine.targets import Limit, TargetKind, Unit

CHECKED = 200  # questions on which each peer's answers are compared with ours
EIGHT_HOURS = amount(LIMIT)
FIRST_DAY = day_number(questions.FIRST.date()) - 40
TABLES = OFFICE.compile(date_after(FIRST_DAY), date_after(FIRST_DAY + 800))
OURS, OURS_ZONED, KERNEL, BATCH = "Calendar, UTC", "Calendar, London", "kernel, microseconds", "kernel compiled, batch"
Figures = dict[str, Any]


def report(rounds: int, out: Path | None) -> None:
    """Measure everything, print it, and write it to a file if one is named."""
    print(machine())
    figures: Figures = {"machine": machine(), "rounds": rounds}
    for name, part in (("one call", one_call), ("growth", growth), ("batch", batches), ("ticket", tickets)):
        figures[name] = part(rounds)
    if out:
        out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def machine() -> str:
    """Return the line that figures are read with."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, load {load}"


# --- One call ---------------------------------------------------------------------------------------------------


def one_call(rounds: int) -> Figures:
    """Ask every candidate one question at a time, each in the form it takes."""
    peers = all_peers()
    asked = questions.pairs(400)
    figures = {}
    for what, ours in (("elapsed", own_elapsed(asked)), ("due", own_due(asked))):
        theirs = {labelled(each): peer_work(each, what, asked) for each in peers if getattr(each, what)}
        right = {labelled(each): share_right(each, what, asked) for each in peers if getattr(each, what)}
        taken = measure({**ours, **theirs}, rounds)
        heading = "open time between two instants" if what == "elapsed" else "8 hours of open time from an instant"
        print(f"\none {what}: {heading}, us a question, and times slower than ours (ratio, median of {rounds} rounds)")
        print(f"{'':38}{'us':>9}{'x ' + OURS:>16}{'x kernel':>10}{'right':>8}")
        figures[what] = {name: row(name, taken, right.get(name, "")) for name in taken}
    return figures


def row(name: str, taken: dict[str, list[float]], right: str) -> Figures:
    """Print and return the line of one candidate."""
    mine, inside = ratio(taken[name], taken[OURS]), ratio(taken[name], taken[KERNEL])
    micros = sorted(taken[name])[len(taken[name]) // 2]
    print(f"{name:38}{micros:9.2f}{mine:16.2f}{inside:10.2f}{right:>8}")
    return {"us": round(micros, 3), "x public": round(mine, 2), "x kernel": round(inside, 2), "right": right}


def labelled(peer: Peer) -> str:
    """Return a peer's name as printed, with what tells its rows apart."""
    form = {UTC: ", UTC", ZONED: ", London"}.get(peer.takes, ", naive")
    return peer.label + form


def own_elapsed(asked: Sequence[Pair]) -> dict[str, tuple[Work, int]]:
    """Return our ways to ask for elapsed: with instants in UTC, in London, and the kernel itself."""
    return {
        OURS: calls(OFFICE.elapsed, [each.utc for each in asked]),
        OURS_ZONED: calls(OFFICE.elapsed, [each.zoned for each in asked]),
        KERNEL: calls(partial(kernel.elapsed, TABLES), [each.micros for each in asked]),
    }


def own_due(asked: Sequence[Pair]) -> dict[str, tuple[Work, int]]:
    """Return our ways to ask for a due instant."""
    return {
        OURS: calls(OFFICE.due, [(each.utc[0], LIMIT) for each in asked]),
        OURS_ZONED: calls(OFFICE.due, [(each.zoned[0], LIMIT) for each in asked]),
        KERNEL: calls(partial(kernel.due, TABLES), [(each.micros[0], EIGHT_HOURS) for each in asked]),
    }


def calls(ask: Callable[[Any, Any], object], asked: Sequence[tuple[Any, Any]]) -> tuple[Work, int]:
    """Return the work of asking each question by itself, and how many they are."""
    return lambda: [ask(one, two) for one, two in asked], len(asked)


def peer_work(peer: Peer, what: str, asked: Sequence[Pair]) -> tuple[Work, int]:
    """Return a peer's work on as many of the questions as fit into a round."""
    return calls(getattr(peer, what), [getattr(each, peer.takes) for each in asked[: peer.questions]])


def share_right(peer: Peer, what: str, asked: Sequence[Pair]) -> str:
    """Return the share of a peer's answers that are ours; due at a closing may also mean the next opening."""
    if peer.name == "workalendar":
        return "days"
    same = sum(answer(peer, what, each) in own_answers(peer, what, each) for each in asked[:CHECKED])
    return f"{same * 100 // CHECKED} %"


def answer(peer: Peer, what: str, each: Pair) -> object:
    """Return a peer's answer; what it raises is one too, and a wrong one."""
    try:
        return getattr(peer, what)(*getattr(each, peer.takes))
    except Exception as refusal:
        return refusal


def own_answers(peer: Peer, what: str, each: Pair) -> list[object]:
    """Return what we answer, in the form the peer gives, and the next opening where a due instant is a closing."""
    if what == "elapsed":
        return [OFFICE.elapsed(*each.utc)]
    due = OFFICE.due(each.utc[0], LIMIT)
    either = [due, OFFICE.next_open(due)]
    return [*either] if peer.takes != NAIVE else [at.astimezone(questions.LONDON).replace(tzinfo=None) for at in either]


# --- Growth with the span ---------------------------------------------------------------------------------------


def growth(rounds: int) -> Figures:
    """Ask for one year and for two days: an answer that is looked up takes as long for either."""
    spans = {"2 days": questions.pairs(300, timedelta(days=2)), "1 year": questions.pairs(300, timedelta(days=365))}
    peer = workclock(UTC)
    ways: dict[str, Callable[[Pair], tuple[Callable[[Any, Any], object], tuple[Any, Any]]]] = {
        "Calendar.elapsed": lambda each: (OFFICE.elapsed, each.utc),
        "Calendar.due": lambda each: (OFFICE.due, (each.utc[0], (each.utc[1] - each.utc[0]) * 5 // 24)),
        "kernel.elapsed": lambda each: (partial(kernel.elapsed, TABLES), each.micros),
        f"{peer.label} between": lambda each: (peer.elapsed, each.utc),  # type: ignore[dict-item, return-value]  # a peer has what it offers
    }
    work = {
        f"{name}, {span}": calls(way(asked[0])[0], [way(each)[1] for each in asked])
        for name, way in ways.items()
        for span, asked in spans.items()
    }
    taken = measure(work, rounds)
    figures = {name: round(ratio(taken[f"{name}, 1 year"], taken[f"{name}, 2 days"]), 2) for name in ways}
    print("\ngrowth with the span: one year against two days")
    for name, times in figures.items():
        print(f"{name:38}{times:9.2f} x")
    return figures


# --- Batches ----------------------------------------------------------------------------------------------------


def batches(rounds: int) -> Figures:
    """Ask 20,000 questions in one call: the compiled kernel, and workclock on lists of datetimes."""
    asked = questions.pairs(20_000)
    starts, ends = (np.array([each.micros[i] for each in asked], dtype=np.int64) for i in (0, 1))
    tables, out = bulk.arrays(TABLES), np.empty(len(asked), dtype=np.int64)
    elapsed_all, due_all = compiled_loops()
    from workclock import Holidays, Schedule, WorkDay

    office = Schedule([WorkDay(time(9), time(17)), Holidays(questions.HOLIDAYS)], time_zone="Europe/London")
    array_starts, array_ends = starts.astype("datetime64[us]"), ends.astype("datetime64[us]")
    limit = np.timedelta64(8, "h")
    taken = measure(
        {
            "elapsed, kernel compiled": (lambda: elapsed_all(tables, starts, ends, out), len(asked)),
            "elapsed, workclock between_many": (lambda: office.between_many(array_starts, array_ends), len(asked)),
            "due, kernel compiled": (lambda: due_all(tables, starts, EIGHT_HOURS, out), len(asked)),
            "due, workclock add_many": (lambda: office.add_many(array_starts, limit), len(asked)),
        },
        rounds,
    )
    print("\nbatches of 20,000, NumPy arrays in and out: us a question")
    for name, each in taken.items():
        print(f"{name:38}{sorted(each)[rounds // 2]:9.3f}")
    times = {
        "elapsed": round(ratio(taken["elapsed, workclock between_many"], taken["elapsed, kernel compiled"]), 1),
        "due": round(ratio(taken["due, workclock add_many"], taken["due, kernel compiled"]), 1),
    }
    print(f"workclock takes {times['elapsed']} x (elapsed) and {times['due']} x (due) as long")
    return {"us": {name: round(sorted(each)[rounds // 2], 4) for name, each in taken.items()}, "workclock x": times}


def compiled_loops() -> tuple[Any, Any]:
    """Return the compiled kernel's elapsed and due as loops over arrays."""
    elapsed, due = bulk.compiled().elapsed, bulk.compiled().due

    @numba.njit
    def elapsed_all(tables, starts, ends, out):  # type: ignore[no-untyped-def]  # numba compiles it for whatever comes
        for i in range(len(starts)):
            out[i] = elapsed(tables, starts[i], ends[i])

    @numba.njit
    def due_all(tables, starts, limit, out):  # type: ignore[no-untyped-def]  # as above
        for i in range(len(starts)):
            out[i] = due(tables, starts[i], limit)

    return elapsed_all, due_all


# --- Whole tickets ----------------------------------------------------------------------------------------------


def tickets(rounds: int) -> Figures:
    """Judge whole tickets: two clocks each, a first response and a resolution with pauses; no evidence."""
    plain, many = questions.histories(300), questions.histories(20_000)
    flat = np.array([event for one in many for event in one], dtype=np.int64)
    ats, kinds, words = (np.ascontiguousarray(column) for column in flat.T)
    bounds = np.cumsum([0, *(len(one) for one in many)], dtype=np.int64)
    tables = bulk.arrays(TABLES)
    clocks = (FIRST_RESPONSE, RESOLUTION)

    def compiled() -> None:
        for clock in clocks:
            bulk.judge_histories(tables, clock, ats, kinds, words, bounds, TICKETS_JUDGED_AT)

    work = {
        "clocks.replay, datetimes, plain": (replayed(plain), len(plain)),
        "kernel.run, microseconds, plain": (kernel_runs(plain), len(plain)),
        "bulk.judge_histories, compiled": (compiled, len(many)),
        "a Python loop of 100 additions": (lambda: [counted() for _ in range(1_000)], 1_000),
    }
    taken = measure(work, rounds)
    micros = {name: sorted(each)[rounds // 2] for name, each in taken.items()}
    loop = taken["a Python loop of 100 additions"]
    print(f"\nwhole ticket, two clocks, {len(flat) / len(many):.1f} events: us a ticket")
    for name, each in taken.items():
        print(f"{name:38}{micros[name]:9.2f}{ratio(each, loop):9.3f} x the loop")
    times = ratio(taken["kernel.run, microseconds, plain"], taken["bulk.judge_histories, compiled"])
    print(f"compiled is {times:.0f} x as fast as plain")
    return {
        "events": round(len(flat) / len(many), 2),
        "us": {name: round(each, 3) for name, each in micros.items()},
        "x loop": {name: round(ratio(each, loop), 4) for name, each in taken.items()},
        "compiled x": round(times, 1),
    }


def counted() -> int:
    """Return the fixed work that tickets are compared with: one hundred additions."""
    total = 0
    for each in range(100):
        total += each
    return total


def kernel_runs(histories: Sequence[list[tuple[int, int, int]]]) -> Work:
    """Return the work of judging each history by two runs of the kernel as it is."""
    columns = [tuple(list(column) for column in zip(*one, strict=True)) for one in histories]
    state, cycles = [0] * kernel.STATE_SIZE, [0] * (kernel.C_WIDTH * 64)
    marks: list[int] = []

    def judge() -> None:
        for ats, kinds, words in columns:
            for clock in (FIRST_RESPONSE, RESOLUTION):
                kernel.run(TABLES, clock, ats, kinds, words, 0, len(ats), TICKETS_JUDGED_AT, state, cycles, marks)

    return judge


def replayed(histories: Sequence[list[tuple[int, int, int]]]) -> Work:
    """Return the work of judging each history from its events to the readings that a report shows."""
    events = [questions.as_events(one) for one in histories]
    as_of = from_microseconds(TICKETS_JUDGED_AT)
    response = Terms(TargetKind.FIRST_RESPONSE, Limit(FIRST_RESPONSE[1], Unit.OPEN_TIME), OFFICE)
    resolution = Terms(TargetKind.RESOLUTION, Limit(RESOLUTION[1], Unit.OPEN_TIME), OFFICE, frozenset({"customer"}))
    return lambda: [(replay(response, one, as_of), replay(resolution, one, as_of)) for one in events]
