"""The measurements once more, written with numpy from docs/measurements.md alone.

Where the page walks from sample to sample, this looks for the crossings of whole arrays; the two
share definitions and no code.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]
BINS = 32


def measurements(x: Samples, other: Samples, dt: float) -> dict[str, float]:
    """Every measurement of ``x``; its phase is that against ``other``."""
    low, high = states(x)
    found = edges(x)
    times, rising, durations, spans = found.times, found.rising, found.durations, found.spans
    period = mean(spans[:, 1] - spans[:, 0]) * dt
    highs, lows = widths(found)
    above = [times[(times > a) & (times < b)][0] for a, b in spans]
    held = [
        (inner - a) if rising[np.flatnonzero(times == a)[0]] else (b - inner)
        for (a, b), inner in zip(spans, above, strict=True)
    ]
    rms = float(np.sqrt(np.mean(x**2)))
    return {
        "min": float(x.min()),
        "max": float(x.max()),
        "vpp": float(np.ptp(x)),
        "mean": float(x.mean()),
        "rms": rms,
        "acRms": float(x.std()),
        "deviation": float(x.std(ddof=1)),
        "cycleMean": over(spans, x),
        "cycleRms": math.sqrt(over(spans, x**2)),
        "frequency": 1 / period,
        "period": period,
        "duty": 100 * dt * mean(np.array(held)) / period,
        "positiveWidth": mean(highs) * dt,
        "negativeWidth": mean(lows) * dt,
        "riseTime": mean(durations[rising]) * dt,
        "fallTime": mean(durations[~rising]) * dt,
        "overshoot": 100 * (float(x.max()) - high) / (high - low),
        "crestFactor": float(np.abs(x).max()) / rms if rms else np.nan,
        "phase": phase(x, other),
    }


def over(spans: Samples, values: Samples) -> float:
    """Mean over spans; a sample stands from half a sample before it to half after."""
    if not len(spans):
        return float("nan")
    whole = np.concatenate(([0.0], np.cumsum(values)))
    integral = np.interp(spans + 0.5, np.arange(len(whole)), whole)
    return float((integral[:, 1] - integral[:, 0]).sum() / (spans[:, 1] - spans[:, 0]).sum())


def mean(values: Samples) -> float:
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else float("nan")


def noise(x: Samples) -> float:
    """The least that differences of five orders mean; NaN where that is a third of the signal."""
    starts = np.floor(np.arange(256) * 0.6180339887498949 % 1 * (len(x) - 10)).astype(int)
    meant = [
        np.sort(np.abs(np.diff(x, order)[starts]))[128] / math.sqrt(math.comb(2 * order, order))
        for order in (1, 2, 3, 5, 10)
    ]
    deviation = float(min(meant)) / 0.6744897501960817 if meant[4] >= 0.7 * meant[3] else 0.0
    return deviation if deviation < 0.35 * x.std() else float("nan")


def states(x: Samples) -> tuple[float, float]:
    """Modes of the lower and of the upper half of the histogram, or what lies outermost."""
    lowest, highest = float(x.min()), float(x.max())
    if lowest == highest:
        return float("nan"), float("nan")
    is_noisy = noise(x) > 1e-3 * (highest - lowest)
    level = noisy_state if is_noisy else lower_state
    # The upper half is the lower one of the mirrored signal.
    one, two = level(x), level(-x)
    dwells = not np.isnan(one[0] + two[0])
    low, high = (one[0], -two[0]) if dwells else (one[1], -two[1])
    apart = high - low >= (highest - lowest) / 4
    return (low, high) if apart else (float("nan"), float("nan"))


def noisy_state(x: Samples) -> tuple[float, float]:
    """The mode with a valley between it and the middle; else the mean of the outermost tenth."""
    bottom = float(x.min())
    width = float(np.ptp(x)) / 2 / BINS
    counts, first, last, average = mode(x, bottom, width)
    position = np.floor((x - bottom) / width)
    means = np.array([x[position == bin].mean() if counts[bin] else 0 for bin in range(BINS)])
    wanted = counts.sum() / 10
    before = np.concatenate(([0], np.cumsum(counts)[:-1]))
    taken = np.clip(wanted - before, 0, counts)
    outermost = float((taken * means).sum() / wanted)
    dwells = is_prominent(counts, first, last) and has_valley(counts)
    return (average if dwells else float("nan")), outermost


def is_prominent(counts: NDArray[np.int64], first: int, last: int) -> bool:
    total = counts.sum()
    return bool(counts.max() >= 2 * total / BINS and counts[first : last + 1].sum() >= 0.6 * total)


def has_valley(counts: NDArray[np.int64]) -> bool:
    return bool(counts[-BINS // 4 :].mean() < counts.max() / 10)


def lower_state(x: Samples) -> tuple[float, float]:
    """The level that it dwells at; else the extreme."""
    bottom = float(x.min())
    width = float(np.ptp(x)) / 2 / BINS
    counts, first, last, average = mode(x, bottom, width)
    crowd = 2 * counts.sum() / BINS
    edge = mode(x, bottom, width / BINS)[0]
    if counts[0] >= crowd and edge[0] >= 2 * edge.sum() / BINS:
        return bottom, bottom
    is_near_middle = not np.isnan(noise(x)) and not has_valley(counts)
    if is_near_middle or not is_prominent(counts, first, last):
        return float("nan"), bottom
    if first == last:
        average = mode(x, bottom + first * width, width / BINS)[3]
    return average, bottom


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


class Edges(NamedTuple):
    """Mid crossings in samples, their directions, how far noise spreads them, and the times from
    10 to 90 %; and the whole periods that are alike, from and to.
    """

    times: Samples
    rising: NDArray[np.bool_]
    spreads: Samples
    durations: Samples
    spans: Samples
    is_doubtful: bool


def edges(x: Samples) -> Edges:
    low, high = states(x)
    none = np.array([])
    if not low < high:
        return Edges(none, none.astype(bool), none, none, none.reshape(0, 2), is_doubtful=False)
    y = (x - low) / (high - low)
    least = 4 * np.nan_to_num(noise(x)) / (high - low)
    usual = transitions(x, y, min(0.4, max(0.2, least)))
    if not usual.is_doubtful or least > 0.1:
        return usual
    finer = transitions(x, y, 0.1)
    return usual if finer.is_doubtful else finer


def transitions(x: Samples, y: Samples, hysteresis: float) -> Edges:
    lower = 0.5 - hysteresis
    zone = np.where(y <= lower, 0, np.where(y >= 0.5 + hysteresis, 1, -1))
    settled = np.flatnonzero(zone >= 0)
    pairs = [(a, b) for a, b in pairwise(settled) if zone[a] != zone[b]]
    rising = np.array([zone[b] == 1 for _, b in pairs], dtype=bool)
    mids = [crossings(y, 0.5, a, b) for a, b in pairs]
    # What leaves the time above the level as it is: up, down, up.
    times = np.array([mid[::2].sum() - mid[1::2].sum() for mid in mids])
    spreads = np.array([mid[-1] - mid[0] for mid in mids])
    bounds = [0, *[b for _, b in pairs], len(y) - 1]
    durations = [
        duration(y if up else 1 - y, bounds[k], a, b, lower)
        for k, ((a, b), up) in enumerate(zip(pairs, rising, strict=True))
    ]
    spans, is_doubtful = alike(x, times, rising, spreads)
    return Edges(times, rising, spreads, np.array(durations), spans, is_doubtful)


def alike(
    x: Samples, times: Samples, rising: NDArray[np.bool_], spreads: Samples
) -> tuple[Samples, bool]:
    """Whole periods, from and to, of which most are of one length; whether there is a doubt."""
    count = max(0, (len(times) - 1) // 2)
    spans = np.stack([times[: 2 * count : 2], times[2::2][:count]], axis=1)
    worst = np.maximum(spreads[: 2 * count : 2], spreads[2::2][:count])
    chosen = chosen_spans(x, spans, worst)
    few = len(chosen) < 5 and (bool(np.isnan(noise(x))) or narrowest(times, rising) < 6)
    return chosen[: 0 if few else None], few or (count > 0 and not len(chosen))


def chosen_spans(x: Samples, spans: Samples, worst: Samples) -> Samples:
    lengths = spans[:, 1] - spans[:, 0]
    sharp = spans[worst <= 0.4 * lengths]
    if not len(sharp):
        return sharp
    lengths = sharp[:, 1] - sharp[:, 0]
    middle = np.sort(lengths)[(len(lengths) - 1) // 2]
    off = np.abs(lengths - middle)
    tight = int((off <= 0.1 * middle).sum())
    if tight > 1 and tight >= 0.75 * len(spans):
        return sharp[off <= max(1, 0.1 * middle)]
    loose = sharp[off <= max(1, 0.25 * middle)]
    return loose if len(loose) >= 0.6 * len(spans) and likeness(x, middle) >= 0.5 else loose[:0]


def likeness(x: Samples, period: float) -> float:
    """The correlation of a signal with itself a period later."""
    # No case here has so few samples in a period that several periods were to be taken.
    lag = round(float(period))
    one, two = x[:-lag] - x.mean(), x[lag:] - x.mean()
    return float((one * two).sum() / np.sqrt((one**2).sum() * (two**2).sum()))


def narrowest(times: Samples, rising: NDArray[np.bool_]) -> float:
    lasting = np.diff(times)
    middles = [np.sort(each)[(len(each) - 1) // 2] for each in halves(lasting, rising) if len(each)]
    return float(min(middles, default=np.inf))


def halves(lasting: Samples, rising: NDArray[np.bool_]) -> tuple[Samples, Samples]:
    """How long the high state lasts each time, and the low one."""
    return lasting[rising[:-1]], lasting[~rising[:-1]]


def widths(found: Edges) -> tuple[Samples, Samples]:
    lasting = np.diff(found.times)
    if found.is_doubtful or not len(lasting):
        return np.array([]), np.array([])
    period = mean(found.spans[:, 1] - found.spans[:, 0])
    longest = np.inf if np.isnan(period) else period
    spread = np.maximum(found.spreads[:-1], found.spreads[1:])
    whole = (lasting < longest) & (spread <= 0.4 * lasting)
    return halves(lasting[whole], np.append(found.rising[:-1][whole], True))


def crossings(y: Samples, level: float, start: int, stop: int) -> Samples:
    """Where y goes through a level, either way, between two samples."""
    part = y[start : stop + 1]
    at = np.flatnonzero((part[:-1] < level) != (part[1:] < level))
    return start + at + (level - part[at]) / (part[at + 1] - part[at])


def duration(y: Samples, begin: int, a: int, b: int, lower: float) -> float:
    """From the last upward crossing of 10 % to the first of 90 % around the climb from a to b."""
    upward = [t for t in crossings(y, 0.1, begin, b) if y[int(np.ceil(t)) - 1] < y[int(np.ceil(t))]]
    beyond = y[b:]
    back = np.flatnonzero(beyond <= lower)
    end = b + int(back[0]) if len(back) else len(y) - 1
    arrived = crossings(y, 0.9, b - 1, end)
    return float(arrived[0] - upward[-1]) if upward and len(arrived) else float("nan")


def phase(x: Samples, other: Samples) -> float:
    """Degrees by which x leads the other, from its nearest rising crossings."""
    mine, others = edges(x), edges(other)
    if not len(mine.spans) or not len(others.spans):
        return float("nan")
    period = mean(others.spans[:, 1] - others.spans[:, 0])
    if abs(mean(mine.spans[:, 1] - mine.spans[:, 0]) / period - 1) > 0.05:
        return float("nan")
    gaps = others.times[others.rising][:, None] - mine.times[mine.rising][None, :]
    nearest = gaps[np.arange(len(gaps)), np.abs(gaps).argmin(axis=1)]
    vector = np.exp(2j * np.pi * nearest / period).mean()
    return float(np.degrees(np.angle(vector))) if abs(vector) >= 0.9 else float("nan")
