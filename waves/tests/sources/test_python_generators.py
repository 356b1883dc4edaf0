import itertools
import threading

import numpy as np
import pytest

from waves.exceptions import SourceError
from waves.sources.python import GeneratorCaller
from waves.sources.returned import Returned
from waves.tests.sources.fakes import FakeClock, running, take


async def test_each_next_is_one_sample_at_the_rate_of_the_stream(python):
    def count():
        yield from itertools.count()

    first, second, third = await take(python(count), 3)
    values = np.concatenate([b.values[0] for b in (first, second, third)])
    np.testing.assert_array_equal(values, np.arange(81))
    assert [(b.sample, b.n) for b in (first, second, third)] == [(0, 1), (1, 40), (41, 40)]


@pytest.mark.parametrize(
    "sample",
    [(1.0, 2), [1.0, 2], np.array([1.0, 2.0]), {"pressure": 2.0, "temperature": 1}],
)
async def test_a_sample_may_be_a_tuple_a_list_an_array_or_a_dict(python, two, sample):
    def constant():
        while True:
            yield sample

    _, block = await take(python(constant, **two), 2)
    np.testing.assert_array_equal(block.values, np.repeat([[1.0], [2.0]], 40, axis=1))


async def test_a_generator_that_ends_gives_its_last_samples_and_says_so(python):
    def short():
        yield from range(10)

    async with running(python(short)) as blocks:
        assert (await anext(blocks)).n == 1
        assert (await anext(blocks)).n == 9
        with pytest.raises(SourceError, match=r"^The generator ended: short gives no more"):
            await anext(blocks)


async def test_an_exception_comes_after_the_samples_before_it(python):
    def broken():
        yield 1.0
        yield 2.0
        raise ValueError("the sensor is gone")

    async with running(python(broken)) as blocks:
        assert [(await anext(blocks)).n for _ in range(2)] == [1, 1]
        line = broken.__code__.co_firstlineno + 3
        with pytest.raises(SourceError) as raised:
            await anext(blocks)
    assert str(raised.value) == (
        f"broken raised ValueError: the sensor is gone (test_python_generators.py, line {line})"
    )


@pytest.mark.parametrize(
    ("sample", "told"),
    [
        ("x", "yielded 'x' (str)"),
        ((1.0, 2.0, 3.0), "yielded (1.0, 2.0, 3.0) (tuple)"),
        (1.0, "yielded 1.0 (float)"),
        ({"temperature": 1.0}, "yielded a dict (temperature: 1.0 (float))"),
        ({"temperature": 1.0, "pressure": 1j}, "pressure: 1j (complex))"),
    ],
)
async def test_a_bad_sample_among_good_ones_is_described(python, two, sample, told):
    def mostly():
        for k in itertools.count():
            yield sample if k == 20 else (1.0, 2.0)

    with pytest.raises(SourceError) as raised:
        await take(python(mostly, **two), 3)
    assert told in str(raised.value)
    assert "expected is" in str(raised.value)


async def test_the_generators_finally_runs_in_its_thread_when_the_source_ends(python):
    ended = []

    def port():
        try:
            yield from itertools.count()
        finally:
            ended.append(threading.current_thread())

    await take(python(port), 2)
    assert len(ended) == 1
    assert ended[0] is not threading.main_thread()


async def test_a_generator_too_slow_for_its_rate_gives_what_it_has_and_counts_the_rest(python):
    clock = FakeClock()

    def slow():
        for k in itertools.count():
            clock.now += 0.1
            yield k

    source = python(slow, clock)
    blocks = await take(source, 6)
    starts = [block.sample for block in blocks]
    assert starts == sorted(starts)
    assert max(block.n for block in blocks) <= 11
    values = np.concatenate([block.values[0] for block in blocks])
    np.testing.assert_array_equal(values, np.arange(values.size))
    last = blocks[-1]
    lost = sum(source.skips)
    delivered = values.size
    # Every index up to the end of what was due is either delivered or counted.
    assert lost + delivered >= last.next
    assert lost > 0
    assert clock.now - 1000.0 - last.sample / 1000.0 < 2.5


def test_skipped_samples_are_not_asked_of_a_generator(registry):
    from waves.sources.base import Due

    @registry.stream(rate=10)
    def count():
        yield from itertools.count()

    declaration = next(iter(registry.registered().values()))
    returned = Returned(declaration, np.dtype("<f4"))
    caller = GeneratorCaller(declaration, FakeClock(), returned)
    caller.take(Due(0, 2, 0.0))
    np.testing.assert_array_equal(caller.take(Due(1002, 2, 0.0, skipped=1000)), [[2.0, 3.0]])
    caller.close()
