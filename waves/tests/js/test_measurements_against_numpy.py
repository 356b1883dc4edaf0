"""The page's measurements and spectra against numpy's, on signals made with numpy."""

from __future__ import annotations

import base64
import json
import math
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import signal as scipy_signal

from .numpy_reference import Samples, measurements
from .test_js import NODE

DRIVER = Path(__file__).with_name("measure_stdin.mjs")

#: The shapes, as functions of the phase in turns.
SHAPES: dict[str, Callable[[Samples], Samples]] = {
    "sine": lambda turns: np.sin(2 * np.pi * turns),
    "sine with offset": lambda turns: 5 + 0.3 * np.sin(2 * np.pi * turns),
    "square": lambda turns: np.where(turns % 1 < 0.5, 1.0, -1.0),
    "square 20 %": lambda turns: np.where(turns % 1 < 0.2, 3.3, 0.0),
    "pulse": lambda turns: np.interp(turns % 1, [0, 0.1, 0.4, 0.55, 1], [0, 5, 5, 0, 0]),
    "triangle": lambda turns: 2 * np.abs(2 * (turns % 1) - 1) - 1,
    "ringing": lambda turns: (
        np.where(turns % 1 < 0.5, 1.0, 0.0)
        + 0.2 * np.exp(-30 * (turns % 0.5)) * np.sin(2 * np.pi * 12 * (turns % 0.5))
    ),
}
#: Rate and frequency in Hz, first phase in turns, samples: many and few per period, many and few
#: periods, whole and not.
SITES = [
    (1000.0, 5.0, 0.0, 1000),
    (1000.0, 3.7, 0.13, 2000),
    (48_000.0, 440.3, 0.71, 16_384),
    (1_000_000.0, 233.1, 0.4, 16_384),
    (100.0, 0.11, 0.9, 4096),
]
#: Standard deviation of the noise, as a share of the amplitude.
NOISES = [0.0, 0.01, 0.05, 0.1, 0.2]


def pair(
    shape: str, site: tuple[float, float, float, int], noise: float
) -> tuple[Samples, Samples]:
    """A signal, and the same an eighth of a period later."""
    rate, frequency, start, count = site
    turns = frequency * np.arange(count) / rate + start
    random = np.random.default_rng(7)
    x, other = SHAPES[shape](turns), SHAPES[shape](turns - 0.125)
    spread = noise * np.ptp(x) / 2
    return x + spread * random.standard_normal(count), other + spread * random.standard_normal(
        count
    )


#: The promise is 0.1 %. Both sides follow the same definitions, so no more than rounding remains.
TOLERANCE = 1e-6
CASES = [(shape, site, noise) for shape in SHAPES for site in SITES for noise in NOISES]
WINDOWS = {
    "rectangular": "boxcar",
    "hann": "hann",
    "hamming": "hamming",
    "blackmanHarris": "blackmanharris",
    "flatTop": "flattop",
}
SPECTRA = [(window, size) for window in WINDOWS for size in (256, 4096, 65_536)]


def encoded(samples: Samples) -> str:
    return base64.b64encode(samples.astype("<f8").tobytes()).decode()


def noisy_tones(count: int) -> Samples:
    t = np.arange(count) / 1000
    tones = 2 * np.sin(2 * np.pi * 50.3 * t) + 0.01 * np.sin(2 * np.pi * 211 * t) + 0.5
    return tones + 1e-3 * np.random.default_rng(1).standard_normal(count)


@pytest.fixture(scope="module")
def answers() -> dict[str, list[Any]]:
    """What the page's modules say, all in one run of Node."""
    signals = []
    for shape, site, noise in CASES:
        x, other = pair(shape, site, noise)
        signals.append({"samples": encoded(x), "other": encoded(other), "dt": 1 / site[0]})
    spectra = [
        {
            "samples": encoded(noisy_tones(5000)),
            "dt": 1e-3,
            "options": {"window": window, "size": size, "scale": "linear", "amplitude": "peak"},
        }
        for window, size in SPECTRA
    ]
    done = subprocess.run(
        [NODE, str(DRIVER)],
        input=json.dumps({"signals": signals, "spectra": spectra}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def differences(got: dict[str, float | None], expected: dict[str, float]) -> list[str]:
    """What is not as its reference says (to a share of full scale, where that may be 0)."""
    scale = {
        "mean": expected["rms"],
        "cycleMean": expected["rms"],
        "min": expected["vpp"],
        "max": expected["vpp"],
    }
    scale |= {"overshoot": 100.0, "phase": 360.0}
    wrong = []
    for key, reference in expected.items():
        value = got[key]
        if value is None or math.isnan(reference):
            same = value is None and math.isnan(reference)
        else:
            same = abs(value - reference) <= TOLERANCE * scale.get(key, abs(reference))
        if not same:
            wrong.append(f"{key}: {value} instead of {reference}")
    return wrong


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("noise", NOISES)
def test_every_measurement_agrees_with_numpy(shape, noise, answers):
    for index, case in enumerate(CASES):
        if case[0] == shape and case[2] == noise:
            x, other = pair(*case)
            expected = measurements(x, other, 1 / case[1][0])
            assert set(answers["measured"][index]) == set(expected)
            assert not differences(answers["measured"][index], expected), case


def test_the_reference_itself_is_right_about_a_pulse():
    x, other = pair("pulse", (10_000.0, 5.0, 0.9, 10_000), 0.0)
    got = measurements(x, other, 1e-4)
    expected = {
        "vpp": 5.0,
        "frequency": 5.0,
        "duty": 42.5,
        "positiveWidth": 0.085,
        "negativeWidth": 0.115,
        "riseTime": 0.016,
        "fallTime": 0.024,
        "overshoot": 0.0,
        "phase": 45.0,
    }
    assert {key: got[key] for key in expected} == pytest.approx(expected, rel=1e-4, abs=1e-9)


def test_every_measurement_is_defined_on_a_pulse_with_noise(answers):
    index = CASES.index(("pulse", SITES[2], 0.05))
    assert None not in answers["measured"][index].values()


@pytest.mark.parametrize(("window", "size"), SPECTRA)
def test_spectra_are_those_of_numpy(window, size, answers):
    run = noisy_tones(5000)[-size:]
    weights = scipy_signal.get_window(WINDOWS[window], len(run), fftbins=True)
    expected = 2 * np.abs(np.fft.rfft(run * weights, size)) / weights.sum()
    expected[[0, -1]] /= 2
    got = np.array(answers["transformed"][SPECTRA.index((window, size))])
    assert np.abs(got - expected).max() < 1e-6 * expected.max()
    # The small bins too, each against itself.
    loud = expected > 1e-9 * expected.max()
    assert np.allclose(got[loud], expected[loud], rtol=1e-6)
