import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from servanda.cli import main
from servanda.config.serving.limits import LONGEST_BODY
from servanda.config.serving.supervisor import answers
from tests.architecture.sources import ROOT
from tests.browser import environment_of

Serving = tuple[subprocess.Popen[str], int, str]

STARTS_WITHIN = 120  # on a machine that has much else to do; alone it takes three seconds


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """Serve a new database on a port that is free; give the program, its port and what it said."""
    command = [sys.executable, "-m", "servanda", "serve", "--port", "0"]
    environment = environment_of(tmp_path)
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        said = "".join(program.stdout.readline() for _ in range(3))
        found = re.search(r":(\d+)/ ", said)
        assert found is not None
        yield program, int(found[1]), said
        program.kill()


def request(port: int, method: str, path: str, **headers: str) -> int:
    """Ask for a page, and return the status of the answer."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    asked.request(method, path, headers=headers)
    status = asked.getresponse().status
    asked.close()
    return status


def soon(port: int, *, answered: bool) -> bool:
    """Return whether a port comes to be answered, or to be silent, within a while."""
    ends = time.monotonic() + STARTS_WITHIN
    while answers("127.0.0.1", port) is not answered and time.monotonic() < ends:
        time.sleep(0.1)
    return answers("127.0.0.1", port) is answered


def test_a_port_in_use_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SERVANDA_DATABASE", f"sqlite:///{tmp_path}/none.sqlite3")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--port", f"{port}"]) == 2
    assert f"port {port} of 127.0.0.1 is in use" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
def test_an_empty_database_is_served_with_a_link_and_stops_while_visitors_hang(serving: Serving) -> None:
    program, port, said = serving
    link = re.search(r"http://localhost:\d+(/account/set-up/\S+)", said)
    assert link is not None
    assert request(port, "GET", link[1]) == 200
    assert request(port, "GET", "/healthz") == 200
    assert request(port, "GET", "/o/nowhere/") in {302, 404}
    assert request(port, "GET", "/healthz", Host="elsewhere.example") == 400
    assert request(port, "POST", "/account/sign-in/", **{"Content-Length": f"{LONGEST_BODY + 1}"}) == 413
    with socket.create_connection(("127.0.0.1", port)) as slow, socket.create_connection(("127.0.0.1", port)) as half:
        slow.sendall(b"POST /account/sign-in/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\na")
        half.sendall(b"GET / HTTP/1.1\r\nHost: loc")
        begun = time.monotonic()
        program.send_signal(signal.SIGTERM)
        assert program.wait(STARTS_WITHIN) == 0
        assert time.monotonic() - begun < 5
    assert not answers("127.0.0.1", port)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")
def test_nothing_serves_on_once_the_supervisor_is_killed(serving: Serving) -> None:
    program, port, _ = serving
    program.send_signal(signal.SIGKILL)
    program.wait()
    assert soon(port, answered=False)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the children are found under /proc")
def test_a_web_program_that_is_killed_is_started_again(serving: Serving) -> None:
    program, port, _ = serving
    for each in children_of(program.pid):
        os.kill(each, signal.SIGKILL)
    assert soon(port, answered=False)
    assert soon(port, answered=True)


def children_of(process: int) -> list[int]:
    """Return the processes that a process has started."""
    told = [each.read_text(encoding="utf-8") for each in Path("/proc").glob("[0-9]*/stat") if each.exists()]
    fields = [(each.partition(" ")[0], each.rpartition(")")[2].split()) for each in told]
    return [int(number) for number, rest in fields if rest[1] == str(process)]
