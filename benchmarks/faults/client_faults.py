"""What befalls viewers: some vanish without a word, and some hardly read. Nobody else notices."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import time
from functools import partial

from benchmarks import framing
from benchmarks.faults import scenes
from benchmarks.faults.link import make_link
from benchmarks.faults.scene import SLUGS, Scene
from benchmarks.faults.trial import Fault
from benchmarks.faults.viewers import Watcher
from benchmarks.faults.watch import get
from waves.tests.server.processes import Process, free_port

#: Who vanishes or does not read is dropped so soon (s): 64 messages are sent ahead, in 3 s, and
#: what stays unacknowledged for 10 s more closes the socket.
DROPPED = 20.0
#: Those who vanish, and those who hardly read.
VANISHING, TRICKLING = 10, 5
#: The close code 4500, as it stands in a frame.
DID_NOT_READ = (4500).to_bytes(2, "big")
#: Bytes of a socket's buffer: the least that the kernel gives, so that little is read unasked.
BUFFER = 2048
#: Descriptors that a server may have more than before: connections to the database come and go.
MORE = 4


async def with_distant_viewers(scene: Scene) -> None:
    """Over Redis, with usual viewers, and some more at the far end of a link of their own."""
    scene.with_redis()
    link = make_link(free_port() & 0x3FFF)
    scene.stack.callback(link.close)
    scene.link = link
    site = scene.site(ALLOWED_HOSTS=f"127.0.0.1,{link.near}")
    await scene.work(site)
    server = await scene.serve(site, host="0.0.0.0")
    scene.watch_all(site, server)
    port = link.outward(server.port)
    for number in range(VANISHING):
        slug = SLUGS[number % len(SLUGS)]
        scene.watch(site, f"{link.near}:{port}", slug, dial=partial(link.dial, port))


async def vanish(scene: Scene, seconds: float) -> None:
    """Their link is cut: no FIN comes of them. Later it is mended, and they lack nothing."""
    (server,) = scene.servers
    distant = [watcher for watcher in scene.watchers if watcher.dial]
    near = [watcher for watcher in scene.watchers if not watcher.dial]
    before = await Held.of(server)
    began = time.monotonic()
    assert scene.link is not None
    scene.link.cut()
    await judge_dropped(scene, server, before, len(distant))
    await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
    judge_others(scene, near)
    scene.link.mend()


class Held:
    """What a server has, by its metrics and by the kernel."""

    def __init__(self, text: str, pid: int) -> None:
        self.sockets = total(text, "waves_connections")
        self.slow = total(text, "waves_closed_slow_total")
        self.descriptors = descriptors(pid)

    @classmethod
    async def of(cls, server: Process) -> Held:
        """Ask it."""
        _, text = await get(server.address, "/metrics")
        return cls(text, server.process.pid)


def total(text: str, name: str) -> int:
    """The sum of all values of a metric."""
    found = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.M)
    return round(sum(map(float, found)))


def descriptors(pid: int) -> int:
    """The sockets and files that a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


async def judge_dropped(scene: Scene, server: Process, before: Held, number: int) -> None:
    """So many are dropped in time and counted, and their descriptors are free again."""
    began = time.monotonic()
    while True:
        now = await Held.of(server)
        dropped, counted = before.sockets - now.sockets, now.slow - before.slow
        kept = now.descriptors - (before.descriptors - number)
        if (dropped, counted) == (number, number) and kept <= MORE:
            return
        if time.monotonic() - began > DROPPED:
            words = f"{dropped} dropped, {counted} counted, {kept} descriptors kept"
            scene.problems.append(f"of {number}, {DROPPED:.0f} s later: {words}")
            return
        await asyncio.sleep(0.5)


def judge_others(scene: Scene, others: list[Watcher]) -> None:
    """They had samples all the time, and were told nothing."""
    told = sum(watcher.told_at is not None for watcher in others)
    out = max(watcher.longest_out for watcher in others)
    scene.check(not told and out < 1, f"{told} others were told of it, and out for {out:.1f} s")


class Trickle:
    """A viewer that opens a WebSocket, reads a byte a second, and says nothing more."""

    def __init__(self, address: str, slug: str) -> None:
        host, port = address.split(":")
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        self._socket.settimeout(5)
        self._socket.connect((host, int(port)))
        path = f"/ws/streams/{slug}/?window=10"
        self._socket.sendall(framing.handshake(address, path, ("waves.v1",)))
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._socket.recv(1)
        if framing.status_of(head[:-4]) != 101:
            raise ConnectionError(f"A viewer was answered {head[:40]!r}.")

    async def read(self) -> None:
        """A byte a second, for ever."""
        while True:
            await asyncio.sleep(1)
            self._socket.recv(1)

    def is_closed(self) -> bool:
        """Whether the rest of what was sent ends with the close code, or was taken back."""
        end = b""
        try:
            while data := self._socket.recv(65536):
                end = (end + data)[-200:]
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        return DID_NOT_READ in end

    def close(self) -> None:
        """Go."""
        self._socket.close()


async def trickle(scene: Scene, seconds: float) -> None:
    """Some come who hardly read: each is dropped, and the others have all of their samples."""
    server, others = scene.servers[0], list(scene.watchers)
    before = await Held.of(server)
    before.descriptors += TRICKLING
    before.sockets += TRICKLING
    slow = [
        await asyncio.to_thread(Trickle, server.address, SLUGS[number % len(SLUGS)])
        for number in range(TRICKLING)
    ]
    reading = [asyncio.create_task(viewer.read()) for viewer in slow]
    began = time.monotonic()
    try:
        await judge_dropped(scene, server, before, TRICKLING)
        await asyncio.sleep(max(0.0, began + seconds - time.monotonic()))
        judge_others(scene, others)
    finally:
        for job in reading:
            job.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
    try:
        closed = [await asyncio.to_thread(viewer.is_closed) for viewer in slow]
        scene.check(all(closed), f"{sum(closed)} of {TRICKLING} sockets were closed")
    finally:
        for viewer in slow:
            viewer.close()


FAULTS = (
    Fault(
        "viewers-vanish",
        "the link of 10 of 17 viewers is cut for 25 s: the server drops them, who are half open",
        with_distant_viewers,
        vanish,
        lasts=25,
    ),
    Fault(
        "viewers-trickle",
        "5 more viewers come who read a byte a second",
        scenes.over_redis,
        trickle,
        lasts=25,
        told="never",
    ),
)
