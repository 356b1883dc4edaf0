"""A constant."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from waves.dsp.parameters import PeriodicWaveform
from waves.dsp.phase import Floats


class Dc(PeriodicWaveform):
    """A constant: offset plus amplitude."""

    label = "DC"
    formula = "y = 1"
    unused: ClassVar[frozenset[str]] = frozenset({"frequency", "phase"})

    def values(self, cycles: Floats, step: float) -> Floats:
        return np.ones_like(cycles)
