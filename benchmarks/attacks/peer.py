"""The attacker's side of a socket: raw, so that an attack costs the attacker next to nothing.

It comes from an address of its own (127.0.0.2), so that what a server bounds by address bounds it
and not the viewers beside it. The target is always 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Self

from benchmarks import framing

SERVER, ATTACKER = "127.0.0.1", "127.0.0.2"
#: One read takes at most this much.
RECEIVE_BYTES = 256 * 1024
#: Acknowledged as often as ``hello`` asks at most: what waits for us never stops the server.
ACK_BYTES = 64 * 1024
#: A server that answers nothing for so long has refused.
ANSWER_SECONDS = 10.0
#: The last bytes of a socket, in which its close frame is looked for.
TAIL = 128
CLOSE_FRAME = re.compile(rb"\x88([\x02-\x7d])(..)", re.DOTALL)


class EndedError(Exception):
    """The server ended a connection, or refused it; the text says how, in a word or two."""


class Target:
    """The server, the stream that is aimed at, and what came of it.

    ``sent``, ``answered`` and ``received`` (bytes) are what the attack counts; ``refused`` counts
    refusals by their words.
    """

    def __init__(self, port: int, slug: str = "fast") -> None:
        self.port = port
        self.slug = slug
        self.host = f"{SERVER}:{port}"
        self.stream: dict[str, Any] = {}
        self.sent = self.answered = self.received = self.visits = 0
        self.refused: Counter[str] = Counter()
        #: Set where those may begin who came ahead.
        self.loose = asyncio.Event()
        self._there, self._one_came = 0, asyncio.Event()
        self._looked_at = 0.0

    async def look(self) -> None:
        """Ask for handle, epoch and what is kept of the stream, as anybody may."""
        async with Http(self) as http:
            _, body = await http.get(f"/api/v1/streams/{self.slug}")
        self.stream = json.loads(body)
        self._looked_at = time.monotonic()

    def newest(self) -> int:
        """A position that the server surely has: half a second old, or what it had at the look."""
        seconds = time.monotonic() - self._looked_at - 0.5
        return int(self.stream["kept"]["last"] + max(0.0, seconds) * self.stream["rate"])

    def newest_values(self, values: int) -> tuple[int, int]:
        """First and last position of so many of the newest values, all signals together."""
        last = self.newest()
        return max(0, last + 1 - values // len(self.stream["signals"])), last

    async def let_loose(self) -> None:
        """Who is there says so, and waits until it may begin."""
        self._there += 1
        self._one_came.set()
        await self.loose.wait()

    async def until_there(self, number: int) -> None:
        """Wait until so many are. Raises EndedError where they do not come."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_SECONDS):
                while self._there < number:
                    self._one_came.clear()
                    await self._one_came.wait()
                return
        raise EndedError(f"only {self._there} of {number} came: {dict(self.refused)}")

    def turn(self) -> int:
        """The number of the visit that begins now."""
        self.visits += 1
        return self.visits - 1

    def report(self) -> dict[str, Any]:
        """What was sent, and what came back, ready for JSON."""
        return {
            "sent": self.sent,
            "answered": self.answered,
            "received": self.received,
            "refused": dict(self.refused.most_common(6)),
        }


Visit = Callable[[Target], Awaitable[None]]


class Peer:
    """A TCP connection to the server; ``room`` bounds what the kernel takes of its answers."""

    def __init__(self, target: Target, room: int | None = None) -> None:
        self.target = target
        self.pending = bytearray()
        self.sock = socket.socket()
        self.sock.setblocking(False)
        if room is not None:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self.sock.bind((ATTACKER, 0))
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> Self:
        try:
            loop = asyncio.get_running_loop()
            await loop.sock_connect(self.sock, (SERVER, self.target.port))
        except BaseException:
            self.sock.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.sock.close()

    async def send(self, data: bytes) -> None:
        """Send all of it; others who send meanwhile wait."""
        async with self._lock:
            await asyncio.get_running_loop().sock_sendall(self.sock, data)
        # A socket that takes everything at once would never let anybody else run.
        await asyncio.sleep(0)

    async def receive(self, most: int = RECEIVE_BYTES) -> bytes:
        """What has come. Raises EndedError at the end of it."""
        data = await asyncio.get_running_loop().sock_recv(self.sock, most)
        self.target.received += len(data)
        if not data:
            raise EndedError("closed")
        return data

    async def head(self) -> bytes:
        """The head of an HTTP answer; what follows it stays in ``pending``."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while (end := self.pending.find(b"\r\n\r\n")) < 0:
                self.pending += await self.receive()
        head = bytes(self.pending[:end])
        del self.pending[: end + 4]
        return head


class Http(Peer):
    """A client of pages and of the API, on one connection that is kept."""

    async def ask(self, path: str, *more: str) -> int:
        """Send a GET, and read the head of its answer; returns the length of its body, or -1.

        ``more`` are further header lines. Raises EndedError where the status is none of success.
        """
        return await self._ask(request(self.target.host, path, "GET", *more))

    async def post(self, path: str, body: bytes, *more: str) -> None:
        """Send JSON, and read the answer. Raises EndedError where it is none of success."""
        kind = "Content-Type: application/json"
        head = request(self.target.host, path, "POST", kind, f"Content-Length: {len(body)}", *more)
        await self.read(await self._ask(head + body))

    async def _ask(self, whole: bytes) -> int:
        await self.send(whole)
        head = await self.head()
        status = framing.status_of(head)
        if status // 100 != 2:
            raise EndedError(f"HTTP {status}")
        return length_of(head)

    async def get(self, path: str) -> tuple[int, bytes]:
        """Length and body of an answer of known length."""
        length = await self.ask(path)
        while len(self.pending) < length:
            self.pending += await self.receive()
        body = bytes(self.pending[:length])
        del self.pending[:length]
        return length, body

    async def read(self, length: int) -> None:
        """Read a body and forget it: ``length`` bytes, or, where it is -1, to the end."""
        left = length - len(self.pending)
        self.pending.clear()
        with contextlib.suppress(EndedError) if length < 0 else contextlib.nullcontext():
            while left:
                left -= len(await self.receive())


class WebSocket(Peer):
    """A viewer of the protocol, which reads what it is told to."""

    async def open(self, path: str, subprotocol: str = "waves.v1", *more: str) -> None:
        """Shake hands; ``more`` are further header lines. Raises EndedError where the server does
        not want to."""
        await self.send(framing.handshake(self.target.host, path, (subprotocol,), *more))
        status = framing.status_of(await self.head())
        if status != 101:
            raise EndedError(f"HTTP {status}")

    async def say(self, message: dict[str, Any]) -> None:
        """Send a control message."""
        await self.send(framing.masked(framing.TEXT, json.dumps(message).encode()))

    async def count(self, answer: bytes) -> None:
        """Read for ever, and count how often ``answer`` comes, without parsing anything."""
        tail = bytes(self.pending)
        while True:
            try:
                data = await self.receive()
            except EndedError:
                raise EndedError(closing(tail)) from None
            self.target.answered += (tail[1 - len(answer) :] + data).count(answer)
            tail = data[-TAIL:]

    async def listen(self, take: Callable[[str, dict[str, Any]], None]) -> None:
        """Read for ever, acknowledging; ``take`` is given each control message with its type."""
        count = unacknowledged = 0
        while True:
            at = 0
            while found := framing.next_message(self.pending, at, len(self.pending)):
                opcode, start, at = found
                if opcode == framing.BINARY:
                    count += 1
                    unacknowledged += at - start
                else:
                    await self._control(opcode, bytes(self.pending[start:at]), take)
            del self.pending[:at]
            if unacknowledged > ACK_BYTES:
                await self.say({"type": "ack", "count": count})
                unacknowledged = 0
            self.pending += await self.receive()

    async def _control(
        self, opcode: int, payload: bytes, take: Callable[[str, dict[str, Any]], None]
    ) -> None:
        if opcode == framing.PING:
            await self.send(framing.masked(framing.PONG, payload))
        elif opcode == framing.CLOSE:
            raise EndedError(f"close {int.from_bytes(payload[:2], 'big')}")
        elif opcode == framing.TEXT:
            message = json.loads(payload)
            if message["type"] in ("error", "notice"):
                self.target.refused[f"{message['type']} {message['code']}"] += 1
            take(message["type"], message)


def request(host: str, path: str, method: str = "GET", *more: str) -> bytes:
    """The head of a request; ``more`` are further header lines."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {host}", *more, "", ""]).encode()


def length_of(head: bytes) -> int:
    """The length of the body that follows a head; -1 where it does not say."""
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return int(length.group(1)) if length else -1


def closing(tail: bytes) -> str:
    """How a WebSocket whose last bytes were ``tail`` was closed."""
    for found in CLOSE_FRAME.finditer(tail):
        if found.start() + 2 + found.group(1)[0] == len(tail):
            return f"close {int.from_bytes(found.group(2), 'big')}"
    return "closed"


async def together(*parts: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends; the others are cancelled, and what it raised is raised."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
