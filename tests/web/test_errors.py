"""Whatever goes wrong has a page that says what to do, and never tells how the program looks inside."""

import re
from collections.abc import Iterator

import pytest
from django.test import override_settings

from tests.web.browsers import nobody


@pytest.fixture(autouse=True)
def _faulty(store: str) -> Iterator[None]:
    """Serve some pages that fail."""
    with override_settings(ROOT_URLCONF="tests.web.faulty_urls"):
        yield


def test_a_refusal_says_what_was_found_expected_and_to_do() -> None:
    answer = nobody().get("/refuse/")
    assert answer.status_code == 400
    for said in ("&lt;b&gt;31/02&lt;/b&gt; is no date", "a date", "Correct it."):
        assert said in answer.text


def test_a_fault_has_a_reference_that_the_log_repeats(caplog: pytest.LogCaptureFixture) -> None:
    answer = nobody().get("/fail/")
    assert answer.status_code == 500
    [reference] = re.findall(r'class="figure">([0-9a-f]{8})<', answer.text)
    assert "secret cause" not in answer.text
    assert "Traceback" not in answer.text
    assert f"fault {reference} at GET /fail/" in caplog.text
    assert "the secret cause" in caplog.text


def test_what_the_database_refuses_may_work_later() -> None:
    answer = nobody().get("/ask-in-vain/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "no_such_table" not in answer.text
    assert "servanda database upgrade" in answer.text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "localhost.evil.example"])
def test_a_request_for_another_host_is_refused(host: str) -> None:
    answer = nobody().get("/account/sign-in/", headers={"host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize(
    "path", ["/nothing", "/o/", "/o/a/b/c/d/", "/o/%00/", "/%F0%9F%8F%AB/", "/o/..%2f..%2fetc/", "/static/../x"]
)
def test_an_address_that_leads_nowhere_has_a_page(path: str) -> None:
    answer = nobody().get(path)
    assert answer.status_code in {301, 302, 404}
    if answer.status_code == 404:
        assert "There is nothing here" in answer.text
