"""Several processes write to one chain at once, on each database: none is turned away, and the chain holds."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

WRITERS, ENTRIES = 4, 25

BEGIN = """
import sys
from datetime import UTC, date, datetime
from servanda.config import setup
setup()
from django.core.management import call_command
from django.db import transaction
from servanda.engine.rights import Action, Viewer
from servanda.services import audit
from servanda.store.models import Entry, Organisation
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
KIM = Viewer("school", "kim", date(2026, 1, 5))
"""
PREPARE = (
    BEGIN + "call_command('migrate', verbosity=0); Organisation.objects.create(slug='school', name='S', zone='UTC')"
)
WRITE = (
    BEGIN
    + f"""
school = Organisation.objects.get()
for place in range({ENTRIES}):
    with transaction.atomic():
        audit.note(school, KIM, Action.RECORD_EVENT, f"desk/{{sys.argv[1]}}-{{place}}", now=NOW)
"""
)
JUDGE = (
    BEGIN
    + """
school = Organisation.objects.get()
print(Entry.objects.count(), Entry.objects.values("subject").distinct().count(), list(audit.breaks(school)))
"""
)


def start(url: str, program: str, name: str = "") -> subprocess.Popen[str]:
    """Start a program on a database."""
    told = {**os.environ, "SERVANDA_DATABASE": url}
    return subprocess.Popen(
        [sys.executable, "-c", program, name], env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finish(started: subprocess.Popen[str]) -> str:
    """Return what a program printed, once it has ended well."""
    printed, errors = started.communicate(timeout=120)
    assert started.returncode == 0, errors
    return printed


def write_at_once(url: str) -> str:
    """Let all writers write, and return what is found afterwards: entries, different ones, breaks."""
    finish(start(url, PREPARE))
    writers = [start(url, WRITE, str(number)) for number in range(WRITERS)]
    for each in writers:
        finish(each)
    return finish(start(url, JUDGE)).strip()


@pytest.mark.slow
def test_writers_of_one_sqlite_file_wait_their_turn(tmp_path: Path) -> None:
    assert write_at_once(f"sqlite:///{tmp_path / 'writers.sqlite3'}") == f"{WRITERS * ENTRIES} {WRITERS * ENTRIES} []"


@pytest.mark.slow
def test_writers_of_one_postgresql_database_wait_their_turn(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE writers")
    url = urlunsplit(urlsplit(postgresql_url)._replace(path="/writers"))
    assert write_at_once(url) == f"{WRITERS * ENTRIES} {WRITERS * ENTRIES} []"
