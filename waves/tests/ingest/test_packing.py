"""A batch comes through bytes as it is; anything else is told."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waves.exceptions import IngestError
from waves.ingest.batch import Batch
from waves.ingest.packing import pack, unpack

WHOLE = Batch(
    ("inlet", "door"),
    np.array([[60.5, np.nan], [np.nan, np.nan]]),
    np.array([1.5, np.nan]),
    {"door": {1: "open"}},
    np.array([3, 4]),
    {"inlet": "°C"},
)


def test_a_batch_comes_through_as_it_is():
    found = unpack(pack(WHOLE))
    assert (found.names, found.texts, found.units) == (WHOLE.names, WHOLE.texts, WHOLE.units)
    for one, other in ((found.values, WHOLE.values), (found.times, WHOLE.times)):
        np.testing.assert_array_equal(one, other)
    assert found.lines.tolist() == [3, 4]
    bare = unpack(pack(Batch(("a",), np.ones((1, 3)))))
    assert (bare.times, bare.lines, bare.n) == (None, None, 3)


@given(st.binary(max_size=200), st.integers(0, 200))
def test_what_is_no_batch_is_told(noise, cut):
    whole = pack(WHOLE)
    for data in (noise, whole[: min(cut, len(whole) - 1)]):
        with pytest.raises(IngestError, match="garbled"):
            unpack(data)
