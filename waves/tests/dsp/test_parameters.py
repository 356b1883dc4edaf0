"""Parameters: declared once, complete, and refused in words that a person understands."""

import json
import re

import numpy as np
import pytest

from waves.dsp.synthesis import (
    WAVEFORMS,
    Conditioning,
    Synthesizer,
    parameter_fields,
    validate_parameters,
)
from waves.exceptions import ConfigurationError


@pytest.mark.parametrize("waveform", WAVEFORMS)
def test_defaults_are_complete_valid_and_plain_json(waveform):
    parameters = validate_parameters(waveform, {})
    assert set(parameters) == set(Conditioning.model_fields) | set(WAVEFORMS[waveform].model_fields)
    assert validate_parameters(waveform, json.loads(json.dumps(parameters))) == parameters


@pytest.mark.parametrize("waveform", WAVEFORMS)
def test_every_field_says_what_it_is(waveform):
    for field in parameter_fields(waveform).values():
        assert field.title
        assert field.description.endswith(".")
        assert set(field.json_schema_extra) == {"unit", "why"}
        assert field.json_schema_extra["why"] or not field.metadata


@pytest.mark.parametrize("waveform", WAVEFORMS)
def test_every_waveform_says_what_it_is(waveform):
    model = WAVEFORMS[waveform]
    assert model.label
    assert model.__doc__.endswith(".")
    assert model.formula


@pytest.mark.parametrize("model", WAVEFORMS.values())
def test_no_parameter_of_a_waveform_has_the_name_of_a_common_one(model):
    assert not set(model.model_fields) & set(Conditioning.model_fields)


@pytest.mark.parametrize("waveform", WAVEFORMS)
def test_a_parameter_that_the_form_leaves_out_changes_nothing(waveform):
    hidden = set(Conditioning.model_fields) - set(parameter_fields(waveform))
    changed = dict.fromkeys(hidden, 12.5)
    plain = Synthesizer(1000.0, waveform, {}).samples(2000)
    np.testing.assert_array_equal(Synthesizer(1000.0, waveform, changed).samples(2000), plain)


def test_numbers_may_come_as_text_from_a_form():
    parameters = validate_parameters("harmonics", {"frequency": "2.5", "amplitudes": "1, 0, 0.5"})
    assert parameters["frequency"] == 2.5
    assert parameters["amplitudes"] == [1.0, 0.0, 0.5]


REFUSED = [
    ("square", {"duty": 1.5}, "Duty cycle must be at least 0 and at most 1 of a period, not 1.5: "),
    (
        "sine",
        {"frequency": -1},
        "Frequency must be at least 0 and at most 1,000,000,000 Hz, not -1",
    ),
    ("sine", {"phase": 400}, "Phase must be at least -360 and at most 360°, not 400: "),
    ("sine", {"frequency": "fast"}, "Frequency must be a number, not “fast”."),
    ("sine", {"frequency": None}, "Frequency must be a number, not empty."),
    ("sine", {"amplitude": float("nan")}, "Amplitude must be a finite number, not nan."),
    ("sine", {"amplitude": float("inf")}, "Amplitude must be"),
    ("sine", {"bits": 1.5}, "Bits must be a whole number, not 1.5."),
    ("sine", {"noise": "loud"}, "Noise must be one of 'none', 'uniform'"),
    ("sine", {"duty": 0.5}, "Sine has no parameter “duty”."),
    ("square", {"dutty": 0.5}, "Square has no parameter “dutty”; it has duty."),
    ("sinus", {}, "There is no waveform “sinus”; choose one of dc, sine, "),
    ("pulse", {"rise": 0.9}, "Rise, width and fall must be at most 1 together, not 1.15: "),
    ("chirp", {"method": "logarithmic", "f0": 0}, "A logarithmic chirp needs a start and an end"),
    ("harmonics", {"amplitudes": "1, x"}, "Amplitudes (value 2) must be a number, not “x”."),
    ("harmonics", {"amplitudes": []}, "Amplitudes must have 1 or more values, not 0 values: "),
    ("harmonics", {"amplitudes": [1] * 65}, "Amplitudes must have 64 values or fewer, not 65"),
    ("expression", {"expression": "2*x"}, "Expression, column 3: “x” is not known here. Allowed"),
    ("expression", {"expression": 5}, "Expression must be a text, not 5."),
    ("am", {"depth": 121}, "Depth must be at least 0 and at most 120 %, not 121: "),
    ("sine", {"clip_low": 1, "clip_high": 1}, "Clip below must be lower than Clip above: "),
    ("sine", {"amplitude": 0, "bits": 8}, "Bits need a range to divide, but it goes from 0 to 0"),
]


@pytest.mark.parametrize(("waveform", "parameters", "beginning"), REFUSED)
def test_a_parameter_that_cannot_work_is_refused_in_one_sentence(waveform, parameters, beginning):
    with pytest.raises(ConfigurationError, match="^" + re.escape(beginning)) as refused:
        validate_parameters(waveform, parameters)
    message = str(refused.value)
    assert message.endswith(".")
    assert "\n" not in message


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_a_rate_that_cannot_work_is_refused(rate):
    with pytest.raises(ConfigurationError, match="A sample rate must be above 0 Hz"):
        Synthesizer(rate, "sine", {})


def test_a_sample_type_other_than_the_two_is_refused():
    with pytest.raises(ConfigurationError, match="float32 or float64, not int16"):
        Synthesizer(1.0, "sine", {}, np.int16)
