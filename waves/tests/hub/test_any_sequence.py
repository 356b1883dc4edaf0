"""Whatever a viewer says, in whatever order: nothing is lost unsaid, doubled, or sent unasked.

``WAVES_SEQUENCES=5000`` tries as many sequences as ``make sequences`` does.
"""

import asyncio
import json
import os
from collections import defaultdict
from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, rule

from waves.tests.client.frames import read_binary
from waves.tests.client.state import StreamState
from waves.tests.hub.fakes import Peer, Server

SEQUENCES = int(os.environ.get("WAVES_SEQUENCES", "60"))
VIEWS = st.fixed_dictionaries(
    {"window": st.sampled_from([0.05, 0.5, 2.0, 30.0])},
    optional={"columns": st.sampled_from([16, 200])},
)
HANDLES = st.sampled_from([1, 2])


class Socket:
    """One socket, and what was understood of each stream on it."""

    def __init__(self, server: Server) -> None:
        self.peer = Peer(server)
        self.states: dict[int, StreamState] = {}
        self.read = 0

    def take(self, truth: "Sequences") -> None:
        """Understand what came since; nothing comes of a stream that is not viewed."""
        sent = self.peer.transport.sent
        for message in sent[self.read :]:
            if isinstance(message, str):
                self._take_control(json.loads(message))
                continue
            for frame in read_binary(message.payload):
                assert frame.handle in self.states, "a frame of what is not viewed"
                self.states[frame.handle].take_frame(frame)
                truth.is_true(frame)
        self.read = len(sent)

    def _take_control(self, message: dict) -> None:
        state = self.states.get(message.get("handle", 0))
        if message["type"] == "view":
            assert state is not None, "a view of what is not viewed"
            state.take_view(message)
        elif message["type"] == "gap" and state is not None:
            state.take_gap(message)


class Sequences(RuleBasedStateMachine):
    """Two streams of a worker, and sockets that come, say anything that one may say, and go."""

    sockets: Bundle[Socket] = Bundle("sockets")

    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.server = Server()
        self.streams = {handle: self.server.stream(handle, history=4.0) for handle in (1, 2)}
        self.produced: dict[tuple[int, int], list[range]] = defaultdict(list)
        self.renamed = 0
        self.open: list[Socket] = []

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.settle()
            self.loop.close()

    # What the worker does

    @rule(handle=HANDLES, n=st.integers(1, 300), skip=st.sampled_from([0, 0, 0, 50]))
    def produce(self, handle: int, n: int, skip: int) -> None:
        stream = self.streams[handle]
        first = stream.next + skip
        stream.produce(n, skip)
        self.produced[handle, stream.epoch].append(range(first, first + n))
        self.passes(0.04)

    @rule(handle=HANDLES)
    def begins_anew(self, handle: int) -> None:
        self.streams[handle].begin(self.streams[handle].epoch + 1)
        self.passes(0.04)

    @rule(handle=HANDLES)
    def rename(self, handle: int) -> None:
        stream = self.streams[handle]
        self.renamed += 1
        stream.spec = replace(stream.spec, slug=f"stream{handle}-{self.renamed}")
        stream.describe()
        self.passes(0.0)

    @rule(seconds=st.sampled_from([0.02, 0.5, 3.0]))
    def passes(self, seconds: float) -> None:
        """Time, and what the pump makes of it."""
        self.server.clock.now += seconds
        self.loop.run_until_complete(self.server.send())
        for socket in self.open:
            socket.take(self)

    # What viewers say

    @rule(target=sockets)
    def connect(self) -> Socket:
        self.open.append(Socket(self.server))
        return self.open[-1]

    @rule(socket=sockets, handle=HANDLES, view=VIEWS)
    def subscribe(self, socket: Socket, handle: int, view: dict) -> None:
        socket.states[handle] = StreamState(self.streams[handle].spec.slug)
        socket.peer.subscribe(self.streams[handle], **view)
        self.passes(0.0)

    @rule(socket=sockets, handle=HANDLES, view=VIEWS)
    def view(self, socket: Socket, handle: int, view: dict) -> None:
        socket.peer.say("view", handle=handle, **view)
        self.passes(0.0)

    @rule(socket=sockets)
    def ack(self, socket: Socket) -> None:
        socket.peer.acknowledge()
        self.passes(0.02)

    @rule(socket=sockets, handle=HANDLES)
    def unsubscribe(self, socket: Socket, handle: int) -> None:
        socket.peer.say("unsubscribe", stream=self.streams[handle].spec.slug)
        socket.take(self)  # what was on its way
        socket.states.pop(handle, None)
        self.passes(0.04)

    @rule(socket=sockets, handle=HANDLES)
    def revoke(self, socket: Socket, handle: int) -> None:
        """As the consumer does where somebody may not see a stream any more."""
        if handle not in socket.peer.connection.viewers:
            return
        slug = self.streams[handle].spec.slug
        socket.peer.connection.refuse("unknown_stream", "No more.", stream=slug)
        self.server.hub.unsubscribe(socket.peer.connection, slug)
        socket.take(self)
        socket.states.pop(handle, None)
        self.passes(0.04)

    @rule(socket=consumes(sockets), target=sockets, away=st.sampled_from([0.1, 2.0, 20.0]))
    def rejoin(self, socket: Socket, away: float) -> Socket:
        """The socket breaks; another one takes up each stream where this one ended."""
        socket.peer.session.close()
        self.open.remove(socket)
        self.passes(away)
        again = self.connect_again()
        for handle, state in socket.states.items():
            again.states[handle] = state
            position = state.position
            state.since = position
            since = {"epoch": position[0], "sample": position[1]} if position else None
            more = {"since": since} if since else {}
            again.peer.subscribe(self.streams[handle], window=0.5, **more)
        self.passes(0.0)
        return again

    def connect_again(self) -> Socket:
        self.open.append(Socket(self.server))
        return self.open[-1]

    # What is true whatever was said

    def is_true(self, frame) -> None:
        """What came is what was produced."""
        if frame.stride == 1:
            stream = self.streams[frame.handle]
            epoch, stream.epoch = stream.epoch, frame.epoch
            expected = stream.values(frame.first, frame.first + frame.count)
            stream.epoch = epoch
            np.testing.assert_array_equal(frame.values[:, 0], expected)

    def settle(self) -> None:
        """A little more comes, and everybody reads; then all that was promised is there, or was
        told as lost."""
        for handle in self.streams:  # of an epoch without a sample nobody is told
            self.produce(handle, 5, 0)
        for _ in range(40):
            for socket in self.open:
                socket.peer.acknowledge()
            self.passes(0.1)
        for socket in self.open:
            for handle, state in socket.states.items():
                if state.promises:
                    self.is_complete(handle, state)

    def is_complete(self, handle: int, state: StreamState) -> None:
        assert not state.doubled
        promise = state.promises[-1]
        stream = self.streams[handle]
        assert promise.epoch == stream.epoch
        assert promise.end >= stream.next // promise.stride * promise.stride
        ranges = [np.arange(r.start, r.stop) for r in self.produced[handle, promise.epoch]]
        produced = np.concatenate([np.empty(0, np.int64), *ranges])
        wanted = produced[(produced >= promise.first) & (produced < promise.end)]
        places, _ = state.held(promise.epoch, promise.stride)
        held = np.isin(wanted // promise.stride * promise.stride, places)
        silent = wanted[~held & ~state.told_lost(promise.epoch, wanted)]
        assert not len(silent), f"lost without a word: {silent[:5]} in {promise}"


TestAnySequence = Sequences.TestCase
TestAnySequence.settings = settings(
    max_examples=SEQUENCES,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
