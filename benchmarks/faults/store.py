"""A Redis of a run's own, perhaps behind a link that can be cut."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from typing import Any

import redis

from benchmarks.faults.link import Link, Relay
from waves.tests.server.processes import free_port, start_redis

#: Makes a link of a number that no other run has now.
MakeLink = Callable[[int], Link | Relay]


class Redis:
    """Started at once; ``url`` is for those who use it."""

    def __init__(self, make_link: MakeLink | None = None) -> None:
        self._port = free_port()
        # Ports differ between runs at one time, and so do their links: 14 bits are enough for that.
        self.link: Link | Relay | None = make_link(self._port & 0x3FFF) if make_link else None
        self._host = self.link.host if self.link else "127.0.0.1"
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self.start()
            self._near = self.link.port(self._port) if self.link else self._port
        except BaseException:
            self.close()
            raise

    def url(self, database: int = 0) -> str:
        """As REDIS_URL."""
        return f"redis://{self._host}:{self._near}/{database}"

    def client(self) -> redis.Redis:
        """For the administrator."""
        return redis.Redis(self._host, self._port, socket_timeout=5)

    def start(self) -> None:
        """Empty, and where it was."""
        inside = self.link.inside if self.link else ()
        self._process = start_redis(self._port, self._host, inside)

    def kill(self) -> None:
        """It is gone, with all that it held."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """End it, and take the link away."""
        self.kill()
        if self.link is not None:
            self.link.close()

    def publish_everywhere(self, message: bytes) -> None:
        """Into every channel that somebody listens to."""
        client = self.client()
        channels: Any = client.pubsub_channels()
        for channel in channels:
            client.publish(channel, message)

    def pause(self) -> None:
        """It hangs: its sockets stay, and nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)
