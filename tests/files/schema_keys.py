"""The keys of a JSON Schema, each by its whole path, and those that a content has: to see that nothing is left out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
Figure = Callable[[str, object], None]
ANY = "*"
"""In a path: whatever key somebody chooses, such as a day of the week; `[]` is any item of a list."""


def resolved(schema: Schema, part: Schema) -> Schema:
    """Return a part of a schema, or what it refers to."""
    name = part.get("$ref", "").rpartition("/")[2]
    return dict(schema["$defs"][name]) if name else part


def below(schema: Schema, part: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield what lies directly below a part: each key that it names, any other key, and an item; by path."""
    part = resolved(schema, part)
    for key, told in part.get("properties", {}).items():
        yield f"{path}.{key}".lstrip("."), told
    if part.get("additionalProperties"):
        yield f"{path}.{ANY}", part["additionalProperties"]
    if "items" in part:
        yield f"{path}[]", part["items"]


def known(schema: Schema, part: Schema | None = None, path: str = "") -> Iterator[str]:
    """Yield the path of every key that a schema knows, such as `agreements[].versions[].number`."""
    for there, told in below(schema, schema if part is None else part, path):
        if not there.endswith("[]"):
            yield there
        yield from known(schema, told, there)


def given(content: Any, schema: Schema, part: Schema | None = None, path: str = "") -> Iterator[str]:
    """Yield the path of every key of a content that a schema knows."""
    for there, told in below(schema, schema if part is None else part, path):
        for value in _found(content, there):
            if not there.endswith("[]"):
                yield there
            yield from given(value, schema, told, there)


def _found(content: Any, path: str) -> Iterator[Any]:
    """Yield the values that a content has in the last place of a path."""
    key = path.rpartition(".")[2]
    if isinstance(content, list) and path.endswith("[]"):
        yield from content
    elif isinstance(content, dict) and not path.endswith("[]"):
        yield from content.values() if key == ANY else (content[key],) if key in content else ()


@dataclass
class Seen:
    """The keys of a format that the contents made in a run had, and how many contents those were."""

    schema: Schema
    keys: set[str] = field(default_factory=set)
    contents: int = 0

    def add(self, content: Any) -> None:
        """Note the keys of one more content."""
        self.contents += 1
        self.keys.update(given(content, self.schema))

    def check(self, what: str, figure: Figure) -> None:
        """Put how many keys were seen into the summary of the run, and fail for each that never was."""
        wanted = set(known(self.schema))
        figure(f"keys of the schema in {self.contents} generated {what}", f"{len(self.keys)} of {len(wanted)}")
        missing = sorted(wanted - self.keys)
        assert not missing, f"never generated: {', '.join(missing)}"
