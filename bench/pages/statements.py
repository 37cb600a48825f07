"""How many statements each page takes: `python -m bench.pages.statements TICKETS`, on a new database in a folder."""

import json
import sys
from datetime import timedelta
from pathlib import Path

from tests import june
from tests.journeys.prepare import row

from servanda import wall_time
from servanda.config import setup


def main(folder: Path, tickets: int) -> None:
    """Print, as JSON, the statements of each page over so many tickets."""
    setup(f"sqlite:///{folder / 'servanda.sqlite3'}", folder)
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from servanda.files import agreements as files
    from servanda.services import accounts, agreements, imports, organisations, people
    from servanda.store import models, tables

    tables.make()
    now = wall_time.now()
    own = organisations.add("hill", "Hill School", june.LONDON, "kim", now)
    viewer = people.viewer(own, "kim", now=now)
    told = [row(f"m{each}", now - timedelta(hours=10 + each), {}) for each in range(tickets)]
    agreement, mapping, table = june.write_files(folder, rows=told)
    agreements.apply(viewer, files.load(agreement), now=now)
    with imports.plan(viewer, table, mapping, now=now) as planned:
        imports.commit(viewer, planned, now=now)
    accounts.choose_password(accounts.invite(viewer, "kim", now=now), "kim@hill.example", "a long password", now=now)
    client = Client(SERVER_NAME="localhost")
    client.force_login(models.Account.objects.get())
    counted = {}
    for path in ("", "services/", "services/mail/", "tickets/", "tickets/desk/m1/", "agreements/", "agreements/desk/1/",
                 "imports/", "imports/1/", "reconciliation/", "reports/"):  # fmt: skip
        client.get(f"/o/hill/{path}")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = client.get(f"/o/hill/{path}")
        counted[path or "home"] = len(captured) if answer.status_code == 200 else -answer.status_code
    print(json.dumps(counted))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
