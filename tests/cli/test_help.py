import argparse

import pytest

from servanda.cli import build_parser, main


def commands() -> dict[str, argparse.ArgumentParser]:
    [subparsers] = [each for each in build_parser()._actions if isinstance(each, argparse._SubParsersAction)]
    return dict(subparsers.choices)


@pytest.mark.parametrize("name", sorted(commands()))
def test_the_help_of_every_command_ends_with_an_example_of_that_command(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    assert stop.value.code == 0
    example = capsys.readouterr().out.partition("Example:\n")[2]
    assert f"servanda {name}" in example


def test_an_unknown_command_is_bad_input(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["promise"])
    assert stop.value.code == 2
    assert "invalid choice: 'promise'" in capsys.readouterr().err
