"""A block says what is wrong with it."""

import numpy as np
import pytest

from waves.exceptions import BlockError
from waves.protocol.block import SampleBlock


def block(values=None, **fields):
    given = {"epoch": 1, "sample": 5, "t0": 0.0, "dt": 0.1, **fields}
    return SampleBlock(values=np.zeros((2, 3), "<f4") if values is None else values, **given)


def test_a_block_knows_its_length_and_what_follows_it():
    assert (block().n, block().next) == (3, 8)


@pytest.mark.parametrize("shape", [(3,), (0, 3), (2, 0), (1, 2, 3)])
def test_a_block_has_signals_and_samples(shape):
    with pytest.raises(BlockError, match="shape"):
        block(np.zeros(shape, "<f4"))


@pytest.mark.parametrize("dtype", ["<i4", "<f2", ">f4", "<c8"])
def test_a_block_holds_little_endian_floats_only(dtype):
    with pytest.raises(BlockError, match="float32 or float64"):
        block(np.zeros((1, 2), dtype))


@pytest.mark.parametrize("fields", [{"epoch": -1}, {"sample": -1}])
def test_positions_are_not_negative(fields):
    with pytest.raises(BlockError, match="negative"):
        block(**fields)


@pytest.mark.parametrize("fields", [{"dt": 0.0}, {"times": np.zeros(3)}])
def test_a_block_has_a_period_or_times(fields):
    with pytest.raises(BlockError, match="never both"):
        block(**fields)


def test_a_timed_block_has_a_time_for_each_sample():
    assert block(dt=0.0, times=np.zeros(3)).n == 3
    with pytest.raises(BlockError, match="one time for each"):
        block(dt=0.0, times=np.zeros(2))
