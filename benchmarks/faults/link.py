"""A link that can be cut: a pair of virtual interfaces with a network namespace at its far end.

Where namespaces cannot be made (that takes root), a relay stands for the link, and being stopped
for being cut.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from waves.tests.server.processes import ROOT, await_port, free_port

#: Python 3.11 has no ``os.setns``.
LIBC = ctypes.CDLL(None, use_errno=True)
#: CLONE_NEWNET: the namespace of the network, and no other.
NETWORK = 0x40000000
#: Who is cut off tries again so soon (s).
DIAL_SECONDS = 1.0


class Link:
    """A namespace of its own, 10.199.x.y, where a server may be started ``inside``."""

    def __init__(self, number: int) -> None:
        self.name = f"wf{number}"
        net = f"10.199.{number >> 6 & 255}"
        self.near, self.host = (f"{net}.{(number & 63) * 4 + host}" for host in (1, 2))
        self.inside = ["ip", "netns", "exec", self.name]
        try:
            _ip("netns", "add", self.name)
            _ip("link", "add", self.name, "type", "veth", "peer", "name", "far", "netns", self.name)
            _ip("addr", "add", f"{self.near}/30", "dev", self.name)
            _ip("link", "set", self.name, "up")
            _ip("-n", self.name, "addr", "add", f"{self.host}/30", "dev", "far")
            self.mend()
        except BaseException:
            self.close()
            raise

    def port(self, port: int) -> int:
        """Where a server inside, on a port, is reached."""
        return port

    def outward(self, port: int) -> int:
        """Where a server of ours, on a port, is reached from inside: at ``near``."""
        return port

    def dial(self, port: int) -> socket.socket:
        """A connection from inside to a server of ours; raises OSError where there is none."""

        def connect() -> socket.socket:
            # Only this thread, which ends with the call, goes into the namespace.
            with open(f"/run/netns/{self.name}") as namespace:
                if LIBC.setns(namespace.fileno(), NETWORK):
                    raise OSError(ctypes.get_errno(), "setns")
            return socket.create_connection((self.near, port), DIAL_SECONDS)

        with ThreadPoolExecutor(1) as thread:
            return thread.submit(connect).result()

    def cut(self) -> None:
        """The far end goes down: what is sent is lost without a word."""
        _ip("-n", self.name, "link", "set", "far", "down")

    def mend(self) -> None:
        """The far end is there again."""
        _ip("-n", self.name, "link", "set", "far", "up")

    def close(self) -> None:
        """Take the namespace and both interfaces away."""
        for what in (("link", "del", self.name), ("netns", "del", self.name)):
            with suppress(subprocess.CalledProcessError):
                _ip(*what)


class Relay:
    """A process that passes bytes on: what namespaces do better, for those who may not have any."""

    near = host = "127.0.0.1"
    inside: tuple[str, ...] = ()

    def __init__(self, module: str = __name__) -> None:
        #: What passes on.
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None

    def port(self, port: int) -> int:
        """Where a server on a port is reached: through a relay, started here."""
        near = free_port()
        command = [sys.executable, "-m", self._module, str(near), str(port)]
        self._process = subprocess.Popen(command, cwd=ROOT)
        await_port(near)
        return near

    def outward(self, port: int) -> int:
        """Where a server of ours is reached as if from the far end."""
        return self.port(port)

    def dial(self, port: int) -> socket.socket:
        """A connection to what ``outward`` said; raises OSError where there is none."""
        return socket.create_connection((self.near, port), DIAL_SECONDS)

    def cut(self) -> None:
        """Nothing is passed on."""
        self.signal(signal.SIGSTOP)

    def mend(self) -> None:
        """All is passed on."""
        self.signal(signal.SIGCONT)

    def signal(self, number: int) -> None:
        """Say something to what passes on."""
        assert self._process is not None
        self._process.send_signal(number)

    def close(self) -> None:
        """End the relay."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def make_link(number: int) -> Link | Relay:
    """A link of a number that no other run has now."""
    if os.geteuid() == 0:
        with suppress(subprocess.CalledProcessError, FileNotFoundError):
            return Link(number)
    return Relay()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


def _relay(near: int, far: int) -> None:
    with socket.create_server(("127.0.0.1", near)) as listener:
        while True:
            one, _ = listener.accept()
            other = socket.create_connection(("127.0.0.1", far))
            for a, b in ((one, other), (other, one)):
                threading.Thread(target=_pass_on, args=(a, b), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    _relay(int(sys.argv[1]), int(sys.argv[2]))
