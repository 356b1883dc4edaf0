"""Expressions of the time: what Python's math says, refused by column, bounded in all."""

import math
import re
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from waves.dsp.expression import (
    CONSTANTS,
    FUNCTIONS,
    LONGEST,
    ExpressionError,
    parse,
    worked_out,
)
from waves.dsp.synthesis import Synthesizer
from waves.exceptions import ConfigurationError

RATE = 1000.0
T = np.arange(1, 2000) * 0.00137 + 0.001
P = T * 3.0 % 1.0
#: What plain Python has by the names of ours.
MATH = {
    **{name: getattr(math, name) for name in FUNCTIONS if hasattr(math, name)},
    "abs": abs,
    "max": max,
    "min": min,
    "round": round,
    "pi": math.pi,
    "e": math.e,
    "clip": lambda x, low, high: min(max(x, low), high),
    "sign": lambda x: (x > 0) - (x < 0),
}


def value(text, t=T, p=P):
    with np.errstate(all="ignore"):
        return worked_out(parse(text), {"t": t, "p": p})


@pytest.mark.parametrize(
    "text",
    [
        "sin(2*pi*50*t) + 0.2*cos(2*pi*p)",
        "-t**2 + +t**-0.5 - 2**3",
        "(t % 0.7) - (-t % 0.7) + t % -0.3 + t // 0.1",
        "(t < 1) * 3 + (t >= 2) - (p <= 0.5) + (p > 0.25) + (1 == 1) + (t != t)",
        "clip(3*sin(t), -1, 1) + max(t, p, 0.3) * min(1, t)",
        "exp(-t) + log(t) + log10(t) + sqrt(t) + tanh(t)",
        "asin(p) + acos(p) + atan(t) + tan(p)",
        "floor(9*t) + ceil(9*t) + round(9*t) + abs(p - 0.5) + sign(p - 0.5)",
        "e**2 * 1e-3 * .5 * 2. / (1 + p)",
        "5",
        "  t  ",
        "\tt\r\n+ 1",
    ],
)
def test_an_expression_is_what_python_says(text):
    names = {"__builtins__": {}, **MATH}
    plain = " ".join(text.split())
    pairs = zip(T.tolist(), P.tolist(), strict=True)
    expected = [eval(plain, names, {"t": t, "p": p}) for t, p in pairs]
    assert_allclose(value(text), expected, rtol=1e-12, atol=1e-12)


def test_every_function_is_one_of_those_above():
    assert set(FUNCTIONS) <= set(MATH)


REFUSED = [
    ("", "Expression must not be empty. Allowed are numbers, t, p, "),
    ("t" * 201, "Expression must have 200 characters or fewer, not 201: "),
    ("sin(t", "Expression, column 4: this cannot be read. Allowed are "),
    ("t +", "Expression, column 3: this cannot be read. "),
    ("  t t", "Expression, column 5: this cannot be read. "),
    ("2*t + 3t", "Expression, column 8: there is no operator after the number: write 2*t, not 2t."),
    ("1 + foo", "Expression, column 5: “foo” is not known here. Allowed are numbers, "),
    ("t + π", "Expression, column 5: “π” cannot stand here. "),
    ("t\0", "Expression, column 2: “\\x00” cannot stand here. "),
    ("1 + sin", "Expression, column 5: sin needs brackets with what it is applied to, as in sin("),
    ("clip(t)", "Expression, column 1: clip takes 3 values, not 1."),
    ("1 - max(t)", "Expression, column 5: max takes 2 values or more, not 1."),
    ("sin(t, t)", "Expression, column 1: sin takes 1 value, not 2."),
    ("(t, t)", "Expression, column 1: this cannot stand here. "),
    ("max(*(t, t), t)", "Expression, column 5: this cannot stand here. "),
    ("max(t, **t)", "Expression, column 1: this cannot stand here. "),
    ("2 * pi(t)", "Expression, column 5: this cannot stand here. "),
    ("0 < t < 1", "Expression, column 1: two values are compared at a time, as in (0 < t) * "),
    ("t**t", "Expression, column 4: an exponent is a number here; write exp(t*log(2)) for "),
    ("t**(60+5)", "Expression, column 5: an exponent must be at least -64 and at most 64, not 65."),
    ("t + 1/0", "Expression, column 5: this has no finite value."),
    ("1e999", "Expression, column 1: this has no finite value."),
    ("-" * 30 + "t", "Expression, column 22: this is too deep: 20 operations may stand within"),
    ("(" * 100 + "t" + ")" * 99, "Expression, column "),
    (
        "+".join(["sin(t)"] * 11),
        "Expression, column 71: this is more than 10 functions and powers ",
    ),
    ("t.real", "Expression, column 2: “.” cannot stand here. "),
    ("__import__", "Expression, column 1: “_” cannot stand here. "),
    ("'t'", "Expression, column 1: “'” cannot stand here. "),
    ("lambda: t", "Expression, column 1: “lambda” is not known here. "),
    ("1if t else 2", "Expression, column 2: there is no operator after the number: "),
    ("True", "Expression, column 1: “True” is not known here. "),
    ("0x10", "Expression, column 2: there is no operator after the number: "),
]


@pytest.mark.parametrize(("text", "beginning"), REFUSED)
def test_what_is_not_allowed_is_refused_with_its_column(text, beginning):
    with pytest.raises(ExpressionError) as refused:
        parse(text)
    message = str(refused.value)
    assert message.startswith(beginning)
    assert message.endswith(".")
    assert "\n" not in message


WORDS = "t p pi e 0 1 .5 1e9 9e300 ( ) ( ) , + - * / // % ** < == if lambda sin( max( clip( t**"
PIECES = st.sampled_from([*WORDS.split(), " ", "\n", "π", "\0", "'", ".", "=", "[", "#", "_"])
EXPRESSIONS = st.recursive(
    st.sampled_from(["t", "p", "pi", "2", "-1", "1e300", "0.5"]),
    lambda inner: st.one_of(
        st.builds("({}{}{})".format, inner, st.sampled_from([*"+-*/%<", "//", "=="]), inner),
        st.builds("({}**{})".format, inner, st.sampled_from(["2", "-64", "0.5"])),
        st.builds("{}({})".format, st.sampled_from(["sin", "tan", "log", "exp"]), inner),
    ),
    max_leaves=12,
)


def sampled(text, n=500):
    """Samples of an expression; None where it is refused, in words."""
    try:
        synthesizer = Synthesizer(RATE, "expression", {"expression": text})
    except ConfigurationError as refused:
        return None if re.match("Expression.*[.]$", str(refused)) else str(refused)
    return synthesizer.samples(n)


@given(st.one_of(st.text(max_size=LONGEST + 9), st.lists(PIECES).map("".join), EXPRESSIONS))
def test_whatever_is_written_is_worked_out_or_refused_soon(text):
    """Warnings are errors in tests: nothing is written to standard error, either."""
    began = time.process_time()
    made = sampled(text)
    assert made is None or made.shape == (500,)
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "**".join(["2"] * 60),
        "+".join(["t**-63.5"] * 10),
        "+".join(["tan(9e99*t)"] * 10),
        "max(" + ",".join(["t%1e-300"] * 20) + ")",
        "(" * 99 + "t" + ")" * 99,
        "-" * 200,
        "9" * 199,
    ],
)
def test_the_dearest_that_can_be_written_has_a_bound(text):
    began = time.process_time()
    sampled(text, 100_000)
    # 1 µs a sample, and ten times as much for a machine that is slow.
    assert time.process_time() - began < 1.0


def test_a_sum_as_long_as_there_is_room_for_is_not_too_deep():
    text = " + ".join(f"{k}*sin({k}*t)" for k in range(1, 11))
    assert len(text) <= LONGEST
    assert_allclose(value(text), sum(k * np.sin(k * T) for k in range(1, 11)), atol=1e-11)


@pytest.mark.parametrize("text", ["t", "sin(2*pi*100*t)", "p"])
def test_t_and_p_are_exact_after_days_at_a_megahertz(text):
    far = 10**12
    synthesizer = Synthesizer(1e6, "expression", {"expression": text, "frequency": 100}, np.float64)
    synthesizer.skip(far)
    made = synthesizer.samples(30_000)
    seconds = np.arange(30_000) / 1e6
    sine = np.sin(2 * np.pi * 100 * seconds)
    expected = {"t": 1e6 + seconds, "p": seconds * 100.0 % 1.0}.get(text, sine)
    # t is rounded to 1.2e-10 s here, and the angle of the sine, 6e8, to 1.2e-7.
    assert_allclose(made, expected, rtol=0, atol=1e-9 if len(text) == 1 else 3e-7)


def test_an_edit_sets_neither_t_nor_p_back():
    synthesizer = Synthesizer(RATE, "expression", {"expression": "t", "frequency": 2}, np.float64)
    synthesizer.samples(700)
    synthesizer.update("expression", {"expression": "10*t", "frequency": 2})
    assert_allclose(synthesizer.samples(2), [7.0, 7.01])
    synthesizer.update("expression", {"expression": "p", "frequency": 4})
    assert_allclose(synthesizer.samples(2), [0.404, 0.408], atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_no_number_is_a_hole_or_an_infinity_and_no_warning(dtype):
    made = Synthesizer(RATE, "expression", {"expression": "log(t - 0.002)"}, dtype).samples(5)
    assert_array_equal(np.isnan(made), [True, True, False, False, False])
    assert made[2] == -np.inf
    large = Synthesizer(RATE, "expression", {"expression": "1e300 * t"}, dtype).samples(2)
    assert np.isinf(large[1]) == (dtype == np.float32)


def test_the_constants_are_those_of_python():
    assert {"pi": math.pi, "e": math.e} == CONSTANTS
