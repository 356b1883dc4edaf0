"""How parameters are declared: once, with type, bounds, unit, help, and the reason of the bounds.

The form of the admin, its validation, the API's schema and the docs are made from these models.
"""

from __future__ import annotations

import abc
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from waves.dsp.noise import Noise
from waves.dsp.phase import Floats

#: Beyond this, float32 (7 digits) shows nothing but its own rounding beside ordinary values.
LARGEST_VALUE = 1e9
#: Far above any sample rate that a computer keeps up with.
HIGHEST_FREQUENCY = 1e9
#: Seeds are 32-bit words.
LARGEST_SEED = 2**32 - 1
#: The unit of what is a part of a period.
PERIOD = "of a period"


def parameter(
    default: Any, title: str, description: str, *, unit: str = "", why: str = "", **bounds: float
) -> Any:
    """A pydantic field with what a person must know of it.

    ``unit`` is "" for numbers without one and for those in the signal's own unit. ``why`` ends the
    message about a value out of ``bounds`` (``ge``, ``gt``, ``le``, ``lt``).
    """
    extra: dict[str, Any] = {"unit": unit, "why": why}
    return Field(default, title=title, description=description, json_schema_extra=extra, **bounds)  # type: ignore[call-overload]


def fraction_parameter(default: float, title: str, description: str) -> Any:
    """A part of the period, from none to all of it."""
    why = "it is a fraction of the period"
    return parameter(default, title, description, unit=PERIOD, why=why, ge=0.0, le=1.0)


def frequency_parameter(default: float, title: str, description: str) -> Any:
    """A frequency, 0 allowed."""
    return parameter(
        default,
        title,
        description,
        unit="Hz",
        why="a frequency is not negative, and no clock here is faster than 1 GHz",
        ge=0.0,
        le=HIGHEST_FREQUENCY,
    )


def seed_parameter(title: str = "Seed") -> Any:
    """The seed of a random generator."""
    return parameter(
        0,
        title,
        "The same seed gives the same samples again; give each signal its own.",
        why="a seed is a 32-bit number",
        ge=0,
        le=LARGEST_SEED,
    )


class Parameters(BaseModel):
    """Base of all parameter models: frozen, finite, and nothing that is not declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Conditioning(Parameters):
    """What every signal has, whatever its waveform, in the order in which it is applied."""

    amplitude: float = parameter(
        1.0,
        "Amplitude",
        "The waveform is multiplied by this; negative turns it upside down.",
        why="larger values leave no digits in a float32",
        ge=-LARGEST_VALUE,
        le=LARGEST_VALUE,
    )
    offset: float = parameter(
        0.0,
        "Offset",
        "Added to the waveform.",
        why="larger values leave no digits in a float32",
        ge=-LARGEST_VALUE,
        le=LARGEST_VALUE,
    )
    frequency: float = parameter(
        1.0,
        "Frequency",
        "Periods per second; 0 holds the waveform still. Above half the sample rate it aliases.",
        unit="Hz",
        why="0 stands still, and no clock here is faster than 1 GHz",
        ge=0.0,
        le=HIGHEST_FREQUENCY,
    )
    phase: float = parameter(
        0.0,
        "Phase",
        "How far ahead in its period the waveform is; 360° is one period.",
        unit="°",
        why="one turn either way reaches every position",
        ge=-360.0,
        le=360.0,
    )
    noise: Literal["none", "uniform", "gaussian", "pink", "brown"] = parameter(
        "none", "Noise", "Added to the signal, after amplitude and offset."
    )
    noise_sigma: float = parameter(
        0.1,
        "Noise level",
        "Standard deviation of the noise, whatever its kind, in the signal's unit.",
        why="a standard deviation is not negative, and float32 ends the scale",
        ge=0.0,
        le=LARGEST_VALUE,
    )
    noise_seed: int = seed_parameter("Noise seed")
    clip_low: float | None = parameter(
        None, "Clip below", "Lower values become this one; empty for no limit."
    )
    clip_high: float | None = parameter(
        None, "Clip above", "Higher values become this one; empty for no limit."
    )
    bits: int | None = parameter(
        None,
        "Bits",
        "Round to 2^bits equal levels, as a converter does, over its range: from “clip below” to "
        "“clip above”, or where one is empty, offset minus or plus amplitude. Empty for none.",
        why="a converter has 1 bit at least, and float32 holds no more than 24",
        ge=1,
        le=24,
    )

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest value of the converter that ``bits`` describes."""
        swing = abs(self.amplitude)
        low = self.offset - swing if self.clip_low is None else self.clip_low
        high = self.offset + swing if self.clip_high is None else self.clip_high
        return low, high

    @model_validator(mode="after")
    def _has_a_range(self) -> Self:
        if None not in (self.clip_low, self.clip_high) and self.clip_low >= self.clip_high:  # type: ignore[operator]
            raise ValueError("Clip below must be lower than Clip above: nothing lies between them.")
        low, high = self.range
        if self.bits is not None and low >= high:
            raise ValueError(
                f"Bits need a range to divide, but it goes from {low:g} to {high:g}: "
                "set an amplitude, or Clip below and Clip above."
            )
        return self


class Waveform(Parameters):
    """Base of the parameters of each waveform. The docstring of a subclass is its help text."""

    #: For people.
    label: ClassVar[str]
    #: For docs/waveforms.md: the value y at the position p in a period, 0 to 1, or of sample i.
    formula: ClassVar[str] = ""
    #: The line between its samples, where it is none that is sloped: "step" holds the former value.
    line: ClassVar[str] = ""
    #: Fields of ``Conditioning`` that change nothing here; a form leaves them out.
    unused: ClassVar[frozenset[str]] = frozenset()

    def periods_per_second(self, frequency: float) -> Fraction:
        """How often the waveform repeats, in Hz, exactly."""
        return Fraction(frequency)


class PeriodicWaveform(Waveform, abc.ABC):
    """A waveform that is a function of the position in its period."""

    #: Whether ``values`` needs positions in float64 even where samples are float32.
    precise: ClassVar[bool] = False

    @abc.abstractmethod
    def values(self, cycles: Floats, step: float) -> Floats:
        """A new array of the values at ``cycles``, of the same shape and type.

        ``cycles`` are positions in [0, 1], float32 or float64, where 0 is the start of a period;
        ``step`` is what a sample adds, modulo 1. Positions instead of radians keep edges exact:
        at 1,000 Hz and 8,000 samples/s a square is high for 4 samples and low for 4.
        """

    def positions(self, cycles: NDArray[np.float64]) -> NDArray[np.float64]:
        """What ``values`` gets for ``cycles``, before it is rounded to the sample type."""
        return cycles


class ModulatedWaveform(Waveform, abc.ABC):
    """A carrier, which has the signal's frequency and phase, and a second period that acts on it.

    Both positions are exact, however long it runs, and go on where a frequency is changed.
    """

    #: Whether ``values`` needs its positions in float64 even where samples are float32.
    precise: ClassVar[bool] = False

    @abc.abstractmethod
    def modulations_per_second(self) -> Fraction:
        """How often the second period repeats, in Hz, exactly."""

    def ahead(self, modulation: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cycles by which the carrier is ahead at ``modulation``, for what changes its frequency.

        What an edit changes of it is made up for, so that the phase goes on.
        """
        return np.zeros_like(modulation)

    @abc.abstractmethod
    def values(self, cycles: Floats, modulation: Floats, carrier: Conditioning) -> Floats:
        """A new array of the values where the carrier is at ``cycles``, the second period at
        ``modulation``: positions in [0, 1), float32 or float64, of one shape and type.
        """


class TimedWaveform(Waveform, abc.ABC):
    """A waveform that is a function of the time, too."""

    @abc.abstractmethod
    def values(self, cycles: NDArray[np.float64], seconds: NDArray[np.float64]) -> Floats:
        """A new array of the values ``seconds`` after the first sample of the run, at ``cycles``:
        positions in the period of the signal's frequency, in [0, 1). May be NaN or infinite.
        """


class NoiseWaveform(Waveform, abc.ABC):
    """A waveform that is noise, and has no period."""

    unused: ClassVar[frozenset[str]] = frozenset({"frequency", "phase"})

    seed: int = seed_parameter()

    @abc.abstractmethod
    def start(self, rate: float) -> Noise:
        """A run of it, at ``rate`` in Hz."""


def split(parameters: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Divide parameters into those of ``Conditioning`` and those of the waveform."""
    common = {key: value for key, value in parameters.items() if key in Conditioning.model_fields}
    own = {key: value for key, value in parameters.items() if key not in common}
    return common, own
