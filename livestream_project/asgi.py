"""The ASGI application: pages over HTTP, frames over WebSockets, and what lives beside them."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "livestream_project.settings")
django_asgi = get_asgi_application()

# These import models, so they come after Django is set up.
from livestream_project import checks  # noqa: E402
from waves import health, lifespan, routing  # noqa: E402

checks.before_serving()
application = lifespan.wrap(
    ProtocolTypeRouter({"http": health.in_front(django_asgi), "websocket": routing.application})
)
