"""Rounds: every candidate in turn, again and again, so that a busy machine slows all of them alike.

Time is the processor time of this process. A ratio is taken within each round and the median of the rounds is
given; on a machine that others use, ratios stand and microseconds do not.
"""

import gc
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import process_time

PASSES = 3  # a round is the best of so many passes over all candidates
Work = Callable[[], object]


def measure(work: Mapping[str, tuple[Work, int]], rounds: int) -> dict[str, list[float]]:
    """Return the microseconds a question for each round of each candidate, given as (what to run, questions in it)."""
    taken: dict[str, list[float]] = {name: [] for name in work}
    for run, _ in work.values():
        run()  # once unmeasured: tables are compiled, caches filled
    gc.disable()
    try:
        for _ in range(rounds):
            passes = [{name: _pass(*each) for name, each in work.items()} for _ in range(PASSES)]
            for name, one in taken.items():
                one.append(min(each[name] for each in passes))
    finally:
        gc.enable()
    return taken


def _pass(run: Work, questions: int) -> float:
    begun = process_time()
    run()
    return (process_time() - begun) * 1e6 / questions


def ratio(slower: Sequence[float], faster: Sequence[float]) -> float:
    """Return how many times slower one is than the other: the median of the ratios round by round."""
    return median(one / two for one, two in zip(slower, faster, strict=True))
