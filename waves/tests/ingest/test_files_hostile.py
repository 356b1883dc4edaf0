"""Whatever is uploaded: a table or a named error, within memory and time by its size."""

import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waves.exceptions import IngestError, TooMuchError
from waves.ingest import files
from waves.tests.ingest.test_files import npy, npz, pq, wav

GOOD = {
    "csv": b"time (s),a (V),door\n0,1.5,open\n1,,shut\n2,3,\n",
    "wav": wav(np.arange(6, dtype="<i2").reshape(3, 2)),
    "odd": b"t,a\n-1e308,inf\n1e308,-inf\n1e-320,nan\n",
    "npy": npy(np.arange(12.0).reshape(3, 4)),
    "npz": npz(t=np.arange(3.0), a=np.arange(3)),
    "packed": npz(np.savez_compressed, t=np.arange(3.0), a=np.arange(3)),
    "parquet": pq(t=[0.0, 1.0], a=[1, 2], door=["open", "shut"]),
}


def parsed(data: bytes) -> None:
    try:
        table = files.parse(data)
    except (IngestError, TooMuchError):
        return
    assert all(len(values) == table.layout.n for values in table.values)


@given(st.sampled_from(list(GOOD.values())), st.data())
def test_a_damaged_file_is_a_table_or_a_named_error(whole, data):
    body = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    parsed(bytes(body[: data.draw(st.integers(0, len(body)))]))
    parsed(bytes(body))


@given(
    st.sampled_from([b"RIFF\0\0\0\0WAVE", b"\x93NUMPY\1\0", b"PK\3\4", b"PAR1", b""]), st.binary()
)
def test_bytes_are_a_table_or_a_named_error(begin, rest):
    parsed(begin + rest)


MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    "body",
    [
        b'"' * MEGABYTE,
        b"," * MEGABYTE,
        b"1\n" * (MEGABYTE // 2),
        b"1,2,3,4,5,6,7\n" * (MEGABYTE // 14),
        b"\n" * MEGABYTE,
        b"a\n" + b"1" * MEGABYTE,
        b"2026-01-01\n" * (MEGABYTE // 11),
        b"RIFF\0\0\0\0WAVE" + bytes(MEGABYTE),
        b"\x93NUMPY\2\0" + MEGABYTE.to_bytes(4, "little") + b"(" * MEGABYTE,
        b"PK\3\4" + b"PK\5\6" * (MEGABYTE // 4),
        npz(a=np.ones(3))[:-22] + b"PK\1\2" * (MEGABYTE // 4) + npz(a=np.ones(3))[-22:],
        b"PAR1" + b"\x15" * MEGABYTE + b"PAR1",
    ],
)
def test_a_megabyte_of_anything_takes_time_and_memory_by_its_size(body):
    begin = time.process_time()
    parsed(body)
    # Alone on its machine, each takes less than 1 s.
    assert time.process_time() - begin < 4.0
    # To look at each piece of memory takes ten times as long as to parse.
    tracemalloc.start()
    parsed(body[: MEGABYTE // 32] + body[-22:])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * MEGABYTE // 32
