"""The address by which browsers reach the pages: SERVANDA_ADDRESS, else this machine alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from servanda.bad_input import BadInput

ADDRESS_VARIABLE = "SERVANDA_ADDRESS"
USUAL_PORT = 8080
THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class Address:
    """The hosts that pages answer to, the origins that forms may come from, and whether all goes over HTTPS."""

    hosts: tuple[str, ...]
    origins: tuple[str, ...] = ()
    secure: bool = False


def address_of(environment: Mapping[str, str]) -> Address:
    """Return the address that SERVANDA_ADDRESS names, such as https://servanda.school.example."""
    told = environment.get(ADDRESS_VARIABLE, "")
    if not told:
        return Address(THIS_MACHINE)
    parts = _split(told)
    if parts is None:
        raise BadInput(
            f"the address '{told}' is none that browsers reach pages by",
            expected="https://servanda.school.example, with nothing after the host and the port",
            mend=f"Correct the variable {ADDRESS_VARIABLE}.",
        )
    return Address(
        (parts.hostname or "", *THIS_MACHINE), (f"{parts.scheme}://{parts.netloc}",), parts.scheme == "https"
    )


def _split(told: str) -> SplitResult | None:
    """Return the parts of an address; nothing where it is none, or has more than a host and a port."""
    try:
        parts = urlsplit(told)
        _ = parts.port
    except ValueError:
        return None
    more = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    return parts if parts.scheme in {"http", "https"} and parts.hostname and not more else None


def site(environment: Mapping[str, str], port: int = USUAL_PORT) -> str:
    """Return how addresses of pages begin that are handed out: SERVANDA_ADDRESS, else this machine."""
    origins = address_of(environment).origins
    return origins[0] if origins else f"http://localhost:{port}"
