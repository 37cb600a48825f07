"""Two organisations in one database, on both kinds of database; see `tests/databases.py`."""

from tests.databases import migrated as migrated
from tests.databases import postgresql_url as postgresql_url
from tests.services.fresh import fresh as fresh
