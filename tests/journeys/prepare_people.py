"""Add somebody to Hill School in the folder that is named, as an administrator does who awaits them."""

import sys
from pathlib import Path

from servanda import wall_time
from servanda.config import setup

EMAIL = "sam@hill.example"


def main(folder: Path) -> None:
    """Add Sam, who has a role and no account."""
    setup(f"sqlite:///{folder / 'servanda.sqlite3'}", folder)
    from servanda.engine.rights import Assignment, Role
    from servanda.services import people
    from servanda.store import models

    now = wall_time.now()
    organisation = models.Organisation.objects.get()
    asking = people.viewer(organisation, people.only_administrator(organisation, now), now=now)
    people.add(asking, "sam", "Sam", EMAIL, now=now)
    people.assign(asking, "sam", Assignment(Role.TECHNICIAN), now=now)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
