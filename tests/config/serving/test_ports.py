import socket

import pytest

from servanda.config.serving.ports import PortRefused, free_port


def test_a_port_on_which_somebody_listens_is_refused_even_if_they_would_share_it() -> None:
    with socket.socket() as taken:
        if hasattr(socket, "SO_REUSEPORT"):
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortRefused, match=f"port {port} of 127.0.0.1 is in use"):
            free_port("127.0.0.1", port)


def test_without_a_port_one_that_is_free_is_found() -> None:
    port = free_port("127.0.0.1", 0)
    assert free_port("127.0.0.1", port) == port


@pytest.mark.parametrize(("host", "told"), [("no.such.host.invalid", "is not known"), ("192.0.2.1", "no address of")])
def test_a_host_that_is_not_this_machine_is_refused(host: str, told: str) -> None:
    with pytest.raises(PortRefused, match=told):
        free_port(host, 0)
