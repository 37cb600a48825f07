"""The pages as a web server runs them."""

from django.core.wsgi import get_wsgi_application

from servanda.config import setup

setup()
application = get_wsgi_application()
