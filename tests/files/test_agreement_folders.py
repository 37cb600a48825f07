"""A folder of agreement files is read as one file, and each finding is told in the file and on the line it stands."""

from pathlib import Path

import pytest

from servanda.bad_input import BadInput
from servanda.files import agreements
from servanda.files.agreement_draft import RefusedAgreements
from servanda.files.yaml_text import UnreadableYaml

SHARED = """\
format: servanda/1
organisation: {id: msp, name: A provider, zone: Europe/London}
calendars:
  - id: office
    hours: {mon-fri: ["09:00-17:00"]}
"""
AGREEMENT = """\
customers:
  - {id: NAME, name: Customer NAME}
agreements:
  - id: desk-NAME
    name: Desk of NAME
    kind: SLA
    versions:
      - number: 1
        from: 2026-01-01
        customers: [NAME]
        calendar: office
        owner: kim
        review_on: 2027-01-01
        targets:
          - {id: fix, kind: resolution, limit: 8 hours, share: 90 %, source: ticket log}
"""


def folder_of(folder: Path, **files: str) -> Path:
    """Return a folder with what is shared and more files."""
    (folder / "customers").mkdir()
    (folder / "shared.yaml").write_text(SHARED, "utf-8")
    for name, text in files.items():
        (folder / "customers" / f"{name}.yaml").write_text(text, "utf-8")
    return folder


def of(name: str, *changes: tuple[str, str]) -> str:
    """Return the file of a customer, with changes."""
    text = AGREEMENT.replace("NAME", name)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def test_a_file_may_name_what_another_lists(tmp_path: Path) -> None:
    book = agreements.load(folder_of(tmp_path, acme=of("acme"), bolt=of("bolt")))
    assert [each.label for each in book.versions] == ["desk-acme/1", "desk-bolt/1"]
    assert [each.id for each in book.customers] == ["acme", "bolt"]
    assert all(each.calendar is book.calendars[0] for each in book.versions)


def test_findings_are_told_in_their_own_files(tmp_path: Path) -> None:
    wrong = of("bolt", ("8 hours", "1 day"), ("        owner: kim\n", ""))
    found = agreements.read(folder_of(tmp_path, acme=of("acme"), bolt=wrong)).findings.all()
    here = str(tmp_path / "customers" / "bolt.yaml")
    assert [(each.file, each.line, each.rule) for each in found] == [(here, 8, "SV305"), (here, 14, "SV402")]
    with pytest.raises(RefusedAgreements) as refused:
        agreements.load(tmp_path)
    assert (refused.value.file, refused.value.line) == (Path(here), 14)


def test_an_id_given_in_two_files_names_the_other(tmp_path: Path) -> None:
    found = agreements.read(folder_of(tmp_path, acme=of("acme"), bolt=of("acme"))).findings.all()
    assert {each.rule for each in found} == {"SV107"}
    assert f"first in {tmp_path / 'customers' / 'acme.yaml'}, line 2" in found[0].reason


def test_two_organisations_in_one_folder_are_refused(tmp_path: Path) -> None:
    other = f"organisation: {{id: other, name: Another, zone: UTC}}\n{of('acme')}"
    [found] = agreements.read(folder_of(tmp_path, acme=other)).findings.all()
    assert (found.rule, found.line, Path(found.file).name) == ("SV107", 2, "shared.yaml")


def test_what_is_no_agreement_is_left_aside(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, acme=of("acme"), mapping="format: servanda-mapping/1\n", notes="- a list\n")
    (folder / ".git").mkdir()
    (folder / ".git" / "odd.yaml").write_text("a: [", "utf-8")
    assert [each.label for each in agreements.load(folder).versions] == ["desk-acme/1"]


def test_a_folder_without_agreements_or_with_damage_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="0 files end with"):
        agreements.load(tmp_path)
    with pytest.raises(UnreadableYaml) as refused:
        agreements.load(folder_of(tmp_path, acme="a: ["))
    assert refused.value.file == tmp_path / "customers" / "acme.yaml"
