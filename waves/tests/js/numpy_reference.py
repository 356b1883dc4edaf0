"""The measurements once more, written with numpy from docs/measurements.md alone.

Where the page walks from sample to sample, this looks for the crossings of whole arrays; the two
share definitions and no code.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
BINS = 32


def measurements(x: Samples, other: Samples, dt: float) -> dict[str, float]:
    """Every measurement of ``x``; its phase is that against ``other``."""
    low, high = states(x)
    times, rising, durations = transitions(x, low, high)
    widths = np.diff(times) * dt
    spans = (times[2::2] - times[:-2:2]) * dt if len(times) > 2 else np.array([])
    upper = widths[::2] if len(rising) and rising[0] else widths[1::2]
    lower = widths[1::2] if len(rising) and rising[0] else widths[::2]
    period = mean(spans)
    rms = float(np.sqrt(np.mean(x**2)))
    return {
        "min": float(x.min()),
        "max": float(x.max()),
        "vpp": float(np.ptp(x)),
        "mean": float(x.mean()),
        "rms": rms,
        "acRms": float(x.std()),
        "deviation": float(x.std(ddof=1)),
        "frequency": 1 / period,
        "period": period,
        "duty": 100 * float(upper[: len(spans)].sum()) / float(spans.sum())
        if len(spans)
        else np.nan,
        "positiveWidth": mean(upper),
        "negativeWidth": mean(lower),
        "riseTime": mean(durations[rising]) * dt,
        "fallTime": mean(durations[~rising]) * dt,
        "overshoot": 100 * (float(x.max()) - high) / (high - low),
        "crestFactor": float(np.abs(x).max()) / rms if rms else np.nan,
        "phase": phase(x, other),
    }


def mean(values: Samples) -> float:
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else float("nan")


def states(x: Samples) -> tuple[float, float]:
    """Modes of the lower and of the upper half of the histogram."""
    lowest, highest = float(x.min()), float(x.max())
    if lowest == highest:
        return float("nan"), float("nan")
    # The upper half is the lower one of the mirrored signal.
    low, high = lower_state(x), -lower_state(-x)
    apart = high - low >= (highest - lowest) / 4
    return (low, high) if apart else (float("nan"), float("nan"))


def lower_state(x: Samples) -> float:
    bottom = float(x.min())
    width = float(np.ptp(x)) / 2 / BINS
    counts, first, last, average = mode(x, bottom, width)
    crowd = 2 * counts.sum() / BINS
    if counts.max() < crowd:
        return bottom
    edge = mode(x, bottom, width / BINS)[0]
    if counts[0] >= crowd and edge[0] >= 2 * edge.sum() / BINS:
        return bottom
    return average if first < last else mode(x, bottom + first * width, width / BINS)[3]


def mode(x: Samples, start: float, width: float) -> tuple[NDArray[np.int64], int, int, float]:
    """Counts, first and last bin of the mode, mean of the samples in it."""
    position = (x - start) / width
    inside = (position >= 0) & (position < BINS)
    bins = position[inside].astype(int)
    counts = np.bincount(bins, minlength=BINS)
    peak = int(counts.argmax())
    thin = np.flatnonzero(2 * counts < counts[peak])
    first = int(max(thin[thin < peak], default=-1)) + 1
    last = int(min(thin[thin > peak], default=BINS)) - 1
    average = float(x[inside][(bins >= first) & (bins <= last)].mean())
    return counts, first, last, average


def transitions(x: Samples, low: float, high: float) -> tuple[Samples, NDArray[np.bool_], Samples]:
    """Mid crossings in samples, their directions, and the times from 10 to 90 %."""
    if not low < high:
        return np.array([]), np.array([], dtype=bool), np.array([])
    y = (x - low) / (high - low)
    zone = np.where(y <= 0.3, 0, np.where(y >= 0.7, 1, -1))
    settled = np.flatnonzero(zone >= 0)
    pairs = [(a, b) for a, b in pairwise(settled) if zone[a] != zone[b]]
    rising = np.array([zone[b] == 1 for _, b in pairs], dtype=bool)
    times = np.array([crossings(y, 0.5, a, b).mean() for a, b in pairs])
    bounds = [0, *[b for _, b in pairs], len(y) - 1]
    durations = [
        duration(y if up else 1 - y, bounds[k], a, b)
        for k, ((a, b), up) in enumerate(zip(pairs, rising, strict=True))
    ]
    return times, rising, np.array(durations)


def crossings(y: Samples, level: float, start: int, stop: int) -> Samples:
    """Where y goes through a level, either way, between two samples."""
    part = y[start : stop + 1]
    at = np.flatnonzero((part[:-1] < level) != (part[1:] < level))
    return start + at + (level - part[at]) / (part[at + 1] - part[at])


def duration(y: Samples, begin: int, a: int, b: int) -> float:
    """From the last upward crossing of 10 % to the first of 90 % around the climb from a to b."""
    upward = [t for t in crossings(y, 0.1, begin, b) if y[int(np.ceil(t)) - 1] < y[int(np.ceil(t))]]
    beyond = y[b:]
    back = np.flatnonzero(beyond <= 0.3)
    end = b + int(back[0]) if len(back) else len(y) - 1
    arrived = crossings(y, 0.9, b - 1, end)
    return float(arrived[0] - upward[-1]) if upward and len(arrived) else float("nan")


def phase(x: Samples, other: Samples) -> float:
    """Degrees by which x leads the other, from its nearest rising crossings."""
    a, rises, _ = transitions(x, *states(x))
    b, other_rises, _ = transitions(other, *states(other))
    if len(a) < 3 or len(b) < 3:
        return float("nan")
    period = mean(b[2::2] - b[:-2:2])
    if abs(mean(a[2::2] - a[:-2:2]) / period - 1) > 0.05:
        return float("nan")
    gaps = b[other_rises][:, None] - a[rises][None, :]
    nearest = gaps[np.arange(len(gaps)), np.abs(gaps).argmin(axis=1)]
    vector = np.exp(2j * np.pi * nearest / period).mean()
    return float(np.degrees(np.angle(vector))) if abs(vector) >= 0.9 else float("nan")
