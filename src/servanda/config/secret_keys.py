"""The secret with which sessions are signed: made once, in the data folder, for its owner alone."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

FILE_NAME = "secret-key"
BYTES = 48


def secret_key(folder: Path) -> str:
    """Return the key of a data folder, made where there is none; of two who make it at once, both get the same."""
    path = folder / FILE_NAME
    with suppress(FileNotFoundError):
        return path.read_text(encoding="ascii").strip()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _make(path)
    return path.read_text(encoding="ascii").strip()


def _make(path: Path) -> None:
    """Write a key that appears whole; one that somebody else has just made stays."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(BYTES))
    try:
        with suppress(FileExistsError):
            os.link(beside, path)
    finally:
        beside.unlink()
