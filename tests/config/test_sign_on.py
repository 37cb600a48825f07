"""The file that tells providers of single sign-on: what it must tell, and what is refused in words."""

from pathlib import Path

import pytest

from servanda.config import sign_on
from servanda.config.sign_on import InvalidSignOn, Provider, SamlProvider, as_allauth, providers_of
from tests import saml_assertions

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
    assert isinstance(found, Provider)
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
        ("[google]", '[google]\nprotocol = "ldap"', "the protocol of"),
        ("[google]", '[google]\nprotocol = "saml"', "tells '(issuer|client_id|client_secret)'"),
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


# --- SAML ---


def test_a_provider_of_saml_is_read_with_its_metadata(tmp_path: Path) -> None:
    saml_assertions.set_up(tmp_path, f"{GOOD}{saml_assertions.SETTINGS}")
    google, found = providers_of({}, tmp_path)
    assert found == SamlProvider(
        "school",
        "School sign-on",
        issuer="https://idp.example/metadata",
        sign_on_address="https://idp.example/on",
        sign_out_address="https://idp.example/off",
        certificates=(saml_assertions.key().certificate,),
        subject="urn:oasis:names:tc:SAML:attribute:subject-id",
        address="urn:oid:0.9.2342.19200300.100.1.3",
        domains=("example.org", "hill.example"),
        addresses_are_verified=True,
    )
    told = as_allauth([google, found])
    assert [len(told[each]["APPS"]) for each in ("openid_connect", "saml")] == [1, 1]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('metadata_file = "idp.xml"', "", "no 'metadata_file'"),
        ('"idp.xml"', '"none-such.xml"', "cannot be read"),
        ('"idp.xml"', '"sign-on.toml"', "cannot be read"),
        (f'subject = "{saml_assertions.SUBJECT}"', "", "no 'subject'"),
        (saml_assertions.SUBJECT, saml_assertions.ADDRESS, "both for the subject and for the address"),
        ("domains = [", "realms = [", "tells 'realms'"),
        ("domains = [", 'issuer = "x"\ndomains = [', "tells 'issuer'"),
        ("addresses_are_verified = true", "addresses_are_verified = 1", "'addresses_are_verified'"),
    ],
)
def test_what_is_wrong_with_a_table_of_saml_is_refused_in_words(tmp_path: Path, old: str, new: str, told: str) -> None:
    saml_assertions.set_up(tmp_path, saml_assertions.SETTINGS.replace(old, new))
    with pytest.raises(InvalidSignOn, match=told):
        providers_of({}, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("IDPSSODescriptor", "SPSSODescriptor", "describes 0 identity providers"),
        ('entityID="https://idp.example/metadata"', "", "what the provider calls itself"),
        ('entityID="', f'entityID="{"x" * 400}', "too long"),
        ("SingleSignOnService", "ArtifactResolutionService", "no address to sign on at"),
        ("HTTP-Redirect", "HTTP-POST", "no address to sign on at"),
        ("https://idp.example/on", "http://idp.example/on", "the address 'http://idp.example/on'"),
        ("https://idp.example/off", "javascript:alert(1)", "the address 'javascript:alert\\(1\\)'"),
        ('use="signing"', 'use="encryption"', "no certificate"),
        ("<ds:X509Certificate>", "<ds:X509Certificate>AAAA", "a certificate in the metadata"),
    ],
)
def test_what_is_wrong_with_metadata_is_refused_in_words(tmp_path: Path, old: str, new: str, told: str) -> None:
    saml_assertions.set_up(tmp_path, of=saml_assertions.metadata().replace(old, new))
    with pytest.raises(InvalidSignOn, match=told):
        providers_of({}, tmp_path)


def test_one_issuer_is_told_once(tmp_path: Path) -> None:
    saml_assertions.set_up(tmp_path, saml_assertions.SETTINGS + saml_assertions.SETTINGS.replace("school]", "other]"))
    with pytest.raises(InvalidSignOn, match=r"tells the issuer 'https://idp.example/metadata' twice"):
        providers_of({}, tmp_path)


def test_without_the_packages_for_saml_it_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saml_assertions.set_up(tmp_path)
    monkeypatch.setattr(sign_on, "SAML_PACKAGES", ("onelogin", "a_package_that_nobody_has"))
    with pytest.raises(InvalidSignOn, match="speaks SAML, and the Python package 'a_package") as refusal:
        providers_of({}, tmp_path)
    assert "servanda[server,saml]" in refusal.value.mend
