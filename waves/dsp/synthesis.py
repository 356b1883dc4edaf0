"""A signal from its waveform and its parameters: sample after sample, with exact phase."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from waves.dsp.explanation import explain
from waves.dsp.noise import Noise
from waves.dsp.parameters import (
    Conditioning,
    ModulatedWaveform,
    NoiseWaveform,
    Parameters,
    PeriodicWaveform,
    TimedWaveform,
    Waveform,
    split,
)
from waves.dsp.phase import CHUNK, Floats, Phase
from waves.dsp.waveforms import WAVEFORMS
from waves.dsp.waveforms.brown import BrownNoise
from waves.dsp.waveforms.gaussian import GaussianNoise
from waves.dsp.waveforms.pink import PinkNoise
from waves.dsp.waveforms.uniform import UniformNoise
from waves.exceptions import ConfigurationError

__all__ = [
    "WAVEFORMS",
    "Conditioning",
    "Synthesizer",
    "parameter_fields",
    "validate_parameters",
]

M = TypeVar("M", bound=Parameters)

#: Noise to add to a signal, by name: the class, and what brings its standard deviation to 1.
ADDITIVE: dict[str, tuple[type[Noise], float]] = {
    "uniform": (UniformNoise, math.sqrt(3.0)),
    "gaussian": (GaussianNoise, 1.0),
    "pink": (PinkNoise, 1.0),
    "brown": (BrownNoise, 1.0),
}
#: Additive noise draws other numbers than a noise waveform of the same seed.
_ADDITIVE_LANE = 1


def validate_parameters(waveform: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters of ``Conditioning`` and of the waveform, validated, as plain JSON values.

    What is missing gets its default. Raises ConfigurationError with one sentence that names the
    field, its bound and why.
    """
    model, conditioning = _models(waveform, parameters)
    return conditioning.model_dump(mode="json") | model.model_dump(mode="json")


def parameter_fields(waveform: str) -> dict[str, FieldInfo]:
    """The fields that a form shows for a waveform: those of ``Conditioning`` that have an effect
    on it, then its own.

    Raises ConfigurationError for an unknown waveform.
    """
    kind = _waveform_class(waveform)
    common = Conditioning.model_fields.items()
    used = {name: field for name, field in common if name not in kind.unused}
    return used | kind.model_fields


class Synthesizer:
    """Makes one signal, block after block.

    ``rate`` in Hz; ``dtype`` float32 or float64. Samples do not depend on the blocks that they are
    asked for in. After 10^12 samples the phase is still exact (see ``phase.py``).

    Raises ConfigurationError for parameters, a rate or a type that cannot work.
    """

    def __init__(
        self,
        rate: float,
        waveform: str,
        parameters: Mapping[str, Any],
        dtype: DTypeLike = np.float32,
    ) -> None:
        if not (math.isfinite(rate) and rate > 0.0):
            raise ConfigurationError(f"A sample rate must be above 0 Hz, not {rate}.")
        self._dtype = np.dtype(dtype)
        if self._dtype not in (np.float32, np.float64):
            raise ConfigurationError(f"Samples are float32 or float64, not {self._dtype}.")
        self._rate = rate
        self._next = 0
        self._phase = Phase(rate)
        #: Of the second period, where the waveform has one.
        self._modulation = Phase(rate)
        # What every real model differs from; the first update replaces it.
        self._model = Waveform()
        #: The run of the waveform, where that is noise.
        self._noise: Noise
        self._added: Noise | None = None
        self._added_key: tuple[str, int] = ("none", 0)
        self.update(waveform, parameters)

    def update(self, waveform: str, parameters: Mapping[str, Any]) -> None:
        """Take other parameters from the next sample on.

        The phase goes on where it is, whatever changes; only a change of ``phase`` moves it. Noise
        goes on too, unless its own kind, seed or parameters change. Where the parameters cannot
        work, raises ConfigurationError and changes nothing.
        """
        model, conditioning = _models(waveform, parameters)
        if isinstance(model, NoiseWaveform) and model != self._model:
            self._noise = model.start(self._rate)
        self._phase.set_frequency(model.periods_per_second(conditioning.frequency), self._next)
        self._phase.set_shift(conditioning.phase)
        ahead = self._ahead()
        if isinstance(model, ModulatedWaveform):
            self._modulation.set_frequency(model.modulations_per_second(), self._next)
        self._model = model
        self._phase.advance(ahead - self._ahead())
        self._conditioning = conditioning
        self._update_added_noise(conditioning.noise, conditioning.noise_seed)

    def samples(self, n: int) -> NDArray[Any]:
        """The next ``n`` samples, in a new array ``[n]``; expressions may make NaN or infinity."""
        values = np.empty(n, dtype=self._dtype)
        done = 0
        while done < n:
            chunk, start = divmod(self._next, CHUNK)
            stop = min(CHUNK, start + n - done)
            end = done + stop - start
            # That a value is no number is told by the value; numpy would write to standard error.
            with np.errstate(all="ignore"):
                self._fill(values[done:end], chunk, start, stop)
            self._next += stop - start
            done = end
        return values

    def skip(self, n: int) -> None:
        """Go ``n`` samples ahead without making them, at no cost however many they are."""
        self._next += n

    def _ahead(self) -> float:
        """Cycles by which modulation has the carrier ahead at the next sample."""
        if not isinstance(self._model, ModulatedWaveform):
            return 0.0
        chunk, start = divmod(self._next, CHUNK)
        return float(self._model.ahead(self._modulation.cycles(chunk, start, start + 1))[0])

    def _update_added_noise(self, kind: str, seed: int) -> None:
        if (kind, seed) == self._added_key:
            return
        self._added_key = (kind, seed)
        self._added = ADDITIVE[kind][0](seed, _ADDITIVE_LANE) if kind != "none" else None

    def _fill(self, out: Floats, chunk: int, start: int, stop: int) -> None:
        conditioning = self._conditioning
        shape = self._shape(chunk, start, stop)
        np.multiply(shape, conditioning.amplitude, out=out, casting="same_kind")
        out += conditioning.offset
        if self._added is not None:
            scale = ADDITIVE[conditioning.noise][1] * conditioning.noise_sigma
            added = self._added.chunk(chunk)[start:stop] * scale
            np.add(out, added, out=out, casting="same_kind")
        _limit(out, conditioning)

    def _shape(self, chunk: int, start: int, stop: int) -> Floats:
        model = self._model
        if not isinstance(model, PeriodicWaveform | ModulatedWaveform | TimedWaveform):
            return self._noise.chunk(chunk)[start:stop]
        cycles = self._phase.cycles(chunk, start, stop)
        if isinstance(model, ModulatedWaveform):
            return self._modulated(model, cycles, self._modulation.cycles(chunk, start, stop))
        if isinstance(model, TimedWaveform):
            first = chunk * CHUNK
            return model.values(cycles, np.arange(first + start, first + stop) / self._rate)
        return self._periodic(model, cycles)

    def _periodic(self, model: PeriodicWaveform, cycles: NDArray[np.float64]) -> Floats:
        positions: Floats = model.positions(cycles)
        if not model.precise:
            positions = positions.astype(self._dtype, copy=False)
        return model.values(positions, self._phase.step)

    def _modulated(
        self, model: ModulatedWaveform, cycles: NDArray[np.float64], modulation: NDArray[np.float64]
    ) -> Floats:
        cycles += model.ahead(modulation)
        cycles -= np.floor(cycles)
        positions: list[Floats] = [cycles, modulation]
        if not model.precise:
            positions = [each.astype(self._dtype, copy=False) for each in positions]
        return model.values(positions[0], positions[1], self._conditioning)


def _limit(values: Floats, conditioning: Conditioning) -> None:
    """Clip, and round to the levels of a converter, in place."""
    low, high = conditioning.clip_low, conditioning.clip_high
    if conditioning.bits is None:
        if low is not None or high is not None:
            np.clip(values, low, high, out=values)
        return
    low, high = conditioning.range
    level = (high - low) / (2**conditioning.bits - 1)
    np.clip(values, low, high, out=values)
    values -= low
    values *= 1.0 / level
    np.rint(values, out=values)
    values *= level
    values += low


def _models(waveform: str, parameters: Mapping[str, Any]) -> tuple[Waveform, Conditioning]:
    kind = _waveform_class(waveform)
    common, own = split(parameters)
    model = _validated(kind, own, kind.label)
    return model, _validated(Conditioning, common, kind.label)


def _validated(kind: type[M], values: dict[str, Any], owner: str) -> M:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError(explain(error, owner, kind.model_fields)) from error


def _waveform_class(waveform: str) -> type[Waveform]:
    if waveform not in WAVEFORMS:
        known = ", ".join(WAVEFORMS)
        raise ConfigurationError(f"There is no waveform “{waveform}”; choose one of {known}.")
    return WAVEFORMS[waveform]
