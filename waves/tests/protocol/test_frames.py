"""Frames: golden vectors, round trips, and every kind of rubbish."""

import contextlib
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from waves.exceptions import WireError
from waves.protocol.block import SampleBlock
from waves.protocol.frames import (
    HEADER,
    MAGIC,
    MAX_PAYLOAD,
    Frame,
    capacity,
    encode,
    parse,
    split,
    to_json,
)

GOLDEN = json.loads((Path(__file__).parent / "golden_frames.json").read_text())


def by_name(kind):
    return [pytest.param(vector, id=vector["name"]) for vector in GOLDEN[kind]]


def listed(values):
    """As JSON has it: NaN is null."""
    return [[None if math.isnan(v) else v for v in row] for row in values.tolist()]


def as_golden(frame):
    mapping = {
        "kind": "samples" if frame.maxima is None else "envelope",
        "sampleType": frame.values.dtype.name,
        "clock": "regular" if frame.times is None else "timed",
        **{key: getattr(frame, key) for key in ("flags", "handle", "epoch", "sample", "n")},
        **{key: getattr(frame, key) for key in ("stride", "t0", "dt")},
    }
    if frame.times is not None:
        mapping["times"] = frame.times.tolist()
    if frame.maxima is None:
        return {**mapping, "values": listed(frame.values)}
    return {**mapping, "min": listed(frame.values), "max": listed(frame.maxima)}


def from_golden(fields):
    dtype = fields["sampleType"]

    def array(name):
        return np.array(fields[name], dtype) if name in fields else None

    return Frame(
        *(fields[key] for key in ("handle", "epoch", "sample", "t0", "dt")),
        values=array("min" if "min" in fields else "values"),
        maxima=array("max"),
        stride=fields["stride"],
        times=np.array(fields["times"]) if "times" in fields else None,
        flags=fields["flags"],
    )


@pytest.mark.parametrize("vector", by_name("frames"))
def test_a_golden_frame_is_parsed(vector):
    (frame,) = parse(bytes.fromhex(vector["hex"]))
    assert as_golden(frame) == vector["frame"]


@pytest.mark.parametrize("vector", by_name("frames"))
def test_a_golden_frame_is_encoded(vector):
    assert encode(from_golden(vector["frame"])).hex() == vector["hex"]


@pytest.mark.parametrize("vector", by_name("malformed"))
def test_a_malformed_message_is_refused(vector):
    with pytest.raises(WireError):
        parse(bytes.fromhex(vector["hex"]))


@pytest.mark.parametrize("vector", by_name("joined"))
def test_joined_frames_come_apart(vector):
    frames = parse(bytes.fromhex(vector["hex"]))
    assert [frame.sample for frame in frames] == vector["samples"]


@st.composite
def frames(draw):
    dtype = draw(st.sampled_from([np.dtype("<f4"), np.dtype("<f8")]))
    shape = (draw(st.integers(1, 5)), draw(st.integers(1, 40)))
    values = draw(arrays.arrays(dtype, shape))
    is_envelope, is_timed = draw(st.booleans()), draw(st.booleans())
    seconds = st.floats(0, 1e6)
    return Frame(
        handle=draw(st.integers(0, 2**32 - 1)),
        epoch=draw(st.integers(0, 2**32 - 1)),
        sample=draw(st.integers(0, 2**64 - 1)),
        t0=draw(st.floats(allow_nan=False, allow_infinity=False)),
        dt=0.0 if is_timed else draw(st.floats(1e-9, 1e6)),
        values=values,
        maxima=draw(arrays.arrays(dtype, shape)) if is_envelope else None,
        stride=2 ** draw(st.integers(0, 31)) if is_envelope else 1,
        times=draw(arrays.arrays(np.float64, shape[1], elements=seconds)) if is_timed else None,
        flags=draw(st.integers(0, 3)),
    )


def same(a, b):
    scalars = ("handle", "epoch", "sample", "t0", "dt", "stride", "flags")
    assert [getattr(a, name) for name in scalars] == [getattr(b, name) for name in scalars]
    for name in ("values", "maxima", "times"):
        x, y = getattr(a, name), getattr(b, name)
        assert (x is None) == (y is None)
        if x is not None:
            assert x.dtype == y.dtype
            np.testing.assert_array_equal(x, y)


@given(st.lists(frames(), min_size=1, max_size=4))
def test_what_is_encoded_and_joined_is_parsed_again(given_frames):
    message = b"".join(map(encode, given_frames))
    assert len(message) % 8 == 0
    parsed = parse(message)
    assert len(parsed) == len(given_frames)
    for a, b in zip(given_frames, parsed, strict=True):
        same(a, b)


@given(frames(), st.data())
def test_a_frame_with_any_bytes_changed_is_parsed_or_refused(frame, data):
    message = bytearray(encode(frame))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(len(message), HEADER.size) - 1))
        message[at] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(message)))
    for fuzzed in (message, message[:end]):
        with contextlib.suppress(WireError):
            parse(fuzzed)


@given(st.binary(max_size=300))
def test_any_bytes_are_parsed_or_refused(message):
    for fuzzed in (message, MAGIC + message):
        with contextlib.suppress(WireError):
            parse(fuzzed)


def test_values_are_views_into_the_message():
    frame = Frame(1, 1, 0, 0.0, 1.0, np.ones((2, 8), "<f4"))
    message = bytearray(encode(frame))
    (parsed,) = parse(message)
    message[HEADER.size : HEADER.size + 4] = np.float32(5).tobytes()
    assert parsed.values[0, 0] == 5


@given(frames())
def test_json_has_the_same_numbers(frame):
    (mapping,) = json.loads(to_json([frame]))["frames"]
    names = ("handle", "epoch", "sample", "stride", "t0", "dt", "flags")
    assert [mapping[name] for name in names] == [getattr(frame, name) for name in names]
    arrays_of = {"values": frame.values}
    if frame.maxima is not None:
        arrays_of = {"min": frame.values, "max": frame.maxima}
    assert mapping["kind"] == ("samples" if frame.maxima is None else "envelope")
    for name, values in arrays_of.items():
        text = np.array(mapping[name], dtype=float).astype(values.dtype)
        # JSON has neither NaN nor infinity: both are null.
        np.testing.assert_array_equal(text, np.where(np.isfinite(values), values, np.nan))
    assert ("times" in mapping) == (frame.times is not None)
    if frame.times is not None:
        assert mapping["times"] == frame.times.tolist()


@given(
    signals=st.integers(1, 8),
    n=st.integers(1, 60_000),
    dtype=st.sampled_from(["<f4", "<f8"]),
    timed=st.booleans(),
)
def test_a_block_is_split_into_frames_below_the_bound(signals, n, dtype, timed):
    values = np.arange(signals * n, dtype=dtype).reshape(signals, n)
    times = np.arange(n) * 0.5 if timed else None
    block = SampleBlock(3, 1000, 50.0, 0.0 if timed else 0.5, values, times)
    pieces = list(split(block))
    sizes = [len(encode(Frame.of(piece, 1))) for piece in pieces]
    assert max(sizes) <= MAX_PAYLOAD + HEADER.size
    assert [piece.sample for piece in pieces[1:]] == [piece.next for piece in pieces[:-1]]
    assert (pieces[0].sample, pieces[-1].next) == (1000, 1000 + n)
    np.testing.assert_array_equal(np.concatenate([p.values for p in pieces], axis=1), values)
    for piece in pieces:
        first = piece.t0 + (float(piece.times[0]) if timed else 0.0)
        assert first == pytest.approx(50.0 + (piece.sample - 1000) * 0.5, abs=1e-6)


def test_a_column_that_is_wider_than_a_frame_still_fits_one():
    assert capacity(60_000, np.dtype("<f8"), timed=False, envelope=True) == 1
