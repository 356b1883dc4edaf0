"""What is exported and imported again is what was recorded; other formats hold what they say."""

import numpy as np
import pytest
from django.core.management import CommandError

from waves.models import Stream
from waves.recorded import RecordedRow, Recording
from waves.tests.transfer.recordings import (
    DOOR,
    T0,
    VOLTS,
    assert_same,
    export,
    imported,
    make,
    read,
    two_epochs,
)

pytestmark = pytest.mark.django_db(databases=["default", "recordings"])


@pytest.mark.parametrize("kind", ["parquet", "npz"])
def test_everything_comes_back(kind, tmp_path):
    recorded = two_epochs()
    path = tmp_path / f"boiler.{kind}"
    export("boiler", path)
    stream = imported(path)
    assert_same(read(recorded.stream), read(stream))
    assert (stream.name, stream.slug, stream.enabled) == ("Boiler", "boiler-2", False)
    rows = list(stream.signals.values_list("key", "name", "unit", "states"))
    assert rows == [
        ("volts", "Voltage", "V", {}),
        ("door", "Door", "", {"0": "closed", "1": "open"}),
    ]


@pytest.mark.parametrize("kind", ["parquet", "npz"])
def test_timed_samples_and_changing_signals_come_back(kind, tmp_path):
    recorded = make()
    recorded.begin(7, (VOLTS,), 10.0, "timed", "float64")
    times = np.cumsum([0, 1, 999_999_937, 13, 5_000_000_000])
    recorded.add(0, [1.5, np.nan, -0.0, 1e300, 5], T0 + 123, times)
    recorded.begin(8, (DOOR, VOLTS), 50.0)
    recorded.add(3, [[0, 1, 1], [4, 5, 6]], T0 + 10_000_000_000)
    recorded.end()
    path = tmp_path / f"x.{kind}"
    export("boiler", path)
    assert_same(read(recorded.stream), read(imported(path)))


@pytest.mark.parametrize("kind", ["parquet", "npz"])
def test_a_fast_clock_is_read_in_whole_rows(kind, tmp_path):
    recorded = make()
    recorded.begin(1, (VOLTS,), 1_000_000.0)
    recorded.add(0, np.arange(20_000), T0 + 1)
    recorded.end()
    export("boiler", tmp_path / f"x.{kind}")
    stream = imported(tmp_path / f"x.{kind}")
    assert_same(read(recorded.stream), read(stream))
    rows = RecordedRow.objects.filter(level=0, stretch__recording__stream=stream.uuid)
    assert rows.count() == 5


@pytest.mark.parametrize("kind", ["parquet", "npz"])
def test_a_clock_that_was_set_back_comes_back(kind, tmp_path):
    recorded = make()
    recorded.begin(7, (VOLTS,))
    recorded.add(0, np.arange(100), T0 + 3_600_000_000_000)
    recorded.add(100, np.arange(50), T0)
    recorded.end()
    path = tmp_path / f"x.{kind}"
    export("boiler", path)
    stream = imported(path)
    assert_same(read(recorded.stream), read(stream))


def test_csv_gives_values_times_epochs_and_gaps_back(tmp_path):
    recorded = two_epochs()
    _, said = export("boiler", tmp_path / "x.csv")
    assert "no rate" in said
    assert "not their codes" in said
    stream = imported(tmp_path / "x.csv", name="Again")
    for one, other in zip(read(recorded.stream), read(stream), strict=True):
        assert one[0][:7] == other[0][:7]
        np.testing.assert_array_equal(one[2], other[2])
        np.testing.assert_array_equal(one[3], other[3])
        np.testing.assert_array_equal(one[4][0], other[4][0].astype(np.float32))
    names = other[1][1]["states"]
    found = [names[str(int(code))] for code in other[4][1] if code == code]
    expected = ["open" if code else "closed" for code in one[4][1] if code == code]
    assert found == expected
    assert (other[1][0]["name"], other[1][0]["unit"]) == ("Voltage", "V")


def test_wav_has_silence_where_nothing_is_recorded(tmp_path):
    from waves.ingest.wav import parse

    recorded = make()
    recorded.begin(1, (VOLTS,), 8000.0)
    recorded.add(0, [0.5, np.nan, 0.25], T0)
    recorded.add(5, [0.125], T0 + 5 * 125_000)
    recorded.begin(2, (VOLTS,), 8000.0)
    recorded.add(0, [1.0], T0 + 8 * 125_000)
    recorded.end()
    _, said = export("boiler", tmp_path / "x.wav")
    assert "silence" in said
    table = parse((tmp_path / "x.wav").read_bytes())
    assert table.layout.rate == 8000.0
    np.testing.assert_array_equal(table.values[0], [0.5, 0, 0.25, 0, 0, 0.125, 0, 0, 1.0])
    stream = imported(tmp_path / "x.wav", start="2026-11-27T16:00:00Z")
    ((about, _, _, labels, values),) = read(stream)
    assert about[5:7] == (8000.0, "regular")
    assert labels[0] == 1_795_795_200_000_000_000
    np.testing.assert_array_equal(values[0], table.values[0])


@pytest.mark.parametrize(
    ("begin", "words"),
    [
        ({"rate": 2000.0}, "changes from 1,000 to 2,000 Hz"),
        ({"clock": "timed"}, "times of their own"),
        ({"rate": 0.5}, "changes from 1,000 to 0.5 Hz"),
    ],
)
def test_wav_says_what_it_cannot_hold_at_all(begin, words, tmp_path):
    recorded = make()
    recorded.begin(1, (VOLTS,))
    recorded.add(0, [1.0, 2.0], T0)
    recorded.begin(2, (VOLTS,), **begin)
    recorded.add(0, [1.0], T0 + 10**9, [0] if begin.get("clock") else None)
    recorded.end()
    with pytest.raises(CommandError, match=words):
        export("boiler", tmp_path / "x.wav")
    assert list(tmp_path.iterdir()) == []


def test_a_range_is_exported_by_iso_and_by_unix_seconds(tmp_path):
    two_epochs()
    export("boiler", tmp_path / "a.npz", begin="2027-01-15T08:00:01Z", end="1800000001.999")
    arrays = np.load(tmp_path / "a.npz")
    assert arrays["sample"].tolist() == [*range(1000, 2000)]
    assert arrays["time_ns"][0] == T0 + 1_000_000_000
    stream = imported(tmp_path / "a.npz")
    ((about, *_),) = read(stream)
    assert about[:3] == (100, 1000, 2000)


def test_the_same_export_is_the_same_file(tmp_path):
    two_epochs()
    for kind in ("csv", "parquet", "npz"):
        export("boiler", tmp_path / f"a.{kind}")
        export("boiler", tmp_path / f"b.{kind}")
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_a_broken_export_leaves_the_former_file_as_it_was(tmp_path, monkeypatch):
    two_epochs()
    path = tmp_path / "a.csv"
    path.write_text("former")
    from waves.exports.files.csvfile import CsvFile

    def fail(self, stretch, piece):
        raise OSError("No space left on device")

    monkeypatch.setattr(CsvFile, "piece", fail)
    with pytest.raises(CommandError, match="No space left"):
        export("boiler", path)
    assert path.read_text() == "former"
    assert list(tmp_path.iterdir()) == [path]


def test_nothing_recorded_is_said(tmp_path):
    make()
    with pytest.raises(CommandError, match="Nothing is recorded of this stream"):
        export("boiler", tmp_path / "a.csv")


def test_a_range_without_samples_says_where_there_are_some(tmp_path):
    two_epochs()
    with pytest.raises(CommandError, match=r"from 1800000000\.000 to 1800000061\.500"):
        export("boiler", tmp_path / "a.csv", begin="2028-01-01")


def test_a_moment_that_is_none_is_said(tmp_path):
    two_epochs()
    with pytest.raises(CommandError, match=r"--from is 'yesterday'"):
        export("boiler", tmp_path / "a.csv", begin="yesterday")


@pytest.mark.parametrize("kind", ["parquet", "npz"])
def test_a_file_that_is_cut_off_leaves_no_stream(kind, tmp_path):
    two_epochs()
    path = tmp_path / f"a.{kind}"
    export("boiler", path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(CommandError):
        imported(path)
    assert Stream.objects.count() == 1
    assert Recording.objects.count() == 1


def test_lines_that_are_wrong_leave_no_stream(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("time,a\n1800000000,1\n1800000001,2\n1800000002,x\n")
    with pytest.raises(CommandError, match="Line 4"):
        imported(path)
    assert not Stream.objects.exists()
    assert not Recording.objects.exists()
