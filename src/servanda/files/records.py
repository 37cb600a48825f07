"""Records of a YAML file whose shape is right: their entries as values, their faults as findings."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeVar

from servanda.files import notation
from servanda.files.findings import Findings, quoted
from servanda.files.notation import UnknownNotation
from servanda.files.yaml_text import Listing, Node, Scalar, Table

Value = TypeVar("Value")


class Record:
    """One table of the file, read by key; what cannot be read becomes a finding on its line."""

    def __init__(self, table: Table, findings: Findings) -> None:
        self.table = table
        self.findings = findings

    def __contains__(self, key: str) -> bool:
        return key in self.table.entries

    def __iter__(self) -> Iterator[str]:
        """Yield the keys as written, in their order."""
        return iter(self.table.entries)

    def line(self, key: str = "") -> int:
        """Return the line of a key, or of the record."""
        return self.table.key_lines.get(key, self.table.line)

    def text(self, key: str, default: str = "") -> str:
        """Return the text of an entry, without the space around it."""
        node = self.table.entries.get(key)
        return node.text.strip() if isinstance(node, Scalar) else default

    def number(self, key: str) -> int:
        """Return a whole number."""
        return int(self.text(key, "0"))

    def flag(self, key: str) -> bool:
        """Return whether an entry is there and true."""
        return self.text(key) == "true"

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts of a list; an entry left out is an empty list."""
        return tuple(text for text, _ in self.lined_texts(key))

    def lined_texts(self, key: str) -> list[tuple[str, int]]:
        """Return the texts of a list, each with its line."""
        return [(item.text.strip(), item.line) for item in self._items(key) if isinstance(item, Scalar)]

    def names(self, key: str) -> frozenset[str]:
        """Return the texts of a list, whose order means nothing."""
        return frozenset(self.texts(key))

    def record(self, key: str) -> "Record | None":
        """Return a table within this one."""
        node = self.table.entries.get(key)
        return Record(node, self.findings) if isinstance(node, Table) else None

    def records(self, key: str) -> list["Record"]:
        """Return the tables of a list; an entry left out is an empty list."""
        return [Record(item, self.findings) for item in self._items(key) if isinstance(item, Table)]

    def read(self, key: str, reading: Callable[[str], Value], rule: str = "SV105") -> Value | None:
        """Return what `reading` makes of an entry; `None` where it is left out or becomes a finding."""
        if key not in self:
            return None
        return self.attempt(self.text(key), reading, rule, self.line(key), f"'{key}'")

    def attempt(self, text: str, reading: Callable[[str], Value], rule: str, line: int, what: str) -> Value | None:
        """Return what `reading` makes of a text; `None` where that becomes a finding."""
        try:
            return reading(text)
        except UnknownNotation as unknown:
            self.findings.add(rule, line, f"{what} is {quoted(text)}", str(unknown))
            return None

    def day(self, key: str) -> date | None:
        """Return a date."""
        return self.read(key, notation.day)

    def refuse(self, rule: str, sentences: str, key: str = "") -> None:
        """Add a finding on the line of a key; the first sentence is the reason, the rest the mend."""
        self.findings.add_sentences(rule, self.line(key), sentences)

    def _items(self, key: str) -> tuple[Node, ...]:
        node = self.table.entries.get(key)
        return node.items if isinstance(node, Listing) else ()
