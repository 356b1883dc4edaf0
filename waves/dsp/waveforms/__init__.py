"""Waveforms: each is one module here, with its function, its parameters, its help and formula.

``WAVEFORMS`` has them by the key that a stream's configuration, the API and the docs call them by.
Other apps add theirs by a setting (docs/extending.md).
"""

from __future__ import annotations

from waves.dsp.parameters import Conditioning, Waveform
from waves.registry import Registry

#: The modules, in the order of the admin's list. "gaussian_pulse" has the class GaussianPulse.
_MODULES = (
    *("dc", "sine", "square", "triangle", "sawtooth", "pulse", "trapezium", "sinc"),
    *("gaussian_pulse", "impulse_train", "staircase", "exponential_rise", "exponential_decay"),
    *("damped_sine", "chirp", "am", "fm", "pm", "burst", "harmonics", "ecg", "prbs", "expression"),
    *("uniform", "gaussian", "pink", "brown", "random_walk", "random_telegraph"),
)


def _problem(waveform: type[Waveform]) -> str:
    if not getattr(waveform, "label", ""):
        return "has no label: say what people choose it by."
    taken = sorted(set(waveform.model_fields) & set(Conditioning.model_fields))
    return f"has {', '.join(taken)}, which every waveform has: rename it." if taken else ""


#: Every waveform by its key.
WAVEFORMS: Registry[Waveform] = Registry(
    "waveform",
    Waveform,
    {key: f"{__name__}.{key}.{key.title().replace('_', '')}" for key in _MODULES},
    _problem,
)
