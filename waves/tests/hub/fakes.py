"""A server whose clock and sockets are ours: what the tests of hub, viewers and pump share."""

from __future__ import annotations

import json

import numpy as np

from waves.hub.connection import Connection
from waves.hub.hub import Hub
from waves.hub.message import Message
from waves.hub.pump import Pump
from waves.hub.session import Session
from waves.hub.status import StatusBoard
from waves.protocol.block import SAMPLE_TYPES, SampleBlock
from waves.protocol.description import describe
from waves.protocol.frames import Frame, encode, parse, split
from waves.protocol.spec import SignalSpec, StreamSpec

T0 = 1_700_000_000.0


class Clock:
    """Monotonic seconds that stand still until a test moves them."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class FakeTransport:
    """Records what is sent; full when a test says so."""

    def __init__(self) -> None:
        self.sent: list[str | Message] = []
        self.full = False
        self.code: int | None = None

    @property
    def closed(self) -> bool:
        return self.code is not None

    @property
    def writable(self) -> bool:
        return not self.full

    def send(self, message: Message) -> None:
        assert not self.closed
        assert not self.full
        self.sent.append(message)

    def send_text(self, text: str) -> None:
        assert not self.closed
        self.sent.append(text)

    def close(self, code: int, reason: str = "") -> None:
        self.code = code


def spec(handle: int = 1, signals: int = 1, rate: float = 1000.0, **fields) -> StreamSpec:
    names = tuple(SignalSpec(f"s{i}", f"S{i}") for i in range(signals))
    return StreamSpec(
        handle, f"stream{handle}", f"Stream {handle}", "generator", rate, names, **fields
    )


def values_of(handle: int, epoch: int, first: int, n: int, signals: int) -> np.ndarray:
    """What sample ``i`` of a stream is: told by its place, so that any mix-up is seen."""
    index = np.arange(first, first + n)
    rows = [
        np.sin(index * (1 + row)) * 10 + index % 97 + handle + 3 * epoch for row in range(signals)
    ]
    return np.array(rows)


class Stream:
    """The worker's side of one stream."""

    def __init__(self, hub: Hub, spec: StreamSpec, epoch: int = 1, clock: str = "regular") -> None:
        self.hub, self.spec, self.epoch, self.clock = hub, spec, epoch, clock
        self.next = 0

    def describe(self, **fields) -> None:
        description = describe(self.spec, self.epoch, self.spec.signals, self.clock)
        self.hub.receive({"type": "waves.stream", "description": {**description, **fields}})

    def begin(self, epoch: int) -> None:
        self.epoch, self.next = epoch, 0
        self.describe()

    def values(self, first: int, last: int) -> np.ndarray:
        dtype = SAMPLE_TYPES[self.spec.sample_type]
        args = (self.spec.handle, self.epoch, first, last - first, len(self.spec.signals))
        return values_of(*args).astype(dtype)

    def frames(self, n: int) -> bytes:
        first, dt = self.next, 1 / self.spec.rate
        times = np.arange(n) * dt if self.clock == "timed" else None
        period = 0.0 if self.clock == "timed" else dt
        block = SampleBlock(
            self.epoch, first, T0 + first * dt, period, self.values(first, first + n), times
        )
        self.next += n
        return b"".join(encode(Frame.of(p, self.spec.handle)) for p in split(block))

    def produce(self, n: int, skip: int = 0) -> None:
        self.next += skip
        self.hub.receive({"type": "waves.frame", "data": self.frames(n)})


class Server:
    """A hub and a pump; ``send`` lets the pump do all that it can do now."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.pump = Pump(self.clock, self.clock)
        self.board = StatusBoard(self.clock)
        self.hub = Hub(self.pump, self.board, self.clock)

    def stream(
        self, handle: int = 1, *, epoch: int = 1, clock: str = "regular", **fields
    ) -> Stream:
        """A stream that was described."""
        stream = Stream(self.hub, spec(handle, **fields), epoch, clock)
        stream.describe()
        return stream

    def peer(self, **fields) -> Peer:
        return Peer(self, **fields)

    async def send(self) -> None:
        while await self.pump.round():
            self.clock.now += 0.0005

    async def tick(self, stream: Stream, n: int = 40, seconds: float = 0.04) -> None:
        """One tick of a stream, and what the pump makes of it."""
        self.clock.now += seconds
        stream.produce(n)
        await self.send()


class Peer:
    """One socket, its session, and what was received on it."""

    def __init__(self, server: Server, *, as_json: bool = False) -> None:
        self.server = server
        self.transport = FakeTransport()
        self.connection = Connection(self.transport, json=as_json)
        self.session = Session(server.hub, self.connection, server.clock)
        self.session.open("waves.v1")

    def subscribe(self, stream: Stream, **fields) -> None:
        text = json.dumps({"type": "subscribe", "stream": stream.spec.slug, **fields})
        message = self.session.take(text)
        fallback = describe(stream.spec, stream.epoch, stream.spec.signals)
        self.session.subscribe(stream.spec.handle, message, {**fallback, "state": "stale"})

    def say(self, kind: str, **fields) -> None:
        self.session.take(json.dumps({"type": kind, **fields}))

    def acknowledge(self) -> None:
        self.say("ack", count=len(self.messages))

    def viewer(self, handle: int = 1):
        return self.connection.viewers[handle]

    @property
    def messages(self) -> list[Message]:
        """The data messages."""
        return [sent for sent in self.transport.sent if isinstance(sent, Message)]

    @property
    def events(self) -> list[dict | list[Frame]]:
        """Control messages as mappings and data messages as their frames, in order."""
        return [
            json.loads(sent) if isinstance(sent, str) else parse(sent.payload)
            for sent in self.transport.sent
        ]

    def controls(self, kind: str | None = None) -> list[dict]:
        said = [json.loads(sent) for sent in self.transport.sent if isinstance(sent, str)]
        return [event for event in said if kind in (None, event["type"])]

    def frames(self, handle: int = 1) -> list[Frame]:
        data = [event for event in self.events if isinstance(event, list)]
        return [frame for frames in data for frame in frames if frame.handle == handle]

    def indices(self, handle: int = 1) -> list[int]:
        """The index of every sample (or the first of every column) received, in order."""
        return [
            frame.sample + i * frame.stride for frame in self.frames(handle) for i in range(frame.n)
        ]

    def clear(self) -> None:
        """Forget what was received, not how many messages it was."""
        self.transport.sent.clear()
