"""The address by which browsers reach the pages: SERVANDA_ADDRESS, else this machine alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from servanda.bad_input import BadInput

ADDRESS_VARIABLE = "SERVANDA_ADDRESS"
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
    parts = urlsplit(told)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise BadInput(
            f"the address '{told}' is none that browsers reach pages by",
            expected="https://servanda.school.example, with nothing after the host and the port",
            mend=f"Correct the variable {ADDRESS_VARIABLE}.",
        )
    return Address((parts.hostname, *THIS_MACHINE), (f"{parts.scheme}://{parts.netloc}",), parts.scheme == "https")
