"""A heartbeat, as the sum of five bells."""

from __future__ import annotations

import math

import numpy as np

from waves.dsp.parameters import PeriodicWaveform
from waves.dsp.phase import TAU, Floats

#: The waves P, Q, R, S, T of a heartbeat: angle, size and width in radians as in table 1 of
#: P. E. McSharry et al., "A dynamical model for generating synthetic electrocardiogram signals",
#: IEEE Trans. Biomed. Eng. 50(3), 2003. Its equation (1) moves by -a x exp(-x^2 / 2 b^2), whose
#: integral is a bell of height a b^2.
_WAVES = (
    (-math.pi / 3, 1.2, 0.25),
    (-math.pi / 12, -5.0, 0.1),
    (0.0, 30.0, 0.1),
    (math.pi / 12, -7.5, 0.1),
    (math.pi / 2, 0.75, 0.4),
)
#: Height of the R wave before scaling: the beat is scaled so that it is about 1.
_R = 30.0 * 0.1**2
#: Where R stands in the period: all five waves are over before the period ends, so it joins up.
_R_POSITION = 0.4


class Ecg(PeriodicWaveform):
    """A heartbeat each period, as an electrocardiogram shows it: 1.2 Hz are 72 beats a minute."""

    label = "Heartbeat (ECG)"
    formula = (
        "y = Σ (a b² / 0.3) exp(−(x − c)² / (2 b²)), where x = 2π (p − 0.4), and\n"
        "P: c = −π/3, a = 1.2, b = 0.25\n"
        "Q: c = −π/12, a = −5, b = 0.1\n"
        "R: c = 0, a = 30, b = 0.1\n"
        "S: c = π/12, a = −7.5, b = 0.1\n"
        "T: c = π/2, a = 0.75, b = 0.4"
    )

    def values(self, cycles: Floats, step: float) -> Floats:
        angle = (cycles - _R_POSITION) * TAU
        total = np.zeros_like(cycles)
        for position, size, width in _WAVES:
            bell = angle - position
            bell *= bell
            bell *= -0.5 / width**2
            np.exp(bell, out=bell)
            bell *= size * width**2 / _R
            total += bell
        return total
