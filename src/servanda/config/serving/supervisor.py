"""Children started, watched, started again where they die, and stopped with everything that they have started.

Each child leads a group of its own, so that Ctrl-C reaches the supervisor alone, which then stops them in order.
"""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType

from servanda import wall_time
from servanda.bad_input import BadInput
from servanda.config.serving.lifeline import Lifeline

LOOK = 0.1
"""Seconds between two looks at the children."""

FIRST_ANSWER = 120.0
"""Seconds in which the web program must have answered once; it takes a few, and a busy machine has its time."""

ASKED_AGAIN = 1.5
"""Seconds after which a child is asked to stop a second time: the worker then hands back the job it is at."""

LET_FINISH = 3.5
"""Seconds after which a child that was asked to stop is killed."""

LONGEST_PAUSE = 30.0
STEADY = 60.0
"""Seconds that a child must have lived for its death to count as the first of a row."""

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name))


class NoAnswer(BadInput):
    """A web program that ended, or said nothing, before it had answered once."""

    def __init__(self, found: str) -> None:
        super().__init__(
            found,
            expected="pages that answer",
            mend="See what is said above; 'servanda doctor' looks at the database.",
        )


@dataclass(slots=True)
class Child:
    """A program that the supervisor keeps alive."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    starts_again: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Keeps children alive until told to stop; `tell` takes what is to be said of them."""

    children: Sequence[Child]
    environment: Mapping[str, str]
    tell: Callable[[str], None]
    lifeline: Lifeline = field(default_factory=Lifeline)

    def start(self) -> None:
        """Start every child."""
        for child in self.children:
            self._start(child)

    def await_answer(self, host: str, port: int, stop: threading.Event) -> None:
        """Return once the port answers, or a stop is asked for; raise `NoAnswer` where a child ends before it does."""
        ends = wall_time.stopwatch() + FIRST_ANSWER
        while not stop.is_set() and not answers(host, port):
            for child in self.children:
                if child.process is not None and child.process.poll() is not None:
                    raise NoAnswer(f"{child.name} ended at once ({how(child.process.returncode)})")
            if wall_time.stopwatch() > ends:
                raise NoAnswer(f"port {port} gave no answer within {FIRST_ANSWER:.0f} seconds")
            stop.wait(LOOK)

    def watch(self, stop: threading.Event) -> None:
        """Start again whatever dies, later each time in a row, until told to stop."""
        while not stop.wait(LOOK):
            now = wall_time.stopwatch()
            for child in self.children:
                if child.process is None:
                    if now >= child.starts_again:
                        self._start(child)
                elif child.process.poll() is not None:
                    self._put_off(child, now)

    def stop(self) -> None:
        """Ask every child to stop, and kill those that do not within a few seconds, with all that they have started."""
        begun = wall_time.stopwatch()
        running = [each.process for each in self.children if each.process is not None]
        for after, step in ((ASKED_AGAIN, ask), (LET_FINISH, ask), (LET_FINISH, kill)):
            running = [each for each in running if each.poll() is None]
            for each in running:
                step(each)
            _wait(running, begun + after)
        for child in self.children:
            if child.process is not None:
                kill(child.process)
                child.process.wait()
        self.lifeline.close()

    def _start(self, child: Child) -> None:
        child.started = wall_time.stopwatch()
        child.process = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            env={**os.environ, **self.environment, **self.lifeline.environment()},
            pass_fds=self.lifeline.inherited(),
            start_new_session=os.name != "nt",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )

    def _put_off(self, child: Child, now: float) -> None:
        """Say that a child has died, end what it has left behind, and let it start again after a pause."""
        died = child.process
        assert died is not None
        kill(died)
        child.deaths = 1 if now - child.started >= STEADY else child.deaths + 1
        pause = min(2.0 ** (child.deaths - 1), LONGEST_PAUSE)
        child.process, child.starts_again = None, now + pause
        self.tell(f"{child.name} ended ({how(died.returncode)}) and is started again in {pause:.0f} s")


def answers(host: str, port: int) -> bool:
    """Return whether the web program says that it is well."""
    asked = http.client.HTTPConnection(reachable(host), port, timeout=2)
    try:
        asked.request("GET", "/healthz")
        return asked.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def reachable(host: str) -> str:
    """Return a host at which this machine reaches itself, for one that means all its addresses."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)


def ask(process: subprocess.Popen[bytes]) -> None:
    """Ask a child to stop; it asks those that it has started."""
    with suppress(OSError):
        if sys.platform == "win32":
            process.send_signal(signal.CTRL_BREAK_EVENT)
        else:
            process.terminate()


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the group of a child, also what is left of it after its own end."""
    if sys.platform == "win32":
        process.kill()  # what it has started follows it
    else:
        with suppress(ProcessLookupError, PermissionError):  # macOS answers so for a group of the dead
            os.killpg(process.pid, signal.SIGKILL)


def how(code: int) -> str:
    """Return in words how a program ended."""
    return f"by signal {-code}" if code < 0 else f"exit code {code}"


def _wait(running: Sequence[subprocess.Popen[bytes]], until: float) -> None:
    while wall_time.stopwatch() < until and any(each.poll() is None for each in running):
        time.sleep(LOOK / 2)


@contextmanager
def stopped_by_signals() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C, a closed terminal or the system's order to stop sets; `nohup` is left to its word."""
    stop = threading.Event()

    def order(number: int, frame: FrameType | None) -> None:
        stop.set()

    heeded = [each for each in SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
    before = {each: signal.signal(each, order) for each in heeded}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
