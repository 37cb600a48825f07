"""The `servanda` command: one module here for each of its commands.

A command module has `add(subparsers)`, which announces the command with `add_command`, and
`run(arguments) -> int`. Exit codes: 0 done, 1 done with findings, 2 the input cannot be used.
"""

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from errno import EDQUOT, ENOSPC
from io import TextIOWrapper
from types import ModuleType

from servanda import __version__
from servanda.bad_input import BadInput
from servanda.cli.command import BAD_INPUT, DONE
from servanda.cli.shown import Shown, shown

EXAMPLE = "Example:\n  servanda demo"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a refusal is printed in words, never as a traceback."""
    take_any_text()
    chosen = build_parser().parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except BadInput as refusal:
        return refuse(str(refusal))
    except BrokenPipeError:
        # The reader of our output has gone, so there is nobody to tell anything more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as failure:
        return refuse(in_words(failure))
    except KeyboardInterrupt:
        return 130


def take_any_text() -> None:
    """Let any text be printed: what a narrow or closed output cannot show is escaped or dropped, never an error.

    Control characters that came with somebody's text are escaped too, so that no ticket steers a terminal.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - it lives as long as the program
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
        if not isinstance(getattr(sys, name), Shown):
            setattr(sys, name, Shown(getattr(sys, name), returns=name == "stderr"))


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every command announced."""
    parser = argparse.ArgumentParser(
        prog="servanda",
        description="Judge service level agreements on real tickets, with the evidence for every verdict.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"servanda {__version__}")
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for module in command_modules():
        module.add(subparsers)
    return parser


def command_modules() -> Iterator[ModuleType]:
    """Yield the modules of this package that announce a command, by name."""
    for found in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{found.name}")
        if hasattr(module, "add"):
            yield module


def refuse(message: str) -> int:
    """Print why the input cannot be used, and return the exit code for it."""
    print(f"servanda: {shown(message)}", file=sys.stderr)
    return BAD_INPUT


def in_words(failure: OSError) -> str:
    """Return a failure of the file system as found, expected and what to do."""
    full = failure.errno in (ENOSPC, EDQUOT)
    return str(
        BadInput(
            f"{failure.strerror or failure}".lower(),
            expected="a file or folder that can be read or written",
            mend="make room on the disk; nothing was left half written"
            if full
            else "check the path and its permissions",
            file=failure.filename,
        )
    )
