from dataclasses import replace

import numpy as np
import pytest

from waves.exceptions import ConfigurationError, SourceError
from waves.sources.base import SignalInfo
from waves.sources.generator import GeneratorSource
from waves.tests.sources.fakes import FakeClock, Skips, running, sine, spec, take

TWO = spec("generator", signals=(sine("a", frequency=5.0), sine("b", frequency=7.0)))


async def test_a_block_holds_each_signal_in_the_sample_type_of_the_stream():
    source = GeneratorSource(replace(TWO, sample_type="float64"), Skips().context(epoch=3))
    first, second = await take(source, 2)
    assert second.values.shape == (2, 40)
    assert second.values.dtype == np.float64
    assert (second.epoch, second.sample, second.dt) == (3, first.next, 0.001)
    t = np.arange(1, 41) / 1000.0
    np.testing.assert_allclose(second.values[1], np.sin(2 * np.pi * 7.0 * t), atol=1e-9)


async def test_a_change_of_frequency_misses_no_index_and_makes_no_phase_jump():
    source = GeneratorSource(TWO, Skips().context())
    async with running(source) as blocks:
        got = [await anext(blocks) for _ in range(5)]
        source.update(replace(TWO, signals=(sine("a", frequency=9.0), TWO.signals[1])))
        got += [await anext(blocks) for _ in range(5)]
    assert [b.sample for b in got[1:]] == [b.next for b in got[:-1]]
    a = np.concatenate([b.values[0] for b in got])
    # The steepest step of a 9 Hz sine at 1 kHz; a jump in phase would be larger.
    assert np.abs(np.diff(a)).max() <= 2 * np.pi * 9.0 / 1000.0 + 1e-6
    crossings = np.count_nonzero((a[got[5].sample :][:-1] < 0) & (a[got[5].sample :][1:] >= 0))
    assert crossings in (1, 2)
    assert np.abs(np.diff(a)).max() > 2 * np.pi * 8.0 / 1000.0


async def test_an_edit_of_name_and_unit_shows_in_the_signals():
    source = GeneratorSource(TWO, Skips().context())
    named = replace(TWO.signals[0], name="Voltage", unit="V")
    source.update(replace(TWO, signals=(named, TWO.signals[1])))
    assert source.signals == (SignalInfo("a", "Voltage", "V"), SignalInfo("b", "b", ""))


async def test_an_edit_of_the_frames_a_second_changes_the_size_of_blocks():
    source = GeneratorSource(TWO, Skips().context())
    async with running(source) as blocks:
        await anext(blocks)
        source.update(replace(TWO, frames_per_second=50.0))
        assert [(await anext(blocks)).n for _ in range(3)] == [20, 20, 20]


async def test_a_source_that_fell_behind_skips_counts_and_keeps_its_phase():
    clock, skips = FakeClock(), Skips()
    source = GeneratorSource(TWO, skips.context(clock))
    async with running(source) as blocks:
        await anext(blocks)
        clock.late = 5.03  # 25.15 cycles: not a whole number, which would hide a lost phase
        block = await anext(blocks)
    assert skips == [5030]
    assert (block.sample, block.n) == (5031, 40)
    t = np.arange(block.sample, block.next) / 1000.0
    np.testing.assert_allclose(block.values[0], np.sin(2 * np.pi * 5.0 * t), atol=1e-5)


async def test_a_block_that_catches_up_holds_at_most_a_second():
    clock = FakeClock()
    async with running(GeneratorSource(TWO, Skips().context(clock))) as blocks:
        await anext(blocks)
        clock.late = 0.96
        assert (await anext(blocks)).n == 1000


def test_a_stream_without_a_signal_says_what_to_do():
    with pytest.raises(SourceError, match="Add one to it in the admin"):
        GeneratorSource(spec("generator"), Skips().context())


async def test_an_edit_that_cannot_work_fails_the_source_and_not_who_passed_it_on():
    source = GeneratorSource(TWO, Skips().context())
    async with running(source) as blocks:
        await anext(blocks)
        source.update(replace(TWO, signals=(sine("a", amplitude="much"), TWO.signals[1])))
        with pytest.raises(ConfigurationError):
            await anext(blocks)


def test_a_parameter_that_cannot_work_is_refused():
    with pytest.raises(ConfigurationError):
        GeneratorSource(replace(TWO, signals=(sine("a", amplitude="much"),)), Skips().context())
