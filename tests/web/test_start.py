"""Where somebody lands, and what every answer carries."""

from servanda.engine.rights import Role
from tests.web.browsers import SignedIn, nobody


def test_nobody_is_led_to_sign_in(store: str) -> None:
    answer = nobody().get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/account/sign-in/?next=/"


def test_the_sign_in_page_asks_for_address_and_password(store: str) -> None:
    answer = nobody().get("/account/sign-in/")
    assert answer.status_code == 200
    assert 'name="login"' in answer.text
    assert 'name="password"' in answer.text


def test_somebody_signed_in_sees_their_organisation(signed_in: SignedIn) -> None:
    answer = signed_in(Role.TECHNICIAN).get("/", follow=True)
    assert answer.status_code == 200
    assert "School" in answer.text


def test_every_answer_forbids_what_is_not_ours(store: str) -> None:
    headers = nobody().get("/account/sign-in/").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"]


def test_what_is_not_there_has_a_page(signed_in: SignedIn) -> None:
    answer = signed_in(Role.TECHNICIAN).get("/o/nowhere/nothing/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


def test_the_server_says_that_it_is_well(store: str) -> None:
    assert nobody().get("/healthz").text == "ok"
