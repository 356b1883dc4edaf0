"""A viewer that behaves as docs/protocol.md says: it comes back with its position, again and again.

When nothing comes for a while it pings, as the page does, and believes no `live` that is not
answered.
"""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from benchmarks.faults.truth import Followed, Truth
from waves.tests.client import conversation

#: Waits before coming back double from the first to the longest: short, because it is the server
#: that is looked at here (the page's go from 0.5 to 15 s).
FIRST_WAIT, LONGEST_WAIT = 0.25, 1.0
HANDSHAKE_SECONDS = 5.0
#: Silence after which a viewer pings, how long it believes what it was told meanwhile, and after
#: which it gives the socket up: as the page.
SILENT_SECONDS, DOUBT_SECONDS, PONG_SECONDS = 3.0, 0.5, 8.0
PING = '{"type": "ping", "id": 1}'


class Watcher:
    """One viewer of one stream at one address, and what it was shown when."""

    def __init__(
        self,
        truth: Truth,
        address: str,
        slug: str,
        *,
        protocol: str = "waves.v1",
        tls: ssl.SSLContext | None = None,
        dial: Callable[[], socket.socket] | None = None,
        **wishes: float,
    ) -> None:
        self.truth, self.address, self.protocol = truth, address, protocol
        self.tls, self.wishes = tls, wishes
        #: Makes the connection, where that is not done as ever; it runs in a thread.
        self.dial = dial
        self.state = Followed(slug, truth)
        self.is_final = False
        self._viewer = conversation.Viewer()
        self._viewer.streams[slug] = self.state
        self._socket: ClientConnection | None = None
        self._heard_at = 0.0
        self._pinged_at: float | None = None
        self.forget(time.monotonic())

    def forget(self, now: float) -> None:
        """The fault begins: what was shown before does not count."""
        self.began = now
        #: When it was first shown something else than a live stream, and what.
        self.told_at: float | None = None
        self.told_as = ""
        #: The longest time without a sample, and of that with `live` shown.
        self.longest_out = self.wrongly_live = 0.0
        self._live_since = now
        #: How its sockets were closed, by code.
        self.codes: Counter[str] = Counter()

    @property
    def state_name(self) -> str:
        """What a person would be shown."""
        if not self.state.description:
            return "connecting"
        if self._socket is None:
            return "reconnecting"
        if self._pinged_at is not None and time.monotonic() - self._pinged_at > DOUBT_SECONDS:
            return "silent"
        name: str = self.state.description["state"]
        return name

    def behind(self, now: float) -> float:
        """How old its newest sample is, by the label; ``now`` is the time of day (unix s)."""
        return now - self.state.label

    def is_well(self, since: float) -> bool:
        """Whether it is shown a live stream, with samples that came after a moment."""
        fresh = self.state.sample_at > max(since, time.monotonic() - 1.0)
        return fresh and self.state_name == "live"

    async def run(self) -> None:
        """View until cancelled, or turned away for good."""
        wait = FIRST_WAIT
        while not self.is_final:
            came = time.monotonic()
            with suppress(OSError, TimeoutError, WebSocketException):
                await self._visit()
            wait = FIRST_WAIT if self.state.sample_at > came else min(2 * wait, LONGEST_WAIT)
            self._socket = self._pinged_at = None
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))

    async def _visit(self) -> None:
        slug = self.state.slug
        query = self._viewer.query(slug, **self.wishes)
        scheme = "wss" if self.tls else "ws"
        dialled = {"sock": await asyncio.to_thread(self.dial)} if self.dial else {}
        connecting = connect(
            f"{scheme}://{self.address}/ws/streams/{slug}/?{query}",
            subprotocols=[Subprotocol(self.protocol)],
            ssl=self.tls,
            open_timeout=HANDSHAKE_SECONDS,
            ping_interval=None,
            close_timeout=0.5,
            max_size=None,
            compression=None,
            **dialled,
        )
        async with connecting as socket:
            self._viewer.open()
            self._socket, self._heard_at = socket, time.monotonic()
            await self._read(socket)

    async def _read(self, socket: ClientConnection) -> None:
        try:
            while True:
                message = await socket.recv()
                self._heard_at, self._pinged_at = time.monotonic(), None
                self._viewer.receive(message)
                acknowledgement = self._viewer.acknowledgement(self._heard_at)
                if acknowledgement is not None:
                    await socket.send(acknowledgement)
        except ConnectionClosed as error:
            code = error.rcvd.code if error.rcvd else 1006
            self.codes[str(code)] += 1
            self.is_final = not self._viewer.may_come_back(code)

    async def look(self, now: float) -> None:
        """Several times a second: what is it shown now? Ping where nothing has come for long."""
        if self.state_name == "live":
            self._live_since = self._live_since or now
            quiet = now - max(self._live_since, self.state.sample_at)
            self.wrongly_live = max(self.wrongly_live, quiet)
        else:
            self._live_since = 0.0
            if self.state_name != "connecting":
                self.told_at = self.told_at or now
                self.told_as = self.told_as or self.state_name
        out = now - max(self.began, self.state.sample_at)
        self.longest_out = max(self.longest_out, out)
        await self._ping(now)

    async def _ping(self, now: float) -> None:
        if self._socket is None:
            return
        if self._pinged_at is None and now - self._heard_at > SILENT_SECONDS:
            self._pinged_at = now
            with suppress(ConnectionClosed):
                await self._socket.send(PING)
        elif self._pinged_at is not None and now - self._pinged_at > PONG_SECONDS:
            self._socket.transport.abort()
