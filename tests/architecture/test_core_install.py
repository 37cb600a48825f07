"""`pip install servanda` without the extra `[server]`: no Django, no database driver, and all that files need works."""

import ast
import subprocess
import sys

import pytest

from tests.architecture.sources import SOURCE, modules

CORE = ("engine", "files", "cli")
SERVER_ONLY = ("django", "psycopg")

WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"django", "psycopg", "psycopg_binary"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
"""


def run_without_server_packages(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a Python that cannot find the packages of the extra."""
    return subprocess.run([sys.executable, "-c", WITHOUT + program], capture_output=True, text=True)


def core_modules() -> list[str]:
    """Return the full name of every module of the core."""
    paths = [module.path.relative_to(SOURCE.parent).with_suffix("") for module in modules(*CORE)]
    return [".".join(path.parts).removesuffix(".__init__") for path in paths]


def test_engine_files_and_commands_import_without_the_packages_of_a_server() -> None:
    names = core_modules()
    assert len(names) > 40
    done = run_without_server_packages(f"import importlib\nfor name in {names}:\n    importlib.import_module(name)")
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.parametrize("package", SERVER_ONLY)
def test_the_search_for_missing_packages_really_hides_them(package: str) -> None:
    done = run_without_server_packages(f"import {package}")
    assert f"No module named '{package}'" in done.stderr


def test_engine_and_files_never_name_a_package_of_the_server() -> None:
    found = [
        f"{module.name}:{node.lineno}"
        for module in modules("engine", "files")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        and any(name.partition(".")[0] in SERVER_ONLY for name in imported(node))
    ]
    assert found == []


def imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    """Return the names of the modules an import statement loads."""
    return [each.name for each in node.names] if isinstance(node, ast.Import) else [str(node.module)]
