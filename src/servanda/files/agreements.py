"""Agreement files in the format `servanda/1`: read, checked and turned into the engine's values."""

import json
from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from servanda.engine.agreements import (
    Book,
    Customer,
    Organisation,
    Service,
    overlap_sentence,
    overlaps,
)
from servanda.engine.calendars import Calendar
from servanda.files import agreement_folders, agreement_records, calendar_records, shape, yaml_text
from servanda.files.agreement_draft import Draft
from servanda.files.agreement_records import Listed
from servanda.files.findings import Findings
from servanda.files.lint import lint
from servanda.files.records import Record
from servanda.files.yaml_text import Listing, Node, Scalar, Table

MAPPINGS = "servanda-mapping/"


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of the format."""
    text = resources.files("servanda.files").joinpath("agreements.schema.json").read_text("utf-8")
    return dict(json.loads(text))


def load(path: Path) -> Book:
    """Return the agreements in a file; raise `UnreadableYaml` or `RefusedAgreements`, with line and mend."""
    return read(path).book()


def read(path: Path) -> Draft:
    """Return what a file, or a folder of files, says and all that is wrong with it.

    Raise `UnreadableYaml` where it is no YAML.
    """
    if path.is_dir():
        return draft(*agreement_folders.read(path))
    return draft(yaml_text.read(path), Findings(path))


def draft(root: Node, findings: Findings) -> Draft:
    """Return what the nodes of a file say and all that is wrong with them."""
    sound = None if _is_mapping(root, findings) else shape.check(root, schema(), findings)
    file = Record(sound if isinstance(sound, Table) else Table(1, {}, {}), findings)
    made = _Reader(file, root, findings).read()
    lint(made)
    return made


def _is_mapping(root: Node, findings: Findings) -> bool:
    """Return whether the file is a mapping, with the one finding that tells so."""
    form = root.entries.get("format") if isinstance(root, Table) else None
    if not isinstance(form, Scalar) or not form.text.startswith(MAPPINGS):
        return False
    mend = f"Check it with `servanda mapping check {findings.file}`."
    findings.add("SV105", form.line, "this is a mapping, not agreements", mend)
    return True


class _Reader:
    """Reads a file from the things referred to down to the agreements that refer to them."""

    def __init__(self, file: Record, root: Node, findings: Findings) -> None:
        self.file = file
        self.root = root
        organisation = file.record("organisation") or Record(Table(1, {}, {}), findings)
        zone = calendar_records.known_zone(organisation, "UTC")
        named = Organisation(organisation.text("id"), organisation.text("name"), zone)
        self.draft = Draft(findings, named)
        self.listed = Listed(zone)

    def read(self) -> Draft:
        """Return the draft, with a finding for each error of the file."""
        draft, listed = self.draft, self.listed
        draft.customers = [Customer(each.text("id"), each.text("name")) for each in self._unique("customers")]
        draft.services = [Service(each.text("id"), each.text("name")) for each in self._unique("services")]
        listed.customers = self._ids("customers")
        listed.services = self._ids("services")
        self._read_calendars()
        self._read_priorities()
        for each in self._unique("agreements"):
            draft.places.note(each, "agreement", each.text("id"))
            self._refuse_twin_numbers(each)
            draft.versions += agreement_records.versions(each, listed, draft.places)
        self._refuse_overlaps()
        return draft

    def _read_calendars(self) -> None:
        for each in self._unique("calendars"):
            self.draft.places.note(each, "calendar", each.text("id"))
            for holiday in each.records("holidays"):
                self.draft.places.note(holiday, "holiday", each.text("id"), holiday.text("date"))
            errors = self.draft.findings.error_count
            self.draft.calendars.append(calendar_records.calendar(each, self.listed.zone))
            if self.draft.findings.error_count > errors:
                self.draft.stand_ins.add(each.text("id"))
        unread = self._ids("calendars") - {each.id for each in self.draft.calendars}
        self.draft.stand_ins |= unread
        self.listed.calendars = {each.id: each for each in self.draft.calendars}
        self.listed.calendars |= {id: Calendar.always_open("UTC", id) for id in unread}

    def _read_priorities(self) -> None:
        self.listed.priorities = dict.fromkeys(self._ids("priorities"))
        for each in self._unique("priorities"):
            self.draft.places.note(each, "priorities", each.text("id"))
            scheme = agreement_records.priority_scheme(each)
            if scheme is not None:
                self.draft.priorities.append(scheme)
                self.listed.priorities[scheme.id] = scheme

    def _unique(self, key: str) -> Iterable[Record]:
        """Return the records of a list, the first of each id; each other becomes a finding."""
        first: dict[str, Record] = {}
        for each in self.file.records(key):
            id = each.text("id")
            if id in first:
                file, line = self.draft.findings.place(first[id].line())
                elsewhere = f"in {file}, line" if file != self.draft.findings.place(each.line())[0] else "in line"
                sentence = f"the id '{id}' is given twice, first {elsewhere} {line}. Give each its own."
                each.refuse("SV107", sentence, "id")
            first.setdefault(id, each)
        return first.values()

    def _refuse_twin_numbers(self, agreement: Record) -> None:
        seen: set[str] = set()
        for each in agreement.records("versions"):
            number = each.text("number")
            if number in seen:
                each.refuse("SV107", f"version {number} is given twice. Give each version its own number.", "number")
            seen.add(number)

    def _refuse_overlaps(self) -> None:
        for overlap in overlaps(self.draft.versions):
            if overlap.earlier.label != overlap.later.label:
                line = self.draft.places.line("version", overlap.later.label, "from")
                self.draft.findings.add_sentences("SV301", line, overlap_sentence(*overlap))

    def _ids(self, key: str) -> set[str]:
        """Return the ids written in a list, also of entries that are faulty otherwise."""
        listing = self.root.entries.get(key) if isinstance(self.root, Table) else None
        tables = [item for item in listing.items if isinstance(item, Table)] if isinstance(listing, Listing) else []
        ids = (table.entries.get("id") for table in tables)
        return {id.text for id in ids if isinstance(id, Scalar)}
