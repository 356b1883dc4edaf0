import numpy as np

from livestream_project.streams import boiler
from waves.sources.declarations import declared
from waves.sources.python import PythonSource
from waves.tests.sources.fakes import Skips, spec, take


def test_the_demo_is_declared_and_makes_no_second_stream():
    declaration = declared("livestream_project.streams.boiler")
    assert declaration.function is boiler
    assert not declaration.create


def test_the_pressure_is_that_of_saturated_steam():
    values = boiler(np.arange(0.0, 40.0, 0.01))
    # 165 °C and 6.0 bar above the air's: steam tables say 7.01 bar absolute at 165 °C.
    assert abs(values["temperature"].mean() - 165.0) < 0.1
    assert abs(values["pressure"].mean() - 6.0) < 0.1


async def test_the_demo_runs():
    options = {"function": "livestream_project.streams.boiler"}
    _, block = await take(
        PythonSource(spec("python", 100.0, options=options), Skips().context()), 2
    )
    assert block.values.shape == (2, 4)
