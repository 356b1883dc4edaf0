"""Nothing is lost, or it was said: a thousand random disconnections against what was produced."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from waves.tests.client.frames import Frame as ReceivedFrame
from waves.tests.client.state import Gap, Promise, StreamState

from .rejoining import Source, World

#: Worlds, steps of 40 ms in each, and the disconnections that they have to come to.
SEEDS, STEPS, CUTS = 6, 600, 1000


@pytest.mark.slow
async def test_after_a_thousand_disconnections_every_sample_is_there_or_was_told_as_lost():
    happened: Counter[str] = Counter()
    for seed in range(SEEDS):
        try:
            happened += await live_and_check(seed)
        except Exception as problem:
            problem.add_note(f"In the world of seed {seed}.")
            raise
    assert happened["cut"] >= CUTS, happened
    for event in (
        "worker restart",
        "server restart",
        "source skip",
        "closed as slow",
        "gap: missing",
        "gap: no longer kept",
        "gap: too slow",
        "gap: a new epoch began",
        "samples checked",
        "columns checked",
        "frames looked up",
    ):
        assert happened[event], f"Nothing of this kind was tried: {event}. {happened}"


async def live_and_check(seed: int) -> Counter[str]:
    world = World(seed)
    for _ in range(STEPS):
        await world.step()
    await world.settle()
    for source in world.sources:
        check = Check(world, source)
        for visitor in world.visitors:
            state = visitor.client.streams[source.spec.slug]
            check.all_of(state)
            check.gaps_have_a_cause(state, never_left=visitor.never_leaves)
    return world.happened


class Check:
    """What viewers hold of one source, beside what it produced."""

    def __init__(self, world: World, source: Source) -> None:
        self.source, self.begins = source, world.begins
        self.happened = world.happened
        self.truths = {epoch: self._truth(epoch) for epoch in source.produced}

    def _truth(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        """Every value of an epoch by index, NaN where there is none; and which were produced."""
        blocks = self.source.produced[epoch]
        end = blocks[-1][0] + blocks[-1][1].shape[1]
        values = np.full((len(self.source.spec.signals), end), np.nan)
        produced = np.zeros(end, dtype=bool)
        for first, block in blocks:
            values[:, first : first + block.shape[1]] = block
            produced[first : first + block.shape[1]] = True
        return values, produced

    def all_of(self, state: StreamState) -> None:
        self.is_at_the_end(state)
        assert not state.doubled
        held_at = {tier: self.values_are_true(state, *tier) for tier in list(state.pieces)}
        for promise in state.promises:
            places = held_at.get((promise.epoch, promise.stride), np.empty(0, np.int64))
            self.is_complete(state, promise, places)
        for before, after in pairwise(state.promises):
            if before.epoch != after.epoch:
                assert state.told_lost(before.epoch, np.array([before.end])).all()
        for frame in [frame for pieces in state.pieces.values() for frame in pieces]:
            self.times_are_true(frame)
        for frame in state.looked_up:
            self.happened["frames looked up"] += 1
            places = frame.first + frame.stride * np.arange(frame.count)
            self.equals_truth(frame.epoch, frame.stride, places, frame.values)
        self.happened.update(f"gap: {gap.reason}" for gap in state.gaps)

    def gaps_have_a_cause(self, state: StreamState, *, never_left: bool) -> None:
        """Nothing is told as lost that could have been sent."""
        for gap in state.gaps:
            if gap.last is None or self._is_before_a_server(gap):
                continue
            produced = int(self.truths[gap.epoch][1][gap.first : gap.last + 1].sum())
            if gap.reason == "missing":
                assert not produced, f"not missing at all: {gap}"
            elif never_left:
                # A skip that is longer than history takes the column with it that it cut short.
                widest = max(p.stride for p in state.promises if p.epoch == gap.epoch)
                assert produced < widest, f"lost, and never left: {gap}"

    def _is_before_a_server(self, gap: Gap) -> bool:
        """A server that starts within an epoch has nothing of what was before."""
        begins = self.begins[self.source.spec.handle, gap.epoch]
        return any(begin > 0 and gap.last < begin for begin in begins)

    def is_at_the_end(self, state: StreamState) -> None:
        last = state.promises[-1]
        assert last.epoch == self.source.epoch
        assert last.end >= self.source.next // last.stride * last.stride

    def values_are_true(self, state: StreamState, epoch: int, stride: int) -> np.ndarray:
        """What a viewer holds of a tier is what was produced; returns where it holds something."""
        places, values = state.held(epoch, stride)
        self.equals_truth(epoch, stride, places, values)
        self.happened["samples checked" if stride == 1 else "columns checked"] += len(places)
        return places

    def equals_truth(self, epoch: int, stride: int, places: np.ndarray, values: np.ndarray) -> None:
        truth, produced = self.truths[epoch]
        if stride == 1:
            assert produced[places].all(), "a sample that was never produced"
            sent = values[:, 0].astype(self.source.spec.sample_type)
            np.testing.assert_array_equal(sent, truth[:, places])
            return
        rows = np.stack((columns(np.fmin, truth, stride), columns(np.fmax, truth, stride)), axis=1)
        sent = values.astype(self.source.spec.sample_type)
        wrong = (~same(sent, rows[:, :, places // stride])).any(axis=(0, 1))
        for place in places[wrong]:
            self.begins_within(epoch, stride, int(place), sent[:, :, places == place][:, :, 0])

    def begins_within(self, epoch: int, stride: int, place: int, sent: np.ndarray) -> None:
        """Where a server's history begins, a column covers what is there."""
        truth, _ = self.truths[epoch]
        partial = []
        for begin in self.begins[self.source.spec.handle, epoch]:
            if place < begin < place + stride:
                kept = truth[:, begin : place + stride]
                lowest, highest = np.fmin.reduce(kept, axis=1), np.fmax.reduce(kept, axis=1)
                partial.append(np.stack((lowest, highest), axis=1))
        assert any(same(sent, rows).all() for rows in partial), (epoch, stride, place)

    def times_are_true(self, frame: ReceivedFrame) -> None:
        """A column's time is that of a sample in it; t0 is that of the first column's."""
        if not self.source.timed:
            return
        offsets = (frame.t0 + frame.times - self.source.begin(frame.epoch)) * self.source.spec.rate
        columns = np.floor((offsets + 0.01) / frame.stride)
        expected = frame.first // frame.stride + np.arange(frame.count)
        np.testing.assert_array_equal(columns, expected)

    def is_complete(self, state: StreamState, promise: Promise, places: np.ndarray) -> None:
        """Between the two ends of a promise every sample that was produced is held, or told."""
        _, produced = self.truths.get(promise.epoch, (None, np.zeros(0, dtype=bool)))
        indices = promise.first + np.flatnonzero(produced[promise.first : promise.end])
        held = np.isin(indices // promise.stride * promise.stride, places)
        silent = indices[~held & ~state.told_lost(promise.epoch, indices)]
        assert not len(silent), f"lost without a word: {silent[:5]} of {len(silent)} in {promise}"


def same(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a == b) | (np.isnan(a) & np.isnan(b))


def columns(fold: np.ufunc, values: np.ndarray, stride: int) -> np.ndarray:
    """`fold` over each column of `stride` samples, (signals, columns)."""
    padding = -values.shape[1] % stride
    padded = np.pad(values, ((0, 0), (0, padding)), constant_values=np.nan)
    return fold.reduce(padded.reshape(len(values), -1, stride), axis=2)
