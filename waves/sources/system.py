"""This machine, live: processors, memory, load, network and disks, as psutil reads them."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from waves.exceptions import SourceError
from waves.protocol.block import SAMPLE_TYPES, SampleBlock
from waves.protocol.spec import StreamSpec
from waves.sources import validate_options
from waves.sources.base import Options, SignalInfo, Source, SourceContext
from waves.sources.pacing import Ticker
from waves.sources.thread import DedicatedThread

try:
    import psutil
except ImportError:  # the extra `system` is not installed: the options can be edited all the same
    psutil = None  # type: ignore[assignment]

NEEDS_PSUTIL = "This machine is read by a package: pip install 'django-waves[system]'"
#: Hz. The kernel counts processor time in steps of 10 ms: faster readings would show the steps.
MAX_RATE = 50.0

#: A reading: one number for each signal of a group.
Reading = list[float]


class SystemOptions(Options):
    """Which groups of readings; at least one."""

    cpu: bool = Field(True, title="Processors", description="Use of each core, in %.")
    memory: bool = Field(True, title="Memory", description="Memory in use, in %.")
    load: bool = Field(
        True, title="Load", description="Processes that run or wait, mean of the last minute."
    )
    network: bool = Field(
        True, title="Network", description="Bytes received and sent a second, all interfaces."
    )
    disk: bool = Field(True, title="Disks", description="Bytes read and written a second, all.")

    @model_validator(mode="after")
    def _one_at_least(self) -> Self:
        if not any(getattr(self, name) for name in GROUPS):
            raise ValueError(f"Switch on at least one of: {', '.join(GROUPS)}.")
        return self


@dataclass(frozen=True, slots=True)
class Group:
    """Signals that one call reads.

    The call tells a "level" of this moment; the mean of the "interval" since the call before, so
    that the first is void; or a "counter", of which the rate per second is shown.
    """

    signals: tuple[SignalInfo, ...]
    read: Callable[[], Reading]
    tells: Literal["level", "interval", "counter"] = "level"


def _cpu() -> Group:
    cores = range(1, (psutil.cpu_count() or 1) + 1)
    signals = tuple(SignalInfo(f"cpu{core}", f"CPU {core}", "%") for core in cores)
    return Group(signals, lambda: psutil.cpu_percent(percpu=True), "interval")


def _memory() -> Group:
    signals = (SignalInfo("memory", "memory", "%"),)
    return Group(signals, lambda: [psutil.virtual_memory().percent])


def _load() -> Group:
    return Group((SignalInfo("load", "load"),), lambda: [psutil.getloadavg()[0]])


def _network() -> Group:
    signals = (
        SignalInfo("net_in", "network in", "B/s"),
        SignalInfo("net_out", "network out", "B/s"),
    )
    return Group(signals, _network_bytes, "counter")


def _network_bytes() -> Reading:
    counters = psutil.net_io_counters()
    return [counters.bytes_recv, counters.bytes_sent] if counters else []


def _disk() -> Group:
    signals = (
        SignalInfo("disk_read", "disk read", "B/s"),
        SignalInfo("disk_write", "disk write", "B/s"),
    )
    return Group(signals, _disk_bytes, "counter")


def _disk_bytes() -> Reading:
    counters = psutil.disk_io_counters()
    return [counters.read_bytes, counters.write_bytes] if counters else []


#: The groups by the name of their option.
GROUPS: dict[str, Callable[[], Group]] = {
    "cpu": _cpu,
    "memory": _memory,
    "load": _load,
    "network": _network,
    "disk": _disk,
}


class Meter:
    """Reads the groups, always in one thread: psutil keeps the interval's start for each.

    What cannot be read is NaN, and so is the first value of an interval or a rate.
    """

    def __init__(self, groups: list[Group], monotonic: Callable[[], float]) -> None:
        self.groups = groups
        self._monotonic = monotonic
        self._before: dict[Group, tuple[float, Reading]] = {}

    def read(self) -> Reading:
        """One value for each signal of each group."""
        return [value for group in self.groups for value in self._values(group)]

    def _values(self, group: Group) -> Reading:
        now, values = self._monotonic(), reading(group)
        then, before = self._before.get(group, (now, []))
        self._before[group] = (now, values)
        if group.tells == "interval" and not before:
            values = []
        elif group.tells == "counter":
            values = _rates(before, values, now - then)
        missing = [math.nan] * len(group.signals)
        return (values + missing)[: len(missing)]


def _rates(before: Reading, after: Reading, seconds: float) -> Reading:
    """Per second; nothing where one of both is missing, NaN where a device was removed."""
    if seconds <= 0 or len(before) != len(after):
        return []
    rates = [(new - old) / seconds for old, new in zip(before, after, strict=True)]
    return [rate if rate >= 0 else math.nan for rate in rates]


def reading(group: Group) -> Reading:
    """What psutil says, or nothing: containers lack disk counters, some systems lack the load."""
    try:
        return group.read()
    except (psutil.Error, OSError, RuntimeError, NotImplementedError):
        return []


class SystemSource(Source):
    """Reads the machine once for each sample.

    Raises SourceError for a rate above 50 Hz, and where psutil is not installed.

    Raises ConfigurationError for options that cannot work.
    """

    label = "This machine"
    options = SystemOptions
    max_rate = MAX_RATE

    def __init__(self, spec: StreamSpec, context: SourceContext) -> None:
        super().__init__(spec, context)
        if psutil is None:
            raise SourceError(NEEDS_PSUTIL)
        chosen = SystemOptions(**validate_options("system", spec.options))
        groups = [make() for name, make in GROUPS.items() if getattr(chosen, name)]
        # A group that this machine does not have is left out, not drawn as an empty trace.
        self._groups = [group for group in groups if reading(group)]
        if not self._groups:
            raise SourceError("This machine offers none of the chosen readings; choose others.")
        # A tick for each sample, whatever the frames a second: a reading cannot be made up for.
        self._ticker = Ticker(context.clock, spec.rate, spec.rate, context.late_tick)

    @property
    def signals(self) -> tuple[SignalInfo, ...]:
        """What this machine offers of the chosen groups."""
        return tuple(signal for group in self._groups for signal in group.signals)

    async def blocks(self) -> AsyncGenerator[SampleBlock, None]:
        """Yield one reading at each tick; the first has no rates yet (NaN)."""
        meter = Meter(self._groups, self.context.clock.monotonic)
        thread = DedicatedThread(f"waves {self.spec.slug}")
        dtype, dt = SAMPLE_TYPES[self.spec.sample_type], 1.0 / self.spec.rate
        try:
            async for due in self._ticker.ticks():
                values = np.array([await thread.call(meter.read)], dtype=dtype).T
                late = due.n - 1
                if due.skipped + late:
                    self.context.skipped(due.skipped + late)
                t0 = due.t0 + late * dt
                yield SampleBlock(self.context.epoch, due.first + late, t0, dt, values)
        finally:
            await thread.close()
