"""A project that has middleware of its own around the application of Waves."""

from django.core.asgi import get_asgi_application

import waves.asgi

inner = waves.asgi.application(get_asgi_application())


async def application(scope, receive, send):
    """As a tracing library wraps what it is given."""
    await inner(scope, receive, send)
