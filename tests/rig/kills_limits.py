"""What binds a process: a file that may not grow, pages that run out, a turn that does not come, permissions."""

import ctypes
import os
import resource
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

CAPABILITIES_3 = 0x20080522
PAST_PERMISSIONS = ~0b110  # without CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH


@dataclass(frozen=True, slots=True)
class Limits:
    """How a process is bound; nothing and no number leaves it free.

    No file grows beyond `file_size` bytes, an SQLite file holds `pages` and no more, a writer waits `wait` seconds for
    its turn, and permissions bind even root.
    """

    file_size: int | None = None
    pages: int | None = None
    wait: float | None = None
    permissions: bool = False


def bind(told: Mapping[str, Any]) -> None:
    """Bind this process for the rest of its life."""
    limits = Limits(**told)
    if limits.file_size is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_size, limits.file_size))
    if limits.permissions and os.geteuid() == 0:
        _give_up_override()

    def set_up(connection: BaseDatabaseWrapper, **_: object) -> None:
        if limits.wait is not None:
            connection.settings_dict["OPTIONS"]["timeout"] = limits.wait
        if limits.pages is not None:
            connection.connection.execute(f"PRAGMA max_page_count = {limits.pages}").close()

    connection_created.connect(set_up, weak=False)


def _give_up_override() -> None:
    """Give up root's power over permissions, as Linux tells it."""
    library = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(CAPABILITIES_3, 0)
    sets = (ctypes.c_uint32 * 6)()
    if library.capget(header, sets):
        raise OSError(ctypes.get_errno(), "capget")
    for place in range(3):
        sets[place] &= PAST_PERMISSIONS
    if library.capset(header, sets):
        raise OSError(ctypes.get_errno(), "capset")
