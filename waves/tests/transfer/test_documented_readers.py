"""What docs/recording.md shows of pandas, polars, DuckDB and numpy runs, and reads all."""

import re

import numpy as np
import pytest

from waves.tests.outside import ROOT
from waves.tests.transfer.recordings import T0, export, read, two_epochs

pytestmark = pytest.mark.django_db(databases=["default", "recordings"])

PAGE = (ROOT / "docs" / "recording.md").read_text()
EXAMPLES = {code.split()[1]: code for code in re.findall(r"```python\n(.*?)```", PAGE, re.S)}


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    stream = two_epochs().stream
    export("boiler", tmp_path / "boiler.parquet")
    export("boiler", tmp_path / "boiler.npz")
    monkeypatch.chdir(tmp_path)
    return read(stream)


def run(name: str) -> dict:
    """What an example made, by its names. The code is that of our own docs."""
    found: dict = {}
    exec(EXAMPLES[name], found)
    return found


def test_each_is_two_lines():
    assert set(EXAMPLES) == {"pandas", "polars", "duckdb", "numpy"}
    lines = {name: [line for line in code.splitlines() if line] for name, code in EXAMPLES.items()}
    assert {len(found) for found in lines.values()} == {2}


def test_pandas_reads_what_the_source_made(recorded):
    frame = run("pandas")["frame"]
    assert str(frame.index.dtype) == "datetime64[ns, UTC]"
    labels = np.concatenate([each[3] for each in recorded])
    np.testing.assert_array_equal(frame.index.asi8, labels)
    values = np.concatenate([each[4] for each in recorded], axis=1)
    for row, key in zip(values, ("volts", "door"), strict=True):
        column = frame[key].to_numpy()
        assert column.dtype == np.float32
        np.testing.assert_array_equal(column, row)
    assert frame["epoch"].unique().tolist() == [100, 101]
    assert frame.index[0].value == T0


def test_polars_reads_it(recorded):
    frame = run("polars")["frame"]
    volts = np.concatenate([each[4][0] for each in recorded])
    # polars takes NaN for greater than all numbers
    assert frame.height == int((volts > 0).sum() + np.isnan(volts).sum())
    assert str(frame.schema["time"]) == "Datetime(time_unit='ns', time_zone='UTC')"


def test_duckdb_reads_it(recorded):
    rows = sorted(run("duckdb")["table"].fetchall())
    ends = [(row[0], row[1], round(row[2].timestamp() * 1000)) for row in rows]
    assert ends == [(100, 6000, T0 // 10**6 + 6099), (101, 3000, T0 // 10**6 + 61_500)]


def test_numpy_reads_it(recorded):
    volts = run("numpy")["volts"]
    np.testing.assert_array_equal(volts, np.concatenate([each[4][0] for each in recorded]))
