"""YAML written so that every reader takes it for what it is: words that look like something else stand in quotes."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from servanda.files import yaml_text

Entries = dict[str, Any]
WIDTH = 110


def written_yaml(content: Entries) -> str:
    """Return the text of a file, with an empty line before each part."""
    text = yaml.dump(content, Dumper=_Dumper, **_STYLE)
    return re.sub(r"\n(?=[a-z])", "\n\n", text)


class _Dumper(yaml.SafeDumper):
    """Writes a text in quotes wherever some reader of YAML would take it for something else."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    scalar = yaml_text.Scalar(1, text, plain=True)
    misread = scalar.ambiguous or yaml_text.plain(scalar) != text
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if misread else None)


def _table(dumper: yaml.SafeDumper, entries: Entries) -> yaml.MappingNode:
    """Return a table on one line where it is short and holds no other, else with a line for each key."""
    node = dumper.represent_mapping("tag:yaml.org,2002:map", entries.items())
    node.flow_style = bool(node.flow_style) and len(str(entries)) < WIDTH - 30
    return node


_Dumper.add_representer(str, _text)
_Dumper.add_representer(dict, _table)
_STYLE: Mapping[str, Any] = {
    "allow_unicode": True,
    "default_flow_style": None,
    "sort_keys": False,
    "width": WIDTH,
}
