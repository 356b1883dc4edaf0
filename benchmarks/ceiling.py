"""How much the load generator can take: it reads from a sender that does next to nothing.

The sender answers the handshake and writes one prepared message to every socket at each tick. What
the generator reads at a known CPU share here is what it can read from a real server.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import re
import select
import socket
import time

from benchmarks import framing
from benchmarks.dialects import HEADER, MAGIC
from benchmarks.load import raise_file_limit

#: RFC 6455, section 1.3.
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
HELLO = b'{"type":"hello","ack":{"ms":1000,"bytes":131072}}'


def accept_response(request: bytes) -> bytes:
    """The answer to a handshake."""
    match = re.search(rb"Sec-WebSocket-Key: (\S+)", request)
    key = match.group(1) if match else b""
    proof = base64.b64encode(hashlib.sha1(key + GUID).digest())
    head = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    return (
        head
        + b"Sec-WebSocket-Accept: "
        + proof
        + b"\r\nSec-WebSocket-Protocol: waves.v1\r\n\r\n"
        + framing.unmasked(framing.TEXT, HELLO)
    )


def waves_frame(sample: int, n: int, rate: float, now: float) -> bytes:
    """A frame of ``n`` float32 zeros whose newest sample is due ``now``."""
    size = (4 * n + 7) // 8 * 8
    t0 = now - (n - 1) / rate
    return HEADER.pack(MAGIC, 1, 1, 0, 0, 1, 0, 1, n, 1, 1, size, sample, t0, 1 / rate) + bytes(
        size
    )


class Sender:
    """A server of the simplest kind: one epoll, one message for all."""

    def __init__(self, port: int, rate: float, frames_per_second: float) -> None:
        self.listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        self.listener.setblocking(False)
        self.epoll = select.epoll()
        self.epoll.register(self.listener.fileno(), select.EPOLLIN)
        self.clients: dict[int, socket.socket] = {}
        self.open: set[int] = set()
        self.rate = rate
        self.n = int(rate / frames_per_second)
        self.period = 1 / frames_per_second
        self.sample = 0

    def serve(self) -> None:
        """Send at each tick, and accept in between, for ever."""
        due = time.monotonic() + self.period
        while True:
            self._poll(max(0.0, due - time.monotonic()))
            if time.monotonic() >= due:
                self._send()
                # A tick that was missed is not made up for: fewer frames show in the figures.
                due = max(due + self.period, time.monotonic())

    def _poll(self, timeout: float) -> None:
        for descriptor, event in self.epoll.poll(timeout, 256):
            if descriptor == self.listener.fileno():
                self._accept_all()
            elif event & select.EPOLLIN:
                self._read(descriptor)
            else:
                self._drop(descriptor)

    def _accept_all(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                client, _ = self.listener.accept()
                client.setblocking(False)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.clients[client.fileno()] = client
                self.epoll.register(client.fileno(), select.EPOLLIN)

    def _read(self, descriptor: int) -> None:
        try:
            request = self.clients[descriptor].recv(65536)
        except BlockingIOError:
            return
        except OSError:
            request = b""
        if not request:
            self._drop(descriptor)
        elif request.startswith(b"GET"):
            self.clients[descriptor].send(accept_response(request))
            self.open.add(descriptor)

    def _drop(self, descriptor: int) -> None:
        self.open.discard(descriptor)
        self.clients.pop(descriptor).close()

    def _send(self) -> None:
        frame = waves_frame(self.sample, self.n, self.rate, time.time())
        message = framing.unmasked(framing.BINARY, frame)
        self.sample += self.n
        for descriptor in list(self.open):
            try:
                self.clients[descriptor].send(message)
            except BlockingIOError:
                pass  # A full socket: the generator sees the gap, and says so.
            except OSError:
                self._drop(descriptor)


def main() -> None:
    """Serve on a port until stopped."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=9100)
    options.add_argument("--rate", type=float, default=1000.0)
    options.add_argument("--frames", type=float, default=20.0, help="frames per second")
    arguments = options.parse_args()
    raise_file_limit()
    Sender(arguments.port, arguments.rate, arguments.frames).serve()


if __name__ == "__main__":
    main()
