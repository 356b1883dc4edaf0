"""A subscriber of a broker: connects, again and again, and reads messages as samples."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import ssl
import stat
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from hashlib import blake2b
from typing import Any, cast

from waves.exceptions import IngestError, SourceError
from waves.ingest.mqtt_message import MOST_BYTES, Topics
from waves.ingest.readings import BoardClock
from waves.sources.broker import MqttOptions
from waves.sources.feed import STRANGE, FedSource
from waves.sources.gathering import Gathered

try:
    import aiomqtt
except ImportError:  # the extra `mqtt` is not installed: the options can be edited all the same
    aiomqtt = None  # type: ignore[assignment]
IS_INSTALLED = aiomqtt is not None

#: Seconds that a broker may take to answer. To reach it paho itself gives it 5 s.
ANSWER_SECONDS = 5.0
#: Seconds after which a broker of which nothing was heard is asked; as many later it is gone.
KEEP_ALIVE = 10
#: Pauses between attempts to reach a broker, in seconds; the last one for ever.
BACKOFF_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0)
#: Messages that wait to be read as samples. 500 of the longest take 32 MiB.
MOST_WAITING = 500
#: Messages that are read in a second, at most: each takes as much of a core as a short request.
MOST_A_SECOND = 2000
#: Seconds between two looks, at most: more waits meanwhile than a slow stream has frames for.
MOST_PAUSE = 0.1
#: Topics whose last message is remembered, to know a retained one again.
MOST_TOPICS = 4096
#: Bytes of a CA file; all that systems trust takes a fifth of a MiB.
MOST_CA_BYTES = 1024 * 1024
#: What a broker answers to a wrong user or password, and to one who may not connect (MQTT 3.1.1,
#: 3.2.2.3), as paho tells it.
REFUSED = ("Bad user name or password", "Not authorized")
#: The number before what a system says of a fault: it tells a person nothing.
_ERRNO = re.compile(r"^\[Errno -?\d+\] ")

RETAINED = "retained messages, measured nobody knows when: they stand at the time of arrival"
MALFORMED = "messages that are no samples"
TOO_LONG = f"messages of more than {MOST_BYTES // 1024} KiB"
TOO_MANY = "messages beyond what can be read"


class Retained:
    """What was last said of each topic: a retained message that was had is no sample again.

    One that brings a new signal waits for the epoch that begins with it, and is had there.
    """

    def __init__(self) -> None:
        self._had: OrderedDict[str, bytes] = OrderedDict()
        self._later: dict[str, bytes] = {}

    def begin(self) -> None:
        """A run begins: it has nothing yet but what waits for it."""
        self._had, self._later = OrderedDict(self._later), {}

    def is_news(self, topic: str, payload: bytes, *, is_retained: bool) -> bool:
        """Whether a message is a sample; it is remembered as the last one of its topic."""
        digest = blake2b(payload, digest_size=16).digest()
        if is_retained and self._had.get(topic) == digest:
            return False
        self._had[topic] = digest
        self._had.move_to_end(topic)
        if len(self._had) > MOST_TOPICS:
            self._had.popitem(last=False)
        return True

    def wait(self, topic: str) -> None:
        """The last message of a topic is a sample of the next run."""
        if topic in self._had and len(self._later) < MOST_TOPICS:
            self._later[topic] = self._had[topic]


class Waiting(asyncio.Queue[Any]):
    """Messages until they are read, as pairs of unix seconds of their arrival and the message.

    Those that are too long or too many are counted instead.
    """

    def __init__(
        self, now: Callable[[], float], leave_out: Callable[[str], None], maxsize: int
    ) -> None:
        super().__init__(maxsize)
        self._now = now
        self._leave_out = leave_out

    def put_nowait(self, item: Any) -> None:
        """Keep a message, or count it."""
        if len(item.payload) > MOST_BYTES:
            self._leave_out(TOO_LONG)
        elif self.full():
            self._leave_out(TOO_MANY)
        else:
            super().put_nowait((self._now(), item))

    def rest(self) -> list[Any]:
        """All that waits."""
        return [self.get_nowait() for _ in range(self.qsize())]


class Subscriber:
    """The connection of one run of a source; all of it but ``stop`` happens in one thread."""

    def __init__(self, source: FedSource, options: MqttOptions, password: str | None) -> None:
        self._source = source
        self._options = options
        self._password = password
        self._topics = Topics(options.topics)
        self._loop = asyncio.get_running_loop()
        self._stopped: Future[None] = Future()
        self._retained: Retained = source.inbox.memory.setdefault("retained", Retained())
        self._retained.begin()
        self._clock = BoardClock()
        #: The broker took us in this run: where it does not any more, it may again.
        self.was_connected = False
        self._gathered = Gathered()
        #: Retained messages among it.
        self._kept = 0

    @property
    def _where(self) -> str:
        host, port = self._options.address
        return f"The broker {host}:{port}"

    def stop(self) -> None:
        """End ``run`` soon. It may be called at any time, in any thread."""
        if not self._stopped.done():
            self._stopped.set_result(None)

    def run(self) -> None:
        """Read until stopped, in a thread. Raises SourceError where that cannot be."""
        # aiomqtt needs a loop that watches sockets, on Windows too.
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(self._until_stopped())

    async def _until_stopped(self) -> None:
        reading = asyncio.create_task(self._read())
        stopped = asyncio.wrap_future(self._stopped)
        await asyncio.wait({reading, stopped}, return_when=asyncio.FIRST_COMPLETED)
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading

    async def _read(self) -> None:
        context = self._tls_context() if self._options.tls else None
        attempts = 0
        while True:
            try:
                async with self._connected(context) as client:
                    attempts = 0
                    await self._subscribe(client)
                    await self._take_all(client)
            except aiomqtt.MqttError as error:
                self._say(self._trouble(error))
            pause = BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS) - 1)]
            attempts += 1
            await asyncio.sleep(pause)

    def _tls_context(self) -> ssl.SSLContext:
        path = self._options.ca_file
        try:
            if path is not None:
                about = os.stat(path)
                if not stat.S_ISREG(about.st_mode) or about.st_size > MOST_CA_BYTES:
                    raise OSError("it is no file of certificates")
            return ssl.create_default_context(cafile=path)
        except (OSError, ValueError) as error:
            raise SourceError(f"The CA file {path} cannot be read: {error}.") from None

    @contextlib.asynccontextmanager
    async def _connected(self, context: ssl.SSLContext | None) -> AsyncIterator[aiomqtt.Client]:
        host, port = self._options.address
        client = aiomqtt.Client(
            host,
            port,
            username=self._options.user,
            password=self._password,
            identifier=self._options.client_id,
            queue_type=cast("type[asyncio.Queue[aiomqtt.Message]]", self._queue),
            max_queued_incoming_messages=MOST_WAITING,
            # What a broker kept for us would come with a time that is none of its own.
            clean_session=True,
            timeout=ANSWER_SECONDS,
            keepalive=KEEP_ALIVE,
            tls_context=context,
        )
        entering = asyncio.ensure_future(client.__aenter__())
        try:
            await asyncio.shield(entering)
        except asyncio.CancelledError:
            # A thread connects, and cannot be hindered: what it opens must be closed.
            with contextlib.suppress(aiomqtt.MqttError):
                await entering
                await client.__aexit__(None, None, None)
            raise
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_exit(client.__aexit__)
            yield client

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        entries = [(entry, self._options.qos) for entry in self._topics.filters]
        answers: Any = await client.subscribe(entries)
        self.was_connected = True
        refused = [
            entry
            for (entry, _), answer in zip(entries, answers, strict=False)
            if getattr(answer, "is_failure", False)
        ]
        told = ", ".join(refused)[:200]
        self._say(f"{self._where} does not let us read {told}." if refused else "")

    def _trouble(self, error: aiomqtt.MqttError) -> str:
        """What to say of a fault. Raises SourceError where it is likely to stay."""
        reason = getattr(error, "rc", None)
        words = str(reason if reason is not None else error) or "no answer"
        if error.__cause__ is not None:
            words = "the connection ended"
        if words in REFUSED:
            if not self.was_connected:
                raise SourceError(f"{self._where} refuses this user or this password ({words}).")
            return f"{self._where} refuses this user or this password now; it is tried again."
        words = _ERRNO.sub("", words)[:200]
        return f"{self._where} cannot be reached ({words}); it is tried again."

    def _queue(self, maxsize: int) -> Waiting:
        self._waiting = Waiting(self._source.now, self._leave_out, maxsize)
        return self._waiting

    async def _take_all(self, client: aiomqtt.Client) -> None:
        """Read messages, and hand them over at most ``frames_per_second`` times a second."""
        messages: AsyncIterator[Any] = client.messages
        async for first in messages:
            pairs = [first, *self._waiting.rest()]
            for arrival, message in pairs:
                self._take(arrival, message)
            self._hand_over()
            # Nothing at all is read meanwhile: the broker has them wait.
            time.sleep(len(pairs) / MOST_A_SECOND)  # noqa: ASYNC251
            await asyncio.sleep(min(MOST_PAUSE, 1 / self._source.spec.frames_per_second))

    def _take(self, arrival: float, message: aiomqtt.Message) -> None:
        topic, payload = message.topic.value, bytes(message.payload)
        if not self._retained.is_news(topic, payload, is_retained=message.retain):
            return
        gathered, gatherer = self._gathered, self._source.gatherer
        try:
            reading = self._topics.reading(topic, payload)
            waits = gatherer.add([reading], arrival, self._clock)
        except IngestError as error:
            gathered.left_out[MALFORMED] += 1
            gathered.lines.append(f"{topic[:60]}: {error}")
            return
        if waits:
            self._retained.wait(topic)
        self._kept += message.retain

    def _hand_over(self) -> None:
        gatherer = self._source.gatherer
        gathered, self._gathered = self._gathered, Gathered()
        if self._kept:
            gathered.lines.append(f"{self._kept} {RETAINED}")
            self._kept = 0
        gathered.left_out[STRANGE] = gatherer.unknown
        gathered.batches = gatherer.batches()
        self._loop.call_soon_threadsafe(self._source.hand_over, gathered)

    def _leave_out(self, why: str) -> None:
        self._loop.call_soon_threadsafe(self._source.leave_out, why)

    def _say(self, condition: str) -> None:
        self._loop.call_soon_threadsafe(self._source.say, condition)
