"""Triggers: the golden cases, blocks of any size, and a sine that stands still."""

import json
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from waves.dsp.trigger import Trigger, TriggerSettings
from waves.tests.dsp.trigger_reference import triggers

GOLDEN = json.loads((Path(__file__).parent / "golden_triggers.json").read_text())
RATE = 1000.0


def settings_of(**given):
    return TriggerSettings(signal="a", **given)


def array_of(samples, dtype):
    return np.array([math.nan if value is None else value for value in samples], dtype)


@pytest.mark.parametrize("case", GOLDEN["cases"], ids=lambda case: case["name"])
def test_a_golden_case_triggers_where_it_says(case):
    missing = case.get("missing", "hole")
    trigger = Trigger(settings_of(**case["settings"]), case["rate"], missing=missing)
    found = [
        list(position)
        for block in case["blocks"]
        for position in trigger.feed(
            block["first"], array_of(block["samples"], case["sample_type"])
        )
    ]
    assert found == case["positions"]


#: Levels, and samples at, just above and just below them.
COARSE = st.sampled_from([-2.0, -1.0, -0.7, -0.1, 0.0, 0.1, 0.3, 0.7, 1.0, 1.7, 2.0])
SAMPLES = st.one_of(COARSE, st.floats(-3, 3, width=32), st.sampled_from([math.nan, math.inf]))


@st.composite
def cases(draw):
    """Settings of any kind, and samples in pieces, without gaps between them."""
    low = draw(COARSE)
    high = low + draw(st.sampled_from([0.7, 1.0, 2.0]))
    longer = draw(st.sampled_from([0.0, 0.001, 0.0025]))
    settings = settings_of(
        kind=draw(st.sampled_from(["edge", "pulse", "window"])),
        slope=draw(st.sampled_from(["rising", "falling", "either"])),
        level=draw(COARSE),
        hysteresis=draw(st.sampled_from([0.0, 0.1, 0.3, 0.6])),
        holdoff=draw(st.sampled_from([0.0, 0.001, 0.0031, 0.02])),
        polarity=draw(st.sampled_from(["positive", "negative"])),
        longer=longer,
        shorter=draw(st.sampled_from([None, longer + 0.002])),
        direction=draw(st.sampled_from(["entering", "leaving"])),
        low=low,
        high=high,
    )
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    values = draw(hnp.arrays(dtype, draw(st.integers(0, 60)), elements=SAMPLES.map(dtype)))
    cuts = sorted(draw(st.lists(st.integers(0, values.size), max_size=6)))
    return settings, values, [0, *cuts, values.size]


@given(cases(), st.sampled_from([0, 7, 2**45]))
def test_blocks_of_any_size_trigger_where_the_plain_way_does(case, first):
    settings, values, cuts = case
    trigger = Trigger(settings, RATE)
    found = [
        tuple(position)
        for begin, end in pairwise(cuts)
        for position in trigger.feed(first + begin, values[begin:end])
    ]
    assert found == triggers(settings, RATE, values.tolist(), first)
    assert trigger.next == first + values.size or not values.size


@given(cases(), st.integers(0, 60), st.integers(1, 5))
def test_a_gap_is_like_missing_values(case, at, missing):
    settings, values, _ = case
    at = min(at, values.size)
    padded = [*values[:at].tolist(), *[math.nan] * missing, *values[at:].tolist()]
    trigger = Trigger(settings, RATE)
    found = [*trigger.feed(0, values[:at]), *trigger.feed(at + missing, values[at:])]
    assert [tuple(position) for position in found] == triggers(settings, RATE, padded)


@given(
    cases().filter(lambda case: case[0].kind != "pulse"),
    st.sampled_from([("linear", "hole"), ("linear", "joined"), ("step", "held")]),
)
def test_nothing_before_the_last_telling_sample_changes_what_follows(case, line):
    settings, values, cuts = case
    before, after = values[: cuts[1]], values[cuts[1] :]
    whole, short = Trigger(settings, RATE, *line), Trigger(settings, RATE, *line)
    whole.crossings(0, before)
    at = short.last_telling(before)
    if at >= 0:
        assert not short.crossings(at, before[at:]).size
        first = before.size
        assert short.crossings(first, after).tolist() == whole.crossings(first, after).tolist()


def sine(n, cycles_per_sample, phase=0.0):
    return np.sin(2 * np.pi * (cycles_per_sample * np.arange(n) + phase))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_50_hz_sine_at_1_khz_triggers_at_its_zeros(dtype):
    found = Trigger(settings_of(hysteresis=0.1), 1000.0).feed(0, sine(6020, 0.05).astype(dtype))
    assert len(found) == 300
    zeros = 20.0 * np.arange(1, 301)
    assert np.abs(np.array([sum(position) for position in found]) - zeros).max() < 1e-3


@pytest.mark.parametrize("phase", np.linspace(0, 0.05, 23))
def test_linear_interpolation_of_a_sine_keeps_the_bound_in_the_docs(phase):
    found = Trigger(settings_of(), 1000.0).feed(0, sine(200, 0.05, phase))
    errors = [(sum(position) + phase / 0.05 + 10) % 20 - 10 for position in found]
    omega = 2 * np.pi * 0.05
    # The bound is the first term of a series; the next one is w^2 times smaller.
    assert np.abs(errors).max() < 1.05 * omega**2 / (36 * math.sqrt(3))


def test_reset_forgets_arming_and_holdoff():
    trigger = Trigger(settings_of(holdoff=1.0), RATE)
    assert trigger.feed(0, np.array([-1.0, 1.0, -1.0])) == [(0, 0.5)]
    trigger.reset()
    assert trigger.feed(0, np.array([1.0, -1.0, 1.0])) == [(1, 0.5)]


def test_the_widest_numbers_make_no_warning():
    values = np.array([-1.7e308, 1.7e308, -5e-324, 0.0, 5e-324])
    trigger = Trigger(settings_of(level=5e-324, hysteresis=1.7e308), RATE)
    assert trigger.feed(0, values) == []
    trigger = Trigger(settings_of(level=5e-324), RATE)
    assert trigger.feed(0, values) == [(0, 0.0), (4, 0.0)]
    trigger = Trigger(settings_of(level=1e300), RATE)
    assert trigger.feed(0, np.array([-1, 3e38], np.float32)) == []


def test_a_noisy_million_is_left_to_the_holdoff():
    values = np.random.default_rng(1).normal(size=1_000_000).astype(np.float32)
    found = Trigger(settings_of(hysteresis=0.1, holdoff=0.05), 1e6).feed(0, values)
    assert len(found) == 20
    assert np.diff([sum(position) for position in found]).min() >= 50_000


def crossings(samples, level, missing):
    """Rising crossings of a line that goes on over missing values, sample by sample."""
    armed, found, former = False, [], None
    for index, value in enumerate(samples):
        if not math.isfinite(value):
            continue
        if armed and value >= level:
            armed = False
            low, begin = former[1], former[0] if missing == "joined" else index - 1
            share = (level - low) / (value - low)
            along = begin + share * (index - begin)
            found.append(along if share < 1 else float(index))
        armed = armed or value < level
        former = (index, value)
    return found


@pytest.mark.parametrize("missing", ["joined", "held"])
@given(samples=st.lists(SAMPLES, max_size=40), cuts=st.lists(st.integers(0, 40), max_size=4))
def test_a_line_that_goes_on_is_crossed_wherever_blocks_end(missing, samples, cuts):
    trigger = Trigger(settings_of(level=0.3, hysteresis=0.0), RATE, missing=missing)
    values = np.array(samples, np.float64)
    found = [
        point.sample + point.fraction
        for begin, end in pairwise(sorted({0, len(samples), *(min(c, len(samples)) for c in cuts)}))
        for point in trigger.feed(begin, values[begin:end])
    ]
    assert found == pytest.approx(crossings(samples, 0.3, missing), abs=1e-9)


@pytest.mark.parametrize("line", ["points", "linear"])
def test_where_a_hole_ends_the_line_nothing_is_crossed(line):
    missing = "joined" if line == "points" else "hole"
    trigger = Trigger(settings_of(), RATE, line=line, missing=missing)
    assert trigger.feed(0, np.array([-1.0, math.nan, 1.0])) == []
