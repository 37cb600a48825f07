"""The supervisor over small children that stand in for the web program and the worker."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from servanda.config.serving.ports import free_port
from servanda.config.serving.supervisor import Child, NoAnswer, Supervisor
from tests.architecture.sources import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="groups of processes and signals as POSIX has them")

SLEEPS = "import time; time.sleep(600)"
FOLLOWS = "from servanda.config.serving.lifeline import follow_supervisor; follow_supervisor(); " + SLEEPS
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); " + SLEEPS
DIES = "raise SystemExit(3)"
HAS_A_CHILD = (
    "import subprocess, sys, time; from pathlib import Path; "
    "grandchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
    "Path(sys.argv[1]).write_text(str(grandchild.pid)); " + SLEEPS
)
SUPERVISES = f"""
import sys, threading
from servanda.config.serving.supervisor import Child, Supervisor
child = Child("a child", (sys.executable, "-c", {FOLLOWS!r}))
supervisor = Supervisor((child,), {{}}, print)
supervisor.start()
print(child.process.pid, flush=True)
supervisor.watch(threading.Event())
"""


def child(program: str, *arguments: str) -> Child:
    return Child("a child", (sys.executable, "-c", program, *arguments))


def supervisor(*children: Child, said: list[str] | None = None) -> Supervisor:
    return Supervisor(children, {"PYTHONPATH": str(ROOT / "src")}, (said if said is not None else []).append)


def alive(process: int) -> bool:
    """Return whether a process runs; one that has ended and that nobody waits for does not, where the system tells."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    told = Path(f"/proc/{process}/stat")
    return not told.exists() or told.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"


def soon(true: Callable[[], bool], seconds: float = 10) -> bool:
    ends = time.monotonic() + seconds
    while not true() and time.monotonic() < ends:
        time.sleep(0.05)
    return true()


@pytest.mark.slow
def test_a_child_that_dies_is_started_again_later_each_time() -> None:
    said: list[str] = []
    stop = threading.Event()
    watched = supervisor(child(DIES), said=said)
    watched.start()
    watching = threading.Thread(target=watched.watch, args=(stop,))
    watching.start()
    assert soon(lambda: len(said) >= 2)
    stop.set()
    watching.join()
    watched.stop()
    assert said[:2] == [f"a child ended (exit code 3) and is started again in {pause} s" for pause in (1, 2)]


@pytest.mark.slow
def test_stopping_ends_also_a_child_that_does_not_listen() -> None:
    deaf, ready = child(DEAF), child(SLEEPS)
    stopped = supervisor(deaf, ready)
    stopped.start()
    time.sleep(1)
    begun = time.monotonic()
    stopped.stop()
    assert time.monotonic() - begun < 5
    assert [each.process is not None and each.process.poll() for each in (deaf, ready)] == [-9, -15]


def test_what_a_child_has_started_ends_with_it(tmp_path: Path) -> None:
    noted = tmp_path / "grandchild"
    stopped = supervisor(child(HAS_A_CHILD, str(noted)))
    stopped.start()
    assert soon(lambda: noted.exists() and noted.read_text() != "")
    stopped.stop()
    assert soon(lambda: not alive(int(noted.read_text())))


@pytest.mark.slow
def test_the_children_end_when_the_supervisor_is_killed() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    killed = subprocess.Popen([sys.executable, "-c", SUPERVISES], stdout=subprocess.PIPE, text=True, env=environment)
    assert killed.stdout is not None
    followed = int(killed.stdout.readline())
    time.sleep(0.5)
    assert alive(followed)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert soon(lambda: not alive(followed))


def test_a_web_program_that_ends_before_it_has_answered_is_no_success() -> None:
    begun = supervisor(child(DIES))
    begun.start()
    try:
        with pytest.raises(NoAnswer, match="exit code 3"):
            begun.await_answer("127.0.0.1", free_port("127.0.0.1", 0), threading.Event())
    finally:
        begun.stop()
