"""The only module that touches the channel layer: the worker publishes, the hub receives.

Every await on the layer has a bound: a Redis that hangs answers nothing and refuses nothing. What
the layer loses over Redis, a hub reads from the log of frames, by position.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from channels.exceptions import InvalidChannelLayerError
from channels.layers import InMemoryChannelLayer, channel_layers

from waves import shards
from waves.conf import NEEDS_REDIS, in_memory, layer_backend, layer_of_one
from waves.database.installation import Installation
from waves.exceptions import ConfigurationError, ServiceUnavailableError
from waves.filling import Filler
from waves.framelog import UNREACHABLE, FrameLog
from waves.hub.figures import MOMENTS, Durations
from waves.hub.hub import Hub
from waves.protocol.description import Description
from waves.shards import shard_of
from waves.sources.inbox import Settled

logger = logging.getLogger("waves")

T = TypeVar("T")

#: Layers forget members (the in-memory one after a message has waited for 60 s): join again.
REJOIN_SECONDS = 5.0
#: A hub stays in a stream's group for this long after its last viewer, so that a reload finds
#: the past.
LINGER_SECONDS = 60.0
#: Pauses between attempts to reach the layer, the last one for ever.
RETRY_SECONDS = (0.2, 0.5, 1.0)
#: The layer has not answered within this: it cannot be reached.
ANSWER_SECONDS = 2.0
#: A layer that could not be reached is tried by one message this often; the others fail at once,
#: so that no source waits for it.
PROBE_SECONDS = 0.5
#: A hub says something to itself this often; when it hears nothing for the other, it is deaf.
BEAT_SECONDS = 0.5
DEAF_SECONDS = 2.5
#: Messages that cannot be used, one after the other, after which receiving begins anew.
MOST_UNUSABLE = 100
#: A process that is set up otherwise was heard of this lately: it is told as a problem.
STRANGER_SECONDS = 10.0

INTERRUPTED = (
    "The channel layer cut this server off, or lost messages to it: viewers are told which "
    "samples are missing. A Redis that does so often needs a larger client-output-buffer-limit."
)

OTHER_KEY = (
    "Another process of this installation has another SECRET_KEY; what it sends is refused. Give "
    "all the same one; a copy of a database needs WAVES_INSTALLATION."
)
OTHER_HOSTS = (
    "Another process of this installation has other hosts in REDIS_URL, or names them in another "
    "order; what it sends is refused. Give all processes the same list."
)

#: Messages that wait in memory. The only receiver is the hub; beyond, the layer drops silently.
CAPACITY = 5000


def make_layer(shard: int = 0) -> Any:
    """A channel layer of our own, by the settings: what we close is nobody else's. Of several Redis
    hosts it reaches one, so that none of them waits for another.

    Raises ConfigurationError where the settings name one that cannot be made.
    """
    if in_memory():
        return InMemoryChannelLayer(capacity=CAPACITY)
    try:
        layer = channel_layers.make_backend("default")
    except InvalidChannelLayerError as error:
        hint = NEEDS_REDIS if "channels_redis" in layer_backend() else ""
        raise ConfigurationError(f"CHANNEL_LAYERS cannot be used: {error}. {hint}") from None
    return layer if shards.count() == 1 else type(layer)(**layer_of_one(shard))


def subscriptions(layer: Any) -> list[Any]:
    """The connections over which the pub/sub layer receives; private attributes of this version."""
    if type(layer).__name__ != "RedisPubSubChannelLayer":
        return []
    pubsubs = [getattr(shard, "_pubsub", None) for shard in getattr(layer, "_shards", ())]
    connections = [getattr(pubsub, "connection", None) for pubsub in pubsubs]
    return [c for c in connections if hasattr(c, "register_connect_callback")]


async def bounded(awaitable: Awaitable[T]) -> T:
    """What the layer answers; TimeoutError where it does not."""
    async with asyncio.timeout(ANSWER_SECONDS):
        return await awaitable


def of_host(shard: int) -> str:
    """Which of several hosts, behind “the channel layer”; empty where there is one."""
    return f" of {shards.words_of(shard)}" if shards.name_of(shard) else ""


class Groups:
    """The names of the groups of one installation."""

    def __init__(self, identity: str) -> None:
        #: Every hub is in it: descriptions of all streams each second, viewer counts of all hubs.
        self.status = f"waves.{identity}.status"
        self._identity = identity

    def stream(self, handle: int) -> str:
        """The group of a stream's frames and descriptions."""
        return f"waves.{self._identity}.stream.{handle}"


class Publisher:
    """Sends into the groups of the streams that one Redis host carries, or of all where there is
    one. Raises ServiceUnavailableError where the layer is out of reach."""

    def __init__(self, layer: Any = None, log: FrameLog | None = None, shard: int = 0) -> None:
        #: Which host it is; and how a message names it, so that lists that differ are noticed.
        self.shard = shard
        self.shard_name, self.shard_mark = shards.name_of(shard), shards.mark_of(shard)
        #: Words for a person while the layer cannot be reached, else empty.
        self.problem = ""
        #: Where frames stand before they are sent; None where worker and hub are one process.
        self.log = log
        #: Who we are; None until the database has said so.
        self.installation: Installation | None = None
        self.identified = asyncio.Event()
        #: Has the hub of this process join a stream's group before anything of it is sent, where
        #: the worker is embedded: of what is pushed the first sample counts as much as any other.
        self.join: Callable[[int], Awaitable[None]] | None = None
        self._groups = Groups("")
        self._layer = make_layer(shard) if layer is None else layer
        self._probe_at = 0.0
        #: The epochs whose descriptions are in the log, by handle.
        self._begun: dict[int, int] = {}

    def identify(self, found: Installation) -> None:
        """Take the identity under which everything is sent."""
        if self.installation is not None and self.installation != found:
            logger.warning("The database is another installation's now: its groups are taken.")
        self.installation, self._groups = found, Groups(found.identity)
        self.identified.set()

    async def frame(
        self,
        handle: int,
        place: tuple[int, int],
        data: bytes,
        keys: Sequence[str] = (),
        settled: Settled | None = None,
    ) -> None:
        """One frame, to every hub that has viewers of its stream: encoded once, sent once.

        ``place`` is epoch and index of its first sample, ``keys`` those of its signals, ``settled``
        what was pushed for it. Sent again, it is written once. Raises ServiceUnavailableError
        until its epoch was described: without that no hub knows what is in it.
        """
        if self.log is not None and self._begun.get(handle, 0) < place[0]:
            raise ServiceUnavailableError("The stream could not be described yet.")
        message = {"type": "waves.frame", "data": data, "handle": handle, "place": place}
        write = None
        if self.log is not None:
            write = partial(
                self.log.append, handle=handle, place=place, data=data, keys=keys, settled=settled
            )
        await self._send(self._groups.stream(handle), message, write)

    async def description(self, description: Description) -> None:
        """A description, in order with the frames of its stream."""
        handle, epoch = description["handle"], description["epoch"]
        message = {"type": "waves.stream", "description": description}
        if self.join is not None:
            await self.join(handle)
        write = None
        if self.log is not None and self._begun.get(handle, 0) < epoch:
            write = partial(self.log.begin, description=description)
        await self._send(self._groups.stream(handle), message, write)
        self._begun[handle] = epoch

    async def status(
        self,
        descriptions: Iterable[Mapping[str, Any]],
        worker: Mapping[str, Any] | None = None,
    ) -> None:
        """Descriptions, whole or in brief, to every hub, for the lists of people; and what a
        worker says of itself."""
        message: dict[str, Any] = {"type": "waves.status", "streams": list(descriptions)}
        if worker is not None:
            message["worker"] = dict(worker)
        await self._send(self._groups.status, message)

    async def deleted(self, handle: int) -> None:
        """A stream is gone, and its frames with it."""
        self._begun.pop(handle, None)
        write = None if self.log is None else partial(self.log.forget, handle=handle)
        await self._send(self._groups.status, {"type": "waves.deleted", "handle": handle}, write)

    async def viewers(
        self, hub: str, counts: Mapping[int, int], server: Mapping[str, Any] | None = None
    ) -> None:
        """The viewer counts of one hub, and what its server says of itself. Keys are text: not
        every layer keeps numbers."""
        keyed = {str(handle): count for handle, count in counts.items()}
        message: dict[str, Any] = {"type": "waves.viewers", "hub": hub, "counts": keyed}
        if server is not None:
            message["server"] = dict(server)
        await self._send(self._groups.status, message)

    async def _send(
        self,
        group: str,
        message: dict[str, Any],
        write: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        """Send a message, once it is written where it has to be."""
        if self.installation is None:
            raise ServiceUnavailableError("The database has not said which installation this is.")
        if self.problem and time.monotonic() < self._probe_at:
            raise ServiceUnavailableError(self.problem)
        # The others do not wait beside the one that tries.
        self._probe_at = time.monotonic() + ANSWER_SECONDS
        message["from"] = self.installation.sender
        if self.shard_mark:
            message["shard"] = self.shard_mark
        try:
            if write is not None:
                await write(self.installation.identity)
            await bounded(self._layer.group_send(group, message))
        except UNREACHABLE as error:
            self._probe_at = time.monotonic() + PROBE_SECONDS
            words = str(error) or f"no answer within {ANSWER_SECONDS:g} s"
            host = of_host(self.shard)
            self._say(f"The channel layer{host} cannot be reached ({words}). Is Redis running?")
            raise ServiceUnavailableError(self.problem) from None
        self._say("")

    def _say(self, problem: str) -> None:
        if problem and not self.problem:
            logger.error(problem)
        elif self.problem and not problem:
            logger.warning("The channel layer%s is reached again.", of_host(self.shard))
        self.problem = problem


class Receiver:
    """Keeps a hub in the groups that it needs, of one Redis host where there are several, and hands
    it what they bring.

    ``everything``: join the group of every stream that is described, so that the past of each is
    kept from the start. That is free where the worker is embedded; over Redis a hub joins a
    stream's group with its first viewer, since each member costs the stream's whole rate.
    """

    def __init__(self, hub: Hub, publisher: Publisher, layer: Any, *, everything: bool) -> None:
        self.hub = hub
        self.name = uuid.uuid4().hex
        self.everything = everything
        #: Words for a person while nothing is received, else empty.
        self.problem = ""
        #: What could not be used, by kind; and what the layer lost.
        self.counts: Counter[str] = Counter()
        self._publisher = publisher
        self._filler = None if publisher.log is None else Filler(hub, publisher.log, self._use)
        self._layer = layer
        self._channel = ""
        self._joined: dict[int, float] = {}
        self._look = asyncio.Event()
        self._told: set[str] = set()
        self._heard_at = time.monotonic()
        self._beat = self._last_beat = 0
        self._beat_at = 0.0
        #: From a message to oneself until it has come through the layer: through Redis and back.
        self.round_trips = Durations(MOMENTS)
        self._unusable = 0
        #: When a process that is set up otherwise was last heard of, and what is wrong.
        self._stranger_at, self._stranger = -STRANGER_SECONDS, ""
        hub.interests.append(self._interest)
        if everything:
            publisher.join = self.join

    async def join(self, handle: int) -> None:
        """Be in the group of a stream, whatever it takes: nothing of it was sent yet."""
        if handle not in self._joined and self._channel:
            self._joined[handle] = time.monotonic()
            await self._join(handle)

    def viewer_counts(self) -> dict[int, int]:
        """How many viewers each stream has here, of those that the host carries."""
        shard = self._publisher.shard
        return {h: n for h, n in self.hub.viewer_counts().items() if shard_of(h) == shard}

    def _interest(self, handle: int) -> None:
        if handle not in self._joined:
            self._look.set()

    @property
    def stranger(self) -> str:
        """What is wrong while a process of this installation is set up otherwise, else empty."""
        is_past = time.monotonic() - self._stranger_at > STRANGER_SECONDS
        return "" if is_past else self._stranger

    async def run(self) -> None:
        """Receive for ever; after a failure of the layer, begin again."""
        attempt = 0
        await self._publisher.identified.wait()
        while True:
            try:
                await self._connect()
                attempt = 0
                await self._serve()
            except UNREACHABLE as error:
                # Where nothing can be sent either, the publisher finds it out here, and says so.
                with contextlib.suppress(ServiceUnavailableError):
                    await self._publisher.viewers(self.name, self.viewer_counts())
                self._say(str(error) or "no answer")
            await self._hang_up()
            await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
            attempt += 1

    def _say(self, error: str) -> None:
        host = of_host(self._publisher.shard)
        problem = f"Nothing is received from the channel layer{host} ({error})." if error else ""
        if problem and not self.problem and not self._publisher.problem:
            logger.error(problem)
        self.problem = problem

    async def _connect(self) -> None:
        installation = self._publisher.installation
        assert installation is not None  # noqa: S101 (run() has waited for it)
        self._installation, self._groups = installation, Groups(installation.identity)
        if self._filler is not None:
            self._filler.identity = installation.identity
        self._channel = await bounded(self._layer.new_channel("waves.hub."))
        self._joined.clear()
        self._unusable = 0
        self._last_beat = self._beat
        self._heard_at = time.monotonic()
        await bounded(self._layer.group_add(self._groups.status, self._channel))
        await self._join_wanted()
        for connection in subscriptions(self._layer):
            connection.register_connect_callback(self._note_cut)

    async def _note_cut(self, connection: object = None) -> None:
        """Redis had cut a connection off, and the layer has made it anew by itself."""
        self._last_beat = self._beat
        self._note_loss()

    def _note_loss(self) -> None:
        self.counts["interruptions"] += 1
        self._look_after(*self._joined)
        if not (self.problem or self._publisher.problem):  # else it has been said already
            logger.warning(INTERRUPTED)

    async def _hang_up(self) -> None:
        """Let go of connections that may be dead: those of the pub/sub layer are ours alone."""
        if type(self._layer).__name__ == "RedisPubSubChannelLayer":
            try:
                await bounded(self._layer.flush())
            except UNREACHABLE:
                self._layer = make_layer(self._publisher.shard)

    async def _serve(self) -> None:
        jobs = (self._receive(), self._keep_joined(), self._keep_listening())
        tasks = [asyncio.create_task(job) for job in jobs]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            if self._filler is not None:
                self._filler.close()
            # A layer that hangs may keep ``receive`` from ending: it is not waited for.
            await asyncio.wait(tasks, timeout=ANSWER_SECONDS)
            for task in tasks:
                if task.done() and not task.cancelled():
                    task.exception()

    async def _receive(self) -> None:
        # Never in wait_for: cancelling ``receive`` unsubscribes on the pub/sub layer.
        while True:
            try:
                message = await self._layer.receive(self._channel)
            except UNREACHABLE:
                raise
            except Exception as error:  # whatever a layer raises for bytes that are no message
                self._cannot_use("undecodable messages", f"{type(error).__name__}: {error}")
                continue
            self._heard_at = time.monotonic()
            self._take(message)

    def _take(self, message: Any) -> None:
        try:
            if message["type"] == "waves.beat":
                self._take_beat(int(message["beat"]))
            elif self._is_ours(str(message.get("from", "")), str(message.get("shard", ""))):
                self._hand_on(message)
                if self.everything and message["type"] == "waves.status":
                    self._look.set()
        except Exception as error:  # what is in a message was made elsewhere
            self._cannot_use("malformed messages", f"{type(error).__name__}: {error}")
        else:
            self._unusable = 0

    def _use(self, message: Mapping[str, Any]) -> None:
        """Hand the hub what waited, or comes from the log: whatever it is, the rest goes on."""
        try:
            self.hub.receive(message)
        except Exception as error:
            self._count_unusable("malformed messages", f"{type(error).__name__}: {error}")

    def _hand_on(self, message: Any) -> None:
        if self._filler is not None and message["type"] in ("waves.frame", "waves.stream"):
            self._filler.take(message)
        else:
            self.hub.receive(message)

    def _look_after(self, *handles: int) -> None:
        """What may have been missed of these streams is read from the log."""
        if self._filler is not None:
            for handle in handles:
                self._filler.look(handle)

    def _count_unusable(self, kind: str, what: str) -> None:
        self.counts[kind] += 1
        self._tell(f"The channel layer brings {kind} ({what[:200]}); they are counted.", kind)

    def _cannot_use(self, kind: str, what: str) -> None:
        self._count_unusable(kind, what)
        self._unusable += 1
        if self._unusable > MOST_UNUSABLE:
            raise OSError(f"only {kind}")

    def _tell(self, words: str, about: str) -> None:
        """Say something once in the life of this process."""
        if about not in self._told:
            self._told.add(about)
            logger.warning(words)

    def _is_ours(self, sender: str, shard: str) -> bool:
        """Whether a message is of this installation, and of a process with our SECRET_KEY and our
        list of Redis hosts."""
        identity, _, seal = sender.partition(":")
        if identity != self._installation.identity:
            self.counts["foreign messages"] += 1
            self._tell("Messages of another installation are refused, and counted.", "foreign")
            return False
        if seal not in self._installation.seals:
            return self._refuse_stranger(OTHER_KEY)
        if shard != self._publisher.shard_mark:
            return self._refuse_stranger(OTHER_HOSTS)
        return True

    def _refuse_stranger(self, words: str) -> bool:
        self.counts["foreign messages"] += 1
        self._stranger_at, self._stranger = time.monotonic(), words
        self._tell(words, words)
        return False

    def _take_beat(self, beat: int) -> None:
        self._say("")
        if beat == self._beat:
            self.round_trips.add(time.monotonic() - self._beat_at)
        if beat > self._last_beat + 1:
            self._note_loss()
        self._last_beat = beat

    async def _keep_listening(self) -> None:
        """Say something to oneself, to learn whether anything is heard."""
        while True:
            self._beat += 1
            self._beat_at = time.monotonic()
            message = {"type": "waves.beat", "beat": self._beat}
            await bounded(self._layer.send(self._channel, message))
            before = time.monotonic()
            await asyncio.sleep(BEAT_SECONDS)
            now = time.monotonic()
            if now - before > DEAF_SECONDS / 2:
                self._heard_at = now  # this process stood still: nobody else was silent
            silence = now - self._heard_at
            if silence > DEAF_SECONDS:
                raise TimeoutError(f"not even our own messages for {silence:.0f} s")
            if self._publisher.installation != self._installation:
                return  # the groups have other names now: connect again

    async def _keep_joined(self) -> None:
        repeat_at = time.monotonic() + REJOIN_SECONDS
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._look.wait()
            self._look.clear()
            await self._join_wanted()
            await self._leave_unwanted()
            if time.monotonic() >= repeat_at:
                repeat_at = time.monotonic() + REJOIN_SECONDS
                await bounded(self._layer.group_add(self._groups.status, self._channel))
                for handle in list(self._joined):
                    await self._join(handle)

    async def _join(self, handle: int) -> None:
        await bounded(self._layer.group_add(self._groups.stream(handle), self._channel))
        self._look_after(handle)

    def _wanted(self) -> set[int]:
        viewed = {handle for handle, stream in self.hub.streams.items() if stream.audience}
        if self.everything:
            return viewed | set(self.hub.board.handles())
        return {handle for handle in viewed if shard_of(handle) == self._publisher.shard}

    async def _join_wanted(self) -> None:
        now = time.monotonic()
        for handle in self._wanted():
            if handle not in self._joined:
                await self._join(handle)
            self._joined[handle] = now

    async def _leave_unwanted(self) -> None:
        now = time.monotonic()
        for handle, wanted_at in list(self._joined.items()):
            if now - wanted_at > LINGER_SECONDS:
                del self._joined[handle]
                await bounded(self._layer.group_discard(self._groups.stream(handle), self._channel))
                # What is not received any more is no history: the next viewer starts afresh.
                self.hub.forget(handle)
