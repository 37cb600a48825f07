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


LONGEST = (
    "tenancy/test_tenancy.py",
    "services/test_backups.py",
    "journeys/test_every_page.py",
    "cli/test_backup.py",
    "rig/test_worker_race.py",
    "web/test_rights_table.py",
    "journeys/test_first_hour.py",
    "cli/test_work.py",
    "laws/test_agreement_files.py",
    "rig/test_kills.py",
    "rig/test_kills_serving.py",
    "web/test_agreement_forms.py",
    "services/test_import_damage.py",
    "cli/test_demo.py",
    "journeys/test_payloads.py",
    "store/test_tables.py",
    "web/test_tickets.py",
    "services/test_backup_under_load.py",
)
"""Files whose tests take a minute and more: they come first, so that no process works on one when all else is done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest files come first."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get("/".join(item.path.parts[-2:]), len(LONGEST)))


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
