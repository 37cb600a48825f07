"""A loss of power: commits whose frames are whole are there, later ones are not, and no file is ever malformed."""

import random
from pathlib import Path

import pytest

from tests.rig import kills_power
from tests.rig.kills_databases import SqliteCopies
from tests.rig.kills_power import Recording
from tests.rig.kills_scene import Scene


@pytest.fixture(scope="module")
def recording(file_scene: Scene) -> Recording:
    """Return a log that `record` wrote, commit by commit."""
    return kills_power.watch(file_scene, file_scene.jobs["record"])


@pytest.mark.slow
def test_every_commit_of_a_record_is_one_of_the_log_and_none_was_acknowledged_before(
    file_scene: Scene, recording: Recording
) -> None:
    assert len(recording.commits) == len(file_scene.jobs["record"].states) - 1
    assert len(recording.seen) >= 3
    assert all(recording.whole(each.length) >= each.acknowledged for each in recording.seen)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_log_that_is_cut_off_keeps_the_commits_that_are_whole(
    file_scene: Scene, recording: Recording, tmp_path: Path, seed: int
) -> None:
    assert cut_off(file_scene, recording, tmp_path, random.Random(seed)) == []


@pytest.mark.full
def test_five_hundred_logs_that_are_cut_off_keep_the_commits_that_are_whole(
    file_scene: Scene, recording: Recording, tmp_path: Path
) -> None:
    chance = random.Random(500)
    assert [cut_off(file_scene, recording, tmp_path, chance) for _ in range(500)] == [[]] * 500


def cut_off(scene: Scene, recording: Recording, folder: Path, chance: random.Random) -> list[str]:
    """Cut the log off somewhere, open the database, and return what is wrong."""
    job = scene.jobs["record"]
    assert isinstance(scene.copies, SqliteCopies)
    moment, log = kills_power.cut(recording, chance)
    found, wrong = kills_power.state_of(scene.copies.kept, log, folder)
    return kills_power.faults_of_cut(job, [recording.whole(moment.length)], found, wrong)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_checkpoint_that_is_torn_is_mended_out_of_the_log(
    file_scene: Scene, recording: Recording, tmp_path: Path, seed: int
) -> None:
    job = file_scene.jobs["record"]
    assert isinstance(file_scene.copies, SqliteCopies)
    before = file_scene.copies.kept.read_bytes()
    after = kills_power.checkpointed(file_scene, recording.log, tmp_path)
    half = tmp_path / "half.sqlite3"
    half.write_bytes(kills_power.torn(before, after, random.Random(seed)))
    found, wrong = kills_power.state_of(half, recording.log, tmp_path)
    assert kills_power.faults_of_cut(job, [len(recording.commits)], found, wrong) == []
