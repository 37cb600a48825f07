"""Addresses of static files that change with their content, so that a browser may keep each for long."""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class ByContent(StaticFilesStorage):
    """Static files as they lie in the packages, each with the hash of its content in its address."""

    def url(self, name: str | None) -> str:
        """Return the address of a file."""
        return f"{super().url(name)}?{_hash(name or '')}"


@cache
def _hash(name: str) -> str:
    found = finders.find(name)
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12] if found else ""
