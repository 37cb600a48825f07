"""The wiring: which database, which folder, and the one way to get Django ready for them.

`setup` needs the extra `[server]`; nothing else here is imported by a command that works on files alone.
"""

import importlib
import os
from pathlib import Path

from servanda.bad_input import BadInput
from servanda.config.database_urls import database_of
from servanda.config.folders import FOLDER_VARIABLE, own_folder

SETTINGS = "servanda.config.settings"
DATABASE_VARIABLE = "SERVANDA_DATABASE"


class ServerPackagesMissing(BadInput):
    """A command needs a database, but what reaches one is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Django is not installed, and this command keeps things in a database.",
            expected="Servanda with its extra for a server",
            mend="pip install 'servanda[server]', or use the commands that work on files alone.",
        )


class AnotherDatabase(BadInput):
    """A process that is ready for one database was asked for another."""


class UnsafeDatabase(BadInput):
    """A database on which accepted events could be lost."""


def setup(database: str | None = None, folder: Path | None = None) -> None:
    """Get Django ready for a database: the one named, else that of the environment, else a file in the data folder.

    Raise `BadInput` where Django is missing, the name cannot be used, or the database would not be safe there.
    """
    _refuse_without_django()
    _name_in_environment(database, folder)
    asked = database_of(os.environ.get(DATABASE_VARIABLE), own_folder(os.environ))
    asked.make_folder()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    _start(asked.as_django())


def _refuse_without_django() -> None:
    try:
        importlib.import_module("django")
    except ModuleNotFoundError:
        raise ServerPackagesMissing from None


def _name_in_environment(database: str | None, folder: Path | None) -> None:
    """Tell the settings, and every process started from here, what was asked for."""
    if database:
        os.environ[DATABASE_VARIABLE] = database
    if folder:
        os.environ[FOLDER_VARIABLE] = str(folder)


def _start(asked: dict[str, object]) -> None:
    """Start Django once; refuse another database afterwards, and one that is not safe."""
    import django
    from django.conf import settings

    from servanda.store.checks import dangers

    django.setup()
    told = settings.DATABASES["default"]
    if any(told.get(name) != value for name, value in asked.items()):
        raise AnotherDatabase(
            f"this process already works on the database '{told['NAME']}'",
            expected="one database for a process",
            mend="Start another process for the other database.",
        )
    for danger in dangers():
        raise UnsafeDatabase(danger.found, expected=danger.expected, mend=danger.mend)
