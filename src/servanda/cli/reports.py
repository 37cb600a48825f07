"""`servanda reports`: prepare, check, issue and list the service reports of months."""

import argparse
import json
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from servanda.cli.command import Subparsers, add_command
from servanda.cli.database_options import Step, add_database_options, run_step
from servanda.engine.rights import Viewer
from servanda.files.outputs import check_outputs, placed

EXAMPLE = "servanda reports draft 2026-10"
FORMS = ("pdf", "xlsx", "csv", "json")


def add(subparsers: Subparsers) -> None:
    """Announce the command and its steps."""
    parser = add_command(
        subparsers,
        "reports",
        says="Prepare, check and issue the service report of a month.",
        example=EXAMPLE,
        run=partial(run_step, every),
    )
    steps = parser.add_subparsers(metavar="STEP", required=True)
    for announce in (
        _announce_draft,
        _announce_check,
        _announce_issue,
        _announce_restate,
        _announce_list,
        _announce_show,
    ):
        add_database_options(announce(steps))


# --- the steps ---


def draft(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Work out the figures of a month and keep them as its draft."""
    from servanda.reports.monthly import issuing

    month = issuing.month_of(arguments.month)
    figures_hash = issuing.prepare(viewer, month, now)
    yield f"The report of {month} is prepared, with the figures {figures_hash}."
    yield from _summary(viewer, arguments.month)


def check(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Note that the draft was read and found right."""
    from servanda.reports.monthly import issuing
    from servanda.services import reports

    month = issuing.month_of(arguments.month)
    reports.check(viewer, month, _figures(viewer, arguments.month), now=now)
    yield f"The report of {month} is checked."


def issue(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Issue the checked draft under the next number."""
    from servanda.reports.monthly import issuing

    month = issuing.month_of(arguments.month)
    number = issuing.issue(viewer, month, _figures(viewer, arguments.month), now)
    yield f"The report of {month} is issued as report {number}. Only ICT sees it until it is released."


def restate(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Prepare the report that takes the place of an issued one."""
    from servanda.reports.monthly import issuing

    figures_hash = issuing.restate(viewer, arguments.number, now)
    yield f"The restatement of report {arguments.number} is prepared, with the figures {figures_hash}."


def every(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """List drafts and issued reports."""
    from servanda.queries import reports

    found = reports.every(viewer)
    for month, checked in found.drafts:
        yield f"{month:%Y-%m}: {'checked' if checked else 'draft'}"
    for each in found.issued:
        restated = f", restated by report {each.successor}" if each.successor else ""
        yield f"{each.month:%Y-%m}: report {each.number}, for {each.audience}{restated}"


def show(arguments: argparse.Namespace, viewer: Viewer, now: datetime) -> Iterator[str]:
    """Print the summary of an issued report, and write its files where that is asked for."""
    from servanda.queries import reports
    from servanda.reports.monthly import issuing

    issued = reports.issued(viewer, arguments.number)
    yield from (each.text for each in issuing.of_issued(issued).summary)
    files = {form: arguments.folder / f"report-{arguments.number}.{form}" for form in FORMS} if arguments.folder else {}
    check_outputs(list(files.values()))
    for form, path in files.items():
        with placed(path) as beside:
            beside.write_bytes(reports.file(viewer, arguments.number, form))
        yield f"Written to {path}."
    yield json.dumps({"content": issued.content_hash, "files": dict(issued.hashes)})


# --- what they share ---


def _figures(viewer: Viewer, month: str) -> str:
    """Return the hash of the figures in preparation; of a month that was issued, those it was issued with."""
    from servanda.queries import reports
    from servanda.reports.monthly import issuing

    first = issuing.month_of(month).first
    found = reports.draft(viewer, first) or reports.latest(viewer, first)
    return found.figures_hash if found else ""


def _summary(viewer: Viewer, month: str) -> Iterator[str]:
    from servanda.queries import reports
    from servanda.reports.monthly import issuing

    prepared = reports.draft(viewer, issuing.month_of(month).first)
    if prepared:
        yield from (each.text for each in issuing.of_draft(prepared).summary)


# --- how they are announced ---


def _announce_draft(steps: Subparsers) -> argparse.ArgumentParser:
    return _of_month(steps, "draft", "Work out the figures of a month and keep them as its draft.", draft)


def _announce_check(steps: Subparsers) -> argparse.ArgumentParser:
    return _of_month(steps, "check", "Note that you have read the draft and find it right.", check)


def _announce_issue(steps: Subparsers) -> argparse.ArgumentParser:
    return _of_month(steps, "issue", "Issue the checked draft under the next number, for ever.", issue)


def _announce_restate(steps: Subparsers) -> argparse.ArgumentParser:
    says = "Prepare the report that takes the place of an issued one whose figures have changed."
    return _of_number(steps, "restate", says, restate)


def _announce_list(steps: Subparsers) -> argparse.ArgumentParser:
    return add_command(
        steps, "list", says="List the reports.", example="servanda reports list", run=partial(run_step, every)
    )


def _announce_show(steps: Subparsers) -> argparse.ArgumentParser:
    step = _of_number(steps, "show", "Print the summary of an issued report and its hashes.", show)
    step.add_argument("--folder", type=Path, metavar="FOLDER", help="also write its four files here")
    return step


def _of_month(steps: Subparsers, name: str, says: str, step: Step) -> argparse.ArgumentParser:
    parser = add_command(
        steps, name, says=says, example=f"servanda reports {name} 2026-10", run=partial(run_step, step)
    )
    parser.add_argument("month", help="the month, as 2026-10")
    return parser


def _of_number(steps: Subparsers, name: str, says: str, step: Step) -> argparse.ArgumentParser:
    parser = add_command(steps, name, says=says, example=f"servanda reports {name} 7", run=partial(run_step, step))
    parser.add_argument("number", type=int, help="the number of the report")
    return parser
