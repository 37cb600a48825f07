"""People who read pages: each signs in, opens a page, thinks, and opens another."""

import http.client
import random
import re
import threading
import time
from urllib.parse import urlsplit

from bench.pages.prepare import EMAIL, PASSWORD
from tests.plain_browser import PlainBrowser

THINKS = (1.0, 3.0)
"""Seconds between two pages, from and to."""

LINK = re.compile(r'href="(/o/[^"#]+)"')
FILE = re.compile(r"\.(pdf|csv|xlsx|json|yaml)$")
"""What is handed out as a file is no page: it is read once, and later by another program."""
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


def addresses_from(browser: PlainBrowser) -> dict[str, list[str]]:
    """Return the addresses that links lead to from each organisation's pages, by kind."""
    found: dict[str, list[str]] = {}
    _, text = browser.see("/")
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
        status, text = browser.see(path)
        assert status == http.client.OK, (path, status)
        base = urlsplit(path).path
        for each in (*LINK.findall(text), *(f"{base}{one}" for one in re.findall(r'href="(\?[^"]+)"', text))):
            link = each.replace("&amp;", "&")
            if link not in seen and not FILE.search(link):
                seen.add(link)
                waiting.append(link)
    return found


Times = list[tuple[str, float, int]]


def read(port: int, people: int, seconds: float) -> tuple[Times, list[int]]:
    """Let people read for a while; return the kind, the seconds and the size of each page, and faulty statuses."""
    first = PlainBrowser(port)
    first.sign_in(EMAIL, PASSWORD)
    addresses = addresses_from(first)
    browsers = [PlainBrowser(port) for _ in range(people)]
    for each in browsers:
        each.sign_in(EMAIL, PASSWORD)
    times: Times = []
    faults: list[int] = []
    ends = time.monotonic() + seconds
    threads = [threading.Thread(target=_read, args=(each, addresses, ends, times, faults)) for each in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, faults


def _read(browser: PlainBrowser, addresses: dict[str, list[str]], ends: float, times: Times, faults: list[int]) -> None:
    chance = random.Random()
    time.sleep(chance.uniform(0, THINKS[1]))
    while time.monotonic() < ends:
        wanted = chance.choice(sorted(addresses))
        path = chance.choice(addresses[wanted])
        begun = time.monotonic()
        status, text = browser.see(path)
        times.append((wanted, time.monotonic() - begun, len(text)))
        if status != http.client.OK:
            faults.append(status)
        time.sleep(chance.uniform(*THINKS))
