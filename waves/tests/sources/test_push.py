"""Pushed samples: in order, numbered, each once; what is new, late or wrong is answered."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from itertools import pairwise

import numpy as np
import pytest

from waves.exceptions import BusyError, IngestError, ServiceUnavailableError, SourceError
from waves.ingest.batch import Batch
from waves.intake import Intake
from waves.protocol.spec import SignalSpec
from waves.sources import examples, push
from waves.sources import inbox as inboxes
from waves.sources.base import SourceContext
from waves.sources.inbox import EPOCHS_A_MINUTE, Inbox
from waves.sources.push import PushSource
from waves.tests.sources.fakes import FakeClock, spec


class Pushed:
    """A running source, what it yielded, and what it counted."""

    def __init__(
        self,
        *keys: str,
        inbox: Inbox | None = None,
        epoch: int = 1,
        clock: FakeClock | None = None,
        **fields,
    ) -> None:
        self.clock = clock or FakeClock()
        self.inbox = inbox or Inbox(self.clock.monotonic)
        self.late = self.doubled = 0
        self.note = ""
        self.added: list[dict[str, str]] = []
        context = SourceContext(
            epoch,
            self.clock,
            late=self._count_late,
            doubled=self._count_doubled,
            inbox=self.inbox,
            add_signals=self._add,
            note=self._take_note,
        )
        signals = fields.pop("signals", tuple(SignalSpec(key, key) for key in keys))
        stream = {"late": "reorder", "reorder_window": 0.2, "rate": 10.0, **fields}
        self.source = PushSource(spec("push", signals=signals, **stream), context)
        self.blocks = []
        self.came = asyncio.Event()

    def _take_note(self, words: str) -> None:
        self.note = words
        self.came.set()

    def _count_late(self, n: int) -> None:
        self.late += n

    def _count_doubled(self, n: int) -> None:
        self.doubled += n

    async def _add(self, signals) -> None:
        self.added.append(dict(signals))
        self.came.set()

    async def run(self) -> None:
        async with contextlib.aclosing(self.source.blocks()) as blocks:
            async for block in blocks:
                self.blocks.append(block)
                self.came.set()

    async def until(self, n: int) -> list[float]:
        """The values of the first signal, once there are ``n`` of them."""
        async with asyncio.timeout(5):
            while sum(block.n for block in self.blocks) < n:
                self.came.clear()
                await self.came.wait()
        return np.concatenate([block.values[0] for block in self.blocks]).tolist()

    @property
    def times(self) -> list[float]:
        return [round(block.t0 + t - T0, 6) for block in self.blocks for t in block.times.tolist()]


#: Where the wall clock of a fake clock begins.
T0 = 1_700_001_000.0


@contextlib.asynccontextmanager
async def pushed(*keys: str, **more) -> AsyncIterator[Pushed]:
    run = Pushed(*keys, **more)
    task = asyncio.create_task(run.run())
    try:
        yield run
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def batch(values, times=None, names=("a",), **more) -> Batch:
    values = np.atleast_2d(np.asarray(values, float))
    return Batch(tuple(names), values, None if times is None else T0 + np.asarray(times), **more)


async def test_samples_are_put_into_order_numbered_and_answered():
    async with pushed("a") as run:
        first = await run.inbox.put(batch([1, 3], [-3, -1]))
        second = await run.inbox.put(batch([2], [-2]))
        assert (first.accepted, first.epoch, first.next) == (2, 1, 2)
        assert (second.accepted, second.next) == (1, 3)
        assert await run.until(3) == [1.0, 2.0, 3.0]
    assert run.times == [-3, -2, -1]
    assert next(block.sample for block in run.blocks) == 0
    assert all(one.next == two.sample for one, two in pairwise(run.blocks))


async def test_samples_of_one_time_are_one():
    async with pushed("a", "b") as run:
        await run.inbox.put(batch([1], [-1]))
        await run.inbox.put(batch([5], [-1], names=["b"]))
        await run.until(1)
    assert run.blocks[0].values.tolist() == [[1.0], [5.0]]


async def test_what_is_sent_again_is_known_and_what_is_too_old_is_late():
    async with pushed("a") as run:
        await run.inbox.put(batch([1, 2], [-2, -1]))
        await run.until(2)
        again = await run.inbox.put(batch([1, 2, 3], [-2, -1, -0.5]))
        assert (again.accepted, again.doubled, again.late) == (1, 2, 0)
        late = await run.inbox.put(batch([9], [-1.5]))
        assert (late.accepted, late.late) == (0, 1)
        async with asyncio.timeout(5):
            while not run.note:
                run.came.clear()
                await run.came.wait()
        assert run.note.startswith("1 sample came too late")
        assert await run.until(3) == [1.0, 2.0, 3.0]
    assert (run.late, run.doubled) == (1, 2)


async def test_a_batch_with_a_number_is_taken_once_whatever_its_times():
    async with pushed("a") as run:
        one = await run.inbox.put(batch([1]), "key:7")
        again = await run.inbox.put(batch([1]), "key:7")
        assert (one.accepted, again.accepted, again.doubled) == (1, 0, 1)
        await run.inbox.put(batch([2]), "key:8")
        assert await run.until(2) == [1.0, 2.0]


async def test_a_time_too_far_ahead_is_refused_with_its_line_and_nothing_is_taken():
    async with pushed("a") as run:
        far = batch([1, 2], [-1, 86_400], lines=np.array([1, 2]))
        with pytest.raises(IngestError, match=r"86400 s ahead .* may be 5 s") as raised:
            await run.inbox.put(far)
        assert raised.value.line == 2
        await run.inbox.put(batch([3], [4.9]))
        assert await run.until(1) == [3.0]


async def test_new_signals_of_a_request_are_added_together_and_what_waits_is_kept():
    async with pushed("a") as run:
        putting = asyncio.create_task(
            run.inbox.put(batch([[1], [2]], [-1], names=["b", "c"], units={"c": "V"}))
        )
        async with asyncio.timeout(5):
            await run.came.wait()
        assert run.added == [{"b": "", "c": "V"}]
        assert not putting.done()
        inbox = run.inbox
    # The worker begins a new epoch with them: the same inbox, another run.
    async with pushed("a", "b", "c", inbox=inbox, epoch=2) as run:
        receipt = await putting
        assert (receipt.accepted, receipt.epoch) == (1, 2)
        await run.until(1)
    np.testing.assert_array_equal(run.blocks[0].values[:, 0], [np.nan, 1, 2])


async def test_samples_that_waited_for_older_ones_are_not_lost_with_their_epoch():
    async with pushed("a") as run:
        await run.inbox.put(batch([1], [-0.1]))
        inbox = run.inbox
    async with pushed("a", inbox=inbox, epoch=2) as run:
        assert await run.until(1) == [1.0]
        again = await inbox.put(batch([1], [-0.1]))
        assert (again.accepted, again.doubled) == (0, 1)


async def test_signals_are_added_only_where_they_may_and_not_without_end():
    async with pushed("a", options={"add_signals": False}) as run:
        with pytest.raises(IngestError, match="no signal b, and adds none"):
            await run.inbox.put(batch([1], names=["b"]))
    async with pushed("a", options={"most_signals": 1}) as run:
        with pytest.raises(IngestError, match="more than 1 signals"):
            await run.inbox.put(batch([1], names=["b"]))
    async with pushed("a") as run:
        for _ in range(EPOCHS_A_MINUTE):
            run.inbox.begin_epoch()
        with pytest.raises(BusyError, match="6 times in a minute"):
            await run.inbox.put(batch([1], names=["b"]))
        run.clock.now += 61
        run.inbox.begin_epoch()


async def test_texts_are_states():
    async with pushed("door") as run:
        before = run.source.signals
        values = batch([np.nan, np.nan, np.nan], [-3, -2, -1], names=["door"])
        texts = {"door": {0: "open", 1: "closed", 2: "open"}}
        await run.inbox.put(Batch(values.names, values.values, values.times, texts))
        assert await run.until(3) == [0.0, 1.0, 0.0]
        assert run.source.signals[0].states == {0: "open", 1: "closed"}
        # Whoever described them sees that they are others.
        assert run.source.signals != before


async def test_on_a_regular_clock_samples_follow_one_another():
    async with pushed("a", rate=1000.0, options={"clock": "regular"}) as run:
        await run.inbox.put(batch(range(100)))
        receipt = await run.inbox.put(batch(range(100, 150)))
        assert receipt.next == 150
        run.clock.now += 1
        assert await run.until(150) == list(map(float, range(150)))
        with pytest.raises(IngestError, match="clock is regular"):
            await run.inbox.put(batch([1], [-1]))
        # Who sends faster than the rate is told so.
        await run.inbox.put(batch(np.zeros(5000)))
        with pytest.raises(BusyError, match="1000 samples a second"):
            await run.inbox.put(batch([1]))
        # Whoever asks before it hands anything over may wait instead.
        with pytest.raises(BusyError, match="1000 samples a second"):
            await handing_to(run.inbox).hand_over("here", 1, batch([1]))
        run.clock.now += 5
        answer = await handing_to(run.inbox).hand_over("here", 1, batch([1]))
        assert (await answer()).accepted == 1


class StillClock(FakeClock):
    """No frame is due until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.asleep, self.goes_on = asyncio.Event(), asyncio.Event()

    async def sleep_until(self, deadline: float) -> None:
        self.asleep.set()
        await self.goes_on.wait()
        await super().sleep_until(deadline)


async def test_between_two_frames_a_writer_is_answered_and_what_is_odd_waits(monkeypatch):
    monkeypatch.setattr(push, "MOST_BETWEEN", 100)
    async with pushed("a", clock=StillClock()) as run, asyncio.timeout(5):
        await run.inbox.put(batch([1], [-9]))
        await run.clock.asleep.wait()
        assert (await run.inbox.put(batch([2], [-8]))).next == 2
        with pytest.raises(IngestError, match="ahead of this server"):
            await run.inbox.put(batch([3], [60]))
        # More than a frame should have, a new signal, and all behind it wait for the frame.
        assert (await run.inbox.put(batch(range(20), np.arange(20) / 10 - 7))).accepted == 20
        full = asyncio.ensure_future(run.inbox.put(batch([4], [-4.9])))
        odd = asyncio.ensure_future(run.inbox.put(batch([5], [-4.8], names=("b",))))
        await asyncio.sleep(0)
        assert not full.done()
        run.clock.goes_on.set()
        assert (await full).accepted == 1
        while not run.added:
            run.came.clear()
            await run.came.wait()
        odd.cancel()
        assert run.added == [{"b": ""}]


async def test_what_comes_between_two_frames_at_a_rate_is_one_block():
    async with pushed("a", options={"clock": "regular"}, rate=1000.0, clock=StillClock()) as run:
        async with asyncio.timeout(5):
            await run.inbox.put(batch([0]))
            await run.clock.asleep.wait()
            run.clock.now += 0.01
            for value in range(1, 10):
                await run.inbox.put(batch([value]))
            run.clock.goes_on.set()
            assert await run.until(10) == list(map(float, range(10)))
    assert [block.n for block in run.blocks] == [1, 9]


async def test_a_signal_whose_name_is_the_key_of_another_gets_its_own_values():
    signals = (SignalSpec("a", "b"), SignalSpec("b", "a"))
    async with pushed(signals=signals) as run, asyncio.timeout(5):
        await run.inbox.put(batch([[1], [2]], [-1], names=("a", "b")))
        await run.until(1)
    # Names go before keys.
    assert run.blocks[0].values[:, 0].tolist() == [2.0, 1.0]


def handing_to(inbox: Inbox) -> Intake:
    intake = Intake()
    intake.inbox = lambda handle: inbox
    return intake


async def test_where_nobody_takes_it_a_push_ends_and_nothing_is_left_behind(monkeypatch):
    monkeypatch.setattr(inboxes, "ANSWER_SECONDS", 0.01)
    inbox = Inbox()
    with pytest.raises(ServiceUnavailableError, match="a little later"):
        await inbox.put(batch([1]))
    assert inbox.take() == []


async def test_too_much_that_waits_is_refused(monkeypatch):
    monkeypatch.setattr(inboxes, "MOST_BYTES", 100)
    inbox = Inbox()
    waiting = asyncio.create_task(inbox.put(batch(range(10))))
    await asyncio.sleep(0)
    with pytest.raises(BusyError, match="Too much waits"):
        await inbox.put(batch(range(10)))
    waiting.cancel()


def test_examples_are_for_this_very_stream_and_show_no_key():
    stream = spec("push", signals=(SignalSpec("inlet", "Inlet"),))
    places = "https://h/waves/", "https://h/waves/api/v1/streams/test/samples"
    curl, telegraf, python = examples(stream, *places)
    assert places[1] in curl.text
    assert '"Inlet": 60.1' in curl.text
    assert 'urls = ["https://h/waves"]' in telegraf.text
    assert 'bucket = "test"' in telegraf.text
    assert "waves.client" in python.text
    assert all("WAVES_KEY" in each.text for each in (curl, telegraf, python))
    assert examples(spec("generator"), *places) == ()
    assert examples(spec("nothing"), *places) == ()


def test_where_nobody_can_push_the_source_says_so():
    with pytest.raises(SourceError, match="Nothing can be pushed"):
        PushSource(spec("push"), SourceContext(1, FakeClock()))


async def test_a_stream_without_signals_waits_and_texts_beyond_what_states_hold_are_counted():
    async with pushed() as run:
        assert run.source.signals == ()
    told: list[str] = []
    async with pushed("door") as run:
        many = {"door": {at: f"state {at}" for at in range(70)}}
        object.__setattr__(run.source.context, "nameless", lambda n, why: told.append(f"{n} {why}"))
        values = np.full((1, 70), np.nan)
        await run.inbox.put(Batch(("door",), values, T0 - 70 + np.arange(70.0), many))
        await run.until(70)
    assert told[0].startswith("6 ")
