"""What projects of others have in their asgi.py and urls.py, for the tests."""

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.asgi import get_asgi_application
from django.urls import include, path

from waves.admin.stream import StreamAdmin
from waves.models import Stream

#: The file as `startproject` makes it: the wrapper was forgotten.
bare = get_asgi_application()

#: An admin that is not Django's own, and has the streams.
staff_site = AdminSite("staff")
staff_site.register(Stream, StreamAdmin)
#: One that does not have them.
other_site = AdminSite("other")

waves = include("waves.urls")
within = include(([path("scope/", waves)], "lab"))


class Urls:
    """A module of addresses: what ROOT_URLCONF may be as well."""

    def __init__(self, *patterns: object) -> None:
        self.urlpatterns = list(patterns)


prefixed = Urls(path("lab/scope/", waves), path("back/office/", admin.site.urls))
in_a_namespace = Urls(path("lab/", within), path("back/office/", admin.site.urls))
renamed = Urls(path("lab/scope/", include("waves.urls", namespace="another")))
without_admin = Urls(path("lab/scope/", waves), path("probes/", include("waves.health_urls")))
without_pages = Urls(path("back/office/", admin.site.urls))
own_admin = Urls(
    path("lab/scope/", waves), path("others/", other_site.urls), path("staff/", staff_site.urls)
)
