import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

START = Path(__file__).resolve().parents[1] / "start.py"


@pytest.fixture
def start() -> ModuleType:
    specification = importlib.util.spec_from_file_location("start", START)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_quick_leaves_out_the_slow_tests_and_full_leaves_out_none(start: ModuleType) -> None:
    quick, rest = start.read_arguments(["test", "--quick", "-k", "reopen"])
    assert start.extent_of(quick) == ("-m", "not slow and not full")
    assert rest == ["-k", "reopen"]
    full, _ = start.read_arguments(["test", "--full"])
    assert start.extent_of(full)[:2] == ("-m", "")


def test_an_environment_counts_as_another_once_its_lock_changes(start: ModuleType, tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("tzdata==2026.6\n", encoding="utf-8")
    before = start.made_from(lock)
    assert start.made_from(lock) == before
    lock.write_text("tzdata==2026.7\n", encoding="utf-8")
    assert start.made_from(lock) != before


def test_a_machine_that_has_no_way_to_pip_is_told_what_to_install(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(start.SetUpFailed, match="python3-venv"):
        start.fetch_system_packages("python3-pip-whl")


def test_a_certificate_that_the_machine_names_is_left_alone(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "company.pem"
    bundle.write_text("", encoding="utf-8")
    monkeypatch.setenv("PIP_CERT", str(bundle))
    assert start.certificates((sys.executable, "-c", "")) == {}


def test_check_takes_no_arguments() -> None:
    asked = subprocess.run([sys.executable, START, "check", "src"], capture_output=True, text=True)
    assert asked.returncode == 2
    assert "check takes no arguments, found: src" in asked.stderr
