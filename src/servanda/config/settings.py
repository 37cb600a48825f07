"""Django's settings, read from the environment: SERVANDA_DATABASE and SERVANDA_DATA.

`servanda.config.setup` is the way to get here; nothing is made or opened by importing this.
"""

import os

from servanda.config.database_urls import database_of
from servanda.config.folders import own_folder

DATABASES = {"default": database_of(os.environ.get("SERVANDA_DATABASE"), own_folder(os.environ)).as_django()}
INSTALLED_APPS = ["servanda.store"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
