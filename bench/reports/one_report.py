"""One month's report, timed: `python -m bench.reports.one_report FOLDER SERVICES TICKETS`, on a new database there."""

import io
import json
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pypdf import PdfReader
from tests import june

from servanda import wall_time
from servanda.config import setup
from servanda.engine.periods import Period

MONTH = Period.read("2018-06")
PRIORITIES = ("P1", "P2", "P3")


def main(folder: Path, services: int, tickets: int) -> None:
    """Print, as JSON, how long the figures and each form of the report took, and how large it is."""
    setup(f"sqlite:///{folder / 'servanda.sqlite3'}", folder)
    from servanda.files import agreements as files
    from servanda.queries import reports as kept
    from servanda.reports.monthly import issuing, rendering
    from servanda.services import agreements, imports, organisations, people
    from servanda.store import tables

    tables.make()
    now = wall_time.now()
    own = organisations.add("hill", "Hill School", june.LONDON, "kim", now)
    viewer = people.viewer(own, "kim", now=now)
    write(folder, services, tickets)
    agreements.apply(viewer, files.load(folder / "agreements.yaml"), now=now)
    with imports.plan(viewer, folder / "tickets.csv", folder / "mapping.yaml", now=now) as planned:
        imports.commit(viewer, planned, now=now)

    took: dict[str, float] = {}
    begun = wall_time.stopwatch()
    issuing.prepare(viewer, MONTH, now)
    took["figures"] = wall_time.stopwatch() - begun
    draft = kept.draft(viewer, MONTH.first)
    assert draft is not None
    report = issuing.of_draft(draft)
    for form, rendered in rendering.FORMS.items():
        begun = wall_time.stopwatch()
        content = rendered(report)
        took[form] = wall_time.stopwatch() - begun
        if form == "pdf":
            pages = len(PdfReader(io.BytesIO(content)).pages)
    told = {each.service for each in report.figures.lines}
    print(json.dumps({"services": len(told), "verdicts": report.figures.total.verdicts, "pages": pages, "took": took}))


def write(folder: Path, services: int, tickets: int) -> None:
    """Write the agreements of so many services, three priorities each, and so many tickets, one in ten of them late."""
    chance = random.Random(2018)
    named = "".join(f"  - {{id: s{each}, name: Service number {each}}}\n" for each in range(services))
    text = june.AGREEMENTS
    text = text[: text.index("services:\n")] + "services:\n" + named + text[text.index("calendars:") :]
    text = text.replace("services: [mail]", f"services: [{', '.join(f's{each}' for each in range(services))}]")
    text = text.replace("agreements:\n", "priorities:\n  - {id: three, codes: [P1, P2, P3]}\nagreements:\n")
    text = text.replace("calendar: always\n", "calendar: always\n        priorities: three\n")
    text = text.replace("limit: 8 hours", "limits: {P1: 2 hours, P2: 8 hours, P3: 40 hours}")
    (folder / "agreements.yaml").write_text(text, encoding="utf-8")
    mapping = june.MAPPING.replace(
        "service: {column: service}", "service: {column: service}, priority: {column: priority}"
    )
    (folder / "mapping.yaml").write_text(mapping, encoding="utf-8")
    rows = "".join(_rows(chance, services, tickets))
    (folder / "tickets.csv").write_text("number,opened,resolved,cancelled,service,priority\n" + rows, encoding="utf-8")


def _rows(chance: random.Random, services: int, tickets: int) -> Iterator[str]:
    for number in range(tickets):
        opened = datetime(2018, 5, 20, tzinfo=UTC) + timedelta(minutes=chance.randrange(40 * 24 * 60))
        priority = chance.choice(PRIORITIES)
        limit = {"P1": 2, "P2": 8, "P3": 40}[priority]
        done = opened + timedelta(minutes=int(limit * 60 * chance.uniform(0.1, 1.1)))
        yield f"T{number},{opened:%Y-%m-%d %H:%M},{done:%Y-%m-%d %H:%M},,s{chance.randrange(services)},{priority}\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
