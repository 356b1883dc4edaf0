"""A replayed recording: at its pace, faster, looped, across epochs, and never skipping."""

import numpy as np
import pytest

from waves.exceptions import ConfigurationError, FinishedError, SourceError
from waves.protocol.passage import Contents, Piece, Stretch, all_signals
from waves.sources import validate_options
from waves.sources.base import RecordedPart, SourceContext
from waves.sources.recording import SLOW, RecordingSource
from waves.tests.sources.fakes import FakeClock, running, spec, take

T0 = 1_600_000_000_000_000_000
A, B = {"key": "a", "name": "A", "unit": "V"}, {"key": "b", "name": "B", "states": {"1": "on"}}


def stretch(n, epoch=1, first=0, begin=T0, rate=10.0, clock="regular", signals=(A,), dtype="<f4"):
    end = begin + round((n - 1) * 1e9 / rate)
    kind = np.dtype(dtype).name
    return Stretch(epoch, first, first + n, begin, end, rate, clock, kind, "", signals)


def piece(own, values, first=0, labels=None):
    values = np.atleast_2d(np.asarray(values, "f4"))
    if labels is None:
        labels = own.begin + np.rint((first - own.first + np.arange(values.shape[1])) * own.dt)
    return own, Piece(first, np.asarray(labels, np.int64), values)


async def opened(pieces, rate=10.0, clock=None, fps=5.0, notes=None, **options):
    stretches = tuple({id(own): own for own, _ in pieces}.values())
    contents = Contents("S", "s", all_signals(stretches), stretches)
    asked = []

    async def recorded(*what):
        asked.append(what)

        async def read():
            for each in pieces:
                yield each

        return RecordedPart(contents, read)

    note = (notes if notes is not None else []).append
    context = SourceContext(5, clock or FakeClock(), note=note, recorded=recorded)
    how = {"options": {"stream": "s", **options}, "frames_per_second": fps}
    source = RecordingSource(spec("recording", rate, **how), context)
    await source.open()
    source.asked = asked
    return source


async def everything(source, late=None) -> list:
    """All blocks; after the third one the clock is late."""
    blocks = []

    async def play() -> None:
        async with running(source) as played:
            async for block in played:
                blocks.append(block)
                if late is not None and len(blocks) == 3:
                    late.late = 30.0

    with pytest.raises(FinishedError, match=r"The recording ended\."):
        await play()
    return blocks


def values(blocks, row=0) -> list[float]:
    return np.concatenate([block.values[row] for block in blocks]).tolist()


def index(blocks) -> list[int]:
    return np.concatenate([np.arange(block.sample, block.next) for block in blocks]).tolist()


def times(blocks) -> np.ndarray:
    return np.concatenate([block.times + block.t0 for block in blocks])


async def test_samples_come_at_their_pace_on_a_regular_clock():
    own, clock = stretch(20), FakeClock()
    source = await opened([piece(own, range(20))], clock=clock, play="once")
    assert source.clock == "regular"
    assert [(s.key, s.name, s.unit) for s in source.signals] == [("a", "A", "V")]
    start = clock.monotonic()
    blocks = await everything(source)
    assert values(blocks) == [*range(20)]
    assert index(blocks) == [*range(20)]
    assert {block.epoch for block in blocks} == {5}
    assert clock.monotonic() - start == pytest.approx(1.9, abs=0.3)
    assert max(block.n for block in blocks) <= 3
    assert blocks[0].t0 == pytest.approx(1000.0 + clock.wall)


async def test_a_gap_is_a_gap():
    own = stretch(10)
    source = await opened([piece(own, [0, 1]), piece(own, [8, 9], 8)], play="once")
    blocks = await everything(source)
    assert index(blocks) == [0, 1, 8, 9]


async def test_epochs_follow_one_another_with_the_time_between_them():
    one, two = stretch(3), stretch(2, epoch=2, begin=T0 + 10 * 10**9)
    source = await opened([piece(one, [1, 2, 3]), piece(two, [4, 5])], play="once")
    assert index(await everything(source)) == [0, 1, 2, 100, 101]


async def test_pauses_are_cut_where_that_is_chosen():
    one, two = stretch(3), stretch(2, epoch=2, begin=T0 + 3600 * 10**9)
    parts = [piece(one, [1, 2, 3]), piece(two, [4, 5])]
    source = await opened(parts, play="once", pauses="cut")
    assert index(await everything(source)) == [0, 1, 2, 13, 14]


async def test_twice_the_speed_is_twice_the_rate():
    own, clock = stretch(40), FakeClock()
    source = await opened([piece(own, range(40))], 20.0, clock, play="once", speed=2.0)
    assert source.clock == "regular"
    start = clock.monotonic()
    assert values(await everything(source)) == [*range(40)]
    assert clock.monotonic() - start == pytest.approx(1.95, abs=0.3)


async def test_at_another_sample_rate_each_sample_bears_its_time():
    source = await opened([piece(stretch(10), range(10))], rate=33.0, play="once")
    assert source.clock == "timed"
    blocks = await everything(source)
    np.testing.assert_allclose(np.diff(times(blocks)), 0.1, atol=1e-6)
    assert index(blocks) == [*range(10)]


async def test_recorded_times_are_kept_between_samples():
    own = stretch(3, clock="timed")
    labels = [T0, T0 + 500_000_000, T0 + 2_000_000_000]
    source = await opened([piece(own, [1, 2, 3], labels=labels)], play="once")
    assert source.clock == "timed"
    np.testing.assert_allclose(np.diff(times(await everything(source))), [0.5, 1.5], atol=1e-6)


async def test_signals_of_all_epochs_are_there_and_missing_where_they_were_not():
    one = stretch(2, signals=(A,))
    two = stretch(2, epoch=2, begin=T0 + 10**9, signals=(B, A))
    source = await opened([piece(one, [1, 2]), piece(two, [[0, 1], [3, 4]])], play="once")
    assert source.signals[1].states == {1: "on"}
    blocks = await everything(source)
    assert values(blocks, 0) == [1, 2, 3, 4]
    assert np.isnan(values(blocks, 1)[:2]).all()
    assert values(blocks, 1)[2:] == [0, 1]


async def test_a_loop_goes_on_with_numbers_and_times():
    source = await opened([piece(stretch(4), range(4))])
    blocks = await take(source, 8)
    assert values(blocks)[:9] == [0, 1, 2, 3, 0, 1, 2, 3, 0]
    assert index(blocks) == [*range(len(index(blocks)))]


async def test_times_of_a_loop_never_go_back():
    own = stretch(3, clock="timed")
    labels = [T0, T0 + 500_000_000, T0 + 600_000_000]
    source = await opened([piece(own, [1, 2, 3], labels=labels)])
    assert (np.diff(times(await take(source, 9))) > 0).all()


async def test_a_clock_that_was_set_back_plays_on():
    one, two = stretch(3), stretch(3, epoch=1, first=3, begin=T0 - 10**12)
    source = await opened([piece(one, [1, 2, 3]), piece(two, [4, 5, 6], 3)], play="once")
    blocks = await everything(source)
    assert values(blocks) == [1, 2, 3, 4, 5, 6]
    assert index(blocks) == [*range(6)]


async def test_what_is_late_comes_later_and_is_not_skipped():
    clock, notes = FakeClock(), []
    source = await opened([piece(stretch(100), range(100))], clock=clock, notes=notes, play="once")
    found = await everything(source, clock)
    assert values(found) == [*range(100)]
    assert notes[0] == SLOW
    assert found[-1].t0 > found[0].t0 + 30.0
    assert max(block.n for block in found) < 10


async def test_the_range_is_asked_for_in_nanoseconds():
    source = await opened([piece(stretch(2), [1, 2])], begin="2026-11-27T16:00:00Z", end="1.8e9")
    assert source.asked == [("s", 1_795_795_200 * 10**9, 1_800_000_000 * 10**9)]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"begin": "yesterday"}, "ISO 8601"),
        ({"begin": "20", "end": "10"}, "ends before it begins"),
        ({"speed": 0}, "0.001"),
    ],
)
def test_options_that_cannot_work_are_refused(options, words):
    with pytest.raises(ConfigurationError, match=words):
        validate_options("recording", {"stream": "s", **options})


async def test_more_than_can_be_replayed_is_refused_with_what_can():
    with pytest.raises(SourceError, match=r"choose a speed of 80\."):
        await opened([piece(stretch(2, rate=1e5), [1, 2])], speed=1000.0)


async def test_without_recordings_it_says_so():
    source = RecordingSource(
        spec("recording", options={"stream": "s"}), SourceContext(1, FakeClock())
    )
    with pytest.raises(SourceError, match="Nobody keeps recordings"):
        await source.open()
