"""Groups of users, teams and suppliers as somebody may see them, with what is promised by them and what they hold.

Teams are for whoever may see people. Who speaks for users sees their own group, and a supplier's contact that supplier.
Each list takes a fixed number of statements.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Count

from servanda.engine.agreements import AgreementKind, AgreementVersion
from servanda.engine.directory import CustomerGroup, PersonRecord, Sort, Supplier, SupplierStanding, Team
from servanda.engine.rights import Action, Role, Subject, Viewer, may
from servanda.engine.targets import TargetKind
from servanda.queries.agreements import may_read
from servanda.queries.board import open_clocks
from servanda.queries.people import Step, steps_of
from servanda.queries.reach import reach_of
from servanda.store import directory, models
from servanda.store.access import NotFound, access_organisation, access_part
from servanda.store.books import remembered_book


@dataclass(frozen=True, slots=True)
class Promise:
    """The last version of an agreement that names a team or a supplier in a target."""

    agreement: str
    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person by id and name; one who is not `active` has left."""

    id: str
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class TeamShown:
    """A team with its people, the OLAs that name it, and how many open tickets were handed over to it."""

    id: str
    team: Team
    supplier_name: str
    members: tuple[Somebody, ...]
    promises: tuple[Promise, ...]
    holds: int


@dataclass(frozen=True, slots=True)
class SupplierShown:
    """A supplier with its contracts, the teams of it, the people who speak for it today, and how many tickets it holds.

    People and teams are for whoever may see them.
    """

    id: str
    supplier: Supplier
    standing: SupplierStanding
    promises: tuple[Promise, ...]
    teams: tuple[tuple[str, str], ...]
    people: tuple[Somebody, ...]
    holds: int


@dataclass(frozen=True, slots=True)
class GroupShown:
    """A group of users with the names of those who speak for it today."""

    id: str
    group: CustomerGroup
    representatives: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called; its id where it has no name."""
        return self.group.name or self.id


Shown = TypeVar("Shown", TeamShown, SupplierShown, GroupShown)


def teams(viewer: Viewer) -> tuple[TeamShown, ...]:
    """Return the teams by line and name, closed ones last; raise `NotFound` where the viewer may not see people."""
    organisation = access_organisation(viewer, Action.SEE_PEOPLE)
    people, named = directory.people(organisation), directory.suppliers(organisation)
    promises = _promises(viewer, organisation, AgreementKind.OLA)
    holds = _holds(viewer)
    shown = (
        TeamShown(
            id,
            team,
            named[team.supplier].name if team.supplier else "",
            _somebody(people, team.members),
            promises.get(id, ()),
            holds.get(id, 0),
        )
        for id, team in directory.teams(organisation).items()
    )
    return tuple(
        sorted(shown, key=lambda each: (not each.team.active, each.team.line, *_place(each.team.name, each.id)))
    )


def team(viewer: Viewer, id: str) -> TeamShown:
    """Return a team; raise `NotFound` where there is none of that id for the viewer."""
    return _one(teams(viewer), Sort.TEAM, id)


def suppliers(viewer: Viewer) -> tuple[SupplierShown, ...]:
    """Return the suppliers that a viewer may see, by name, ended ones last; raise `NotFound` for who sees none."""
    organisation = access_part(viewer, Action.SEE_SUPPLIER)
    sees_people = _sees_people(viewer)
    people = directory.people(organisation) if sees_people else {}
    of_suppliers = directory.teams(organisation) if sees_people else {}
    promises = _promises(viewer, organisation, AgreementKind.UNDERPINNING_CONTRACT)
    holds = _holds(viewer)
    shown = [
        SupplierShown(
            id,
            each,
            each.standing_on(viewer.on),
            promises.get(id, ()),
            tuple(sorted((id_of, team.name) for id_of, team in of_suppliers.items() if team.supplier == id)),
            _speaking_for(people, id, viewer),
            holds.get(id, 0),
        )
        for id, each in directory.suppliers(organisation).items()
        if may(viewer, Action.SEE_SUPPLIER, Subject(viewer.organisation, suppliers=frozenset({id})))
    ]
    ended = SupplierStanding.ENDED
    return tuple(sorted(shown, key=lambda each: (each.standing is ended, *_place(each.supplier.name, each.id))))


def supplier(viewer: Viewer, id: str) -> SupplierShown:
    """Return a supplier; raise `NotFound` where there is none of that id for the viewer."""
    return _one(suppliers(viewer), Sort.SUPPLIER, id)


def groups(viewer: Viewer) -> tuple[GroupShown, ...]:
    """Return the groups of users that a viewer may see, by name; raise `NotFound` for who sees none."""
    organisation = access_part(viewer, Action.SEE_GROUP)
    people = directory.people(organisation)
    shown = (
        GroupShown(id, each, _representing(people, id, viewer))
        for id, each in directory.groups(organisation).items()
        if may(viewer, Action.SEE_GROUP, Subject(viewer.organisation, customer=id))
    )
    return tuple(sorted(shown, key=lambda each: _place(each.name, each.id)))


def group(viewer: Viewer, id: str) -> GroupShown:
    """Return a group of users; raise `NotFound` where there is none of that id for the viewer."""
    return _one(groups(viewer), Sort.GROUP, id)


def done(viewer: Viewer, sort: Sort, id: str) -> tuple[Step, ...]:
    """Return what was done to a group, a team or a supplier, the newest first; nothing for whom people are hidden."""
    if not _sees_people(viewer):
        return ()
    return steps_of(access_organisation(viewer, Action.SEE_PEOPLE), f"{sort.value} {id}")


def without_a_record(viewer: Viewer) -> Mapping[Sort, tuple[str, ...]]:
    """Return the teams that OLAs name, and the suppliers that contracts and roles do, of which nothing is kept."""
    organisation = access_organisation(viewer, Action.SEE_PEOPLE)
    of_teams = _promises(viewer, organisation, AgreementKind.OLA).keys()
    of_suppliers = _promises(viewer, organisation, AgreementKind.UNDERPINNING_CONTRACT).keys() | {
        name for each in directory.people(organisation).values() for role in each.roles for name in role.scope.suppliers
    }
    return {
        Sort.TEAM: tuple(sorted(of_teams - directory.teams(organisation).keys())),
        Sort.SUPPLIER: tuple(sorted(of_suppliers - directory.suppliers(organisation).keys())),
    }


def people_to_choose(viewer: Viewer) -> Mapping[str, PersonRecord]:
    """Return the people who can be in a team, by id; raise `NotFound` for whoever does not manage them."""
    return directory.people(access_organisation(viewer, Action.MANAGE_PEOPLE))


def _one(shown: Iterable[Shown], sort: Sort, id: str) -> Shown:
    found = next((each for each in shown if each.id == id), None)
    if found is None:
        raise NotFound(f"{sort.value} '{id}'")
    return found


def _sees_people(viewer: Viewer) -> bool:
    return may(viewer, Action.SEE_PEOPLE, Subject(viewer.organisation))


def _place(name: str, id: str) -> tuple[str, str]:
    return name.casefold(), id


def _somebody(people: Mapping[str, PersonRecord], ids: Iterable[str]) -> tuple[Somebody, ...]:
    found = (Somebody(id, people[id].name, people[id].active) for id in ids if id in people)
    return tuple(sorted(found, key=lambda each: _place(each.name, each.id)))


def _speaking_for(people: Mapping[str, PersonRecord], supplier: str, viewer: Viewer) -> tuple[Somebody, ...]:
    """Return who is a contact of a supplier today."""
    ids = (
        id
        for id, each in people.items()
        if each.active
        and any(
            role.role is Role.SUPPLIER_CONTACT and supplier in role.scope.suppliers and role.holds_on(viewer.on)
            for role in each.roles
        )
    )
    return _somebody(people, ids)


def _representing(people: Mapping[str, PersonRecord], group: str, viewer: Viewer) -> tuple[str, ...]:
    """Return the names of those who speak for a group today."""
    names = (
        each.name
        for each in people.values()
        if each.active
        and any(
            role.role is Role.REPRESENTATIVE
            and role.holds_on(viewer.on)
            and (not role.scope.customers or group in role.scope.customers)
            for role in each.roles
        )
    )
    return tuple(sorted(names, key=str.casefold))


def _promises(
    viewer: Viewer, organisation: models.Organisation, kind: AgreementKind
) -> Mapping[str, tuple[Promise, ...]]:
    """Return the agreements of a kind that a viewer may read, by each party that their last version names."""
    found: dict[str, list[Promise]] = {}
    for last in _last_versions(remembered_book(organisation).versions):
        if last.kind is kind and may_read(viewer, last):
            for party in sorted({each.party for each in last.targets if each.party}):
                found.setdefault(party, []).append(Promise(last.agreement, last.number, last.name or last.agreement))
    return {party: tuple(each) for party, each in found.items()}


def _last_versions(versions: Iterable[AgreementVersion]) -> Iterator[AgreementVersion]:
    last: dict[str, AgreementVersion] = {}
    for each in versions:
        if each.agreement not in last or last[each.agreement].number < each.number:
            last[each.agreement] = each
    yield from last.values()


def _holds(viewer: Viewer) -> Mapping[str, int]:
    """Return how many tickets in reach each team or supplier holds, whose hand-over clocks are open."""
    clocks = open_clocks(reach_of(viewer, Action.SEE_TICKET)).filter(kind=TargetKind.HAND_OVER.value)
    return dict(clocks.order_by().values_list("party").annotate(tickets=Count("ticket", distinct=True)))
