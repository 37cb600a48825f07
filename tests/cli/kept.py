"""Commands on a database, in this process: whatever `store` works on, by the address that the tests began with."""

import pytest

from servanda.cli import main
from tests.databases import SQLITE_URL


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Run a command on the database of the test and return its exit code."""
    monkeypatch.setenv("SERVANDA_DATABASE", SQLITE_URL)
    return main(words)
