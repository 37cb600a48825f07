"""The files beside the code: links that lead somewhere, no trace of a machine, locks that name no host."""

import re
import tomllib
from pathlib import Path

from tests.architecture.sources import ROOT, text_files

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
OUTSIDE = ("http://", "https://", "mailto:")


def test_no_link_in_a_page_is_dead() -> None:
    pages = [(page, text) for page, text in text_files() if page.suffix == ".md"]
    dead = [
        f"{page}: {target}"
        for page, text in pages
        for target in LINK.findall(text)
        if not target.startswith(OUTSIDE) and not (ROOT / page.parent / target).exists()
    ]
    assert len(pages) > 5
    assert dead == []


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    homes = re.compile(r"(?<![\w.<-])/(?:home|root|Users|work|workspace|builds)/[a-z.]")
    found = [
        f"{path}:{number}"
        for path, text in text_files()
        for number, line in enumerate(text.splitlines(), 1)
        if homes.search(line) and path != Path("scripts/bare_debian.sh")  # makes a home inside its own root
    ]
    assert found == []


def test_the_locks_pin_every_package_with_hashes_and_name_no_host() -> None:
    for lock in sorted(ROOT.glob("requirements*.lock")):
        text = lock.read_text(encoding="utf-8")
        entries = re.split(r"\n(?=\S)", text.strip())
        assert all("==" in entry and "--hash=sha256:" in entry for entry in entries), lock.name
        assert not re.search(r"https?:|file:|--index|--find-links|--trusted", text), lock.name


def pinned(lock: str) -> set[str]:
    """Return every `package==version` in a lock."""
    return set(re.findall(r"^\S+==\S+", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE))


def test_the_smaller_lock_is_part_of_the_larger() -> None:
    assert pinned("requirements.lock") <= pinned("requirements-test.lock")


def test_the_lock_holds_every_package_that_the_project_says_it_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    needed = [*project["dependencies"], *(each for extra in extras for each in extra)]
    locked = {each.partition("==")[0] for each in pinned("requirements-test.lock")}
    assert {re.split(r"[=<>~\[]", each)[0].lower() for each in needed} <= locked
