"""Channels with frames, but every consumer a member of the group: 30 binary frames a second.

The frames are those of waves.v1, encoded once: what differs from Waves is the fan-out alone.
"""

from __future__ import annotations

import asyncio
import struct
import time
from typing import Any

import numpy as np

from benchmarks.baselines.channels_project import GROUP, Once, configure

configure()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402 - after configure()
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter  # noqa: E402

RATE = 1000.0
FRAMES_PER_SECOND = 30.0
HEADER = struct.Struct("<4sBBBBHHIIIIIQdd")


def frame(first: int, last: int, t0: float) -> bytes:
    """Samples ``first`` up to but not including ``last`` of a 5 Hz sine as one frame."""
    n = last - first
    values = np.sin(2 * np.pi * 5 * np.arange(first, last) / RATE).astype("<f4").tobytes()
    values += bytes(-len(values) % 8)
    head = (b"WAV\x01", 1, 1, 0, 0, 1, 0, 1, n, 1, 1, len(values), first, t0, 1 / RATE)
    return HEADER.pack(*head) + values


async def produce() -> None:
    """Send what is due, 30 times a second; sample i is due at ``started + i / RATE``."""
    layer = get_channel_layer()
    start, started, tick, first = time.monotonic(), time.time(), 0, 0
    while True:
        tick += 1
        await asyncio.sleep(max(0.0, start + tick / FRAMES_PER_SECOND - time.monotonic()))
        last = int((time.monotonic() - start) * RATE) + 1
        data = frame(first, last, started + first / RATE)
        await layer.group_send(GROUP, {"type": "frame", "data": data})
        first = last


producer = Once(produce)


class FrameConsumer(AsyncWebsocketConsumer):
    """A viewer: in the group, and sends each frame on."""

    async def connect(self) -> None:
        """Join the group."""
        producer.start()
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept(subprotocol="waves.v1")

    async def disconnect(self, code: int) -> None:
        """Leave the group."""
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def frame(self, event: dict[str, Any]) -> None:
        """One frame, one message."""
        await self.send(bytes_data=event["data"])


application = ProtocolTypeRouter({"websocket": FrameConsumer.as_asgi()})
