"""Memory and recording are read as one past: nothing twice, nothing missing, epochs in order."""

import csv
import io

import numpy as np
import pytest
from django.db import DatabaseError

from waves.database.threads import in_thread
from waves.protocol.frames import BY_TIME, INCOMPLETE, parse
from waves.recorded import RecordedRow
from waves.recording import place
from waves.server import pasts
from waves.tests.web.recorded_stream import (
    ENDED,
    FIRST,
    LATER,
    NEXT,
    SECOND,
    T0,
    RecordedStream,
    values_of,
)
from waves.web import onepast

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "recordings"])


def joined(frames, epoch):
    """Indices and values of the frames of an epoch."""
    own = [frame for frame in frames if frame.epoch == epoch]
    index = np.concatenate([f.sample + np.arange(f.n) * f.stride for f in own])
    return index, np.concatenate([f.values for f in own], axis=1)


async def test_the_memory_of_the_stream_is_shorter_than_its_recording(stream):
    (frame,) = await stream.frames(first=NEXT - 10)
    assert (frame.epoch, frame.n) == (SECOND, 10)
    assert stream.hub.streams[stream.row.pk].kept.history.first > 16_000


async def test_an_epoch_is_read_over_the_seam_of_recording_and_memory(stream):
    frames = await stream.frames(epoch=SECOND, first=0)
    index, values = joined(frames, SECOND)
    np.testing.assert_array_equal(index, np.arange(NEXT))
    np.testing.assert_array_equal(values, values_of(SECOND, 0, NEXT))


async def test_an_epoch_that_has_ended_is_read_by_position(stream):
    frames = await stream.frames(epoch=FIRST, first=100, last=9_999)
    index, values = joined(frames, FIRST)
    np.testing.assert_array_equal(index, np.arange(100, 10_000))
    np.testing.assert_array_equal(values, values_of(FIRST, 100, 10_000))


async def test_a_range_of_time_crosses_epochs(stream):
    frames = await stream.frames(from_=T0 + 20.0, to=T0 + LATER + 1.0)
    first, values = joined(frames, FIRST)
    np.testing.assert_array_equal(first, np.arange(20_000, ENDED))
    np.testing.assert_array_equal(values, values_of(FIRST, 20_000, ENDED))
    second, _ = joined(frames, SECOND)
    np.testing.assert_array_equal(second, np.arange(0, 2001))
    assert [f.epoch for f in frames] == sorted(f.epoch for f in frames)


async def test_all_of_it_goes_over_into_memory(stream):
    frames = await stream.frames(from_=0)
    assert joined(frames, FIRST)[0].tolist() == list(range(ENDED))
    assert joined(frames, SECOND)[0].tolist() == list(range(NEXT))


async def test_without_a_beginning_there_is_what_memory_has(stream):
    frames = await stream.frames()
    first = stream.hub.streams[stream.row.pk].kept.history.first
    assert joined(frames, SECOND)[0].tolist() == list(range(first, NEXT))
    assert {frame.epoch for frame in frames} == {SECOND}


@pytest.mark.parametrize("columns", [16, 100, 1000])
async def test_columns_over_the_seam_are_those_of_all_samples(stream, columns):
    frames = await stream.frames(epoch=SECOND, first=0, columns=columns)
    stride = frames[0].stride
    assert {frame.stride for frame in frames} == {stride}
    index, low = joined(frames, SECOND)
    np.testing.assert_array_equal(index, np.arange(0, NEXT, stride))
    truth = values_of(SECOND, 0, NEXT)
    bounds = np.arange(0, NEXT, stride)
    np.testing.assert_array_equal(low, np.minimum.reduceat(truth, bounds, axis=1))
    high = np.concatenate([frame.maxima for frame in frames], axis=1)
    np.testing.assert_array_equal(high, np.maximum.reduceat(truth, bounds, axis=1))
    for frame in frames:
        assert frame.t0 == pytest.approx(T0 + LATER + frame.sample / 2000, abs=1e-5)
    lacking = [frame for frame in frames if frame.flags & INCOMPLETE]
    assert [frame.sample for frame in lacking] == (
        [NEXT // stride * stride] if NEXT % stride else []
    )


async def test_columns_across_epochs_have_one_width_in_time(stream):
    frames = await stream.frames(from_=T0, to=T0 + LATER + 16.0, columns=200)
    strides = {frame.epoch: frame.stride for frame in frames}
    assert strides == {FIRST: 512, SECOND: 1024}
    assert {round(frame.dt, 6) for frame in frames} == {0.512}


async def test_columns_of_very_many_stretches_are_by_time(stream, monkeypatch):
    monkeypatch.setattr(onepast, "MOST_STRETCHES", 1)
    frames = await stream.frames(from_=T0, columns=16)
    assert {frame.flags & BY_TIME for frame in frames} == {BY_TIME}
    assert {(frame.epoch, frame.sample, frame.stride) for frame in frames} == {(0, 0, 1 << 20)}
    high = np.concatenate([frame.maxima for frame in frames], axis=1)
    low = np.concatenate([frame.values for frame in frames], axis=1)
    assert np.nanmin(low[0]) == FIRST - 500
    assert np.nanmax(high[0]) == SECOND + 499
    begin, dt = frames[0].t0, frames[0].dt
    newest = int((T0 + LATER + NEXT / 2000 - begin) // dt)
    assert np.isfinite(high[0, newest])


async def test_json_across_epochs_has_one_object_for_each(stream):
    told = await stream.json(from_=T0 + 20.0, to=T0 + LATER + 0.5)
    first, second = told["epochs"]
    assert (first["epoch"], second["epoch"]) == (FIRST, SECOND)
    assert second["why"] == "1 kHz → 2 kHz"
    assert [signal["key"] for signal in second["signals"]] == ["a", "b"]
    assert second["frames"][0]["values"][1][:3] == [0.0, 1.0, 2.0]


async def test_json_of_one_epoch_is_as_it_was(stream):
    told = await stream.json(epoch=FIRST, first=0, last=9)
    assert set(told) == {"type", "frames"}


async def test_csv_says_where_an_epoch_begins(stream):
    text = (await stream.body(from_=T0 + 20.2, to=T0 + LATER + 0.05, format="csv")).decode()
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert comments == [
        "# epoch 101 from 2027-01-15T08:00:20.200Z: started",
        "# epoch 102 from 2027-01-15T08:01:40.000Z: 1 kHz → 2 kHz",
    ]
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    rows = list(csv.reader(io.StringIO("\n".join(lines))))
    assert rows[0] == ["sample", "time (s)", "A (V)", "B (V)"]
    assert [int(row[0]) for row in rows[1:]] == [*range(20_200, ENDED), *range(101)]


async def test_more_than_json_holds_is_refused(stream, monkeypatch):
    monkeypatch.setattr("waves.exports.jsontext.JsonExport.max_values", 10_000)
    answer = await stream.ask(from_=T0)
    assert answer.status_code == 400
    assert b"JSON holds at most 10000 values" in answer.content


async def test_a_recording_that_does_not_answer_leaves_what_memory_has_and_says_so(
    stream, monkeypatch
):
    def gone(handle):
        raise DatabaseError("gone")

    monkeypatch.setattr(pasts, "find", gone)
    answer = await stream.ask(from_=T0, format="waves")
    assert answer.status_code == 200
    assert answer["Waves-Problem"] == pasts.SILENT
    stream.hub.streams.clear()
    answer = await stream.ask(epoch=FIRST)
    assert answer.status_code == 503


async def test_rows_that_are_damaged_are_left_out_and_said(transactional_db, running):
    stream = await in_thread(write_damaged)()
    stream.hub = running.hub
    stream.keep(SECOND, 0, 1000)
    answer = await stream.ask(epoch=FIRST, format="waves")
    assert "damaged" in answer["Waves-Problem"]
    data = b"".join([part async for part in answer.streaming_content])
    index, values = joined(parse(data), FIRST)
    np.testing.assert_array_equal(values, values_of(FIRST, 0, ENDED)[:, index])
    assert 0 < len(index) < ENDED


def write_damaged() -> RecordedStream:
    stream = RecordedStream()
    stream.record(FIRST, ENDED)
    stream.end()
    row = RecordedRow.objects.using(place.alias()).filter(level=0).order_by("first")[1]
    RecordedRow.objects.using(place.alias()).filter(pk=row.pk).update(payload=b"damaged")
    return stream


async def test_epochs_have_times_positions_and_why(stream):
    told = await stream.json("epochs")
    assert told["recorded_since"] == T0
    assert told["more"] is False
    first, second = told["epochs"]
    assert (first["epoch"], first["first"], first["last"]) == (FIRST, 0, ENDED - 1)
    assert (first["from"], first["to"]) == (T0, pytest.approx(T0 + (ENDED - 1) / 1000))
    assert (first["rate"], first["why"]) == (1000.0, "started")
    assert (second["last"], second["rate"]) == (NEXT - 1, 2000.0)
    assert second["to"] == pytest.approx(T0 + LATER + (NEXT - 1) / 2000)
    assert [signal["name"] for signal in second["signals"]] == ["A", "B"]


async def test_epochs_of_a_range_and_more_of_them(stream):
    told = await stream.json("epochs", to=T0 + 50)
    assert [one["epoch"] for one in told["epochs"]] == [FIRST]
    told = await stream.json("epochs", most=1)
    assert [one["epoch"] for one in told["epochs"]] == [FIRST]
    assert told["more"] is True
    told = await stream.json("epochs", from_=T0 + 50)
    assert [one["epoch"] for one in told["epochs"]] == [SECOND]


async def test_epochs_where_nothing_is_recorded_are_what_memory_has(stream):
    live = stream.hub.streams[stream.row.pk]
    live.kept.description = {**live.kept.description, "record": False, "recorded_since": None}
    told = await stream.json("epochs")
    assert told["recorded_since"] is None
    (one,) = told["epochs"]
    assert (one["epoch"], one["last"]) == (SECOND, NEXT - 1)
