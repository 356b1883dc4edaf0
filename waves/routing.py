"""Where the WebSockets are."""

from django.urls import path

from waves.consumers import StreamConsumer

websocket_urlpatterns = [
    path("ws/", StreamConsumer.as_asgi()),
    path("ws/streams/<slug:slug>/", StreamConsumer.as_asgi()),
]
