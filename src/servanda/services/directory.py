"""Groups of users, teams and suppliers, added and changed by whoever manages people.

The audit keeps ids and which fields were changed, never what they say: an address or a name may stand in them.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from servanda.bad_input import BadInput
from servanda.engine.canonical import plain, sha256
from servanda.engine.directory import Record, Sort, Supplier, Team
from servanda.engine.rights import Action, Viewer
from servanda.services import audit
from servanda.services.people import managed
from servanda.store import directory, models
from servanda.store.access import NotFound
from servanda.store.keepable import check_name, check_text

NEW = ""
MOST_MEMBERS = 500
MOST_USERS = 100_000_000


class RecordRefused(BadInput):
    """Something that cannot be kept of a group of users, a team or a supplier; `part` is the field that it is about."""

    def __init__(self, found: str, *, expected: str, mend: str, part: str = "") -> None:
        super().__init__(found, expected=expected, mend=mend)
        self.part = part


class ChangedMeanwhile(RecordRefused):
    """Somebody else changed it since it was read."""

    def __init__(self, sort: Sort, id: str) -> None:
        super().__init__(
            f"Somebody has changed the {sort.value} '{id}' since you opened it.",
            expected="what stood there when you opened it",
            mend="Compare it with what you wrote, and save once more what is to stand.",
        )


def write(viewer: Viewer, sort: Sort, id: str, told: Record, *, after: str, now: datetime) -> bool:
    """Keep what is told of a group, a team or a supplier; return whether that is any news.

    `after` is the `mark` of what was read before, `NEW` for one that is not there yet. Raise `ChangedMeanwhile` where
    something else stands there, `RecordRefused` for one that is there already or that names somebody who is not, and
    `NotFound` where there is none or the viewer may not.
    """
    with transaction.atomic():
        organisation = managed(viewer)
        last = directory.one(organisation, sort, id)
        if last is None and after != NEW:
            raise NotFound(f"{sort.value} '{id}'")
        if last is not None and after == NEW:
            raise RecordRefused(
                f"There is a {sort.value} '{id}' already.",
                expected="an id that is free",
                mend="Change that one.",
                part="id",
            )
        if last is not None and mark(last) != after:
            raise ChangedMeanwhile(sort, id)
        return keep(organisation, viewer, id, told, last, now)


def mark(told: Record) -> str:
    """Return what tells apart two states of one record."""
    return sha256(plain(told))


def keep(
    organisation: models.Organisation, viewer: Viewer, id: str, told: Record, last: Record | None, now: datetime
) -> bool:
    """Keep what is told in place of what was, in an organisation that is kept for this transaction alone."""
    if told == last:
        return False
    sort = sort_of(told)
    _check_keepable(sort, id, told)
    if isinstance(told, Team):
        _check_references(organisation, told)
    directory.put(organisation, id, told)
    if sort is Sort.GROUP:  # so that everybody reads the names anew
        models.Organisation.objects.filter(pk=organisation.pk).update(agreements_applied=F("agreements_applied") + 1)
    content = {"done": "changed", **_changes(told, last)} if last else {"done": "added"}
    audit.note(organisation, viewer, Action.MANAGE_PEOPLE, f"{sort.value} {id}", now=now, content=content)
    return True


def sort_of(told: Record) -> Sort:
    """Return what a record is of."""
    return next(each for each in Sort if isinstance(told, each.kind))


def _changes(told: Record, last: Record) -> dict[str, object]:
    """Return which fields say something else, and the ids of who came to a team and who went."""
    fields = sorted(each for each in told.__dataclass_fields__ if getattr(told, each) != getattr(last, each))
    content: dict[str, object] = {"fields": fields}
    if isinstance(told, Team) and isinstance(last, Team) and told.members != last.members:
        content |= {"in": sorted(told.members - last.members), "out": sorted(last.members - told.members)}
    return content


# --- what is refused ---


def _check_keepable(sort: Sort, id: str, told: Record) -> None:
    check_name(f"the id of the {sort.value}", id)
    check_name(f"the name of the {sort.value}", told.name, may_be_empty=sort is Sort.GROUP)
    check_text("the description", told.description)
    if isinstance(told, Supplier):
        check_text("the text of contacts", told.contacts)
        check_text("the contact in a dispute", told.dispute_contact)
    elif isinstance(told, Team):
        check_name("the address", told.email, may_be_empty=True)
        check_text("the text of contacts", told.contact)
        _refuse_many(len(told.members))
    elif isinstance(told.users, int) and told.users > MOST_USERS:
        raise RecordRefused(
            f"a group of {told.users:,} users", expected=f"at most {MOST_USERS:,}", mend="Correct it.", part="users"
        )


def _refuse_many(members: int) -> None:
    if members > MOST_MEMBERS:
        raise RecordRefused(
            f"the team has {members:,} members",
            expected=f"at most {MOST_MEMBERS}",
            mend="Make several teams of it.",
            part="members",
        )


def _check_references(organisation: models.Organisation, told: Team) -> None:
    if unknown := sorted(told.members - directory.named(organisation, told.members)):
        raise RecordRefused(
            f"There is no person '{unknown[0]}' here who could be in the team.",
            expected="people who are kept by a name",
            mend="Add the person first, or choose another.",
            part="members",
        )
    suppliers = models.Supplier.objects.filter(organisation=organisation, slug=told.supplier)
    if told.supplier and not suppliers.exists():
        raise RecordRefused(
            f"There is no supplier '{told.supplier}' here whose team it could be.",
            expected="a supplier that is kept",
            mend="Add the supplier first, or leave it empty.",
            part="supplier",
        )
