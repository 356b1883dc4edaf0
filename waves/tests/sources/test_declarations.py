import subprocess
import sys

import pytest

from waves.exceptions import ConfigurationError, SourceError
from waves.sources import SignalInfo, declarations


def test_a_declaration_knows_what_the_decorator_and_the_function_say(registry):
    @registry.stream(signals={"flow_rate": "l/s"}, rate=100, window=5, name="Main pump")
    def pump(t):
        """The pump in the cellar.

        More of it.
        """
        return t

    declared = registry.registered()[f"{__name__}.{pump.__qualname__}"]
    assert declared.function is pump
    assert (declared.name, declared.slug, declared.rate) == ("Main pump", "main-pump", 100.0)
    assert (declared.window, declared.clock, declared.kind) == (5.0, "regular", "function")
    assert declared.description == "The pump in the cellar."
    assert declared.signals == (SignalInfo("flow_rate", "flow rate", "l/s"),)
    assert declared.create


def test_name_slug_and_signal_have_defaults(registry):
    @registry.stream(rate=1, create=False)
    def heat_exchanger():
        yield 1.0

    (declared,) = registry.registered().values()
    assert (declared.name, declared.slug) == ("Heat exchanger", "heat-exchanger")
    assert declared.signals == (SignalInfo("value", "value"),)
    assert declared.kind == "generator"
    assert not declared.create


def test_a_name_in_another_script_gets_the_slug_of_the_function(registry):
    @registry.stream(rate=1, name="锅炉")
    def boiler(t):
        return t

    assert next(iter(registry.registered().values())).slug == "boiler"


def function(t):
    return t


def generator():
    yield 1.0


async def coroutine():
    return 1.0


@pytest.mark.parametrize(
    ("decorated", "arguments", "told"),
    [
        (function, {"rate": 0}, "rate is a number of Hz above 0, not 0"),
        (function, {"rate": float("nan")}, "rate is a number of Hz above 0"),
        (function, {"rate": "fast"}, "not 'fast'"),
        (function, {"rate": 1, "window": -1}, "window is a number of seconds above 0"),
        (function, {"rate": 1, "signals": {}}, "give signals as a dict"),
        (function, {"rate": 1, "signals": ["a"]}, "give signals as a dict"),
        (function, {"rate": 1, "signals": {"a b": "V"}}, "'a b' is no key of a signal"),
        (function, {"rate": 1, "signals": [SignalInfo("a", "A")] * 2}, "have the same key"),
        (function, {"rate": 1, "clock": "timed"}, "Make it an async generator"),
        (function, {"rate": 1, "clock": "wall"}, "'regular' or 'timed', not 'wall'"),
        (generator, {"rate": 1, "clock": "timed"}, "is a generator, which runs at the stream's"),
        (coroutine, {"rate": 1}, "is async but yields nothing"),
        (lambda: 1.0, {"rate": 1}, "is called with one argument, the times t"),
        (print, {"rate": 1}, "decorates a function, not"),
    ],
)
def test_a_declaration_that_cannot_work_is_refused_at_once(registry, decorated, arguments, told):
    with pytest.raises(ConfigurationError) as raised:
        registry.stream(**arguments)(decorated)
    assert told in str(raised.value)
    assert registry.registered() == {}


@pytest.fixture
def apps(tmp_path, monkeypatch, registry):
    """Makes an app with a streams.py of the given text."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(name, text=None):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
        if text is not None:
            (tmp_path / name / "streams.py").write_text(text)
        return name

    yield make
    for name in [name for name in sys.modules if name.startswith("plant_")]:
        del sys.modules[name]


GOOD = "from waves.sources import stream\n@stream(rate=1)\ndef boiler(t):\n    return t\n"


def test_discovery_imports_the_streams_of_each_app_that_has_some(apps):
    assert declarations.discover([apps("plant_good", GOOD), apps("plant_without")]) == []
    assert list(declarations.registered()) == ["plant_good.streams.boiler"]


def test_a_broken_module_is_reported_and_hinders_no_other(apps):
    bad = apps("plant_bad", "import no_such_package\n")
    worse = apps("plant_worse", "def (:\n")
    problems = declarations.discover([bad, worse, "plant_missing", apps("plant_good", GOOD)])
    assert [str(problem).partition(": ")[0] for problem in problems] == [
        "plant_bad.streams could not be imported",
        "plant_worse.streams could not be imported",
        "plant_missing.streams could not be imported",
    ]
    assert "No module named 'no_such_package'" in str(problems[0])
    assert list(declarations.registered()) == ["plant_good.streams.boiler"]


def test_a_missed_function_of_a_broken_module_says_what_broke(apps):
    declarations.discover([apps("plant_bad", "import no_such_package\n")])
    with pytest.raises(SourceError, match=r"could not be imported.*no_such_package"):
        declarations.declared("plant_bad.streams.boiler")


def test_the_decorator_needs_no_django():
    program = (
        "import sys; from waves.sources import stream; import livestream_project.streams;"
        "from waves.sources.declarations import registered;"
        "assert 'livestream_project.streams.boiler' in registered();"
        "assert not any(name.partition('.')[0] == 'django' for name in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


async def sensor():
    yield 1.0


@pytest.mark.parametrize(
    ("decorated", "arguments", "told"),
    [
        (function, {"line": "zigzag"}, "line is 'linear' or 'step' or 'points', not 'zigzag'"),
        (function, {"line": {"valu": "step"}}, "there is no signal 'valu'; there are value"),
        (function, {"missing": "zero"}, "missing is 'hole' or 'joined' or 'held'"),
        (function, {"states": {0.5: "half"}}, "0.5 is no code of a state"),
        (function, {"states": {0: "x" * 41}}, "1 to 40"),
        (function, {"states": {0: ""}}, "needs a name"),
        (function, {"states": {"other": {0: "off"}}}, "there is no signal 'other'"),
        (function, {"states": ["off", "on"]}, "states are a dict"),
        (function, {"states": {k: f"s{k}" for k in range(65)}}, "65 states are too many"),
        (function, {"sample_type": "int16"}, "sample_type is 'float32' or 'float64'"),
        (function, {"late": "reorder"}, "an async generator on a timed clock"),
        (function, {"longest_interval": 1}, "an async generator on a timed clock"),
        (sensor, {"late": "wait"}, "late is 'drop' or 'reorder', not 'wait'"),
        (sensor, {"late": "reorder", "reorder_window": 61}, "from 0 to 60"),
        (sensor, {"longest_interval": 0}, "longest_interval is a number of seconds above 0"),
        (sensor, {"longest_interval": float("nan")}, "longest_interval is a number of seconds"),
    ],
)
def test_what_is_said_of_signals_is_refused_where_it_cannot_be(
    registry, decorated, arguments, told
):
    with pytest.raises(ConfigurationError) as raised:
        registry.stream(rate=1, **arguments)(decorated)
    assert told in str(raised.value)
    assert registry.registered() == {}


def test_what_is_said_is_for_all_signals_or_by_their_key(registry):
    registry.stream(
        rate=1,
        signals=[SignalInfo("a", "A", line="points"), SignalInfo("b", "B")],
        line="step",
        missing={"b": "held"},
        states={"b": {1: "on", 0: "off"}},
    )(function)
    (declared,) = registry.registered().values()
    assert [(s.line, s.missing, s.states) for s in declared.signals] == [
        ("points", "", {}),
        ("step", "held", {0: "off", 1: "on"}),
    ]
