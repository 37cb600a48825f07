"""Somebody in front of a browser: with a mouse, without JavaScript, or by keyboard alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.browser import new_context

MOST_STEPS = 200
SEEN = """
element => {
    const box = element.getBoundingClientRect();
    return element === document.activeElement && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
}
"""


@dataclass(frozen=True, slots=True)
class Mouse:
    """Somebody who points and clicks."""

    page: Page

    def press(self, wanted: Locator) -> None:
        """Click on something."""
        wanted.filter(visible=True).first.click()

    def write(self, wanted: Locator, text: str) -> None:
        """Fill in a field."""
        wanted.fill(text)

    def write_day(self, wanted: Locator, day: date) -> None:
        """Fill in a field for a day."""
        wanted.fill(f"{day}")

    def choose(self, wanted: Locator, label: str) -> None:
        """Choose one of a list."""
        wanted.select_option(label=label)

    def tick(self, wanted: Locator) -> None:
        """Choose a box or one of several circles."""
        wanted.check()


@dataclass(frozen=True, slots=True)
class Keyboard:
    """Somebody who goes from one thing to the next by the tabulator key, and sees where they are."""

    page: Page

    def press(self, wanted: Locator) -> None:
        """Go to something and press Enter."""
        self._reach(wanted.filter(visible=True).first)
        self.page.keyboard.press("Enter")

    def write(self, wanted: Locator, text: str) -> None:
        """Go to a field and type."""
        self._reach(wanted)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def write_day(self, wanted: Locator, day: date) -> None:
        """Go to a field for a day and type its digits in the order in which the browser shows them."""
        self._reach(wanted)
        for order in ("%d%m%Y", "%m%d%Y"):
            self.page.keyboard.type(f"{day:{order}}")
            if wanted.input_value() == f"{day}":
                return
            for _ in range(2):
                self.page.keyboard.press("ArrowLeft")  # back from the year to where one begins
        raise AssertionError(f"not written by keyboard: {wanted}")

    def choose(self, wanted: Locator, label: str) -> None:
        """Go to a list and type the beginning of what is wanted."""
        self._reach(wanted)
        self.page.keyboard.type(label)

    def tick(self, wanted: Locator) -> None:
        """Go to a box, or to the circles of which one is wanted and on to that, and choose it."""
        group = self.page.locator(f"input[name={wanted.get_attribute('name')}]")
        if wanted.get_attribute("type") == "checkbox" or group.count() == 1:
            self._reach(wanted)
            self.page.keyboard.press("Space")
            return
        self._reach_one_of(group)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"not chosen by keyboard: {wanted}")

    def _reach_one_of(self, group: Locator) -> None:
        for _ in range(MOST_STEPS):
            if any(each.evaluate(SEEN) for each in group.all()):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"not reached by keyboard: {group}")

    def _reach(self, wanted: Locator) -> None:
        wanted.wait_for()
        for _ in range(MOST_STEPS):
            if wanted.evaluate(SEEN):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"not reached by keyboard: {wanted}")


Person = Mouse | Keyboard


@pytest.fixture(params=["by mouse", "without JavaScript", "by keyboard"])
def person(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Person]:
    """Return somebody in front of a browser."""
    with new_context(browser, java_script_enabled=request.param != "without JavaScript") as context:
        page = context.new_page()
        yield Keyboard(page) if request.param == "by keyboard" else Mouse(page)
