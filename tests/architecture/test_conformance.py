"""The conformance runner cannot cheat: what makes an answer never sees what was expected."""

import ast

from tests.architecture.sources import Module, modules

SEES_EXPECTATIONS = {"cases", "comparison"}


def imports(module: Module) -> set[str]:
    """Return the full names of all that a module imports, modules and what is taken from them."""
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {str(node.module)} | {f"{node.module}.{each.name}" for each in node.names}
    return found


def answering() -> list[Module]:
    """Return the modules of the runner that ask the engine."""
    return [
        module
        for module in modules("conformance")
        if any(name.startswith("servanda.engine") for name in imports(module))
    ]


def test_no_module_that_asks_the_engine_imports_one_that_knows_the_expectations() -> None:
    forbidden = {f"servanda.conformance.{name}" for name in SEES_EXPECTATIONS}
    assert len(answering()) > 1
    assert [module.name for module in answering() if imports(module) & forbidden] == []


def test_no_module_that_asks_the_engine_speaks_of_anything_expected() -> None:
    told = [
        f"{module.name}:{node.lineno}"
        for module in answering()
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Attribute) and node.attr.startswith("expected"))
        or (isinstance(node, ast.Name) and node.id.startswith("expected"))
        or (isinstance(node, ast.arg) and node.arg.startswith("expected"))
        or (isinstance(node, ast.Constant) and str(node.value).startswith("expected"))
    ]
    assert told == []
