"""A worker for the race: claims messages until none is open; the transaction that ends one leaves a trace of it.

Words: its name, how many messages it takes at once, and the seconds of a lease.
"""

import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from servanda.config import setup

if TYPE_CHECKING:
    from servanda.services.outbox import Claimed


def work(name: str, at_once: int, lease: timedelta) -> None:
    """Work until every message has ended."""
    from servanda.services import outbox
    from servanda.store import models
    from servanda.wall_time import now

    open_messages = models.Message.objects.filter(state__in=("ready", "running", "failed"))
    while True:
        claimed = outbox.claim(["race"], name, now(), lease, at_once)
        if claimed:
            take(claimed)
        elif not open_messages.exists():
            return
        else:
            time.sleep(0.05)


def take(claimed: Sequence["Claimed"]) -> None:
    """End some messages with a trace of each, or none of them where a lease is lost."""
    from django.db import connection, transaction

    from servanda.services import outbox

    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for each in claimed:
                cursor.execute("INSERT INTO trace (message, worker) VALUES (%s, %s)", [each.id, each.owner])
                outbox.finish(each)
    except outbox.LeaseLost:
        return


if __name__ == "__main__":
    setup()
    work(sys.argv[1], int(sys.argv[2]), timedelta(seconds=float(sys.argv[3])))
