"""Bursts: some cycles of a shape, a pause, and again.

The N-cycle burst of function generators, triggered by a timer of its own.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from waves.dsp.parameters import Conditioning, ModulatedWaveform, parameter
from waves.dsp.phase import Floats
from waves.dsp.waveforms.modulation import SHAPES, ShapeName


class Burst(ModulatedWaveform):
    """So many cycles at the frequency, each burst from the same phase, then 0 until the next."""

    label = "Burst"
    formula = (
        "y = shape(phase / 360° + c) while c < cycles, then 0, where c = frequency · T q are the\n"
        "cycles since the burst began, T is the burst period, and q the position in it"
    )
    #: A burst may have more cycles than float32 can count.
    precise = True

    cycles: int = parameter(
        3,
        "Cycles per burst",
        "Of the frequency; where they take longer than the burst period, the next burst cuts them.",
        why="without one there is no burst, and a million fill any window",
        ge=1,
        le=1_000_000,
    )
    burst_period: float = parameter(
        5.0,
        "Burst period",
        "From the beginning of a burst to that of the next.",
        unit="s",
        why="a burst takes time, and one a day is not seen",
        ge=1e-6,
        le=86_400.0,
    )
    burst_shape: ShapeName = parameter("sine", "Burst shape", "What a cycle of the burst is.")

    def modulations_per_second(self) -> Fraction:
        # By its digits: a float64 of 0.1 s is off by a sample after some years.
        return 1 / Fraction(str(self.burst_period))

    def values(self, cycles: Floats, modulation: Floats, carrier: Conditioning) -> Floats:
        """From the burst's own beginning, and not from ``cycles``, which go on in the pause."""
        passed = modulation * (self.burst_period * carrier.frequency)
        on = passed < self.cycles
        passed += carrier.phase / 360.0
        passed -= np.floor(passed)
        values: Floats = SHAPES[self.burst_shape].values(passed) * on
        return values
