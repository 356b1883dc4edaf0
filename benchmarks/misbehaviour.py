"""Viewers that do not read: what a server must survive without harm to the others."""

from __future__ import annotations

import contextlib
import select

from benchmarks import framing
from benchmarks.dialects import WavesViewer


class SilentViewer(WavesViewer):
    """Opens the WebSocket, then neither reads nor writes.

    Told by the kernel that the server is gone, it reads what is left: the close code is in it.
    """

    interest = select.EPOLLRDHUP | select.EPOLLET

    def opening(self) -> None:
        """Say nothing."""

    def idle(self, now: float) -> None:
        """Say nothing."""

    def send(self, opcode: int, payload: bytes) -> bool:
        """Acknowledge nothing either, also while draining."""
        return True


class ChattingViewer(SilentViewer):
    """Talks and talks, pings and stale acknowledgements, and does not read."""

    def idle(self, now: float) -> None:
        """Ping, and acknowledge nothing new."""
        for payload in (b'{"type":"ping","id":1}', b'{"type":"ack","count":0}'):
            with contextlib.suppress(OSError):
                self.sock.send(framing.masked(framing.TEXT, payload))


class TricklingViewer(SilentViewer):
    """Reads one byte a second."""

    def idle(self, now: float) -> None:
        """Read a byte."""
        with contextlib.suppress(OSError):
            self.pending += self.sock.recv(1)


BAD_READERS: dict[str, type[SilentViewer]] = {
    "silent": SilentViewer,
    "chatting": ChattingViewer,
    "trickling": TricklingViewer,
}
