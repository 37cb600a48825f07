"""A browser without JavaScript or pictures: a connection, what it remembers, and the forms it can send."""

import http.client
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
GONE = (OSError, http.client.HTTPException)
"""How a server that is no longer there shows itself."""


@dataclass(slots=True)
class PlainBrowser:
    """Somebody at a browser; a connection is kept from one page to the next."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def see(self, path: str) -> tuple[int, str]:
        """Open a page; return the status and the text. A connection that was idle for too long is made anew."""
        try:
            return self._ask("GET", path)
        except GONE:
            self.close()
            return self._ask("GET", path)

    def send(self, path: str, told: dict[str, str]) -> tuple[int, str]:
        """Send a form, once and never again; return the status and the text."""
        return self._ask("POST", path, urlencode(told))

    def close(self) -> None:
        """Close the connection."""
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        for each in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.read().decode("utf-8", "replace")

    def sign_in(self, email: str, password: str) -> None:
        """Sign in as everybody does."""
        _, form = self.see("/account/sign-in/")
        told = {"csrfmiddlewaretoken": found(TOKEN, form), "login": email, "password": password}
        status, text = self.send("/account/sign-in/", told)
        assert status == http.client.FOUND, (status, text[:300])


def found(pattern: re.Pattern[str], text: str) -> str:
    """Return what a pattern takes out of a page that has it."""
    match = pattern.search(text)
    assert match is not None, text[:500]
    return match[1]
