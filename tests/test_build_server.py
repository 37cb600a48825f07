import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# What a build server must not let pass: a test that is skipped.
SKIPPING = """
import pytest

def test_that_is_skipped():
    pytest.skip("not here")

def test_that_measures(figure):
    figure("tickets a second", 13_000)
"""


@pytest.mark.parametrize(("server", "code"), [("true", 1), ("", 0)])
def test_a_skipped_test_fails_the_run_on_a_build_server_only(server: str, code: int, tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "conftest.py", tmp_path)
    (tmp_path / "test_skipping.py").write_text(SKIPPING, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path],
        env={**os.environ, "CI": server},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == code
    assert "tickets a second: 13000" in ran.stdout
