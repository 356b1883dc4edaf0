"""One sample a period: ``scipy.signal.unit_impulse``, again and again."""

from __future__ import annotations

from waves.dsp.parameters import PeriodicWaveform
from waves.dsp.phase import Floats


class ImpulseTrain(PeriodicWaveform):
    """One sample of 1 at the beginning of each period, 0 otherwise."""

    label = "Impulse train"
    formula = "y = 1 for the first sample of a period, then 0"

    def values(self, cycles: Floats, step: float) -> Floats:
        return (cycles < step).astype(cycles.dtype)
