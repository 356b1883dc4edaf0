"""Rejoining with a position, and the end of an epoch: nothing is missing, or it is said."""

import pytest

from waves.protocol.frames import ANSWER


def since(epoch, sample):
    return {"since": {"epoch": epoch, "sample": sample}}


async def test_a_position_in_the_same_epoch_gives_exactly_what_was_missed(server):
    stream = server.stream()
    stream.produce(3000)
    peer = server.peer()
    peer.subscribe(stream, window=0.1, **since(1, 1234))
    await server.tick(stream)
    assert peer.indices() == list(range(1234, 3040))
    assert [f.flags for f in peer.frames()] == [ANSWER, 0]
    assert peer.controls("gap") == []


async def test_what_is_partly_gone_is_told_and_the_rest_is_sent(server):
    stream = server.stream(history=4.0)
    stream.produce(10_000)
    peer = server.peer()
    peer.subscribe(stream, window=0.1, **since(1, 100))
    await server.send()
    oldest = 10_000 - 4096
    gap = {"epoch": 1, "first": 100, "last": oldest - 1, "reason": "no longer kept"}
    assert peer.controls("gap")[0].items() >= {**gap, "lost": oldest - 100}.items()
    assert peer.indices() == list(range(oldest, 10_000))
    assert peer.controls("view")[0]["first"] == oldest


async def test_another_epoch_is_a_gap_without_an_end_and_then_the_window(server):
    stream = server.stream(epoch=3)
    stream.produce(1000)
    peer = server.peer()
    peer.subscribe(stream, window=0.5, **since(2, 777))
    await server.send()
    (gap,) = peer.controls("gap")
    assert gap.items() >= {"epoch": 2, "first": 777, "last": None}.items()
    assert gap["reason"] == "a new epoch began"
    assert peer.indices() == list(range(500, 1000))


async def test_what_another_server_has_sent_already_is_not_sent_again(server):
    stream = server.stream()
    stream.produce(1000)
    peer = server.peer()
    peer.subscribe(stream, **since(1, 1020))
    await server.tick(stream)
    assert peer.indices() == list(range(1020, 1040))
    assert peer.controls("view")[0]["first"] == 1020
    assert peer.controls("gap") == []


async def test_a_position_that_nobody_was_given_begins_with_what_comes(server):
    stream = server.stream()
    stream.produce(1000)
    peer = server.peer()
    peer.subscribe(stream, **since(1, 50_000))
    await server.tick(stream)
    assert peer.indices() == list(range(1000, 1040))
    assert peer.controls("gap") == []


async def test_a_position_that_lies_in_a_gap_is_told_of_it(server):
    stream = server.stream()
    stream.produce(1000)
    stream.produce(1000, skip=1000)
    peer = server.peer()
    peer.subscribe(stream, **since(1, 1500))
    await server.send()
    gap = {"first": 1500, "last": 1999, "reason": "missing"}
    assert peer.controls("gap")[0].items() >= gap.items()
    assert peer.indices() == list(range(2000, 3000))


async def test_columns_are_sent_again_from_the_one_that_was_incomplete(server):
    stream = server.stream()
    stream.produce(3000)
    peer = server.peer()
    peer.subscribe(stream, window=4, columns=100, budget=1000, **since(1, 1234))
    await server.send()
    assert peer.indices() == list(range(1216, 2976, 32))


async def test_columns_before_a_history_that_began_later_are_told_as_gone(server):
    stream = server.stream(history=100)
    stream.next = 5000
    stream.produce(1000)
    peer = server.peer()
    peer.subscribe(stream, window=4, columns=100, budget=1000, **since(1, 4500))
    await server.send()
    gap = {"first": 4500, "last": 4991, "reason": "no longer kept", "lost": 492}
    assert peer.controls("gap")[0].items() >= gap.items()
    assert peer.indices() == list(range(4992, 5984, 32))


@pytest.mark.parametrize("meanwhile", [[], [{"window": 1}], [{"window": 1}, {"window": 2}]])
async def test_a_position_is_remembered_until_the_stream_is_described(server, meanwhile):
    described = server.stream(1, epoch=2)
    server.hub.forget(1)
    stream = type(described)(server.hub, described.spec, 2)
    peer = server.peer()
    peer.subscribe(stream, **since(1, 777))
    for view in meanwhile:
        peer.say("view", handle=1, **view)
    stream.describe()
    await server.tick(stream)
    (gap,) = peer.controls("gap")
    assert (gap["epoch"], gap["first"], gap["last"]) == (1, 777, None)
    assert peer.indices() == list(range(40))


async def test_a_position_is_remembered_until_the_first_sample(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream, **since(1, 100))
    stream.next = 500
    await server.tick(stream)
    gap = {"first": 100, "last": 499, "reason": "no longer kept"}
    assert peer.controls("gap")[0].items() >= gap.items()
    assert peer.indices() == list(range(500, 540))


async def test_a_second_subscription_acts_as_a_view(server):
    stream = server.stream()
    stream.produce(1000)
    peer = server.peer()
    peer.subscribe(stream)
    peer.subscribe(stream, window=0.5)
    await server.tick(stream)
    assert len(server.hub.streams[1].audience) == 1
    assert len(peer.controls("stream")) == 1
    assert len(peer.controls("view")) == 2
    assert peer.indices() == list(range(500, 1040))


async def test_a_new_epoch_sends_the_end_of_the_old_one_first(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    peer.clear()
    server.clock.now += 0.001
    stream.produce(7)
    stream.begin(2)
    await server.tick(stream)
    kinds = [e["type"] if isinstance(e, dict) else "data" for e in peer.events]
    assert kinds == ["data", "gap", "stream", "view", "data"]
    assert [(f.epoch, f.sample, f.n) for f in peer.frames()] == [(1, 40, 7), (2, 0, 40)]
    (gap,) = peer.controls("gap")
    told = {"epoch": 1, "first": 47, "last": None, "reason": "a new epoch began", "lost": 0}
    assert gap.items() >= told.items()
    view = {"epoch": 2, "first": 0, "next": 0, "mode": "samples"}
    assert peer.controls("view")[0].items() >= view.items()


async def test_what_a_full_socket_did_not_take_of_the_old_epoch_is_counted(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    peer.transport.full = True
    await server.tick(stream)
    stream.begin(2)
    peer.transport.full = False
    await server.tick(stream)
    (gap,) = peer.controls("gap")
    assert (gap["first"], gap["last"], gap["lost"]) == (40, None, 40)
    assert [(f.epoch, f.sample) for f in peer.frames()] == [(1, 0), (2, 0)]


async def test_a_new_epoch_whose_beginning_did_not_arrive_says_so(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    stream.begin(2)
    await server.send()
    stream.next = 100_000
    await server.tick(stream)
    gap = {"epoch": 2, "first": 0, "last": 99_999, "reason": "no longer kept", "lost": 100_000}
    assert peer.controls("gap")[1].items() >= gap.items()
    assert peer.indices()[40:] == list(range(100_000, 100_040))


async def test_a_view_before_the_first_sample_of_a_new_epoch_loses_nothing(server):
    stream = server.stream()
    peer = server.peer()
    peer.subscribe(stream)
    await server.tick(stream)
    stream.begin(2)
    peer.say("view", handle=1)
    await server.tick(stream)
    assert [(f.epoch, f.sample) for f in peer.frames()] == [(1, 0), (2, 0)]


async def test_a_new_epoch_at_another_rate_changes_the_stride(server):
    stream = server.stream()
    stream.produce(4000)
    peer = server.peer()
    peer.subscribe(stream, window=4, columns=100, budget=1000)
    await server.send()
    stream.spec = type(stream.spec)(**{**_fields(stream.spec), "rate": 10_000.0})
    stream.begin(2)
    for _ in range(3):
        await server.tick(stream, 400)
    assert [view["stride"] for view in peer.controls("view")] == [32, 256]
    assert [i for f in peer.frames() if f.epoch == 2 for i in range(f.sample, f.next, 256)] == [
        0,
        256,
        512,
        768,
    ]


def _fields(spec):
    return {name: getattr(spec, name) for name in spec.__dataclass_fields__}
