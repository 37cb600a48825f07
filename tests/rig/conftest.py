"""Processes that race, write and are killed, on databases of their own."""

from tests.databases import migrated as migrated
from tests.databases import postgresql_url as postgresql_url
from tests.rig.kills_fixtures import file_scene as file_scene
from tests.rig.kills_fixtures import scene as scene
from tests.rig.kills_fixtures import server_scene as server_scene
from tests.services.fresh import fresh as fresh
