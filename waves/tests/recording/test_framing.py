"""What is recorded as frames: joined as far as they go on, and each label names its sample."""

import numpy as np
import pytest

from waves.protocol.frames import INCOMPLETE, MAX_PAYLOAD
from waves.recording import framing
from waves.tests.recording.test_rows_and_levels import T0, Recorded

pytestmark = pytest.mark.django_db(databases=["default", "recordings"])


def timed(n: int, sample: int = 0) -> Recorded:
    """Samples at moments of their own, some 10 ms apart."""
    recorded = Recorded(rate=100.0, clock="timed")
    recorded.begin()
    chance = np.random.default_rng(2)
    for at in range(0, n, 1000):
        times = np.cumsum(chance.uniform(0.005, 0.015, 1000))
        times -= times[0]
        recorded.add(np.arange(at, at + 1000), sample + at, T0 + at * 0.02, times)
    recorded.flush()
    return recorded


def of(recorded, stride, first=0, end=2**40, epoch=1, least=framing.SAME_LABEL):
    return list(framing.epoch_frames(recorded.past, 7, epoch, stride, first, end, least))


def test_samples_that_follow_one_another_are_one_frame_as_long_as_it_may_be():
    recorded = Recorded()
    recorded.begin()
    for at in range(0, 100_000, 1000):
        recorded.add(np.arange(1000) + at, at)
    recorded.flush()
    frames = of(recorded, 1)
    assert [frame.sample for frame in frames] == [0, *np.cumsum([f.n for f in frames])[:-1]]
    assert len(frames) < 5
    assert max(frame.values.nbytes for frame in frames) <= MAX_PAYLOAD
    np.testing.assert_array_equal(np.concatenate([f.values[0] for f in frames]), np.arange(100_000))


def test_a_gap_and_a_step_of_the_labels_begin_another_frame():
    recorded = Recorded()
    recorded.begin()
    recorded.add(np.zeros(500), 0)
    recorded.add(np.zeros(500), 700)
    recorded.add(np.zeros(500), 1200, t0=T0 + 1.2 + 0.25)
    recorded.flush()
    assert [(f.sample, f.n) for f in of(recorded, 1)] == [(0, 500), (700, 500), (1200, 500)]
    assert [(f.sample, f.n) for f in of(recorded, 1, least=1.0)] == [(0, 500), (700, 1000)]


def test_every_sample_of_a_timed_clock_has_its_time():
    recorded = timed(5000)
    (frame,) = of(recorded, 1)
    written = [block.t0 + block.times for block in recorded.blocks[1]]
    np.testing.assert_allclose(frame.t0 + frame.times, np.concatenate(written), atol=1e-6)
    assert frame.dt == 0.0


def test_columns_of_a_timed_clock_have_the_time_of_their_first_sample():
    recorded = timed(5000)
    written = np.concatenate([block.t0 + block.times for block in recorded.blocks[1]])
    frames = of(recorded, 64)
    labels = np.concatenate([frame.t0 + frame.times for frame in frames])
    np.testing.assert_allclose(labels, written[::64], atol=1e-6)
    assert frames[-1].flags & INCOMPLETE
    assert not any(frame.flags & INCOMPLETE for frame in frames[:-1])


def test_a_column_that_two_stretches_share_is_there_once():
    recorded = Recorded()
    recorded.begin()
    recorded.add(np.full(1000, 1.0), 0)
    recorded.add(np.full(1000, 5.0), 1000, t0=T0 - 100)
    recorded.flush()
    assert len(recorded.past.spans(None, None)) == 2
    frames = of(recorded, 256)
    index = np.concatenate([f.sample + np.arange(f.n) * 256 for f in frames])
    np.testing.assert_array_equal(index, np.arange(0, 2000, 256))
    shared = next(f for f in frames if f.sample == 768)
    assert (shared.values[0, 0], shared.maxima[0, 0], shared.flags & INCOMPLETE) == (1.0, 5.0, 0)


@pytest.mark.parametrize("rate", [10.0, 1000.0, 500_000.0])
def test_a_label_that_was_copied_from_an_answer_names_its_sample(rate):
    recorded = Recorded(rate=rate)
    recorded.begin()
    recorded.add(np.arange(3000), 0)
    recorded.flush()
    (span,) = recorded.past.spans(None, None)
    for first, last in ((0, 9), (17, 1234), (2000, 2999)):
        copied = [float(f"{T0 + at / rate:.7f}") for at in (first, last)]
        assert framing.labelled(recorded.past, span, *copied) == (first, last + 1)


@pytest.mark.parametrize("far", [1e308, 1.7e308])
def test_a_time_may_be_as_far_away_as_a_number_can_say(far):
    recorded = timed(1000)
    (span,) = recorded.past.spans(None, None)
    assert framing.labelled(recorded.past, span, -far, far) == (0, 1000)
    first, end = framing.labelled(recorded.past, span, far, None)
    assert first >= end
