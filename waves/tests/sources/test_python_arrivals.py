import asyncio
import math
from itertools import pairwise

import numpy as np
import pytest

from waves.exceptions import SourceError
from waves.sources.arrivals import TURN
from waves.sources.base import Clock
from waves.tests.sources.fakes import FakeClock, running, take

FAST = {"frames_per_second": 500.0}


async def test_values_are_timed_on_arrival(python):
    clock = FakeClock()

    async def events():
        yield 1.0
        clock.now += 0.25
        yield 2.0
        await asyncio.Event().wait()

    source = python(events, clock)
    assert source.clock == "timed"
    (block,) = await take(source, 1)
    assert (block.sample, block.dt, block.t0) == (0, 0.0, clock.wall + 1000.0)
    np.testing.assert_array_equal(block.values, [[1.0, 2.0]])
    np.testing.assert_allclose(block.times, [0.0, 0.25])


async def test_a_step_of_the_wall_clock_moves_no_arrival(python):
    clock = FakeClock()

    async def events():
        yield 1.0
        clock.wall -= 3600.0
        clock.now += 20.0
        yield 2.0
        await asyncio.Event().wait()

    (block,) = await take(python(events, clock), 1)
    np.testing.assert_allclose(block.times, [0.0, 20.0])


async def test_pairs_carry_their_own_time(python):
    async def readings():
        yield 1e9, 5.0
        yield 1e9 + 0.5, 6.0
        await asyncio.Event().wait()

    (block,) = await take(python(readings), 1)
    assert block.t0 == 1e9
    np.testing.assert_allclose(block.times, [0.0, 0.5])
    np.testing.assert_array_equal(block.values, [[5.0, 6.0]])


async def test_pairs_may_hold_arrays_of_times_and_values(python, two):
    async def batches():
        yield np.array([1e9, 1e9 + 1]), np.array([[1.0, 2.0], [3.0, 4.0]])
        yield 1e9 + 2, {"temperature": 9.0, "pressure": 8.0}
        await asyncio.Event().wait()

    (block,) = await take(python(batches, **two), 1)
    np.testing.assert_array_equal(block.values, [[1.0, 2.0, 9.0], [3.0, 4.0, 8.0]])
    np.testing.assert_allclose(block.times, [0.0, 1.0, 2.0])


async def test_two_numbers_are_the_values_of_two_signals(python, two):
    async def pairs():
        yield 20.0, 1.5
        await asyncio.Event().wait()

    (block,) = await take(python(pairs, **two), 1)
    np.testing.assert_array_equal(block.values, [[20.0], [1.5]])


@pytest.mark.parametrize(
    ("items", "told"),
    [
        ([("noon", 1.0)], "'noon' as a time"),
        ([(math.nan, 1.0)], "times that are not finite"),
        ([(np.array([]), np.array([]))], "as a time"),
        ([1j], "1j (complex); expected is a number for each sample"),
        ([(None, 1.0)], "None as a time"),
    ],
)
async def test_a_bad_value_or_time_is_described(python, items, told):
    async def events():
        for item in items:
            yield item

    source = python(events, **FAST)
    with pytest.raises(SourceError) as raised:
        await take(source, 3)
    assert told in str(raised.value)


async def test_an_async_generator_that_ends_or_raises_says_so_after_its_values(python):
    async def short():
        yield 1.0

    async def broken():
        yield 1.0
        raise OSError("no route to the sensor")

    for function, told in (
        (short, "The generator ended: short"),
        (broken, "broken raised OSError"),
    ):
        async with running(python(function, **FAST)) as blocks:
            assert (await anext(blocks)).n == 1
            with pytest.raises(SourceError, match=told):
                await anext(blocks)


@pytest.mark.parametrize("error", [SystemExit, asyncio.CancelledError])
async def test_what_would_end_the_worker_ends_the_source_only(python, error):
    async def broken():
        raise error
        yield

    with pytest.raises(SourceError, match=f"broken raised {error.__name__}"):
        await take(python(broken), 1)


async def test_the_generators_finally_is_awaited_when_the_source_ends(python):
    ended = []

    async def port():
        try:
            yield 1.0
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    await take(python(port), 1)
    assert ended == [True]


async def test_a_generator_that_never_waits_lets_the_others_run(python):
    yielded = 0

    async def busy():
        nonlocal yielded
        while True:
            yielded += 1
            yield 1.0

    seen = []

    async def other():
        while True:
            seen.append(yielded)
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    blocks = await take(python(busy, Clock(), rate=1000.0), 3)
    task.cancel()
    assert max(b - a for a, b in pairwise(seen)) <= TURN + 1
    assert max(block.n for block in blocks) <= 1000
    assert all(a.next == b.sample for a, b in pairwise(blocks))


async def test_regular_arrays_follow_one_another_at_the_rate(python, two):
    async def adc():
        yield np.ones((2, 10))
        yield {"temperature": np.zeros(5), "pressure": np.ones(5)}
        await asyncio.Event().wait()

    source = python(adc, clock="regular", **two)
    assert source.clock == "regular"
    first, second = await blocks_until(source, 15)
    assert (first.sample, first.dt, second.sample) == (0, 0.001, 10)
    np.testing.assert_array_equal(second.values, [[0.0] * 5, [1.0] * 5])


async def blocks_until(source, end):
    """The blocks of the two arrays above, whether or not they were joined into one."""
    got = []
    async with running(source) as blocks:
        while not got or got[-1].next < end:
            got.append(await anext(blocks))
    return got


async def test_a_regular_generator_that_never_waits_runs_at_the_rate(python):
    clock = FakeClock()

    async def busy():
        while True:
            yield np.zeros(50)

    blocks = await take(python(busy, clock, clock="regular"), 40)
    ahead = blocks[-1].next / 1000.0 - (clock.now - 1000.0)
    assert ahead <= 0.1 + 1e-9
    assert all(a.next == b.sample for a, b in pairwise(blocks))


async def test_regular_arrays_that_come_over_a_second_late_leave_a_counted_gap(python):
    clock = FakeClock()

    async def adc():
        yield np.zeros(100)
        clock.now += 5.1
        yield np.ones(100)
        await asyncio.Event().wait()

    source = python(adc, clock, clock="regular")
    got = []
    async with running(source) as blocks:
        got = [await anext(blocks), await anext(blocks)]
    assert source.skips == [5000]
    assert [(block.sample, block.values[0, 0]) for block in got] == [(0, 0.0), (5100, 1.0)]


async def test_a_regular_generator_must_give_arrays(python):
    async def adc():
        yield 1.0

    with pytest.raises(SourceError, match=r"adc yielded 1\.0 \(float\); expected is an array of"):
        await take(python(adc, clock="regular"), 1)
