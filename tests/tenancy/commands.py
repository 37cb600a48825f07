"""Every command, once: those that work for one organisation, with words to run them by; and the others, with a reason.

The table is closed: a command that stands in neither list fails a test.
"""

import argparse
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from servanda.cli import build_parser

Words = tuple[str, ...]

SETTING_UP: tuple[Words, ...] = (
    ("import", "{tickets}", "--mapping", "{mapping}"),
    ("record", "{events}"),
)
"""What an administrator of the first organisation runs before the other one is there."""

OF_ONE_ORGANISATION: Mapping[str, tuple[Words, ...]] = MappingProxyType(
    {
        "plan": (("plan", "{agreements}"), ("plan", "{later}")),
        "apply": (("apply", "{agreements}", "--plan"), ("apply", "{agreements}"), ("apply", "{later}")),
        "evaluate": (
            ("evaluate", "--out", "{out}/readings.csv"),
            ("evaluate", "--out", "{out}/readings.jsonl", "--json"),
            ("evaluate", "--out", "{out}/of-a-source.csv", "--source", "desk"),
        ),
        "report": (
            ("report", "--csv", "{out}/report.csv", "--json", "{out}/report.json"),
            ("report", "--period", "2026-01", "--by", "service,customer,priority,target"),
            ("report", "--period", "2031-07"),
        ),
        "reconcile": (
            ("reconcile", "--csv", "{out}/differences.csv"),
            ("reconcile", "--json"),
        ),
        "explain": (
            ("explain", "T1"),
            ("explain", "R1", "--json"),
            ("explain", "T5"),
        ),
        "import": (
            ("import", "{tickets}", "--mapping", "{mapping}", "--plan"),
            ("import", "{damaged}", "--mapping", "{mapping}", "--plan", "--json", "--rejects", "{out}/rejects.csv"),
            ("import", "{damaged}", "--mapping", "{mapping}", "--good-rows"),
        ),
        "record": (
            ("record", "{events}"),
            ("record", "{more}"),
        ),
        "retract": (
            ("retract", "--source", "desk", "--ticket", "R1"),
            ("retract", "--source", "desk", "--ticket", "R1", "--event", "e3", "--reason", "the wrong ticket"),
        ),
        "exempt": (("exempt", "--source", "sheet", "--ticket", "T2", "--target", "fix", "--reason", "a power cut"),),
        "anonymise": (
            ("anonymise", "Pat Doe", "--reason", "they asked"),
            ("anonymise", "--unseen-since", "2026-01-31", "--reason", "long gone"),
            ("anonymise", "--clean"),
        ),
        "catalogue export": (
            ("catalogue", "export"),
            ("catalogue", "export", "--out", "{out}/catalogue.yaml"),
            ("catalogue", "export", "--out", "{out}/catalogue.csv"),
        ),
        "catalogue apply": (
            ("catalogue", "apply", "{catalogue}", "--plan"),
            ("catalogue", "apply", "{catalogue}"),
            ("catalogue", "apply", "{services}", "--plan"),
            ("catalogue", "apply", "{services}"),
        ),
        "requirements export": (
            ("requirements", "export"),
            ("requirements", "export", "--out", "{out}/requirements.yaml"),
        ),
        "requirements apply": (
            ("requirements", "apply", "{requirements}", "--plan"),
            ("requirements", "apply", "{requirements}"),
            ("requirements", "export"),
        ),
        "people export": (("people", "export"), ("people", "export", "--out", "{out}/people.yaml")),
        "people apply": (("people", "apply", "{people}", "--plan"), ("people", "apply", "{people}")),
        "people add": (("people", "add", "sam", "--name", "Sam", "--email", "sam@example.org"),),
        "people assign": (("people", "assign", "sam", "--role", "technician", "--service", "printing"),),
        "people hand-over": (("people", "hand-over", "sam", "--role", "technician", "--to", "technician"),),
        "people list": (("people", "list"), ("people", "list", "--json")),
        "people invite": (("people", "invite", "sam"),),
        "people reset-second-step": (("people", "reset-second-step", "sam"),),
        "people end": (("people", "end", "sam", "--role", "technician"),),
        "people leave": (("people", "leave", "sam"),),
        "people return": (("people", "return", "sam"),),
        "reports draft": (("reports", "draft", "2026-01"),),
        "reports check": (("reports", "check", "2026-01"),),
        "reports issue": (("reports", "issue", "2026-01"),),
        "reports restate": (
            ("exempt", "--source", "sheet", "--ticket", "T1", "--target", "fix", "--reason", "found out later"),
            ("reports", "restate", "1"),
        ),
        "reports list": (("reports", "list"),),
        "reports show": (("reports", "show", "1"),),
        "undo": (("undo", "2", "--reason", "the wrong file"),),
        "verify": (("verify",), ("verify", "--json")),
        "audit": (("audit",), ("audit", "--json"), ("audit", "--csv", "{out}/audit.csv")),
        "dump": (("dump", "{out}/dump.jsonl"), ("dump", "{out}/dump.jsonl.gz")),
    }
)

OF_FILES = "works on files alone"
OF_THE_OPERATOR = "works on the whole database, for whoever holds the database itself"
APART: Mapping[str, str] = MappingProxyType(
    {
        "conformance": OF_FILES,
        "demo": "works on files and on a new database of its own",
        "lint": OF_FILES,
        "mapping": OF_FILES,
        "backup": OF_THE_OPERATOR,
        "database upgrade": OF_THE_OPERATOR,
        "doctor": OF_THE_OPERATOR,
        "load": OF_THE_OPERATOR,
        "organisation add": OF_THE_OPERATOR,
        "restore": OF_THE_OPERATOR,
        "sample load": OF_THE_OPERATOR,
        "sample unload": OF_THE_OPERATOR,
        "serve": OF_THE_OPERATOR,
        "work": OF_THE_OPERATOR,
    }
)


def every_command() -> list[str]:
    """Return the commands as they are typed, such as `mapping check`."""
    return sorted(_leaves(build_parser()))


def _leaves(parser: argparse.ArgumentParser, words: str = "") -> Iterator[str]:
    steps = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    for step in steps:
        for name, inner in step.choices.items():
            yield from _leaves(inner, f"{words} {name}".strip())
    if not steps:
        yield words
