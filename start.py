#!/usr/bin/env python3
"""Set Servanda up in this folder and run it: the only command a fresh machine needs.

    python3 start.py demo                judge the samples, print what was promised, kept and missed, and show the pages
    python3 start.py serve               serve the pages over your own database, until Ctrl-C
    python3 start.py check               format, lint, types, layers
    python3 start.py test [--quick|--full] [pytest arguments]

Only the standard library is used. Everything goes into `.venv` in this folder: the locked packages, each
checked against its hash, and a pointer to `src`, so that Servanda runs from this checkout and needs no build
(docs/adr/0005-set-up-without-a-build.md). A machine without a browser gets one there too, for the tests. Nothing is
installed on the system.
"""

import sys

NEEDED = (3, 11)
NEED = f"Servanda needs Python {NEEDED[0]}.{NEEDED[1]} or newer"  # a SyntaxError here: this Python is too old
if sys.version_info < NEEDED:
    sys.exit(f"{NEED}; {sys.executable} is {sys.version.split()[0]}. Run start.py with a newer python3.")

import argparse
import hashlib
import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
RUN_LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "requirements-test.lock"
OWN_PIP = VENV / "pip"  # where pip and certificates lie on a system whose Python ships no pip
OWN_BROWSER = VENV / "browser"  # where a browser lies on a system that has none
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
Command = tuple[str | Path, ...]

# The zone data of the locked tzdata package, never the system's: a figure must not depend on the machine.
ENVIRONMENT = {**os.environ, "PYTHONTZPATH": "", "PYTHONUTF8": "1"}


class SetUpFailed(Exception):
    """The set-up could not be finished; the message says what to do."""


def main(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    options, rest = read_arguments(arguments)
    try:
        return int(options.run(options, rest))
    except SetUpFailed as failure:
        print(f"start.py: {failure}", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as failure:
        print(f"start.py: this step failed (exit {failure.returncode}): {show(failure.cmd)}", file=sys.stderr)
        return 2


def read_arguments(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Return the chosen command and what is left over for it."""
    parser = argparse.ArgumentParser(
        prog="start.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="demo | serve | check | test")
    commands.add_parser("demo", help="judge the samples, and show the pages of them", add_help=False).set_defaults(
        run=demo
    )
    commands.add_parser("serve", help="serve the pages over your own database", add_help=False).set_defaults(run=serve)
    commands.add_parser("check", help="format, lint, types, layers").set_defaults(run=check)
    test = commands.add_parser("test", help="check, then the tests; other arguments go to pytest")
    test.set_defaults(run=run_tests)
    extent = test.add_mutually_exclusive_group()
    extent.add_argument("--quick", action="store_true", help="leave out the slow tests")
    extent.add_argument("--full", action="store_true", help="also run the very long tests, and measure coverage")
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command == "check":
        parser.error(f"check takes no arguments, found: {show(rest)}")
    return options, rest


def demo(options: argparse.Namespace, rest: list[str]) -> int:
    """Install what running needs, judge the samples and serve their pages; the rest goes to `servanda demo`."""
    install(RUN_LOCK)
    return become(PYTHON, "-P", "-m", "servanda", "demo", *rest)


def serve(options: argparse.Namespace, rest: list[str]) -> int:
    """Install what running needs and serve the pages; the rest goes to `servanda serve`."""
    install(RUN_LOCK)
    return become(PYTHON, "-P", "-m", "servanda", "serve", *rest)


def check(options: argparse.Namespace, rest: list[str]) -> int:
    """Run every check, also after one has failed, and say which did."""
    install(TEST_LOCK)
    checks = (
        ("ruff", "format", "--check", "--quiet", "."),
        ("ruff", "check", "--quiet", "."),
        ("mypy",),
        ("lint-imports", "--no-logo"),
    )
    failed = [show(each) for each in checks if run(BIN / each[0], *each[1:])]
    for each in failed:
        print(f"start.py: check failed: {each}", file=sys.stderr)
    return 1 if failed else 0


def run_tests(options: argparse.Namespace, rest: list[str]) -> int:
    """Run the checks and then the tests; both must pass."""
    checked = check(options, rest)
    ENVIRONMENT.update(browser())
    return run(PYTHON, "-m", "pytest", *side_by_side(options), *extent_of(options), *rest) or checked


def side_by_side(options: argparse.Namespace) -> tuple[str, ...]:
    """Return the pytest arguments for one process a processor; the long runs measure, so they take turns."""
    return () if options.full else ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")


def extent_of(options: argparse.Namespace) -> tuple[str, ...]:
    """Return the pytest arguments for --quick, --full or neither."""
    if options.quick:
        return ("-m", "not slow and not full")
    if options.full:
        return ("-m", "", "--cov", "--cov-report=term:skip-covered")
    return ()


# --- the virtual environment ---


def install(lock: Path) -> None:
    """Bring `.venv` to what `lock` says; do nothing when it already is."""
    locks = (lock, TEST_LOCK)  # the larger lock holds every package of the smaller
    if PYTHON.exists() and any(stamp(each) == made_from(each) for each in locks):
        return
    if any(stamp(each) not in ("", made_from(each)) for each in (RUN_LOCK, TEST_LOCK)):
        shutil.rmtree(VENV)  # from another lock, Python or folder: its commands would not start
    print(f"start.py: installing {lock.name} into {VENV.name}, which may take a minute", file=sys.stderr)
    uv = shutil.which("uv")
    if not (uv and install_with_uv(uv, lock)):
        install_with_pip(lock)
    point_at_source()
    stamp_file(lock).write_text(made_from(lock), encoding="utf-8")


def stamp(lock: Path) -> str:
    """Return what the packages of `lock` in `.venv` were made from, or nothing where they never were."""
    return stamp_file(lock).read_text(encoding="utf-8") if stamp_file(lock).exists() else ""


def stamp_file(lock: Path) -> Path:
    """Return the file in `.venv` that remembers what was installed from `lock`."""
    return VENV / f"{lock.stem}.installed"


def made_from(lock: Path) -> str:
    """Return all that an installation depends on, as one line: lock, Python and folder."""
    return f"{hashlib.sha256(lock.read_bytes()).hexdigest()} {sys.version.split()[0]} {ROOT}\n"


def install_with_uv(uv: str, lock: Path) -> bool:
    """Install with uv, which is faster; return False where it fails, so that pip may try."""
    made = PYTHON.exists() or run(uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, VENV) == 0
    return made and run(uv, "pip", "install", "--quiet", "--python", PYTHON, *locked(lock)) == 0


def install_with_pip(lock: Path) -> None:
    """Install with pip: the environment's own, or one fetched for it."""
    pip, environment = pip_command()
    subprocess.run([*pip, "install", "--quiet", *locked(lock)], check=True, env=environment)


def locked(lock: Path) -> Command:
    """Return the arguments that install exactly what `lock` lists."""
    return ("--no-deps", "--require-hashes", "-r", lock)


def pip_command() -> tuple[Command, dict[str, str]]:
    """Return pip as a command and its environment, making `.venv` where there is none."""
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", VENV], check=True)
    if succeeds(PYTHON, "-c", "import pip") or succeeds(PYTHON, "-m", "ensurepip"):
        return (PYTHON, "-m", "pip", "--disable-pip-version-check"), ENVIRONMENT
    return pip_from_the_system_archive()


def succeeds(*command: str | Path) -> bool:
    """Return whether a command ends well, whatever it prints."""
    return subprocess.run(command, capture_output=True).returncode == 0


def point_at_source() -> None:
    """Let the environment find `servanda` in `src`, and give it a `servanda` command."""
    asked = (PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    packages = Path(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip())
    (packages / "servanda.pth").write_text(f"{ROOT / 'src'}\n", encoding="utf-8")
    if os.name == "nt":
        (BIN / "servanda.cmd").write_text(f'@"{PYTHON}" -m servanda %*\r\n', encoding="utf-8")
        return
    command = BIN / "servanda"
    command.write_text(f'#!/bin/sh\nexec "{PYTHON}" -m servanda "$@"\n', encoding="utf-8")
    command.chmod(0o755)


# --- a Debian or Ubuntu with python3 and nothing else ---


def pip_from_the_system_archive() -> tuple[Command, dict[str, str]]:
    """Return a pip taken out of the distribution's own package, for a Python that ships none.

    Debian and Ubuntu cut pip out of python3. Anyone may download a package there, without any rights, and apt
    checks its signature; it is unpacked into `.venv`, so nothing is installed on the system. With it come the
    certificates that a bare Debian lacks.
    """
    if not list(OWN_PIP.glob("**/pip-*.whl")):
        fetch_system_packages(OWN_PIP, "python3-pip-whl", "ca-certificates")
    wheel = next(OWN_PIP.glob("**/pip-*.whl"))
    pip = (PYTHON, f"{wheel}/pip", "--disable-pip-version-check")
    return pip, {**ENVIRONMENT, **certificates(pip)}


def fetch_system_packages(into: Path, *names: str, with_dependencies: bool = False) -> None:
    """Download packages with apt as whoever we are, and unpack them into a folder.

    With their dependencies come those that this system lacks.
    """
    if not has_apt():
        raise SetUpFailed(
            f"this Python ({sys.executable}) has neither pip nor ensurepip. Install the package of your "
            "system that brings them (often python3-venv or python3-pip), or uv, and run start.py again."
        )
    print(
        f"start.py: fetching {' and '.join(names)} with apt (nothing is installed on the system)",
        file=sys.stderr,
    )
    step = ("install", "--yes", "--no-install-recommends", "--download-only") if with_dependencies else ("download",)
    with tempfile.TemporaryDirectory(prefix="servanda-") as folder:
        if run(*apt(folder), *step, *names, folder=folder, quiet=True, silent=True):
            own_lists = apt(folder, own_lists=True)
            subprocess.run([*own_lists, "update"], check=True, cwd=folder, stdout=subprocess.DEVNULL)
            subprocess.run([*own_lists, *step, *names], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        for package in sorted(Path(folder).rglob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", package, into], check=True)


def has_apt() -> bool:
    """Return whether this is a Debian or something like it."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


def apt(folder: str, own_lists: bool = False) -> Command:
    """Return apt-get as a command that writes into `folder` only; on request with its own package lists."""
    (Path(folder) / "archives" / "partial").mkdir(parents=True, exist_ok=True)
    options = ["-q", "-o", "Dir::Cache=" + folder, "-o", "Debug::NoLocking=true"]
    if os.name != "nt" and os.getuid() == 0:
        options += ["-o", "APT::Sandbox::User=root"]  # apt's own user may not enter our folder
    if own_lists:
        (Path(folder) / "lists" / "partial").mkdir(parents=True)
        options += ["-o", f"Dir::State::Lists={folder}/lists"]
    return ("apt-get", *options)


def certificates(pip: Command) -> dict[str, str]:
    """Return the setting that gives pip certificates: those its owner or the machine has, else the unpacked.

    A certificate that the owner has added the Debian way counts too, though nothing has gathered it yet.
    """
    named = [os.environ.get(each, "") for each in ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")]
    asked = subprocess.run([*pip, "config", "list"], capture_output=True, text=True, env=ENVIRONMENT)
    if any(Path(each).is_file() for each in named if each) or "global.cert=" in asked.stdout:
        return {}
    system = (ssl.get_default_verify_paths().cafile, "/etc/ssl/certs/ca-certificates.crt")
    for each in system:
        if each and Path(each).is_file():
            return {"PIP_CERT": each}
    bundle = OWN_PIP / "certificates.pem"
    added = Path("/usr/local/share/ca-certificates").glob("**/*.crt")
    parts = [each.read_bytes() for each in (*sorted(OWN_PIP.glob("**/mozilla/*.crt")), *sorted(added))]
    bundle.write_bytes(b"\n".join(parts))
    return {"PIP_CERT": os.fspath(bundle)}


# --- a browser for the tests ---


def browser() -> dict[str, str]:
    """Return the settings that lead the tests to a browser: the one named, the machine's own, or one fetched for them.

    Where none is to be had, the tests that need one say so themselves.
    """
    found = os.environ.get("BROWSER_BIN") or next(filter(None, map(shutil.which, BROWSERS)), None)
    return {"BROWSER_BIN": found} if found else browser_from_the_system_archive() or browser_from_playwright()


def browser_from_the_system_archive() -> dict[str, str]:
    """Return Chromium out of the distribution's own packages, unpacked into `.venv`, which needs no rights."""
    command = OWN_BROWSER / "chromium"
    if not command.exists() and has_apt():
        shutil.rmtree(OWN_BROWSER, ignore_errors=True)
        try:
            fetch_system_packages(OWN_BROWSER, "chromium", with_dependencies=True)
        except subprocess.CalledProcessError:
            return {}
        write_browser_command(command)
        if not succeeds(command, "--version"):
            shutil.rmtree(OWN_BROWSER)
    return {"BROWSER_BIN": os.fspath(command)} if command.exists() else {}


def write_browser_command(command: Path) -> None:
    """Write a command that starts the unpacked browser with the libraries and fonts unpacked beside it."""
    libraries = {
        os.fspath(each.parent) for part in ("usr/lib", "lib") for each in (OWN_BROWSER / part).rglob("lib*.so*")
    }
    fonts = OWN_BROWSER / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>'
        f"<dir>{OWN_BROWSER}/usr/share/fonts</dir><dir>/usr/share/fonts</dir>"
        f"<cachedir>{OWN_BROWSER}/fonts</cachedir></fontconfig>\n",
        encoding="utf-8",
    )
    command.write_text(
        f'#!/bin/sh\nexport LD_LIBRARY_PATH="{":".join(sorted(libraries))}" FONTCONFIG_FILE="{fonts}"\n'
        f'exec "{OWN_BROWSER}/usr/lib/chromium/chromium" "$@"\n',
        encoding="utf-8",
    )
    command.chmod(0o755)


def browser_from_playwright() -> dict[str, str]:
    """Return where Playwright has put a Chromium of its own, which it fetches where the network is open."""
    place = {"PLAYWRIGHT_BROWSERS_PATH": os.fspath(OWN_BROWSER)}
    ENVIRONMENT.update(place)
    return place if run(PYTHON, "-m", "playwright", "install", "chromium", silent=True) == 0 else {}


# --- running ---


def become(*command: str | Path) -> int:
    """Go on as a command, which then hears Ctrl-C itself; where that cannot be done, wait for it to end."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execve(command[0], [os.fspath(each) for each in command], ENVIRONMENT)
    with subprocess.Popen(command, env=ENVIRONMENT) as running:
        while True:
            try:
                return running.wait()
            except KeyboardInterrupt:
                continue  # the command has heard it too, and ends in order


def run(*command: str | Path, folder: str | Path = ROOT, quiet: bool = False, silent: bool = False) -> int:
    """Run a command in a folder and return its exit code; quiet without its errors, silent without its output."""
    sys.stdout.flush()
    output, errors = (subprocess.DEVNULL if each else None for each in (silent, quiet))
    return subprocess.run(command, cwd=folder, env=ENVIRONMENT, stdout=output, stderr=errors).returncode


def show(command: Sequence[str | Path]) -> str:
    """Return a command as one would type it."""
    return " ".join(os.fspath(each) for each in command)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
