"""A real provider of OpenID Connect, in a process of its own, and what it tells of its people."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from servanda.config.serving.ports import free_port

SECONDS_TO_START = 60


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider that runs, by its issuer."""

    issuer: str

    def knows(self, subject: str, **claims: object) -> None:
        """Let it know somebody, and tell this of them."""
        body = json.dumps({"sub": subject, **claims}).encode()
        asked = Request(f"{self.issuer}/users/{subject}", body, {"Content-Type": "application/json"}, method="PUT")
        with urlopen(asked) as answer:
            assert answer.status == 204

    def settings(self, **told: object) -> str:
        """Return the file that makes Servanda use it."""
        table = {
            "title": "School sign-on",
            "issuer": self.issuer,
            "client_id": "servanda",
            "client_secret": "a secret of the tests",
            "domains": ["example.org", "hill.example"],
            **told,
        }
        return "[school]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in table.items())


@contextmanager
def provided(folder: Path) -> Iterator[Provider]:
    """Run a provider on a free port."""
    port = free_port("127.0.0.1", 0)
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    with (
        (folder / "provider.log").open("w", encoding="utf-8") as log,
        subprocess.Popen(command, stdout=log, stderr=log) as running,
    ):
        try:
            _wait_for(f"http://127.0.0.1:{port}/.well-known/openid-configuration")
            yield Provider(f"http://127.0.0.1:{port}")
        finally:
            running.terminate()


def _wait_for(address: str) -> None:
    for _ in range(SECONDS_TO_START * 10):
        with suppress(URLError, ConnectionError), urlopen(address) as answer:
            assert answer.status == 200
            return
        time.sleep(0.1)
    raise AssertionError(f"nothing answers at {address}")
