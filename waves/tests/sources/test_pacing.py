import contextlib
from itertools import pairwise

import pytest

from waves.sources.base import Clock, Due
from waves.sources.pacing import Ticker, WallLabels
from waves.tests.sources.fakes import FakeClock


async def dues(ticker: Ticker, count: int) -> list[Due]:
    async with contextlib.aclosing(ticker.ticks()) as ticks:
        return [await anext(ticks) for _ in range(count)]


@pytest.mark.parametrize("rate", [0.1, 0.3, 1.0, 7.0, 24.9, 30.0, 44_100.0, 1e6])
async def test_the_samples_of_successive_ticks_follow_one_another(rate):
    ticks = await dues(Ticker(FakeClock(), rate, 25.0), 500)
    assert ticks[0].first == 0
    assert all(a.first + a.n == b.first for a, b in pairwise(ticks))
    assert not any(due.skipped for due in ticks)


@pytest.mark.parametrize("rate", [0.1, 0.3, 10.0, 1000.0, 1e6])
async def test_a_sample_is_given_when_it_is_due_and_not_before(rate):
    clock = FakeClock()
    ticker = Ticker(clock, rate, 25.0)
    async with contextlib.aclosing(ticker.ticks()) as ticks:
        for _ in range(100):
            due = await anext(ticks)
            newest = (due.first + due.n - 1) / rate
            age = clock.now - 1000.0 - newest
            assert -0.5 / rate - 1e-9 <= age <= 1 / rate + 1e-9


async def test_a_slow_stream_gives_one_sample_at_each_of_its_periods():
    clock = FakeClock()
    ticks = await dues(Ticker(clock, 0.1, 25.0), 4)
    assert [(due.first, due.n) for due in ticks] == [(0, 1), (1, 1), (2, 1), (3, 1)]
    assert clock.now == pytest.approx(1030.0)


async def test_nothing_drifts_at_a_million_samples_a_second_after_days():
    clock = FakeClock()
    ticker = Ticker(clock, 1e6, 25.0)
    async with contextlib.aclosing(ticker.ticks()) as ticks:
        await anext(ticks)
        clock.late = 10 * 86_400.0
        assert (await anext(ticks)).skipped > 0
        later = [await anext(ticks) for _ in range(1000)]
    assert all(a.first + a.n == b.first for a, b in pairwise(later))
    assert later[-1].first + later[-1].n == pytest.approx((clock.now - 1000.0) * 1e6, abs=1.5)


async def test_a_small_lag_is_caught_up_without_a_skip():
    clock = FakeClock()
    ticker = Ticker(clock, 1000.0, 25.0)
    async with contextlib.aclosing(ticker.ticks()) as ticks:
        await anext(ticks)
        clock.late = 0.9
        due = await anext(ticks)
        assert (due.first, due.n, due.skipped) == (1, 940, 0)
        assert (await anext(ticks)).first == 941


async def test_a_lag_of_over_a_second_skips_to_the_newest_frame_and_counts():
    clock = FakeClock()
    ticker = Ticker(clock, 1000.0, 25.0)
    async with contextlib.aclosing(ticker.ticks()) as ticks:
        await anext(ticks)
        clock.late = 3.0
        due = await anext(ticks)
        assert (due.skipped, due.first, due.n) == (3000, 3001, 40)
        assert (await anext(ticks)).first == 3041


async def test_the_grid_of_ticks_is_kept_after_a_late_one():
    clock = FakeClock()
    ticker = Ticker(clock, 1000.0, 25.0)
    async with contextlib.aclosing(ticker.ticks()) as ticks:
        await anext(ticks)
        clock.late = 0.053
        await anext(ticks)
        await anext(ticks)
        assert clock.now == pytest.approx(1000.12)


async def test_another_number_of_frames_a_second_holds_from_the_next_tick():
    clock = FakeClock()
    ticker = Ticker(clock, 1000.0, 25.0)
    async with contextlib.aclosing(ticker.ticks()) as ticks:
        assert [(await anext(ticks)).n for _ in range(3)] == [1, 40, 40]
        ticker.frames_per_second = 50.0
        assert [(await anext(ticks)).n for _ in range(2)] == [20, 20]
        ticker.frames_per_second = 10.0
        following = [await anext(ticks) for _ in range(2)]
    assert [(due.first, due.n) for due in following] == [(121, 100), (221, 100)]


async def test_frames_slower_than_one_a_second_are_no_lag():
    ticks = await dues(Ticker(FakeClock(), 1000.0, 0.5), 4)
    assert [(due.n, due.skipped) for due in ticks] == [(1, 0), (2000, 0), (2000, 0), (2000, 0)]


async def test_a_slow_frame_that_comes_a_little_late_skips_nothing():
    clock = FakeClock()
    ticker = Ticker(clock, 1000.0, 1.0)
    async with contextlib.aclosing(ticker.ticks()) as ticks:
        await anext(ticks)
        clock.late = 0.05
        due = await anext(ticks)
    assert (due.n, due.skipped) == (1050, 0)


async def test_the_start_is_when_ticks_are_asked_for():
    clock = FakeClock()
    ticker = Ticker(clock, 1000.0, 25.0)
    clock.now += 60.0
    assert (await dues(ticker, 1))[0] == Due(0, 1, clock.time())


async def test_labels_follow_a_step_of_the_wall_clock_within_ten_seconds_and_indices_do_not():
    clock = FakeClock()
    ticker = Ticker(clock, 100.0, 1.0)
    async with contextlib.aclosing(ticker.ticks()) as ticks:
        before = await anext(ticks)
        clock.wall += 3600.0
        stepped = [await anext(ticks) for _ in range(10)]
    assert stepped[0].t0 == pytest.approx(before.t0 + stepped[0].first / 100.0)
    assert stepped[-1].t0 == pytest.approx(before.t0 + 3600.0 + stepped[-1].first / 100.0)
    assert all(a.first + a.n == b.first for a, b in pairwise(stepped))


@pytest.mark.parametrize("rate", [10.0, 1000.0])
async def test_a_tick_that_comes_when_the_next_one_is_due_is_told(rate):
    clock, late = FakeClock(), []
    ticker = Ticker(clock, rate, 25.0, lambda: late.append(clock.now))
    async with contextlib.aclosing(ticker.ticks()) as ticks:
        for _ in range(5):
            await anext(ticks)
        assert late == []
        clock.late = 0.3
        await anext(ticks)
        assert len(late) == 1
        for _ in range(5):
            await anext(ticks)
    assert len(late) == 1


class Interrupted(Clock):
    """Others run for 2 ms between two readings, now and then, and for 1 µs always."""

    def __init__(self) -> None:
        self.now, self.readings = 100.0, 0

    def _pass(self) -> float:
        self.readings += 1
        self.now += 2e-3 if self.readings % 5 == 2 else 1e-6
        return self.now

    def monotonic(self) -> float:
        return self._pass()

    def time(self) -> float:
        return 1e9 + self._pass()


def test_a_busy_machine_moves_no_label():
    clock = Interrupted()
    labels = WallLabels(clock)
    for second in range(0, 200, 5):
        clock.now = moment = 100.0 + second
        assert labels.at(moment) == pytest.approx(1e9 + moment, abs=1e-5)
