"""Retention: people can be forgotten, while what happened, and every count and hash of it, stays.

Events keep pseudonyms in place of the names that a source gives, and a name stands beside its pseudonym in the person's
record alone. To empty that is to forget the person; a later import of the same name finds the pseudonym taken.
"""

import re
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Max, TextField
from django.db.models.functions import Cast

from servanda.bad_input import BadInput
from servanda.engine import zones
from servanda.engine.canonical import plain
from servanda.engine.directory import Sort
from servanda.engine.rights import Action, Viewer
from servanda.services import audit
from servanda.store import directory, models
from servanda.store.access import NotFound, access_organisation
from servanda.store.slugs import PSEUDONYM


class AnonymisationRefused(BadInput):
    """A person who is not to be forgotten this way; nothing was changed."""


def find(viewer: Viewer, told: str) -> str:
    """Return the id of the person meant by an id or, where it is one person's alone, by a name.

    Raise `NotFound` where nobody is meant, and `AnonymisationRefused` where several are.
    """
    organisation = access_organisation(viewer, Action.ANONYMISE)
    people = models.Person.objects.filter(organisation=organisation)
    if people.filter(slug=told).exists():
        return told
    found = list(people.filter(name=told).order_by("slug").values_list("slug", flat=True))
    if len(found) > 1:
        raise AnonymisationRefused(
            f"{len(found)} people are called '{told}'",
            expected="one person",
            mend=f"Name one by the id: {', '.join(found)}.",
        )
    if not (told and found):
        raise NotFound(f"person '{told}'")
    return found[0]


def anonymise(viewer: Viewer, slug: str, *, now: datetime, reason: str) -> None:
    """Empty a person's name and address and end their sign-in; what they did, their roles and every count stay.

    Call `leave_no_trace` afterwards. Raise `NotFound` where the viewer may not or there is no such person, and
    `AnonymisationRefused` for a reason that repeats the name, which would then stand in the audit for ever.
    """
    _check_reason(reason)
    with transaction.atomic():
        organisation = access_organisation(viewer, Action.ANONYMISE)
        person = models.Person.objects.select_for_update().filter(organisation=organisation, slug=slug).first()
        if person is None:
            raise NotFound(f"person '{slug}'")
        if person.anonymised_at is not None:
            raise AnonymisationRefused(
                f"person '{slug}' was anonymised on {person.anonymised_at:%Y-%m-%d} already",
                expected="a person with a name",
                mend="Nothing to do.",
            )
        _refuse_name(reason, person)
        _Words(organisation).refuse(person)
        _forget([person], now)
        audit.note(organisation, viewer, Action.ANONYMISE, f"person {slug}", now=now, content={"reason": reason})


def anonymise_unseen(viewer: Viewer, since: date, *, now: datetime, reason: str) -> list[str]:
    """Forget everybody whom only sources name, and whose last event lies before a day; return their pseudonyms.

    People who have, or ever had, a role are left alone, and so are those who approved an agreement on paper.
    """
    _check_reason(reason)
    with transaction.atomic():
        organisation = access_organisation(viewer, Action.ANONYMISE)
        begin = datetime(since.year, since.month, since.day, tzinfo=zones.zone(organisation.zone))
        last = _last_seen(organisation)
        kept = models.Person.objects.select_for_update().filter(
            organisation=organisation, slug__regex=f"^{PSEUDONYM.pattern}$", anonymised_at=None
        )
        roled = models.RoleAssignment.objects.values("person_id")
        signed = models.NegotiationStep.objects.filter(organisation=organisation).values("signatory")
        people = [
            each
            for each in kept.exclude(pk__in=roled).exclude(slug__in=signed).order_by("slug")
            if (seen := last.get(each.slug)) is None or seen < begin
        ]
        words = _Words(organisation)
        for person in people:
            _refuse_name(reason, person)
            words.refuse(person)
        _forget(people, now)
        content = {"reason": reason, "people": [each.slug for each in people]}
        audit.note(organisation, viewer, Action.ANONYMISE, f"people unseen since {since}", now=now, content=content)
        return [each.slug for each in people]


def _last_seen(organisation: models.Organisation) -> dict[str, datetime]:
    """Return the instant of the last event that each person did or was given."""
    events = models.Event.objects.filter(organisation=organisation)
    last = dict(events.values_list("actor").annotate(at=Max("happened_at")).order_by())
    given = events.annotate(text=Cast("changes", TextField())).filter(text__contains='"person":')
    for changes, at in given.values_list("changes", "happened_at").iterator():
        person = changes["person"]
        last[person] = max(filter(None, (at, last.get(person))), default=at)
    return last


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise AnonymisationRefused(
            "no reason is given",
            expected="why the person is to be forgotten, such as 'request of 3 May' or 'retention plan'",
            mend="Give a reason without a name in it.",
        )


def _refuse_name(reason: str, person: models.Person) -> None:
    told = [each for each in (person.name, person.email) if each and each.casefold() in reason.casefold()]
    if told:
        raise AnonymisationRefused(
            "the reason repeats the name or the address of the person",
            expected="a reason without either, as it stands in the audit for ever",
            mend="Say it without the name.",
        )


class _Words:
    """What is written about groups of users, teams and suppliers, where somebody may be named."""

    def __init__(self, organisation: models.Organisation) -> None:
        kept = directory.everybody(organisation)
        self._texts = {
            f"{sort.value} '{id}'": "\n".join(text for text in plain(each).values() if isinstance(text, str)).casefold()
            for sort in Sort
            for id, each in kept.of(sort).items()
        }
        self._all = "\n".join(self._texts.values())

    def refuse(self, person: models.Person) -> None:
        """Raise `AnonymisationRefused` where they have the name or the address of somebody."""
        for each in filter(None, (person.name.casefold(), person.email.casefold())):
            if each not in self._all:
                continue
            whole = re.compile(rf"(?<!\w){re.escape(each)}(?!\w)")
            about = next((about for about, text in self._texts.items() if whole.search(text)), None)
            if about is not None:
                raise AnonymisationRefused(
                    f"the words about {about} have the name or the address of the person",
                    expected="words without either",
                    mend="Take it out of them first, on the pages of people.",
                )


def _forget(people: list[models.Person], now: datetime) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")  # overwrite what is freed, rather than only free it
    for person in people:
        person.name, person.email, person.anonymised_at = "", "", now
    models.Person.objects.bulk_update(people, ["name", "email", "anonymised_at"], batch_size=500)
    models.SavedView.objects.filter(person__in=people).delete()
    models.TeamMember.objects.filter(person__in=people).delete()
    _forget_accounts(people)


def _forget_accounts(people: list[models.Person]) -> None:
    """Take from people the account they sign in with, and remove it unless it is somebody's elsewhere too."""
    models.SetUpLink.objects.filter(person__in=people).delete()
    accounts = {each.account_id for each in people if each.account_id is not None}
    if accounts:
        models.Person.objects.filter(pk__in=[each.pk for each in people]).update(account=None)
        models.Account.objects.filter(pk__in=accounts, people=None).delete()


def may_clean(viewer: Viewer) -> None:
    """Raise `NotFound` where a viewer may forget nobody, and so needs not clean up after it."""
    access_organisation(viewer, Action.ANONYMISE)


def leave_no_trace() -> None:
    """Rewrite what the database has freed, so that a forgotten name is in no byte of its file or its log any more.

    Others cannot write meanwhile; for SQLite it takes room for a second copy. Raise `AnonymisationRefused` where
    somebody reads for so long that the log cannot be emptied. Copies made before keep what they held.
    """
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            for model in (models.Person, models.Account, models.Customer, models.Supplier, models.Team):
                cursor.execute(f"VACUUM FULL {connection.ops.quote_name(model._meta.db_table)}")
            return
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if cursor.fetchone()[0]:
            raise AnonymisationRefused(
                "the name is forgotten, but others read the database, so traces of it are left in its log",
                expected="a moment in which nobody reads",
                mend="Run 'servanda anonymise --clean' once they have ended.",
            )
