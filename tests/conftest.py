"""What every test may use, and what a run promises."""

import os
from collections.abc import Callable

import pytest

FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """Return a function that puts a measured figure into the summary of the run."""
    figures = request.config.stash.setdefault(FIGURES, [])

    def keep(name: str, value: object) -> None:
        figures.append(f"{name}: {value}")

    return keep


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the figures that the tests measured, and why a run with skipped tests has failed."""
    figures = config.stash.get(FIGURES, [])
    if figures:
        terminalreporter.section("figures")
        for each in figures:
            terminalreporter.line(each)
    if skipped_on_a_build_server(terminalreporter):
        terminalreporter.line("A skipped test fails the run on a build server (CI=true).")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run on a build server that has skipped anything: what is not seen is not shown."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and skipped_on_a_build_server(reporter) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def skipped_on_a_build_server(reporter: pytest.TerminalReporter) -> bool:
    """Return whether this run counts as failed because tests were skipped."""
    return os.environ.get("CI") == "true" and bool(reporter.stats.get("skipped"))
