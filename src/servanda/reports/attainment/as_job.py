"""The report of attainment as a long job: figures out of the database, written as CSV and JSON to a folder.

`payload`: `folder` and `name` of the files, and, where wanted, `period`, `cohort`, `by` (a list) and `source`.
"""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from servanda.bad_input import BadInput
from servanda.engine.logs import judged_in_passing
from servanda.engine.periods import InvalidPeriod, Period
from servanda.engine.results import Cohort
from servanda.engine.rights import Action
from servanda.files.outputs import check_outputs, table_to, written
from servanda.queries import logs
from servanda.reports.attainment import as_csv, as_json, figures
from servanda.services.jobs import Handler, Job
from servanda.store.snapshots import snapshot


def write(job: Job) -> str:
    """Write both files, or neither; what was there under these names is replaced at one stroke."""
    files = files_of(job.payload)
    check_outputs(files)
    csv_file, json_file = files
    with snapshot():
        found = figures_of(job)
    with ExitStack() as opened:
        table_to(opened.enter_context(written(csv_file)), as_csv.COLUMNS, as_csv.rows(found))
        text = json.dumps(as_json.record(found), ensure_ascii=False, indent=2)
        opened.enter_context(written(json_file)).write(text + "\n")
    return f"written to {csv_file.name} and {json_file.name}"


def figures_of(job: Job) -> figures.Figures:
    """Return the figures that whoever ordered the report may see."""
    log = logs.kept(job.viewer, Action.SEE_RESULTS, source=job.payload.get("source"))
    return figures.of(
        judged_in_passing(log),
        period=_period(job.payload.get("period")),
        cohort=_cohort(job.payload.get("cohort", Cohort.DECIDED_IN.value)),
        split=_split(job.payload.get("by", list(figures.USUAL_SPLIT))),
    )


def files_of(payload: Mapping[str, Any]) -> tuple[Path, Path]:
    """Return the files of a report; raise `BadInput` for a name that would lie outside its folder."""
    folder, name = Path(payload["folder"]), str(payload["name"])
    if not name or Path(name).name != name or "\\" in name:
        raise BadInput(
            f"a report called '{name}'", expected="a name without a folder", mend="Name the folder by itself."
        )
    return folder / f"{name}.csv", folder / f"{name}.json"


def _period(text: str | None) -> Period | None:
    try:
        return Period.read(text) if text else None
    except InvalidPeriod as refusal:
        raise _unknown("period", text, "such as 2018-06, 2018-Q2 or 2018", refusal) from None


def _cohort(text: str) -> Cohort:
    try:
        return Cohort(text)
    except ValueError as refusal:
        raise _unknown("cohort", text, ", ".join(each.value for each in Cohort), refusal) from None


def _split(words: list[str]) -> tuple[str, ...]:
    for word in words:
        if word not in figures.SPLITS:
            raise _unknown("split", word, ", ".join(figures.SPLITS), "results are not split by it")
    return tuple(words)


def _unknown(what: str, found: object, expected: str, reason: object) -> BadInput:
    return BadInput(f"the {what} '{found}': {reason}", expected=expected, mend="Order the report again.")


REPORT = Handler("report", Action.SEE_RESULTS, write)
