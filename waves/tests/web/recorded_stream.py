"""A stream of which two epochs are recorded, and of which memory has the newest samples."""

from __future__ import annotations

import json

import numpy as np
from django.test import AsyncRequestFactory

from waves.database import installation
from waves.models import Stream
from waves.protocol.block import SampleBlock
from waves.protocol.description import describe
from waves.protocol.frames import Frame, encode, parse
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.recording import store
from waves.recording.writing import StreamWriter
from waves.web import api, crossing, epochs

T0 = 1_800_000_000.0
#: The second epoch begins so many seconds after the first one.
LATER = 100.0
FIRST, SECOND = 101, 102
#: The first epoch is recorded up to here, the second one too; and then what memory has of it.
ENDED, RECORDED, NEXT = 20_300, 30_000, 33_000
RATES = {FIRST: 1000.0, SECOND: 2000.0}
BEGINS = {FIRST: T0, SECOND: T0 + LATER}
KEYS = ("a", "b")
VIEWS = {"samples": api.samples, "epochs": epochs.epochs, "crossing": crossing.crossing}


def values_of(epoch: int, first: int, last: int) -> np.ndarray:
    """What the samples of an epoch are, by their place: a is a saw, which falls at each thousandth
    sample and is above 0 from the middle on."""
    index = np.arange(first, last)
    saw = index % 1000 - 500.0
    return np.array([saw + epoch, index % 7919], np.float32)


class RecordedStream:
    """Writes as a recorder does, and keeps as a hub does."""

    def __init__(self) -> None:
        self.row = Stream.objects.create(name="Past", slug="past", record=True, history=1.0)
        self.identity = installation.find().identity
        self.writer = StreamWriter(self.identity, self.row.uuid, "Past")
        self.hub = None

    def described(self, epoch: int, **fields) -> dict:
        signals = [SignalSpec(key, key.upper(), "V") for key in KEYS]
        spec = StreamSpec(
            self.row.pk, "past", "Past", "generator", RATES[epoch], history=1.0, record=True
        )
        return {**describe(spec, epoch, signals), "recorded_since": T0, **fields}

    def block(self, epoch: int, first: int, last: int) -> SampleBlock:
        rate = RATES[epoch]
        t0 = BEGINS[epoch] + first / rate
        return SampleBlock(epoch, first, t0, 1 / rate, values_of(epoch, first, last))

    def record(self, epoch: int, last: int, why: str = "", missing: range = range(0)) -> None:
        """Record the samples of an epoch from its first one on, but for those that are missing."""
        store.take(self.writer.begin(self.described(epoch), why))
        for first in range(0, last, 500):
            if first not in missing:
                store.take(self.writer.add([self.block(epoch, first, min(last, first + 500))]))
        store.take(self.writer.flush())

    def end(self) -> None:
        store.take(self.writer.end())

    def keep(self, epoch: int, first: int, last: int) -> None:
        """Have the hub hear samples of an epoch."""
        self.hub.receive({"type": "waves.stream", "description": self.described(epoch)})
        for at in range(first, last, 500):
            block = self.block(epoch, at, min(last, at + 500))
            data = encode(Frame.of(block, self.row.pk))
            self.hub.receive({"type": "waves.frame", "data": data})

    async def ask(self, view: str = "samples", **query):
        query = {name.rstrip("_"): value for name, value in query.items()}
        request = AsyncRequestFactory().get(f"/api/v1/streams/past/{view}", query)
        return await VIEWS[view](request, slug="past")

    async def body(self, view: str = "samples", **query) -> bytes:
        answer = await self.ask(view, **query)
        assert answer.status_code == 200, answer.content
        if not answer.streaming:
            return answer.content
        return b"".join([part async for part in answer.streaming_content])

    async def json(self, view: str = "samples", **query) -> dict:
        return json.loads(await self.body(view, **query))

    async def frames(self, **query) -> list[Frame]:
        data = await self.body(format="waves", **query)
        return parse(data) if data else []
