"""A sum of sines whose frequencies are multiples of the first."""

from __future__ import annotations

import math
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator

from waves.dsp.parameters import PeriodicWaveform, parameter
from waves.dsp.phase import TAU, Floats


def _numbers(value: Any) -> Any:
    """Numbers that a person typed into one field: "1, 0, 0.33"."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


Numbers = Annotated[tuple[float, ...], BeforeValidator(_numbers)]


class Harmonics(PeriodicWaveform):
    """A sum of sines at 1, 2, 3, … times the frequency."""

    label = "Harmonics"
    formula = "y = Σ amplitude[k] sin(2π k p + phase[k]), k = 1, 2, 3, …"

    amplitudes: Numbers = parameter(
        (1.0, 0.0, 1 / 3, 0.0, 1 / 5),
        "Amplitudes",
        "Of the 1st, 2nd, 3rd, … harmonic, with commas between them.",
        why="each one costs a sine",
        min_length=1,
        max_length=64,
    )
    phases: Numbers = parameter(
        (),
        "Phases",
        "Of the same harmonics, with commas between them; those that are missing are 0.",
        unit="°",
        why="there are no more harmonics",
        max_length=64,
    )

    def values(self, cycles: Floats, step: float) -> Floats:
        total = np.zeros_like(cycles)
        for index, amplitude in enumerate(self.amplitudes):
            if amplitude:
                angle = cycles * (TAU * (index + 1))
                angle += math.radians(self.phases[index]) if index < len(self.phases) else 0.0
                np.sin(angle, out=angle)
                angle *= amplitude
                total += angle
        return total
