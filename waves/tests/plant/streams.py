import time
from collections.abc import Iterator

import numpy as np

from waves.sources import SignalInfo, stream


@stream(rate=100, name="Broken")
def broken(t: np.ndarray) -> np.ndarray:
    """Raises at once."""
    return t / (1 // 0)


@stream(rate=100, name="Blocking")
def blocking() -> Iterator[float]:
    """Blocks its thread for long."""
    yield 1.0
    while True:
        time.sleep(3600)


@stream(rate=100, name="Infinite")
def infinite(t: np.ndarray) -> np.ndarray:
    """Yields values that are none."""
    return np.where(np.arange(len(t)) % 2, np.inf, 1.0)


#: Of ``spikes``: one sample in so many is 1, all others are 0. At 1 MS/s that is one a second.
SPIKE_EVERY = 1_000_000
#: The index of the first of them.
FIRST_SPIKE = 500_000


@stream(signals={"spike": "V"}, rate=1_000_000, create=False)
def spikes(t: np.ndarray) -> np.ndarray:
    """0 everywhere but in one sample of a million."""
    index = np.rint(t * 1_000_000).astype(np.int64)
    return (index % SPIKE_EVERY == FIRST_SPIKE).astype(np.float32)


#: Of ``numbered``: odd, so that no value comes twice in the 2**24 that float32 holds exactly.
FACTOR, MODULUS = 7919, 2**24
NUMBERED_RATE = 20_000


@stream(signals={"number": ""}, rate=NUMBERED_RATE, create=False)
def numbered(t: np.ndarray) -> np.ndarray:
    """Each value says its index: see ``FACTOR``."""
    index = np.rint(t * NUMBERED_RATE).astype(np.int64)
    return (index * FACTOR) % MODULUS


@stream(signals={"door": "", "mode": "", "pressure": "bar"}, rate=100, create=False)
def house(t: np.ndarray) -> dict[str, object]:
    """A door that is open for half of each second, a mode that has another name each 4 s."""
    door = np.where(t % 1 < 0.5, "closed", "open")
    mode = [f"mode {int(second / 4)}" for second in t]
    return {"door": door, "mode": mode, "pressure": 3 + np.sin(t)}


@stream(signals={"slow": "°C"}, rate=100, create=False)
def alone(t: np.ndarray) -> np.ndarray:
    """A value in each twentieth sample, between samples that have none."""
    index = np.rint(t * 100).astype(np.int64)
    return np.where(index % 20 == 0, 20 + np.cos(t), np.nan)


#: Of ``quantities``: key, name, unit, middle and ripple of each signal.
QUANTITIES = [
    ("mains", "mains", "Hz", 50.0, 0.01),
    ("pressure", "pressure", "Pa", 101_325.0, 0.5),
    ("area", "area", "m²", 5000.0, 0.01),
    ("current", "current", "A", 0.0, 3e-9),
    ("ratio", "ratio", "", 0.25, 0.01),
    ("acidity", "acidity", "pH", 7.2, 0.01),
    ("far", "far", "V", 1e6, 2.0),
    ("counter", "counter", "", 2.0**23, 40.0),
    ("long", "a name that has no end " * 8, "units without an end " * 4, 1.0, 0.5),
    *((f"more{k}", f"more{k}", "µV", 300.0 * k, 20.0) for k in range(7)),
]


@stream(
    signals=[SignalInfo(key, name, unit) for key, name, unit, _, _ in QUANTITIES],
    rate=100,
    create=False,
)
def quantities(t: np.ndarray) -> np.ndarray:
    """Units that take no prefix, little ripple on much, long names, and as many as sixteen."""
    return np.stack([middle + ripple * np.sin(8 * t) for _, _, _, middle, ripple in QUANTITIES])


@stream(signals=[SignalInfo("level", "Level", "V")], rate=100, create=False)
def wandering(t: np.ndarray) -> np.ndarray:
    """What goes from 999 mV to 1.01 V and back, in no step with whoever reads it."""
    return np.where(np.floor(3.3 * t) % 2 == 0, 0.999, 1.01)[np.newaxis]


@stream(rate=200, name="Stalling", create=False)
def stalling(t: np.ndarray) -> np.ndarray:
    """Takes longer once in two seconds than its samples wait: the rest of them is skipped."""
    if len(t) < 100 and int(t[0] / 2) != int((t[0] - len(t) / 200) / 2):
        time.sleep(1.2)
    return np.sin(t)
