import asyncio
import math
import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

from waves.exceptions import SourceError
from waves.sources.base import Clock, SignalInfo
from waves.sources.python import PythonSource
from waves.tests.sources.fakes import FakeClock, running, take


async def test_a_function_gets_the_seconds_of_the_epoch_and_gives_the_values(python):
    def ramp(t):
        assert t.dtype == np.float64
        return 2 * t

    first, second = await take(python(ramp), 2)
    np.testing.assert_allclose(first.values, [[0.0]])
    np.testing.assert_allclose(second.values[0], 2 * np.arange(1, 41) / 1000.0, rtol=1e-6)
    assert (second.epoch, second.sample, second.dt) == (1, 1, 0.001)
    assert second.values.dtype == np.float32


async def test_a_function_may_give_a_row_for_each_signal(python, two):
    source = python(lambda t: np.stack([t, -t]), **two)
    assert source.signals == (
        SignalInfo("temperature", "temperature", "°C"),
        SignalInfo("pressure", "pressure", "bar"),
    )
    _, block = await take(source, 2)
    np.testing.assert_array_equal(block.values[0], -block.values[1])


async def test_a_function_may_give_a_dict_in_any_order(python, two):
    source = python(lambda t: {"pressure": t, "temperature": t + 100}, **two)
    _, block = await take(source, 2)
    np.testing.assert_allclose(block.values[0], block.values[1] + 100, rtol=1e-6)


async def test_nan_passes_and_integers_become_floats(python):
    _, block = await take(python(lambda t: np.full(t.size, math.nan)), 2)
    assert np.isnan(block.values).all()
    _, block = await take(python(lambda t: list(range(t.size))), 2)
    assert block.values[0, 39] == 39.0


async def test_what_is_too_large_for_float32_becomes_infinite_without_a_warning(python):
    (block,) = await take(python(lambda t: np.full(t.size, 1e300)), 1)
    assert np.isinf(block.values).all()


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "returned None; expected is an array of the shape [2, 1]"),
        ([1.0], "returned [1.0] (list); expected"),
        (np.zeros((3, 1)), "returned an array of the shape [3, 1]; expected"),
        (np.zeros((2, 4)), "returned an array of the shape [2, 4]; expected"),
        (np.array([[1j], [2j]]), "returned an array of complex128 of the shape [2, 1]; expected"),
        ("12", "returned '12' (str); expected"),
        ([[1j], [2j]], "returned [[1j], [2j]] (list); expected"),
        ([[1.0], [1.0, 2.0]], "returned [[1.0], [1.0, 2.0]] (list); expected"),
        ({"pressure": [1.0]}, "returned a dict (pressure: [1.0] (list)); expected is a dict with"),
        ({}, "returned a dict (empty); expected is a dict with the keys temperature, pressure"),
        ({"temperature": [1.0], "pressure": [1.0, 2.0]}, "pressure: [1.0, 2.0] (list)); expected"),
    ],
)
async def test_a_bad_return_is_described_beside_what_is_expected(python, two, value, told):
    def boiler(t):
        return value

    with pytest.raises(SourceError) as raised:
        await take(python(boiler, **two), 1)
    assert str(raised.value).startswith("boiler returned ")
    assert told in str(raised.value)
    assert str(raised.value).endswith("(signals: temperature, pressure)")


async def test_an_exception_is_told_with_its_file_and_line(python):
    def boiler(t):
        return t / (1 // 0)

    line = boiler.__code__.co_firstlineno + 1
    with pytest.raises(SourceError) as raised:
        await take(python(boiler), 1)
    assert str(raised.value) == (
        "boiler raised ZeroDivisionError: integer division or modulo by zero "
        f"(test_python_functions.py, line {line})"
    )


async def test_an_exception_inside_a_library_is_told_with_the_users_line(python):
    def boiler(t):
        return np.linalg.inv(np.zeros((2, 2)))

    with pytest.raises(SourceError, match=r"LinAlgError: Singular .*\(test_python_functions\.py"):
        await take(python(boiler), 1)


async def test_an_exit_of_the_function_ends_its_source_and_not_the_worker(python):
    def boiler(t):
        sys.exit("bye")

    with pytest.raises(SourceError, match="boiler raised SystemExit: bye"):
        await take(python(boiler), 1)


async def test_a_source_error_of_the_function_is_told_as_it_is(python):
    def boiler(t):
        raise SourceError("The boiler is switched off.")

    with pytest.raises(SourceError, match=r"^The boiler is switched off\.$"):
        await take(python(boiler), 1)


async def test_a_blocking_function_stalls_nobody_and_its_lag_is_counted(python):
    entered, let_go = threading.Event(), threading.Event()

    def slow(t):
        entered.set()
        let_go.wait(5)
        return t

    clock = FakeClock()
    source = python(slow, clock)
    other = python(lambda t: t, Clock())
    async with running(source) as blocks, running(other) as others:
        task = asyncio.ensure_future(anext(blocks))
        for _ in range(3):
            await anext(others)
        assert entered.is_set()
        assert not task.done()
        clock.now += 30.0
        let_go.set()
        await task
        block = await anext(blocks)
    assert source.skips == [block.sample - 1]
    assert block.sample >= 29_000


async def test_the_thread_ends_with_the_source(python):
    def boiler(t):
        seen.append(threading.current_thread())
        return t

    seen = []
    await take(python(boiler), 3)
    assert len(set(seen)) == 1
    assert seen[0] is not threading.main_thread()
    seen[0].join(5)
    assert not seen[0].is_alive()


async def test_a_cancelled_source_leaves_a_blocked_call_to_end_by_itself(python, monkeypatch):
    monkeypatch.setattr("waves.sources.thread.PATIENCE_SECONDS", 0.01)
    let_go, seen = threading.Event(), []
    entered = asyncio.Event()
    loop = asyncio.get_running_loop()

    def boiler(t):
        seen.append(threading.current_thread())
        loop.call_soon_threadsafe(entered.set)
        let_go.wait(5)
        return t

    task = asyncio.create_task(take(python(boiler), 1))
    await asyncio.wait_for(entered.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen[0].is_alive()
    let_go.set()
    await asyncio.to_thread(seen[0].join, 5)
    assert not seen[0].is_alive()


def test_an_unknown_function_is_told_with_what_is_known(python):
    source = python(lambda t: t)
    with pytest.raises(SourceError, match=r"No function 'plant\.streams\.x' .* Known: .*lambda"):
        PythonSource(replace(source.spec, options={"function": "plant.streams.x"}), source.context)
