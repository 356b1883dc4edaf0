"""From models to specs: complete parameters, epochs given once, streams of decorated functions."""

from types import SimpleNamespace

import pytest
from django.test.utils import CaptureQueriesContext

from waves import specs
from waves.exceptions import UnknownStreamError
from waves.models import KnownFunction, Signal, Stream
from waves.sources import SOURCES, declarations
from waves.sources.base import Proposal, SignalInfo
from waves.sources.declarations import Declaration
from waves.sources.system import SystemSource

pytestmark = pytest.mark.django_db


def declaration(name="pump", create=True) -> Declaration:
    return Declaration(
        path=f"plant.streams.{name}",
        name=name.capitalize(),
        slug=name,
        description="A pump.",
        signals=(SignalInfo("flow", "flow", "l/s"),),
        rate=50.0,
        window=20.0,
        clock="regular",
        kind="function",
        create=create,
        function=lambda t: t,
    )


def test_a_stream_is_translated_with_complete_parameters(sine):
    ((spec, epoch),) = specs.read_streams()
    assert (spec.handle, spec.slug, spec.rate, epoch) == (sine.pk, "sine", 1000.0, 0)
    (signal,) = spec.signals
    assert (signal.key, signal.unit) == ("sine", "V")
    assert signal.parameters["frequency"] == 5.0
    assert signal.parameters["amplitude"] == 1.0


def test_signals_stand_in_the_order_of_their_positions(sine):
    Signal.objects.create(stream=sine, name="Last", position=9)
    Signal.objects.create(stream=sine, name="Middle", position=5)
    ((spec, _),) = specs.read_streams()
    assert [signal.key for signal in spec.signals] == ["sine", "middle", "last"]


def test_signals_that_are_added_come_last_with_keys_of_their_own(sine):
    specs.add_signals(sine.pk, {"Outlet (°C)": "°C", "outlet c": "", "Sine": "A", "sine": ""})
    specs.add_signals(sine.pk, {"Outlet (°C)": "V"})
    specs.add_signals(sine.pk + 1, {"nobody": ""})
    ((spec, _),) = specs.read_streams()
    assert [(s.key, s.name, s.unit) for s in spec.signals] == [
        ("sine", "Sine", "V"),
        ("outlet-c", "Outlet (°C)", "°C"),
        ("outlet-c-2", "outlet c", ""),
    ]


def test_parameters_that_cannot_work_pass_so_that_the_source_tells(sine):
    Signal.objects.update(parameters={"frequency": "fast"})
    ((spec, _),) = specs.read_streams()
    assert spec.signals[0].parameters == {"frequency": "fast"}


def test_all_streams_are_read_with_two_queries(sine, connection):
    for name in ("a", "b", "c"):
        Signal.objects.create(stream=Stream.objects.create(name=name, slug=name), name="One")
    with CaptureQueriesContext(connection) as queries:
        assert len(specs.read_streams()) == 4
    assert len(queries) == 2


@pytest.fixture
def connection():
    from django.db import connection

    return connection


@pytest.fixture
def seconds(monkeypatch):
    """The seconds since 2020, standing still until a test sets them."""
    now = {"seconds": 1000}
    monkeypatch.setattr(
        specs, "time", SimpleNamespace(time=lambda: specs.EPOCHS_BEGIN + now["seconds"] + 0.5)
    )
    return now


def test_an_epoch_is_never_given_twice(sine, seconds):
    assert [specs.next_epoch(sine.pk) for _ in range(3)] == [1000, 1001, 1002]
    assert specs.read_streams()[0][1] == 1002
    seconds["seconds"] = 2000
    assert specs.next_epoch(sine.pk) == 2000


def test_saving_the_form_does_not_take_an_epoch_back(sine, seconds):
    specs.next_epoch(sine.pk)
    sine.name = "Other"
    sine.save()
    assert specs.next_epoch(sine.pk) == 1001


def test_a_restored_backup_gives_no_epoch_twice(sine, seconds):
    used = [specs.next_epoch(sine.pk) for _ in range(3)]
    Stream.objects.update(epoch=0)
    assert specs.next_epoch(sine.pk, above=max(used)) > max(used)
    Stream.objects.update(epoch=0)
    seconds["seconds"] += 10
    assert specs.next_epoch(sine.pk) > max(used)


def test_epochs_go_on_with_a_clock_that_was_set_back(sine, seconds):
    first = specs.next_epoch(sine.pk)
    seconds["seconds"] = -1_577_836_800
    assert specs.next_epoch(sine.pk) == first + 1


def test_the_epoch_of_a_stream_that_is_gone_is_refused(db):
    with pytest.raises(UnknownStreamError, match="handle 99"):
        specs.next_epoch(99)


@pytest.fixture
def pump(monkeypatch):
    """One function is declared, and nothing else."""
    declared = declaration()
    monkeypatch.setattr(declarations, "_declarations", {declared.path: declared})


def test_a_decorated_function_gets_its_stream_once(db, pump):
    for _ in range(2):
        specs.create_proposed_streams()
    stream = Stream.objects.get()
    assert (stream.source, stream.slug, stream.rate) == ("python", "pump", 50.0)
    assert stream.options == {"function": "plant.streams.pump"}
    assert stream.history >= 2 * stream.window


def test_a_deleted_stream_stays_deleted(db, pump):
    specs.create_proposed_streams()
    Stream.objects.all().delete()
    specs.create_proposed_streams()
    assert not Stream.objects.exists()


def test_a_slug_that_is_taken_gets_a_number(db, pump):
    Stream.objects.create(name="Pump", slug="pump")
    specs.create_proposed_streams()
    assert Stream.objects.filter(slug="pump-2").exists()


def test_a_function_that_a_stream_runs_already_gets_no_second_one(db, pump):
    Stream.objects.create(
        name="Mine", slug="mine", source="python", options={"function": "plant.streams.pump"}
    )
    specs.create_proposed_streams()
    assert Stream.objects.count() == 1
    assert KnownFunction.objects.count() == 1


def test_a_function_that_wants_no_stream_gets_none(db, monkeypatch):
    declared = declaration(create=False)
    monkeypatch.setattr(declarations, "_declarations", {declared.path: declared})
    specs.create_proposed_streams()
    assert not Stream.objects.exists()


def test_a_source_that_cannot_propose_hinders_no_other(db, pump, monkeypatch, caplog):
    def broken():
        raise OSError("no list of pumps")

    assert list(SOURCES).index("system") > list(SOURCES).index("python")
    monkeypatch.setattr(SOURCES["generator"], "proposals", broken)
    monkeypatch.setattr(SystemSource, "proposals", broken)
    specs.create_proposed_streams()
    assert Stream.objects.get().slug == "pump"
    assert "The source system proposes no stream: OSError: no list of pumps" in caplog.text


def test_two_streams_that_are_proposed_without_options_are_both_made(db, pump, monkeypatch):
    both = [Proposal(f"plant.{name}", name.upper(), name, 1.0) for name in ("a", "b")]
    monkeypatch.setattr(SystemSource, "proposals", lambda: both)
    specs.create_proposed_streams()
    assert set(Stream.objects.filter(source="system").values_list("slug", flat=True)) == {"a", "b"}


@pytest.mark.parametrize(
    ("bound", "words"),
    [
        ({"max_total_values_per_second": 2500}, "WAVES_MAX_TOTAL_VALUES_PER_SECOND"),
        ({"max_total_history_bytes": 100_000}, "WAVES_MAX_TOTAL_HISTORY_BYTES"),
    ],
)
def test_the_newest_of_too_many_streams_does_not_run_and_says_why(db, settings, bound, words):
    settings.WAVES = bound
    for slug, enabled in (("one", True), ("off", False), ("two", True), ("three", True)):
        stream = Stream.objects.create(name=slug, slug=slug, rate=1000.0, enabled=enabled)
        Signal.objects.create(stream=stream, name="A")
    told = {spec.slug: spec.problem for spec, _ in specs.read_streams()}
    assert words in told.pop("three")
    assert told == {"one": "", "off": "", "two": ""}
    Stream.objects.filter(slug="one").update(enabled=False)
    assert not any(spec.problem for spec, _ in specs.read_streams())
