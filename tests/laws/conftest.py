"""How many examples a law is tried on: `fast` by default, `full` with `start.py test --full`.

`glance` is for a law that is to fail: it does not look for the simplest example that does.
"""

import pytest
from hypothesis import HealthCheck, Phase, settings

SLOW_IS_FINE = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile(
    "fast", max_examples=80, derandomize=True, database=None, deadline=None, suppress_health_check=SLOW_IS_FINE
)
settings.register_profile("full", settings.get_profile("fast"), max_examples=5_000, derandomize=False, print_blob=True)
settings.register_profile("glance", settings.get_profile("fast"), phases=(Phase.explicit, Phase.generate))


def pytest_configure(config: pytest.Config) -> None:
    """Try each law on the same few examples in every run, and on many new ones where nothing is left out."""
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("fast" if config.getoption("-m") else "full")
