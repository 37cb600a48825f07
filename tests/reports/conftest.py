"""Reports out of a database are tested on both; see `tests/databases.py`."""

from tests.databases import migrated as migrated
from tests.databases import postgresql_url as postgresql_url
from tests.databases import store as store
