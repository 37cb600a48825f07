"""Pages are tested on both databases; see `tests/databases.py` and `tests/web/browsers.py`."""

from tests.databases import migrated as migrated
from tests.databases import postgresql_url as postgresql_url
from tests.databases import store as store
from tests.web.browsers import kept_school as kept_school
from tests.web.browsers import manager as manager
from tests.web.browsers import now as now
from tests.web.browsers import signed_in as signed_in
