"""Questions about a history take a bounded time, however many gaps it has, however long it is."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from waves.history.history import MOST_GAPS
from waves.history.tiers import Ring
from waves.hub.answers import MAX_HISTORY_FRAMES
from waves.tests.history.test_history import block, history, timed


def gappy(gaps: int, capacity: int):
    kept = history(capacity)
    for i in range(gaps + 1):
        kept.append(block(i * 5, 3))
    return kept


def test_a_history_with_very_many_gaps_is_shorter_and_whole():
    kept = gappy(2 * MOST_GAPS, 5 * 2 * MOST_GAPS)
    assert MOST_GAPS // 2 < len(kept.gaps()) <= MOST_GAPS
    assert kept.first > 0
    assert kept.gaps()[0][0] >= kept.first
    runs = list(kept.runs(0, kept.next))
    assert runs[0] == (kept.first, kept.first + 3)
    assert len(runs) == len(kept.gaps()) + 1
    for stride in (1, 4, 64, 2**20):
        assert kept.first_column(stride) * stride >= kept.first
    assert list(kept.column_runs(4, 0, kept.next)) == [(kept.first_column(4), kept.next // 4)]


@given(
    st.lists(st.tuples(st.integers(1, 40), st.sampled_from([0, 1, 15, 100])), max_size=12),
    st.sampled_from([1, 4, 16, 64]),
    st.data(),
)
def test_what_is_alike_lies_whole_in_a_gap_or_nowhere(blocks, stride, data):
    kept, at, produced = history(4096), 0, set()
    for n, skip in blocks:
        at += skip if produced else 0
        kept.append(block(at, n))
        produced.update(range(at, at + n))
        at += n
    last = at // stride * stride
    first = data.draw(st.integers(0, max(0, last // stride - 1))) * stride
    while first < last:
        end, missing = kept.alike(stride, first, last)
        assert first < end <= last
        assert end % stride == 0
        columns = range(first, end, stride)
        found = [not produced.isdisjoint(range(c, c + stride)) for c in columns]
        assert not any(found) if missing else all(found)
        first = end


@given(st.lists(st.floats(0, 10), min_size=1, max_size=40), st.integers(0, 100), st.data())
def test_a_ring_is_searched_where_it_lies(times, first, data):
    times = np.sort(times)
    ring = Ring(1, 40, np.dtype("<f8"))
    ring.write(first, times[None])
    a = data.draw(st.integers(0, len(times)))
    value = data.draw(st.floats(-1, 11))
    found = ring.search(first + a, first + len(times), value)
    assert found == first + a + np.searchsorted(times[a:], value)


def test_a_time_is_found_without_a_copy_of_all_times(monkeypatch):
    kept = history(100_000, timed=True)
    for i in range(12):
        kept.append(timed(i * 10_000, np.arange(10_000) * 1e-4, t0=50.0 + i))
    expected = [kept.index_at(t) for t in (0, 52.5, 60.25, 99)]
    assert expected == [kept.first, 25_000, 102_500, kept.next]
    copied: list[int] = []
    read = Ring.read
    monkeypatch.setattr(Ring, "read", lambda r, a, b: (copied.append(b - a), read(r, a, b))[1])
    assert [kept.index_at(t) for t in (0, 52.5, 60.25, 99)] == expected
    assert sum(copied) == 0


async def test_an_answer_has_a_bounded_number_of_frames(server):
    stream = server.stream(rate=1000.0, history=10.0)
    for _ in range(2 * MAX_HISTORY_FRAMES):
        stream.produce(3, skip=2)
    peer = server.peer()
    peer.subscribe(stream)
    await server.send()
    peer.say("history", id=1, handle=1, epoch=1, first=0, last=stream.next)
    peer.say("history", id=2, handle=1, epoch=1, first=0, last=5 * MAX_HISTORY_FRAMES)
    peer.say("history", id=3, handle=1, epoch=1, first=0, last=stream.next, columns=16)
    for _ in range(3):
        await server.send()
        peer.acknowledge()
    (refused,) = peer.controls("error")
    assert refused["code"] == "too_much"
    assert f"more than {MAX_HISTORY_FRAMES} gaps" in refused["message"]
    answers = {answer["id"]: answer["frames"] for answer in peer.controls("history")}
    assert answers == {2: MAX_HISTORY_FRAMES, 3: 1}


async def columns_viewer(server, stream):
    peer = server.peer()
    peer.subscribe(stream, window=4.0, columns=100, budget=1000)
    stream.produce(1010)
    await server.send()
    assert peer.viewer().stride == 32
    return peer


async def test_columns_that_lie_in_a_gap_longer_than_history_are_missing(server):
    stream = server.stream(rate=1000.0, history=10.0)
    peer = await columns_viewer(server, stream)
    server.clock.now += 30
    stream.produce(400, skip=30_000)
    await server.send()
    told = [(gap["first"], gap["reason"]) for gap in peer.controls("gap")]
    # 18 samples of the column that the gap cut short are gone with it; nobody was slow.
    assert told == [(992, "no longer kept"), (1024, "missing")]


async def test_who_was_too_slow_is_told_apart_from_what_was_missing(server):
    stream = server.stream(rate=1000.0, history=10.0)
    for subscribe in ({}, {"window": 4.0, "columns": 100, "budget": 1000}):
        stream.begin(stream.epoch + 1)
        peer = server.peer()
        peer.subscribe(stream, **subscribe)
        stream.produce(1024)
        await server.send()
        peer.transport.full = True
        for _ in range(4):
            await server.tick(stream, 256)
        stream.produce(256, skip=30_720)
        peer.transport.full = False
        await server.send()
        gaps = [(gap["first"], gap["last"], gap["reason"]) for gap in peer.controls("gap")]
        assert gaps == [(1024, 2047, "too slow"), (2048, 32_767, "missing")]
        assert peer.viewer().lost == 31_744
        peer.session.close()
