"""The samples are taken into both databases; see `tests/databases.py`."""

from tests.databases import migrated as migrated
from tests.databases import postgresql_url as postgresql_url
from tests.databases import store as store
