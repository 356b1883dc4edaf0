"""The ASGI application: pages over HTTP, frames over WebSockets, and what lives beside them."""

import os

from django.core.asgi import get_asgi_application

import waves.asgi

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livestream_project.settings")
pages = get_asgi_application()

from livestream_project import checks  # noqa: E402  it needs Django to be set up

checks.before_serving()
# The whole project is Waves: its bounds hold for the admin, too.
application = waves.asgi.application(pages, alone=True)
