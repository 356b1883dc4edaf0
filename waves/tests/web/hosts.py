"""What projects of others have in their asgi.py and urls.py, for the tests."""

from django.core.asgi import get_asgi_application

#: The file as `startproject` makes it: the wrapper was forgotten.
bare = get_asgi_application()
