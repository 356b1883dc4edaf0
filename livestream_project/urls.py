"""The project's addresses: the admin, and everything that Waves serves."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from livestream_project.logins import SignIn

admin.site.site_header = admin.site.site_title = "Waves"
admin.site.index_title = "Configuration"

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("sign-in/", SignIn.as_view(), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("", include("waves.urls")),
    path("", include("waves.health_urls")),
]
