"""The engine against the independent oracle: random calendars, histories and questions, answer by answer."""

import ast
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from servanda.conformance.answers import answer
from servanda.conformance.calendar_of import calendar_of
from servanda.engine.clocks import Cycle, Terms, replay
from servanda.engine.events import Event, EventKind, Ticket
from servanda.engine.targets import DueRolls, Limit, TargetKind, Unit
from tests.laws.comparison import differences
from tests.oracle import answers as oracle
from tests.oracle import ticket_oracle
from tests.oracle.generator import Case, random_case, random_history

SEED = 20_260_721
ORACLE = Path(oracle.__file__).parent
SHARED = Path(__file__).parents[1] / "conformance" / "cases"
Mismatch = dict[str, Any]


def test_the_oracle_shares_no_code_with_the_product() -> None:
    imported = {
        name
        for path in ORACLE.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in names_imported(node)
    }
    assert "tests.oracle.calendar_oracle" in imported
    assert [name for name in imported if name.split(".")[0] == "servanda"] == []


def names_imported(node: ast.AST) -> list[str]:
    """Return the modules that a statement imports."""
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


@pytest.mark.slow
def test_the_oracle_answers_every_shared_case_as_expected(figure: Callable[[str, object], None]) -> None:
    counted: Counter[str] = Counter()
    wrong = []
    for case, calendar in shared_cases():
        for asked, expected in expectations(case):
            counted[case["op"]] += 1
            found = oracle.answer(case["op"], calendar, asked)
            if not as_expected(expected, found):
                wrong.append({"id": case["id"], "expected": expected, "found": found})
    assert wrong == []
    assert counted.total() > 100
    figure("oracle against the shared cases", dict(counted))


def shared_cases() -> Iterator[tuple[Case, Case | None]]:
    """Yield every shared case with its calendar."""
    for path in sorted(SHARED.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        for case in document["cases"]:
            yield case, document["calendars"].get(case.get("calendar"))
    for path in sorted(SHARED.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            yield case, case["calendar"]


def expectations(case: Case) -> Iterator[tuple[Case, Any]]:
    """Yield what a case asks and expects: our own answer where it differs, and that of the other due rule."""
    asked: Case = case["input"]
    yield asked, case.get("expected_ours", case["expected"])
    for key in ("expected_latest", "expected_earliest"):
        if key in case:
            yield {**asked, "due_rolls": "next_opening"}, case[key]


def as_expected(expected: Case, found: Case) -> bool:
    """Tell whether an answer is the expected one; an expected error of null means a null ratio without one."""
    if expected == {"error": None}:
        return "error" not in found and found["sli"] is None
    return not differences(expected, found)


def engine_cycles(target: Case, calendar: Case, events: list[Case], as_of: str) -> list[Case]:
    """Return what the engine reads of every cycle, in the oracle's words."""
    now = datetime.fromisoformat(as_of)
    ticket = Ticket("1", tuple(map(event_of, events)))
    known = [event for event in ticket.ordered() if event.happened_at <= now]
    return [cycle_as_read(each) for each in replay(terms_of(target, calendar), known, now).cycles]


def terms_of(target: Case, calendar: Case) -> Terms:
    """Return a target of the oracle's as the engine's terms."""
    return Terms(
        TargetKind(target["kind"]),
        limit_of(target["limit"]),
        calendar_of(calendar),
        frozenset(target["pauses"]),
        EventKind.of(target.get("stop", "resolved")),
        DueRolls(target["due_rolls"]),
        target["start_rolls"],
        target.get("party", ""),
    )


def limit_of(limit: Case) -> Limit:
    """Return a limit of the oracle's as the engine's."""
    unit = Unit(limit["unit"])
    amount = limit["amount"] if unit.in_days else timedelta(seconds=limit["amount"]) // timedelta(microseconds=1)
    return Limit(amount, unit, bool(limit.get("end_of_day")))


def event_of(event: Mapping[str, Any]) -> Event:
    """Return an event of the oracle's as the engine's."""
    told = {key: event[key] for key in ("id", "sequence", "reason", "changes", "retracts") if key in event}
    return Event(EventKind.of(event["kind"]), datetime.fromisoformat(event["at"]), **told)


def cycle_as_read(cycle: Cycle) -> Case:
    """Return a cycle of the engine's in the oracle's words."""
    instants = {key: getattr(cycle, key) for key in ("started_at", "due_at", "stopped_at", "breached_at")}
    return {
        **{key: at and at.isoformat() for key, at in instants.items()},
        "elapsed_seconds": cycle.elapsed.total_seconds(),
        "paused_seconds": cycle.paused.total_seconds(),
        "state": cycle.state.value,
    }


def case_mismatch(case: Case) -> Mismatch | None:
    """Return a question the two answer differently, with both answers."""
    told = oracle.answer(**case)
    found = answer(case["op"], case["calendar"], case["input"])
    wrong = differences(told, found)
    return {"wrong": wrong, **case, "oracle": told, "engine": found} if wrong else None


def history_mismatch(case: Case) -> Mismatch | None:
    """Return a history the two judge differently, with both verdicts."""
    told, found = judged(ticket_oracle.cycles, case), judged(engine_cycles, case)
    if isinstance(told, str) or isinstance(found, str) or len(told) != len(found):
        wrong = [] if isinstance(told, str) and isinstance(found, str) else ["cycles"]
    else:
        pairs = enumerate(zip(told, found, strict=True))
        wrong = [f"{number} {key}" for number, pair in pairs for key in differences(*pair)]
    return {"wrong": wrong, **case, "oracle": told, "engine": found} if wrong else None


def judged(judge: Callable[..., list[Case]], case: Case) -> list[Case] | str:
    """Return the cycles as judged, or the reason why they cannot be."""
    try:
        return judge(**case)
    except ValueError as refusal:
        return str(refusal)


def compare(seed: int, cases: int, histories: int) -> tuple[Counter[str], list[Mismatch]]:
    """Return what was compared from a seed, by kind of question, and what differed."""
    rng, counted, found = Random(seed), Counter[str](), []
    for _ in range(cases):
        case = random_case(rng)
        counted[case["op"]] += 1
        found.append(case_mismatch(case))
    for _ in range(histories):
        history = random_history(rng)
        counted["history of " + history["target"]["kind"]] += 1
        found.append(history_mismatch(history))
    return counted, [each for each in found if each]


def report(counted: Counter[str], mismatches: list[Mismatch]) -> str:
    """Return the first mismatches as JSON, the shortest first, so that each can be asked again."""
    lines = sorted((json.dumps(each) for each in mismatches), key=len)
    return "\n".join([f"{len(lines)} of {counted.total()} differ", *lines[:5]])


@pytest.mark.slow
def test_the_engine_answers_2000_random_questions_as_the_oracle_does(
    figure: Callable[[str, object], None],
) -> None:
    counted, mismatches = compare(SEED, cases=1_200, histories=800)
    figure(f"engine against oracle, seed {SEED}", f"{counted.total():,} answers, {len(mismatches)} mismatches")
    assert mismatches == [], report(counted, mismatches)


@pytest.mark.full
def test_the_engine_judges_50000_random_histories_as_the_oracle_does(
    figure: Callable[[str, object], None],
) -> None:
    seeds = range(SEED + 1, SEED + 51)
    counted, mismatches = Counter[str](), list[Mismatch]()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for part, wrong in pool.map(compare, seeds, [600] * len(seeds), [1_000] * len(seeds)):
            counted, mismatches = counted + part, mismatches + wrong
    histories = sum(number for kind, number in counted.items() if kind.startswith("history"))
    figure("engine against oracle, seeds", f"{seeds[0]} to {seeds[-1]}: {histories:,} histories, {dict(counted)}")
    assert mismatches == [], report(counted, mismatches)
    assert histories == 50_000
