"""The log of frames in a real Redis: its places, its bound, and who may write to it."""

import pytest

from waves import framelog as module
from waves.exceptions import SourceError
from waves.framelog import FrameLog, keys_of
from waves.sources.inbox import Receipt, Settled

HERE, HANDLE = "here", 7


@pytest.fixture
async def another(redis, settings):
    settings.WAVES = {"redis_url": redis, "worker": "separate", "frame_log_bytes": 4000}
    log = FrameLog()
    yield log
    await log.close()


@pytest.fixture
async def log(another):
    log = FrameLog()
    yield log
    await log.close()


async def test_entries_are_read_by_their_place_and_written_once(log):
    await log.begin(HERE, {"handle": HANDLE, "epoch": 5, "name": "Boiler"})
    for _ in range(2):  # the answer to the first was lost
        await log.append(HERE, HANDLE, (5, 0), b"one", ["a"])
    await log.append(HERE, HANDLE, (5, 10), b"two", ["a"])
    whole = await log.read(HERE, HANDLE, 5, -1)
    assert [(e.epoch, e.sample, e.frame) for e in whole] == [
        (5, -1, b""),
        (5, 0, b"one"),
        (5, 10, b"two"),
    ]
    assert whole[0].description["name"] == "Boiler"
    assert [each.frame for each in await log.read(HERE, HANDLE, 5, 10)] == [b"two"]
    newest = await log.newest(HERE, HANDLE)
    assert (newest[0].frame, newest[0].keys) == (b"two", ["a"])
    await log.forget(HERE, HANDLE)
    assert await log.read(HERE, HANDLE, 0, 0) == []


async def test_a_worker_that_another_one_has_followed_writes_nothing(log, another):
    await another.append(HERE, HANDLE, (6, 0), b"of the newer one")
    settled = Settled(["1-1"], [("n", Receipt(1))])
    with pytest.raises(SourceError, match="Another worker"):
        await log.append(HERE, HANDLE, (5, 100), b"late", ["a"], settled)
    assert [each.frame for each in await log.read(HERE, HANDLE, 0, 0)] == [b"of the newer one"]
    assert not await log.connected().exists(keys_of(HERE, HANDLE)[2])


async def test_what_is_kept_has_a_bound_in_bytes_and_one_in_seconds(log, another, monkeypatch):
    for sample in range(20):
        await log.append(HERE, HANDLE, (5, sample), bytes(1000))
    assert [each.sample for each in await log.read(HERE, HANDLE, 5, 0)] == [16, 17, 18, 19]
    # Another process does not know how much each is: what it finds goes as one.
    await another.append(HERE, HANDLE, (6, 0), b"one")
    await another.append(HERE, HANDLE, (6, 1), b"two")
    assert [each.epoch for each in await log.read(HERE, HANDLE, 5, 0)] == [6, 6]
    monkeypatch.setattr(module, "KEEP_SECONDS", 0.0)
    await another.append(HERE, HANDLE, (6, 2), b"three")
    assert [each.sample for each in await log.read(HERE, HANDLE, 5, 0)] == [2]


async def test_a_batch_leaves_the_list_in_the_same_step(log):
    redis = log.connected()
    pushed, numbers, begun = keys_of(HERE, HANDLE)[1:]
    await redis.xgroup_create(pushed, "worker", "0", mkstream=True)
    entries = [(await redis.xadd(pushed, {"batch": b"values"})).decode() for _ in range(3)]
    await redis.xreadgroup("worker", "worker", {pushed: ">"})
    settled = Settled(entries[:2], [("batch 1", Receipt(3, next=3))], (entries[2], 4))
    await log.append(HERE, HANDLE, (5, 0), b"one", ["a"], settled)
    assert [entry.decode() for entry, _ in await redis.xrange(pushed)] == entries[2:]
    assert (await redis.xpending(pushed, "worker"))["pending"] == 1
    ((_, told),) = await redis.xrange(numbers)
    assert (told[b"n"], b'"next":3' in told[b"r"]) == (b"batch 1", True)
    assert await redis.get(begun) == f'["{entries[2]}",4]'.encode()
