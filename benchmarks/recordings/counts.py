"""The signals of the made recordings: counts of a converter, known at every sample.

A block of 256 samples is one number (slow sine and noise) and one shape added to it, so that the
minimum and the maximum of any number of blocks are known without their samples. All are whole
numbers, which float32 holds exactly.
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


def numbers(first: int, last: int) -> NDArray[np.int64]:
    """The numbers of blocks ``[first, last)``, ``[signals, n]``."""
    blocks = np.arange(first, last)
    places = blocks * SIGNALS + np.arange(SIGNALS)[:, None]
    # Two steps of splitmix64: noise that anybody can make again at any place.
    mixed = places.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    noise = ((mixed >> np.uint64(33)) % np.uint64(2 * NOISE + 1)).astype(np.int64) - NOISE
    return noise + np.rint(SINE * np.sin(2 * np.pi * blocks / PERIODS)).astype(np.int64)


def samples(first: int, end: int) -> Values:
    """The samples ``[first, end)``, ``[signals, n]`` in float32."""
    block = first // BLOCK
    made = numbers(block, -(-end // BLOCK))[:, :, None] + SHAPE
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
