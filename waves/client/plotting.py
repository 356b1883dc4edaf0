"""A stream in a terminal: a line of bars for each signal, and its last value."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from waves.client.reading import Block

BARS = "▁▂▃▄▅▆▇█"
#: A terminal is written to this often.
DRAW_SECONDS = 0.1
#: Samples of a signal that are looked at.
MOST_SAMPLES = 20_000


def bars(values: NDArray[np.float64], width: int) -> str:
    """The values as so many bars, each the mean of its share; a blank where there is none."""
    if not values.size or width < 1:
        return ""
    edges = np.linspace(0, values.size, min(width, values.size) + 1).astype(int)
    shares = [values[a:b] for a, b in pairwise(edges)]
    means = np.array([s[~np.isnan(s)].mean() if (~np.isnan(s)).any() else np.nan for s in shares])
    if np.isnan(means).all():
        return " " * means.size
    low, high = np.nanmin(means), np.nanmax(means)
    span = (high - low) or 1.0
    return "".join(
        " " if np.isnan(m) else BARS[min(len(BARS) - 1, int((m - low) / span * len(BARS)))]
        for m in means
    )


def plot(blocks: Iterable[Block], window: float) -> None:
    """Draw the last ``window`` seconds of each signal until the blocks end."""
    kept: dict[str, NDArray[np.float64]] = {}
    times = np.empty(0)
    lines, drawn_at = 0, 0.0
    for block in blocks:
        if set(block.signals) != set(kept) or block.missing is None:
            kept, times = {name: np.empty(0) for name in block.signals}, np.empty(0)
        times = np.concatenate((times, block.times))[-MOST_SAMPLES:]
        first = int(np.searchsorted(times, times[-1] - window))
        times = times[first:]
        for name in kept:
            kept[name] = np.concatenate((kept[name], block[name]))[-MOST_SAMPLES:][first:]
        if time.monotonic() - drawn_at >= DRAW_SECONDS:
            drawn_at = time.monotonic()
            lines = _draw(kept, lines)


def _draw(kept: dict[str, NDArray[np.float64]], lines: int) -> int:
    width = shutil.get_terminal_size().columns
    names = max((len(name) for name in kept), default=0)
    up = f"\x1b[{lines}A" if lines else ""
    rows = [
        f"\x1b[2K{name:{names}} {values[-1]:>12.6g} {bars(values, width - names - 15)}"
        for name, values in kept.items()
    ]
    sys.stdout.write(up + "\n".join(rows) + "\n")
    sys.stdout.flush()
    return len(rows)
