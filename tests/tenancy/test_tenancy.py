"""Nobody of one organisation is ever given anything of another: every command, under every role, on both databases.

The other organisation, the canary, has the same ids, numbers and rows as the first and a mark in every column. What
the commands of the first print, write, log and keep holds no mark, and is what it would be were it alone.
"""

import gzip
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from servanda import wall_time
from servanda.cli import main
from servanda.engine.logs import Origin
from servanda.engine.rights import Role
from servanda.queries import logs, origins
from servanda.reports.attainment.as_job import REPORT
from servanda.services import jobs, people
from servanda.services.imports.planning import hash_of
from servanda.store import models
from tests.databases import SQLITE_URL
from tests.services.fresh import Fresh, made
from tests.tenancy import canary, school
from tests.tenancy.commands import APART, OF_ONE_ORGANISATION, SETTING_UP, every_command

pytestmark = pytest.mark.slow
Printed = pytest.CaptureFixture[str]
ROLES = sorted(Role, key=lambda role: role is Role.ADMINISTRATOR)  # who may do everything comes last
FIRST = "school"


@dataclass(frozen=True)
class Desk:
    """Where commands are typed: a folder of files to read, one to write to, and what is printed."""

    files: Path
    out: Path
    printed: Printed

    def run(self, words: Sequence[str], person: str) -> str:
        """Run a command of the first organisation and return its exit code with all that it printed."""
        places = {**school.written(self.files), "out": f"{self.out}"}
        told = [word.format(**places) for word in words]
        code = main([*told, "--organisation", FIRST, "--as", person])
        shown = self.printed.readouterr()
        text = f"{code}\n{shown.out}\n{shown.err}".replace(f"{self.files}", "FILES").replace(f"{self.out}", "OUT")
        assert "Traceback" not in text
        text = re.sub(r"/set-up/[\w-]{40,}/", "/set-up/SECRET/", text)
        return f"$ {' '.join(words)} --as {person}\n{text}"


@pytest.fixture
def desk(tmp_path: Path, capsys: Printed, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Desk:
    """Return a desk at which it is always the same instant."""
    caplog.set_level("DEBUG")
    monkeypatch.setattr(wall_time, "now", lambda: school.NOW)
    monkeypatch.setenv("SERVANDA_DATABASE", SQLITE_URL)  # what this process began with; `work_on` changes over
    out = tmp_path / "out"
    out.mkdir()
    return Desk(tmp_path / "files", out, capsys)


def set_up(desk: Desk, url: str) -> models.Organisation:
    """Make a database in which the first organisation has its tickets."""
    made(url)
    organisation = school.keep(desk.files)
    for words in SETTING_UP:
        told = desk.run(words, school.slug_of(Role.ADMINISTRATOR))
        assert told.splitlines()[1] == "0", told
    return organisation


def every_transcript(desk: Desk) -> list[str]:
    """Run every command under every role, and return what each printed and wrote."""
    told = []
    for role in ROLES:
        for words in (words for each in OF_ONE_ORGANISATION.values() for words in each):
            told.append(desk.run(words, school.slug_of(role)))
            told += [taken(path) for path in sorted(desk.out.iterdir())]
    return told


def codes_of(transcripts: Sequence[str]) -> Mapping[str, set[str]]:
    """Return the exit codes with which each command ended under any role."""
    codes: dict[str, set[str]] = {}
    for told in transcripts:
        words, _, rest = told.partition(" --as ")
        if words.startswith("$ "):
            codes.setdefault(words, set()).add(rest.splitlines()[1])
    return codes


def taken(path: Path) -> str:
    """Return a file that a command wrote, and clear it away."""
    content = path.read_bytes()
    path.unlink()
    unpacked = gzip.decompress(content) if path.suffix == ".gz" else content
    return f"{path.name}:\n{unpacked.decode('utf-8')}"


def test_every_command_is_in_the_table() -> None:
    assert every_command() == sorted([*OF_ONE_ORGANISATION, *APART])


def test_every_column_that_can_hold_a_mark_has_one(desk: Desk, fresh: Fresh) -> None:
    other = canary.add_canary(set_up(desk, fresh("shared")))
    assert canary.unmarked(other) == []


def test_every_row_of_the_first_has_a_twin(desk: Desk, fresh: Fresh) -> None:
    first = set_up(desk, fresh("shared"))
    other = canary.add_canary(first)
    for model in filter(canary.is_owned, canary.every_model()):
        own, theirs = (model._base_manager.filter(organisation=each).count() for each in (first, other))
        assert theirs == own + 1, model


def test_the_search_finds_what_it_searches_for(desk: Desk, fresh: Fresh) -> None:
    other = canary.add_canary(set_up(desk, fresh("shared")))
    rows = list(canary.rows_of(other))
    marked = [row for row in rows if canary.found_in(row)]
    assert len(marked) >= len(canary.every_model()) - 1
    assert canary.found_in("ZQX7KW at the end of Mon 7 Jul 2031") == [canary.MARK, "7 Jul 2031"]


def test_nothing_of_another_organisation_comes_to_light_or_is_changed(
    desk: Desk, fresh: Fresh, caplog: pytest.LogCaptureFixture
) -> None:
    set_up(desk, fresh("alone"))
    alone = every_transcript(desk)

    first = set_up(desk, fresh("shared"))
    other = canary.add_canary(first)
    before = list(canary.rows_of(other))
    caplog.clear()
    shared = every_transcript(desk)

    texts = [*shared, caplog.text, *canary.rows_of(first)]
    assert [(canary.found_in(text), text) for text in texts if canary.found_in(text)] == []
    assert shared == alone
    assert list(canary.rows_of(other)) == before
    assert [words for words, codes in codes_of(alone).items() if codes == {"2"}] == [], "refused under every role"


def leaking_logs(patch: pytest.MonkeyPatch) -> None:
    """Let a log be that of every organisation."""
    patch.setattr(logs, "records_of", lambda organisation, source: models.Ticket.objects.all())


def leaking_origins(patch: pytest.MonkeyPatch) -> None:
    """Let any organisation tell where an event came from."""
    patch.setattr(origins, "of", lambda organisation, ticket: dict(everybodys_origins()))


def everybodys_origins() -> Iterator[tuple[str, Origin]]:
    """Yield the origins of every event of every organisation that came out of a file."""
    for event in models.Event.objects.exclude(batch=None).select_related("batch"):
        assert event.batch is not None
        yield event.key, Origin(event.batch.number, event.batch.file_name, event.row)


@pytest.mark.parametrize(
    ("leak", "words"),
    [
        (leaking_logs, ("evaluate", "--out", "{out}/readings.csv")),
        (leaking_logs, ("report",)),
        (leaking_origins, ("explain", "T1")),
    ],
)
def test_a_leak_is_found(
    desk: Desk,
    fresh: Fresh,
    monkeypatch: pytest.MonkeyPatch,
    leak: Callable[[pytest.MonkeyPatch], None],
    words: Sequence[str],
) -> None:
    set_up(desk, fresh("alone"))
    alone = desk.run(words, "administrator")
    canary.add_canary(set_up(desk, fresh("shared")))
    leak(monkeypatch)
    try:
        shared = desk.run(words, "administrator")
    except Exception as crash:  # what belongs to the canary can hardly be read, and that shows too
        shared = f"{crash!r}"
    assert shared != alone


def order_jobs(desk: Desk, organisation: models.Organisation) -> None:
    """Order a report, and the import of a file some of whose rows are refused."""
    administrator = people.viewer(organisation, "administrator", now=school.NOW)
    files = school.written(desk.files)
    table = Path(files["damaged"])
    report = {"folder": f"{desk.out}", "name": "ordered"}
    taken_in = {
        "file": f"{table}",
        "mapping": files["mapping"],
        "file_hash": hash_of(table),
        "choice": "good_rows",
        "rejects": f"{desk.out}/rejects.csv",
    }
    assert jobs.order(administrator, REPORT, "ordered report", report, now=school.NOW)
    assert jobs.order(administrator, jobs.IMPORT, "ordered import", taken_in, now=school.NOW)


def test_what_jobs_write_and_tell_holds_nothing_of_another_organisation(desk: Desk, fresh: Fresh) -> None:
    told = []
    for name in ("alone", "shared"):
        first = set_up(desk, fresh(name))
        if name == "shared":
            canary.add_canary(first)
        order_jobs(desk, first)
        told.append([desk.run(("work", "--once"), "administrator"), *map(taken, sorted(desk.out.iterdir()))])
    alone, shared = told
    assert [(canary.found_in(text), text) for text in [*shared, *canary.rows_of(first)] if canary.found_in(text)] == []
    assert shared == alone
    assert len(shared) == 4  # what was printed, the report as CSV and as JSON, and the refused rows
    assert shared[0].splitlines()[1] == "0"


REASON = ("--reason", "why")
MISSING = "qy3vxm"
BY_ID: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ticket.number", ("explain", "{id}")),
    ("ticket.source", ("explain", "T1", "--source", "{id}")),
    ("ticket.source", ("evaluate", "--out", "{out}/readings.csv", "--source", "{id}")),
    ("ticket.source", ("report", "--source", "{id}")),
    ("ticket.source", ("reconcile", "--source", "{id}")),
    ("ticket.number", ("retract", "--source", "desk", "--ticket", "{id}")),
    ("ticket.source", ("retract", "--source", "{id}", "--ticket", "R1")),
    ("event.key", ("retract", "--source", "desk", "--ticket", "R1", "--event", "{id}", *REASON)),
    ("ticket.number", ("exempt", "--source", "sheet", "--ticket", "{id}", "--target", "fix", *REASON)),
    ("ticket.source", ("exempt", "--source", "{id}", "--ticket", "T1", "--target", "fix", *REASON)),
    ("clock.target", ("exempt", "--source", "sheet", "--ticket", "T1", "--target", "{id}", *REASON)),
    ("person.slug", ("audit", "--actor", "{id}")),
    ("person.slug", ("anonymise", "{id}", *REASON)),
    ("person.slug", ("people", "assign", "{id}", "--role", "technician")),
    ("person.slug", ("people", "end", "{id}", "--role", "technician")),
    ("person.slug", ("people", "leave", "{id}")),
    ("person.slug", ("people", "invite", "{id}")),
    ("person.slug", ("people", "reset-second-step", "{id}")),
    ("person.slug", ("people", "return", "{id}")),
    ("service.slug", ("people", "assign", "technician", "--role", "technician", "--service", "{id}")),
    ("person.name", ("anonymise", "{id}", *REASON)),
)
"""Commands that are given the id of something, and where that id stands."""

BY_NUMBER: tuple[tuple[str, ...], ...] = (("undo", "{id}", *REASON),)


def answer(desk: Desk, words: Sequence[str], id: str, role: Role) -> str:
    """Return what a command with an id prints, without the id, or a hash of what was asked for with it."""
    filled = [word.replace("{id}", id) for word in words]
    return re.sub("sha256:[0-9a-f]{64}", "HASH", desk.run(filled, school.slug_of(role)).replace(id, "ID"))


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.SERVICE_MANAGER, Role.TECHNICIAN, Role.AUDITOR])
def test_what_is_another_organisations_gets_the_answer_of_what_is_missing(desk: Desk, fresh: Fresh, role: Role) -> None:
    canary.add_canary(set_up(desk, fresh("shared")))
    for place, words in BY_ID:
        foreign, missing = canary.value_of(place), MISSING
        assert answer(desk, words, foreign, role) == answer(desk, words, missing, role), words
    for words in BY_NUMBER:
        assert answer(desk, words, f"{canary.NUMBER}", role) == answer(desk, words, "8842818", role), words


def test_a_person_of_another_organisation_is_nobody_here(desk: Desk, fresh: Fresh) -> None:
    canary.add_canary(set_up(desk, fresh("shared")))
    for words in (words for each in OF_ONE_ORGANISATION.values() for words in each):
        told = [desk.run(words, person).replace(person, "ID") for person in (canary.value_of("person.slug"), MISSING)]
        assert told[0] == told[1]
        assert told[0].splitlines()[1] == "2"


@pytest.mark.parametrize("template", [school.NOTED, school.RETRACTED])
def test_an_event_for_what_is_another_organisations_is_refused_as_for_what_is_missing(
    desk: Desk, fresh: Fresh, template: str
) -> None:
    canary.add_canary(set_up(desk, fresh("shared")))
    answers = []
    for ticket, key in ((canary.value_of("ticket.number"), canary.value_of("event.key")), (MISSING, "qy3vxn")):
        line = desk.files / "line.jsonl"
        line.write_text(template.replace("TICKET", ticket).replace("KEY", key), encoding="utf-8")
        told = desk.run(("record", f"{line}"), school.slug_of(Role.ADMINISTRATOR))
        answers.append(told.replace(ticket, "ID").replace(key, "KEY"))
    assert answers[0] == answers[1]
    assert answers[0].splitlines()[1] == "2"
