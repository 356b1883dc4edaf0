"""Who runs which stream: taken over when its worker is gone, shared evenly, moved seldom."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waves.tests.hub.fakes import Clock
from waves.worker import shares
from waves.worker.shares import Decision, Register, Share


class Store:
    """A register that is written as text, as stores do."""

    def __init__(self) -> None:
        self.text = ""

    def flush(self) -> None:
        self.text = ""


class Working:
    """A worker that runs what it may, and gives up what it shall."""

    def __init__(self, store: Store, clock: Clock, name: str = "any", **options) -> None:
        self.store = store
        self.share = Share(name, monotonic=clock, **options)
        self.running: set[int] = set()
        self.starts = 0
        self.decision = Decision()

    def renew(self, wanted: dict[int, str]) -> None:
        register, self.decision = self.share.renew(
            Register.loads(self.store.text), self.running, wanted
        )
        if not self.decision.refusal:
            self.store.text = register.dumps()
        self.starts += len(self.decision.own - self.running)
        self.running = set(self.decision.own)
        moving = self.decision.give_up
        if moving is not None:
            self.running.discard(moving)
            self.store.text = self.share.leave(Register.loads(self.store.text), moving).dumps()

    def leave(self) -> None:
        self.store.text = self.share.leave(Register.loads(self.store.text)).dumps()
        self.running = set()


class World:
    """Workers that renew once a second, in turn."""

    def __init__(self, streams: int = 0, **options) -> None:
        self.clock, self.store = Clock(), Store()
        self.wanted = dict.fromkeys(range(1, streams + 1), "")
        self.options = options
        self.workers: list[Working] = []

    def join(self, name: str = "any", **options) -> Working:
        worker = Working(self.store, self.clock, name, **{**self.options, **options})
        self.workers.append(worker)
        return worker

    def kill(self, worker: Working) -> None:
        self.workers.remove(worker)

    def second(self, *, asleep: tuple[Working, ...] = ()) -> None:
        for worker in self.workers:
            if worker not in asleep:
                worker.renew(self.wanted)
        self.clock.now += 1.0

    def seconds(self, n: int) -> None:
        for _ in range(n):
            self.second()

    @property
    def run(self) -> list[int]:
        return sorted(handle for worker in self.workers for handle in worker.running)

    @property
    def everything_runs_once(self) -> bool:
        return self.run == sorted(self.wanted)


def test_one_worker_runs_everything():
    world = World(8)
    world.join()
    world.seconds(3)
    assert world.everything_runs_once


def test_in_a_store_that_loses_nothing_a_worker_starts_at_once():
    world = World(8, volatile=False)
    world.join()
    world.second()
    assert world.everything_runs_once


def test_the_streams_of_a_killed_worker_are_taken_over_within_five_seconds():
    world = World(8)
    first = world.join()
    world.seconds(3)
    world.join()
    world.seconds(10)
    world.kill(first)
    world.seconds(4)
    assert world.everything_runs_once


def test_the_streams_of_a_worker_that_leaves_are_taken_at_once():
    world = World(8)
    first = world.join()
    world.join()
    world.seconds(12)
    world.kill(first)
    first.leave()
    world.second()
    assert world.everything_runs_once


def test_a_worker_that_joins_gets_its_part_one_a_second_and_nothing_more_moves():
    world = World(8)
    first = world.join()
    world.seconds(3)
    starts = first.starts
    second = world.join()
    for moved in range(1, 12):
        world.second()
        assert len(second.running) <= moved
    world.seconds(10)
    assert (len(first.running), len(second.running)) == (4, 4)
    assert (first.starts - starts, second.starts) == (0, 4)
    assert world.everything_runs_once


def test_a_worker_that_was_paused_stops_what_another_one_runs_now():
    world = World(4)
    first, second = world.join(), world.join()
    world.seconds(8)
    for _ in range(5):
        world.second(asleep=(first,))
    assert second.running == {1, 2, 3, 4}
    before = set(first.running)
    first.renew(world.wanted)
    assert before
    assert not first.running & second.running


def test_a_worker_that_hears_nothing_of_the_store_takes_nobodys_streams_when_it_does():
    """Redis hangs for 40 s: nobody renews, and none of them is gone."""
    world = World(8)
    workers = [world.join(), world.join(), world.join()]
    world.seconds(12)
    before = [set(worker.running) for worker in workers]
    world.clock.now += 40.0
    world.seconds(5)
    assert [worker.running for worker in workers] == before


def test_a_flushed_store_moves_nothing():
    world = World(9)
    workers = [world.join(), world.join(), world.join()]
    world.seconds(12)
    before = [set(worker.running) for worker in workers]
    world.store.flush()
    world.seconds(5)
    assert [worker.running for worker in workers] == before


def test_a_pinned_stream_runs_on_the_worker_of_that_name_only():
    world = World(4)
    world.wanted[2] = "lab"
    first = world.join("office")
    world.seconds(4)
    assert first.running == {1, 3, 4}
    assert first.decision.orphans == {2}
    lab = world.join("lab")
    world.seconds(6)
    assert 2 in lab.running
    assert not first.decision.orphans
    assert world.everything_runs_once


def test_a_stream_that_is_pinned_while_it_runs_moves_there():
    world = World(4)
    world.join("office")
    lab = world.join("lab")
    world.seconds(8)
    stranger = next(iter(set(world.wanted) - lab.running))
    world.wanted[stranger] = "lab"
    world.seconds(4)
    assert stranger in lab.running
    assert world.everything_runs_once


def test_a_second_embedded_worker_runs_nothing_and_says_why_until_the_first_is_gone():
    world = World(3, exclusive=True, volatile=False)
    first, second = world.join("here"), world.join("here")
    world.seconds(3)
    assert not second.running
    assert "Another server process (here)" in second.decision.refusal
    world.kill(first)
    world.seconds(5)
    assert world.everything_runs_once
    assert not second.decision.refusal


def test_who_comes_where_another_was_killed_waits_and_says_nothing_wrong():
    world = World(3, exclusive=True, volatile=False)
    first = world.join("here")
    world.seconds(3)
    world.kill(first)
    second = world.join("here")
    told = []
    for _ in range(5):
        world.seconds(1)
        told.append((second.decision.refusal, second.decision.waits))
    assert (shares.WAITS, True) in told
    assert set(told) == {(shares.WAITS, True), ("", False)}
    assert world.everything_runs_once


def test_a_worker_with_another_secret_runs_nothing_and_says_why():
    world = World(3)
    first = world.join(seals=("a",))
    world.seconds(3)
    other = world.join("copy", seals=("b",))
    world.seconds(3)
    assert not other.running
    assert "another SECRET_KEY" in other.decision.refusal
    assert first.running == {1, 2, 3}


def test_a_worker_that_knows_the_secret_as_a_fallback_takes_part():
    world = World(2)
    world.join(seals=("old",))
    world.seconds(3)
    newer = world.join(seals=("new", "old"))
    world.seconds(5)
    assert not newer.decision.refusal


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"id": 1}', '{"workers": 7}', "\x00"])
def test_a_register_that_cannot_be_read_is_an_empty_one(text):
    register = Register.loads(text)
    assert not register.workers
    assert not register.owners


def test_one_worker_of_all_describes_what_nobody_runs():
    world = World(2)
    world.join()
    world.join()
    world.seconds(5)
    assert sum(worker.decision.leads for worker in world.workers) == 1


Happening = st.sampled_from(["join", "kill", "leave", "flush", "hang", "add", "remove", "pause"])


@given(st.lists(Happening, max_size=20), st.integers(0, 12), st.randoms(use_true_random=False))
def test_whatever_happens_each_stream_runs_once_soon_after(happenings, streams, random):
    world = World(streams)
    world.join()
    for happening in happenings:
        happens(world, happening, random)
    # Long enough for every move, at one a second.
    world.seconds(8 + 2 * len(world.wanted))
    assert world.everything_runs_once
    counts = [len(worker.running) for worker in world.workers]
    assert max(counts) - min(counts) <= 1
    starts = sum(worker.starts for worker in world.workers)
    world.seconds(5)
    assert sum(worker.starts for worker in world.workers) == starts


def happens(world: World, happening: str, random) -> None:
    one = random.choice(world.workers)
    match happening:
        case "join":
            world.join()
        case "kill" | "leave" if len(world.workers) > 1:
            world.kill(one)
            if happening == "leave":
                one.leave()
        case "flush":
            world.store.flush()
        case "hang":
            world.clock.now += random.choice((1.0, 5.0, 40.0))
        case "pause":
            for _ in range(random.choice((1, 3, 6))):
                world.second(asleep=(one,))
        case "add":
            world.wanted[len(world.wanted) + 100] = ""
        case "remove" if world.wanted:
            del world.wanted[random.choice(list(world.wanted))]
    world.second()


def test_who_takes_a_stream_over_knows_whose_it_was():
    world = World(streams=1)
    first = world.join("lab")
    for _ in range(3):
        world.second()
    assert first.running
    second = world.join("spare")
    world.second()
    world.kill(first)
    for _ in range(8):
        world.second()
        if second.running:
            break
    assert second.decision.followed == {1: "lab"}
    world.second()
    assert second.decision.followed == {}
