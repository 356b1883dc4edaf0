"""One connection of the load generator: socket, framing, and what every dialect shares."""

from __future__ import annotations

import contextlib
import errno
import select
import socket
import time

from benchmarks import framing
from benchmarks.tally import Tally

CONNECTING, OPENING, OPEN, CLOSED = range(4)

#: The far end closed or reset the connection; what it sent before may still wait to be read.
ENDED = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR


class Viewer:
    """A WebSocket client on a non-blocking socket. A dialect overrides ``text`` and ``binary``.

    ``samples`` counts samples per signal, ``missing`` the samples that index jumps passed over,
    ``told`` the samples that the server says this viewer lost.
    """

    #: What epoll reports once it is open. Edge-triggered: it visits each ready socket once.
    interest = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLET
    #: Some dialects carry no sample index: what they lose cannot be seen.
    indexed = True

    def __init__(self, tally: Tally, host: str, path: str, protocols: tuple[str, ...]) -> None:
        self.tally = tally
        self.request = framing.handshake(host, path, protocols)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.state = CONNECTING
        self.pending = bytearray()
        self.started = time.monotonic()
        self.opened = 0.0
        self.closed = 0.0
        self.close_code = ""
        self.samples = self.gaps = self.missing = self.told = 0
        self.leaving = False

    def fileno(self) -> int:
        """The descriptor, for epoll."""
        return self.sock.fileno()

    def connect(self, address: tuple[str, int]) -> None:
        """Begin to connect; epoll says when it is done."""
        code = self.sock.connect_ex(address)
        if code not in (0, errno.EINPROGRESS):
            raise OSError(code, "connect")

    def restart(self) -> None:
        """The measurement begins: count from zero."""
        self.samples = self.gaps = self.missing = self.told = 0

    def ready(self, events: int, buffer: bytearray) -> None:
        """Act on what epoll reported; ``buffer`` is the generator's one receive buffer."""
        try:
            if self.state == CONNECTING:
                self._send_request(events)
            else:
                size = self._receive(buffer)
                # Edge-triggered: a short read leaves nothing, unless the end of the stream follows.
                while size == len(buffer) or (size and events & ENDED):
                    size = self._receive(buffer)
        except OSError as error:
            self.end("reset" if self.state == OPEN else f"refused {error.errno}")
        except (framing.FramingError, ValueError, KeyError) as error:
            self.tally.errors[f"{type(error).__name__}: {error}"[:80]] += 1
            self.end("unreadable")

    def end(self, code: str) -> None:
        """Close the socket, and remember why, unless it was ours to leave."""
        if self.state == CLOSED:
            return
        self.state = CLOSED
        self.closed = time.monotonic()
        self.close_code = code
        self.sock.close()
        if not self.leaving:
            self.tally.closes[code] += 1

    def leave(self) -> None:
        """Go, as a page that is closed: a close frame, then the socket."""
        if self.state == CLOSED:
            return
        self.leaving = True
        with contextlib.suppress(OSError):
            self.sock.send(framing.masked(framing.CLOSE, (1000).to_bytes(2, "big")))
        self.end("left")

    def send(self, opcode: int, payload: bytes) -> bool:
        """Send a small frame; False where the socket is full (acks can wait: they add up)."""
        frame = framing.masked(opcode, payload)
        try:
            sent = self.sock.send(frame)
        except BlockingIOError:
            return False
        if sent != len(frame):
            raise framing.FramingError("The socket took half a frame.")
        return True

    def _send_request(self, events: int) -> None:
        if not events & select.EPOLLOUT or self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self.end("refused")
            return
        self.sock.send(self.request)
        self.state = OPENING

    def _receive(self, buffer: bytearray) -> int:
        """Read once and act on it; returns the bytes read, 0 where there are no more."""
        if self.state == CLOSED:
            return 0
        try:
            size = self.sock.recv_into(buffer)
        except BlockingIOError:
            return 0
        if not size:
            self.end("no close frame" if self.state == OPEN else "refused")
        elif self.state == OPENING:
            self.pending += memoryview(buffer)[:size]
            self._finish_handshake()
        elif self.pending:
            self.pending += memoryview(buffer)[:size]
            done = self.consume(self.pending, len(self.pending))
            del self.pending[:done]
        else:
            done = self.consume(buffer, size)
            if done < size:
                self.pending += memoryview(buffer)[done:size]
        return size

    def _finish_handshake(self) -> None:
        end = self.pending.find(b"\r\n\r\n")
        if end < 0:
            return
        status = framing.status_of(bytes(self.pending[:end]))
        if status != 101:
            self.end(f"HTTP {status}")
            return
        del self.pending[: end + 4]
        self.state = OPEN
        self.opened = time.monotonic()
        self.opening()
        done = self.consume(self.pending, len(self.pending))
        del self.pending[:done]

    def consume(self, buffer: bytearray, end: int) -> int:
        """Act on the complete messages in ``buffer[:end]``; returns how far it came."""
        at = 0
        while self.state == OPEN:
            message = framing.next_message(buffer, at, end)
            if message is None:
                break
            opcode, start, at = message
            self.tally.bytes += at - start
            if opcode == framing.BINARY:
                self.binary(buffer, start, at)
            elif opcode == framing.TEXT:
                self.text(buffer[start:at])
            else:
                self._control(opcode, bytes(buffer[start:at]))
        return at if self.state == OPEN else end

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == framing.PING:
            self.send(framing.PONG, payload)
        elif opcode == framing.CLOSE:
            code = str(int.from_bytes(payload[:2], "big")) if len(payload) >= 2 else "1005"
            with contextlib.suppress(BlockingIOError):
                self.send(framing.CLOSE, payload[:2])
            self.end(code)

    def opening(self) -> None:
        """The handshake is done: say what the dialect says first."""

    def idle(self, now: float) -> None:
        """Called about once a second with ``time.monotonic()``: keep-alives of the dialect."""

    def text(self, payload: bytearray) -> None:
        """A text message came."""

    def binary(self, buffer: bytearray, start: int, stop: int) -> None:
        """A binary message came: ``buffer[start:stop]``, valid until this call returns."""
