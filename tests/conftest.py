"""What every test may use, and what a run promises."""

import os
from collections.abc import Callable

import pytest

FIGURE = "figure"  # travels with the report of its test, also from a process that tests run in side by side


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """Return a function that puts a measured figure into the summary of the run."""

    def keep(name: str, value: object) -> None:
        request.node.user_properties.append((FIGURE, f"{name}: {value}"))

    return keep


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that the tests measured, and why a run with skipped tests has failed."""
    figures = figures_of(terminalreporter)
    if figures:
        terminalreporter.section("figures")
        for each in figures:
            terminalreporter.line(each)
    if skipped_on_a_build_server(terminalreporter):
        terminalreporter.line("A skipped test fails the run on a build server (CI=true).")


def figures_of(reporter: pytest.TerminalReporter) -> list[str]:
    """Return every figure that a test has measured, in the order in which the tests ended."""
    reports = [each for category in ("passed", "failed") for each in reporter.stats.get(category, [])]
    return [str(value) for each in reports for name, value in each.user_properties if name == FIGURE]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run on a build server that has skipped anything: what is not seen is not shown."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and skipped_on_a_build_server(reporter) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def skipped_on_a_build_server(reporter: pytest.TerminalReporter) -> bool:
    """Return whether this run counts as failed because tests were skipped."""
    return os.environ.get("CI") == "true" and bool(reporter.stats.get("skipped"))
