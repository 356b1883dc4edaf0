"""A client whose connection is cut again and again ends with what the server produced."""

import asyncio
import itertools
import random
import time
import urllib.request

import numpy as np
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from waves.tests.client.conversation import Viewer
from waves.tests.client.frames import read_binary
from waves.tests.client.state import StreamState

SLUG, CUTS = "noise", 40
COLUMNS = {"window": 0.5, "columns": 16, "budget": 1000}


@pytest.mark.parametrize(
    ("protocol", "wishes"), [("waves.v1", {}), ("waves.v1.json", {}), ("waves.v1", COLUMNS)]
)
async def test_no_sample_is_missing_or_doubled_after_dozens_of_cuts(
    daphne, protocol, wishes
) -> None:
    viewer, chance = Viewer(seed=1), random.Random(1)
    for _ in range(CUTS):
        await stay(daphne.address, viewer, protocol, wishes, messages=chance.randrange(5))
        await asyncio.sleep(chance.choice((0.0, 0.02, 0.1)))
    await stay(daphne.address, viewer, protocol, wishes, messages=10)
    state = viewer.streams[SLUG]
    begin, (epoch, end) = state.promises[0].first, state.position
    first, kept = await asyncio.to_thread(samples, daphne.address, epoch, begin, end)
    assert not state.gaps
    assert not state.doubled
    assert end - first > 1000
    holds_exactly(state, epoch, first, kept)


async def stay(address: str, viewer: Viewer, protocol: str, wishes: dict, messages: int) -> None:
    """Read so many data messages, or fewer; then the network goes, without a goodbye."""
    viewer.open()
    url = f"ws://{address}/ws/streams/{SLUG}/?{viewer.query(SLUG, **wishes)}"
    socket = await connect(url, subprotocols=[Subprotocol(protocol)], compression=None)
    try:
        async with asyncio.timeout(20):
            while viewer.count < messages:
                viewer.receive(await socket.recv())
                acknowledgement = viewer.acknowledgement(time.monotonic())
                if acknowledgement is not None:
                    await socket.send(acknowledgement)
    finally:
        socket.transport.abort()
        await socket.wait_closed()


def samples(address: str, epoch: int, begin: int, end: int) -> tuple[int, np.ndarray]:
    """What the server keeps of `[begin, end)`: its first index, and the values."""
    query = f"format=waves&epoch={epoch}&first={begin}&last={end - 1}"
    url = f"http://{address}/api/v1/streams/{SLUG}/samples?{query}"
    with urllib.request.urlopen(url, timeout=10) as answer:
        frames = read_binary(answer.read())
    for before, after in itertools.pairwise(frames):
        assert before.end == after.first
    return frames[0].first, np.concatenate([frame.values[:, 0] for frame in frames], axis=1)


def holds_exactly(state: StreamState, epoch: int, first: int, kept: np.ndarray) -> None:
    stride = state.promises[-1].stride
    places, values = state.held(epoch, stride)
    begin = -(-first // stride) * stride
    values = values[:, :, places >= begin].astype(kept.dtype)
    np.testing.assert_array_equal(
        places[places >= begin], np.arange(begin, first + kept.shape[1], stride)
    )
    columns = kept[:, begin - first :].reshape(len(kept), -1, stride)
    np.testing.assert_array_equal(values[:, 0], np.fmin.reduce(columns, axis=2))
    np.testing.assert_array_equal(values[:, -1], np.fmax.reduce(columns, axis=2))
