"""A replayed file: at its pace, again and again, faster, and all at once."""

import numpy as np
import pytest

from waves.exceptions import FinishedError, IngestError, SourceError
from waves.ingest import files
from waves.sources.base import SourceContext
from waves.sources.replay import ReplaySource
from waves.tests.sources.fakes import FakeClock, Skips, running, spec, take

FILE = "0" * 32
EVEN = b"t,a (V),door\n" + b"".join(
    b"%g,%d,%s\n" % (k / 10, k, b"open" if k % 2 else b"shut") for k in range(25)
)
UNEVEN = b"t,a\n5,0\n5.5,1\n8,2\n"


async def opened(text=EVEN, rate=10.0, clock=None, skips=None, fps=5.0, **options) -> ReplaySource:
    table = files.parse(text)

    async def upload(token: str):
        assert token == FILE
        return table

    skips = skips if skips is not None else Skips()
    context = SourceContext(1, clock or FakeClock(), skips.append, upload=upload)
    how = {"options": {"file": FILE, **options}, "frames_per_second": fps}
    source = ReplaySource(spec("replay", rate, **how), context)
    await source.open()
    return source


async def everything(source) -> list:
    """All blocks of a source that ends."""
    blocks = []

    async def play() -> None:
        async with running(source) as played:
            async for block in played:
                blocks.append(block)

    with pytest.raises(FinishedError, match=r"The file ended\."):
        await play()
    return blocks


def values(blocks) -> list[float]:
    return np.concatenate([block.values[0] for block in blocks]).tolist()


def times(blocks) -> np.ndarray:
    return np.concatenate([block.times + block.t0 for block in blocks])


async def test_columns_are_signals_with_their_units_and_states():
    source = await opened()
    assert source.clock == "regular"
    a, door = source.signals
    assert (a.key, a.name, a.unit) == ("a", "a", "V")
    assert (door.line, door.states) == ("step", {0: "shut", 1: "open"})


async def test_once_each_sample_comes_at_its_time_and_then_the_file_has_ended():
    clock = FakeClock()
    begin = clock.time()
    blocks = await everything(await opened(clock=clock, play="once"))
    assert values(blocks) == [*range(25)]
    assert [block.sample for block in blocks] == [0, *(b.next for b in blocks[:-1])]
    assert blocks[0].dt == 0.1
    assert blocks[-1].t0 + 0.1 * (blocks[-1].n - 1) == pytest.approx(begin + 2.4)
    assert clock.time() == pytest.approx(begin + 2.5, abs=0.2)


async def test_looped_it_begins_again_without_a_gap():
    blocks = await take(await opened(), 20)
    assert values(blocks) == [k % 25 for k in range(blocks[-1].next)]
    assert blocks[-1].next > 25


async def test_twice_the_speed_is_twice_the_rate():
    layout = files.parse(EVEN).layout
    assert ReplaySource.fitting({"file": FILE, "speed": 2.0}, layout).rate == 20.0
    source = await opened(rate=20.0, speed=2.0)
    assert (await take(source, 1))[0].dt == 0.05
    with pytest.raises(SourceError, match=r"20 samples a second, and the sample rate is 10 Hz"):
        await opened(rate=10.0, speed=2.0)


async def test_a_rate_that_is_asked_for_is_taken_and_the_times_are_no_signal():
    layout = files.parse(UNEVEN).layout
    fitting = ReplaySource.fitting({"file": FILE, "times": "rate"}, layout)
    assert (fitting.rate, fitting.signals) == (0.0, 1)
    blocks = await everything(await opened(UNEVEN, 4.0, times="rate", play="once"))
    assert values(blocks) == [0, 1, 2]
    assert blocks[0].dt == 0.25


async def test_uneven_times_stay_and_a_turn_follows_after_a_mean_interval():
    clock = FakeClock()
    begin = clock.time()
    source = await opened(UNEVEN, 2 / 3, clock=clock, speed=0.5)
    assert source.clock == "timed"
    blocks = await take(source, 7)
    np.testing.assert_allclose(times(blocks) - begin, [0, 1, 6, 9, 10, 15, 18], atol=1e-5)
    assert values(blocks) == [0, 1, 2, 0, 1, 2, 0]
    blocks = await everything(await opened(UNEVEN, 2 / 3, play="once"))
    assert values(blocks) == [0, 1, 2]


@pytest.mark.parametrize("text", [EVEN, UNEVEN])
async def test_what_was_missed_while_all_stood_still_is_skipped_and_counted(text):
    clock, skips = FakeClock(), Skips()
    source = await opened(text, 10.0 if text == EVEN else 2 / 3, clock, skips)
    async with running(source) as blocks:
        first = await anext(blocks)
        clock.late = 100.0
        after = await anext(blocks)
    assert sum(skips) == after.sample - first.next > 10


async def test_at_once_all_comes_with_times_that_end_now():
    clock = FakeClock()
    for text, rate in ((EVEN, 10.0), (UNEVEN, 2 / 3)):
        now = clock.time() + 2.0  # by then, whoever keeps a new stream listens to it
        blocks = await everything(await opened(text, rate, clock, play="all_at_once", speed=7.0))
        (block,) = blocks
        last = block.t0 + (block.times[-1] if block.times is not None else 0.1 * (block.n - 1))
        assert last == pytest.approx(now, abs=1e-5)
        assert clock.time() - now < 0.01


async def test_a_long_file_at_once_leaves_room_for_others():
    clock = FakeClock()
    text = b"a\n" + b"1\n" * 200_000
    begin = clock.now
    blocks = await everything(await opened(text, 1000.0, clock, play="all_at_once"))
    assert sum(block.n for block in blocks) == 200_000
    assert max(block.n for block in blocks) <= 65_536
    assert clock.now - begin == pytest.approx(2.1)


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        (b"t,a\n2,1\n1,1\n", {}, "t: The time goes back at line 3."),
        (b"t\n2\n3\n", {}, "none of values"),
        (EVEN, {"time_column": "b"}, "There is no column “b”"),
    ],
)
async def test_a_file_that_does_not_fit_its_options_says_why(text, options, words):
    with pytest.raises(IngestError, match=words):
        ReplaySource.fitting({"file": FILE, **options}, files.parse(text).layout)
    with pytest.raises(SourceError, match=words):
        await opened(text, **options)
