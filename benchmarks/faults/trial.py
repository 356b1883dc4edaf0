"""One fault, once: provoked, looked at, ended, and judged."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.faults.scene import CALM_SECONDS, TELLING, TRACEBACK, Scene

#: No viewer is shown `live` without a sample for longer (s): of three seconds without news a hub
#: says so at its next look, a second later at most.
WRONGLY_LIVE = 4.0
#: All is well so soon after a fault has ended (s), and how long that is waited for at most.
RECOVERED, PATIENCE = 5.0, 20.0
#: What takes at least so long (s) is run a few times where nothing is said, all else many times.
LONG, FEW, MANY = 15.0, 5, 20
#: More lines than this of one process are a flood, not news.
LINES = 6

Act = Callable[[Scene, float], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """Something that is done to a scene, and what shall come of it. Times are in seconds.

    ``act`` does it, and returns when it is over; it is given how long the fault shall last.
    """

    name: str
    #: What is done, for people.
    what: str
    set_up: Callable[[Scene], Awaitable[None]]
    act: Act
    #: How long it lasts, in full (or from and to) and in short; None where another fault is the
    #: same in short.
    lasts: float | tuple[float, float] = 0.0
    short: float | None = None
    #: Viewers are told within this; "never": they have no reason to be told anything.
    told: float | str | None = None
    #: Every server says that it is not ready within this.
    unready: float | None = None
    recovered: float = RECOVERED
    wrongly_live: float = WRONGLY_LIVE
    #: Lines of log: at most so many of each process, and at least so many of all.
    lines: int = LINES
    says: int = 0
    #: The scene is calm before it: not so where a start is what is disturbed.
    calm: bool = True
    #: Has a browser or a crowd of viewers, which need the CPU: nothing else shall run beside it.
    alone: bool = False
    #: Takes longer than ``lasts`` says, so that it counts as long.
    long: bool = False
    #: Makes the scene as it was.
    after: Callable[[Scene], Awaitable[None]] | None = None
    #: Leaves the scene as it was, so that another may follow; and may befall the storm's.
    storm: bool = False

    @property
    def times(self) -> int:
        """How often it is run where nobody says how often."""
        most = self.lasts[1] if isinstance(self.lasts, tuple) else self.lasts
        return FEW if self.long or most >= LONG else MANY

    def seconds(self, scene: Scene) -> float:
        """How long it lasts this time."""
        if scene.short and self.short is not None:
            return self.short
        lasts = self.lasts
        return scene.chance.uniform(*lasts) if isinstance(lasts, tuple) else lasts


@dataclass
class Outcome:
    """What came of a run."""

    fault: str
    run: int = 0
    #: When it was first noticed by anyone, when a viewer was told, and when no server was ready.
    detected: float | None = None
    told: float | None = None
    unready: float | None = None
    recovered: float | None = None
    wrongly_live: float = 0.0
    lost_untold: int = 0
    doubled: int = 0
    wrong: int = 0
    lines: int = 0
    tracebacks: int = 0
    problems: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """For a line of the results."""
        return asdict(self)


async def run_in_turn(
    faults: Sequence[Fault], folder: Path, prepared: Path, *, number: int, short: bool
) -> AsyncIterator[Outcome]:
    """Run faults one after the other, on one scene for as long as they leave it as it was.

    ``folder`` is empty. Several faults must have the same scene.
    """
    scene: Scene | None = None
    try:
        for place, fault in enumerate(faults):
            is_new = scene is None
            if scene is None:
                own = folder / str(place)
                own.mkdir()
                scene = Scene(own, prepared, seed=number, short=short)
            outcome = await run(fault, scene, number, is_new=is_new)
            yield outcome
            if outcome.problems:
                await scene.close()
                scene = None
    finally:
        if scene is not None:
            await scene.close()


async def run(fault: Fault, scene: Scene, number: int, *, is_new: bool) -> Outcome:
    """Set up where the scene is new, provoke, end, judge."""
    scene.forget()
    outcome = Outcome(fault.name, number)
    if is_new:
        await fault.set_up(scene)
    if fault.calm and await scene.until_well(time.monotonic(), CALM_SECONDS) is None:
        scene.problems.append(f"it was not calm before the fault: {unwell(scene)}")
    else:
        await provoke(fault, scene, outcome)
        judge(fault, scene, outcome)
        if fault.after is not None:
            await fault.after(scene)
    outcome.problems = scene.problems
    return outcome


async def provoke(fault: Fault, scene: Scene, outcome: Outcome) -> None:
    """The fault, and what follows until all is well again."""
    scene.begin()
    await fault.act(scene, fault.seconds(scene))
    ended = time.monotonic()
    well_at = await scene.until_well(ended, fault.recovered + PATIENCE)
    _note_when_noticed(scene, outcome)
    outcome.recovered = None if well_at is None else max(0.0, well_at - ended)
    outcome.wrongly_live = max((w.wrongly_live for w in scene.watchers), default=0.0)
    outcome.lines, outcome.tracebacks = count_lines(scene.logged())
    if well_at is None:
        scene.problems.append(f"not well again after {fault.name}: {unwell(scene)}")


def _note_when_noticed(scene: Scene, outcome: Outcome) -> None:
    watchers, asked = scene.witnesses()
    told = [w.told_at - scene.began for w in watchers if w.told_at is not None]
    unready = [r.unready_at - scene.began for r in asked if r.unready_at is not None]
    outcome.told = min(told, default=None)
    outcome.unready = max(unready, default=None) if len(unready) == len(asked) else None
    outcome.detected = min([*told, *unready], default=None)


def unwell(scene: Scene) -> str:
    """Who is not well, in words."""
    since = time.monotonic() - 2.0
    viewers = [
        f"{w.state.slug} at {w.address} {w.state_name} {w.state.description.get('message', '')}"
        for w in scene.watchers
        if not w.is_well(since)
    ]
    servers = [
        f"{r.address} answers {r.status} {sorted(r.words)}"
        for server in scene.servers
        if not (r := scene.readiness[server.port]).is_ready(since)
    ]
    return "; ".join([*viewers[:4], *servers]) or "it flaps"


def judge(fault: Fault, scene: Scene, outcome: Outcome) -> None:
    """Hold what was measured against what shall be."""
    samples = scene.samples()
    outcome.lost_untold, outcome.doubled = samples["lost untold"], samples["doubled"]
    outcome.wrong = samples["wrong"]
    for site in scene.sites:
        scene.problems.extend(site.truth.breaches)
    scene.problems.extend(scene.ended())
    _judge_logs(fault, scene, outcome)
    _judge_times(fault, scene, outcome)


def count_lines(logs: dict[str, str]) -> tuple[int, int]:
    """Lines of log that say something, and tracebacks, in all of them."""
    text = "".join(logs.values())
    return len(TELLING.findall(text)), text.count(TRACEBACK)


def _judge_logs(fault: Fault, scene: Scene, outcome: Outcome) -> None:
    scene.check(outcome.lines >= fault.says, f"the logs have {outcome.lines} lines of it")
    for name, text in scene.logged().items():
        lines, tracebacks = count_lines({name: text})
        scene.check(lines <= fault.lines, f"{name} has {lines} lines")
        last = re.findall(r"^\w[\w.]*(?:Error|Exception)\b.*$", text, re.M)[-1:]
        scene.check(not tracebacks, f"{name} has {tracebacks} tracebacks {last}")


def _judge_times(fault: Fault, scene: Scene, outcome: Outcome) -> None:
    if fault.told == "never":
        words = sorted({f"{w.state.slug} {w.told_as}" for w in scene.watchers if w.told_as})
        scene.check(outcome.told is None, f"viewers were told after {_s(outcome.told)}: {words}")
    elif fault.told is not None:
        soon = outcome.told is not None and outcome.told <= float(fault.told)
        scene.check(soon, f"viewers were told after {_s(outcome.told)}")
    if fault.unready is not None:
        soon = outcome.unready is not None and outcome.unready <= fault.unready
        scene.check(soon, f"the servers were not ready after {_s(outcome.unready)}")
    late = outcome.recovered is not None and outcome.recovered > fault.recovered
    scene.check(not late, f"well again only after {_s(outcome.recovered)}")
    was = outcome.wrongly_live
    scene.check(was <= fault.wrongly_live, f"shown as live for {_s(was)} without a sample")


def _s(seconds: float | None) -> str:
    return "—" if seconds is None else f"{seconds:.1f} s"
