"""The admin on how signals are read: empty is as the code says, and what cannot be is told."""

import pytest
from django.urls import reverse

from waves import specs
from waves.models import Signal, Stream
from waves.sources import declarations
from waves.tests.admin.forms import posted
from waves.tests.admin.test_admin_form import ADD, errors_of, saved


@pytest.fixture
def exact(monkeypatch):
    """A declared function that wants float64, and waits for late samples."""
    monkeypatch.setattr(declarations, "_declarations", {})

    @declarations.stream(
        rate=5, sample_type="float64", late="reorder", reorder_window=2, longest_interval=9
    )
    async def sensor():
        yield 1.0

    (path,) = declarations.registered()
    return path


def spec_of(stream):
    return next(spec for spec, _ in specs.read_streams() if spec.handle == stream.pk)


def test_an_empty_field_is_as_the_code_says(db, exact):
    stream = Stream.objects.create(
        name="Sensor", slug="sensor", source="python", options={"function": exact}
    )
    spec = spec_of(stream)
    assert (spec.sample_type, spec.late, spec.reorder_window) == ("float64", "reorder", 2.0)
    assert spec.longest_interval == 9.0
    said = {"sample_type": "float32", "late": "drop", "reorder_window": 0.0}
    Stream.objects.filter(pk=stream.pk).update(**said, longest_interval=1.5)
    spec = spec_of(stream)
    assert (spec.sample_type, spec.late, spec.reorder_window) == ("float32", "drop", 0.0)
    assert spec.longest_interval == 1.5


def test_a_stream_that_is_made_by_itself_leaves_it_to_the_code(db, exact):
    specs.create_proposed_streams()
    stream = Stream.objects.get(slug="sensor")
    assert (stream.sample_type, stream.late, stream.longest_interval) == ("", "", None)
    assert spec_of(stream).sample_type == "float64"


def test_lines_and_states_are_typed_as_people_write_them(admin_client):
    row = {"line": "step", "missing": "held", "states": " 1 = open,0=closed "}
    stream = saved(admin_client, posted(row, late="drop", longest_interval="2.5"))
    signal = stream.signals.get()
    assert signal.states == {"0": "closed", "1": "open"}
    (spec,) = spec_of(stream).signals
    assert (spec.line, spec.missing, spec.states) == ("step", "held", {0: "closed", 1: "open"})
    assert spec_of(stream).longest_interval == 2.5
    page = admin_client.get(reverse("admin:waves_stream_change", args=[stream.pk]))
    assert 'value="0 = closed, 1 = open"' in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("open", "0 = closed, 1 = open"),
        ("half = open", "no code of a state"),
        ("1 = ", "needs a name"),
        (f"1 = {'x' * 41}", "1 to 40"),
        (", ".join(f"{k} = s{k}" for k in range(65)), "at most 64"),
        ("99999999 = far", "16,777,216"),
    ],
)
def test_states_that_cannot_be_are_told_at_their_field(admin_client, typed, told):
    response = admin_client.post(ADD, posted({"states": typed}))
    assert response.status_code == 200
    assert told in " ".join(errors_of(response)["signals-0-states"])


def test_seconds_that_cannot_be_are_told_at_their_field(admin_client):
    response = admin_client.post(ADD, posted(reorder_window="61", longest_interval="0"))
    assert {"reorder_window", "longest_interval"} <= set(errors_of(response))


@pytest.mark.parametrize(
    "states", [{"x": "y"}, ["a"], "text", {"0": 5}, {"1e9": "a"}, None], ids=str
)
def test_what_no_form_stored_names_no_state_and_stops_no_stream(sine, states):
    Signal.objects.filter(stream=sine).update(line="zigzag", missing="?", states=states or "")
    spec = spec_of(sine)
    assert spec.problem == ""
    (signal,) = spec.signals
    assert (signal.line, signal.missing, dict(signal.states)) == ("", "", {})
