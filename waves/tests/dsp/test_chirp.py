"""The chirp against scipy's, and as a waveform that repeats."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import signal

from waves.dsp.synthesis import Synthesizer
from waves.dsp.waveforms import chirp

METHODS = ["linear", "quadratic", "logarithmic", "hyperbolic"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("f0", "f1"), [(1.0, 30.0), (30.0, 1.0), (7.0, 7.0)])
def test_a_chirp_is_scipys(method, f0, f1):
    t = np.linspace(0.0, 5.0, 3000)
    expected = signal.chirp(t, f0, 5.0, f1, method, phi=40.0)
    assert_allclose(chirp(t, f0, 5.0, f1, method, phi=40.0), expected, atol=1e-10)


def test_a_chirp_keeps_the_type_of_its_time():
    assert chirp(np.zeros(3, np.float32), 1.0, 1.0, 2.0).dtype == np.float32
    assert chirp([0, 1], 1.0, 1.0, 2.0).dtype == np.float64


@pytest.mark.parametrize("method", METHODS)
def test_a_chirp_begins_again_after_its_sweep_time(method):
    parameters = {"f0": 2.0, "f1": 40.0, "t1": 1.5, "method": method}
    made = Synthesizer(1000.0, "chirp", parameters, np.float64).samples(4500).reshape(3, 1500)
    sweep = signal.chirp(np.arange(1500) / 1000.0, 2.0, 1.5, 40.0, method)
    assert_allclose(made, np.tile(sweep, (3, 1)), atol=1e-6)
