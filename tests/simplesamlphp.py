"""A real provider of SAML: SimpleSAMLphp, in a process of its own, and the people whom it knows.

It and its PHP come out of the distribution's own packages, as `start.py` fetches a browser: unpacked into `.venv`, with
nothing installed on the system. Where they are not to be had, the tests that need them are skipped, which fails the run
on a build server.
"""

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from servanda.config.serving.ports import free_port
from tests import saml_assertions
from tests.architecture.sources import ROOT

UNPACKED = ROOT / ".venv" / "simplesamlphp"
OURS = Path("usr/share/simplesamlphp/www")
EXTENSIONS = ("ctype", "dom", "iconv", "mbstring", "posix", "simplexml", "tokenizer", "xml")
NONE = "there is no SimpleSAMLphp: it comes from the packages of a Debian that has one, by apt-get and a network"
SECONDS_TO_START = 60

CONFIG = """<?php
$config = [
    'baseurlpath' => '{address}/',
    'certdir' => '{folder}/certificates/',
    'datadir' => '{folder}/data/',
    'loggingdir' => '{folder}/data/',
    'tempdir' => '{folder}/data/',
    'metadatadir' => '{folder}/metadata/',
    'technicalcontact_email' => 'somebody@example.org',
    'timezone' => 'UTC',
    'secretsalt' => 'of the tests alone',
    'auth.adminpassword' => 'of the tests alone',
    'logging.handler' => 'errorlog',
    'errorreporting' => false,
    'enable.saml20-idp' => true,
    'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
    'store.type' => 'phpsession',
    'session.phpsession.savepath' => '{folder}/data',
    'session.phpsession.cookiename' => 'provider',
    'session.cookie.secure' => false,
    'language.available' => ['en'],
    'language.default' => 'en',
    'metadata.sources' => [['type' => 'flatfile'], ['type' => 'xml', 'file' => '{folder}/known.xml']],
    'authproc.idp' => [],
];
"""
PEOPLE = """<?php
$config = ['people' => ['exampleauth:UserPass',
    'sam:plover' => ['{subject}' => ['sam-1'], '{address}' => ['sam@hill.example']],
    'stranger:plover' => ['{subject}' => ['stranger-1'], '{address}' => ['stranger@hill.example']],
]];
"""
HOSTED = """<?php
$metadata['__DYNAMIC:1__'] = [
    'host' => '__DEFAULT__',
    'privatekey' => 'key.pem',
    'certificate' => 'certificate.pem',
    'auth' => 'people',
    'sign.logout' => true,
    'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
];
"""
NOBODY = '<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"/>'


@dataclass(frozen=True, slots=True)
class Peer:
    """SimpleSAMLphp as it runs: where, and the folder of what it knows."""

    address: str
    folder: Path

    def set_up(self, folder: Path) -> None:
        """Write the files by which Servanda uses it: its own metadata, and a table."""
        with urlopen(f"{self.address}/saml2/idp/metadata.php") as answer:
            saml_assertions.set_up(folder, of=answer.read().decode())

    def trust(self, address: str) -> None:
        """Let it know a Servanda by the metadata that this one gives out."""
        with urlopen(f"{address}/account/sign-on/school/metadata/") as answer:
            (self.folder / "known.xml").write_bytes(answer.read())


@contextmanager
def running(folder: Path) -> Iterator[Peer]:
    """Run SimpleSAMLphp on a free port; skip the test where it cannot be had."""
    php, pages = found()
    port = free_port("127.0.0.1", 0)
    peer = Peer(f"http://127.0.0.1:{port}", folder)
    _write_settings(peer)
    command = [*php, "-S", f"127.0.0.1:{port}", "-t", os.fspath(pages)]
    environment = {**os.environ, "SIMPLESAMLPHP_CONFIG_DIR": os.fspath(folder), "LD_LIBRARY_PATH": libraries()}
    with (
        (folder / "provider.log").open("w", encoding="utf-8") as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            _wait_for(f"{peer.address}/saml2/idp/metadata.php", folder)
            yield peer
        finally:
            process.terminate()


def _write_settings(peer: Peer) -> None:
    for each in ("certificates", "data", "metadata"):
        (peer.folder / each).mkdir()
    told = {"address": peer.address, "folder": peer.folder}
    names = {"subject": saml_assertions.SUBJECT, "address": saml_assertions.ADDRESS}
    key = saml_assertions.key("simplesamlphp.example")
    certificate = f"-----BEGIN CERTIFICATE-----\n{key.certificate}\n-----END CERTIFICATE-----\n"
    files = {
        "config.php": _filled(CONFIG, told),
        "authsources.php": _filled(PEOPLE, names),
        "metadata/saml20-idp-hosted.php": HOSTED,
        "known.xml": NOBODY,
        "certificates/certificate.pem": certificate,
        "certificates/key.pem": key.pem.decode(),
    }
    for name, text in files.items():
        (peer.folder / name).write_text(text, encoding="utf-8")


def _filled(text: str, told: dict[str, Any]) -> str:
    for name, value in told.items():
        text = text.replace(f"{{{name}}}", f"{value}")
    return text


def _wait_for(address: str, folder: Path) -> None:
    for _ in range(SECONDS_TO_START * 10):
        with suppress(URLError, ConnectionError), urlopen(address) as answer:
            if b"EntityDescriptor" in answer.read():
                return
        time.sleep(0.1)
    raise AssertionError((folder / "provider.log").read_text(encoding="utf-8", errors="replace")[-4000:])


# --- where it comes from ---


def found() -> tuple[list[str], Path]:
    """Return PHP as a command, with the parts that are needed, and the pages of SimpleSAMLphp; else skip the test."""
    if not UNPACKED.exists():
        _fetch()
    unpacked = sorted(UNPACKED.glob("usr/bin/php[0-9]*.[0-9]"))
    program = unpacked[0] if unpacked else shutil.which("php")
    if program is None or not (UNPACKED / OURS).exists():
        pytest.skip(NONE)
    quiet = (
        "-d",
        "display_errors=0",
        "-d",
        "error_reporting=22527",
    )  # what newer versions of PHP say of it would stand in its pages
    return [os.fspath(program), "-n", *quiet, *_extensions()], UNPACKED / OURS


def _extensions() -> Iterator[str]:
    """Yield what loads the parts of PHP that lie beside it, unpacked or the system's."""
    for each in EXTENSIONS:
        there = [*UNPACKED.glob(f"usr/lib/php/*/{each}.so"), *Path("/usr/lib/php").glob(f"*/{each}.so")]
        if there:
            yield from ("-d", f"extension={there[0]}")


def libraries() -> str:
    """Return where the libraries lie that were unpacked."""
    folders = {os.fspath(each.parent) for part in ("usr/lib", "lib") for each in (UNPACKED / part).rglob("lib*.so*")}
    return os.pathsep.join([*sorted(folders), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])])


def _fetch() -> None:
    """Unpack the packages into a folder of their own, which gets its name once all of it is there."""
    start = _start()
    UNPACKED.parent.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="simplesamlphp-", dir=UNPACKED.parent))
    try:
        start.fetch_system_packages(folder, "php-cli", "php-xml", "php-mbstring", with_dependencies=True)
        start.fetch_system_packages(folder, "simplesamlphp")
        folder.rename(UNPACKED)
    except (start.SetUpFailed, subprocess.CalledProcessError, OSError) as fault:
        if not UNPACKED.exists():
            pytest.skip(f"{NONE} ({fault})")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@cache
def _start() -> ModuleType:
    specification = importlib.util.spec_from_file_location("start", ROOT / "start.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
