"""Pseudo-random bits: scipy's sequences, one bit for each period of the bit rate."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import signal

from waves.dsp.synthesis import Synthesizer
from waves.dsp.waveforms.prbs import TAPS, sequence


@pytest.mark.parametrize("order", TAPS)
def test_a_sequence_is_the_one_of_scipys_max_len_seq(order):
    bits, _ = signal.max_len_seq(order)
    assert_array_equal(sequence(order), 2.0 * bits - 1.0)


@pytest.mark.parametrize("order", [7, 16])
def test_the_frequency_is_the_bit_rate_and_no_edge_jitters(order):
    synthesizer = Synthesizer(1000.0, "prbs", {"frequency": 100.0, "order": order})
    synthesizer.skip(10 * (2**order - 1) * 1000)
    expected = np.repeat(sequence(order), 10)
    assert_array_equal(synthesizer.samples(len(expected)), expected)
