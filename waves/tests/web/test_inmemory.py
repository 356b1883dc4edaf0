"""A search of memory finds what a trigger finds that is fed all of it, and takes short steps."""

import asyncio
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from waves.bucket import Bucket
from waves.dsp.trigger import Trigger
from waves.history.history import History
from waves.hub.kept import Kept
from waves.protocol.block import SampleBlock
from waves.protocol.description import describe
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.recording.framing import nanoseconds
from waves.recording.searching import Found
from waves.web import crossing, inmemory
from waves.web.crossing import CrossingQuery
from waves.web.inmemory import InMemory

T0, RATE = 1_800_000_000.0, 1000.0
LARGE = 1_300_000


def kept_of(values, steps=(0.0,), line="linear", missing="hole", history=0.0) -> Kept:
    """What is kept of some samples, in as many blocks as there are steps of the wall clock."""
    kept = Kept(1)
    signals = [SignalSpec("a", "A", line=line, missing=missing)]
    spec = StreamSpec(1, "s", "S", "generator", RATE, history=history, sample_type="float64")
    kept.begin_epoch(describe(spec, 7, signals))
    at, t0 = 0, T0
    parts = np.array_split(np.asarray(values, np.float64), len(steps))
    for step, part in zip(steps, parts, strict=True):
        t0 += step
        kept.append(SampleBlock(7, at, t0 + at / RATE, 1 / RATE, part[None]))
        at += part.size
    return kept


def searched(kept: Kept, asked: CrossingQuery) -> Found | None:
    forward = asked.direction == "next"
    search = InMemory(kept, 0, asked.trigger, asked.begin, asked.end, forward=forward)
    *_, last = [None, *search.steps()]
    return last if isinstance(last, Found) else None


def plainly(kept: Kept, asked: CrossingQuery, line: str, missing: str) -> Found | None:
    """The same by every crossing of all that is kept up to where the search ends."""
    history, forward = kept.history, asked.direction == "next"
    trigger = Trigger(asked.trigger, RATE, line, missing)
    trigger.arm_beyond(asked.hysteresis)
    first, last = history.labelled(min(asked.begin, asked.end), max(asked.begin, asked.end))
    last = min(history.next, last + 1)
    points = trigger.feed(history.first, history.row(0, history.first, last))
    for point in points if forward else reversed(points):
        label = history.t0(point.sample)
        at = label + point.fraction * (history.t0(point.sample + 1) - label)
        after = asked.begin + inmemory.HAIR < at <= asked.end
        before = asked.end <= at < asked.begin - inmemory.HAIR
        if point.sample >= first - 1 and (after if forward else before):
            return Found(7, point.sample, nanoseconds(at))
    return None


@given(
    values=hnp.arrays(
        np.float64,
        st.integers(3, 120),
        elements=st.sampled_from([-2.0, -1.0, -0.3, 0.0, 0.2, 0.9, 1.0, 2.0, math.nan]),
    ),
    repeated=st.sampled_from([1, 1, 5, 40]),
    begin=st.floats(-0.01, 0.15),
    within=st.sampled_from([None, 1e-9, 0.004, 0.03]),
    direction=st.sampled_from(["next", "previous"]),
    slope=st.sampled_from(["rising", "falling", "either"]),
    hysteresis=st.sampled_from([0.0, 0.25, 1.0, 5.0]),
    line=st.sampled_from([("linear", "hole"), ("linear", "joined"), ("step", "held")]),
    steps=st.sampled_from([(0.0,), (0.0, -0.02, 0.0), (0.0, 0.5)]),
)
def test_what_is_found_is_what_a_trigger_finds_that_is_fed_all(
    values, repeated, begin, within, direction, slope, hysteresis, line, steps
):
    kept = kept_of(np.repeat(values, repeated), steps, *line)
    asked = CrossingQuery(
        begin=T0 + begin * repeated,
        within=within,
        direction=direction,
        signal="a",
        slope=slope,
        hysteresis=hysteresis,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inmemory, "PIECE", 16)
        assert searched(kept, asked) == plainly(kept, asked, *line)


@pytest.mark.django_db(transaction=True, databases=["default", "recordings"])
@pytest.mark.parametrize(
    ("query", "share"),
    [
        ({"level": 1e6}, 1.0),
        ({"level": 1e6, "direction": "previous", "from": T0 + LARGE / RATE}, 1.0),
        # Nothing tells whether it is armed.
        ({"level": 1e6, "hysteresis": 1e7, "slope": "rising"}, 1.0),
        ({"level": 1e6, "hysteresis": 1e7, "direction": "previous", "from": T0 + 9e9}, 1.0),
        # Each second sample completes a crossing, and none counts.
        ({"within": 1e-9, "from": T0 + LARGE / RATE - 1}, 0.0),
        ({"within": 1e-9, "from": T0 + LARGE / RATE - 1, "direction": "previous"}, 0.0),
    ],
)
async def test_the_event_loop_has_its_turn_after_some_thousand_samples(
    stream, monkeypatch, query, share
):
    noise = np.random.default_rng(1).standard_normal(LARGE)
    kept = kept_of(noise, history=LARGE / RATE)
    monkeypatch.setattr(crossing, "memory_of", lambda *_: (kept, kept.description))
    looked, between = 0, []
    row = History.row

    def counted(self, signal, first, last):
        nonlocal looked
        looked += last - first
        return row(self, signal, first, last)

    async def turns():
        nonlocal looked
        while True:
            between.append(looked)
            looked = 0
            await asyncio.sleep(0)

    monkeypatch.setattr(History, "row", counted)
    others = asyncio.create_task(turns())
    query = {"signal": "a", "slope": "either", "hysteresis": 0.0, "from": T0, **query}
    assert (await stream.body("crossing", **query)).endswith(b'{"found":null}\n')
    others.cancel()
    assert max(between) <= 2 * inmemory.PIECE
    assert sum(between) >= share * LARGE


async def test_a_search_waits_where_the_share_of_all_is_used_up():
    kept, share = kept_of(np.zeros(10 * inmemory.PIECE), history=100.0), Bucket(1e-9, 0.0)
    asked = CrossingQuery(begin=T0, signal="a", level=1.0)
    search = crossing._in_memory(kept, asked, share)
    await anext(search)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(search), 0.05)


async def test_a_search_ends_with_the_epoch():
    kept = kept_of(np.zeros(10 * inmemory.PIECE), history=100.0)
    asked = CrossingQuery(begin=T0, signal="a", level=1.0)
    search = crossing._in_memory(kept, asked, Bucket(1.0, 1.0))
    await anext(search)
    kept.begin_epoch({**kept.description, "epoch": 8})
    assert [each async for each in search] == []


@pytest.mark.parametrize("direction", ["next", "previous"])
def test_what_is_given_up_meanwhile_is_left_out(direction):
    values = np.zeros(10 * inmemory.PIECE)
    values[[5, -5]] = 2.0
    kept = kept_of(values, history=values.size / RATE)
    asked = CrossingQuery(
        begin=T0 if direction == "next" else T0 + 9e6,
        direction=direction,
        signal="a",
        level=3.0,
        hysteresis=1.0,
    )
    forward = direction == "next"
    steps = InMemory(kept, 0, asked.trigger, asked.begin, asked.end, forward=forward).steps()
    next(steps)
    new = np.full((1, kept.history.size), 5.0)
    kept.append(SampleBlock(7, values.size, T0 + values.size / RATE, 1 / RATE, new))
    assert not any(isinstance(each, Found) for each in steps)
