"""Estimates of levels are kept beside each other, audited, and only by whoever may write the entry."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from servanda.engine.catalogue import CatalogueEntry
from servanda.engine.levels import Estimate, LevelKind
from servanda.engine.rights import Role
from servanda.queries import catalogue as kept
from servanda.queries import levels as of_levels
from servanda.services import catalogue, levels
from servanda.services.levels import EstimateRefused
from servanda.store import models
from servanda.store.access import NotFound
from servanda.store.keepable import Unkeepable
from tests.services.test_catalogue import MANAGER, NOW, contents, own, who

__all__ = ["own"]

FIRST = Estimate(LevelKind.AVAILABILITY, "95 %", "asked the technicians", date(2026, 3, 2))
LATER = Estimate(LevelKind.AVAILABILITY, "97.5 %", "counted a week by hand", date(2026, 5, 4))


def estimates(own: models.Organisation) -> list[Estimate]:
    """Return what stands of the one service."""
    found = of_levels.of(MANAGER, kept.one(MANAGER, "printing")[:1], now=NOW)["printing"]
    return [each.told for each in found.estimates]


def test_a_later_estimate_stands_beside_the_earlier_one(own: models.Organisation) -> None:
    assert levels.estimate(MANAGER, "printing", LATER, now=NOW) == 1
    assert levels.estimate(MANAGER, "printing", FIRST, now=NOW) == 2
    assert estimates(own) == [FIRST, LATER]
    assert contents(own)[1:] == [("catalogue printing", "write_catalogue", "estimated", None)] * 2


def test_only_whoever_may_write_the_entry_estimates(own: models.Organisation) -> None:
    for viewer in (who(Role.TECHNICIAN), who(Role.REPRESENTATIVE), who(Role.SERVICE_MANAGER, customers={"pupils"})):
        with pytest.raises(NotFound):
            levels.estimate(viewer, "printing", FIRST, now=NOW)
    with pytest.raises(NotFound):
        levels.estimate(MANAGER, "library", FIRST, now=NOW)
    assert estimates(own) == []


def test_an_estimate_of_tomorrow_and_one_that_no_database_keeps_are_refused(own: models.Organisation) -> None:
    with pytest.raises(EstimateRefused, match="still to come"):
        levels.estimate(MANAGER, "printing", Estimate(FIRST.kind, "95 %", "x", date(2026, 6, 2)), now=NOW)
    with pytest.raises(Unkeepable):
        levels.estimate(MANAGER, "printing", Estimate(FIRST.kind, "95 %", "a\0b", FIRST.on), now=NOW)
    assert estimates(own) == []


def test_who_sees_a_part_alone_is_not_told_who_estimated(own: models.Organisation) -> None:
    levels.estimate(MANAGER, "printing", FIRST, now=NOW)
    part = who(Role.REPRESENTATIVE, customers={"pupils"})
    [estimated] = of_levels.of(part, kept.one(part, "printing")[:1], now=NOW)["printing"].estimates
    assert estimated.told == FIRST
    assert estimated.written_by == ""


def test_levels_take_as_many_statements_for_many_entries_as_for_one(own: models.Organisation) -> None:
    few = statements()
    for number in range(20):
        service = f"service-{number}"
        catalogue.write(MANAGER, service, CatalogueEntry(service), after=0, now=NOW)
        levels.estimate(MANAGER, service, FIRST, now=NOW)
    assert statements() == few


def statements() -> int:
    """Return how many statements the levels of all entries take."""
    listed = kept.catalogue(MANAGER)
    with CaptureQueriesContext(connection) as asked:
        assert len(of_levels.of(MANAGER, listed, now=NOW)) == len(listed)
    return len(asked)
