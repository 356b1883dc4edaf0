"""Samples over a WebSocket of real daphne: rate, values, past, and both subprotocols."""

import itertools

import numpy as np

from waves.tests.server.viewing import view


async def test_a_viewer_gets_a_thousand_samples_a_second_without_a_gap(daphne) -> None:
    async with view(daphne.address) as viewer:
        await viewer.for_seconds(4)
    (epoch,) = viewer.values
    assert viewer.missing(epoch) == 0
    # By those of each half that came soonest after they were due: a busy machine makes some late.
    lags = [at - end / 1000 for at, _, end in viewer.arrived]
    half = len(lags) // 2
    seconds = viewer.arrived[-1][0] - viewer.arrived[half][0]
    assert abs(min(lags[half:]) - min(lags[:half])) < 0.04 * seconds


async def test_text_and_bytes_carry_the_same_samples(daphne) -> None:
    async with (
        view(daphne.address, "/ws/streams/noise/?window=1") as binary,
        view(daphne.address, "/ws/streams/noise/?window=1", "waves.v1.json") as text,
    ):
        await binary.until(lambda: sum(map(len, binary.values.values())) > 1500)
        await text.until(lambda: sum(map(len, text.values.values())) > 1500)
    (epoch,) = binary.values
    common = binary.values[epoch].keys() & text.values[epoch].keys()
    assert len(common) > 1000
    assert all(binary.values[epoch][i] == text.values[epoch][i] for i in common)


async def test_the_past_of_the_window_comes_first_and_joins_the_present(daphne) -> None:
    async with view(daphne.address) as early:
        await early.for_seconds(1.5)
        async with view(daphne.address, "/ws/streams/sine/?window=1") as late:
            await late.until(lambda: late.of_type("view"))
            told = late.of_type("view")[0]
            await late.until(lambda: any(max(v) > told["next"] for v in late.values.values()))
            await early.until(lambda: max(early.values[told["epoch"]]) >= told["next"])
    epoch = told["epoch"]
    assert told["next"] - told["first"] == 1000
    assert min(late.values[epoch]) == told["first"]
    assert late.missing(epoch) == 0
    common = late.values[epoch].keys() & early.values[epoch].keys()
    assert common
    assert all(late.values[epoch][i] == early.values[epoch][i] for i in common)


async def test_many_streams_come_over_one_socket(daphne) -> None:
    async with view(daphne.address, "/ws/") as viewer:
        for slug in ("sine", "heartbeat", "chirp"):
            await viewer.say(type="subscribe", stream=slug, window=1)
        await viewer.until(lambda: len(viewer.of_type("view")) == 3)
        assert [told["slug"] for told in viewer.of_type("stream")] == ["sine", "heartbeat", "chirp"]
        await viewer.say(type="unsubscribe", stream="chirp")
        await viewer.say(type="subscribe", stream="nowhere")
        await viewer.until(lambda: viewer.of_type("error"))
    assert viewer.of_type("error")[0]["code"] == "unknown_stream"
    assert viewer.closed is None


async def test_columns_are_the_envelope_of_the_samples(daphne) -> None:
    async with view(daphne.address, "/ws/streams/waveforms/?window=4") as samples:
        await samples.for_seconds(1.5)
        _, text = daphne.get("/api/v1/streams/waveforms/samples?columns=16&format=csv")
    rows = [line.split(",") for line in text.splitlines()[1:]]
    indices = [int(row[0]) for row in rows]
    stride = indices[1] - indices[0]
    (epoch,) = samples.values
    known = samples.values[epoch]
    compared = 0
    for index, row in zip(indices, rows, strict=True):
        covered = range(index, index + stride)
        if all(i in known for i in covered):
            values = np.array([known[i] for i in covered], np.float32)
            assert np.float32(row[2]) == values.min()
            assert np.float32(row[3]) == values.max()
            compared += 1
    assert compared >= 3


async def test_the_whole_history_as_csv_is_what_was_sent(daphne) -> None:
    async with view(daphne.address, "/ws/streams/noise/?window=3") as viewer:
        await viewer.for_seconds(1)
        (epoch,) = viewer.values
        first, last = min(viewer.values[epoch]), max(viewer.values[epoch])
        path = f"/api/v1/streams/noise/samples?format=csv&epoch={epoch}&first={first}&last={last}"
        _, text = daphne.get(path)
    lines = text.splitlines()
    assert lines[0].startswith("sample,time (s),Gaussian (V)")
    rows = [line.split(",") for line in lines[1:]]
    got = {int(row[0]): float(np.float32(row[2])) for row in rows}
    assert got == viewer.values[epoch]
    times = [float(row[1]) for row in rows]
    assert all(abs(b - a - 0.001) < 1e-4 for a, b in itertools.pairwise(times))
