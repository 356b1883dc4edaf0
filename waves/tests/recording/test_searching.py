"""A crossing that is searched by columns is the one that a look at all samples finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from waves.dsp.trigger import Trigger, TriggerSettings
from waves.recording.past import Past
from waves.recording.searching import Found, Sought, search
from waves.tests.recording.test_rows_and_levels import T0, Recorded

pytestmark = pytest.mark.django_db(databases=["default", "recordings"])

NANO = 10**9
START = int(T0) * NANO


def found(past, settings, begin, end):
    """What a search finds, and how often it looked."""
    steps = list(search(past, Sought(settings, begin, end)))
    hits = [step for step in steps if isinstance(step, Found)]
    return (hits[0] if hits else None), len(steps)


def every(recorded, epoch, settings, hysteresis):
    """The times of all crossings of an epoch, by a look at all of its samples."""
    trigger = Trigger(settings, recorded.rate)
    trigger.arm_beyond(hysteresis)
    points = []
    for block in recorded.blocks[epoch]:
        points += trigger.feed(block.sample, block.values[0])
    return [START + round((p.sample + p.fraction) * NANO / recorded.rate) for p in points]


def settings_of(slope="rising", level=0.5, hysteresis=0.2):
    return TriggerSettings(signal="a", slope=slope, level=level, hysteresis=hysteresis)


@given(data=st.data())
@hypothesis_settings(max_examples=25)
def test_it_is_the_same_crossing(data):
    seed = data.draw(st.integers(0, 10_000))
    chance = np.random.default_rng(seed)
    recorded = Recorded()
    for _ in range(data.draw(st.integers(1, 2))):
        recorded.begin()
        at = recorded.epoch * 100_000
        for _ in range(chance.integers(1, 5)):
            n = int(chance.integers(1, 9000))
            values = np.zeros(n)
            for spike in chance.integers(0, n, chance.integers(0, 3)):
                values[spike : spike + int(chance.integers(1, 3000))] = chance.choice([1.0, 0.4])
            values[chance.random(n) < 0.001] = np.nan
            recorded.add(values, at)
            at += n + int(chance.choice([0, 0, 700]))
        recorded.flush()
        if data.draw(st.booleans()):
            recorded.end()
    slope = data.draw(st.sampled_from(["rising", "falling", "either"]))
    settings = settings_of(slope)
    truth = sorted(
        time for epoch in recorded.blocks for time in every(recorded, epoch, settings, 0.2)
    )
    begin = START + data.draw(st.integers(90_000, 240_000)) * NANO // 1000
    later, _ = found(recorded.past, settings, begin, 9 * NANO**2)
    earlier, _ = found(recorded.past, settings, begin, 0)
    hair = 10**6 // 1000
    after = [time for time in truth if time > begin + hair]
    before = [time for time in truth if time < begin - hair]
    assert (later.time if later else None) == (pytest.approx(after[0], abs=1000) if after else None)
    assert (earlier.time if earlier else None) == (
        pytest.approx(before[-1], abs=1000) if before else None
    )


def test_a_long_quiet_time_is_passed_in_few_looks():
    recorded = Recorded()
    recorded.begin()
    for at in range(0, 1_000_000, 100_000):
        values = np.full(100_000, -1.0)
        if at == 900_000:
            values[54_321] = 1.0
        recorded.add(values, at)
    recorded.end()
    hit, looks = found(recorded.past, settings_of(), START, 9 * NANO**2)
    assert (hit.epoch, hit.sample) == (1, 954_320)
    assert looks < 20


def test_it_ends_where_it_was_told_to():
    recorded = Recorded()
    recorded.begin()
    values = np.zeros(10_000)
    values[9000:] = 1.0
    recorded.add(values, 0)
    recorded.end()
    assert found(recorded.past, settings_of(), START, START + 8 * NANO)[0] is None
    assert found(recorded.past, settings_of(), START, START + 9 * NANO)[0].sample == 8999


def test_a_crossing_that_it_begins_at_is_not_found_again():
    recorded = Recorded()
    recorded.begin()
    recorded.add(np.tile(np.repeat([0.0, 1.0], 500), 10), 0)
    recorded.end()
    at, samples = START, []
    for _ in range(3):
        hit, _ = found(recorded.past, settings_of(), at, 9 * NANO**2)
        samples.append(hit.sample)
        at = hit.time
    assert samples == [499, 1499, 2499]
    hit, _ = found(recorded.past, settings_of(), at, 0)
    assert hit.sample == 1499


def test_without_a_hysteresis_noise_makes_no_second_crossing():
    chance = np.random.default_rng(4)
    recorded = Recorded()
    recorded.begin()
    n = np.arange(19_000)
    recorded.add(np.sin(2 * np.pi * n / 4000) + chance.normal(0, 0.02, n.size), 0)
    recorded.end()
    settings = settings_of(level=0.0, hysteresis=None)
    at, times = START, []
    while (hit := found(recorded.past, settings, at, 9 * NANO**2)[0]) is not None:
        times.append(hit.sample)
        at = hit.time
    np.testing.assert_allclose(times, [4000, 8000, 12_000, 16_000], atol=60)


def test_a_signal_that_is_not_there_is_crossed_nowhere():
    recorded = Recorded(keys=("b",))
    recorded.begin()
    recorded.add(np.repeat([0.0, 1.0], 500), 0)
    recorded.end()
    assert found(recorded.past, settings_of(), START, 9 * NANO**2)[0] is None


def test_nothing_is_recorded():
    assert found(Past("here", Recorded().stream), settings_of(), START, 0)[0] is None


def test_very_many_epochs_are_passed_by_time(monkeypatch):
    recorded = Recorded()
    for epoch in range(60):
        recorded.begin()
        values = np.zeros(1000)
        if epoch == 47:
            values[300] = 1.0
        recorded.add(values, 0, t0=T0 + epoch * 1000)
    recorded.end()
    hit, looks = found(recorded.past, settings_of(), START, 9 * NANO**2)
    assert (hit.epoch, hit.sample, looks < 30) == (48, 299, True)
    hit, looks = found(recorded.past, settings_of(), 9 * NANO**2, 0)
    assert (hit.epoch, hit.sample, looks < 60) == (48, 299, True)
    hit, looks = found(recorded.past, settings_of(level=9.0), START, 9 * NANO**2)
    assert (hit, looks < 20) == (None, True)
