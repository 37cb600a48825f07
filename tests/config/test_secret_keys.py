"""The secret key is made once, for its owner alone, and never by a command that serves no pages."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from servanda.config.secret_keys import FILE_NAME, secret_key


def test_a_key_is_made_once(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    key = secret_key(folder)
    assert len(key) >= 60
    assert secret_key(folder) == key
    assert [each.name for each in folder.iterdir()] == [FILE_NAME]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in another form")
def test_a_key_is_its_owners_alone(tmp_path: Path) -> None:
    secret_key(tmp_path / "own")
    assert (tmp_path / "own" / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o700


def test_all_who_make_a_key_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as several:
        found = set(several.map(secret_key, [tmp_path / "own"] * 32))
    assert len(found) == 1
    assert [each.name for each in (tmp_path / "own").iterdir()] == [FILE_NAME]


def test_a_command_on_a_database_makes_no_key(tmp_path: Path) -> None:
    told = {**os.environ, "SERVANDA_DATA": f"{tmp_path}", "SERVANDA_DATABASE": ""}
    program = "import servanda.cli as c; c.main(['organisation', 'add', 'a', '--zone', 'UTC', '--administrator', 'b'])"
    subprocess.run([sys.executable, "-c", program], env=told, check=True, capture_output=True)
    assert not (tmp_path / FILE_NAME).exists()
    assert (tmp_path / "servanda.sqlite3").exists()
