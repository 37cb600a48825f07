"""A folder of agreement files, read as if they were one file: what one of them lists, each of the others may name."""

from bisect import bisect_right
from collections.abc import Mapping
from pathlib import Path

from servanda.bad_input import BadInput
from servanda.files import yaml_text
from servanda.files.findings import Findings
from servanda.files.yaml_text import Listing, Node, Scalar, Table

ENDINGS = frozenset({".yaml", ".yml"})
OTHER_FORMATS = ("servanda-mapping/", "servanda-catalogue/")
LISTS = ("customers", "services", "calendars", "priorities", "agreements")
TOLD_ONCE = ("format", "organisation")
MOST_FILES = 5_000


class FolderFindings(Findings):
    """The findings of several files, whose lines are counted on from file to file, each told in its own file."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._starts: list[int] = []
        self._files: list[Path] = []
        self._ends = 0

    def begin(self, file: Path, lines: int) -> int:
        """Let a file of so many lines follow on the ones before; return the line before its first."""
        before = self._ends
        self._starts.append(before)
        self._files.append(file)
        self._ends = before + lines
        return before

    def place(self, line: int) -> tuple[str, int]:
        """Return the file in which a line stands, and its number there."""
        number = bisect_right(self._starts, line - 1) - 1
        if number < 0:
            return str(self.file), 1
        return str(self._files[number]), line - self._starts[number]


def read(folder: Path) -> tuple[Node, FolderFindings]:
    """Return the nodes of all files of a folder as one, and what gathers their findings.

    Hidden folders, mappings and catalogues are left aside. Raise `UnreadableYaml` for a file that is no YAML, and
    `BadInput` for a folder without any or with too many.
    """
    findings = FolderFindings(folder)
    lists: dict[str, list[Node]] = {each: [] for each in LISTS}
    once: dict[str, Node] = {}
    others: dict[str, Node] = {}
    lines: dict[str, int] = {}
    for file in _files(folder):
        text = yaml_text.decode(file.read_bytes(), file)
        root = yaml_text.parse(text, file)
        if not isinstance(root, Table) or _is_other(root):
            continue
        told = _shifted(root, findings.begin(file, text.count("\n") + 2))
        assert isinstance(told, Table)
        for key, node in told.entries.items():
            lines.setdefault(key, told.key_lines[key])
            if key in lists and isinstance(node, Listing):
                lists[key] += node.items
            elif key in TOLD_ONCE and key in once:
                _check_same(key, once[key], node, findings)
            else:
                (once if key in TOLD_ONCE else others)[key] = node
    entries: dict[str, Node] = {**once, **others}
    entries |= {key: Listing(lines[key], tuple(nodes)) for key, nodes in lists.items() if key in lines and nodes}
    return Table(1, entries, lines), findings


def _files(folder: Path) -> list[Path]:
    found = sorted(each for each in folder.rglob("*") if each.suffix in ENDINGS and each.is_file())
    shown = [each for each in found if not any(part.startswith(".") for part in each.relative_to(folder).parts)]
    if not 0 < len(shown) <= MOST_FILES:
        raise BadInput(
            f"{len(shown):,} files end with .yaml in this folder",
            expected=f"from 1 to {MOST_FILES:,} agreement files",
            mend="Check that it is the right folder.",
            file=folder,
        )
    return shown


def _is_other(root: Table) -> bool:
    """Whether a file is of another format of ours, which may lie beside agreements."""
    form = root.entries.get("format")
    return isinstance(form, Scalar) and form.text.startswith(OTHER_FORMATS)


def _check_same(key: str, first: Node, again: Node, findings: FolderFindings) -> None:
    if yaml_text.plain(first) != yaml_text.plain(again):
        file, line = findings.place(first.line)
        reason = f"'{key}' says something else than in {file}, line {line}"
        findings.add("SV107", again.line, reason, "Say the same in every file of the folder, or in one alone.")


def _shifted(node: Node, by: int) -> Node:
    """Return a node as it stands so many lines further on."""
    if isinstance(node, Scalar):
        return Scalar(node.line + by, node.text, node.plain)
    if isinstance(node, Listing):
        return Listing(node.line + by, tuple(_shifted(each, by) for each in node.items))
    entries: Mapping[str, Node] = {key: _shifted(each, by) for key, each in node.entries.items()}
    lines = {key: line + by for key, line in node.key_lines.items()}
    return Table(node.line + by, entries, lines, tuple((key, line + by) for key, line in node.twins))
