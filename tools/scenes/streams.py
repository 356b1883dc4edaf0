"""Six streams as people have them, for the pictures of docs/oscilloscope.md.

Each is declared as a user of Waves would. Those that show hours begin with what was before, so
that their pictures are full at once.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from waves.sources import SignalInfo, stream

HOUR, DAY = 3600.0, 86_400.0
#: The last whole numbers before float64 leaves some out.
COUNTED_FROM = 2**53 - 100_000
EEG_RATE = 256
#: Electrodes of the 10-20 system, and some of those between.
ELECTRODES = [
    *("Fp1", "Fp2", "AF3", "AF4", "F7", "F3", "Fz", "F4", "F8", "FC5", "FC1", "FC2", "FC6", "T7"),
    *("C3", "Cz", "C4", "T8", "CP5", "CP1", "CP2", "CP6", "P7", "P3", "Pz", "P4", "P8", "PO3"),
    *("PO4", "O1", "Oz", "O2"),
]
#: Seconds after which what is before is told: whoever keeps it listens by then.
READY = 5.0

Values = dict[str, Any]


@stream(
    signals={"pump": "", "door": "", "flow": "l/min"},
    rate=4,
    name="A relay",
    window=60,
    create=False,
)
async def relay() -> AsyncIterator[tuple[float, Values]]:
    """A pump that says how it is, the door of its room, and what flows."""
    await asyncio.sleep(READY)
    begun = time.time()
    for at in np.arange(begun - 60, begun, 0.25):
        yield float(at), _pump(float(at))
    while True:
        await asyncio.sleep(0.25)
        yield time.time(), _pump(time.time())


def _pump(at: float) -> Values:
    part = at % 20
    state = "off" if part < 7 else "starting" if part < 8.5 else "running" if part < 18 else "error"
    flow = {"off": 0.0, "starting": 8 * (part - 7), "running": 12.0, "error": 3.0}[state]
    return {
        "pump": state,
        "door": at % 33 < 6,
        "flow": flow + 0.15 * math.sin(9 * at) * (flow > 0),
    }


@stream(
    signals={"count": ""},
    rate=100,
    name="A counter",
    window=10,
    sample_type="float64",
    create=False,
)
def counter(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pieces that a machine made, from 2^53 - 100,000 on: each is seen."""
    return COUNTED_FROM + np.floor(t * 2 + 0.5 * np.sin(t))


@stream(
    signals=[SignalInfo(name.lower(), name, "µV") for name in ELECTRODES],
    rate=EEG_RATE,
    name="An EEG",
    window=4,
    create=False,
)
def eeg(t: NDArray[np.float64]) -> NDArray[np.float64]:
    """32 electrodes: a rhythm of 10 Hz that comes and goes, strongest at the back, and noise."""
    back = np.linspace(0.2, 1, len(ELECTRODES))[:, np.newaxis]
    phase = np.linspace(0, 2, len(ELECTRODES))[:, np.newaxis]
    rhythm = (1 + np.sin(2 * np.pi * 0.3 * t)) * np.sin(2 * np.pi * 10 * t + phase)
    generator = np.random.default_rng(int(t[0] * EEG_RATE))
    noise = generator.normal(0, 5, (len(ELECTRODES), t.size))
    waves = 18 * back * rhythm + 32 * np.sin(2 * np.pi * 2.3 * t + 3 * phase) + noise
    return np.asarray(waves)


@stream(
    signals={"direction": "°", "speed": "m/s"},
    rate=4,
    name="A wind vane",
    window=60,
    line={"direction": "points"},
    create=False,
)
def wind(t: NDArray[np.float64]) -> Values:
    """Where the wind comes from, about north: 359° is beside 0°, so these are points."""
    turning = 12 * np.sin(t / 7) + 9 * np.sin(1.7 * t) + 4 * np.sin(5.3 * t)
    speed = 6 + 1.5 * np.sin(t / 9) + 0.8 * np.sin(2.9 * t) * np.sin(0.4 * t)
    return {"direction": np.mod(turning, 360), "speed": speed}


@stream(
    signals={"outside": "°C", "inside": "°C"},
    rate=0.1,
    name="A day of temperature",
    window=HOUR,
    clock="timed",
    create=False,
)
async def temperature() -> AsyncIterator[tuple[Any, Any]]:
    """Every ten seconds, for a day."""
    await asyncio.sleep(READY)
    begun = time.time()
    times = np.arange(begun - DAY, begun, 10)
    yield times, np.array(_temperatures(times))
    while True:
        await asyncio.sleep(10)
        now = np.array([time.time()])
        yield now, np.array(_temperatures(now))


def _temperatures(at: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    day = 2 * np.pi * (at % DAY) / DAY
    outside = 9 - 6 * np.cos(day - 0.7) + 0.4 * np.sin(at / 700) + 0.15 * np.sin(at / 61)
    return [outside, 20.5 - 0.8 * np.cos(day - 1.6) + 0.25 * np.sign(np.sin(at / 900))]


@stream(
    signals={"share": "€"},
    rate=1 / 60,
    name="A price",
    window=HOUR,
    clock="timed",
    line="step",
    create=False,
)
async def price() -> AsyncIterator[tuple[Any, Any]]:
    """A price each minute; at night nobody trades, and there is none."""
    await asyncio.sleep(READY)
    begun = time.time()
    times = np.arange(begun - DAY, begun, 60)
    yield times, _prices(times)
    while True:
        await asyncio.sleep(60)
        now = np.array([time.time()])
        yield now, _prices(now)


def _prices(at: NDArray[np.float64]) -> NDArray[np.float64]:
    value = 41.2 + 0.6 * np.sin(at / 9000) + 0.2 * np.sin(at / 1300) + 0.05 * np.sin(at * 0.37)
    hour = (at % DAY) / HOUR
    return np.where((hour >= 9) & (hour < 17.5), np.round(value, 2), np.nan)
