"""Whether a port is free, asked before anything listens there.

The web program lets several listen on one port (SO_REUSEPORT), so an old server would go on answering every other
request unseen. Asked here is therefore without that option.
"""

import errno
import socket
import sys

from servanda.bad_input import BadInput

HIGHEST = 65_535


class PortRefused(BadInput):
    """A host or port on which this machine lets nobody listen now."""


def free_port(host: str, port: int) -> int:
    """Return the port, or for 0 one that is free; raise `PortRefused` where nobody may listen on it."""
    family, address = _resolved(host, port)
    with socket.socket(family, socket.SOCK_STREAM) as asked:
        if sys.platform == "win32":
            asked.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind(address)
        except OSError as failure:
            raise _refused(failure, host, port) from None
        return int(asked.getsockname()[1])


def free_port_or_another(host: str, port: int) -> int:
    """Return the port or, where nobody may listen on it now, another that is free."""
    try:
        return free_port(host, port)
    except PortRefused:
        return free_port(host, 0)


def _resolved(host: str, port: int) -> tuple[socket.AddressFamily, tuple[object, ...]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise PortRefused(
            f"the host '{host}' is not known here",
            expected="127.0.0.1 for this machine alone, or an address of this machine",
            mend="Correct --host.",
        ) from None
    return found[0][0], found[0][4]


def _refused(failure: OSError, host: str, port: int) -> PortRefused:
    if failure.errno in (errno.EACCES, errno.EPERM):
        return PortRefused(
            f"port {port} may be used by privileged users alone",
            expected="a port that anyone may use, such as 8080",
            mend="Choose another with --port.",
        )
    if failure.errno == errno.EADDRNOTAVAIL:
        return PortRefused(
            f"'{host}' is no address of this machine",
            expected="127.0.0.1 for this machine alone, or 0.0.0.0 for its network",
            mend="Correct --host.",
        )
    return PortRefused(
        f"port {port} of {host} is in use, perhaps by a Servanda that still runs",
        expected="a port on which nothing listens",
        mend=f"End that program, or choose another port, such as --port {port + 1 if port < HIGHEST else port - 1}.",
    )
