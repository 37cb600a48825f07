"""Many processes write to one SQLite file at once: none is answered 'locked', and nothing is lost."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from servanda.services import audit
from servanda.store import models
from tests.databases import SQLITE_URL, work_on
from tests.rig.processes import printed_by, start
from tests.services.fresh import made
from tests.store.rows import school

Figure = Callable[[str, object], None]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Return the address of a new SQLite file; PostgreSQL has no such lock."""
    yield made(f"sqlite:///{tmp_path / 'writers.sqlite3'}")
    work_on(SQLITE_URL)


def write_at_once(url: str, writers: int, writes: int) -> str:
    """Let writers write so often and return the rate and the longest wait; each write is there, none was refused."""
    own = school()
    connection.close()
    began = time.monotonic()
    printed = printed_by([start("tests.rig.outbox_writer", url, each, writes) for each in range(writers)], seconds=3000)
    took = time.monotonic() - began
    assert [int(each.split()[0]) for each in printed] == [0] * writers
    assert models.Message.objects.count() == models.Entry.objects.count() == writers * writes
    assert models.Entry.objects.values("subject").distinct().count() == writers * writes
    assert list(audit.breaks(own)) == []
    longest = max(float(each.split()[1]) for each in printed)
    return f"{writers * writes / took:,.0f} writes/s, longest wait {longest:.1f} s, 0 locked, 0 lost"


@pytest.mark.slow
def test_sixteen_writers_are_never_told_that_the_database_is_locked(url: str, figure: Figure) -> None:
    figure("16 writers x 20", write_at_once(url, 16, 20))


@pytest.mark.full
def test_thirty_two_writers_write_two_thousand_times_each(url: str, figure: Figure) -> None:
    figure("32 writers x 2,000", write_at_once(url, 32, 2000))
