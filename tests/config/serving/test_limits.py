from collections.abc import Iterable
from typing import Any

import pytest

from servanda.config.serving.limits import LONGEST_BODY, within_limits


def pages(environment: dict[str, Any], start: Any) -> Iterable[bytes]:
    start("200 OK", [])
    return [b"a page"]


@pytest.mark.parametrize(
    ("length", "status"),
    [
        (None, "200 OK"),
        ("", "200 OK"),
        ("0", "200 OK"),
        (f"{LONGEST_BODY}", "200 OK"),
        (f"{LONGEST_BODY + 1}", "413 Content Too Large"),
        ("9" * 5_000, "413 Content Too Large"),
        ("-1", "400 Bad Request"),
        ("1e3", "400 Bad Request"),
        ("²", "400 Bad Request"),
    ],
)
def test_a_request_that_is_too_long_or_of_no_length_never_reaches_the_pages(length: str | None, status: str) -> None:
    answered: list[str] = []

    def start(told: str, headers: list[tuple[str, str]]) -> None:
        answered.append(told)

    body = b"".join(within_limits(pages)({"CONTENT_LENGTH": length}, start))
    assert answered == [status]
    assert (body == b"a page") == (status == "200 OK")
