"""Both samples in a database, each as an organisation: `python -m bench.pages.prepare`, on SERVANDA_DATABASE."""

from servanda import wall_time
from servanda.cli.demo import SAMPLES, samples
from servanda.config import setup

EMAIL = "kim@example.org"
PASSWORD = "sixty thousand tickets"


def main() -> None:
    """Make the database, unless it was made before."""
    setup()
    from servanda.engine.rights import Assignment, Role
    from servanda.files import agreements as files
    from servanda.services import accounts, agreements, imports, organisations, people
    from servanda.store import models, tables

    tables.make()
    now = wall_time.now()
    for sample in samples(SAMPLES):
        book = files.load(sample.agreements)
        told = book.organisation
        if models.Organisation.objects.filter(slug=told.id).exists():
            continue
        own = organisations.add(told.id, told.name, told.zone, "kim", now)
        people.assign(people.viewer(own, "kim", now=now), "kim", Assignment(Role.SERVICE_MANAGER), now=now)
        viewer = people.viewer(own, "kim", now=now)
        accounts.choose_password(accounts.invite(viewer, "kim", now=now), EMAIL, PASSWORD, now=now)
        agreements.apply(viewer, book, now=now)
        with imports.plan(viewer, sample.table, sample.mapping, now=now) as planned:
            imports.commit(viewer, planned, now=now)


if __name__ == "__main__":
    main()
