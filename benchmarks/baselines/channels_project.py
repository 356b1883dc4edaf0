"""The least that a Channels project needs, in one module; both Channels baselines stand on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import django
from django.conf import settings

GROUP = "samples"


def configure() -> None:
    """Django with the in-memory channel layer as it comes: 100 messages a channel."""
    settings.configure(
        ALLOWED_HOSTS=["*"],
        CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
        INSTALLED_APPS=["channels"],
        ROOT_URLCONF=__name__,
        SECRET_KEY="a benchmark keeps no secrets",
    )
    django.setup()


class Once:
    """Starts the producing task with the first connection: daphne has no lifespan."""

    def __init__(self, produce: Callable[[], Awaitable[None]]) -> None:
        self.produce = produce
        self.task: asyncio.Future[None] | None = None

    def start(self) -> None:
        """Start, unless it runs."""
        if self.task is None:
            self.task = asyncio.ensure_future(self.produce())


urlpatterns: list[Any] = []
