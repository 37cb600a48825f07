"""What makes a figure exact and repeatable, held by reading the engine's syntax."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import Module, modules

INEXACT_CALLS = {"float", "round", "total_seconds", "timestamp", "fromtimestamp", "utcfromtimestamp"}
CLOCK_CALLS = {"now", "utcnow", "today", "time_ns", "monotonic", "perf_counter"}

# Module and line of what may stay inexact, each with its reason. Empty, and meant to stay so.
EXCEPTIONS: dict[tuple[str, int], str] = {}


def called(node: ast.AST) -> str:
    """Return the last name of what a node calls, or nothing where it is no call."""
    match node:
        case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
            return name
    return ""


def inexact(module: Module) -> Iterator[str]:
    """Yield every place where a float could come into being."""
    for node in ast.walk(module.tree):
        match node:
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                found = "true division"
            case ast.Constant(value=float()):
                found = "a float"
            case _ if called(node) in INEXACT_CALLS:
                found = f"{called(node)}()"
            case _:
                continue
        line = getattr(node, "lineno", 0)
        if (module.name, line) not in EXCEPTIONS:
            yield f"{module.name}:{line}: {found}"


def public_names(module: Module) -> Iterator[tuple[str, ast.ClassDef | ast.FunctionDef]]:
    """Yield the public classes and functions of a module, and the public methods of its public classes."""
    for node in module.tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node
            for each in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(each, ast.FunctionDef) and not each.name.startswith("_"):
                    yield f"{node.name}.{each.name}", each


def test_no_float_comes_into_being_in_the_engine() -> None:
    assert [each for module in modules("engine") for each in inexact(module)] == []


@pytest.mark.parametrize(
    "source",
    ["a = b / c", "a /= 2", "a = 0.5", "a = round(b)", "a = float('1')", "a = (b - c).total_seconds()"],
)
def test_the_search_for_floats_finds_each_way_of_making_one(source: str) -> None:
    module = Module(modules("engine")[0].path, ast.parse(source))
    assert len(list(inexact(module))) == 1


def test_only_wall_time_reads_the_clock_of_the_machine() -> None:
    readers = {
        f"{module.name}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and called(node) in CLOCK_CALLS
        and ast.unparse(node.func) != "wall_time.now"
        and module.path.name != "wall_time.py"
    }
    assert readers == set()


def test_every_public_name_of_the_engine_says_what_it_is() -> None:
    silent = [
        f"{module.name}: {name}"
        for module in modules("engine")
        for name, node in public_names(module)
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_module_says_what_it_is_for() -> None:
    assert [module.name for module in modules() if not ast.get_docstring(module.tree)] == []
