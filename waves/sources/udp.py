"""Datagrams: a stream listens on a port for Teleplot's lines and JSON, because it was told to."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from waves.exceptions import IngestError, SourceError
from waves.ingest import datagram
from waves.ingest.readings import BoardClock
from waves.protocol.spec import StreamSpec
from waves.sources.base import Example, SourceContext
from waves.sources.feed import OPEN_SECONDS, STRANGE, FedSource
from waves.sources.gathering import Gathered
from waves.sources.taking import TakingOptions
from waves.sources.thread import DedicatedThread

#: Bytes that the system keeps for us while we do something else: a second of 1,000 short ones.
RECEIVE_BUFFER = 1024 * 1024
#: Bytes that wait to be read as samples; beyond, datagrams are left out. They take a tenth of a
#: second of a core.
MOST_WAITING = 64 * 1024
#: A datagram counts as one for each so many bytes that it begins: so the bound is one of work, too.
ONE = 256
#: Seconds between two looks, at most: more waits meanwhile than a slow stream has frames for.
MOST_PAUSE = 0.1
#: Entries of the list of senders: each datagram is compared with all.
MOST_SENDERS = 100
#: Senders whose boards' clocks are remembered.
MOST_BOARDS = 256

STRANGERS = "datagrams of senders that are not allowed"
MALFORMED = "datagrams that are no samples"
TOO_MANY = "datagrams beyond what it may get in a second"


def _address(text: str) -> str:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        raise ValueError(
            f"The address to listen on is one of this machine's, such as 127.0.0.1, or 0.0.0.0 "
            f"for all of them, and not “{text[:60]}”."
        ) from None


def _senders(text: str | None) -> str | None:
    entries = (text or "").replace(",", " ").split()
    if len(entries) > MOST_SENDERS:
        raise ValueError(f"There may be {MOST_SENDERS} senders: name their network.")
    for entry in entries:
        try:
            ip_network(entry)
        except ValueError as error:
            raise ValueError(
                f"“{entry[:60]}” is no address and no network of senders ({error})."
            ) from None
    return text


class UdpOptions(TakingOptions):
    """Where it listens, whom it hears, and how much."""

    address: Annotated[str, AfterValidator(_address)] = Field(
        default="127.0.0.1",
        title="Address",
        description="Of this machine: 127.0.0.1 hears this machine only, 0.0.0.0 hears everybody "
        "who reaches it.",
    )
    port: int = Field(
        default=47269,  # Teleplot's
        ge=1,
        le=65535,
        title="Port",
        description="No other stream may listen on it.",
    )
    senders: Annotated[str | None, AfterValidator(_senders)] = Field(
        default=None,
        title="Senders",
        description="Addresses and networks that may send, such as 192.168.1.7, 10.0.0.0/8. "
        "Empty: all that reach the address.",
    )
    most: int = Field(
        default=1000,
        ge=1,
        le=10_000,
        title="Most datagrams",
        description="In a second; beyond, they are left out, and counted. A long one counts as one "
        "for each 256 bytes.",
        json_schema_extra={"unit": "1/s"},
    )


class UdpSource(FedSource):
    """Listens on a port. Raises SourceError where it may not."""

    label = "UDP datagrams"
    options: ClassVar[type[TakingOptions]] = UdpOptions

    def __init__(self, spec: StreamSpec, context: SourceContext) -> None:
        super().__init__(spec, context)
        self._options = UdpOptions.model_validate(spec.options)
        self._boards: OrderedDict[str, BoardClock] = OrderedDict()

    @classmethod
    def examples(cls, spec: StreamSpec, site: str, samples: str) -> tuple[Example, ...]:
        """For bash and Python."""
        options = UdpOptions.model_validate(spec.options)
        host = options.address
        if ip_address(host).is_unspecified:
            host = urlsplit(site).hostname or host
        name = next((row.name for row in spec.signals), "inlet")
        bash = f'echo "{name}:60.1" > /dev/udp/{host}/{options.port}'
        python = (
            "import socket\n\n"
            f"family = socket.AF_INET{'6' if ':' in host else ''}\n"
            "with socket.socket(family, socket.SOCK_DGRAM) as out:\n"
            f'    out.sendto(b"{name}:60.1", ("{host}", {options.port}))'
        )
        return Example("bash", bash), Example("Python", python)

    async def feed(self) -> None:
        """Hand over what came, at most ``frames_per_second`` times a second."""
        loop, clock = asyncio.get_running_loop(), self.context.clock
        catcher = Catcher(self._options, self.now, self.leave_out)
        transport = await self._open(catcher)
        thread = DedicatedThread(f"waves {self.spec.slug}")
        try:
            while True:
                await catcher.came.wait()
                work = partial(self._work, loop, catcher.take())
                await thread.call(work)
                pause = min(MOST_PAUSE, 1 / self.spec.frames_per_second)
                await clock.sleep_until(clock.monotonic() + pause)
        finally:
            transport.close()
            await thread.close(partial(self._work, loop, catcher.take()))

    async def _open(self, catcher: Catcher) -> asyncio.DatagramTransport:
        host, port = self._options.address, self._options.port
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                    lambda: catcher, local_addr=(host, port)
                )
        except OSError as error:
            raise SourceError(_words(error, host, port)) from None
        return transport

    def _work(self, loop: asyncio.AbstractEventLoop, pieces: list[Piece]) -> None:
        """Read datagrams, in a thread; what was read is handed over even where the run ends."""
        gathered = Gathered()
        for arrival, host, data in pieces:
            try:
                found = datagram.parse(data)
                self.gatherer.add(found.readings, arrival, self._board(host))
            except IngestError as error:
                gathered.left_out[MALFORMED] += 1
                # Without the sender: who may see the stream need not know who is on the network.
                where = f"line {error.line}: " if error.line > 1 else ""
                gathered.lines.append(f"{where}{error}")
                continue
            gathered.lines += found.messages
        gathered.left_out[STRANGE] = self.gatherer.unknown
        gathered.batches = self.gatherer.batches()
        loop.call_soon_threadsafe(self.hand_over, gathered)

    def _board(self, host: str) -> BoardClock:
        board = self._boards.setdefault(host, BoardClock())
        self._boards.move_to_end(host)
        if len(self._boards) > MOST_BOARDS:
            self._boards.popitem(last=False)
        return board


def _words(error: OSError, host: str, port: int) -> str:
    where = f"port {port} of {host}"
    if error.errno == errno.EADDRINUSE:
        return f"Something else listens on {where} already: choose another port."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine: choose one of its own, or 0.0.0.0."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"This server may not listen on {where}: choose a port from 1024 on."
    return f"It cannot listen on {where}: {error.strerror or error}."


#: When a datagram came (unix seconds), from where, and what it was.
Piece = tuple[float, str, bytes]


class Catcher(asyncio.DatagramProtocol):
    """Keeps datagrams until they are read, within bounds; all others are counted."""

    def __init__(
        self, options: UdpOptions, now: Callable[[], float], leave_out: Callable[[str], None]
    ) -> None:
        self.came = asyncio.Event()
        senders = (options.senders or "").replace(",", " ").split()
        self._senders = [ip_network(entry) for entry in senders]
        self._most = float(options.most)
        self._now = now
        self._leave_out = leave_out
        #: How many may come at once, by now.
        self._allowance = self._most
        self._allowed_at = now()
        self._waiting: list[Piece] = []
        self._bytes = 0

    def connection_made(self, transport: Any) -> None:
        """Have the system keep more for us than it does by itself."""
        transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER
        )

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        """Keep one, or count why not."""
        now, host = self._now(), str(addr[0])
        if self._senders and not self._is_allowed(host):
            self._leave_out(STRANGERS)
        elif not self._has_room(now, data):
            self._leave_out(TOO_MANY)
        else:
            self._waiting.append((now, host, data))
            self._bytes += len(data)
            self.came.set()

    def _is_allowed(self, host: str) -> bool:
        address = ip_address(host)
        return any(address in network for network in self._senders)

    def _has_room(self, now: float, data: bytes) -> bool:
        earned = (now - self._allowed_at) * self._most
        self._allowance, self._allowed_at = min(self._most, self._allowance + earned), now
        cost = 1 + len(data) // ONE
        if self._allowance < cost or self._bytes + len(data) > MOST_WAITING:
            return False
        self._allowance -= cost
        return True

    def take(self) -> list[Piece]:
        """All that waits."""
        self.came.clear()
        taken, self._waiting, self._bytes = self._waiting, [], 0
        return taken
