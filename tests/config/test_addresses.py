"""The address by which browsers reach the pages, and what is read out of it."""

import pytest

from servanda.bad_input import BadInput
from servanda.config.addresses import ADDRESS_VARIABLE, THIS_MACHINE, address_of, site


def test_without_an_address_this_machine_alone_is_answered() -> None:
    assert address_of({}).hosts == THIS_MACHINE
    assert not address_of({}).secure
    assert site({}, 8081) == "http://localhost:8081"


def test_an_address_names_the_host_and_where_forms_come_from() -> None:
    found = address_of({ADDRESS_VARIABLE: "https://slm.school.example/"})
    assert found.hosts == ("slm.school.example", *THIS_MACHINE)
    assert found.origins == ("https://slm.school.example",)
    assert found.secure
    assert not address_of({ADDRESS_VARIABLE: "http://desk:8080"}).secure
    assert site({ADDRESS_VARIABLE: "http://desk:8080"}) == "http://desk:8080"


@pytest.mark.parametrize(
    "told", ["desk", "ftp://desk", "https://", "https://desk/servanda", "https://a\nb/c", "http://["]
)
def test_what_no_browser_could_reach_is_refused(told: str) -> None:
    with pytest.raises(BadInput, match="is none that browsers reach pages by"):
        address_of({ADDRESS_VARIABLE: told})
