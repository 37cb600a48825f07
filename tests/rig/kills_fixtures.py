"""The prepared databases of the rig, one for the whole run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import SQLITE_URL, VENDORS, work_on
from tests.rig.kills_databases import PostgresqlCopies, SqliteCopies
from tests.rig.kills_scene import Scene


@pytest.fixture(scope="session")
def file_scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Return the scene in an SQLite file."""
    folder: Path = tmp_path_factory.mktemp("kills-sqlite")
    scene = Scene(SqliteCopies(folder), folder)
    yield scene
    scene.close()
    work_on(SQLITE_URL)


@pytest.fixture(scope="session")
def server_scene(tmp_path_factory: pytest.TempPathFactory, postgresql_url: str) -> Iterator[Scene]:
    """Return the scene in a database of a PostgreSQL server."""
    folder: Path = tmp_path_factory.mktemp("kills-postgresql")
    scene = Scene(PostgresqlCopies(postgresql_url), folder)
    yield scene
    scene.close()
    work_on(SQLITE_URL)


@pytest.fixture(params=VENDORS)
def scene(request: pytest.FixtureRequest) -> Scene:
    """Return the scene on each of the two."""
    own: Scene = request.getfixturevalue("file_scene" if request.param == "sqlite" else "server_scene")
    return own
