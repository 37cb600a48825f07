"""How many examples a law is tried on: `fast` by default, `full` with `start.py test --full`."""

import pytest
from hypothesis import HealthCheck, settings

SLOW_IS_FINE = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile(
    "fast", max_examples=80, derandomize=True, database=None, deadline=None, suppress_health_check=SLOW_IS_FINE
)
settings.register_profile("full", settings.get_profile("fast"), max_examples=5_000, derandomize=False, print_blob=True)


def pytest_configure(config: pytest.Config) -> None:
    """Try each law on the same few examples in every run, and on many new ones where nothing is left out."""
    settings.load_profile("fast" if config.getoption("-m") else "full")
