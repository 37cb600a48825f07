"""The command `anonymise`: whom it forgets, and that no byte of their names is left."""

from pathlib import Path

import pytest

from tests.cli.test_backup import own as own
from tests.cli.test_backup import seeded_file as seeded_file
from tests.cli.test_backup import servanda

pytestmark = pytest.mark.slow

OF_SCHOOL = ("--organisation", "school")


def test_a_person_is_forgotten_by_name_without_a_trace(own: str, tmp_path: Path) -> None:
    assert "Ångström".encode() in (tmp_path / "own.sqlite3").read_bytes()
    for organisation in ("school", "college"):
        done = servanda(
            own, "anonymise", "Kim Ångström", "--reason", "left in May", "--organisation", organisation, "--as", "kim"
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("kim has no name any more.\nNothing of what was emptied is left")
    assert all("Ångström".encode() not in each.read_bytes() for each in tmp_path.glob("own.sqlite3*"))


def test_people_not_seen_for_long_are_counted(own: str) -> None:
    done = servanda(own, "anonymise", "--unseen-since", "2026-01-01", "--reason", "plan", *OF_SCHOOL)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "0 people have no name any more.")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), "it is not said whom to forget"),
        (("kim", "--clean"), "it is not said whom to forget"),
        (("kim",), "no reason is given"),
        (("nobody", "--reason", "x"), "There is no person 'nobody' here."),
    ],
)
def test_what_is_not_said_or_not_there_is_refused(own: str, words: tuple[str, ...], found: str) -> None:
    done = servanda(own, "anonymise", *words, *OF_SCHOOL)
    assert (done.returncode, found in done.stderr) == (2, True)


def test_a_date_is_written_as_a_date(own: str) -> None:
    done = servanda(own, "anonymise", "--unseen-since", "3 May", "--reason", "plan", *OF_SCHOOL)
    assert (done.returncode, "'3 May' is no date" in done.stderr) == (2, True)
