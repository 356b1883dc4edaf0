"""Viewers of several servers by one generator, and what all processes spend meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle

from benchmarks.compare import Report
from benchmarks.dialects import WavesViewer
from benchmarks.load import Load, Usage, result
from benchmarks.processes.counting import Rates, Spent
from benchmarks.processes.site import Site
from benchmarks.servers import slug_of
from benchmarks.tally import Tally
from benchmarks.viewer import Viewer

#: Seconds until what came with the viewers has settled.
WARM_UP = 4.0
#: Handshakes under way at once, for each server.
PACE = 16


@dataclass(frozen=True, slots=True)
class Measured:
    """What viewers saw (as ``benchmarks.load`` reports it), and what it cost."""

    report: Report
    rates: Rates


class Crowd(Load):
    """A load on several servers, which share its viewers evenly."""

    def __init__(self, ports: Sequence[int], tally: Tally) -> None:
        super().__init__(("127.0.0.1", ports[0]), tally)
        self.ports = ports

    def gather(self, viewers: int, slugs: Sequence[str]) -> list[Viewer]:
        """Open so many viewers, of each stream and server as many as of another."""
        places = cycle((port, slug) for slug in slugs for port in self.ports)

        def make() -> WavesViewer:
            port, slug = next(places)
            self.address = ("127.0.0.1", port)
            return WavesViewer(self.tally, f"127.0.0.1:{port}", f"/ws/streams/{slug}/")

        return self.connect(make, viewers, PACE * len(self.ports))


@contextlib.contextmanager
def crowd(site: Site, viewers: int, slugs: Sequence[str] = (slug_of(1),)) -> Iterator[Crowd]:
    """Viewers of all servers of a site, settled."""
    with contextlib.closing(Crowd(list(site.servers), Tally())) as load:
        load.gather(viewers, slugs)
        load.run(WARM_UP)
        yield load


def measure(site: Site, load: Crowd, seconds: float) -> Measured:
    """Look for so many seconds at what viewers get, and at what is spent. Raises ServerError."""
    load.restart()
    usage, before = Usage.now(None), Spent.by(site)
    load.run(seconds)
    site.check()
    spent = Spent.by(site)
    viewers = list(load.viewers.values())
    return Measured(result(load, viewers, usage, Usage.now(None)), Rates.between(before, spent))
