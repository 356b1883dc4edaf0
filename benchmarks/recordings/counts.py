"""The signals of the made recordings: counts of a converter, known at every sample.

A block of 256 samples is one number (slow sine and noise) and one shape added to it in an order of
its own, so that minimum and maximum of any number of blocks are known without their samples.
All are whole numbers, which float32 holds exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SIGNALS, BLOCK = 4, 256
KEYS = tuple(f"signal-{number}" for number in range(1, SIGNALS + 1))
#: What is added to a block's number; the same for all.
SHAPE = np.random.default_rng(1).integers(-500, 501, BLOCK)
LOW, HIGH = int(SHAPE.min()), int(SHAPE.max())
#: Blocks of a period of each signal's sine: from minutes to days, of 1 kHz.
PERIODS = np.array([[977.0], [15_013.0], [337_511.0], [2_000_003.0]])
SINE, NOISE = 10_000, 1_000

Values = NDArray[Any]


def _mixed(first: int, last: int) -> NDArray[np.uint64]:
    """A random number for each block of each signal, which anybody can make again."""
    places = np.arange(first, last) * SIGNALS + np.arange(SIGNALS)[:, None]
    # Two steps of splitmix64.
    mixed = places.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)


def numbers(first: int, last: int) -> NDArray[np.int64]:
    """The numbers of blocks ``[first, last)``, ``[signals, n]``."""
    mixed = _mixed(first, last)
    noise = ((mixed >> np.uint64(33)) % np.uint64(2 * NOISE + 1)).astype(np.int64) - NOISE
    sines = np.sin(2 * np.pi * np.arange(first, last) / PERIODS)
    return noise + np.rint(SINE * sines).astype(np.int64)


def samples(first: int, end: int) -> Values:
    """The samples ``[first, end)``, ``[signals, n]`` in float32."""
    block, last = first // BLOCK, -(-end // BLOCK)
    # Each block has the shape in another order: else stores that compress would find it again.
    mixed = _mixed(block, last)[:, :, None].view(np.int64)
    order = (np.arange(BLOCK) * (mixed >> 20 | 1) + (mixed >> 40)) % BLOCK
    made = numbers(block, last)[:, :, None] + SHAPE[order]
    whole = made.reshape(SIGNALS, -1).astype(np.float32)
    return whole[:, first - block * BLOCK : end - block * BLOCK]


def columns(first: int, last: int) -> Values:
    """Minima and maxima of blocks ``[first, last)``, ``[signals, 2, n]`` in float32."""
    made = numbers(first, last)
    return np.stack((made + LOW, made + HIGH), axis=1).astype(np.float32)


def extremes(first: int, end: int) -> tuple[Values, Values]:
    """Minima and maxima of the samples ``[first, end)``, ``[signals]`` each."""
    a, b = -(-first // BLOCK), end // BLOCK
    if a >= b:
        part = samples(first, end)
        return part.min(axis=1), part.max(axis=1)
    made = numbers(a, b)
    low = [(made.min(axis=1) + LOW).astype(np.float32)]
    high = [(made.max(axis=1) + HIGH).astype(np.float32)]
    for begin, until in ((first, a * BLOCK), (b * BLOCK, end)):
        if begin < until:
            part = samples(begin, until)
            low.append(part.min(axis=1))
            high.append(part.max(axis=1))
    return np.min(low, axis=0), np.max(high, axis=0)
