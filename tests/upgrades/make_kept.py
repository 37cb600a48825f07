"""Makes the seeded database of this version, to be kept for the upgrade tests of all later ones; see `seeded.py`."""

import tempfile
from pathlib import Path

from servanda import __version__
from servanda.config import setup


def main() -> None:
    """Seed an SQLite file that passes, and keep it beside this module."""
    with tempfile.TemporaryDirectory() as folder:
        setup(f"sqlite:///{Path(folder) / 'seeded.sqlite3'}")
        from tests.upgrades import seeded

        seeded.FOLDER.mkdir(exist_ok=True)
        seeded.make(seeded.FOLDER, __version__)


if __name__ == "__main__":
    main()
