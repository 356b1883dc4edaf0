"""A viewer over a real socket: what it was told, and the samples that it has, by position."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from waves.protocol.frames import parse


class Received:
    """What one socket brought. ``values[epoch][index]`` is the first signal's sample."""

    def __init__(self) -> None:
        self.told: list[dict[str, Any]] = []
        self.values: dict[int, dict[int, float]] = {}
        self.arrived: list[tuple[float, int, int]] = []

    def take(self, message: str | bytes) -> bool:
        """Keep a message; returns whether it is one of data."""
        if isinstance(message, bytes):
            for frame in parse(message):
                self._take(frame.epoch, frame.sample, frame.values[0])
            return True
        told = json.loads(message)
        if told["type"] != "data":
            self.told.append(told)
            return False
        for f in told["frames"]:
            self._take(f["epoch"], f["sample"], np.asarray(f["values"][0], np.float32))
        return True

    def _take(self, epoch: int, sample: int, values: Any) -> None:
        known = self.values.setdefault(epoch, {})
        known.update(zip(range(sample, sample + len(values)), values.tolist(), strict=True))
        self.arrived.append((time.monotonic(), epoch, sample + len(values)))

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [told for told in self.told if told["type"] == kind]

    @property
    def stream(self) -> dict[str, Any]:
        """The newest description, or nothing."""
        streams = self.of_type("stream")
        return streams[-1] if streams else {}

    def missing(self, epoch: int) -> int:
        indices = self.values[epoch].keys()
        return max(indices) - min(indices) + 1 - len(indices)


class Viewing(Received):
    """A client of ours, which acknowledges what it was sent."""

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__()
        self.socket = socket
        self.count = 0
        self.closed: tuple[int, str] | None = None

    async def receive(self) -> None:
        try:
            message = await self.socket.recv()
        except ConnectionClosed as error:
            # None: the server dropped the socket without a close frame.
            self.closed = (error.rcvd.code, error.rcvd.reason) if error.rcvd else (1006, "")
            return
        if not self.take(message):
            return
        self.count += 1
        if self.count % 16 == 0:
            await self.say(type="ack", count=self.count)

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def until(self, condition: Callable[[], Any], seconds: float = 20) -> None:
        async with asyncio.timeout(seconds):
            while not condition():
                assert self.closed is None, f"closed: {self.closed}"
                await self.receive()

    async def until_closed(self, seconds: float = 20) -> tuple[int, str]:
        async with asyncio.timeout(seconds):
            while self.closed is None:
                await self.receive()
        return self.closed

    async def for_seconds(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        await self.until(lambda: time.monotonic() >= end, seconds + 10)


def view(
    address: str,
    path: str = "/ws/streams/sine/",
    protocol: str | None = "waves.v1",
    origin: str | None = None,
) -> "_Opening":
    return _Opening(address, path, protocol, origin)


class _Opening:
    def __init__(self, address: str, path: str, protocol: str | None, origin: str | None) -> None:
        self._connect = connect(
            f"ws://{address}{path}",
            subprotocols=[Subprotocol(protocol)] if protocol else None,
            origin=Origin(origin) if origin else None,
            max_size=None,
            compression=None,
            # An answer to its close frame would stand behind all that was not read.
            close_timeout=0.2,
        )

    async def __aenter__(self) -> Viewing:
        return Viewing(await self._connect.__aenter__())

    async def __aexit__(self, *error: Any) -> None:
        await self._connect.__aexit__(*error)
