"""The shape of a YAML file, checked against its JSON Schema, each fault with its line and mend.

The schema is the one place that lists the keys and forms of a format; its descriptions say what was expected.
"""

import difflib
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from servanda.files.findings import Findings, quoted
from servanda.files.yaml_text import Listing, Node, Scalar, Table, node_at, plain, walk

Steps = list[str | int]


def check(root: Node, schema: Mapping[str, Any], findings: Findings) -> Node | None:
    """Add a finding for each key given twice and each value of a form not allowed or often misread.

    Return what is left when the faulty parts are taken out, so that further checks can look at the rest, or
    `None` where nothing is.
    """
    for node in walk(root):
        for key, line in node.twins if isinstance(node, Table) else ():
            findings.add("SV102", line, f"the key {quoted(key)} is given twice", "Keep one of the two.")
    faults = list(Draft202012Validator(schema).iter_errors(plain(root)))
    for fault in faults:
        _add(fault, root, findings)
    _add_ambiguous(root, {id(node_at(root, list(fault.absolute_path))) for fault in faults}, findings)
    return _sound(root, schema, faults)


def _add_ambiguous(root: Node, faulty: set[int], findings: Findings) -> None:
    for node in walk(root):
        if isinstance(node, Scalar) and node.ambiguous and id(node) not in faulty:
            mend = f'Put it in quotes: "{node.text}".'
            findings.add("SV106", node.line, f"other programs read {node.text} as a number or a truth value", mend)


def _sound(root: Node | None, schema: Mapping[str, Any], faults: list[ValidationError]) -> Node | None:
    """Return the tree without what the schema refuses, taking out more and more until it is content."""
    while root is not None and faults:
        out: set[int] = set()
        for fault in faults:
            out |= _taken_out(fault, node_at(root, list(fault.absolute_path)))
        root = _without(root, out)
        faults = list(Draft202012Validator(schema).iter_errors(plain(root))) if root is not None else []
    return root


def _taken_out(fault: ValidationError, node: Node) -> set[int]:
    """Return the identities of the nodes to take out because of a fault: the least that mends it."""
    if isinstance(node, Table) and "propertyNames" in fault.absolute_schema_path:
        return {id(node.entries[str(fault.instance)])}
    if isinstance(node, Table) and fault.validator == "additionalProperties":
        return {id(node.entries[key]) for key in node.entries.keys() - _schema(fault)["properties"].keys()}
    return {id(node)}


def _without(node: Node, out: set[int]) -> Node | None:
    if id(node) in out:
        return None
    if isinstance(node, Listing):
        kept = (_without(item, out) for item in node.items)
        return Listing(node.line, tuple(item for item in kept if item is not None))
    if isinstance(node, Table):
        rest = {key: left for key, value in node.entries.items() if (left := _without(value, out)) is not None}
        return Table(node.line, rest, node.key_lines)
    return node


def _add(fault: ValidationError, root: Node, findings: Findings) -> None:
    path = list(fault.absolute_path)
    node = node_at(root, path)
    if "propertyNames" in fault.absolute_schema_path and isinstance(node, Table):
        _add_wrong_key(str(fault.instance), fault, node, findings)
    elif fault.validator == "additionalProperties" and isinstance(node, Table):
        _add_unknown_keys(_schema(fault)["properties"], node, words(root, path), findings)
    elif fault.validator == "required" and isinstance(node, Table):
        _add_missing_keys(fault, node, words(root, path), findings)
    elif fault.validator == "oneOf" and isinstance(node, Table):
        _add_choice(fault, node, words(root, path), findings)
    elif fault.validator == "uniqueItems" and isinstance(node, Listing):
        _add_twins(node, words(root, path), findings)
    else:
        _add_wrong_form(fault, node, words(root, path), findings)


def _add_wrong_key(key: str, fault: ValidationError, node: Table, findings: Findings) -> None:
    findings.add("SV103", node.key_lines[key], f"the key {quoted(key)} is not known here", f"Use {_expected(fault)}.")


def _add_unknown_keys(known: Mapping[str, Any], node: Table, where: str, findings: Findings) -> None:
    for key in node.entries.keys() - known.keys():
        near = difflib.get_close_matches(key, known, n=1)
        mend = f"Did you mean '{near[0]}'?" if near else f"Take it out, or use one of: {', '.join(known)}."
        findings.add("SV103", node.key_lines[key], f"{where} has the key {quoted(key)}, which is not known", mend)


def _add_missing_keys(fault: ValidationError, node: Table, where: str, findings: Findings) -> None:
    for key in _schema(fault)["required"]:
        if key not in node.entries:
            needed = _description(_schema(fault)["properties"][key]) or "a value"
            findings.add("SV104", node.line, f"{where} does not say '{key}'", f"Add '{key}': {needed}.")


def _add_choice(fault: ValidationError, node: Table, where: str, findings: Findings) -> None:
    """Add the finding of a table that gives none, or both, of two keys that exclude each other."""
    keys = [choice["required"][0] for choice in _schema(fault)["oneOf"]]
    either = " or ".join(f"'{key}'" for key in keys)
    if any(key in node.entries for key in keys):
        findings.add("SV105", node.line, f"{where} gives more than one of {either}", f"Keep one: {either}.")
    else:
        findings.add("SV104", node.line, f"{where} gives neither {either.replace(' or ', ' nor ')}", f"Add {either}.")


def _add_twins(node: Listing, where: str, findings: Findings) -> None:
    seen: list[Any] = []
    for item in node.items:
        if (value := plain(item)) in seen:
            findings.add("SV107", item.line, f"{where} lists {_shown(value)} twice", "Keep one of the two.")
        seen.append(value)


def _add_wrong_form(fault: ValidationError, node: Node, where: str, findings: Findings) -> None:
    mend = f"Write {_expected(fault)}."
    if isinstance(node, Scalar) and node.text and Draft202012Validator(_schema(fault)).is_valid(node.text):
        mend = f'Put it in quotes if it is meant so: "{node.text}". Expected is {_expected(fault)}.'
    findings.add("SV105", node.line, f"{where} is {_shown(fault.instance)}", mend)


def _schema(fault: ValidationError) -> Mapping[str, Any]:
    """Return the part of the schema that the fault is against."""
    return fault.schema if isinstance(fault.schema, Mapping) else {}


def _expected(fault: ValidationError) -> str:
    return _description(fault.schema) or str(fault.validator_value)


def _description(schema: Any) -> str:
    """Return what a schema expects, in the words of its description."""
    if not isinstance(schema, Mapping):
        return ""
    return str(schema.get("description", "")) or str(schema.get("$ref", "")).rpartition("/")[2]


def _shown(value: Any) -> str:
    if value is None or value == "":
        return "empty"
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list" if value else "an empty list"
    return quoted(str(value).lower() if isinstance(value, bool) else str(value))


def words(root: Node, path: Steps) -> str:
    """Return the place of a node in words: keys, and ids or numbers instead of places in lists."""
    steps = []
    for depth, step in enumerate(path):
        steps.append(_step(node_at(root, path[: depth + 1]), step))
    return " > ".join(steps) or "the file"


def _step(node: Node, step: str | int) -> str:
    if isinstance(step, str):
        return step
    if isinstance(node, Table):
        for key in ("id", "number", "date", "every", "from", "role", "target"):
            named = node.entries.get(key)
            if isinstance(named, Scalar):
                return named.text
    return f"no. {step + 1}"
