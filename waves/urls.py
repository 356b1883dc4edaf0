"""The addresses of Waves, those of its WebSockets among them: all stand where this is included.

Health and metrics have ``waves.health_urls`` of their own, since probes come from elsewhere.
"""

from django.urls import include, path

from waves.addresses import API, APP
from waves.web import api, crossing, doors, epochs, exporting, openapi, pages, sharedpages, sharing

app_name = APP

urlpatterns = [
    path("", pages.index, name="index"),
    path("streams/<slug:slug>/", pages.oscilloscope, name="oscilloscope"),
    path("streams/<slug:slug>/control/", pages.control, name="control"),
    path("shared/", sharedpages.shared, name="shared"),
    path("embed/<slug:slug>/", sharedpages.embed, name="embed"),
    # Whoever comes by HTTP is told; who comes by WebSocket is served by ``waves.routing``.
    path("ws/", pages.socket, name="socket"),
    path("ws/streams/<slug:slug>/", pages.socket, name="stream-socket"),
    path("ws/ingest/<slug:slug>/", pages.socket, name="ingest-socket"),
    path(f"{API}v1/openapi.json", openapi.openapi, name="api-openapi"),
    path(f"{API}v1/streams", doors.streams, name="api-streams"),
    path(f"{API}v1/streams/<slug:slug>", api.stream, name="api-stream"),
    path(f"{API}v1/streams/<slug:slug>/samples", doors.samples, name="api-samples"),
    path(f"{API}v1/streams/<slug:slug>/epochs", epochs.epochs, name="api-epochs"),
    path(f"{API}v1/streams/<slug:slug>/crossing", crossing.crossing, name="api-crossing"),
    path(f"{API}v1/streams/<slug:slug>/export", exporting.export, name="api-export"),
    path(f"{API}v1/streams/<slug:slug>/links", sharing.stream_links, name="api-links"),
    path(f"{API}v1/links/<slug:prefix>/revoke", sharing.revoke, name="api-revoke"),
    path(f"{API}v1/grants", sharing.grants, name="api-grants"),
    path("", include("waves.influx_urls")),
]
