"""The project's addresses: the admin, and everything that Waves serves."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

admin.site.site_header = admin.site.site_title = "Waves"
admin.site.index_title = "Configuration"

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("", include("waves.urls")),
    path("", include("waves.health_urls")),
]
