"""The pages of help: one for each screen, for anybody, with nothing from elsewhere."""

import re
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from servanda.engine.rights import Role
from servanda.web.help_pages import GUIDE, OF_ADDRESS, PAGES, SCREENS, TERMS
from tests.web.browsers import SignedIn, nobody

WITHOUT_HELP = {"healthz", "theme", "help", "help_page"}


class Words(HTMLParser):
    """The sentences of the text of a page of help."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.feed(page.split("<h1", 1)[1].split("<nav", 1)[0])

    def handle_data(self, data: str) -> None:
        """Keep a piece of text."""
        self.said.append(data)

    @property
    def sentences(self) -> list[str]:
        """Its sentences."""
        return [each for each in re.split(r"[.:;?!]\s", " ".join(self.said)) if each.strip()]


def names() -> set[str]:
    """Return the name of every address."""
    found, waiting = set(), list(get_resolver().url_patterns)
    while waiting:
        each = waiting.pop()
        if isinstance(each, URLResolver):
            waiting += each.url_patterns
        elif each.name:
            found.add(each.name)
    return found


@pytest.fixture
def pages(store: str) -> dict[str, str]:
    """Return every page of help as somebody without an account gets it."""
    browser, found = nobody(), {}
    for name in PAGES:
        answer = browser.get(f"/help/{name}/")
        assert answer.status_code == 200, name
        found[name] = answer.content.decode()
    return found


def test_every_page_can_be_read_by_anybody(pages: dict[str, str]) -> None:
    for name, shown in pages.items():
        assert f'<h1 class="page-title">{escape(PAGES[name].title)}</h1>' in shown
        assert shown.count('aria-current="page"') == 2  # in the crumbs and in the list


def test_nothing_of_a_page_comes_from_elsewhere(pages: dict[str, str]) -> None:
    for shown in pages.values():
        assert re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", shown) == []


def test_the_pages_speak_in_short_sentences(pages: dict[str, str], figure: Callable[[str, object], None]) -> None:
    lengths = [len(each.split()) for page in (*GUIDE, *SCREENS) for each in Words(pages[page.name]).sentences]
    figure("words in a sentence of help", f"{sum(lengths) / len(lengths):.1f} in the mean, {max(lengths)} at most")
    assert sum(lengths) / len(lengths) < 12
    assert max(lengths) < 40


def test_every_word_on_a_page_is_in_the_glossary(pages: dict[str, str]) -> None:
    assert {term for page in PAGES.values() for term in page.terms} <= set(TERMS)
    words = [f"<strong>{term[0].upper()}{term[1:]}</strong>" for term in TERMS]
    assert [word for word in words if word not in pages["glossary"]] == []


def test_every_screen_has_a_page() -> None:
    assert names() - WITHOUT_HELP <= set(OF_ADDRESS)


def test_a_page_leads_to_the_help_about_it(manager: Client) -> None:
    for address, screen in (("agreements", "agreements"), ("imports", "imports")):
        shown = manager.get(reverse(address, kwargs={"organisation": "school"})).content.decode()
        assert f'<a href="/help/{screen}/">Help</a>' in shown
    assert '<a href="/help/sign-in/">Help</a>' in nobody().get(reverse("account_login")).content.decode()


def test_a_page_that_is_not_there_is_not_found(signed_in: SignedIn) -> None:
    for browser in (nobody(), signed_in(Role.TECHNICIAN)):
        for path in ("/help/none-such/", "/help/base/", "/help/contents/", "/help/list/", "/help/a%2Fb/"):
            assert browser.get(path).status_code == 404
