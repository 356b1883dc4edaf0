"""Files that we did not write: what their times say, and what is said of those that are none."""

import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError

from waves.tests.transfer.recordings import T0, imported, read

pytestmark = pytest.mark.django_db(databases=["default", "recordings"])


def test_csv_of_even_times_is_regular_and_missing_lines_are_a_gap(tmp_path):
    path = tmp_path / "week.csv"
    lines = [f"{1_800_000_000 + k / 10:.1f},{k}" for k in (0, 1, 2, 3, 7, 8)]
    path.write_text("time,level (m)\n" + "\n".join(lines) + "\n")
    stream = imported(path)
    ((about, signals, index, labels, values),) = read(stream)
    assert (stream.name, about[5], about[6]) == ("week", 10.0, "regular")
    assert index.tolist() == [0, 1, 2, 3, 7, 8]
    assert (labels - T0).tolist() == [k * 100_000_000 for k in (0, 1, 2, 3, 7, 8)]
    assert values[0].tolist() == [0, 1, 2, 3, 7, 8]
    assert (signals[0]["name"], signals[0]["unit"]) == ("level", "m")


def test_csv_of_uneven_times_is_timed_and_texts_are_states(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "time;door\n2027-01-15T08:00:00Z;open\n2027-01-15T08:00:01.5Z;shut\n1800000009;\n"
    )
    ((about, signals, _, labels, values),) = read(imported(path))
    assert about[6] == "timed"
    assert (labels - T0).tolist() == [0, 1_500_000_000, 9_000_000_000]
    assert signals[0]["states"] == {"0": "open", "1": "shut"}
    np.testing.assert_array_equal(values[0], [0, 1, np.nan])


def test_numpy_needs_a_rate_and_ends_when_the_file_was_written(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.arange(11, dtype=np.float32))
    with pytest.raises(CommandError, match="say --rate"):
        imported(path)
    os.utime(path, ns=(T0, T0))
    ((about, _, _, labels, _),) = read(imported(path, rate=10.0))
    assert (about[5], about[7]) == (10.0, "float32")
    assert (labels[0], labels[-1]) == (T0 - 10**9, T0)


def test_parquet_of_others_is_read_by_its_column_of_times(tmp_path):
    times = pa.array([T0, T0 + 10**9, T0 + 2 * 10**9], pa.timestamp("ns"))
    table = pa.table({"time": times, "a": [1.5, None, 3.5], "mode": ["x", "y", "x"]})
    pq.write_table(table, tmp_path / "a.parquet")
    ((about, signals, _, labels, values),) = read(imported(tmp_path / "a.parquet"))
    assert (about[5], about[6], labels[0]) == (1.0, "regular", T0)
    np.testing.assert_array_equal(values, [[1.5, np.nan, 3.5], [0, 1, 0]])
    assert signals[1]["states"] == {"0": "x", "1": "y"}


def test_times_that_go_back_are_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("time,a\n1800000000,1\n1800000005,2\n1800000001,3\n")
    with pytest.raises(CommandError, match="times go back"):
        imported(path)


def test_what_is_no_file_of_samples_is_said(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"\0\1\2\3" * 100)
    with pytest.raises(CommandError, match="no CSV, WAV, NPY, NPZ or Parquet"):
        imported(tmp_path / "a.bin")
    with pytest.raises(CommandError, match="No such file"):
        imported(tmp_path / "none.csv")
