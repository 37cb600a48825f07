"""The canonical form of a value, by which two of them are the same or not, and its hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any


def sha256(content: Any) -> str:
    """Return 'sha256:' and the hex digest of plain JSON values written sorted and compact in UTF-8."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def plain(value: Any) -> Any:
    """Return a value as plain JSON: a dataclass as its fields beyond their defaults, a set sorted."""
    if hasattr(value, "__dataclass_fields__"):
        told = ((each.name, getattr(value, each.name)) for each in fields(value) if each.compare)
        return {name: plain(part) for name, part in told if not _is_default(value, name, part)}
    if isinstance(value, Mapping):
        return {_key(key): plain(part) for key, part in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [plain(part) for part in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value) if isinstance(value, Fraction) else value


def _key(key: Any) -> str:
    return json.dumps(key, ensure_ascii=False) if isinstance(key, tuple) else str(key)


def _is_default(owner: Any, name: str, value: Any) -> bool:
    declared = owner.__dataclass_fields__[name]
    if declared.default is not MISSING:
        return bool(value == declared.default)
    return declared.default_factory is not MISSING and bool(value == declared.default_factory())
