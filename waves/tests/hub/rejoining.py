"""A world in which viewers come, go, dawdle and come back: real hub, pump and sessions, no I/O.

Time is a number, chance is a seed, and a socket is a list, so a run is the same every time.
"""

import json
import random
from collections import Counter, defaultdict, deque

import numpy as np

from waves.hub.connection import Connection
from waves.hub.hub import Hub
from waves.hub.message import Message
from waves.hub.pump import Pump
from waves.hub.session import Session
from waves.hub.status import StatusBoard
from waves.protocol.block import SampleBlock
from waves.protocol.description import describe
from waves.protocol.frames import Frame, encode
from waves.protocol.messages import CLOSE_RESTART
from waves.protocol.spec import SignalSpec, StreamSpec
from waves.tests.client.conversation import Viewer

STEP_SECONDS = 0.04
#: A wall clock that has nothing to do with the injected one.
T0 = 1_700_000_000.0


class Source:
    """A stream's source, which remembers everything that it ever produced."""

    def __init__(self, handle: int, chance: random.Random) -> None:
        self.chance = chance
        self.values = np.random.default_rng(chance.randrange(2**32))
        self.timed = chance.random() < 0.25
        self.spec = StreamSpec(
            handle,
            f"stream-{handle}",
            f"Stream {handle}",
            "generator",
            rate=2000.0,
            signals=tuple(SignalSpec(f"s{i}", "") for i in range(chance.choice((1, 2, 8)))),
            sample_type=chance.choice(("float32", "float64")),
            history=chance.choice((1.0, 3.0, 8.0)),
        )
        self.epoch, self.next = 1, 0
        #: Steps until the worker is there again, and then until the first frame.
        self.down, self.pause = 0, 0
        self.produced: dict[int, list[tuple[int, np.ndarray]]] = defaultdict(list)

    def description(self, state: str | None = None) -> dict:
        state = state or ("stopped" if self.down else "live")
        clock = "timed" if self.timed else "regular"
        return {**describe(self.spec, self.epoch, self.spec.signals, clock), "state": state}

    def restart(self) -> None:
        """A worker restarted: a higher epoch, at index 0."""
        self.epoch += self.chance.choice((1, 1, 2))
        self.next = self.down = 0
        self.pause = self.chance.choice((0, 0, 10, 40))

    @staticmethod
    def begin(epoch: int) -> float:
        """Unix seconds of an epoch's sample 0."""
        return T0 + 1000 * epoch

    def frames(self) -> list[bytes]:
        """What the source produces in one step: some frames of random lengths."""
        return [self.frame(self.chance.randrange(1, 60)) for _ in range(self.chance.randrange(4))]

    def frame(self, n: int) -> bytes:
        values = self.values.normal(size=(len(self.spec.signals), n))
        values[self.values.random(values.shape) < 0.03] = np.nan
        values = values.astype(self.spec.sample_type)
        dt = 1 / self.spec.rate
        times = np.arange(n) * dt if self.timed else None
        t0 = self.begin(self.epoch) + self.next * dt
        block = SampleBlock(self.epoch, self.next, t0, 0.0 if self.timed else dt, values, times)
        self.produced[self.epoch].append((self.next, values))
        self.next += n
        return encode(Frame.of(block, self.spec.handle))


class Socket:
    """The transport of a connection: a list that the visitor reads, or does not."""

    def __init__(self, room: int) -> None:
        self.box: deque[str | bytes] = deque()
        self.room = room
        self.closed = False
        self.code: int | None = None

    @property
    def writable(self) -> bool:
        return len(self.box) < self.room

    def send(self, message: Message) -> None:
        self.box.append(message.payload.decode() if message.is_text else message.payload)

    def send_text(self, text: str) -> None:
        self.box.append(text)

    def close(self, code: int, reason: str = "") -> None:
        self.closed, self.code = True, code


class World:
    """Sources, one server, visitors. `happened` counts what the run has put them through."""

    def __init__(self, seed: int, visitors: int = 24) -> None:
        self.chance = random.Random(seed)
        self.now = 0.0
        self.happened: Counter[str] = Counter()
        self.sources = [Source(handle, self.chance) for handle in (1, 2)]
        #: Where the history of some server began, by handle and epoch.
        self.begins: dict[tuple[int, int], set[int]] = defaultdict(set)
        self._start_server()
        self.steps = 0
        self.visitors = [Visitor(self, i) for i in range(visitors)]

    def clock(self) -> float:
        return self.now

    def _start_server(self) -> None:
        self.pump = Pump(self.clock)
        self.hub = Hub(self.pump, StatusBoard(self.clock), self.clock)
        self.unheard = {source.spec.handle: self.chance.randrange(20) for source in self.sources}

    async def step(self) -> None:
        self.now += STEP_SECONDS
        if self.chance.random() < 0.004:
            self._restart_server()
        for source in self.sources:
            self._advance(source)
        for visitor in self.visitors:
            visitor.act()
        await self.send()
        self.steps += 1
        if self.steps % 25 == 0:
            self._housekeeping()

    async def send(self) -> None:
        while await self.pump.round():
            self.now += 0.0005

    def _housekeeping(self) -> None:
        self.hub.check_stale()
        self.pump.check_stuck()
        self.happened["closed as slow"] += self.pump.closed_slow
        self.pump.closed_slow = 0

    def _restart_server(self) -> None:
        """Another process, with no history; it hears a stream's description a while later."""
        self.happened["server restart"] += 1
        for connection in list(self.hub.connections):
            connection.finish(CLOSE_RESTART)
        self._start_server()

    def _advance(self, source: Source) -> None:
        self._strike(source)
        handle = source.spec.handle
        self.unheard[handle] -= 1
        if self.unheard[handle] % 25 == 0:
            self._describe(source)
        source.pause -= 1
        if not source.down and source.pause <= 0:
            for frame in source.frames():
                self._deliver(source, frame)

    def _strike(self, source: Source) -> None:
        """What may befall a source, once in a while."""
        event = self.chance.random()
        if source.down:
            source.down -= 1
            if not source.down:
                self._start_worker(source)
        elif event < 0.005:
            self.happened["worker restart"] += 1
            source.down = self.chance.choice((1, 1, 30))
            if self.chance.random() < 0.5:
                self._describe(source)
        elif event < 0.02:
            self.happened["source skip"] += 1
            source.next += self.chance.choice((1, 10, 100, 1000, 10_000))

    def _start_worker(self, source: Source) -> None:
        """It says so before its first frame; a server that has just started may not hear it."""
        source.restart()
        if self.unheard[source.spec.handle] <= 0:
            self._describe(source)

    def _describe(self, source: Source) -> None:
        self.hub.receive({"type": "waves.stream", "description": source.description()})

    def _deliver(self, source: Source, frame: bytes) -> None:
        handle = source.spec.handle
        self.hub.receive({"type": "waves.frame", "data": frame})
        history = self.hub.stream(handle).kept.history
        if history.started:
            self.begins[handle, history.epoch].add(history.begin)

    async def settle(self) -> None:
        """Everybody comes back, and a newcomer; they read until there is nothing more to read."""
        self.visitors.append(Visitor(self, len(self.visitors)))
        for source in self.sources:
            if source.down:
                source.restart()
            self._describe(source)
            self._deliver(source, source.frame(1))
        for visitor in self.visitors:
            visitor.is_attentive = True
            visitor.join_all()
        for _ in range(400):
            self.now += STEP_SECONDS
            for visitor in self.visitors:
                visitor.read(len(visitor.socket.box) if visitor.socket else 0)
                visitor.acknowledge()
            await self.send()


class Visitor:
    """A viewer whose network and attention come and go."""

    def __init__(self, world: World, number: int) -> None:
        self.world, self.number = world, number
        self.chance = random.Random(world.chance.randrange(2**32))
        self.client = Viewer(seed=number)
        self.as_json = number == 0
        #: Some read everything at once, and come back at once where the server restarts.
        self.never_leaves = number < 4
        self.session: Session | None = None
        self.socket: Socket | None = None
        self.back_at = 0.0
        self.is_attentive = True
        self.acknowledges = True
        self.moody_until = 0.0
        self.pace = 0.0

    def act(self) -> None:
        if self.session is None:
            if self.world.now >= self.back_at:
                few = 2 if self.never_leaves else self.chance.choice((1, 2))
                self.connect(self.world.sources[:few])
            return
        is_well = self.is_attentive and self.acknowledges
        risk = 0.06 if is_well else 0.0005
        if self.socket.closed or (not self.never_leaves and self.chance.random() < risk):
            self.cut()
            return
        if not self.never_leaves:
            self._change_mood()
        slowly = int(self.chance.random() < self.pace)
        self.read(len(self.socket.box) if self.is_attentive else slowly)
        self.acknowledge()
        self._wish()

    def _change_mood(self) -> None:
        if self.world.now >= self.moody_until:
            self.is_attentive = self.acknowledges = True
        if self.is_attentive and self.acknowledges and self.chance.random() < 0.02:
            # For a moment, for long enough to lose something, or for longer than a server waits.
            self.moody_until = self.world.now + self.chance.choice((0.5, 5.0, 20.0, 20.0))
            mood = self.chance.choice(("reads nothing", "reads slowly", "does not acknowledge"))
            self.is_attentive = mood == "does not acknowledge"
            self.acknowledges = not self.is_attentive
            self.pace = 0.25 if mood == "reads slowly" else 0.0

    def _wish(self) -> None:
        event = self.chance.random()
        source = self.chance.choice(self.world.sources)
        state = self.client.streams.get(source.spec.slug)
        if state is None or source.spec.handle not in self.session.connection.viewers:
            return
        if event < 0.01:
            view = {"type": "view", "handle": source.spec.handle, **self._wishes(source)}
            self._say(view)
        elif event < 0.015 and not self.socket.box and not self.session.connection.controls:
            # Everything that was asked is answered, so the next `view` answers what comes now.
            self._say({"type": "unsubscribe", "stream": source.spec.slug})
            self._subscribe(source)
        elif event < 0.03 and not self.session.connection.answers:
            self._ask_for_history(source)

    def _ask_for_history(self, source: Source) -> None:
        first = self.chance.randrange(source.next + 1)
        last = first + self.chance.randrange(3000)
        columns = self.chance.choice((None, 16, 100))
        ask = {"epoch": source.epoch, "first": first, "last": last, "columns": columns}
        self._say({"type": "history", "id": 1, "handle": source.spec.handle, **ask})

    def _wishes(self, source: Source) -> dict:
        window = self.chance.choice((None, self.chance.uniform(0.01, 1.5 * source.spec.history)))
        columns = self.chance.choice((None, self.chance.randrange(16, 600)))
        budget = self.chance.choice((1000, 20_000, 10**6))
        return {"window": window, "columns": columns, "budget": budget}

    def _say(self, message: dict) -> None:
        if not self.socket.closed:
            self.session.take(json.dumps(message))

    def connect(self, sources: list[Source]) -> None:
        self.client.open()
        self.socket = Socket(room=self.chance.choice((5, 50, 500)))
        connection = Connection(self.socket, json=self.as_json)
        self.session = Session(self.world.hub, connection, self.world.clock)
        self.session.open("waves.v1")
        for source in sources:
            self._subscribe(source)

    def _subscribe(self, source: Source) -> None:
        if self.socket.closed:
            return
        slug, handle = source.spec.slug, source.spec.handle
        since = self.client.rejoining(slug)
        asked = {"type": "subscribe", "stream": slug, "since": since, **self._wishes(source)}
        message = self.session.take(json.dumps(asked))
        self.session.subscribe(handle, message, source.description("stale"))

    def read(self, count: int) -> None:
        for _ in range(count):
            if self.socket.box:
                self.client.receive(self.socket.box.popleft())
        if count and not self.socket.closed:
            self.world.pump.wake(self.session.connection)

    def acknowledge(self) -> None:
        text = self.client.acknowledgement(self.world.now) if self.acknowledges else None
        if text is not None and not self.socket.closed:
            self.session.take(text)

    def cut(self) -> None:
        """The network goes: some of what was sent still arrives, the rest never does."""
        self.read(self.chance.randrange(len(self.socket.box) + 1))
        self.socket.closed = True
        self.session.close()
        self.session = self.socket = None
        self.is_attentive = self.acknowledges = True
        self.world.happened["cut"] += 1
        away = self.chance.choice((0.0, 0.0, 0.1, 0.5, 0.5, 8.0))
        self.back_at = self.world.now + (0.0 if self.never_leaves else away)

    def join_all(self) -> None:
        if self.session is not None:
            self.cut()
        self.acknowledges = True
        self.connect(self.world.sources)
