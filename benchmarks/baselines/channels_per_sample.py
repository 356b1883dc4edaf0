"""Channels as most tutorials write it: one ``group_send`` and one JSON message for each sample.

A message carries the sample's index too, so that what the channel layer drops can be seen.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from typing import Any

from benchmarks.baselines.channels_project import GROUP, Once, configure

configure()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402 - after configure()
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402

RATE = 1000.0


async def produce() -> None:
    """Send each sample when it is due; one that is late is sent at once."""
    layer = get_channel_layer()
    start, sample = time.monotonic(), 0
    while True:
        await asyncio.sleep(max(0.0, start + sample / RATE - time.monotonic()))
        value = math.sin(2 * math.pi * 5 * sample / RATE)
        point = {"sample": sample, "time": time.time(), "value": value}
        await layer.group_send(GROUP, {"type": "sample", "point": point})
        sample += 1


producer = Once(produce)


class SampleConsumer(AsyncWebsocketConsumer):
    """A viewer: in the group, and sends each sample on."""

    async def connect(self) -> None:
        """Join the group."""
        producer.start()
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """Leave the group."""
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def sample(self, event: dict[str, Any]) -> None:
        """One sample, one message."""
        await self.send(text_data=json.dumps(event["point"]))


application = ProtocolTypeRouter({"websocket": SampleConsumer.as_asgi()})
