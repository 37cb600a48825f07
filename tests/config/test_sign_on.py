"""The file that tells providers of single sign-on: what it must tell, and what is refused in words."""

from pathlib import Path

import pytest

from servanda.config.sign_on import InvalidSignOn, Provider, providers_of

GOOD = """
[google]
title = "Google"
issuer = "https://accounts.google.com/"
client_id = "42.apps.example"
client_secret = "hush"
domains = ["School.example"]
"""


def written(folder: Path, text: str) -> Path:
    """Write the file to where it is looked for."""
    path = folder / "sign-on.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_there_are_no_providers(tmp_path: Path) -> None:
    assert providers_of({}, tmp_path) == ()


def test_a_provider_is_read_and_its_secret_is_not_shown(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    [found] = providers_of({}, tmp_path)
    assert found == Provider(
        "google", "Google", "https://accounts.google.com", "42.apps.example", "hush", ("school.example",)
    )
    assert "hush" not in repr(found)


def test_a_secret_may_lie_in_a_file_beside(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    path = written(tmp_path, GOOD.replace('client_secret = "hush"', 'client_secret_file = "secret"'))
    [found] = providers_of({"SERVANDA_SIGN_ON": str(path)}, tmp_path / "elsewhere")
    assert found.client_secret == "hush"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[google]", "[Google]", "no table of a provider"),
        ("[google]", "x = 1\n[google]", "no table of a provider"),
        ('title = "Google"', "", "no 'title'"),
        ('title = "Google"', "title = 1", "'title' .* is no text"),
        ("client_id", "clientid", "tells 'clientid'"),
        ("https://accounts", "http://accounts", "the issuer"),
        ("https://accounts", "javascript:accounts", "the issuer"),
        ("google.com/", "google.com/?x=1", "the issuer"),
        ('client_secret = "hush"', "", "no secret, or two"),
        ('client_secret = "hush"', 'client_secret = "hush"\nclient_secret_file = "x"', "no secret, or two"),
        ('client_secret = "hush"', 'client_secret_file = "none-such"', "cannot be read"),
        ('["School.example"]', '"school.example"', "does not list its 'domains'"),
        ('["School.example"]', '["*"]', "lists the domain"),
        ("domains", "addresses_are_verified = 1\ndomains", "'addresses_are_verified'"),
        ("[google]", "[google", "cannot be read"),
    ],
)
def test_what_is_wrong_is_refused_in_words(tmp_path: Path, old: str, new: str, told: str) -> None:
    written(tmp_path, GOOD.replace(old, new))
    with pytest.raises(InvalidSignOn, match=told):
        providers_of({}, tmp_path)


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidSignOn, match="there is no file"):
        providers_of({"SERVANDA_SIGN_ON": str(tmp_path / "none.toml")}, tmp_path)


def test_a_provider_on_this_machine_may_do_without_https(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace("https://accounts.google.com/", "http://127.0.0.1:9400"))
    assert providers_of({}, tmp_path)[0].issuer == "http://127.0.0.1:9400"
