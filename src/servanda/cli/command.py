"""What every command shares: how it is announced, and the meaning of its exit code."""

import argparse
from collections.abc import Callable
from typing import TypeAlias

Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

DONE = 0
FINDINGS = 1
BAD_INPUT = 2


def add_command(
    subparsers: Subparsers, name: str, *, says: str, example: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    """Add the command `name`, whose help says in one sentence what it does and shows an example to copy."""
    parser = subparsers.add_parser(
        name,
        help=says,
        description=says,
        epilog=f"Example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    return parser
