"""Whatever blocks, gaps, epochs and clocks were recorded: Parquet and NPZ give all of it back."""

import contextlib

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from waves.models import Stream
from waves.protocol.spec import SignalSpec
from waves.recorded import Recording
from waves.tests.transfer.recordings import T0, assert_same, export, imported, make, read

pytestmark = [
    pytest.mark.django_db(databases=["default", "recordings"]),
    pytest.mark.slow,
]

KEYS = st.lists(st.sampled_from(["a", "b", "time", "epoch", "x-1"]), min_size=1, unique=True)
VALUES = st.floats(width=32, allow_infinity=False)
NAMES = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=20)


@st.composite
def epochs(draw) -> dict:
    """An epoch: its signals, its clock, and its parts with what is missing before each."""
    clock = draw(st.sampled_from(["regular", "timed"]))
    parts = draw(
        st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 9000)), min_size=1, max_size=3)
    )
    return {
        "keys": draw(KEYS),
        "name": draw(NAMES),
        "states": draw(st.dictionaries(st.integers(-5, 5), st.sampled_from("uvw"), max_size=2)),
        "clock": clock,
        "kind": draw(st.sampled_from(["float32", "float64"])),
        "rate": draw(st.sampled_from([0.3, 50.0, 44_100.0, 1e6 / 7])),
        "parts": parts,
        "values": draw(st.lists(VALUES, min_size=1, max_size=5)),
        "pause": draw(st.sampled_from([1, 10**6, 10**12])),
        "steps_back": draw(st.booleans()),
    }


def written(each: dict, recorded, epoch: int, at: int) -> int:
    """Record an epoch from a moment on; return when it ended."""
    signals = [
        SignalSpec(key, each["name"].strip() or key, states=each["states"]) for key in each["keys"]
    ]
    recorded.begin(epoch, signals, each["rate"], each["clock"], each["kind"])
    index, rng = 0, np.random.default_rng(epoch)
    for number, (missing, n) in enumerate(each["parts"]):
        index += missing
        at += round(missing * 1e9 / each["rate"])
        if number == 1 and each["steps_back"]:
            at -= 3_600_000_000_000
        values = np.resize(np.array(each["values"]), (len(each["keys"]), n))
        times = None
        if each["clock"] == "timed":
            times = np.cumsum(rng.integers(0, 10**7, n))
            times -= times[0]
        recorded.add(index, values, at, times)
        index += n
        at += int(times[-1]) + 1 if times is not None else round(n * 1e9 / each["rate"])
    return at


@pytest.mark.parametrize("kind", ["parquet", "npz"])
@hypothesis_settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # Each example writes, exports, imports and reads: to make one smaller takes minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(past=st.lists(epochs(), min_size=1, max_size=3))
def test_any_past_comes_back(kind, past, tmp_path):
    recorded = make()
    try:
        at = T0
        for number, each in enumerate(past):
            at = written(each, recorded, 10 + number, at) + each["pause"]
        recorded.end()
        path = tmp_path / f"x.{kind}"
        export("boiler", path)
        assert_same(read(recorded.stream), read(imported(path)), off=1)
    finally:
        with contextlib.suppress(Exception):
            Recording.objects.all().delete()
        Stream.objects.all().delete()
