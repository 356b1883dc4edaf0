"""The chirp against scipy's, and as a waveform that repeats."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import signal

from waves.dsp.synthesis import Synthesizer
from waves.dsp.waveforms.chirp import Chirp

METHODS = ["linear", "quadratic", "logarithmic", "hyperbolic"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("f0", "f1"), [(1.0, 30.0), (30.0, 1.0), (7.0, 7.0)])
def test_a_chirp_is_scipys(method, f0, f1):
    cycles = np.linspace(0.0, 1.0, 3000)
    chirp = Chirp(f0=f0, t1=5.0, f1=f1, method=method)
    expected = signal.chirp(5.0 * cycles, f0, 5.0, f1, method)
    assert_allclose(chirp.values(chirp.positions(cycles), 0.0), expected, atol=1e-10)


@pytest.mark.parametrize("method", METHODS)
def test_a_chirp_begins_again_after_its_sweep_time(method):
    parameters = {"f0": 2.0, "f1": 40.0, "t1": 1.5, "method": method}
    made = Synthesizer(1000.0, "chirp", parameters, np.float64).samples(4500).reshape(3, 1500)
    sweep = signal.chirp(np.arange(1500) / 1000.0, 2.0, 1.5, 40.0, method)
    assert_allclose(made, np.tile(sweep, (3, 1)), atol=1e-6)
