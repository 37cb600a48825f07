"""Programs that end when whoever started them has gone, be it by kill -9.

The supervisor holds one end of a pipe, which closes with it however it ends; its children read the other. Windows hands
no such pipe on, so there they wait for the supervisor itself.
"""

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable

VARIABLE = "SERVANDA_LIFELINE"


class Lifeline:
    """What the children of this program hold on to for as long as it lives."""

    def __init__(self) -> None:
        self._ends: tuple[int, ...] = () if sys.platform == "win32" else os.pipe()

    def environment(self) -> dict[str, str]:
        """Return what a child must find in its environment."""
        return {VARIABLE: str(next(iter(self._ends), os.getpid()))}

    def inherited(self) -> tuple[int, ...]:
        """Return the descriptors that a child must inherit."""
        return self._ends[:1]

    def close(self) -> None:
        """Let go, so that every child that is left ends."""
        for end in self._ends:
            os.close(end)


def follow_supervisor() -> None:
    """End this program once its supervisor has gone; without one do nothing.

    Programs started from here do not follow it: they have not inherited the pipe.
    """
    held = os.environ.pop(VARIABLE, "")
    if held:
        _end_after(_gone if sys.platform == "win32" else _closed, int(held))


def follow_parent() -> None:
    """End this program, which another Python program has forked or spawned, once that one has gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        _end_after(lambda _: parent.join(), 0)


def _end_after(wait: Callable[[int], object], held: int) -> None:
    def end() -> None:
        wait(held)
        os._exit(1)  # what was begun is safe: whatever is kept outlives a kill at any moment

    threading.Thread(target=end, name="lifeline", daemon=True).start()


def _closed(pipe: int) -> None:
    """Wait until the other end of a pipe is closed."""
    os.read(pipe, 1)


def _gone(process: int) -> None:
    """Wait until a process has ended; one that cannot be opened has."""
    if sys.platform == "win32":
        import _winapi

        try:
            handle = _winapi.OpenProcess(_winapi.SYNCHRONIZE, False, process)
        except OSError:
            return
        _winapi.WaitForSingleObject(handle, _winapi.INFINITE)
