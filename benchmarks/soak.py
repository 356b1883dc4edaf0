"""``make soak``: what only shows after a while. It takes about an hour.

A viewer of each subprotocol watches a 1 kHz stream for a minute; viewers come and go for a minute
while the server's memory is looked at; the page with a million samples in each of four traces, and
two pages with their spectra open, are left open for ten minutes each, the heap measured after a
collection each minute; and the page pauses for a minute, looks back, goes on, and has it all. Last
comes half an hour over Redis (``lasting.py``).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from dataclasses import dataclass, field

import psutil
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from benchmarks import document, lasting, page, pause
from benchmarks.servers import SERVERS, running
from waves.protocol.frames import parse


@dataclass
class Watched:
    """What one viewer saw: samples, jumps of the index, and the values by index."""

    samples: int = 0
    gaps: int = 0
    values: dict[int, float] = field(default_factory=dict)
    _next: int | None = None

    def take(self, first: int, values: list[float]) -> None:
        """A frame of the first signal."""
        self.gaps += self._next not in (None, first)
        self._next = first + len(values)
        self.samples += len(values)
        self.values.update(zip(range(first, self._next), values, strict=True))


async def watch(port: int, protocol: str, seconds: float) -> tuple[Watched, float]:
    """View the stream for a while; returns what came, and samples a second."""
    watched, count = Watched(), 0
    url = f"ws://127.0.0.1:{port}/ws/streams/bench/"
    async with connect(url, subprotocols=[Subprotocol(protocol)], max_size=None) as socket:
        began = first = None
        while began is None or time.monotonic() - began < seconds:
            message = await socket.recv()
            if isinstance(message, bytes):
                frames = [(f.sample, f.values[0].tolist()) for f in parse(message)]
            else:
                told = json.loads(message)
                frames = [(f["sample"], f["values"][0]) for f in told.get("frames", [])]
            for frame in frames:
                watched.take(*frame)
            if frames:
                count += 1
                began, first = began or time.monotonic(), first or watched.samples
            if frames and count % 16 == 0:
                await socket.send(json.dumps({"type": "ack", "count": count}))
        assert began is not None
        assert first is not None
        return watched, (watched.samples - first) / (time.monotonic() - began)


async def both_protocols(port: int, seconds: float) -> list[list[str]]:
    """A row a subprotocol, and whether both saw the same values."""
    (binary, rate), (text, text_rate) = await asyncio.gather(
        watch(port, "waves.v1", seconds), watch(port, "waves.v1.json", seconds)
    )
    common = binary.values.keys() & text.values.keys()
    close = sum(abs(binary.values[i] - text.values[i]) < 1e-6 for i in common)
    same = f"{close:,} of {len(common):,}"
    return [
        ["waves.v1", f"{rate:.1f}", str(binary.gaps), same],
        ["waves.v1.json", f"{text_rate:.1f}", str(text.gaps), same],
    ]


async def churn(port: int, pid: int, seconds: float) -> list[float]:
    """Viewers come and go; megabytes of the server, six times."""
    server, sizes = psutil.Process(pid), []
    for _ in range(6):
        end = time.monotonic() + seconds / 6
        while time.monotonic() < end:
            await asyncio.gather(*(watch(port, "waves.v1", 0.2) for _ in range(20)))
        sizes.append(server.memory_info().rss / 1e6)
    return sizes


def main() -> None:
    """Run it all, print it, and keep it in docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--heap-minutes", type=float, default=10.0)
    options = parser.parse_args()
    machine = document.machine()
    with running(SERVERS["daphne"]) as (port, pid):
        rows = asyncio.run(both_protocols(port, options.seconds))
        sizes = asyncio.run(churn(port, pid, options.seconds))
    page.collect_static()
    heaps = [page.run_heap(name, options.heap_minutes) for name in page.HEAPS]
    head = ("subprotocol", "samples/s", "gaps", "equal values at equal positions")
    body = "\n\n".join(
        [
            "## After a while",
            machine,
            f"One viewer each for {options.seconds:.0f} s, 1 kHz × 1 signal:",
            document.table(head, rows),
            "Memory of the server while 20 viewers at a time come and go, in MB: "
            + ", ".join(f"{size:.1f}" for size in sizes),
            *heaps,
            pause.run(options.seconds),
        ]
    )
    print(body)
    document.write_section("soak", body)
    lasting.main(["--write"])


if __name__ == "__main__":
    main()
