"""Each waveform stands in the docs with its help, its formula and a picture of what it is now."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

from tools import waveforms
from waves.dsp.waveforms import WAVEFORMS

AGAIN = "Run `make waveforms`."
#: Pixels: another processor may round a value the other way.
ROUNDING = 0.11


@pytest.mark.parametrize("key", WAVEFORMS)
def test_a_waveform_has_help_a_formula_and_its_section(key):
    waveform = WAVEFORMS[key]
    page = waveforms.PAGE.read_text()
    _, heading, section = page.partition(f"\n## `{key}`: {waveform.label}\n")
    assert heading, AGAIN
    section = section.partition("\n## ")[0]
    assert waveform.__doc__ in section, AGAIN
    assert waveform.formula, f"{key} has no formula."
    assert waveform.formula in section, AGAIN
    assert f"(waveforms/{key}.svg)" in section, AGAIN
    for name, field in waveform.model_fields.items():
        assert f"| `{name}` |" in section, AGAIN
        assert field.description in section, AGAIN


@pytest.mark.parametrize("key", WAVEFORMS)
def test_a_picture_shows_the_waveform_as_it_is(key):
    file = waveforms.PICTURES / f"{key}.svg"
    assert file.exists(), AGAIN
    drawn = re.search(r' points="(.*?)"', file.read_text())[1]
    corners = np.array([[float(n) for n in pair.split(",")] for pair in drawn.split()])
    x = np.arange(waveforms.WIDTH)
    expected = waveforms.points(key)
    assert_allclose(
        np.interp(x, *corners.T), np.interp(x, *expected.T), atol=ROUNDING, err_msg=AGAIN
    )


@pytest.mark.parametrize("key", WAVEFORMS)
def test_a_waveform_is_within_its_picture_and_moves(key):
    y = waveforms.points(key)[:, 1]
    assert y.min() >= 0
    assert y.max() <= waveforms.HEIGHT
    assert np.ptp(y) > waveforms.HEIGHT / 4 or key == "dc"


def test_the_page_is_what_the_tool_writes():
    assert waveforms.PAGE.read_text() == waveforms.page(), AGAIN


def test_no_picture_is_of_a_waveform_that_is_gone():
    assert {file.stem for file in waveforms.PICTURES.iterdir()} == set(WAVEFORMS)
