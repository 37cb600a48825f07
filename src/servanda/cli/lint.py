"""`servanda lint`: what is wrong with agreement files, each finding with its line, rule and mend."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from servanda.bad_input import BadInput
from servanda.cli.command import BAD_INPUT, DONE, FINDINGS, add_command
from servanda.files import agreements
from servanda.files.findings import Finding, Severity

if TYPE_CHECKING:
    from servanda.cli.command import Subparsers


def add(subparsers: "Subparsers") -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "lint",
        says="Check agreement files: every error and every promise to think twice about.",
        example="servanda lint sample/school/agreements.yaml",
        run=run,
    )
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="an agreement file (YAML), or a folder of them"
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the findings of all files; return 0 without any, 1 with some, 2 where a file cannot be read."""
    findings: list[Finding] = []
    unread = 0
    for file in arguments.files:
        try:
            findings += agreements.read(file).findings.all()
        except (BadInput, OSError) as failure:
            unread += 1
            findings.append(_unread(file, failure))
    show = _as_json if arguments.json else _as_text
    show(findings, len(arguments.files))
    return BAD_INPUT if unread else FINDINGS if findings else DONE


def _unread(file: Path, failure: BadInput | OSError) -> Finding:
    """Return the finding that a file is no readable YAML."""
    severity = Severity.ERROR.value
    if isinstance(failure, BadInput):
        return Finding(f"{file}", failure.line or 1, "SV101", severity, failure.found, f"{failure.mend}.")
    reason = (failure.strerror or f"{failure}").lower()
    return Finding(f"{file}", 1, "SV101", severity, reason, "Check the path and its permissions.")


def _as_json(findings: list[Finding], files: int) -> None:
    rows = [
        {
            "file": each.file,
            "line": each.line,
            "rule": each.rule,
            "severity": each.severity,
            "reason": each.reason,
            "mend": each.mend,
        }
        for each in findings
    ]
    print(json.dumps({"files": files, "findings": rows}, ensure_ascii=False, indent=2))


def _as_text(findings: list[Finding], files: int) -> None:
    for each in findings:
        print(each)
    print(_summary(findings, files), file=sys.stderr)


def _summary(findings: list[Finding], files: int) -> str:
    errors = sum(each.is_error for each in findings)
    warnings = len(findings) - errors
    read = f"{_counted(files, 'file')} read"
    return f"{read}: {_counted(errors, 'error')}, {_counted(warnings, 'warning')}." if findings else f"{read}: clean."


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
