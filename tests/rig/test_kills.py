"""Whatever is killed, and whenever: nothing that was acknowledged is lost, and nothing is there by half."""

import random
from collections.abc import Callable

import pytest

from tests.rig import kills
from tests.rig.kills_scene import Scene

ROUNDS, INSIDE, REPORTS = 150, 20, 100
COMMANDS = ("import", "record", "undo", "apply", "report", "verify")


def test_there_are_at_least_sixteen_points_to_die_at() -> None:
    assert sum(len(kills.points(command)) for command in COMMANDS) >= 16


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_dies_at_any_of_its_points_leaves_the_old_state_or_the_new(scene: Scene, command: str) -> None:
    job = scene.jobs[command]
    told = [kills.at_point(scene, job, point) for point in kills.points(command)]
    assert [str(each) for each in told if each.faults] == []
    assert {each.point for each in told} == set(kills.points(command))


@pytest.mark.slow
def test_a_command_killed_at_a_random_moment_loses_nothing_that_was_acknowledged(scene: Scene) -> None:
    told = list(kills.random_rounds(scene, 6, seed=4, anew=False))
    assert [str(each) for each in told if each.faults] == []


@pytest.mark.slow
def test_the_very_command_that_a_user_starts_can_be_killed(scene: Scene) -> None:
    job = scene.jobs["import"]
    spans = kills.measure(scene, job, anew=True)
    told = kills.at_random(scene, job, spans, random.Random(5), aimed=True, anew=True)
    assert not told.faults, str(told)


@pytest.mark.full
def test_a_hundred_and_fifty_kills_lose_nothing(scene: Scene, figure: Callable[[str, object], None]) -> None:
    told = list(kills.random_rounds(scene, ROUNDS, seed=6, anew=True))
    figure(f"kills on {scene.copies.vendor}", "; ".join(kills.histogram(told)))
    assert [str(each) for each in told if each.faults] == []
    assert sum(each.stage in kills.STAGES[1:3] for each in told) >= INSIDE


@pytest.mark.full
def test_a_hundred_kills_while_a_report_is_issued_give_one_number_or_none(
    scene: Scene, figure: Callable[[str, object], None]
) -> None:
    told = list(kills.random_rounds(scene, REPORTS, seed=7, anew=True, jobs=("report",)))
    figure(f"kills of issuing on {scene.copies.vendor}", "; ".join(kills.histogram(told)))
    assert [str(each) for each in told if each.faults] == []


@pytest.mark.full
def test_dying_ten_times_at_every_point_loses_nothing(scene: Scene) -> None:
    for _ in range(10):
        assert [str(each) for each in kills.point_rounds(scene) if each.faults] == []
