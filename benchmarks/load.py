"""The load: one process with thousands of WebSocket viewers on raw sockets and one epoll.

``python -m benchmarks.load --port 8000 --viewers 300`` prints one JSON object. See README.md here.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import select
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from benchmarks.dialects import DIALECTS
from benchmarks.misbehaviour import BAD_READERS, SilentViewer
from benchmarks.tally import Tally, percentiles, spread, traffic
from benchmarks.viewer import CLOSED, OPEN, OPENING, Viewer

#: One read takes at most this much: more than a message of the protocol may be long.
RECEIVE_BYTES = 512 * 1024
#: Above this share of its core the generator itself may add to the latencies that it reports.
BUSY = 0.85
#: A handshake that takes longer has failed.
HANDSHAKE_SECONDS = 30.0
#: After the crowd has left, the rest is well again when the p99 of a slice is under this.
RECOVERED_SECONDS = 0.120
RECOVERY_SLICE = 0.25


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds of the generator and of the server, and the server's memory, at one moment."""

    wall: float
    own: float
    server: float = 0.0
    rss: int = 0

    @classmethod
    def now(cls, server: psutil.Process | None) -> Usage:
        """Look now; a server's threads and children are counted with it, but a child that ends
        while it is looked at, as a backend of PostgreSQL does."""
        if server is None:
            return cls(time.monotonic(), time.process_time())
        found = [(server.cpu_times(), server.memory_info())]
        for child in server.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                found.append((child.cpu_times(), child.memory_info()))
        spent = sum(times.user + times.system for times, _ in found)
        rss = sum(memory.rss for _, memory in found)
        return cls(time.monotonic(), time.process_time(), spent, rss)


class Load:
    """Viewers, and the loop that serves their sockets."""

    def __init__(self, address: tuple[str, int], tally: Tally) -> None:
        self.address = address
        self.tally = tally
        self.epoll = select.epoll()
        self.viewers: dict[int, Viewer] = {}
        self.buffer = bytearray(RECEIVE_BYTES)
        self.batches: list[float] = []
        self.oldest = 0.0
        self._idle_at = 0.0

    def connect(self, make: Callable[[], Viewer], number: int, pace: int) -> list[Viewer]:
        """Open ``number`` viewers, at most ``pace`` handshakes at a time; returns all of them."""
        made: list[Viewer] = []
        opening: list[Viewer] = []
        while len(made) < number or opening:
            while len(made) < number and len(opening) < pace:
                viewer = make()
                viewer.connect(self.address)
                self.viewers[viewer.fileno()] = viewer
                self.epoll.register(viewer.fileno(), select.EPOLLOUT)
                made.append(viewer)
                opening.append(viewer)
            self._round(0.05)
            opening = [viewer for viewer in opening if self._still_opening(viewer)]
        return made

    def _still_opening(self, viewer: Viewer) -> bool:
        if viewer.state in (OPEN, CLOSED):
            return False
        if time.monotonic() - viewer.started > HANDSHAKE_SECONDS:
            viewer.end("handshake timed out")
            return False
        return True

    def run(self, seconds: float) -> None:
        """Serve the sockets for ``seconds``."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._round(min(left, 0.1))

    def close(self) -> None:
        """All viewers leave."""
        for viewer in self.viewers.values():
            viewer.leave()
        self.epoll.close()

    def _round(self, timeout: float) -> None:
        events = self.epoll.poll(timeout, 1024)
        began = time.perf_counter()
        for descriptor, event in events:
            viewer = self.viewers[descriptor]
            before = viewer.state
            if before == CLOSED:
                continue
            viewer.ready(event, self.buffer)
            if viewer.state != before:
                self._watch(descriptor, viewer)
        if events:
            self.batches.append(time.perf_counter() - began)
        self._idle()

    def _watch(self, descriptor: int, viewer: Viewer) -> None:
        if viewer.state == OPENING:
            self.epoll.modify(descriptor, select.EPOLLIN)
        elif viewer.state == OPEN:
            self.epoll.modify(descriptor, viewer.interest)

    def _idle(self) -> None:
        now = time.monotonic()
        if now < self._idle_at:
            return
        self._idle_at = now + 1.0
        wall = time.time()
        for viewer in self.viewers.values():
            if viewer.state == OPEN:
                viewer.idle(now)
                newest = getattr(viewer, "newest", 0.0)
                if newest and not isinstance(viewer, SilentViewer):
                    self.oldest = max(self.oldest, wall - newest)

    def restart(self) -> None:
        """The measurement begins."""
        self.tally.restart()
        self.batches.clear()
        self.oldest = 0.0
        for viewer in self.viewers.values():
            viewer.restart()

    def recovery(self, stay: int, seconds: float) -> dict[str, Any]:
        """All but ``stay`` viewers leave: how long until the rest is served promptly again."""
        open_viewers = [viewer for viewer in self.viewers.values() if viewer.state == OPEN]
        began = time.monotonic()
        for viewer in open_viewers[stay:]:
            viewer.leave()
        last_bad = 0.0
        while (now := time.monotonic() - began) < seconds:
            del self.tally.latencies[:]
            self.run(RECOVERY_SLICE)
            p99 = percentiles(self.tally.latencies)["p99"]
            if p99 is None or p99 > RECOVERED_SECONDS * 1000:
                last_bad = now + RECOVERY_SLICE
        return {"left": len(open_viewers) - stay, "recovered_after_s": round(last_bad, 2)}


def result(load: Load, viewers: Sequence[Viewer], before: Usage, after: Usage) -> dict[str, Any]:
    """The report of one measurement, ready for JSON."""
    tally, wall = load.tally, after.wall - before.wall
    alive = [viewer for viewer in viewers if viewer.state == OPEN]
    missing = sum(viewer.missing for viewer in viewers)
    told = sum(viewer.told for viewer in viewers)
    skips, skipped = tally.shared_jumps(len(viewers))
    own = (after.own - before.own) / wall
    return {
        "viewers": len(viewers),
        "alive": len(alive),
        "seconds": round(wall, 2),
        "samples_per_second": spread([viewer.samples / wall for viewer in viewers]),
        "gaps": sum(viewer.gaps for viewer in viewers) if viewers[0].indexed else None,
        "missing": missing,
        "skips_of_source": skips,
        "skipped_by_source": skipped,
        "told": told,
        "not_told": missing - told - skipped * len(viewers),
        "latency_ms": percentiles(tally.latencies),
        "oldest_sample_s": round(load.oldest, 3),
        **traffic(tally, wall, len(viewers)),
        "closes": dict(tally.closes),
        "errors": dict(tally.errors),
        "load": {
            "cpu": round(own, 3),
            "batch_ms": percentiles(load.batches),
            "busy": own > BUSY,
        },
        "server": {"cpu": round((after.server - before.server) / wall, 3)},
    }


def endings(bad: Sequence[Viewer]) -> dict[str, Any]:
    """How the bad readers ended: by close code, and seconds after opening."""
    lives = [viewer.closed - viewer.opened for viewer in bad if viewer.state == CLOSED]
    codes = sorted({viewer.close_code for viewer in bad if viewer.state == CLOSED})
    return {
        "number": len(bad),
        "closed": len(lives),
        "codes": codes,
        "closed_after_s": [round(min(lives), 1), round(max(lives), 1)] if lives else None,
    }


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Connect, warm up, measure, and look at what follows; returns the report."""
    server = psutil.Process(arguments.server_pid) if arguments.server_pid else None
    with contextlib.closing(Load((arguments.host, arguments.port), Tally())) as load:
        empty = Usage.now(server)
        viewers = connect_good(load, arguments)
        connecting = time.monotonic() - empty.wall
        load.run(arguments.warm_up)
        bad = connect_bad(load, arguments)
        load.restart()
        usage = watch(load, server, arguments.seconds)
        report = result(load, viewers, usage[0], usage[-1])
        report["connect_seconds"] = round(connecting, 2)
        report["server"] |= memory([empty, *usage], len(viewers))
        report["bad_readers"] = {kind: endings(group) for kind, group in bad.items()}
        if arguments.stay is not None:
            report["recovery"] = load.recovery(arguments.stay, 8.0)
    return report


def where(arguments: argparse.Namespace) -> tuple[str, str]:
    """The Host header and the path of the WebSocket."""
    _, default_path = DIALECTS[arguments.dialect]
    return f"{arguments.host}:{arguments.port}", arguments.path or default_path


def connect_good(load: Load, arguments: argparse.Namespace) -> list[Viewer]:
    """Open the viewers that read."""
    make, _ = DIALECTS[arguments.dialect]
    host, path = where(arguments)
    return load.connect(lambda: make(load.tally, host, path), arguments.viewers, arguments.pace)


def watch(load: Load, server: psutil.Process | None, seconds: float) -> list[Usage]:
    """Serve the sockets for ``seconds``, looking at the server's memory once a second."""
    usage = [Usage.now(server)]
    end = usage[0].wall + seconds
    while (left := end - time.monotonic()) > 0:
        load.run(min(1.0, left))
        usage.append(Usage.now(server))
    return usage


def memory(usage: Sequence[Usage], viewers: int) -> dict[str, float]:
    """The server's memory: before any viewer, at the end, at its peak, and what a viewer added."""
    empty, last, peak = usage[0].rss, usage[-1].rss, max(moment.rss for moment in usage)
    return {
        "empty_mb": round(empty / 1e6, 1),
        "rss_mb": round(last / 1e6, 1),
        "peak_mb": round(peak / 1e6, 1),
        "kb_per_viewer": round((last - empty) / 1000 / max(1, viewers), 1),
    }


def connect_bad(load: Load, arguments: argparse.Namespace) -> dict[str, list[Viewer]]:
    """Open ``--bad`` readers of each kind beside the good ones; what they see counts apart."""
    if not arguments.bad:
        return {}
    host, path = where(arguments)
    return {
        kind: load.connect(
            lambda make=make: make(Tally(), host, path), arguments.bad, arguments.pace
        )
        for kind, make in BAD_READERS.items()
    }


def parser() -> argparse.ArgumentParser:
    """The command line."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, required=True)
    options.add_argument("--dialect", choices=sorted(DIALECTS), default="waves")
    options.add_argument("--path", help="path and query; each dialect has its own default")
    options.add_argument("--viewers", type=int, default=10)
    options.add_argument("--seconds", type=float, default=10.0, help="measured, after warming up")
    options.add_argument("--warm-up", type=float, default=3.0)
    options.add_argument("--pace", type=int, default=32, help="handshakes under way at once")
    options.add_argument("--bad", type=int, default=0, help="bad readers of each kind, besides")
    options.add_argument("--stay", type=int, help="then leave with all but so many, and watch")
    options.add_argument("--server-pid", type=int, help="measure the server's CPU and memory too")
    return options


def raise_file_limit() -> None:
    """A viewer is a descriptor: allow as many as the machine does."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main() -> None:
    """Measure, and print the report."""
    raise_file_limit()
    print(json.dumps(measure(parser().parse_args())))


if __name__ == "__main__":
    main()
