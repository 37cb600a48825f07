"""Whole logs at once: the kernel's own source, compiled by numba and run over arrays.

There is no second formula: `compiled` loads the kernel once more under its own name and turns each of its
functions into machine code. Needs `pip install servanda[bulk]`; nothing else in the engine does.
"""

import importlib.util
from dataclasses import dataclass
from functools import cache
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from servanda.engine import kernel
from servanda.engine.instants import from_microseconds
from servanda.engine.kernel import BEYOND, NONE, Ints, Tables

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.int64]]

# What Python calls; the rest is called by compiled code only, and needs no way in.
ENTRANCES = frozenset({"run_all", "run", "elapsed", "due", "due_back", "add_working_days", "wall"})

# The kernel makes no array, so it need not count who holds one (`_nrt`): half the time a ticket takes.
OPTIONS = {"cache": True, "no_cfunc_wrapper": True, "_nrt": False}


class BulkNotInstalled(ImportError):
    """Whole logs need packages that are not installed."""


class TablesTooShort(ValueError):
    """The tables do not reach far enough to answer for every history."""


@dataclass(frozen=True, slots=True)
class Readings:
    """The readings of many histories under one clock.

    `rows` has one row a cycle and a column for each `C_...` of the kernel; those of history `i` are
    `rows[ends[i]:ends[i + 1]]`.
    """

    rows: "Array"
    ends: "Array"

    def of(self, history: int) -> "Array":
        """Return the rows of one history."""
        return self.rows[self.ends[history] : self.ends[history + 1]]


@cache
def compiled() -> ModuleType:
    """Return the kernel with every function compiled; numba keeps the machine code beside the source.

    Raises `BulkNotInstalled` without numba.
    """
    numba = _package("numba")
    twin = _kernel_again()
    for name, function in vars(twin).copy().items():
        if isinstance(function, FunctionType):
            inner = name not in ENTRANCES
            setattr(twin, name, numba.njit(function, **OPTIONS, no_cpython_wrapper=inner))
    return twin


def arrays(tables: Tables) -> "Array":
    """Return the tables of a calendar as one array, a row each, filled up with `BEYOND`.

    One array, because compiled code takes eleven in many times the time to compile. A look-up finds the same in a
    row that is filled up: every instant, day and amount of open time comes before `BEYOND`.
    """
    np = _package("numpy")
    filled = np.full((len(tables), max(len(each) for each in tables)), BEYOND, dtype=np.int64)
    for row, table in zip(filled, tables, strict=True):
        row[: len(table)] = table
    return filled  # type: ignore[no-any-return]  # numpy is loaded by name


def judge_histories(
    tables: "Array", parameters: Ints, ats: "Array", kinds: "Array", words: "Array", bounds: "Array", now: int
) -> Readings:
    """Return the readings of many ordered histories under one clock, as of an instant in microseconds.

    History `i` is the events from `bounds[i]` up to `bounds[i + 1]`, the opening first and none before it.
    `tables` is what `arrays` makes; raises `TablesTooShort` when they end before a due instant does.
    """
    np = _package("numpy")
    _refuse_uncovered(tables, ats, now)
    longest = int((bounds[1:] - bounds[:-1]).max(initial=0))
    columns = [np.ascontiguousarray(each, dtype=np.int64) for each in (parameters, ats, kinds, words, bounds)]
    state, cycles = (np.zeros(size, dtype=np.int64) for size in (kernel.STATE_SIZE, (longest + 1) * kernel.C_WIDTH))
    readings = np.empty((len(bounds) + longest) * kernel.C_WIDTH, dtype=np.int64)
    ends = np.zeros(len(bounds), dtype=np.int64)
    done = 0
    while (done := compiled().run_all(tables, *columns, now, done, state, cycles, readings, ends)) < len(bounds) - 1:
        readings = np.concatenate((readings, np.empty_like(readings)))
    rows = readings.reshape(-1, kernel.C_WIDTH)[: ends[-1]]
    if (rows[:, [kernel.C_DUE, kernel.C_LEFT]] == BEYOND).any():
        raise TablesTooShort("A limit is not used up before the tables end. Compile the calendar to a later date.")
    return Readings(rows, ends)


def _refuse_uncovered(tables: "Array", ats: "Array", now: int) -> None:
    """Raise `TablesTooShort` unless every instant lies in the tables: compiled look-ups do not check."""
    begin, end = (int(tables[kernel.T_BOUNDS, place]) for place in (kernel.B_FIRST, kernel.B_END))
    first = int(ats.min(initial=now))
    if first < begin or now >= end:
        raise TablesTooShort(
            f"The tables cover {_instant(begin)} to {_instant(end)}, the histories {_instant(first)} to "
            f"{_instant(now)}. Compile the calendar for those dates."
        )


def _instant(at: int) -> str:
    return "no instant" if at in (NONE, BEYOND) else f"{from_microseconds(at):%Y-%m-%d %H:%M}"


def _kernel_again() -> ModuleType:
    """Return a second copy of the kernel, made from the same source, whose functions call each other."""
    spec = importlib.util.find_spec(kernel.__name__)
    assert spec is not None
    assert spec.loader is not None
    twin = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(twin)
    return twin


def _package(name: str) -> Any:
    """Return a package of the extra `bulk`; raise `BulkNotInstalled` without it."""
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        raise BulkNotInstalled(
            f"{name} is not installed, which judging whole logs at once needs. Run: pip install 'servanda[bulk]'"
        ) from missing
