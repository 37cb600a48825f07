"""YAML as people write it, read without its surprises; every node remembers its line.

Words keep the form in which they were written: `no` stays a word, `08:00` a time and `2026-01-01` a date as
text. What other readers of YAML would take for a truth value, a number of seconds or a rounded number is marked
as ambiguous. A tag, a second document, a tab for indentation and aliases that multiply the text are refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from servanda.bad_input import BadInput

MOST_BYTES = 16 * 2**20
MOST_NODES = 500_000
DEEPEST = 40

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_TRUTH_WORDS = {"y", "n", "yes", "no", "on", "off"}
_NUMBER_LIKE = re.compile(
    r"""[-+]?( [0-9][0-9_]*([.][0-9_]*)?([eE][-+]?[0-9]+)?   # 1.10, 010, 1_000, 1e3
            | [.][0-9_]+ | [.](inf|Inf|INF) | 0[xob][0-9a-fA-F_]+
            | [0-9][0-9_]*(:[0-5]?[0-9])+([.][0-9_]*)? )        # 12:30, which YAML 1.1 takes for base 60
        | [.](nan|NaN|NAN)""",
    re.VERBOSE,
)


class UnreadableYaml(BadInput):
    """A file that is no text, or no YAML, or YAML that a person could not check by reading."""


@dataclass(frozen=True, slots=True, eq=False)
class Scalar:
    """A word, number or sentence as written; `plain` where it stands without quotes."""

    line: int
    text: str
    plain: bool

    @property
    def ambiguous(self) -> bool:
        """Whether other readers of YAML may take it for something else than the text it looks like."""
        if not self.plain or _INTEGER.fullmatch(self.text):
            return False
        return self.text.lower() in _TRUTH_WORDS or _NUMBER_LIKE.fullmatch(self.text) is not None


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """Items one after the other."""

    line: int
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Keys with their values; `twins` are the keys given again, with the lines on which they were."""

    line: int
    entries: Mapping[str, "Node"]
    key_lines: Mapping[str, int]
    twins: tuple[tuple[str, int], ...] = ()


Node = Scalar | Listing | Table


def read(path: Path) -> Node:
    """Return the content of a YAML file; raise `UnreadableYaml` with the line and what to do."""
    raw = path.read_bytes()
    return parse(decode(raw, path), path)


def decode(raw: bytes, path: Path) -> str:
    """Return the text of a file in UTF-8, with or without a byte order mark."""
    if len(raw) > MOST_BYTES:
        raise UnreadableYaml(
            f"the file has {len(raw):,} bytes",
            expected=f"at most {MOST_BYTES:,} bytes of YAML",
            mend="check that it is the right file, or split it",
            file=path,
        )
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in raw[:4]:
        raise _unreadable("the file is in UTF-16 or UTF-32", "save it as UTF-8", path, 1)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        line = raw.count(b"\n", 0, failure.start) + 1
        raise _unreadable(
            f"byte {raw[failure.start]:#04x} is not UTF-8", "save the file as UTF-8", path, line
        ) from None
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise _unreadable("a NUL character", "take it out, or check that it is the right file", path, line)
    return text


def parse(text: str, path: Path) -> Node:
    """Return the one document in a text; raise `UnreadableYaml` with the line and what to do."""
    try:
        return _Composer(path).compose(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as failure:
        mark = failure.problem_mark or failure.context_mark
        raise _unreadable_yaml(failure.problem or "", text, path, mark.line if mark else 0) from None
    except yaml.reader.ReaderError as failure:
        line = text.count("\n", 0, failure.position) + 1
        found = f"the character U+{failure.character:04X}, which YAML does not allow"
        raise _unreadable(found, "take it out", path, line) from None


def plain(node: Node) -> Any:
    """Return a node as JSON values: whole numbers, true, false and null where written so, else text."""
    if isinstance(node, Table):
        return {key: plain(value) for key, value in node.entries.items()}
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    return _plain_scalar(node)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and every node below it."""
    yield node
    below = node.entries.values() if isinstance(node, Table) else node.items if isinstance(node, Listing) else ()
    for each in below:
        yield from walk(each)


def node_at(root: Node, path: list[str | int]) -> Node:
    """Return the node reached by keys and places."""
    node = root
    for step in path:
        if isinstance(node, Table):
            node = node.entries[str(step)]
        elif isinstance(node, Listing):
            node = node.items[int(step)]
    return node


def _plain_scalar(scalar: Scalar) -> Any:
    if not scalar.plain:
        return scalar.text
    if scalar.text in ("true", "false"):
        return scalar.text == "true"
    if scalar.text in ("", "~", "null", "Null", "NULL"):
        return None
    return int(scalar.text) if _INTEGER.fullmatch(scalar.text) else scalar.text


@dataclass(slots=True)
class _Open:
    """A listing or table whose end has not come yet."""

    line: int
    anchor: str | None
    is_table: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    key_lines: dict[str, int] = field(default_factory=dict)
    twins: list[tuple[str, int]] = field(default_factory=list)
    key: Scalar | None = None
    size: int = 1

    def take(self, node: Node) -> None:
        """Keep the next item, key or value."""
        if not self.is_table:
            self.items.append(node)
        elif self.key is None:
            assert isinstance(node, Scalar)
            self.key = node
        else:
            self._take_entry(self.key, node)
            self.key = None

    def _take_entry(self, key: Scalar, value: Node) -> None:
        if key.text in self.entries:
            self.twins.append((key.text, key.line))
            return
        self.entries[key.text] = value
        self.key_lines[key.text] = key.line

    def close(self) -> Node:
        """Return the finished node."""
        if self.is_table:
            return Table(self.line, self.entries, self.key_lines, tuple(self.twins))
        return Listing(self.line, tuple(self.items))


class _Composer:
    """Builds nodes from the parser's events one after the other, so that no nesting can exhaust it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: list[_Open] = []
        self._anchored: dict[str, tuple[Node, int]] = {}
        self._root: Node | None = None
        self._nodes = 0

    def compose(self, events: Iterator[yaml.Event]) -> Node:
        for event in events:
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.NodeEvent):
                self._refuse_a_key_that_is_no_word(event, line)
            if isinstance(event, yaml.AliasEvent):
                self._alias(event, line)
            elif isinstance(event, yaml.ScalarEvent):
                self._refuse_tag(event.tag, line)
                self._done(Scalar(line, event.value, event.style is None), event.anchor, 1, line)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._refuse_tag(event.tag, line)
                self._begin(_Open(line, event.anchor, isinstance(event, yaml.MappingStartEvent)))
            elif isinstance(event, yaml.CollectionEndEvent):
                closed = self._open.pop()
                self._done(closed.close(), closed.anchor, closed.size, line)
            elif isinstance(event, yaml.DocumentStartEvent) and self._root is not None:
                raise self._refusal("a second document", "keep one document in a file", line)
        if self._root is None:
            raise self._refusal("nothing in the file", "write the agreements into it, or name another file", 1)
        return self._root

    def _begin(self, opened: _Open) -> None:
        self._open.append(opened)
        if len(self._open) > DEEPEST:
            raise self._refusal(f"more than {DEEPEST} levels of nesting", "check the brackets", opened.line)

    def _alias(self, event: yaml.AliasEvent, line: int) -> None:
        if event.anchor not in self._anchored:
            raise self._refusal(f"the alias '*{event.anchor}' before its anchor", "write the value out", line)
        node, size = self._anchored[event.anchor]
        self._done(node, None, size, line)

    def _done(self, node: Node, anchor: str | None, size: int, line: int) -> None:
        """Hand a finished node to what it stands in; an alias weighs as much as what it stands for."""
        if anchor:
            self._anchored[anchor] = (node, size)
        if not self._open:
            self._root = node
            return
        parent = self._open[-1]
        parent.take(node)
        parent.size += size
        if parent.size > MOST_NODES:
            raise self._refusal(
                f"more than {MOST_NODES:,} entries once aliases are written out", "write fewer aliases", line
            )

    def _refuse_a_key_that_is_no_word(self, event: yaml.NodeEvent, line: int) -> None:
        awaits_key = self._open and self._open[-1].is_table and self._open[-1].key is None
        if awaits_key and not isinstance(event, yaml.ScalarEvent):
            raise self._refusal("a key that is not a word", "put the value in quotes, or write a key", line)

    def _refuse_tag(self, tag: str | None, line: int) -> None:
        if tag is not None and tag != "!":
            raise self._refusal(f"the tag '{tag}'", "take it out: plain values need none", line)

    def _refusal(self, found: str, mend: str, line: int) -> UnreadableYaml:
        return _unreadable(found, mend, self._path, line)


def _unreadable(found: str, mend: str, path: Path, line: int) -> UnreadableYaml:
    return UnreadableYaml(found, expected="one YAML document in UTF-8", mend=mend, file=path, line=line)


def _unreadable_yaml(problem: str, text: str, path: Path, line: int) -> UnreadableYaml:
    """Return the refusal for what the parser stumbled over, with the mends for the usual causes."""
    lines = text.splitlines()
    written = lines[line] if line < len(lines) else ""
    if "\t" in written[: len(written) - len(written.lstrip())] or "'\\t'" in problem:
        return _unreadable("a tab where YAML wants spaces", "indent with spaces", path, line + 1)
    mend = "check the indentation, colons, brackets and quotes of this line and the one before"
    if problem.startswith("mapping values are not allowed"):
        mend = "put text that holds a colon in quotes, or check the indentation"
    if "%" in problem or "'@'" in problem or "'`'" in problem:
        mend = "put text that starts with a special sign in quotes"
    return _unreadable(problem or "text that is no YAML", mend, path, line + 1)
