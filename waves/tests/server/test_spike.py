"""One sample in 1,000,000 stands in its column at every stride, and in no other."""

import json

import numpy as np

from waves.tests.plant.streams import FIRST_SPIKE, SPIKE_EVERY
from waves.tests.server.viewing import view

SPIKES = {"function": "waves.tests.plant.streams.spikes"}
#: Of 2 s at 1 MS/s and of 40 ms: strides from 65,536 over all tiers down to 2.
COLUMNS = [16, 100, 400, 1200, 5000, 16_384]


async def test_a_spike_stands_in_its_column_at_every_stride(daphne, shared_site) -> None:
    fields = {"source": "python", "options": json.dumps(SPIKES), "rate": 1e6, "history": 20.0}
    key = shared_site.add_stream("spiky", like="python", name="Spiky", **fields)
    try:
        async with view(daphne.address, "/ws/streams/spiky/?window=1&columns=16") as viewer:
            await viewer.until(lambda: viewer.arrived)
            begin = viewer.arrived[0][2]
            await viewer.until(lambda: viewer.arrived[-1][2] > begin + 2.5 * SPIKE_EVERY)
            tables = [columns_of(daphne, n, begin, 2 * SPIKE_EVERY) for n in COLUMNS]
            # And so near that few samples share a column.
            near = begin // SPIKE_EVERY * SPIKE_EVERY + SPIKE_EVERY + FIRST_SPIKE
            tables += [columns_of(daphne, n, near - 20_000, 40_000) for n in COLUMNS]
    finally:
        shared_site.remove_stream(key)
    for stride, indices, low, high in tables:
        assert (np.diff(indices) == stride).all()
        spikes = np.arange(FIRST_SPIKE, indices[-1] + stride, SPIKE_EVERY)
        holds = [((spikes >= index) & (spikes < index + stride)).any() for index in indices]
        assert high.tolist() == np.array(holds, float).tolist()
        assert not low.any()
        assert sum(holds) >= 1
    strides = [stride for stride, *_ in tables]
    assert strides == [65536, 16384, 4096, 1024, 256, 64, 2048, 256, 64, 32, 8, 2]


def columns_of(daphne, columns: int, first: int, samples: int):
    """Stride, and index, min and max of each column, of so many samples."""
    path = f"/api/v1/streams/spiky/samples?columns={columns}&first={first}&last={first + samples}"
    _, text = daphne.get(f"{path}&format=csv")
    table = np.array([line.split(",") for line in text.splitlines()[1:]], float)
    return table[1, 0] - table[0, 0], table[:, 0], table[:, 2], table[:, 3]
