"""The end of the demo: a log is taken into a database of its own, and everything kept is worked out again."""

import importlib.util
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from servanda.cli.log_options import show_progress
from servanda.files import agreements as agreement_files

PERSON = "kim"
FILE = "servanda.sqlite3"


def kept(folder: Path, agreement_file: Path, mapping: Path, table: Path, now: datetime) -> Iterator[str]:
    """Take a log into a new database in a folder, verify it, and yield what came of it in sentences."""
    if importlib.util.find_spec("django") is None:
        yield "A database needs more packages: pip install 'servanda[server]'."
        return
    database = _new(folder)
    from servanda.config import setup

    setup(f"sqlite:///{database}")
    from servanda.services import agreements, imports, organisations, people, verification
    from servanda.store import tables

    tables.make()
    book = agreement_files.load(agreement_file)
    own = organisations.add(book.organisation.id, book.organisation.name, book.organisation.zone, PERSON, now)
    viewer = people.viewer(own, PERSON, now=now)
    agreements.apply(viewer, book, now=now)
    with imports.plan(viewer, table, mapping, now=now, progress=show_progress) as planned:
        committed = imports.commit(viewer, planned, now=now, progress=show_progress)
    counts = committed.counts
    yield (
        f"{counts['new']:,} tickets with {counts['events added']:,} events are now in {database.name}, "
        "written in one transaction; 'servanda undo 1' would take them back."
    )
    verified = verification.verify(viewer, show_progress)
    outcome = "equal" if verified.equal else f"{len(verified.differences):,} differences"
    yield f"Every event replayed, and {verified.clocks:,} clocks compared with what is kept: {outcome}."


def _new(folder: Path) -> Path:
    """Return the path of a database that is not there yet; that of an earlier demo goes."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{FILE}*"):
        old.unlink()
    return folder / FILE
