"""`servanda doctor`: what is well with the database and what is not, and what to do about it."""

import argparse
import json
import textwrap

from servanda import wall_time
from servanda.bad_input import BadInput
from servanda.cli.command import DONE, FINDINGS, Subparsers, add_command
from servanda.cli.database_options import add_database_option
from servanda.config.sign_on_tables import InvalidSignOn

EXAMPLE = "servanda doctor"


def add(subparsers: Subparsers) -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "doctor",
        says="Look whether the database, the machine under it and all that is kept are well, and say what to do.",
        example=EXAMPLE,
        run=run,
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    add_database_option(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print every finding; 1 where one of them is not 'ok'."""
    found = findings(arguments)
    if arguments.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print(*(line for each in found for line in in_words(each)), sep="\n")
    return DONE if all(each["level"] == "ok" for each in found) else FINDINGS


def findings(arguments: argparse.Namespace) -> list[dict[str, str]]:
    """Return what the doctor found; a database that cannot be opened, or settings that cannot be, is a finding too."""
    try:
        from servanda.config import setup

        setup(arguments.database)
        from servanda.services import doctor
        from servanda.store import failures

        with failures.in_words():
            examined = doctor.examine(wall_time.now())
    except BadInput as refusal:
        about = "sign-on" if isinstance(refusal, InvalidSignOn) else "database"
        return [{"level": "fault", "about": about, "found": refusal.found, "mend": refusal.mend}]
    return [
        {"level": each.level.value, "about": each.about, "found": each.found, "mend": each.mend} for each in examined
    ]


def in_words(finding: dict[str, str]) -> list[str]:
    """Return a finding as lines: its level, what was looked at, what was found, and below it what to do."""
    lines = textwrap.wrap(finding["found"], 90)
    first = f"{finding['level']:<8} {finding['about']:<15} {lines[0]}"
    rest = [f"{'':<24} {line}" for line in lines[1:]]
    return [first, *rest, *([f"{'':<24} to do: {finding['mend']}"] if finding["mend"] else [])]
