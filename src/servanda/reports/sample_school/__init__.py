"""The sample school: a whole organisation to look around in, loaded in one transaction.

All of it comes about by the services that pages and commands use, so it shows nothing that Servanda could not do.
`services.samples` takes it away again.
"""

import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from servanda.engine import zones
from servanda.engine.agreements import Book
from servanda.engine.periods import Period
from servanda.engine.rights import Action, Viewer
from servanda.reports.monthly import issuing
from servanda.reports.sample_school import files, told
from servanda.reports.sample_school.people import PEOPLE, PROVIDER
from servanda.services import agreements, catalogue, imports, organisations, people, reports, samples
from servanda.store import models
from servanda.store.access import access_organisation, lock_organisation

SLUG = "sample-school"
NAME = "Hill School (sample)"
ZONE = "Europe/London"
VISITOR = "visitor"


def load(slug: str = SLUG, *, name: str = "", account: models.Account | None = None, now: datetime) -> str:
    """Load the sample school as an organisation of an id, all of it or nothing, and return that id.

    Whoever has the `account` administers it, under a `name`; without one they are to be invited. Raise `BadInput` where
    there is an organisation of that id.
    """
    with transaction.atomic():
        own = organisations.add(slug, NAME, ZONE, VISITOR, now, sample=True)
        _fill(own, samples.join(own, VISITOR, name, account, now), now)
    return own.slug


def load_for(viewer: Viewer, account: int, *, now: datetime) -> str:
    """Load a sample school for somebody from their own organisation, which notes it, and return its id.

    Somebody who administers one already gets that. Raise `NotFound` where they may not.
    """
    with transaction.atomic():
        own = lock_organisation(viewer)
        access_organisation(viewer, Action.TRY_SAMPLE)
        there = samples.of_account(account)
        if there is not None:
            return there.slug
        slug = _free_slug()
        samples.note(viewer, samples.LOADED, slug, now=now)
        name = models.Person.objects.get(organisation=own, slug=viewer.person).name
        return load(slug, name=name, account=models.Account.objects.get(pk=account), now=now)


def _free_slug() -> str:
    taken = set(models.Organisation.objects.filter(slug__startswith=SLUG).values_list("slug", flat=True))
    names = (SLUG, *(f"{SLUG}-{number}" for number in range(2, len(taken) + 3)))
    return next(each for each in names if each not in taken)


def _fill(own: models.Organisation, visitor: Viewer, now: datetime) -> None:
    for slug, called, assignment in PEOPLE:
        people.add(visitor, slug, called, now=now)
        people.assign(visitor, slug, assignment, now=now)
    local_now = zones.to_local(own.zone, now)
    agreements.apply(visitor, _book(own, local_now), now)
    catalogue.apply(visitor, files.catalogue(), now=now)
    _take_in(visitor, local_now, now)
    told.everything(told.Speaking(own, now))
    _report(people.viewer(own, PROVIDER, now=now), local_now, now)


def _book(own: models.Organisation, local_now: datetime) -> Book:
    book = files.book(own.slug, local_now.date())
    return replace(book, organisation=replace(book.organisation, name=own.name, zone=own.zone))


def _take_in(visitor: Viewer, local_now: datetime, now: datetime) -> None:
    """Import the table of tickets."""
    with tempfile.TemporaryDirectory(prefix="servanda-sample-") as folder:
        table = files.tickets(Path(folder), local_now.replace(tzinfo=None))
        with imports.plan(visitor, table, files.mapping(), now=now) as planned:
            imports.commit(visitor, planned, now=now)


def _report(robin: Viewer, local_now: datetime, now: datetime) -> None:
    """Issue the report of the last whole month, and show it to all."""
    last = local_now.date().replace(day=1) - timedelta(days=1)
    month = Period.of_months(last.year, last.month)
    figures_hash = issuing.prepare(robin, month, now)
    reports.check(robin, month, figures_hash, now=now)
    number = issuing.issue(robin, month, figures_hash, now)
    reports.release(robin, number, models.Release.Audience.ALL, now=now)
