"""`servanda conformance`: our answers to case files, set beside the expected ones."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servanda.bad_input import BadInput
from servanda.cli.command import BAD_INPUT, DONE, FINDINGS, add_command
from servanda.conformance import explanations, runs
from servanda.conformance.cases import Case, Unreadable, read_cases
from servanda.conformance.runs import Mismatch, Run

if TYPE_CHECKING:
    from servanda.cli.command import Subparsers


def add(subparsers: "Subparsers") -> None:
    """Announce the command."""
    parser = add_command(
        subparsers,
        "conformance",
        says="Answer case files in the slm-cases/1 format and list every answer that is not the expected one.",
        example="servanda conformance cases/*.jsonl\n  servanda conformance cases/corners.jsonl --explain pause-1",
        run=run,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a case file: a JSON document, or .jsonl")
    parser.add_argument("--explain", metavar="ID", help="show the evidence for our answer to one case")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Run all files; return 0 when every answer is the expected one, 1 when not, 2 where a file holds no cases."""
    if arguments.explain is not None:
        return explain(arguments.files, arguments.explain, as_json=arguments.json)
    done: list[Run] = []
    unread: list[Exception] = []
    for file in arguments.files:
        try:
            done.append(runs.run_file(file))
        except BadInput as refusal:
            unread.append(refusal)
    whole = runs.joined(done)
    show = _as_json if arguments.json else _as_text
    show(whole, len(done))
    for each in unread:
        print(f"servanda: {each}", file=sys.stderr)
    return BAD_INPUT if unread else FINDINGS if whole.mismatches else DONE


def _as_text(whole: Run, files: int) -> None:
    for each in whole.mismatches:
        print(_line(each))
    if whole.mismatches:
        print()
    for row in _table(whole, files):
        print(row)


def _line(each: Mismatch) -> str:
    place = f"{each.file}: {each.id} ({each.op}) {each.key}"
    return f"{place}: expected {_value(each.expected)}, ours {_value(each.ours)}"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _table(whole: Run, files: int) -> list[str]:
    cases, mismatched = whole.cases, whole.mismatched
    rows = [("op", "cases", "mismatched")]
    rows += [(op, f"{cases[op]:,}", f"{mismatched[op]:,}") for op in sorted(cases)]
    rows.append((f"all, {files} file{'' if files == 1 else 's'}", f"{cases.total():,}", f"{mismatched.total():,}"))
    width = max(len(op) for op, _, _ in rows)
    return [f"{op:<{width}}  {number:>7}  {wrong:>10}" for op, number, wrong in rows]


def _as_json(whole: Run, files: int) -> None:
    cases, mismatched = whole.cases, whole.mismatched
    told = {
        "files": files,
        "cases": cases.total(),
        "mismatched": mismatched.total(),
        "ops": {op: {"cases": cases[op], "mismatched": mismatched[op]} for op in sorted(cases)},
        "mismatches": [
            {"file": e.file, "id": e.id, "op": e.op, "key": e.key, "expected": e.expected, "ours": e.ours}
            for e in whole.mismatches
        ],
    }
    print(json.dumps(told, ensure_ascii=False, indent=2))


def explain(files: list[Path], wanted: str, *, as_json: bool) -> int:
    """Print our answer to every case of an id with its evidence; refuse an id that no file holds."""
    found = [(file, case) for file in files for case in read_cases(file) if case.id == wanted]
    if not found:
        raise BadInput(
            f"no case '{wanted}'",
            expected=f"the id of a case in {', '.join(map(str, files))}",
            mend="copy the id from the list of mismatches or from the file",
        )
    told = [_explained(file, case) for file, case in found]
    print(json.dumps(told, ensure_ascii=False, indent=2) if as_json else "\n\n".join(map(_told, told)))
    return FINDINGS if any(each["mismatches"] for each in told) else DONE


def _explained(file: Path, case: Case | Unreadable) -> dict[str, Any]:
    outcome = runs.judge(str(file), case)
    mismatches = [{"key": e.key, "expected": e.expected, "ours": e.ours} for e in outcome.mismatches]
    told = {"file": str(file), "id": case.id, "op": outcome.op, "mismatches": mismatches}
    if isinstance(case, Unreadable):
        return told
    question = case.question
    evidence = explanations.explain(question.op, question.calendar, question.asked)
    return told | {"input": question.asked, "expected": case.expected, "evidence": evidence}


def _told(told: dict[str, Any]) -> str:
    lines = [f"{told['id']} ({told['op']}) in {told['file']}"]
    lines += [f"  asked:    {_value(told['input'])}"] if "input" in told else []
    lines += [f"  expected: {_value(told['expected'])}"] if "expected" in told else []
    lines += [f"  differs:  {_difference(each)}" for each in told["mismatches"]]
    return "\n".join(lines + [f"  {line}" for line in told.get("evidence", [])])


def _difference(told: dict[str, Any]) -> str:
    return f"{told['key']}: expected {_value(told['expected'])}, ours {_value(told['ours'])}"
