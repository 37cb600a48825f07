"""The example in the guide to imports: its files, its commands, and what these print."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.cli.kept import run

EXAMPLE = (ROOT / "docs" / "guide" / "imports.md").read_text("utf-8").split("## From nothing to an import\n")[1]
FILES = re.findall(r"^`([\w.]+)`:\n\n```\w+\n(.*?)^```$", EXAMPLE, re.MULTILINE | re.DOTALL)


def test_the_commands_of_the_example_print_what_the_page_shows(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES:
        Path(name).write_text(text, "utf-8")
    assert len(FILES) == 3
    steps = EXAMPLE.split("\n```\n$ servanda ")[1].split("```")[0].split("$ servanda ")
    for step in steps:
        words, printed = step.split("\n", 1)
        run(monkeypatch, *words.split())
        assert capsys.readouterr().out == printed
    assert len(steps) == 4
