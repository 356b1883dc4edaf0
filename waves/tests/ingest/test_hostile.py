"""Whatever comes in: a named error or samples, never anything else, and never without bound."""

import gzip
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waves.exceptions import IngestError, TooMuchError
from waves.ingest import formats
from waves.ingest.batch import Batch
from waves.protocol.block import SampleBlock
from waves.protocol.frames import Frame, encode

KINDS = st.sampled_from(formats.MEDIA_TYPES)
#: Pieces of all formats, so that many of what is made of them is nearly right.
PIECES = st.sampled_from(
    [
        *b'{ } [ ] " : , ; = 1 -1e9 null "t" "signals" nan m,f=1 \\ WAV\1'.split(),
        *(b"\n", b"\t", b" ", b"m f=1", b"m,a=b f=1i 5", b"\xff", b"\0"),
    ]
)


def parsed(body: bytes, kind: str, **more) -> Batch | None:
    try:
        batch = formats.parse(body, kind, names=("a",), **more)
    except (IngestError, TooMuchError):
        return None
    assert batch.values.shape == (len(batch.names), batch.n)
    assert batch.times is None or batch.times.shape == (batch.n,)
    assert not np.isinf(batch.values).any() or kind != "text/plain"
    return batch


@given(st.lists(PIECES).map(b"".join), KINDS)
def test_pieces_of_formats_are_samples_or_a_named_error(body, kind):
    parsed(body, kind)


@given(st.binary(), KINDS, st.sampled_from(["", "gzip"]))
def test_bytes_are_samples_or_a_named_error(body, kind, encoding):
    parsed(body, kind, encoding=encoding)


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False, width=64), min_size=1, max_size=20)
)
def test_numbers_come_through_every_text_as_they_are(values):
    lines = "\n".join(repr(value) for value in values)
    assert parsed(f"a\n{lines}\n".encode(), "text/csv").values[0].tolist() == values
    objects = "\n".join(f'{{"t": {k}, "a": {value!r}}}' for k, value in enumerate(values))
    assert parsed(objects.encode(), "application/x-ndjson").values[0].tolist() == values


def test_frames_come_through_as_they_are():
    block = SampleBlock(0, 0, 1.7e9, 0.0, np.array([[1.0, 2.0]]), np.array([0.0, 0.5]))
    batch = parsed(encode(Frame.of(block, 0)), formats.FRAMES)
    assert batch.values.tolist() == [[1.0, 2.0]]
    assert batch.times.tolist() == [1.7e9, 1.7e9 + 0.5]


def test_a_body_inflates_to_a_bound_and_no_further():
    bomb = gzip.compress(bytes(200 * 1024 * 1024), 9)
    tracemalloc.start()
    with pytest.raises(TooMuchError, match="inflates to more than"):
        formats.parse(bomb, "text/plain", encoding="gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * formats.MOST_INFLATED


@pytest.mark.parametrize(
    "body",
    [b"no gzip", gzip.compress(b"m f=1", mtime=0)[:-9], gzip.compress(b"m f=1", mtime=0)[:5]],
)
def test_a_broken_gzip_is_told(body):
    with pytest.raises(IngestError, match="gzip"):
        formats.parse(body, "text/plain", encoding="gzip")


#: To look at each piece of memory takes ten times as long as to parse.
QUARTER = 256 * 1024


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"[" * QUARTER),
        ("application/json", b'{"a":' * (QUARTER // 5)),
        ("application/json", b'{"a":1' + b"0" * QUARTER + b"}"),
        ("application/x-ndjson", b'{"a":1}\n' * (QUARTER // 8)),
        ("text/csv", b'"' * QUARTER),
        ("text/csv", b"," * QUARTER),
        ("text/csv", b"1\n" * (QUARTER // 2)),
        ("text/plain", b"m f=1\n" * (QUARTER // 6)),
        ("text/plain", b"m" + b"," * QUARTER + b" f=1"),
        ("text/plain", b'm f="' + b"\\" * QUARTER),
        ("text/plain", b"\\" * QUARTER),
        (formats.FRAMES, b"WAV\1" * (QUARTER // 4)),
    ],
)
def test_hostile_input_takes_memory_by_its_size(kind, body):
    tracemalloc.start()
    parsed(body, kind)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 300 * QUARTER
