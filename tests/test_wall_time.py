from datetime import UTC, timedelta

from servanda import wall_time


def test_now_is_an_instant_in_utc_and_never_runs_backwards() -> None:
    first = wall_time.now()
    second = wall_time.now()
    assert first.tzinfo is UTC
    assert timedelta(0) <= second - first


def test_the_stopwatch_never_runs_backwards() -> None:
    first = wall_time.stopwatch()
    assert wall_time.stopwatch() >= first
