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
        start.fetch_system_packages(tmp_path, "python3-pip-whl")


def test_a_certificate_that_the_machine_names_is_left_alone(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "company.pem"
    bundle.write_text("", encoding="utf-8")
    monkeypatch.setenv("PIP_CERT", str(bundle))
    assert start.certificates((sys.executable, "-c", "")) == {}


def test_the_browser_of_the_machine_is_taken_before_any_is_fetched(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = tmp_path / "chromium"
    own.write_text("#!/bin/sh\n", encoding="utf-8")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("BROWSER_BIN", raising=False)
    assert start.browser() == {"BROWSER_BIN": str(own)}
    monkeypatch.setenv("BROWSER_BIN", "/opt/another")
    assert start.browser() == {"BROWSER_BIN": "/opt/another"}


def test_an_unpacked_browser_is_told_where_its_libraries_and_fonts_are(
    start: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(start, "OWN_BROWSER", tmp_path)
    for library in (
        "usr/lib/there/libnss3.so",
        "usr/lib/there/pulseaudio/libpulsecommon-16.1.so",
        "lib/libdbus-1.so.3",
    ):
        (tmp_path / library).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / library).touch()
    start.write_browser_command(tmp_path / "chromium")
    told = (tmp_path / "chromium").read_text(encoding="utf-8")
    assert f'LD_LIBRARY_PATH="{tmp_path}/lib:{tmp_path}/usr/lib/there:{tmp_path}/usr/lib/there/pulseaudio"' in told
    assert f"{tmp_path}/usr/share/fonts" in (tmp_path / "fonts.conf").read_text(encoding="utf-8")


def test_what_follows_serve_and_demo_is_for_the_commands_themselves(start: ModuleType) -> None:
    assert start.read_arguments(["serve", "--port", "0", "--help"])[1] == ["--port", "0", "--help"]
    assert start.read_arguments(["demo", "--no-serve"])[1] == ["--no-serve"]


def test_check_takes_no_arguments() -> None:
    asked = subprocess.run([sys.executable, START, "check", "src"], capture_output=True, text=True)
    assert asked.returncode == 2
    assert "check takes no arguments, found: src" in asked.stderr
