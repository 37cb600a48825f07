"""One import into an empty SQLite file; prints the peak memory of the process in kilobytes."""

import resource
import sys
from pathlib import Path

from servanda.config import setup

table, folder = Path(sys.argv[1]), Path(sys.argv[2])
for old in folder.glob("memory.sqlite3*"):
    old.unlink()
setup(f"sqlite:///{folder}/memory.sqlite3")

from bench.store import logs  # noqa: E402 - Django has to know the database first
from bench.store.desk import BY, NOW, desk  # noqa: E402 - as above

from servanda.services import imports  # noqa: E402 - as above

desk(folder)
mapping = folder / "wide.yaml"
mapping.write_text(logs.WIDE_MAPPING, encoding="utf-8")
with imports.plan(BY, table, mapping, now=NOW) as planned:
    imports.commit(BY, planned, now=NOW)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
