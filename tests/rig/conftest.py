"""Processes that race, write and are killed, on databases of their own."""

from tests.databases import migrated as migrated
from tests.databases import postgresql_url as postgresql_url
from tests.services.fresh import fresh as fresh
