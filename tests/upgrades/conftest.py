"""These tests run on both databases, SQLite in a file and a real PostgreSQL; see `tests/databases.py`."""

from tests.databases import migrated as migrated
from tests.databases import postgresql_url as postgresql_url
from tests.databases import store as store
