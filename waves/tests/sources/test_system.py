import math

import numpy as np
import psutil
import pytest

from waves.exceptions import ConfigurationError, SourceError
from waves.sources import system as module
from waves.sources.base import Clock
from waves.sources.system import GROUPS, MAX_RATE, SystemOptions, SystemSource
from waves.tests.sources.fakes import FakeClock, Skips, running, spec, take

DEFAULTS = SystemOptions().model_dump()


def source(clock=None, rate=10.0, skips=None, **groups):
    chosen = dict.fromkeys(GROUPS, False) | groups if groups else DEFAULTS
    skips = Skips() if skips is None else skips
    return SystemSource(spec("system", rate, options=chosen), skips.context(clock))


async def test_the_real_machine_gives_plausible_values():
    system = source(Clock(), rate=MAX_RATE)
    keys = [info.key for info in system.signals]
    first, *_, last = await take(system, 6)
    assert first.values.shape == (len(keys), 1)
    by_key = dict(zip(keys, last.values[:, 0], strict=True))
    assert sum(key.startswith("cpu") for key in keys) == psutil.cpu_count()
    assert 0.0 <= by_key["cpu1"] <= 100.0
    assert 0.0 < by_key["memory"] <= 100.0
    assert by_key["load"] >= 0.0
    assert last.dt == 1 / MAX_RATE


async def test_each_tick_is_one_reading_whatever_the_frames_a_second():
    blocks = await take(source(rate=4.0, memory=True), 5)
    assert [(block.sample, block.n) for block in blocks] == [(k, 1) for k in range(5)]


class Counters:
    bytes_recv = bytes_sent = 0


async def test_rates_are_differences_of_counters_over_the_time_between(monkeypatch):
    counters = Counters()
    monkeypatch.setattr(psutil, "net_io_counters", lambda: counters)
    async with running(source(FakeClock(), network=True)) as blocks:
        first = await anext(blocks)
        counters.bytes_recv, counters.bytes_sent = 1000, 50
        second = await anext(blocks)
        counters.bytes_recv = 0
        third = await anext(blocks)
    assert np.isnan(first.values).all()
    np.testing.assert_allclose(second.values, [[10_000.0], [500.0]], rtol=1e-6)
    assert math.isnan(third.values[0, 0])
    assert third.values[1, 0] == 0.0


async def test_the_first_use_of_the_processors_has_no_interval_yet():
    async with running(source(FakeClock(), cpu=True)) as blocks:
        assert np.isnan((await anext(blocks)).values).all()
        assert not np.isnan((await anext(blocks)).values).any()


def no_counters():
    return None


def no_file():
    raise FileNotFoundError("diskstats")


@pytest.mark.parametrize("absent", [no_counters, no_file])
def test_counters_that_a_machine_lacks_are_left_out(monkeypatch, absent):
    monkeypatch.setattr(psutil, "disk_io_counters", absent)
    assert "disk_read" not in [info.key for info in source().signals]
    with pytest.raises(SourceError, match="offers none of the chosen readings"):
        source(disk=True)


async def test_a_reading_that_fails_later_is_nan_and_comes_back(monkeypatch):
    system = source(FakeClock(), memory=True)

    def broken():
        raise OSError("gone")

    async with running(system) as blocks:
        good = await anext(blocks)
        with monkeypatch.context() as patch:
            patch.setattr(psutil, "virtual_memory", broken)
            bad = await anext(blocks)
        again = await anext(blocks)
    assert np.isnan([good.values[0, 0], bad.values[0, 0], again.values[0, 0]]).tolist() == [
        False,
        True,
        False,
    ]


async def test_readings_that_were_missed_are_skipped_and_counted():
    clock, skips = FakeClock(), Skips()
    async with running(source(clock, skips=skips, memory=True)) as blocks:
        await anext(blocks)
        clock.late = 0.5
        assert (await anext(blocks)).sample == 6
        clock.late = 5.0
        late = await anext(blocks)
    assert late.sample == 57
    assert sum(skips) == 57 - 2


def test_an_option_that_cannot_work_is_named():
    with pytest.raises(ConfigurationError, match="Processors must be true or false"):
        source(cpu="perhaps")


def test_a_rate_above_the_bound_is_refused_with_the_bound():
    with pytest.raises(SourceError, match="50 times a second at most; the rate is 51 Hz"):
        source(rate=51.0)


def test_without_psutil_the_extra_that_brings_it_is_named(monkeypatch):
    monkeypatch.setattr(module, "psutil", None)
    with pytest.raises(SourceError, match=r"pip install 'django-waves\[system\]'"):
        source()
