"""People who read pages: each signs in, opens a page, thinks, and opens another."""

import http.client
import random
import re
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from bench.pages.prepare import EMAIL, PASSWORD

THINKS = (1.0, 3.0)
"""Seconds between two pages, from and to."""

LINK = re.compile(r'href="(/o/[^"#]+)"')
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FORM = "application/x-www-form-urlencoded"
KINDS = (
    (re.compile(r"/tickets/[^?]"), "ticket"),
    (re.compile(r"/tickets/\?"), "ticket list, filtered"),
    (re.compile(r"/tickets/$"), "ticket list"),
    (re.compile(r"/services/[^?]"), "service"),
    (re.compile(r"/services/"), "services"),
    (re.compile(r"/agreements/[^/]+/\d+/"), "agreement version"),
    (re.compile(r"/agreements/"), "agreements"),
    (re.compile(r"/imports/"), "imports"),
    (re.compile(r"/reconciliation/"), "reconciliation"),
    (re.compile(r"/reports/"), "reports"),
    (re.compile(r"/o/[^/]+/$"), "home"),
)


def kind(path: str) -> str:
    """Return what kind of page an address is of."""
    return next((name for pattern, name in KINDS if pattern.search(path)), "other")


@dataclass(slots=True)
class Browser:
    """A browser: one connection, and what it remembers."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        """Ask for a page; return the status and the text. A connection that was idle for too long is made anew."""
        try:
            return self._ask(method, path, body)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.connection = None
            return self._ask(method, path, body)

    def _ask(self, method: str, path: str, body: str) -> tuple[int, str]:
        if self.connection is None:
            self.connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body:
            headers["Content-Type"] = FORM
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        for each in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = each.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.read().decode("utf-8", "replace")

    def sign_in(self) -> None:
        """Sign in as everybody does."""
        _, text = self.ask("GET", "/account/sign-in/")
        found = TOKEN.search(text)
        assert found is not None
        told = {"csrfmiddlewaretoken": found[1], "login": EMAIL, "password": PASSWORD}
        status, text = self.ask("POST", "/account/sign-in/", urlencode(told))
        assert status == http.client.FOUND, (status, text[:300])

    def addresses(self) -> dict[str, list[str]]:
        """Return the addresses that links lead to from each organisation's pages, by kind."""
        found: dict[str, list[str]] = {}
        _, text = self.ask("GET", "/")
        waiting = sorted(set(re.findall(r'"(/o/[^/"]+/)"', text)))
        seen = set(waiting)
        while waiting:
            path = waiting.pop(0)
            of_kind = found.setdefault(kind(path), [])
            if len(of_kind) >= 40:
                continue
            of_kind.append(path)
            if kind(path) == "ticket":
                continue
            status, text = self.ask("GET", path)
            assert status == http.client.OK, (path, status)
            base = urlsplit(path).path
            for each in (*LINK.findall(text), *(f"{base}{one}" for one in re.findall(r'href="(\?[^"]+)"', text))):
                link = each.replace("&amp;", "&")
                if link not in seen and "/report." not in link:
                    seen.add(link)
                    waiting.append(link)
        return found


Times = list[tuple[str, float, int]]


def read(port: int, people: int, seconds: float) -> tuple[Times, list[int]]:
    """Let people read for a while; return the kind, the seconds and the size of each page, and faulty statuses."""
    first = Browser(port)
    first.sign_in()
    addresses = first.addresses()
    browsers = [Browser(port) for _ in range(people)]
    for each in browsers:
        each.sign_in()
    times: Times = []
    faults: list[int] = []
    ends = time.monotonic() + seconds
    threads = [threading.Thread(target=_read, args=(each, addresses, ends, times, faults)) for each in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, faults


def _read(browser: Browser, addresses: dict[str, list[str]], ends: float, times: Times, faults: list[int]) -> None:
    chance = random.Random()
    time.sleep(chance.uniform(0, THINKS[1]))
    while time.monotonic() < ends:
        wanted = chance.choice(sorted(addresses))
        path = chance.choice(addresses[wanted])
        begun = time.monotonic()
        status, text = browser.ask("GET", path)
        times.append((wanted, time.monotonic() - begun, len(text)))
        if status != http.client.OK:
            faults.append(status)
        time.sleep(chance.uniform(*THINKS))
