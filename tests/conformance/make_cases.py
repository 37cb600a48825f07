"""Write a file of random cases answered by the oracle: `python -m tests.conformance.make_cases SEED COUNT > FILE`.

The file that is shipped was made with the seed in its name. It holds what the oracle answered then, so that a later
change of the oracle or of the engine shows against it.
"""

import json
import sys
from collections.abc import Iterator
from random import Random
from typing import Any

from tests.oracle.answers import answer
from tests.oracle.generator import random_case


def cases(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Yield cases; a due instant that is asked to roll is expected both where it stays and where it rolls."""
    rng = Random(seed)
    for number in range(1, count + 1):
        case = random_case(rng)
        op, calendar, asked = case["op"], case["calendar"], dict(case["input"])
        rolls = asked.pop("due_rolls", None)
        told = {"id": f"oracle-{seed}-{number:05}", **case, "input": asked, "expected": answer(op, calendar, asked)}
        if rolls is not None and "error" not in told["expected"]:
            told["expected_latest"] = answer(op, calendar, {**asked, "due_rolls": rolls})
        yield told


if __name__ == "__main__":
    for each in cases(int(sys.argv[1]), int(sys.argv[2])):
        sys.stdout.write(json.dumps(each, separators=(",", ":")) + "\n")
