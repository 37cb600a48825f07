"""A walk over all that can be reached from the first page by its links, and what a browser complains of on the way."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

LINK = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
OF_A_KIND = 2
"""How many pages of one kind are looked at."""

MOST = 400
QUIET = {"/account/sign-out/"}

# What stands in an address for one of many: numbers, months and names after a word that lists them.
LISTED = re.compile(r"(?<=/)(services|tickets|agreements|imports|issued|help|of|person)/(?!issued)[^?]+")
NUMBER = re.compile(r"\d+")


@dataclass
class Watch:
    """What must not be: requests to other hosts, and complaints on the console, such as of the content policy."""

    host: str
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Page:
        """Watch a page, and return it."""
        page.on("request", self._requested)
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def _requested(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != self.host:
            self.foreign.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


def watch_over(page: Page, site: str) -> Watch:
    """Return what watches a page of a site."""
    watch = Watch(urlsplit(site).netloc)
    watch.over(page)
    return watch


def pages(context: BrowserContext, site: str, start: str = "/", of_a_kind: int = OF_A_KIND) -> Iterator[str]:
    """Yield the address of every page that links lead to from the first, a few of each kind; each must answer well."""
    waiting, seen = [urljoin(site, start)], set[str]()
    kinds: Counter[str] = Counter()
    while waiting and len(seen) < MOST:
        asked = waiting.pop(0)
        if asked in seen or urlsplit(asked).path in QUIET or kinds[kind(asked)] >= of_a_kind:
            continue
        seen.add(asked)
        answer = context.request.get(asked)
        assert answer.ok, f"{asked}: {answer.status} {answer.text()[:500]}"
        kinds[kind(asked)] += 1
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        yield asked
        found = (urljoin(answer.url, unescape(each).partition("#")[0]) for each in LINK.findall(answer.text()))
        waiting += [each for each in found if urlsplit(each).netloc == urlsplit(site).netloc]


def kind(address: str) -> str:
    """Return what an address has in common with others of its kind."""
    parts = urlsplit(address)
    return f"{NUMBER.sub('0', LISTED.sub(_parts_of, parts.path))}{'?' if parts.query else ''}"


def _parts_of(found: re.Match[str]) -> str:
    """Return a listing word followed by as many places as there are parts after it."""
    return f"{found[1]}/{'x/' * found[0].rstrip('/').count('/')}"
