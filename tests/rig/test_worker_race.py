"""Workers race for the messages of one outbox, and some are killed: each message is worked on once, none is lost."""

import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from servanda.services import outbox
from servanda.store import models
from tests.rig.processes import ended, printed_by, start
from tests.services.fresh import Fresh, made
from tests.store.rows import MONDAY_NINE, school

WORKER = "tests.rig.outbox_worker"
LONG_LEASE, SHORT_LEASE = 600, 2
EDGES = ("outbox.claiming", "outbox.claimed", "outbox.finishing", "outbox.done")
Figure = Callable[[str, object], None]


def messages(url: str, count: int) -> str:
    """Put messages into a new database, and a table for the traces of the work; return the address."""
    made(url)
    own = school()
    with transaction.atomic():
        for number in range(count):
            outbox.add(own, "race", f"message {number}", {"n": number}, due_at=MONDAY_NINE, now=MONDAY_NINE)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE trace (message bigint, worker text)")
    connection.close()
    return url


def worker(url: str, name: str, at_once: int, lease: float, **environment: str) -> subprocess.Popen[str]:
    """Start a worker."""
    return start(WORKER, url, name, at_once, lease, **environment)


def states() -> Counter[str]:
    """Return how many messages there are in each state."""
    return Counter(models.Message.objects.values_list("state", flat=True))


def attempts() -> Counter[int]:
    """Return how many messages took how many attempts."""
    return Counter(models.Message.objects.values_list("attempts", flat=True))


def traces() -> Counter[int]:
    """Return how many messages were worked on how many times."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT message, count(*) FROM trace GROUP BY message")
        return Counter(times for _, times in cursor.fetchall())


def race(url: str, count: int, workers: int, at_once: int) -> float:
    """Let workers race to the end and return the seconds it took; each message is claimed once and worked on once."""
    began = time.monotonic()
    printed_by([worker(url, f"worker {each}", at_once, LONG_LEASE) for each in range(workers)], seconds=1500)
    took = time.monotonic() - began
    assert states() == {"done": count}
    assert attempts() == {1: count}
    assert traces() == {1: count}
    return took


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 8])
def test_no_message_is_claimed_twice(fresh: Fresh, workers: int) -> None:
    race(messages(fresh("race"), 2000), 2000, workers, 10)


@pytest.mark.full
@pytest.mark.parametrize("workers", [2, 4, 8])
def test_no_message_of_a_hundred_thousand_is_claimed_twice(fresh: Fresh, workers: int, figure: Figure) -> None:
    url = messages(fresh("race"), 100_000)
    took = race(url, 100_000, workers, 50)
    figure(f"outbox race, {workers} workers, {connection.vendor}", f"{100_000 / took:,.0f} messages/s, 0 claimed twice")


def race_with_kills(url: str, count: int, workers: int, at_once: int, every: float) -> int:
    """Kill a worker now and then, start another, and return how many were killed; nothing is done twice or lost."""
    chance = random.Random(20260105)
    running = [worker(url, f"worker {each}", at_once, SHORT_LEASE) for each in range(workers)]
    killed = 0
    while all(each.poll() is None for each in running):
        time.sleep(every * (0.5 + chance.random()))
        chosen = chance.randrange(workers)
        running[chosen].kill()
        killed += ended(running[chosen])[0] == -signal.SIGKILL
        running[chosen] = worker(url, f"worker {workers + killed}", at_once, SHORT_LEASE)
    printed_by(running)
    assert states() == {"done": count}
    assert traces() == {1: count}
    return killed


@pytest.mark.slow
def test_when_workers_are_killed_others_take_over_and_nothing_is_done_twice(fresh: Fresh, figure: Figure) -> None:
    killed = race_with_kills(messages(fresh("kills"), 2000), 2000, workers=3, at_once=4, every=0.5)
    figure(f"workers killed, {connection.vendor}", f"{killed}, 2,000 messages done once each")
    assert killed >= 1


@pytest.mark.full
def test_a_hundred_thousand_messages_survive_kills(fresh: Fresh, figure: Figure) -> None:
    killed = race_with_kills(messages(fresh("kills"), 100_000), 100_000, workers=4, at_once=50, every=1.0)
    figure(f"workers killed, {connection.vendor}", f"{killed}, 100,000 messages done once each")
    assert killed >= 5


@pytest.mark.slow
@pytest.mark.parametrize("edge", EDGES)
def test_a_worker_may_die_at_every_edge_of_the_outbox(fresh: Fresh, edge: str) -> None:
    url = messages(fresh("edges"), 60)
    dying = [worker(url, f"dying {each}", 5, SHORT_LEASE, SERVANDA_CRASH_AT=f"{edge}:{1 + each}") for each in range(2)]
    assert [ended(each)[0] for each in dying] == [-signal.SIGKILL] * 2
    assert sum(traces().values()) == states()["done"] < 60
    printed_by([worker(url, "heir", 5, SHORT_LEASE)])
    assert states() == {"done": 60}
    assert traces() == {1: 60}
