"""The two logs shipped as samples, against what their sources themselves say. Each figure is exact."""

from collections import Counter
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from servanda.engine.clocks import State
from servanda.engine.logs import Judged, judged_in_memory
from servanda.engine.targets import Unit
from servanda.files import agreements
from servanda.services import logs

SAMPLES = Path(__file__).parents[2] / "sample"
INCIDENTS = 20_768
pytestmark = pytest.mark.slow


@cache
def log(name: str, table: str) -> logs.Log:
    folder = SAMPLES / name
    return logs.read(folder / "agreements.yaml", folder / "mapping.yaml", folder / table)


def servicenow() -> logs.Log:
    return log("servicenow", "incident_event_log.csv.gz")


@cache
def boston() -> Judged:
    return judged_in_memory(log("boston311", "boston311_2013_2018.csv.gz"))


def under(folder: Path, old: str, new: str) -> Judged:
    """Judge the incidents under an agreement in which one word or figure is another."""
    known = servicenow()
    text = (SAMPLES / "servicenow" / "agreements.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    changed = folder / "agreements.yaml"
    changed.write_text(text.replace(old, new), encoding="utf-8")
    book = agreements.load(changed)
    return judged_in_memory(logs.Log(book, known.mapping, known.table, known.tickets, known.notes, known.as_of))


def agreeing(judged: Judged) -> int:
    return sum(reading.claims.met == (reading.state is State.MET) for reading in judged.readings)


def test_the_incident_log_agrees_with_its_own_verdicts() -> None:
    judged = judged_in_memory(servicenow())
    assert len(judged.readings) == INCIDENTS
    assert agreeing(judged) >= 20_738
    assert not any(each.refusal for each in judged.tickets)


def test_the_policy_is_in_the_agreement_alone_so_one_hour_there_changes_the_count(tmp_path: Path) -> None:
    judged = under(tmp_path, "P3: 63 hours", "P3: 62 hours")
    assert agreeing(judged) < 20_738


def test_stopping_at_resolved_instead_of_closed_shows_another_attainment_and_accounts_for_every_incident(
    tmp_path: Path,
) -> None:
    judged = under(tmp_path, "stop: closed", "stop: resolved")
    unclaimed = [reading for reading in judged.readings if reading.claims.resolved_at is None]
    states = Counter(reading.state for reading in judged.readings)
    assert states[State.MET] > 12_594
    assert sum(states.values()) == INCIDENTS
    # Of the 1,418 without a claimed time, all but three have a row that resolves them; closing stops those three.
    assert len(unclaimed) == 1_418
    assert all("no claimed resolved time" in reading.flags for reading in unclaimed)
    assert sum("stopped by closing" in reading.flags for reading in unclaimed) == 3


def test_every_request_of_a_type_without_a_rule_is_not_covered() -> None:
    states = Counter(reading.state for reading in boston().readings)
    assert sum(states.values()) == 39_331
    ruled = {service.id for service in boston().log.book.services}
    for reading in boston().readings:
        assert (reading.state is State.NOT_COVERED) == (reading.service not in ruled)


def test_the_citys_due_times_of_working_days_are_reproduced() -> None:
    """At least 99.7 % of the 18,403 requests opened 2013 to 2018 with a rule in working days, within 120 seconds."""
    ruled = [
        reading
        for reading in boston().readings
        if reading.cover.limit is not None
        and reading.cover.limit.unit is Unit.WORKING_DAYS
        and reading.claims.due_at is not None
    ]
    close = [r for r in ruled if abs(r.claims.due_at - r.cycle.due_at) <= timedelta(seconds=120)]  # type: ignore[union-attr,operator]  # chosen to have both
    assert len(ruled) == 18_403
    assert len(close) / len(ruled) >= 0.997
