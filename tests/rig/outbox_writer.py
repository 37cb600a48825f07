"""One of many writers: small transactions of a message and an audit entry each, as fast as it can.

Words: its name, and how many. Prints how many answers were 'locked', and the longest wait in seconds.
"""

import sys
import time
from datetime import UTC, date, datetime

from servanda.config import setup

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def write(name: str, count: int) -> tuple[int, float]:
    """Write, and return how many writes were answered 'locked' and the longest wait in seconds."""
    from django.db import OperationalError, transaction

    from servanda.engine.rights import Action, Viewer
    from servanda.services import audit, outbox
    from servanda.store import models

    own, kim = models.Organisation.objects.get(), Viewer("school", "kim", date(2026, 1, 5))
    locked, longest = 0, 0.0
    for number in range(count):
        began = time.monotonic()
        try:
            with transaction.atomic():
                outbox.add(own, "written", f"{name} {number}", {}, due_at=NOW, now=NOW)
                audit.note(own, kim, Action.RECORD_EVENT, f"{name}/{number}", now=NOW)
        except OperationalError:
            locked += 1
        longest = max(longest, time.monotonic() - began)
    return locked, longest


if __name__ == "__main__":
    setup()
    sys.stdout.write("{} {:.3f}\n".format(*write(sys.argv[1], int(sys.argv[2]))))
