"""The canonical form of a value, by which two of them are the same or not, its hash, and the way back."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Value = TypeVar("Value")

_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class UnreadableContent(ValueError):
    """Plain JSON that is not the canonical form of the value asked for."""


def written(content: Any) -> str:
    """Return plain JSON values as text, sorted and compact: the one text of one content."""
    return _ENCODER.encode(content)


def sha256(content: Any) -> str:
    """Return 'sha256:' and the hex digest of plain JSON values, written in UTF-8."""
    return "sha256:" + hashlib.sha256(written(content).encode()).hexdigest()


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


# --- the way back ---


def revive(kind: type[Value], content: Any) -> Value:
    """Return the value that `plain` made `content` of: `revive(type(value), plain(value)) == value`.

    Raise `UnreadableContent` for content that is no such value; what makes a value nonsense is refused by the value.
    """
    value: Value = _revive(kind, content)
    return value


def _revive(form: Any, content: Any) -> Any:
    """Return the value of a type annotation."""
    origin, parts = _parted(form)
    if origin is UnionType:
        return None if content is None else _revive(next(each for each in parts if each is not NoneType), content)
    if origin is tuple:
        return tuple(_revive(*each) for each in _paired(parts, _listed(form, content)))
    if origin is frozenset:
        return frozenset(_revive(parts[0], each) for each in _listed(form, content))
    if origin is Mapping:
        named = _named(form, content).items()
        return {_revived_key(parts[0], key): _revive(parts[1], part) for key, part in named}
    return _revived_fields(form, content) if is_dataclass(form) else _revived_scalar(form, content)


@cache
def _parted(form: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return what a type annotation is made of: a book asks thousands of times for the same few."""
    return get_origin(form), get_args(form)


def _paired(parts: tuple[Any, ...], content: list[Any]) -> list[tuple[Any, Any]]:
    if len(parts) == 2 and parts[1] is ...:
        return [(parts[0], each) for each in content]
    if len(parts) != len(content):
        raise UnreadableContent(f"expected {len(parts)} entries, but found {len(content)}: {content}")
    return list(zip(parts, content, strict=True))


def _revived_fields(kind: Any, content: Any) -> Any:
    told, forms = _named(kind, content), _forms(kind)
    strangers = sorted(told.keys() - forms.keys())
    lacking = sorted(name for name in _required(kind) if name not in told)
    if strangers or lacking:
        raise UnreadableContent(
            f"{kind.__name__}: unknown {strangers}, missing {lacking}. It was not written by `plain`."
        )
    return kind(**{name: _revive(forms[name], part) for name, part in told.items()})


@cache
def _forms(kind: Any) -> dict[str, Any]:
    """Return the annotation of each field that the canonical form tells."""
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind) if each.compare}


@cache
def _required(kind: Any) -> tuple[str, ...]:
    """Return the names of the fields without a default."""
    return tuple(each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING)


def _revived_scalar(kind: Any, content: Any) -> Any:
    if type(content) is kind:
        return content
    try:
        if issubclass(kind, Enum):
            return kind(content)
        if issubclass(kind, date):
            return kind.fromisoformat(content)
        if issubclass(kind, Decimal | Fraction) and isinstance(content, str):
            return kind(content)
    except (ValueError, TypeError, ArithmeticError):
        pass
    raise UnreadableContent(f"expected {kind.__name__}, but found {content!r}")


def _revived_key(form: Any, key: str) -> Any:
    """Return the value of a key, the inverse of `_key`."""
    if get_origin(form) is tuple:
        try:
            return _revive(form, json.loads(key))
        except json.JSONDecodeError:
            raise UnreadableContent(f"expected a list as a key, but found {key!r}") from None
    return _revive(form, key)


def _listed(form: Any, content: Any) -> list[Any]:
    if not isinstance(content, list):
        raise UnreadableContent(f"expected a list for {form}, but found {content!r}")
    return content


def _named(form: Any, content: Any) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise UnreadableContent(f"expected names and values for {form}, but found {content!r}")
    return content
