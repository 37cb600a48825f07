"""How many statements each page takes: `python -m bench.pages.statements FOLDER few|many`, on a new database there."""

import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from tests import june
from tests.journeys.prepare import row

from servanda import wall_time
from servanda.config import setup
from servanda.engine.rights import Viewer


class Size(NamedTuple):
    """How much is kept."""

    tickets: int
    services: int
    agreements: int
    people: int


SIZES = {"few": Size(10, 5, 3, 5), "many": Size(1_000, 500, 300, 2_000)}

PAGES = ("", "services/", "services/mail/", "tickets/", "tickets/desk/m1/", "agreements/", "agreements/desk/1/",
         "imports/", "imports/1/", "reconciliation/", "reports/", "catalogue/", "catalogue/?view=technical",
         "catalogue/of/s1/", "catalogue/ranking/", "people/", "people/person/p1/", "requirements/",
         "requirements/gaps/",
         "negotiations/begin/", "negotiations/new-desk/1/", "negotiations/new-desk/1/write/")  # by subject  # fmt: skip


def main(folder: Path, size: Size) -> None:
    """Print, as JSON, the statements of each page over so much."""
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
    told = [row(f"m{each}", now - timedelta(hours=10 + each), {}) for each in range(size.tickets)]
    agreement, mapping, table = june.write_files(folder, rows=told)
    agreements.apply(viewer, files.load(agreement), now=now)
    with imports.plan(viewer, table, mapping, now=now) as planned:
        imports.commit(viewer, planned, now=now)
    accounts.choose_password(accounts.invite(viewer, "kim", now=now), "kim@hill.example", "a long password", now=now)
    client = Client(SERVER_NAME="localhost")
    client.force_login(models.Account.objects.get())
    fill(viewer, size, now)
    counted = {}
    for path in PAGES:
        client.get(f"/o/hill/{path}")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            answer = client.get(f"/o/hill/{path}")
        counted[path or "home"] = len(captured) if answer.status_code == 200 else -answer.status_code
    print(json.dumps(counted))


def fill(viewer: Viewer, size: Size, now: datetime) -> None:
    """Keep services, agreements, drafts of them, requirements and people."""
    from servanda.engine.agreements import AgreementKind
    from servanda.engine.catalogue import CatalogueEntry
    from servanda.engine.requirements import Requirement
    from servanda.reports import starter_agreements
    from servanda.services import agreements, catalogue, negotiations, people, requirements
    from servanda.store import models
    from servanda.store.negotiations import Proposal, book

    entries = {f"s{each}": CatalogueEntry(f"Service {each}", used_by=("staff",)) for each in range(size.services)}
    catalogue.apply(viewer, entries, now=now)
    own = models.Organisation.objects.get(slug=viewer.organisation)
    made = [
        starter_agreements.version(
            AgreementKind.SLA, f"a{each}", f"Agreement {each}", own.zone, viewer.on, "kim", "", f"s{each}"
        )
        for each in range(size.agreements)
    ]
    agreements.apply(viewer, book(own, Proposal(made[0]), *made[1:]), now)
    for each in ("new-desk", *(f"new-{number}" for number in range(size.agreements // 10))):
        draft = starter_agreements.version(AgreementKind.SLA, each, each, own.zone, viewer.on, "kim", "", "s1")
        negotiations.begin(viewer, Proposal(draft), now=now)
    for each in range(size.agreements // 3):
        requirements.capture(viewer, Requirement("staff", f"Need {each}.", service=f"s{each}"), now=now)
    for each in range(size.people):
        people.add(viewer, f"p{each}", f"Person {each}", f"p{each}@hill.example", now=now)


if __name__ == "__main__":
    main(Path(sys.argv[1]), SIZES[sys.argv[2]])
