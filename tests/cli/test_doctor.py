"""The command `doctor`: what it prints, and its exit code."""

import json
from pathlib import Path

import pytest

from tests.cli.test_backup import python, servanda

pytestmark = pytest.mark.slow

LEVELS = {"ok", "warning", "fault"}


def test_findings_are_told_as_lines_and_as_json(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'own.sqlite3'}"
    servanda(url, "organisation", "add", "school", "--zone", "UTC", "--administrator", "kim")
    done = servanda(url, "doctor")
    assert done.returncode == 1
    assert {line.split()[0] for line in done.stdout.splitlines() if not line.startswith(" ")} <= LEVELS
    assert "warning  backup          school was backed up and restored on trial never\n" in done.stdout
    assert "to do: Run 'servanda backup' every night.\n" in done.stdout
    found = json.loads(servanda(url, "doctor", "--json").stdout)
    assert {each["level"] for each in found} <= LEVELS
    assert [each["found"] for each in found if each["about"] == "tables"] == ["they are those of this version"]


def test_after_a_backup_the_drill_is_well(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'own.sqlite3'}"
    servanda(url, "organisation", "add", "school", "--zone", "UTC", "--administrator", "kim")
    servanda(url, "backup", f"{tmp_path / 'b.sqlite3'}")
    done = servanda(url, "doctor", "--json")
    assert [each["level"] for each in json.loads(done.stdout) if each["about"] == "backup"] == ["ok"]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("mysql://x/y", "a database address starts with its kind"),
        ("postgresql://nobody@127.0.0.1:1/none", "cannot be reached"),
    ],
)
def test_a_database_that_cannot_be_opened_is_a_finding_with_what_to_do(url: str, found: str) -> None:
    done = servanda(url, "doctor")
    assert done.returncode == 1
    assert done.stdout.startswith("fault    database")
    assert found in " ".join(done.stdout.split())
    assert "to do:" in done.stdout


def test_what_is_wrong_with_the_file_of_single_sign_on_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "idp.xml").write_text("<html>Not found</html>")
    table = 'protocol = "saml"\ntitle = "School"\nmetadata_file = "idp.xml"\nsubject = "id"\ndomains = []\n'
    (tmp_path / "sign-on.toml").write_text(f"[school]\n{table}")
    monkeypatch.setenv("SERVANDA_SIGN_ON", f"{tmp_path / 'sign-on.toml'}")
    done = servanda(f"sqlite:///{tmp_path / 'own.sqlite3'}", "doctor")
    assert done.returncode == 1
    assert done.stdout.startswith("fault    sign-on         the file idp.xml describes 0 identity providers\n")
    assert "to do: Correct the file; docs/guide/sign-in.md shows examples." in " ".join(done.stdout.split())


def test_a_file_that_is_no_database_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("dear all " * 1000)
    done = servanda(f"sqlite:///{tmp_path / 'letter'}", "doctor")
    assert (done.returncode, "is no SQLite database" in done.stdout) == (1, True)


def test_the_doctor_needs_no_django_to_say_that_it_is_missing() -> None:
    hide = "import sys; sys.modules['django'] = None; from servanda.cli import main; sys.exit(main(['doctor']))"
    done = python("", "-c", hide)
    assert done.returncode == 1
    assert "Django is not installed" in done.stdout
