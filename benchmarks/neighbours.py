"""Bad neighbours: what 300 viewers notice of one anonymous visitor who attacks their server.

``PAIRS=2 SECONDS=8 python -m benchmarks.neighbours [--resume] [--write] [attack ...]`` measures
them calm and attacked in turn. See README.md here.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

import psutil

from benchmarks import document
from benchmarks.attacks import ATTACKS, Attack, writers
from benchmarks.dialects import WavesViewer
from benchmarks.load import Load, Usage, raise_file_limit
from benchmarks.servers import (
    KILOHERTZ,
    LOAD_CORE,
    PUSHED,
    ROOT,
    Server,
    ServerError,
    end_tidily,
    make_key,
    running,
    slug_of,
    waves_daphne,
)
from benchmarks.tally import Tally, percentiles
from benchmarks.verdict import SETTLE_SECONDS, Report, text_of
from benchmarks.viewer import OPEN

STREAMS = (KILOHERTZ, {**PUSHED, "rate": 1000.0, "window": 2.0}, {"demo": "fast"})
SERVER = Server("Waves, daphne", "waves", waves_daphne, streams=STREAMS)
#: Handshakes under way at once while they come: all are there before anything is measured.
PACE = 16
#: Somebody looks at ``fast`` all the time, so that the server keeps its whole history.
LOOKER = "/ws/streams/fast/?window=10&columns=1200"
#: Seconds until that history is full, from the beginning; an attack shall find it so.
FILLED_SECONDS = 13.0
#: ``SETTLE_SECONDS`` after a phase every viewer has a sample that is not older than this, or the
#: server is stalled still.
WELL_SECONDS = 1.0
#: For so long it may be stalled before the next pair begins all the same.
PATIENCE_SECONDS = 60.0
#: How long an attacker may take to start, and to say what it did.
ATTACKER_SECONDS = 15.0
#: An attack that makes the server take more than this is ended: the machine is needed.
ENOUGH_BYTES = 4 * 1024**3
#: What was measured, attack by attack, so that a run that was broken off can be resumed.
KEPT = ROOT / ".bench-neighbours.json"


class Bystander(WavesViewer):
    """A viewer whose every frame that was due counts, also where it was joined or never came.

    A server that was stalled makes one long frame of many, whose newest sample is young; here it
    counts as those that it stands for, each with its own age.
    """

    period = 1 / KILOHERTZ["frames_per_second"]

    def came(self, now: float, seconds: float) -> None:
        """Count the frame, and those that it stands for."""
        for number in range(max(1, round(seconds / self.period))):
            self.tally.latency(now - self.newest + number * self.period)

    def end_of_phase(self, now: float) -> None:
        """Count what is due and has not come, with the age that it has by ``now``."""
        self.tally.silence = max(self.tally.silence, now - self.heard)
        if not self.newest:
            return
        age = now - self.newest - self.period
        # One frame is always on its way, or waits for the tick.
        while age > self.period:
            self.tally.latency(age)
            age -= self.period


class Bench:
    """The viewers beside one server, measured phase by phase."""

    def __init__(self, load: Load, viewers: Sequence[Bystander], server: psutil.Process) -> None:
        self.load = load
        self.viewers = viewers
        self.server = server

    def phase(self, seconds: float, attacker: Attacker | None = None) -> Report:
        """Measure for so long; where an attacker is set loose meanwhile, let things settle."""
        self.load.restart()
        if attacker is not None:
            attacker.begin()
        usage = self._watch(seconds, attacker)
        now = time.time()
        alive = [viewer for viewer in self.viewers if viewer.state == OPEN]
        for viewer in alive:
            viewer.end_of_phase(now)
        report = self._report(usage, len(alive))
        if attacker is not None:
            self.load.run(SETTLE_SECONDS)
            report["stalled_s"] = self._stalled()
        # What was lost at the end of a phase shows only by what comes after it.
        lost = sum(viewer.missing for viewer in self.viewers)
        told = sum(viewer.told for viewer in self.viewers)
        return {**report, "lost": lost / len(self.viewers), "told": told / len(self.viewers)}

    def _stalled(self) -> float:
        """Wait until all are served promptly, at most so long; returns the seconds."""
        began = time.monotonic()
        while not self._well() and time.monotonic() < began + PATIENCE_SECONDS:
            self.load.run(0.1)
        return round(time.monotonic() - began, 1)

    def _well(self) -> bool:
        oldest = min((v.newest for v in self.viewers if v.state == OPEN), default=math.inf)
        return time.time() - oldest < WELL_SECONDS

    def _watch(self, seconds: float, attacker: Attacker | None) -> list[Usage]:
        usage = [Usage.now(self.server)]
        while (left := usage[0].wall + seconds - time.monotonic()) > 0:
            self.load.run(min(1.0, left))
            usage.append(Usage.now(self.server))
            if attacker is not None and usage[-1].rss > ENOUGH_BYTES:
                attacker.kill(f"ended at {ENOUGH_BYTES / 1e9:.1f} GB")
        return usage

    def _report(self, usage: Sequence[Usage], alive: int) -> Report:
        tally, first, last = self.load.tally, usage[0], usage[-1]
        wall = last.wall - first.wall
        latency = percentiles(tally.latencies)
        return {
            "p50": latency["p50"],
            "p99": latency["p99"],
            "frames": tally.frames,
            "due": round(wall * KILOHERTZ["frames_per_second"]) * len(self.viewers),
            "silence_ms": round(tally.silence * 1000),
            "alive": alive,
            "errors": dict(tally.errors),
            "rss_mb": [round(moment.rss / 1e6, 1) for moment in usage],
            "server_cpu": round((last.server - first.server) / wall, 3),
            "load_cpu": round((last.own - first.own) / wall, 3),
        }


class Attacker:
    """The process that attacks: it starts, waits to be let loose, and says what it did."""

    def __init__(self, attack: str, port: int, seconds: float) -> None:
        command = [
            *(sys.executable, "-m", "benchmarks.attacks", attack, "--wait"),
            *("--port", str(port), "--seconds", str(seconds)),
        ]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._killed = ""

    def wait_until_ready(self, load: Load) -> None:
        """Serve the viewers until it has started. Raises ServerError where it does not."""
        assert self._process.stdout is not None
        deadline = time.monotonic() + ATTACKER_SECONDS
        while not select.select([self._process.stdout], [], [], 0)[0]:
            if time.monotonic() > deadline:
                raise ServerError("The attacker did not start.")
            load.run(0.1)
        if self._process.stdout.readline() != "ready\n":
            raise ServerError("The attacker did not start; what it says stands above.")

    def begin(self) -> None:
        """Let it loose."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def kill(self, why: str) -> None:
        """End it before its time."""
        self._killed = why
        self._process.kill()

    def report(self, load: Load) -> Report:
        """What it sent and what came back; the viewers are served until it says so."""
        deadline = time.monotonic() + ATTACKER_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            load.run(0.1)
        if self._process.poll() is None:
            self.kill("did not end by itself")
        text, _ = self._process.communicate()
        if self._killed:
            return {"sent": None, "answered": None, "received": 0, "refused": {self._killed: 1}}
        report: Report = json.loads(text)
        return report

    def close(self) -> None:
        """Whatever happened, leave no process behind."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


def pair(bench: Bench, attack: str, port: int, seconds: float) -> Report:
    """Calm, then attacked."""
    with contextlib.closing(Attacker(attack, port, seconds)) as attacker:
        attacker.wait_until_ready(bench.load)
        calm = bench.phase(seconds)
        attacked = bench.phase(seconds, attacker)
        return {"calm": calm, "attacked": attacked, "did": attacker.report(bench.load)}


def measure(attack: str, pairs: int, seconds: float) -> Report:
    """Start a server, open the viewers, and measure so many pairs."""
    measured: list[Report] = []
    with benching(ATTACKS[attack]) as (bench, port):
        for _ in range(pairs):
            try:
                measured.append(pair(bench, attack, port, seconds))
            except psutil.NoSuchProcess:
                return {"seconds": seconds, "pairs": measured, "died": True}
            print("  ", progress(measured[-1]), file=sys.stderr, flush=True)
    return {"seconds": seconds, "pairs": measured, "died": False}


@contextlib.contextmanager
def benching(attack: Attack) -> Iterator[tuple[Bench, int]]:
    """A server with its viewers, warmed up; yields them and the port."""
    with running(SERVER) as (port, pid):
        os.environ.update({writers.KEY: make_key(pid), writers.SLUG: slug_of(2)})
        host, path = f"127.0.0.1:{port}", f"/ws/streams/{slug_of(1)}/"
        with contextlib.closing(Load(("127.0.0.1", port), Tally())) as load:
            aside = Tally()
            load.connect(lambda: WavesViewer(aside, host, LOOKER), int(attack.beside_fast), 1)
            viewers = load.connect(lambda: Bystander(load.tally, host, path), attack.viewers, PACE)
            load.run(FILLED_SECONDS)
            yield Bench(load, viewers, psutil.Process(pid)), port


def progress(measured: Report) -> str:
    """A pair in one line, for who waits."""
    calm, attacked, did = measured["calm"], measured["attacked"], measured["did"]
    rss = attacked["rss_mb"]
    return (
        f"p99 {calm['p99']} → {attacked['p99']} ms, {attacked['frames']:,} of "
        f"{attacked['due']:,} frames, lost {attacked['lost']:,.0f}, silent for "
        f"{attacked['silence_ms']} ms, {attacked['stalled_s']} s afterwards, "
        f"{rss[0]:.0f} → {max(rss):.0f} MB, CPU "
        f"{calm['server_cpu']} → {attacked['server_cpu']}, load {attacked['load_cpu']}; {did}"
    )


def revision() -> str:
    """Which code this is: the commit, and whether anything but the documents was changed since."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    changed = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", ".", ":!docs"], cwd=ROOT)
    return head.stdout.strip() + ("-changed" if changed.returncode else "")


def kept(conditions: Sequence[Any]) -> dict[str, Report]:
    """What a run under the same conditions has measured already, by attack."""
    with contextlib.suppress(OSError, ValueError):
        was = json.loads(KEPT.read_text())
        if was["conditions"] == list(conditions):
            results: dict[str, Report] = was["results"]
            return results
    return {}


def run_all(attacks: Sequence[str], pairs: int, seconds: float, resume: bool) -> dict[str, Report]:
    """Measure one attack after the other, and keep each as soon as it is done.

    One that could not be measured is said, and left out.
    """
    conditions = (revision(), pairs, seconds)
    results = kept(conditions) if resume else {}
    for attack in attacks:
        if attack in results:
            continue
        print(f"{attack} …", file=sys.stderr, flush=True)
        try:
            results[attack] = measure(attack, pairs, seconds)
        except (ServerError, subprocess.SubprocessError, ValueError) as error:
            print(f"{attack}: {error}", file=sys.stderr)
            continue
        KEPT.write_text(json.dumps({"conditions": conditions, "results": results}))
    return {attack: results[attack] for attack in attacks if attack in results}


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """The command line, and what the environment says in its place."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("attacks", nargs="*", metavar="attack", help=", ".join(ATTACKS))
    options.add_argument("--pairs", type=int, default=int(os.environ.get("PAIRS", "5")))
    options.add_argument("--seconds", type=float, default=float(os.environ.get("SECONDS", "20")))
    options.add_argument("--resume", action="store_true", help="leave out what is measured already")
    options.add_argument("--write", action="store_true", help="keep it in docs/benchmarks.md")
    parsed = options.parse_args(given)
    if unknown := set(parsed.attacks) - set(ATTACKS):
        options.error(f"no attack is called {', '.join(sorted(unknown))}: {', '.join(ATTACKS)}")
    return parsed


def main(given: Sequence[str] | None = None) -> None:
    """Run, print, and keep."""
    options = arguments(given)
    raise_file_limit()
    end_tidily()
    # The attackers inherit it; the server is started on the other core.
    os.sched_setaffinity(0, {int(LOAD_CORE)})
    machine = document.machine()
    attacks = options.attacks or list(ATTACKS)
    results = run_all(attacks, options.pairs, options.seconds, options.resume)
    text = text_of(machine, results)
    print(text)
    if options.write:
        document.write_section("neighbours", text)


if __name__ == "__main__":
    main()
