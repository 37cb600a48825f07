"""The program that serves the pages is killed while a report is issued: one number and one report, or none."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import SQLITE_URL, VENDORS, work_on
from tests.rig import serving
from tests.rig.kills_databases import Copies, PostgresqlCopies, SqliteCopies

ROUNDS = 100


@pytest.fixture(params=VENDORS)
def copies(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Copies]:
    """Return Hill School with a checked draft, on each of the two databases."""
    if request.param == "sqlite":
        found: Copies = SqliteCopies(tmp_path)
    else:
        found = PostgresqlCopies(request.getfixturevalue("postgresql_url"), "kills_serving")
    serving.prepare(found, tmp_path / "hill")
    yield found
    work_on(SQLITE_URL)


def killed(copies: Copies, folder: Path, rounds: int, seed: int) -> list[serving.Told]:
    chance = random.Random(seed)
    longest = 1.2 * serving.takes(copies, folder)
    return [serving.round_of(copies, folder, chance, longest) for _ in range(rounds)]


@pytest.mark.slow
def test_killing_what_serves_leaves_one_report_or_none(copies: Copies, tmp_path: Path) -> None:
    assert [each for each in killed(copies, tmp_path, 2, seed=8) if each.faults] == []


@pytest.mark.full
def test_a_hundred_kills_of_what_serves_leave_one_report_or_none(
    copies: Copies, tmp_path: Path, figure: Callable[[str, object], None]
) -> None:
    told = killed(copies, tmp_path, ROUNDS, seed=9)
    counted = Counter(f"{each.victim} killed, {'issued' if each.issued else 'not issued'}" for each in told)
    figure(f"kills of what serves ({copies.vendor})", dict(sorted(counted.items())))
    assert [each for each in told if each.faults] == []
    assert {each.issued for each in told if each.victim != "worker"} == {True, False}
