import gzip
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from servanda.cli import main
from servanda.cli.demo import SAMPLES
from tests.examples import small_log


def demo(folder: Path) -> str:
    """Run the demo on a folder of samples, in a process of its own as it works on a database of its own."""
    command = [sys.executable, "-m", "servanda", "demo", "--samples", f"{folder}", "--out", f"{folder / 'out'}"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.slow
def test_the_demo_says_what_was_promised_kept_claimed_and_why_it_differs(
    tmp_path: Path,
) -> None:
    shutil.copytree(SAMPLES / "servicenow", tmp_path / "servicenow")
    said = demo(tmp_path)
    assert "Incident closed: P1 9 hours, P2 9 hours, P3 63 hours, P4 135 hours." in said
    assert "12,591 of 20,768 (60.6 %); 8,177 missed." in said
    assert "The source says 12,594 of 20,768 met (60.6 %)." in said
    assert "Our verdict is the source's on 20,745 of 20,768 (99.88 %)." in said
    assert "20,768 tickets with 119,264 events are now in servanda.sqlite3" in said
    assert "20,768 clocks compared with what is kept: equal." in said
    assert re.search("Sign in to the pages as kim@example.org with the password [A-Za-z0-9_-]{12}\n", said)
    assert said.endswith("out/servanda.sqlite3\n")


def test_a_log_without_claims_is_shown_without_them(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    small_log.written(folder)
    with gzip.open(folder / "tickets.csv.gz", "wb") as file:
        file.write((folder / "tickets.csv").read_bytes())
    said = demo(tmp_path)
    assert "fix: P1 4 hours, P2 8 hours." in said
    assert "2 of 3 (66.6 %); 1 missed." in said
    assert "Beside these: 1 ticket running." in said
    assert "Claimed" not in said
    assert "-m servanda serve --database sqlite:///" in said, (
        "without a terminal it ends, and says what serves the pages"
    )


def test_a_folder_without_samples_is_refused_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--samples", f"{tmp_path}"]) == 2
    assert "--samples" in capsys.readouterr().err
