"""What is killed: Hill School with its tickets, the commands that change it, and every state that may be found.

A command goes from state to state: an import from the one before it to the one after it, and `record` through one state
for each of its commits. Whatever happens to the process, one of them must be found, and no earlier one than the last
commit that was acknowledged.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import IO

from django.apps import apps
from django.core.management import call_command
from django.db import connections

from servanda.engine.periods import Period
from servanda.engine.rights import Assignment, Role
from servanda.files.agreements import load
from servanda.files.event_lines import EventLine, read_event_lines
from servanda.reports.monthly import issuing
from servanda.reports.monthly.verification import differences as differences_of_reports
from servanda.services import agreements, events, imports, reports, verification
from servanda.store import models, translate
from tests import june
from tests.databases import work_on
from tests.rig.kills_databases import Copies
from tests.rig.kills_limits import Limits
from tests.services.hill import NOW, hill, viewer

KIM = viewer(Role.ADMINISTRATOR)
TICKETS, MORE, CHANGED, RECORDED = 40, 20, 15, 14
SECOND_VERSION = """\
      - number: 2
        from: 2018-06-02
        calendar: always
        services: [mail]
        owner: Head of ICT
        targets:
          - {id: fix, name: Working again, kind: resolution, limit: 2 hours, share: 90 %, source: agreed in June}
"""
REPORTED = Period.read("2018-06")
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class State:
    """What a database holds, but for instants of keeping and what hangs on them."""

    state_hash: str
    rows: tuple[tuple[str, int], ...]
    messages: str
    differences: tuple[str, ...]


def state() -> State:
    """Return the state of the database that is worked on, everything worked out again."""
    verified = verification.verify(KIM)
    tables = apps.get_app_config("store").get_models()
    differences = (*verified.differences, *differences_of_reports(KIM))
    keys = sorted(models.Message.objects.values_list("key", flat=True))
    return State(
        verified.state_hash,
        tuple((each.__name__, each._default_manager.count()) for each in tables),
        hashlib.sha256("\n".join(keys).encode()).hexdigest(),
        tuple(str(each) for each in differences),
    )


@dataclass(frozen=True, slots=True)
class Job:
    """A command, the states it goes through, and the point that it reaches after each commit."""

    name: str
    words: tuple[str, ...]
    states: tuple[State, ...]
    committed: str = ""

    def acknowledged(self, reached: Sequence[str]) -> int:
        """Return how many commits the process had acknowledged."""
        return sum(each == self.committed for each in reached)

    def allowed(self, reached: Sequence[str]) -> tuple[State, ...]:
        """Return the states that may be found: that of the last commit acknowledged, or the one after it."""
        first = self.acknowledged(reached)
        return self.states[first : first + 2]


class Process:
    """A command that was started, and what it reaches."""

    def __init__(self, number: int, ends: IO[str] | subprocess.Popen[bytes], output: Path, stages: Path) -> None:
        self.number = number
        self.began = time.monotonic_ns()
        self._ends = ends
        self._output = output
        self._stages = stages

    def kill(self) -> None:
        """End it as suddenly as the machine's own end would."""
        os.kill(self.number, signal.SIGKILL)

    def wait(self) -> int:
        """Wait for its end and return its exit code, which is below zero for a process that was killed."""
        if isinstance(self._ends, subprocess.Popen):
            return self._ends.wait(timeout=120)
        return int(self._ends.readline())

    @property
    def output(self) -> str:
        """What it printed."""
        return self._output.read_text(encoding="utf-8", errors="replace")

    def timed(self) -> list[tuple[str, float]]:
        """Return the points it has reached so far, with the seconds since it began."""
        text = self._stages.read_text(encoding="ascii") if self._stages.exists() else ""
        pairs = [line.split() for line in text.splitlines() if line.count(" ") == 1]
        return [(point, (int(at) - self.began) / 1e9) for point, at in pairs]

    def reached(self) -> list[str]:
        """Return the points it has reached so far."""
        return [point for point, _ in self.timed()]


class Scene:
    """A prepared database, and the way to start commands on it."""

    def __init__(self, copies: Copies, folder: Path) -> None:
        self.copies = copies
        self.folder = folder
        self._stages = folder / "stages"
        self._started = 0
        _prepare(copies, folder)
        self.jobs = {each.name: each for each in _jobs(copies, folder)}
        self._launcher = subprocess.Popen(
            [sys.executable, "-m", "tests.rig.kills_launcher"],
            env={**self._environment(), "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def close(self) -> None:
        """End the process that starts the others."""
        self._launcher.communicate(timeout=30)

    def start(self, job: Job, limits: Limits | None = None, **environment: str) -> Process:
        """Start a command in a process that has loaded Servanda already, bound by limits."""
        output = self._new_output()
        asked = {
            "words": job.words,
            "environment": self._environment(**environment),
            "output": str(output),
            "limits": asdict(limits or Limits()),
        }
        assert self._launcher.stdin
        assert self._launcher.stdout
        print(json.dumps(asked), file=self._launcher.stdin, flush=True)
        return Process(int(self._launcher.stdout.readline()), self._launcher.stdout, output, self._stages)

    def start_anew(self, job: Job) -> Process:
        """Start a command as a user does."""
        printed = self._new_output()
        with printed.open("wb") as output:
            started = subprocess.Popen(
                [sys.executable, "-m", "servanda", *job.words],
                env={**os.environ, **self._environment(), "PYTHONPATH": str(ROOT / "src")},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        return Process(started.pid, started, printed, self._stages)

    def state(self) -> State:
        """Return what the database holds now."""
        work_on(self.copies.url)
        try:
            return state()
        finally:
            connections.close_all()

    def _new_output(self) -> Path:
        """Return the file for what the next process prints; nothing is reached by it yet."""
        self._stages.unlink(missing_ok=True)
        self._started += 1
        return self.folder / f"output-{self._started}"

    def _environment(self, **more: str) -> dict[str, str]:
        own = {"SERVANDA_DATABASE": self.copies.url, "SERVANDA_STAGES": str(self._stages), "SERVANDA_CRASH_AT": ""}
        return {**own, **more}


def _prepare(copies: Copies, folder: Path) -> None:
    """Make the tables, Hill School, and its first tickets."""
    folder.mkdir(parents=True, exist_ok=True)
    work_on(copies.url)
    call_command("migrate", verbosity=0)
    own = hill(folder)
    kim = models.Person.objects.create(organisation=own, slug="kim", name="Kim")
    translate.record_of_assignment(Assignment(Role.ADMINISTRATOR), kim).save()
    _write_table(folder / "first.csv", TICKETS, 0)
    _write_table(folder / "grown.csv", TICKETS + MORE, CHANGED)
    (folder / "events.jsonl").write_text("\n".join(_event_lines()) + "\n", encoding="utf-8")
    (folder / "second.yaml").write_text(june.AGREEMENTS + SECOND_VERSION, encoding="utf-8")
    _take_in(folder, "first.csv")
    reports.check(KIM, REPORTED, issuing.prepare(KIM, REPORTED, NOW), now=NOW)
    connections.close_all()
    copies.keep()


def _take_in(folder: Path, table: str) -> None:
    with imports.plan(KIM, folder / table, folder / "mapping.yaml", now=NOW) as planned:
        imports.commit(KIM, planned, now=NOW)


def _write_table(path: Path, tickets: int, resolved_later: int) -> None:
    """Write a table of tickets, every third one resolved too late; the first of them, in a later table, later still."""
    lines = ["number,opened,resolved,cancelled,service"]
    for number in range(tickets):
        opened = june.at("2018-06-01 08:00") + timedelta(minutes=7 * number)
        took = timedelta(hours=9 if number % 3 == 0 else 3, minutes=number < resolved_later)
        lines.append(f"T{number:04d},{opened:%Y-%m-%d %H:%M},{opened + took:%Y-%m-%d %H:%M},,mail")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _event_lines() -> Iterator[str]:
    """Yield the events that are recorded: tickets that are opened, and then resolved, every other one too late."""
    openings = [june.at("2018-06-04 09:00") + timedelta(minutes=17 * number) for number in range(RECORDED)]
    for number, at in enumerate(openings):
        yield _line(number, "opened", at.isoformat(), {"service": "mail"})
    for number, at in enumerate(openings):
        yield _line(number, "resolved", (at + timedelta(hours=9 if number % 2 else 2)).isoformat(), {})


def _line(number: int, kind: str, at: str, changes: Mapping[str, str]) -> str:
    told = {"source": "monitor", "ticket": f"M{number}", "kind": kind, "happened_at": at, "changes": changes}
    return json.dumps({**told, "id": f"{kind}-{number}"})


def _jobs(copies: Copies, folder: Path) -> Iterator[Job]:
    """Yield the commands, with the states that this process finds when it does the same without being killed."""
    copies.put_back()
    work_on(copies.url)
    before = state()
    _take_in(folder, "grown.csv")
    words = ("import", str(folder / "grown.csv"), "--mapping", str(folder / "mapping.yaml"))
    yield Job("import", words, (before, state()), "import.committed")
    connections.close_all()
    copies.put_back()
    work_on(copies.url)
    yield Job("record", ("record", str(folder / "events.jsonl")), _recorded(folder, before), "record.committed")
    connections.close_all()
    copies.put_back()
    work_on(copies.url)
    imports.undo(KIM, 1, "the wrong export", now=NOW)
    yield Job("undo", ("undo", "1", "--reason", "the wrong export"), (before, state()), "undo.committed")
    connections.close_all()
    copies.put_back()
    work_on(copies.url)
    agreements.apply(KIM, load(folder / "second.yaml"), NOW)
    yield Job("apply", ("apply", str(folder / "second.yaml")), (before, state()), "apply.committed")
    connections.close_all()
    copies.put_back()
    work_on(copies.url)
    [figures_hash] = models.ReportDraft.objects.values_list("figures_hash", flat=True)
    issuing.issue(KIM, REPORTED, figures_hash, NOW)
    yield Job("report", ("reports", "issue", "2018-06"), (before, state()), "report.committed")
    connections.close_all()
    yield Job("verify", ("verify",), (before,))


def _recorded(folder: Path, before: State) -> tuple[State, ...]:
    states = [before]
    with (folder / "events.jsonl").open(encoding="utf-8") as lines:
        for (source, number), some in groupby(read_event_lines(lines, folder), key=_ticket):
            events.record(KIM, source, number, [each.event for each in some], now=NOW)
            states.append(state())
    return tuple(states)


def _ticket(line: EventLine) -> tuple[str, str]:
    return line.source, line.ticket
