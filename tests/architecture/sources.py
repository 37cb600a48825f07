"""The project as the architecture tests read it: its files, and its Python as syntax."""

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "servanda"

# What git does not track either; read from the disk, because a bare machine has no git to ask.
PASSING = {".hypothesis", ".git", ".venv", "__pycache__", "out", "dist", "htmlcov"}


@dataclass(frozen=True, slots=True)
class Module:
    """One file of ours and its syntax tree."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path inside the project, as a test should print it."""
        return self.path.relative_to(ROOT).as_posix()


@cache
def modules(*folders: str) -> tuple[Module, ...]:
    """Return the Python modules of `src/servanda`, or of the named folders in it."""
    roots = [SOURCE / each for each in folders] or [SOURCE]
    paths = sorted(path for root in roots for path in root.rglob("*.py"))
    return tuple(Module(path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths)


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method, nested ones too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function has from its first to its last statement, without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def words(name: str) -> set[str]:
    """Return the words of an identifier in lower case: `dueAt`, `due_at` and `DueAt` have `due` and `at`."""
    return {each.lower() for each in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def identifiers(module: Module) -> Iterator[tuple[int, str]]:
    """Yield the line and name of all a module names: itself, classes, functions, arguments, variables."""
    yield 0, module.path.stem
    for node in ast.walk(module.tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr
            case ast.alias(asname=str(name)):
                yield node.lineno, name


def text_files() -> Iterator[tuple[Path, str]]:
    """Yield every text file of the project, locks and tables left out."""
    for folder, inner, names in os.walk(ROOT):
        inner[:] = sorted(each for each in inner if each not in PASSING and not each.endswith("_cache"))
        for path in (Path(folder, name) for name in sorted(names)):
            if path.suffix not in {".gz", ".lock", ".csv", ".jsonl", ".png"} and path.name != ".coverage":
                yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
