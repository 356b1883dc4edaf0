"""Timed samples that come late: left out or put into their place, counted, and never the end."""

import asyncio

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waves.exceptions import ClockStepError
from waves.sources.ordering import STEP_SECONDS, Ordering
from waves.tests.sources.fakes import FakeClock, running, take

T0 = 1.7e9


def put(order, times, now=0.0):
    times = np.atleast_1d(np.asarray(times, float))
    return order.put(times, times[np.newaxis] - T0, now)


async def test_a_late_sample_is_left_out_and_counted_and_the_stream_goes_on(python):
    async def sensor():
        for k in range(30):
            yield T0 + k - (1.5 if k % 10 == 9 else 0), float(k)
        await asyncio.Event().wait()

    source = python(sensor)
    (block,) = await take(source, 1)
    assert source.skips.late == 3
    assert block.values[0].tolist() == [float(k) for k in range(30) if k % 10 != 9]
    assert (np.diff(block.times) > 0).all()


async def test_late_samples_within_an_array_are_left_out_too(python):
    async def batches():
        yield np.array([T0 + 5, T0 + 1, T0 + 5, T0 + 6]), np.array([0.0, 1.0, 2.0, 3.0])
        yield np.array([T0 + 2, T0 + 7]), np.array([4.0, 5.0])
        await asyncio.Event().wait()

    source = python(batches)
    (block,) = await take(source, 1)
    assert block.values[0].tolist() == [0.0, 2.0, 3.0, 5.0]
    assert source.skips.late == 2


async def test_a_window_puts_late_samples_into_their_place(python):
    clock = FakeClock()

    async def sensor():
        for second in (0, 2, 1, 3, 0.5, 6):
            yield T0 + second, float(second)
        await asyncio.Event().wait()

    source = python(sensor, clock, late="reorder", reorder_window=2.5)
    source.update(source.spec)  # the code's word is what the spec of a stream says
    source._pace.order.window = 2.5
    (block,) = await take(source, 1)
    assert block.values[0].tolist() == [0.0, 0.5, 1.0, 2.0, 3.0]
    assert source.skips.late == 0


async def test_what_waits_is_given_when_the_generator_ends(python):
    async def sensor():
        yield T0 + 1, 1.0
        yield T0, 0.0

    source = python(sensor)
    source._pace.order.window = 50.0
    async with running(source) as blocks:
        block = await anext(blocks)
    assert block.values[0].tolist() == [0.0, 1.0]


def test_a_sample_waits_no_longer_than_the_window():
    order = Ordering(2.0)
    put(order, T0 + 5, now=100.0)
    put(order, T0 + 4, now=101.0)
    assert order.take(101.9) is None
    times, _ = order.take(102.0)
    assert (times - T0).tolist() == [4.0, 5.0]
    assert put(order, T0 + 4.5, now=102.1) == 1


@given(
    st.lists(st.floats(0, 100, width=32), min_size=1, max_size=100),
    st.sampled_from([0.0, 0.5, 10.0, 60.0]),
    st.integers(1, 7),
)
def test_times_come_out_in_order_and_nothing_is_lost_but_what_is_counted(seconds, window, size):
    order, late, given_ = Ordering(window), 0, []
    for first in range(0, len(seconds), size):
        late += put(order, [T0 + s for s in seconds[first : first + size]], now=first * 0.1)
        if (taken := order.take(first * 0.1)) is not None:
            given_.append(taken)
    order.window = 0.0
    if (taken := order.take(1e6)) is not None:
        given_.append(taken)
    times = np.concatenate([t for t, _ in given_])
    values = np.concatenate([v[0] for _, v in given_])
    assert (np.diff(times) >= 0).all()
    np.testing.assert_array_equal(values, times - T0)
    assert len(times) + late == len(seconds)
    if window == 60.0 and max(seconds) - min(seconds) < 60:
        assert late == 0


def test_a_clock_that_was_set_back_begins_a_new_epoch_and_a_short_step_does_not():
    order = Ordering()
    assert put(order, T0, now=0.0) == 0
    order.take(0.0)
    for second in range(1, 11):
        assert put(order, T0 - 3600 + second, now=float(second)) == 1
    with pytest.raises(ClockStepError, match="went back by"):
        put(order, T0 - 3600 + 11, now=11.0)
    short = Ordering()
    put(short, T0, now=0.0)
    short.take(0.0)
    assert put(short, T0 - STEP_SECONDS, now=100.0) == 1
