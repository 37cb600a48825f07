"""The database as one line of text: sqlite:///servanda.sqlite3, or postgresql://user:password@host/name.

After `sqlite:///` a path is relative to the folder the command runs in; one more slash, or a drive letter, makes it
absolute. Signs with a meaning in an address (@ : / ? # %) are written percent-encoded in a user or a password.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from servanda.bad_input import BadInput

EXAMPLES = "sqlite:///servanda.sqlite3 or postgresql://user:password@host:5432/servanda"
FILE_NAME = "servanda.sqlite3"
SQLITE = "servanda.store.sqlite"
POSTGRESQL = "django.db.backends.postgresql"
PARAMETERS = ("host", "sslmode", "sslrootcert")

# WAL alone lets two readers who turn to writing fail at once; IMMEDIATE lets the second wait its turn (ADR 0006).
# Without recursive triggers an INSERT OR REPLACE removes a row past the trigger that refuses to remove one.
SQLITE_OPTIONS = MappingProxyType(
    {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
        "PRAGMA recursive_triggers=ON",
    }
)


class InvalidDatabaseUrl(BadInput):
    """Text that names no database; the refusal never repeats a password."""

    def __init__(self, found: str, expected: str = EXAMPLES) -> None:
        super().__init__(found, expected=expected, mend="Correct --database or the variable SERVANDA_DATABASE.")


@dataclass(frozen=True, slots=True)
class Database:
    """Where everything is kept: an SQLite file, or a database of a PostgreSQL server."""

    backend: str
    name: str
    user: str = ""
    password: str = field(default="", repr=False)
    host: str = ""
    port: int | None = None
    options: tuple[tuple[str, str], ...] = ()

    def as_django(self) -> dict[str, Any]:
        """Return the entry of Django's setting DATABASES."""
        if self.backend == SQLITE:
            return {"ENGINE": SQLITE, "NAME": self.name, "OPTIONS": dict(SQLITE_OPTIONS)}
        return {
            "ENGINE": POSTGRESQL,
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "HOST": self.host,
            "PORT": str(self.port or ""),
            "OPTIONS": dict(self.options),
        }

    def make_folder(self) -> None:
        """Make the folder of an SQLite file where there is none; for its owner alone, as it holds people's names."""
        if self.backend == SQLITE:
            Path(self.name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)


def database_of(url: str | None, folder: Path) -> Database:
    """Return the database that a line of text names; without one, a file in the data folder."""
    if not url:
        return Database(SQLITE, str(folder / FILE_NAME))
    parts = _split(url)
    if parts.scheme == "sqlite":
        return _sqlite(parts)
    if parts.scheme in {"postgresql", "postgres"}:
        return _postgresql(parts)
    raise InvalidDatabaseUrl(f"a database address starts with its kind, but this one starts with '{parts.scheme}'")


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise InvalidDatabaseUrl("the address of the database has a host or a port that is none") from None
    if not parts.scheme or "://" not in url:
        raise InvalidDatabaseUrl("the address of the database has no '://' after its kind")
    return parts


def _sqlite(parts: SplitResult) -> Database:
    if parts.netloc:
        raise InvalidDatabaseUrl(
            f"after 'sqlite://' comes '{parts.hostname}', which would be a host, and a file has none",
            expected="three slashes before a relative path, four before an absolute one",
        )
    if parts.query or parts.fragment:
        raise InvalidDatabaseUrl("an SQLite file takes no parameters", expected="a path without ? and #")
    path = unquote(parts.path.removeprefix("/"))
    if not path or path.endswith("/") or path == ":memory:":
        raise InvalidDatabaseUrl(f"'{path}' is no file to keep anything in", expected="the path of a file")
    return Database(SQLITE, str(Path(path).expanduser().absolute()))


def _postgresql(parts: SplitResult) -> Database:
    name = unquote(parts.path.removeprefix("/"))
    if not name or "/" in name:
        raise InvalidDatabaseUrl(f"'{name}' names no database of the server")
    told = dict(_parameters(parts.query))
    return Database(
        POSTGRESQL,
        name,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=told.pop("host", unquote(parts.hostname or "")),
        port=parts.port,
        options=tuple(sorted(told.items())),
    )


def _parameters(query: str) -> Iterator[tuple[str, str]]:
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in PARAMETERS:
            raise InvalidDatabaseUrl(f"the parameter '{name}' is not known", expected=", ".join(PARAMETERS))
        yield name, value
