"""What each waveform costs: ``python -m benchmarks.waveforms`` prints a Markdown table.

Blocks of 50,000 float32 samples, as the generator makes at 1 MS/s and 20 frames a second, through
``Synthesizer`` as a stream does; beside them numpy's own ``sin`` of a ready array of as many.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from waves.dsp.synthesis import WAVEFORMS, Synthesizer

RATE = 1_000_000.0
BLOCK = 50_000
#: Of so many blocks the median counts: the machine has other things to do, too.
BLOCKS = 41

#: Parameters that differ from the defaults, so that every part of a waveform is busy.
BUSY: dict[str, dict[str, Any]] = {
    "square": {"duty": 0.3},
    "sawtooth": {"width": 0.7},
    "chirp": {"f0": 100.0, "f1": 10_000.0, "t1": 0.5},
    "prbs": {"frequency": 100_000.0, "order": 15},
    "random_telegraph": {"switches": 1000.0},
}


class Row(NamedTuple):
    """One line of the table; ``ratio`` is to numpy's ``sin`` of float32."""

    name: str
    ms_per_million: float
    ratio: float


def ms_per_million(make: Callable[[], object]) -> float:
    """Median time of ``make``, which makes ``BLOCK`` samples, in ms for a million of them."""
    make()
    seconds = []
    for _ in range(BLOCKS):
        start = time.perf_counter()
        make()
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds)) * 1e9 / BLOCK


def signal(waveform: str, **parameters: Any) -> Callable[[], object]:
    """Make blocks of a waveform at 1 kHz, unless the parameters say otherwise."""
    given = {"frequency": 1000.0, **BUSY.get(waveform, {}), **parameters}
    synthesizer = Synthesizer(RATE, waveform, given)
    return lambda: synthesizer.samples(BLOCK)


def subjects() -> dict[str, Callable[[], object]]:
    """What is measured, by the name in the table."""
    angles = np.linspace(0.0, 2.0 * np.pi, BLOCK)
    narrow = angles.astype(np.float32)
    return {
        "numpy sin, float32": lambda: np.sin(narrow),
        "numpy sin, float64": lambda: np.sin(angles),
        **{name: signal(name) for name in WAVEFORMS},
        "sine, with Gaussian noise added": signal("sine", noise="gaussian"),
        "sine, clipped and rounded to 12 bits": signal("sine", clip_high=0.5, bits=12),
    }


def rows() -> list[Row]:
    """Measure every waveform: about 3 s."""
    costs = {name: ms_per_million(make) for name, make in subjects().items()}
    reference = costs["numpy sin, float32"]
    return [Row(name, cost, cost / reference) for name, cost in costs.items()]


def main() -> None:
    """Print the table."""
    print("| waveform | ms per 1M samples | × numpy sin (float32) |")
    print("| --- | ---: | ---: |")
    for row in rows():
        print(f"| {row.name} | {row.ms_per_million:.2f} | {row.ratio:.1f} |")


if __name__ == "__main__":
    main()
