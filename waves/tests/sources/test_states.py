"""What is no number: None is NaN, booleans and texts are states, and each has its bound."""

import asyncio
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from waves.exceptions import SourceError
from waves.protocol.reading import MOST_STATES, STATE_NAME
from waves.sources import SignalInfo
from waves.sources.returned import Returned
from waves.sources.states import MOST_BYTES, Room, States
from waves.tests.sources.fakes import Skips, take

FLOAT64 = np.dtype("<f8")


def returned(registry, signals=None, named=None, **arguments):
    """A reader of what a generator of these signals yields."""

    @registry.stream(rate=10, signals=signals, **arguments)
    def source():
        yield 0.0

    return Returned(next(reversed(registry.registered().values())), FLOAT64, named)


@pytest.mark.parametrize(
    ("yielded", "expected"),
    [
        ([1.0, None, 2], [1.0, np.nan, 2.0]),
        ([None, None], [np.nan, np.nan]),
        ([np.ma.masked, 1.0], [np.nan, 1.0]),
        ([Decimal("9.95"), None, Fraction(1, 2)], [9.95, np.nan, 0.5]),
        ([np.float32(0.5), np.int8(-3), None], [0.5, -3.0, np.nan]),
        ([10**400, -(10**400)], [np.inf, -np.inf]),
    ],
)
def test_none_is_nan_wherever_it_stands(registry, yielded, expected):
    read = returned(registry)
    np.testing.assert_array_equal(read.samples(yielded), [expected])
    array = [None if value is np.ma.masked else value for value in yielded]
    np.testing.assert_array_equal(read.series(array, None), [expected])


def test_none_is_nan_for_a_sample_for_a_signal_and_for_a_series(registry):
    read = returned(registry, {"a": "V", "b": "V"})
    samples = [None, (1.0, None), {"a": None, "b": 2.0}, [3.0, 4.0]]
    nan = np.nan
    np.testing.assert_array_equal(read.samples(samples), [[nan, 1, nan, 3], [nan, nan, 2, 4]])
    np.testing.assert_array_equal(read.series({"a": [1, 2], "b": None}, 2), [[1, 2], [nan, nan]])
    masked = np.ma.masked_array([1.0, 2.0], [False, True])
    np.testing.assert_array_equal(
        read.series({"a": masked, "b": [3, None]}, 2), [[1, nan], [3, nan]]
    )


@pytest.mark.parametrize(
    "yielded", [[True, False], [None, np.True_], np.array([True, False]), [np.nan, False]], ids=str
)
def test_booleans_are_states_that_hold_until_the_next(registry, yielded):
    read = returned(registry)
    assert read.signals == (SignalInfo("value", "value"),)
    read.samples(list(yielded))
    (signal,) = read.signals
    assert (signal.line, signal.states) == ("step", {0: "false", 1: "true"})


def test_a_boolean_beside_a_number_is_known_by_itself(registry):
    read = returned(registry, {"on": "", "level": "V"})
    read.samples([{"on": True, "level": 1.5}])
    assert [signal.line for signal in read.signals] == ["step", ""]
    again = returned(registry, {"on": "", "level": "V"})
    again.series({"on": np.array([True, False]), "level": np.array([0.5, 1.5])}, 2)
    assert [signal.line for signal in again.signals] == ["step", ""]


def test_what_the_code_says_goes_before_what_the_values_say(registry):
    read = returned(registry, states={0: "closed", 1: "open"}, line="points")
    read.samples([True])
    assert read.signals == (
        SignalInfo("value", "value", "", "points", "", {0: "closed", 1: "open"}),
    )


class Mode(StrEnum):
    IDLE = "idle"
    BUSY = "busy"


def test_texts_become_states_whose_codes_stay(registry):
    read = returned(registry)
    np.testing.assert_array_equal(read.samples(["idle", "busy", None, "idle"]), [[0, 1, np.nan, 0]])
    known = read.signals
    np.testing.assert_array_equal(
        read.samples([Mode.BUSY, " idle\n", "", "done"]), [[1, 0, np.nan, 2]]
    )
    (signal,) = read.signals
    assert (signal.line, signal.states) == ("step", {0: "idle", 1: "busy", 2: "done"})
    assert known[0].states == {0: "idle", 1: "busy"}
    assert read.signals is read.signals


def test_texts_have_the_codes_that_were_declared_or_named_in_the_admin(registry):
    read = returned(registry, states={1: "open", 0: "closed"}, named={"value": {7: "fault"}})
    np.testing.assert_array_equal(read.samples(["closed", "fault", "open", "new"]), [[0, 7, 1, 8]])
    (signal,) = read.signals
    assert signal.states == {0: "closed", 1: "open", 8: "new"}


def test_texts_come_in_arrays_and_beside_numbers_of_other_signals(registry):
    read = returned(registry, {"mode": "", "level": "V"})
    np.testing.assert_array_equal(
        read.series({"mode": np.array(["a", "b"]), "level": [1.5, None]}, 2),
        [[0, 1], [1.5, np.nan]],
    )
    np.testing.assert_array_equal(read.samples([("b", 2.5)]), [[1], [2.5]])


def test_the_sixty_fifth_name_is_nan_counted_and_told(registry):
    read = returned(registry)
    first = read.samples([f"state {k}" for k in range(MOST_STATES + 1)])
    assert np.isnan(first[0]).tolist() == [False] * MOST_STATES + [True]
    assert read.samples(["state 63", "more"])[0].tolist()[0] == 63.0
    counted = Skips()
    read.tell(counted.context())
    assert counted.nameless == 2
    assert "64 names at most" in counted.why
    assert len(read.signals[0].states) == MOST_STATES
    read.tell(counted.context())
    assert counted.nameless == 2


def test_a_text_among_numbers_is_taken_for_no_number(registry):
    read = returned(registry)
    np.testing.assert_array_equal(read.samples([0.0, 1.0, "error"]), [[0.0, 1.0, np.nan]])
    counted = Skips()
    read.tell(counted.context())
    assert counted.nameless == 1
    assert read.signals[0].states == {}


def test_a_number_among_texts_is_taken_for_no_state(registry):
    read = returned(registry)
    np.testing.assert_array_equal(read.samples(["error", 0.0, "fine"]), [[0.0, np.nan, 1.0]])
    counted = Skips()
    read.tell(counted.context())
    assert counted.nameless == 1
    declared = returned(registry, states={0: "off", 1: "on"})
    np.testing.assert_array_equal(declared.samples(["fault", 1, 0, 2]), [[2, 1, 0, np.nan]])


@given(st.lists(st.text(max_size=100), max_size=200))
def test_no_two_states_have_the_same_code_or_name_whatever_the_texts(texts):
    states = States({}, Room())
    codes = {}
    for text in texts:
        code = states.code(text)
        if code is not None and not np.isnan(code):
            assert codes.setdefault(text, code) == code
    assert len(states.given) <= MOST_STATES
    assert sorted(states.given) == list(range(len(states.given)))
    names = list(states.given.values())
    assert len(set(names)) == len(names)
    assert all(
        0 < len(name) <= STATE_NAME and name.isprintable() for name in names if name.isascii()
    )


def test_long_texts_that_begin_alike_are_different_states():
    states = States({}, Room())
    long = "x" * 60
    assert [states.code(long + end) for end in "aba"] == [0.0, 1.0, 0.0]
    assert len(set(states.given.values())) == 2
    assert all(len(name) <= STATE_NAME for name in states.given.values())


def test_the_names_of_all_signals_together_have_a_bound():
    room = Room()
    signals = [States({}, room) for _ in range(64)]
    for k, states in enumerate(signals):
        for n in range(MOST_STATES):
            states.code(f"{'é' * 30} {k} {n}")
    names = [name for states in signals for name in states.given.values()]
    assert sum(len(name.encode()) for name in names) <= MOST_BYTES
    assert any(states.code("one more") is None for states in signals)


async def test_an_async_generator_may_yield_texts_with_their_times(python):
    async def relay():
        yield 1e9, "open"
        yield 1e9 + 1, None
        yield 1e9 + 2, "closed"
        await asyncio.Event().wait()

    source = python(relay)
    (block,) = await take(source, 1)
    np.testing.assert_array_equal(block.values, [[0, np.nan, 1]])
    assert source.signals[0].states == {0: "open", 1: "closed"}


async def test_a_pair_of_a_time_and_none_is_a_sample_of_three_signals(python):
    async def sensors():
        yield 1e9, None
        yield 1e9 + 1, (1.0, 2.0, 3.0)
        await asyncio.Event().wait()

    (block,) = await take(python(sensors, signals={"a": "", "b": "", "c": ""}), 1)
    assert block.t0 == 1e9
    assert np.isnan(block.values[:, 0]).all()


@pytest.mark.parametrize("yielded", [[1j], [[1.0, object()]], [object(), None], [{"a": 1.0}]])
def test_what_is_neither_number_nor_text_is_refused_in_words(registry, yielded):
    read = returned(registry)
    with pytest.raises(SourceError, match="value"):
        read.samples(yielded)


def test_a_boolean_of_numpy_and_an_empty_text_have_their_meaning(registry):
    read = returned(registry)
    np.testing.assert_array_equal(read.samples([np.bool_(1), None]), [[1.0, np.nan]])
    read = returned(registry)
    np.testing.assert_array_equal(read.samples(["", "on"]), [[np.nan, 0.0]])
