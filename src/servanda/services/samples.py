"""Sample organisations: found, and taken away again whole. What a sample holds is put in by `reports.sample_school`.

Everything else that is kept stays for ever. A sample may go because it was marked as one before anything was done in
it, and the database itself lets no other organisation's rows go (`store.keeping`).
"""

from collections.abc import Iterator
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from servanda.bad_input import BadInput
from servanda.engine.rights import Action, Role, Subject, Viewer, may
from servanda.services import audit, people
from servanda.store import crash_points, models, transfer_statements
from servanda.store.access import NotFound, access_organisation, lock_organisation
from servanda.store.transfer_statements import ORGANISATION

LOADED, TAKEN_AWAY = "loaded", "taken away"


class NoSample(BadInput):
    """An organisation that is none of the samples, and so stays for ever."""

    def __init__(self, slug: str) -> None:
        super().__init__(
            f"'{slug}' is no sample organisation." if slug else "There is no sample organisation here.",
            expected="an organisation that was loaded as a sample",
            mend="Leave it as it is: whatever is not a sample is kept for ever.",
        )


def only() -> str:
    """Return the id of the one sample of the database; raise `BadInput` where there is none, or more than one."""
    found = list(models.Organisation.objects.filter(pk__in=_marked()).order_by("slug").values_list("slug", flat=True))
    if not found:
        raise NoSample("")
    if len(found) > 1:
        raise BadInput(
            f"There are {len(found)} sample organisations: {', '.join(found)}.",
            expected="the id of one of them",
            mend="Name the one that is meant.",
        )
    return str(found[0])


def of_account(account: int) -> models.Organisation | None:
    """Return the sample that an account administers, if there is one."""
    own = models.Person.objects.filter(account_id=account, active=True, organisation__in=_marked())
    roles = models.RoleAssignment.objects.filter(person__in=own, role=Role.ADMINISTRATOR.value)
    found = roles.select_related(ORGANISATION).order_by("organisation__slug").first()
    return found.organisation if found else None


def is_sample(slug: str) -> bool:
    """Whether the organisation of an id is a sample."""
    return models.SampleMark.objects.filter(organisation__slug=slug).exists()


def _marked() -> QuerySet[models.SampleMark, int]:
    return models.SampleMark.objects.values_list("organisation_id", flat=True)


def join(
    organisation: models.Organisation, slug: str, name: str, account: models.Account | None, now: datetime
) -> Viewer:
    """Give the administrator of a sample that was just made their name, and the account by which they sign in."""
    person = models.Person.objects.get(organisation=organisation, slug=slug)
    person.name, person.account = name or slug, account
    person.save(update_fields=["name", "account"])
    return people.viewer(organisation, slug, now=now)


def note(viewer: Viewer, done: str, sample: str, *, now: datetime) -> None:
    """Note in the audit of somebody's own organisation that they loaded a sample, or took it away."""
    organisation = lock_organisation(viewer)
    access_organisation(viewer, Action.TRY_SAMPLE)
    audit.note(organisation, viewer, Action.TRY_SAMPLE, f"sample {sample}", now=now, content={"done": done})


def take_away(slug: str, viewer: Viewer | None = None, *, now: datetime) -> int:
    """Remove a sample organisation with everything in it, all or nothing, and return how many rows that were.

    With a viewer it is that of theirs, who must administer it; without one the operator of the machine asks. Accounts
    that nobody has outside the sample go with it. Whoever loaded it from an organisation of their own has it noted
    there. Raise `NoSample` for any other organisation, and `NotFound` where the viewer may not.
    """
    with transaction.atomic():
        organisation = _locked(slug, viewer)
        if not is_sample(slug):
            raise NoSample(slug)
        crash_points.reach("sample.begun")
        loaders = list(_loaders(organisation, now))
        accounts = list(_accounts_of_nobody_else(organisation))
        removed = _remove_rows(organisation)
        crash_points.reach("sample.emptied")
        removed += models.Account.objects.filter(pk__in=accounts).delete()[0]
        for each in loaders:
            note(each, TAKEN_AWAY, slug, now=now)
    crash_points.reach("sample.committed")
    return removed


def _locked(slug: str, viewer: Viewer | None) -> models.Organisation:
    if viewer is not None:
        organisation = lock_organisation(viewer)
        access_organisation(viewer, Action.TRY_SAMPLE)
        return organisation
    found = models.Organisation.objects.select_for_update().filter(slug=slug).first()
    if found is None:
        raise NotFound(f"organisation '{slug}'")
    return found


def _loaders(sample: models.Organisation, now: datetime) -> Iterator[Viewer]:
    """Yield those who administer the sample and noted in an organisation of their own that they had loaded it."""
    accounts = models.Person.objects.filter(organisation=sample, account__isnull=False).values("account")
    others = models.Person.objects.filter(account__in=accounts, active=True).exclude(organisation=sample)
    noted = {"action": Action.TRY_SAMPLE.value, "subject": f"sample {sample.slug}"}
    for person in others.select_related(ORGANISATION).order_by("pk"):
        entries = models.Entry.objects.filter(organisation=person.organisation, actor=person.slug, **noted)
        found = people.as_viewer(person.organisation, person, now)
        if entries.exists() and may(found, Action.TRY_SAMPLE, Subject(found.organisation)):
            yield found


def _accounts_of_nobody_else(sample: models.Organisation) -> Iterator[int]:
    """Yield the accounts that were made inside a sample: without it nobody would be anybody by them."""
    named = models.Person.objects.filter(account__isnull=False)
    elsewhere = set(named.exclude(organisation=sample).values_list("account_id", flat=True))
    for account in named.filter(organisation=sample).values_list("account_id", flat=True).distinct():
        if account not in elsewhere:
            yield account


def _remove_rows(sample: models.Organisation) -> int:
    """Remove the rows of every table, those first that refer to others, and last the organisation itself."""
    removed = models.SetUpLink.objects.filter(person__organisation=sample).delete()[0]
    owned = [each for each in transfer_statements.tables() if not transfer_statements.shared(each)]
    with connection.cursor() as cursor:
        for table in reversed(owned):
            cursor.execute(transfer_statements.remove(connection, table), [sample.pk])
            removed += cursor.rowcount
    return removed
