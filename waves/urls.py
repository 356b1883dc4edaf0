"""The addresses of Waves over HTTP; ``waves.routing`` has those of its WebSockets."""

from django.urls import path

from waves.web import api, health, openapi, pages

app_name = "waves"

urlpatterns = [
    path("", pages.index, name="index"),
    path("streams/<slug:slug>/", pages.oscilloscope, name="oscilloscope"),
    path("streams/<slug:slug>/control/", pages.control, name="control"),
    path("api/v1/openapi.json", openapi.openapi, name="api-openapi"),
    path("api/v1/streams", api.streams, name="api-streams"),
    path("api/v1/streams/<slug:slug>", api.stream, name="api-stream"),
    path("api/v1/streams/<slug:slug>/samples", api.samples, name="api-samples"),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("metrics", health.prometheus, name="metrics"),
]
